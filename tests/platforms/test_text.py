"""Texts and selects of other houses."""

import pytest

from custom_components.xmpp_iot.select import XmppIotSelect
from custom_components.xmpp_iot.text import XmppIotText
from homeassistant.core import State

from .conftest import Cabin


async def test_a_password_is_never_told(cabin: Cabin) -> None:
    """A text in password mode has no state here, and can be set."""
    node = cabin.node("text.pin", "hidden", mode="password", min=0, max=10)

    shown = await cabin.show(node, XmppIotText)

    assert (shown.state, shown.attributes["mode"]) == ("unknown", "password")
    assert await cabin.act("text.set_value", shown.entity_id, value="1234") == [
        ("text.pin", "set_value", {"value": "1234"})
    ]


@pytest.mark.parametrize(
    ("pattern", "shown"), [("[a-z]+", "[a-z]+"), ("[a-z", None), ("{}", "{}")]
)
async def test_a_text_need_not_fit_its_form(
    cabin: Cabin, pattern: str, shown: str | None
) -> None:
    """A text that is too long, or not of its pattern, is shown; a pattern that is none is not."""
    node = cabin.node("text.note", "HELLO", min=7, max=3, pattern=pattern)

    mirror = await cabin.show(node, XmppIotText)

    assert mirror.state == "HELLO"
    assert mirror.attributes["pattern"] == shown


async def test_an_option_may_come_before_its_list(cabin: Cabin) -> None:
    """What is selected is shown, though the description does not list it yet."""
    node = cabin.node("select.speed", "slow", options=["slow"])
    entity_id = (await cabin.show(node, XmppIotSelect)).entity_id

    node.take_part(cabin.said(State("select.speed", "fast")))

    assert cabin.state(entity_id).state == "fast"
    assert cabin.state(entity_id).attributes["options"] == ["slow", "fast"]
