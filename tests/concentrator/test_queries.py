"""Queries: for who may command, in turn and in time, and told only as long as that holds."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    Forbidden,
    ItemNotFound,
    NotAcceptable,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.model import CommandType
from custom_components.xmpp_iot.wire.report import Records, Title
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from tests.people import contact

from .conftest import FRIEND, Actor, Home
from .past import Past, ago

LIGHT = "light.kitchen_lights"
WEATHER = "weather.demo_weather_south"
DAILY = {"type": ("daily",)}


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights, and the weather, whose forecast is an answer."""
    return [Platform.LIGHT, Platform.WEATHER]


@pytest.fixture
def past(recorder_mock: Recorder, hass: HomeAssistant) -> Past:
    """Let the house have a recorder."""
    return Past.of(hass)


async def test_queries_are_offered_among_the_commands(
    past: Past, friend: Actor, guest: Actor
) -> None:
    """What answers and what was, to who may command."""
    commands = await friend.commands(WEATHER)
    kinds = {name: command.type for name, command in commands.items()}
    assert kinds["get_forecasts"] is CommandType.QUERY
    assert kinds["history"] is CommandType.QUERY
    assert (await friend.node(WEATHER)).has_commands
    assert (await friend.node("zone.home")).has_commands
    assert await guest.commands(WEATHER) == {}


async def test_forms_are_asked_for_as_of_commands(past: Past, friend: Actor) -> None:
    """Of an answer, and of the past in the asker's language."""
    (field,) = (await friend.command_form(WEATHER, "get_forecasts")).fields
    assert field.var == "type"
    form = await friend.speaking("de").command_form(WEATHER, "history")
    assert form.title == "Verlauf"
    with pytest.raises(ItemNotFound):
        await friend.command_form(WEATHER, "no_such")


async def test_an_answer_is_a_report(friend: Actor) -> None:
    """The forecast is told as a table."""
    report = await friend.report(WEATHER, "get_forecasts", DAILY)
    assert isinstance(report[0], Title)
    rows = [row for item in report if isinstance(item, Records) for row in item.rows]
    assert rows


async def test_the_past_is_a_report(past: Past, home: Home, friend: Actor) -> None:
    """The states of a light are told as a table, in the asker's words."""
    await past.recorded()
    report = await friend.speaking("de").report(LIGHT, "history")
    assert report[0] == Title("Verlauf von Kitchen Lights")
    rows = [row for item in report if isinstance(item, Records) for row in item.rows]
    assert rows


async def test_a_query_is_no_command_and_a_command_no_query(
    home: Home, friend: Actor
) -> None:
    """Each is carried out as what it is."""
    with pytest.raises(BadRequest):
        await friend.execute(WEATHER, "get_forecasts", DAILY)
    with pytest.raises(BadRequest):
        await friend.report(LIGHT, "turn_off")
    with pytest.raises(ItemNotFound):
        await friend.report(LIGHT, "no_such")
    assert home.state(LIGHT) == "on"


async def test_a_bad_form_is_refused(past: Past, friend: Actor) -> None:
    """With what is wrong, before anything is told."""
    for node, command in ((WEATHER, "get_forecasts"), (LIGHT, "history")):
        with pytest.raises(NotAcceptable) as caught:
            await friend.report(node, command, {"colour": ("red",)})
        assert "colour" in caught.value.parameters


async def test_a_query_that_comes_too_late_is_none(past: Past, friend: Actor) -> None:
    """What was under way too long is not carried out, whatever it asks for."""
    late = dt_util.utcnow() - timedelta(seconds=11)
    for node, command, form in (
        (WEATHER, "get_forecasts", DAILY),
        (LIGHT, "history", None),
    ):
        with pytest.raises(Expired):
            await anext(friend.query(node, command, form, late))


async def test_only_who_may_command_asks(
    past: Past, guest: Actor, neighbour: Actor, stranger: Actor
) -> None:
    """Others see the node and may not, do not see it, or find nobody."""
    for actor, node, refusal in (
        (guest, LIGHT, Forbidden),
        (neighbour, LIGHT, Forbidden),
        (neighbour, WEATHER, ItemNotFound),
        (stranger, LIGHT, ServiceUnavailable),
    ):
        for command in ("history", "logbook", "get_forecasts"):
            with pytest.raises(refusal):
                await actor.report(node, command)
            with pytest.raises(refusal):
                await actor.command_form(node, command)


@pytest.mark.parametrize(
    ("node", "command"), [(WEATHER, "get_forecasts"), (LIGHT, "history")]
)
async def test_a_report_ends_with_the_right_to_it(
    past: Past, home: Home, friend: Actor, node: str, command: str
) -> None:
    """What is taken from the contact while it is told is not told any further."""
    form = DAILY if node == WEATHER else None
    report = friend.query(node, command, form)
    assert await anext(report)
    home.grant(
        contact(
            jid=FRIEND.jid, name="F", level=Level.READ, target={}, all_entities=True
        )
    )
    with pytest.raises(Forbidden):
        await anext(report)

    other = contact(
        jid=FRIEND.jid,
        name="F",
        level=Level.COMMAND,
        target={"entity_id": ["input_boolean.away"]},
    )
    for left, refusal in (((other,), ItemNotFound), ((), ServiceUnavailable)):
        home.grant(FRIEND)
        report = friend.query(node, command, form)
        assert await anext(report)
        home.grant(*left)
        with pytest.raises(refusal):
            await anext(report)


async def test_a_report_does_not_keep_others_waiting(
    past: Past, home: Home, friend: Actor
) -> None:
    """While the past is told, the node takes orders."""
    past.was("input_boolean.away", "on", ago(hours=1))
    await past.recorded()
    report = friend.query(LIGHT, "history")
    await anext(report)
    async with asyncio.timeout(5):
        await friend.control(LIGHT, power=False)
    assert home.state(LIGHT) == "off"
    await report.aclose()


async def test_a_query_waits_for_its_turn(home: Home, friend: Actor) -> None:
    """It is after the orders that came before it, and its right is asked for then."""
    turns = home.house._queries._turns
    async with turns.of([WEATHER]):
        report = friend.query(WEATHER, "get_forecasts", DAILY)
        asked = asyncio.ensure_future(anext(report))
        await asyncio.sleep(0)
        home.grant()
    with pytest.raises(ServiceUnavailable):
        await asked
