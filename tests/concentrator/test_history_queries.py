"""Queries of the past: what is offered, what their forms ask, and the reports they give."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator.report_texts import TEXTS
from custom_components.xmpp_iot.wire.errors import ItemNotFound
from custom_components.xmpp_iot.wire.model import CommandType, ValueType
from custom_components.xmpp_iot.wire.report import (
    Cell,
    ReportMessage,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticData
from homeassistant.core import HomeAssistant

from .past import Asker, Past

METER = "sensor.meter"
NOW = datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def past(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> Past:
    """Return the past of a house, at a certain time."""
    freezer.move_to(NOW)
    return Past.of(hass)


async def test_a_query_is_offered_where_it_has_something_to_tell(past: Past) -> None:
    """What the recorder keeps has a history; without a logbook none is offered."""
    past.was(METER, "1", NOW)
    asker = Asker(past)
    (history,) = asker.queries.offered(asker.state(METER), "en")
    assert (history.id, history.name, history.type) == (
        "history",
        "History",
        CommandType.QUERY,
    )
    for command in ("logbook", "turn_on", ""):
        with pytest.raises(ItemNotFound):
            await asker.queries.form(asker.state(METER), command, "en")
        with pytest.raises(ItemNotFound):
            await asker.items(METER, command)


async def test_the_form_asks_for_the_time(past: Past) -> None:
    """Without another wish it is the last day; periods are offered where there are statistics."""
    past.was(METER, "1", NOW, {"unit_of_measurement": "W"})
    asker = Asker(past)
    await past.recorded()

    form = await asker.queries.form(asker.state(METER), "history", "en")

    assert (form.title, form.instructions) == ("History", TEXTS["history_about"])
    start, end, period = form.fields
    assert (start.datatype, end.datatype) == ("xs:dateTime", "xs:dateTime")
    assert start.values == ("2026-11-20T12:00:30Z",)
    assert end.values == ("2026-11-21T12:00:30Z",)
    assert [option.value for option in period.options] == ["states"]

    past.measured(METER, "W", [StatisticData(start=NOW.replace(second=0), mean=1.0)])
    await past.recorded()
    form = await asker.queries.form(asker.state(METER), "history", "en")
    assert [option.value for option in form.fields[2].options] == [
        "states", "hour", "day", "week", "month", "year",
    ]  # fmt: skip
    assert form.fields[2].values == ("states",)


async def test_a_bad_form_is_refused_before_anything_is_told(past: Past) -> None:
    """Each field that is wrong is named, with the reason."""
    past.was(METER, "1", NOW)
    asker = Asker(past)
    moment = TEXTS["no_moment"]
    assert await asker.wrong(
        METER,
        "history",
        start=("yesterday",),
        end=("2026-13-01T00:00:00Z",),
        period=("hour",),
        hours=("1",),
    ) == {  # fmt: skip
        "start": moment,
        "end": moment,
        "period": TEXTS["no_choice"],
        "hours": TEXTS["unknown_field"],
    }
    assert await asker.wrong(METER, "history", period=("states", "hour")) == {
        "period": TEXTS["one_value"]
    }
    assert await asker.wrong(METER, "history", start=("2026-11-22T00:00:00Z",)) == {
        "end": TEXTS["end_first"]
    }
    # What is empty is left out, and what belongs to every form is no field of ours.
    form = {"start": ("",), "end": (), "FORM_TYPE": ("x",), "expires": ("2026",)}
    await past.recorded()
    assert len(await asker.rows(METER, "history", form)) == 1


async def test_the_history_is_a_table_of_states(past: Past) -> None:
    """Each row has time, state, unit and attributes, typed; what was unknown is empty."""
    attributes = {"unit_of_measurement": "W", "friendly_name": "Meter"}
    for minute, (value, more) in enumerate([
        ("1.5", {"phase": 2, "limit": 7.5}), ("unknown", {}), ("unavailable", {}),
    ]):  # fmt: skip
        at = NOW - timedelta(minutes=10 - minute)
        past.was(METER, value, at, {**attributes, **more})
    past.was(METER, "9", NOW - timedelta(days=2), attributes)
    await past.recorded()
    asker = Asker(past)

    items = await asker.items(METER, "history")

    title, status, table, *_, last = items
    assert (title, status, last) == (
        Title("History of Meter"),
        Status(TEXTS["reading"]),
        TableEnded("history"),
    )
    assert isinstance(table, TableBegun)
    assert [(column.id, column.header) for column in table.columns] == [
        ("when", "When"), ("state", "State"), ("unit", "Unit"), ("attributes", "Attributes"),
    ]  # fmt: skip
    first, unknown, away = await asker.rows(METER, "history")
    assert first == (
        Cell(ValueType.DATE_TIME, NOW - timedelta(minutes=10)),
        Cell(ValueType.DOUBLE, 1.5),
        Cell(ValueType.STRING, "W"),
        Cell(ValueType.STRING, "phase: 2; limit: 7.5"),
    )
    assert unknown[1:] == (Cell(), Cell(), Cell())
    assert away[1:] == (Cell(ValueType.STRING, "Unavailable."), Cell(), Cell())

    long_ago = {"start": ("2026-11-01T00:00:00Z",), "end": ("2026-11-02T00:00:00Z",)}
    *_, message, last = await asker.items(METER, "history", long_ago)
    assert message == ReportMessage(text=TEXTS["nothing"])
    assert last == TableEnded("history")


async def test_the_history_is_a_table_of_statistics(past: Past) -> None:
    """Each row has the period's start and what there is of the entity, in the statistic's unit."""
    hour = NOW.replace(minute=0, second=0) - timedelta(hours=2)
    past.was(METER, "1", NOW)
    past.measured(
        METER,
        "kW",
        [
            StatisticData(start=hour, mean=1.0, min=0.5, max=2.0),
            StatisticData(start=hour + timedelta(hours=1), mean=3.0),
        ],
    )
    await past.recorded()
    asker = Asker(past)

    items = await asker.items(METER, "history", {"period": ("hour",)})

    table = items[2]
    assert isinstance(table, TableBegun)
    assert [column.header for column in table.columns] == [
        "Hours", "Mean (kW)", "Minimum (kW)", "Maximum (kW)",
    ]  # fmt: skip
    first, second = await asker.rows(METER, "history", {"period": ("hour",)})
    assert first == (
        Cell(ValueType.DATE_TIME, hour),
        *(Cell(ValueType.DOUBLE, value) for value in (1.0, 0.5, 2.0)),
    )
    assert second[1:] == (Cell(ValueType.DOUBLE, 3.0), Cell(), Cell())


async def test_a_report_can_be_left_at_any_time(past: Past) -> None:
    """Who stops listening ends the report, whatever it is at."""
    past.was(METER, "1", NOW)
    asker = Asker(past)
    for parts in range(3):
        report = asker.queries.run(asker.state(METER), "history", None, "en")
        for _ in range(parts):
            await anext(report)
        await report.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(report)
