"""The logbook as a query: what happened to one entity, and by whom, as far as that is the asker's business."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator import logbook_report
from custom_components.xmpp_iot.const import EVENT_COMMAND
from custom_components.xmpp_iot.logbook import async_describe_events
from custom_components.xmpp_iot.wire.model import ValueType
from custom_components.xmpp_iot.wire.report import Cell, TableBegun
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component

from .past import Asker, Past

LAMP = "switch.lamp"
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
async def past(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> Past:
    """Return the past of a house with a logbook."""
    freezer.move_to(NOW)
    assert await async_setup_component(hass, "logbook", {})
    await hass.async_block_till_done()
    return Past.of(hass)


def at(past: Past, freezer: FrozenDateTimeFactory, minute: float) -> datetime:
    """Make it that many minutes before now, and return that time."""
    moment = NOW - timedelta(minutes=minute)
    freezer.move_to(moment)
    return moment


async def test_who_did_what_is_told_as_far_as_the_asker_may_know(
    past: Past, freezer: FrozenDateTimeFactory
) -> None:
    """Users and contacts by name, without addresses; automations only if the asker sees them."""
    hass = past.hass
    events = hass.data["logbook"].external_events

    def describe(domain: str, event: str, described: Any) -> None:
        events[event] = (domain, described)

    async_describe_events(hass, describe)
    describe("automation", "automation_triggered", lambda event: event.data)
    ann = await hass.auth.async_create_user("Ann")
    changes = [
        (Context(), None, {}),
        (Context(user_id=ann.id), None, {}),
        (
            Context(),
            EVENT_COMMAND,
            {
                "contact": "Friend",
                "jid": "friend@example.org",
                "action": "turn_on",
                "name": "Lamp",
                "entity_id": LAMP,
            },
        ),
        (
            Context(user_id="0" * 32),
            "automation_triggered",
            {"entity_id": "automation.dusk", "name": "Dusk", "source": "sun"},
        ),
    ]
    at(past, freezer, 20)  # an entity's very first state is no change
    hass.states.async_set(LAMP, "off", {"friendly_name": "Lamp"})
    hass.states.async_set("automation.dusk", "on", {"friendly_name": "Dusk"})
    for number, (context, event, data) in enumerate(changes):
        at(past, freezer, 10 - number)
        if event:
            hass.bus.async_fire(event, data, context=context)
            at(past, freezer, 9.5 - number)
        state = "off" if number % 2 else "on"
        hass.states.async_set(LAMP, state, {"friendly_name": "Lamp"}, context=context)
        hass.states.async_set("switch.other", state, context=context)
    at(past, freezer, 5)
    for message in ("was dusted", "watch http://x/?token=secret"):
        entry = {"name": "Lamp", "message": message, "entity_id": LAMP}
        hass.bus.async_fire("logbook_entry", entry)
    freezer.move_to(NOW)
    await past.recorded()
    asker = Asker(past)

    history, logbook = asker.queries.offered(asker.state(LAMP), "en")
    assert (history.id, logbook.id, logbook.name) == ("history", "logbook", "Logbook")
    form = await asker.queries.form(asker.state(LAMP), "logbook", "en")
    assert [field.var for field in form.fields] == ["start", "end"]

    table = (await asker.items(LAMP, "logbook"))[2]
    assert isinstance(table, TableBegun)
    assert table.name == "Logbook of Lamp"
    assert [column.header for column in table.columns] == ["When", "What", "Who"]
    rows = await asker.rows(LAMP, "logbook")
    assert rows[0] == (
        Cell(ValueType.DATE_TIME, NOW - timedelta(minutes=10)),
        Cell(ValueType.STRING, "changed to on"),
        Cell(),
    )
    assert [(what.value, who.value) for _, what, who in rows] == [
        ("changed to on", None),
        ("changed to off", "Ann"),
        ("changed to on", "Friend"),
        ("changed to off", None),
        ("was dusted", None),
        (None, None),
    ]
    seen = await asker.rows(LAMP, "logbook", sees={"automation.dusk"}.__contains__)
    assert seen[3][2] == Cell(ValueType.STRING, "Dusk")


async def test_an_entry_that_names_what_the_asker_does_not_see_is_empty(
    past: Past, freezer: FrozenDateTimeFactory
) -> None:
    """Home Assistant says what triggered an automation; a contact without a name is an address."""
    hass = past.hass
    events = hass.data["logbook"].external_events

    def describe(domain: str, event: str, described: Any) -> None:
        events[event] = (domain, described)

    async_describe_events(hass, describe)
    at(past, freezer, 20)
    hass.states.async_set(LAMP, "off")
    at(past, freezer, 10)
    message = "triggered by state of binary_sensor.safe"
    entry = {"name": "Lamp", "message": message, "entity_id": LAMP}
    hass.bus.async_fire("logbook_entry", entry)
    at(past, freezer, 9)
    context = Context()
    jid = "friend@example.org"
    data = {
        "contact": jid,
        "jid": jid,
        "action": "turn_on",
        "name": "Lamp",
        "entity_id": LAMP,
    }
    hass.bus.async_fire(EVENT_COMMAND, data, context=context)
    at(past, freezer, 8)
    hass.states.async_set(LAMP, "on", context=context)
    freezer.move_to(NOW)
    await past.recorded()

    asker = Asker(past)
    rows = await asker.rows(LAMP, "logbook")
    assert [row[1:] for row in rows] == [
        (Cell(), Cell()),
        (Cell(ValueType.STRING, "changed to on"), Cell()),
    ]
    rows = await asker.rows(LAMP, "logbook", sees={"binary_sensor.safe"}.__contains__)
    assert rows[0][1] == Cell(ValueType.STRING, message)


async def test_every_entry_is_there_once_however_it_is_read(
    past: Past, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounds are included; how much is read at a time is not seen in the report."""
    asker = Asker(past)
    at(past, freezer, 60)
    past.hass.states.async_set(LAMP, "first of all")
    for number in range(40):
        at(past, freezer, 40 - number)
        past.hass.states.async_set(LAMP, str(number))
    freezer.move_to(NOW)
    await past.recorded()
    everything = [f"changed to {number}" for number in range(40)]

    async def told(**form: datetime) -> list[object]:
        submission = {name: (one.isoformat(),) for name, one in form.items()}
        return [row[1].value for row in await asker.rows(LAMP, "logbook", submission)]

    assert await told() == everything
    for few, many, first in ((5, 10, 8), (0, 0, 16), (50, 60, 1)):
        monkeypatch.setattr(logbook_report, "_FEW", few)
        monkeypatch.setattr(logbook_report, "_MANY", many)
        monkeypatch.setattr(logbook_report, "_FIRST", timedelta(minutes=first))
        assert await told(start=datetime(1, 1, 1, tzinfo=UTC)) == everything
    tenth = NOW - timedelta(minutes=30)
    assert await told(start=tenth, end=tenth) == ["changed to 10"]
    tick = timedelta(microseconds=1)
    assert await told(start=tenth + tick, end=tenth + timedelta(minutes=1) - tick) == []
    assert (
        await told(start=tenth, end=tenth + timedelta(minutes=1)) == everything[10:12]
    )
    assert await told(end=datetime(9999, 12, 31, tzinfo=UTC)) == everything
    assert await told(start=NOW + tick, end=NOW + tick) == []


async def test_what_the_logbook_must_not_tell(past: Past) -> None:
    """Of a text only that it changed is told; a measurement has no logbook."""
    past.was("text.note", "one", NOW - timedelta(minutes=2), {"mode": "text"})
    past.was("text.note", "two", NOW - timedelta(minutes=1), {"mode": "text"})
    past.was("sensor.meter", "1", NOW, {"unit_of_measurement": "W"})
    await past.recorded()
    asker = Asker(past)

    rows = await asker.rows("text.note", "logbook")
    assert [row[1].value for row in rows] == ["changed"]
    (only,) = asker.queries.offered(asker.state("sensor.meter"), "en")
    assert only.id == "history"
