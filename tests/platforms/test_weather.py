"""The weather at other houses, and what it is going to be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.weather import XmppIotWeather
from homeassistant.components.demo.weather import DemoWeather
from homeassistant.components.weather import Forecast
from homeassistant.components.weather.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonValueType

from .conftest import Cabin, differences, reported

WEATHER = "weather.north"
NOW: dict[str, Any] = {
    "temperature": 21.6,
    "apparent_temperature": 23.1,
    "dew_point": 12.0,
    "temperature_unit": "°C",
    "humidity": 92,
    "ozone": 301.5,
    "cloud_coverage": 40,
    "uv_index": 3.5,
    "pressure": 1099.0,
    "pressure_unit": "hPa",
    "wind_bearing": 185.5,
    "wind_gust_speed": 7.25,
    "wind_speed": 1.8,
    "wind_speed_unit": "km/h",
    "visibility": 9.5,
    "visibility_unit": "km",
    "precipitation_unit": "mm",
    "supported_features": 7,
    "attribution": "Powered by somebody",
}
DAY = datetime(2026, 11, 21, 16, tzinfo=UTC)
FORECAST: list[JsonValueType] = [
    {
        "datetime": (DAY + timedelta(days=number)).isoformat(),
        "condition": "rainy",
        "precipitation": 1.5,
        "precipitation_probability": 60,
        "temperature": 22.0 + number,
        "templow": 15.3,
        "apparent_temperature": 20.1,
        "dew_point": 8.0,
        "pressure": 1012.5,
        "wind_bearing": "NW",
        "wind_speed": 3.6,
        "wind_gust_speed": 7.2,
        "humidity": 70,
        "cloud_coverage": 75,
        "uv_index": 2,
        "is_daytime": number == 0,
    }
    for number in range(2)
]


async def forecast(cabin: Cabin, entity_id: str, kind: str) -> Any:
    """Return the forecast as Home Assistant's own action answers it."""
    response = await cabin.hass.services.async_call(
        "weather",
        "get_forecasts",
        {"entity_id": entity_id, "type": kind},
        blocking=True,
        return_response=True,
    )
    assert isinstance(response, dict)
    part = response[entity_id]
    assert isinstance(part, dict)
    return part["forecast"]


async def test_it_is_like_the_one_over_there(cabin: Cabin) -> None:
    """The weather shows what the other house says of it, as it changes."""
    node = cabin.node(WEATHER, "sunny", **NOW)
    shown = await cabin.show(node, XmppIotWeather)
    assert differences(cabin.originals[WEATHER], shown) == {}

    new = cabin.change(node, "lightning-rainy", temperature=-3.4, wind_bearing="SSW")
    assert differences(new, cabin.state(shown.entity_id)) == {}
    cabin.change(node, "unknown")
    assert cabin.state(shown.entity_id).state == "unknown"


async def test_it_is_shown_in_this_house_s_units(cabin: Cabin) -> None:
    """A house that measures in others is understood."""
    units = {
        "temperature_unit": "°F",
        "pressure_unit": "inHg",
        "wind_speed_unit": "mph",
        "visibility_unit": "mi",
        "precipitation_unit": "in",
    }
    values = {"temperature": 50, "pressure": 30, "wind_speed": 10, "visibility": 10}
    node = cabin.node(WEATHER, "sunny", **(NOW | units | values))
    cabin.house.report = reported({"forecast": FORECAST})

    shown = await cabin.show(node, XmppIotWeather)
    found = await forecast(cabin, shown.entity_id, "daily")

    assert shown.attributes["temperature"] == 10.0
    assert shown.attributes["pressure"] == 1015.92
    assert shown.attributes["wind_speed"] == 16.09
    assert shown.attributes["visibility"] == 16.09
    assert shown.attributes["temperature_unit"] == "°C"
    assert (found[0]["temperature"], found[0]["precipitation"]) == (-5.6, 38.1)


@pytest.mark.parametrize("unit", ["K", "", None])
async def test_a_unit_that_is_none_says_nothing(cabin: Cabin, unit: str | None) -> None:
    """No number is shown in a unit that Home Assistant cannot convert, now or tomorrow."""
    node = cabin.node(WEATHER, "sunny", **(NOW | {"temperature_unit": unit}))
    cabin.house.report = reported({"forecast": FORECAST})

    shown = await cabin.show(node, XmppIotWeather)
    (first, _) = await forecast(cabin, shown.entity_id, "daily")

    assert "temperature" not in shown.attributes
    assert "dew_point" not in shown.attributes
    assert shown.attributes["pressure"] == 1099.0
    assert (first["temperature"], first["pressure"]) == (None, 1012.5)


