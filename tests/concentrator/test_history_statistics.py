"""Long-term statistics as readings: by the house's calendar, in their own unit, each period once."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator import statistics
from custom_components.xmpp_iot.concentrator.statistics import PERIODS, Period
from custom_components.xmpp_iot.wire.model import (
    HISTORICAL,
    READOUT,
    Category,
    Quality,
    ValueType,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import StatisticData
from homeassistant.core import HomeAssistant

from .past import Past

HOUR, DAY, WEEK, MONTH, YEAR = (
    Category.HISTORICAL_HOUR,
    Category.HISTORICAL_DAY,
    Category.HISTORICAL_WEEK,
    Category.HISTORICAL_MONTH,
    Category.HISTORICAL_YEAR,
)
WARMTH = "sensor.warmth"
ENERGY = "sensor.energy"
# Midnight of the house, which is an hour before that of UTC, on a Thursday.
FIRST = datetime(2026, 11, 18, 23, tzinfo=UTC)
NOW = FIRST + timedelta(days=3, hours=12)


@pytest.fixture
def past(recorder_mock: Recorder, hass: HomeAssistant) -> Past:
    """Return the past of a house."""
    return Past.of(hass)


async def measured(past: Past) -> None:
    """Let three and a half days be in the statistics, an hour of which is missing."""
    await past.hass.config.async_set_time_zone("Europe/Berlin")
    hours = [number for number in range(84) if number != 5]
    past.measured(
        WARMTH,
        "°F",
        [
            StatisticData(
                start=FIRST + timedelta(hours=number),
                mean=float(number),
                min=number - 1.0,
                max=number + 1.0,
            )
            for number in hours
        ]
        # An hour without a single value.
        + [StatisticData(start=FIRST + timedelta(hours=5))],
        unit_class="temperature",
    )
    past.measured(
        ENERGY,
        "kWh",
        [
            StatisticData(
                start=FIRST + timedelta(hours=number), state=1.0 + number, sum=number
            )
            for number in hours
        ],
        unit_class="energy",
        mean=False,
    )
    past.hass.states.async_set(WARMTH, "20", {"unit_of_measurement": "°C"})
    past.hass.states.async_set(ENERGY, "2", {"unit_of_measurement": "Wh"})
    await past.recorded()


async def test_statistics_are_read_by_period(
    past: Past, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours to years are in the house's calendar, each once however they are read."""
    freezer.move_to(NOW)
    await measured(past)

    hours = await past.readings(WARMTH, categories=[HOUR])
    assert [one.at for one in hours[3:7]] == [
        FIRST + timedelta(hours=number) for number in (3, 4, 6, 7)
    ]
    assert len(hours) == 83
    mean, low, high = hours[3].fields
    assert (mean.name, low.name, high.name) == ("hour mean", "hour min", "hour max")
    assert (mean.value, low.value, high.value) == (3.0, 2.0, 4.0)
    assert {(one.type, one.unit, one.category, one.qualities) for one in hours[3].fields} == {
        (ValueType.DOUBLE, "°F", HOUR, READOUT)
    }  # fmt: skip

    days = await past.readings(ENERGY, categories=[DAY])
    assert [one.at for one in days] == [FIRST + timedelta(days=day) for day in range(4)]
    assert [
        [field.value for field in one.fields] for one in days
    ] == [[24.0, 23.0, 23.0], [48.0, 47.0, 24.0], [72.0, 71.0, 24.0], [84.0, 83.0, 12.0]]  # fmt: skip
    assert [field.name for field in days[0].fields] == [
        "day state",
        "day sum",
        "day change",
    ]
    # What has not ended is in progress.
    assert days[2].fields[0].qualities == READOUT
    assert {field.qualities for field in days[3].fields} == {
        frozenset({Quality.IN_PROGRESS})
    }

    everything = await past.readings(ENERGY, categories=list(Category))
    statistical = [one for one in everything if HISTORICAL & {one.fields[0].category}]
    periods = [one.fields[0].category for one in statistical]
    assert periods[:8] == [YEAR, MONTH, WEEK, DAY, DAY, DAY, DAY, HOUR]
    assert [one.at.isoformat() for one in statistical[:3]] == [
        "2025-12-31T23:00:00+00:00",
        "2026-10-31T23:00:00+00:00",
        "2026-11-15T23:00:00+00:00",
    ]

    for length in (timedelta(hours=1), timedelta(hours=7), timedelta(days=1)):
        short = [Period(one.name, one.category, length) for one in PERIODS]
        monkeypatch.setattr("custom_components.xmpp_iot.concentrator.history.PERIODS", short)  # fmt: skip
        assert await past.readings(ENERGY, categories=list(Category)) == everything


async def test_statistics_are_bounded_and_filtered(
    past: Past, freezer: FrozenDateTimeFactory
) -> None:
    """A period counts by its start, both bounds included; a filter of names picks."""
    freezer.move_to(NOW)
    await measured(past)
    values = past.values
    hour, tick = timedelta(hours=1), timedelta(microseconds=1)
    of_hours = {"categories": [HOUR]}
    second = FIRST + 2 * hour

    assert await values(WARMTH, "hour mean", **of_hours, start=NOW - hour) == [83.0]
    assert await values(
        WARMTH, "hour mean", **of_hours, start=second, end=second
    ) == [2.0]  # fmt: skip
    assert await values(
        WARMTH, "hour mean", **of_hours, start=second - tick, end=second - tick
    ) == []  # fmt: skip
    assert await values(
        WARMTH, "hour max", **of_hours, end=FIRST + hour
    ) == [1.0, 2.0]  # fmt: skip

    day = FIRST + 24 * hour
    of_days = {"categories": [DAY, HOUR]}
    assert await values(ENERGY, "day change", **of_days, start=day, end=day) == [24.0]
    assert await values(
        ENERGY, "day change", **of_days, start=day + tick, end=day + hour
    ) == []  # fmt: skip
    # What is asked for from before the beginning or until after the end ends there.
    for far in (datetime.min, datetime.max):
        moment = far.replace(tzinfo=UTC)
        assert (
            await values(ENERGY, "day change", **of_days, start=moment, end=moment)
            == []
        )
    assert len(await values(ENERGY, "day sum", **of_days, end=moment)) == 4

    assert await past.readings(ENERGY, fields=["day mean", "state"], **of_days) == []
    assert await past.readings("sensor.none", **of_days) == []


async def test_what_statistics_there_are_is_known(past: Past) -> None:
    """Kinds, unit and the beginning are told; what has no rows has no statistics."""
    await measured(past)
    past.measured("sensor.empty", "W", [])
    await past.recorded()

    warmth = await statistics.statistic_of(past.hass, WARMTH)
    assert warmth is not None
    assert (warmth.kinds, warmth.unit, warmth.oldest) == (
        ("mean", "min", "max"),
        "°F",
        FIRST,
    )
    energy = await statistics.statistic_of(past.hass, ENERGY)
    assert energy is not None
    assert energy.kinds == ("state", "sum", "change")
    assert await statistics.statistic_of(past.hass, "sensor.empty") is None
