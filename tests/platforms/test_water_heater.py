"""Water heaters of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.water_heater import XmppIotWaterHeater
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from .acting import action, assert_commanded
from .conftest import Cabin, differences

FULL: dict[str, Any] = {
    "min_temp": 43.3,
    "max_temp": 60,
    "target_temp_step": 0.5,
    "operation_list": ["eco", "electric", "off"],
    "current_temperature": None,
    "temperature": 48.3,
    "target_temp_high": None,
    "target_temp_low": 45,
    "operation_mode": "eco",
    "away_mode": "off",
    "supported_features": 15,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("eco", FULL),
        ("off", {**FULL, "operation_mode": "off", "away_mode": "on"}),
        ("unknown", {**FULL, "operation_mode": None, "current_temperature": 40}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A water heater shows what the other house says of it."""
    node = cabin.node("water_heater.bath", state, **attributes)

    shown = await cabin.show(node, XmppIotWaterHeater)

    assert differences(cabin.originals["water_heater.bath"], shown) == {}


async def test_one_without_a_range_has_one_in_its_unit(cabin: Cabin) -> None:
    """Where the other house does not say how hot it may be, Home Assistant's own range is in the right unit."""
    cabin.hass.config.units = US_CUSTOMARY_SYSTEM
    node = cabin.node("water_heater.bath", "eco", temperature=120)
    cabin.hass.config.units = METRIC_SYSTEM

    shown = await cabin.show(node, XmppIotWaterHeater)

    assert shown.attributes["min_temp"] == 43.3
    assert shown.attributes["temperature"] == 48.9


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A water heater is set in all its ways."""
    node = cabin.node("water_heater.bath", "eco", **FULL)
    shown = await cabin.show(node, XmppIotWaterHeater)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_off"),
            action("set_temperature", temperature=50.5),
            action("set_temperature", temperature=50.5, operation_mode="electric"),
            action("set_operation_mode", operation_mode="off"),
            action("set_away_mode", away_mode=True),
            action("set_away_mode", away_mode=False),
        ],
    )