@pytest.mark.parametrize("kind", ["daily", "hourly", "twice_daily"])
async def test_a_forecast_is_asked_for(cabin: Cabin, kind: str) -> None:
    """It is what the other house answers, to the last number."""
    shown = await cabin.show(cabin.node(WEATHER, "sunny", **NOW), XmppIotWeather)
    cabin.house.report = reported({"forecast": FORECAST})

    assert await forecast(cabin, shown.entity_id, kind) == FORECAST
    assert cabin.house.queries == [(WEATHER, "get_forecasts", {"type": kind})]


async def test_the_demo_s_forecast_is_told_as_it_is(cabin: Cabin) -> None:
    """A forecast with few columns, made by Home Assistant itself."""
    shown = await cabin.show(cabin.node(WEATHER, "sunny", **NOW), XmppIotWeather)
    demo = DemoWeather(
        "South",
        "Sunshine",
        21.6,
        92,
        1099,
        0.5,
        "°C",
        "hPa",
        "km/h",
        [["rainy", 1, 22, 15, 60], ["fog", 0.2, 21, 12, 100]],
        None,
        None,
    )
    demo.hass = cabin.hass
    original = demo._convert_forecast(await demo.async_forecast_daily())
    cabin.house.report = reported({"forecast": original})

    assert await forecast(cabin, shown.entity_id, "daily") == original


async def test_rows_that_make_no_sense_are_left_out(cabin: Cabin) -> None:
    """A forecast for no time is none; a number that is a text is no number."""
    shown = await cabin.show(cabin.node(WEATHER, "sunny", **NOW), XmppIotWeather)
    (good, _) = FORECAST
    assert isinstance(good, dict)
    wrong = [
        {"condition": "sunny"},
        {"datetime": "tomorrow"},
        {"datetime": "2026-11-21"},
        {"datetime": 5},
        {**good, "temperature": "hot", "is_daytime": "yes", "humidity": float("inf")},
    ]
    cabin.house.report = reported({"forecast": wrong})

    (row,) = await forecast(cabin, shown.entity_id, "daily")
    assert row["temperature"] is None
    assert "humidity" not in row
    assert row["condition"] == "rainy"
    assert await forecast(cabin, shown.entity_id, "twice_daily") == []


async def test_a_refusal_is_told(cabin: Cabin) -> None:
    """Whoever asks for the forecast learns why there is none."""
    shown = await cabin.show(cabin.node(WEATHER, "sunny", **NOW), XmppIotWeather)
    cabin.house.refusal = HomeAssistantError("Not for you.")
    with pytest.raises(HomeAssistantError, match="Not for you"):
        await forecast(cabin, shown.entity_id, "daily")


class Watcher:
    """Somebody who looks at the forecast."""

    def __init__(self, hass: HomeAssistant) -> None:
        (entity,) = hass.data[DATA_COMPONENT].entities
        self.seen: list[list[JsonValueType] | None] = []
        self.leave = entity.async_subscribe_forecast("daily", self.seen.append)


@pytest.fixture
async def node(cabin: Cabin) -> RemoteNode:
    """Return the node of a weather that is shown here, by a component that finds it."""
    node = cabin.node(WEATHER, "sunny", **NOW)
    await cabin.show(node, XmppIotWeather)
    cabin.house.report = reported({"forecast": FORECAST})
    return node


async def test_whoever_looks_sees_a_new_forecast(
    cabin: Cabin, node: RemoteNode
) -> None:
    """When the weather changes over there it is asked for; not while nobody looks."""
    cabin.change(node, temperature=20)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)
    assert cabin.house.queries == []

    watcher = Watcher(cabin.hass)
    cabin.change(node, temperature=21)
    cabin.change(node, temperature=22)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)

    assert watcher.seen[-1] == FORECAST
    assert len(cabin.house.queries) <= 2
    watcher.leave()
    cabin.house.queries.clear()
    cabin.change(node, temperature=23)
    cabin.house.go(online=False)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)
    assert cabin.house.queries == []


async def test_a_house_that_is_away_is_not_asked(
    cabin: Cabin, node: RemoteNode
) -> None:
    """Nothing is asked for while it is offline, and the forecast is when it is back."""
    watcher = Watcher(cabin.hass)
    cabin.house.go(online=False)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)
    assert cabin.house.queries == []

    cabin.house.go(online=True)
    await cabin.hass.async_block_till_done(wait_background_tasks=True)
    assert watcher.seen == [FORECAST]
    watcher.leave()


def test_a_forecast_has_no_columns_that_are_not_handled() -> None:
    """All that Home Assistant knows of a forecast is taken over."""
    taken = {name for one in FORECAST if isinstance(one, dict) for name in one}
    known = {name.removeprefix("native_") for name in Forecast.__annotations__}
    assert taken == known
