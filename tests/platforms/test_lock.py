"""Locks of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.lock import XmppIotLock
from homeassistant.exceptions import ServiceValidationError

from .acting import action, assert_commanded
from .conftest import Cabin, differences

STATES = ("locked", "locking", "unlocked", "unlocking", "open", "opening", "jammed")


@pytest.mark.parametrize("state", [*STATES, "unknown"])
async def test_it_is_like_the_one_over_there(cabin: Cabin, state: str) -> None:
    """A lock shows what the other house says of it."""
    attributes: dict[str, Any] = {"changed_by": "[1]", "supported_features": 1}
    node = cabin.node("lock.door", state, **attributes)

    shown = await cabin.show(node, XmppIotLock)

    assert differences(cabin.originals["lock.door"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A lock is locked, unlocked and opened, with the code that was given."""
    node = cabin.node(
        "lock.door", "locked", code_format="^\\d{4}$", supported_features=1
    )
    shown = await cabin.show(node, XmppIotLock)

    await assert_commanded(
        cabin,
        shown,
        [
            action("lock", code="1234"),
            action("unlock", code="1234"),
            action("open", code="1234"),
        ],
    )


async def test_without_a_code_none_is_sent(cabin: Cabin) -> None:
    """A lock that wants no code gets none."""
    shown = await cabin.show(cabin.node("lock.door", "locked"), XmppIotLock)

    assert await cabin.act("lock.unlock", shown.entity_id) == [
        ("lock.door", "unlock", {})
    ]


async def test_a_code_of_another_form_does_not_leave(cabin: Cabin) -> None:
    """A code that cannot be right is refused here."""
    node = cabin.node("lock.door", "locked", code_format="^\\d{4}$")
    shown = await cabin.show(node, XmppIotLock)

    with pytest.raises(ServiceValidationError):
        await cabin.act("lock.unlock", shown.entity_id, code="open")

    assert cabin.house.commands == []


@pytest.mark.parametrize("pattern", ["(", 4])
async def test_nonsense_does_no_harm(cabin: Cabin, pattern: Any) -> None:
    """A lock whose code format is none can be used without."""
    node = cabin.node("lock.door", "ajar", code_format=pattern)
    shown = await cabin.show(node, XmppIotLock)

    assert shown.state == "unlocked"
    assert "code_format" not in shown.attributes
