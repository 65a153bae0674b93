"""Thermostats and air conditioners of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.climate import XmppIotClimate
from homeassistant.components.climate.const import ClimateEntityFeature as Feature
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from .acting import action, assert_commanded
from .conftest import Cabin, differences

FULL: dict[str, Any] = {
    "hvac_modes": ["off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only"],
    "min_temp": 7,
    "max_temp": 35.5,
    "target_temp_step": 0.5,
    "min_humidity": 30,
    "max_humidity": 99,
    "target_humidity_step": 5,
    "fan_modes": ["low", "high"],
    "preset_modes": ["eco", "away"],
    "swing_modes": ["auto", "off"],
    "swing_horizontal_modes": ["range", "off"],
    "current_temperature": 22.3,
    "temperature": 21,
    "target_temp_high": None,
    "target_temp_low": None,
    "current_humidity": 54,
    "humidity": 67.4,
    "fan_mode": "low",
    "hvac_action": "cooling",
    "preset_mode": None,
    "swing_mode": "off",
    "swing_horizontal_mode": "range",
    "supported_features": Feature(1023 - 64),
}
SMALL: dict[str, Any] = {
    "hvac_modes": ["off", "heat"],
    "min_temp": 7,
    "max_temp": 35,
    "current_temperature": None,
    "temperature": 20.5,
    "supported_features": Feature.TARGET_TEMPERATURE
    | Feature.TURN_ON
    | Feature.TURN_OFF,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("cool", FULL),
        (
            "heat_cool",
            {
                **FULL,
                "temperature": None,
                "target_temp_high": 24,
                "target_temp_low": 18.5,
                "hvac_action": "idle",
                "preset_mode": "eco",
            },
        ),
        ("off", {**FULL, "hvac_action": "off", "fan_mode": None}),
        ("unknown", FULL),
        ("heat", SMALL),
        ("off", {**SMALL, "temperature": None}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A thermostat shows what the other house says of it."""
    node = cabin.node("climate.hall", state, **attributes)

    shown = await cabin.show(node, XmppIotClimate)

    assert differences(cabin.originals["climate.hall"], shown) == {}


async def test_halves_of_degrees_are_shown_in_a_house_of_whole_ones(
    cabin: Cabin,
) -> None:
    """Both houses have Fahrenheit: the numbers are the same, though this one would round its own."""
    cabin.hass.config.units = US_CUSTOMARY_SYSTEM
    warm = {"temperature": 70.5, "min_temp": 44.6, "max_temp": 95}
    node = cabin.node("climate.hall", "heat", **{**SMALL, **warm})

    shown = await cabin.show(node, XmppIotClimate)

    assert differences(cabin.originals["climate.hall"], shown) == {}


async def test_a_house_with_other_degrees(cabin: Cabin) -> None:
    """Temperatures are shown in this house's unit, and sent in the other's."""
    cabin.hass.config.units = US_CUSTOMARY_SYSTEM
    warm = {"temperature": 68, "min_temp": 50, "max_temp": 86}
    node = cabin.node("climate.hall", "heat", **{**SMALL, **warm})
    cabin.hass.config.units = METRIC_SYSTEM

    shown = await cabin.show(node, XmppIotClimate)

    assert [shown.attributes[name] for name in warm] == [20, 10, 30]
    await assert_sent(cabin, shown.entity_id, 25, 77)


async def test_the_unit_stays_known(cabin: Cabin) -> None:
    """A thermostat that says no temperature any more has its range in the unit it had."""
    cabin.hass.config.units = US_CUSTOMARY_SYSTEM
    warm = {"temperature": 68, "min_temp": 50, "max_temp": 86}
    node = cabin.node("climate.hall", "heat", **{**SMALL, **warm})
    shown = await cabin.show(node, XmppIotClimate)

    cabin.change(node, "off", temperature=None)
    cabin.hass.config.units = METRIC_SYSTEM
    node.changed()

    assert cabin.state(shown.entity_id).attributes["min_temp"] == 10


async def assert_sent(cabin: Cabin, entity_id: str, given: float, sent: float) -> None:
    """Check what is sent of a temperature that is set here."""
    commands = await cabin.act("climate.set_temperature", entity_id, temperature=given)
    assert commands == [("climate.hall", "set_temperature", {"temperature": sent})]


async def test_a_temperature_out_of_range_does_not_leave(cabin: Cabin) -> None:
    """What the other house would not take is refused here."""
    shown = await cabin.show(
        cabin.node("climate.hall", "heat", **SMALL), XmppIotClimate
    )

    with pytest.raises(ServiceValidationError):
        await cabin.act("climate.set_temperature", shown.entity_id, temperature=50)

    assert cabin.house.commands == []


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """A thermostat that does not say its range right has Home Assistant's."""
    node = cabin.node(
        "climate.hall",
        "warm",
        min_temp="cold",
        max_temp=float("inf"),
        temperature="mild",
        current_temperature=[20],
        hvac_modes="heat",
        hvac_action="glowing",
        supported_features=1,
    )

    shown = await cabin.show(node, XmppIotClimate)

    assert shown.state == "unknown"
    assert shown.attributes["min_temp"] == 7
    assert shown.attributes["max_temp"] == 35
    assert shown.attributes["temperature"] is None
    assert "hvac_action" not in shown.attributes


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A thermostat is set in all its ways."""
    shown = await cabin.show(cabin.node("climate.hall", "off", **FULL), XmppIotClimate)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_off"),
            action("toggle").becoming("turn_on"),
            action("set_hvac_mode", hvac_mode="heat_cool"),
            action("set_temperature", temperature=21.5),
            action("set_temperature", temperature=21.5, hvac_mode="heat"),
            action("set_temperature", target_temp_low=18.0, target_temp_high=24.5),
            action("set_humidity", humidity=45),
            action("set_fan_mode", fan_mode="high"),
            action("set_preset_mode", preset_mode="away"),
            action("set_swing_mode", swing_mode="auto"),
            action("set_swing_horizontal_mode", swing_horizontal_mode="off"),
        ],
    )
