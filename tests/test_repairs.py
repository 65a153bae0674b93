"""The fix flow in which the owner answers a question."""

from collections.abc import AsyncGenerator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.grants import Verdict
from custom_components.xmpp_iot.contacts.question import Answer
from custom_components.xmpp_iot.repairs import async_create_fix_flow
from custom_components.xmpp_iot.wire.errors import Asked as AskedError
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .contacts.asking import ASKING, PAST, Asked, asked_house


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Return an account whose owner was asked."""
    async with asked_house(hass, freezer) as house:
        with pytest.raises(AskedError):
            await house.begin(within=PAST)
        yield house


async def begin(house: Asked) -> RepairsFlow:
    """Open the flow of the only issue."""
    (issue,) = house.issues
    flow = await async_create_fix_flow(house.hass, issue.issue_id, issue.data)
    flow.hass = house.hass
    flow.handler = DOMAIN
    return flow


async def step(flow: RepairsFlow, name: str) -> dict[str, Any]:
    """Choose something."""
    result: dict[str, Any] = await getattr(flow, f"async_step_{name}")()
    return result


async def test_the_menu_says_who_wants_what(house: Asked) -> None:
    """Names are shown as they are, whatever is in them."""
    shown = await step(await begin(house), "init")
    assert shown["type"] is FlowResultType.MENU
    assert shown["menu_options"] == ["once", "always", "deny"]
    assert shown["description_placeholders"] == {
        "who": r"anna\@example\.org \(\"Anna\"\)",
        "action": "Turn on light",
        "name": r"Lamp \[of\] mine",
    }


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("once", Verdict.ALLOWED),
        ("always", Verdict.ALLOWED),
        ("deny", Verdict.ASK),
    ],
)
async def test_an_answer_ends_the_issue(
    house: Asked, answer: str, verdict: Verdict
) -> None:
    """And is what the gate goes by."""
    result = await step(await begin(house), answer)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not house.issues
    assert house.verdict(house.wish()) is verdict


@pytest.mark.parametrize("name", ["init", "once"])
async def test_a_question_that_is_over_cannot_be_answered(
    house: Asked, name: str
) -> None:
    """The flow says so."""
    flow = await begin(house)
    house.consent.async_answer(house.question.id, Answer.DENY)
    result = await step(flow, name)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "question_over"


async def test_where_no_grant_has_room_the_issue_stays(house: Asked) -> None:
    """The flow says why."""
    rows = [{**ASKING, "id": str(number)} for number in range(MOST_GRANTS - 1)]
    flow = await begin(house)
    house.change("Anna", ASKING, *rows)
    result = await step(flow, "always")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "too_many_grants"
    assert house.issues


async def test_other_issues_are_only_confirmed(hass: HomeAssistant) -> None:
    """As Home Assistant does it by itself."""
    flow = await async_create_fix_flow(hass, "another", None)
    assert isinstance(flow, ConfirmRepairFlow)
