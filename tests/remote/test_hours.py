"""The hours of a sensor over there are kept as statistics of this house."""

from datetime import UTC, datetime, timedelta
import math

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.xmpp_iot.remote import hours
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.hours import Series, import_hours
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.wire.errors import BadRequest, NoAnswer, RemoteError
from custom_components.xmpp_iot.wire.model import (
    Category,
    Field,
    NodeInfo,
    Quality,
    ReadRequest,
    ValueType,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from .asked import Says, Somebody, hour, metered, reading
from .street import CABIN, HOME, node

NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
END = NOW.replace(minute=0, second=0)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Let it be that time."""
    freezer.move_to(NOW)


def series_of(info: NodeInfo, house: str = HOME) -> Series | None:
    """Return the hours of a node of a house."""
    store = NodeStore(lambda *_: True)
    devices = Devices(own=CABIN, house=house, title="Home", store=store)
    return Series.of(devices, RemoteNode(info))


def meter(state_class: str = "total_increasing", **more: str) -> Series:
    """Return the hours of a meter."""
    more = {"uid": "m1", "state_class": state_class, **more}
    found = series_of(node("sensor.energy", "Energy", **more))
    assert found is not None
    return found


def told(*readings: object) -> Says:
    """Return what says these fields of the last hour but one."""
    return lambda _: [reading("a", END - 2 * HOUR, *readings)]  # type: ignore[arg-type]


async def kept(hass: HomeAssistant, series: Series) -> list[StatisticsRow]:
    """Return what this house has of it."""
    await async_wait_recording_done(hass)
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        datetime(2020, 1, 1, tzinfo=UTC),
        None,
        {series.statistic_id},
        "hour",
        None,
        {"mean", "min", "max", "state", "sum"},
    )
    return found.get(series.statistic_id, [])


async def test_a_meter_is_kept_with_its_sums(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Hour by hour until the last that is over, in its unit: so the energy dashboard takes it."""
    somebody = Somebody(readings=metered(END - 5 * HOUR))
    series = meter()

    assert await import_hours(hass, somebody.peer, series) == 5

    rows = await kept(hass, series)
    assert [row["sum"] for row in rows] == [0, 1, 2, 3, 4]
    assert {row["state"] for row in rows} == {7}
    assert rows[-1]["end"] == END.timestamp()
    (listed,) = await get_instance(hass).async_add_executor_job(
        list_statistic_ids, hass, {series.statistic_id}
    )
    assert listed["has_sum"] is True
    assert listed["name"] == "Home Energy"
    assert listed["source"] == "xmpp_iot"
    assert listed["statistics_unit_of_measurement"] == "kWh"
    assert listed["unit_class"] == "energy"


async def test_a_measurement_is_kept_with_its_means(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """And with what was highest and lowest."""
    series = meter("measurement")
    somebody = Somebody(
        readings=told(
            hour("mean", 2, "°C"),
            hour("min", 1, "°C"),
            hour("max", 3, "°C"),
            hour("sum", 9, "°C"),
        )
    )

    assert await import_hours(hass, somebody.peer, series) == 1

    (row,) = await kept(hass, series)
    assert (row["mean"], row["min"], row["max"]) == (2, 1, 3)
    assert row.get("sum") is None


async def test_only_what_is_kept_is_asked_for(
    recorder_mock: Recorder, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hours of a limited past, in stretches; the next time from where that ended."""
    monkeypatch.setattr(hours, "STRETCH", timedelta(days=12))
    somebody = Somebody(readings=metered(END - 5 * HOUR))
    series = meter()

    await import_hours(hass, somebody.peer, series)

    first, *_, last = somebody.reads
    assert len(somebody.reads) == 3
    assert first.nodes == (series.node,)
    assert first.fields == {"hour sum", "hour state"}
    assert first.categories == {Category.HISTORICAL_HOUR}
    assert first.start == END - timedelta(days=30)
    assert first.end == END - timedelta(days=18) - HOUR
    assert last.end == END - HOUR

    somebody.reads.clear()
    await async_wait_recording_done(hass)
    assert await import_hours(hass, somebody.peer, series) == 0
    assert somebody.reads == []


async def test_the_next_time_the_new_hours_come(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """And those that were corrected over there where they are asked for again."""
    somebody = Somebody(readings=metered(END - 5 * HOUR))
    series = meter()
    await import_hours(hass, somebody.peer, series)
    await async_wait_recording_done(hass)
    somebody.readings = metered(END - 6 * HOUR)
    freezer.move_to(NOW + HOUR)

    assert await import_hours(hass, somebody.peer, series) == 1
    assert [row["sum"] for row in await kept(hass, series)] == [0, 1, 2, 3, 4, 6]

    since = END - 3 * HOUR
    assert await import_hours(hass, somebody.peer, series, since) == 4
    assert [row["sum"] for row in await kept(hass, series)] == [0, 1, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "field",
    [
        hour("state", 1),
        hour("sum", math.inf),
        hour("sum", 1, "kWh", Quality.IN_PROGRESS),
        hour("sum", 1, "kWh", Quality.MISSING),
        hour("change", 1),
        Field(name="hour sum", type=ValueType.BOOLEAN, value=True),
        Field(name="hour sum", type=ValueType.STRING, value="1"),
    ],
)
async def test_what_says_nothing_is_not_kept(
    recorder_mock: Recorder, hass: HomeAssistant, field: Field
) -> None:
    """A sum must be a finite number, and its hour over."""
    series = meter()

    assert await import_hours(hass, Somebody(readings=told(field)).peer, series) == 0
    assert await kept(hass, series) == []


@pytest.mark.parametrize(
    "at",
    [END, END + HOUR, END - 2 * HOUR + timedelta(minutes=30), NOW - timedelta(days=99)],
)
async def test_what_was_not_asked_for_is_not_kept(
    recorder_mock: Recorder, hass: HomeAssistant, at: datetime
) -> None:
    """Nobody can fill the recorder with what never was."""
    somebody = Somebody(readings=lambda _: [reading("a", at, hour("sum", 1))])
    series = meter()

    assert await import_hours(hass, somebody.peer, series) == 0
    assert await kept(hass, series) == []


async def test_another_unit_is_converted(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What is here stays in the unit it is in."""
    series = meter()
    somebody = Somebody(readings=metered(END - 2 * HOUR))
    await import_hours(hass, somebody.peer, series)
    await async_wait_recording_done(hass)
    freezer.move_to(NOW + HOUR)
    somebody.readings = metered(END - 2 * HOUR, "Wh")

    assert await import_hours(hass, somebody.peer, series) == 1

    rows = await kept(hass, series)
    assert [row["sum"] for row in rows] == [0, 1, 0.002]


@pytest.mark.parametrize("unit", ["°C", "apples"])
async def test_a_unit_of_something_else_is_refused(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    unit: str,
) -> None:
    """What is here is left as it was."""
    series = meter()
    somebody = Somebody(readings=metered(END - 2 * HOUR))
    await import_hours(hass, somebody.peer, series)
    await async_wait_recording_done(hass)
    freezer.move_to(NOW + HOUR)
    somebody.readings = metered(END - 2 * HOUR, unit)

    with pytest.raises(BadRequest, match=f"was kWh, and is {unit}"):
        await import_hours(hass, somebody.peer, series)
    assert [row["sum"] for row in await kept(hass, series)] == [0, 1]


async def test_units_that_change_from_hour_to_hour_are_refused(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """There is no telling what the sums are."""
    somebody = Somebody(readings=told(hour("sum", 1), hour("state", 1, "Wh")))

    with pytest.raises(BadRequest, match="unit changes"):
        await import_hours(hass, somebody.peer, meter())


@pytest.mark.parametrize("unit", ["", "apples"])
async def test_any_unit_is_kept(
    recorder_mock: Recorder, hass: HomeAssistant, unit: str
) -> None:
    """Also none, and one that Home Assistant does not know."""
    series = meter()
    somebody = Somebody(readings=metered(END - HOUR, unit))

    assert await import_hours(hass, somebody.peer, series) == 1
    assert len(await kept(hass, series)) == 1


async def test_a_reading_that_failed_is_raised(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """With the other house's reason."""
    somebody = Somebody(readings=lambda _: [reading("a", END, error="No recorder.")])

    with pytest.raises(RemoteError, match="No recorder"):
        await import_hours(hass, somebody.peer, meter())


async def test_who_tells_without_end_is_left(
    recorder_mock: Recorder, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is waited for all day."""
    monkeypatch.setattr(hours, "STRETCH_WITHIN", 0)
    somebody = Somebody()

    async def silent(_: ReadRequest) -> None:
        raise TimeoutError

    monkeypatch.setattr(somebody, "readings", metered(END - HOUR))
    original = somebody.read

    async def slow(request: ReadRequest):  # type: ignore[no-untyped-def]
        async for one in original(request):
            await hass.async_add_executor_job(lambda: None)
            yield one

    monkeypatch.setattr(somebody, "read", slow)

    with pytest.raises(NoAnswer, match="in time"):
        await import_hours(hass, somebody.peer, meter())


@pytest.mark.parametrize("state_class", ["", "measurement_angle"])
def test_what_has_no_sums_or_means_has_no_hours(state_class: str) -> None:
    """The mean of a direction needs more than the hours say."""
    assert series_of(node("sensor.a", "A", state_class=state_class)) is None


def test_only_sensors_have_hours() -> None:
    """Whatever else says it has a state class."""
    assert series_of(node("number.a", "A", state_class="total")) is None


def test_the_id_stays_when_the_sensor_is_renamed() -> None:
    """It names the house, and no other sensor of any house has it."""
    one = node("sensor.a", "A", uid="m1", state_class="total")
    renamed = node("sensor.b", "B", uid="m1", state_class="total")
    other = node("sensor.a", "A", uid="m2", state_class="total")

    ids = [
        found.statistic_id for it in (one, renamed, other) if (found := series_of(it))
    ]
    elsewhere = series_of(one, "home_example@org.example")

    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("xmpp_iot:home_example_org_")
    assert elsewhere is not None
    assert elsewhere.statistic_id not in ids


async def test_what_is_said_fits_into_the_recorder(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Its columns have an end, at which some databases refuse the row."""
    info = node("sensor.energy", "E" * 1000, uid="m" * 1000, state_class="total")
    series = series_of(info, f"{'h' * 1000}@example.org")
    assert series is not None
    somebody = Somebody(readings=metered(END - 2 * HOUR, "u" * 1000))

    for _ in range(2):  # what is here has the same unit the next time
        assert await import_hours(hass, somebody.peer, series, END - 2 * HOUR) == 2

    await async_wait_recording_done(hass)
    (listed,) = await get_instance(hass).async_add_executor_job(
        list_statistic_ids, hass, {series.statistic_id}
    )
    assert listed["name"] == f"Home {'E' * 250}"
    assert listed["statistics_unit_of_measurement"] == "u" * 255
    assert len(series.statistic_id) <= 255


async def test_a_number_that_is_too_large_in_another_unit_is_refused(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """No database has infinity."""
    series = meter()
    somebody = Somebody(readings=metered(END - 2 * HOUR, "Wh"))
    await import_hours(hass, somebody.peer, series)
    await async_wait_recording_done(hass)
    somebody.readings = told(hour("sum", 1.7e308, "GWh"))

    with pytest.raises(BadRequest, match="too large"):
        await import_hours(hass, somebody.peer, series, END - 3 * HOUR)
