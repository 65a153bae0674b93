"""The rows of what makes the air and the water pleasant."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.climate.const import ClimateEntityFeature
from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.components.humidifier.const import HumidifierEntityFeature
from homeassistant.components.water_heater.const import WaterHeaterEntityFeature
from homeassistant.const import PERCENTAGE

from ..domain import HOUSE_TEMPERATURES, POWER, Domain, StateKind, Unit
from ..parameter import every_feature, feature
from ..parameters import Choice, Flag, Range, Switch


def _temperature(name: str, features: int, *others: str) -> Range:
    """Return a target temperature; `others` go along in one action, as Home Assistant wants."""
    return Range(
        name=name,
        action="set_temperature",
        minimum="min_temp",
        maximum="max_temp",
        step="target_temp_step",
        along=others,
        offered=feature(features),
    )


CLIMATE: Final[Mapping[str, Domain]] = {
    "climate": Domain(
        units=MappingProxyType[str, Unit](
            {
                **HOUSE_TEMPERATURES,
                "current_humidity": PERCENTAGE,
                "humidity": PERCENTAGE,
            }
        ),
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                off_states=frozenset({"off"}),
                offered=every_feature(
                    ClimateEntityFeature.TURN_ON | ClimateEntityFeature.TURN_OFF
                ),
            ),
            Choice(
                name="hvac_mode",
                action="set_hvac_mode",
                options="hvac_modes",
                source="state",
            ),
            _temperature("temperature", ClimateEntityFeature.TARGET_TEMPERATURE),
            _temperature(
                "target_temp_low",
                ClimateEntityFeature.TARGET_TEMPERATURE_RANGE,
                "target_temp_high",
            ),
            _temperature(
                "target_temp_high",
                ClimateEntityFeature.TARGET_TEMPERATURE_RANGE,
                "target_temp_low",
            ),
            Range(
                name="humidity",
                action="set_humidity",
                minimum="min_humidity",
                maximum="max_humidity",
                step="target_humidity_step",
                unit=PERCENTAGE,
                whole=True,
                offered=feature(ClimateEntityFeature.TARGET_HUMIDITY),
            ),
            Choice(
                name="fan_mode",
                action="set_fan_mode",
                options="fan_modes",
                offered=feature(ClimateEntityFeature.FAN_MODE),
            ),
            Choice(
                name="preset_mode",
                action="set_preset_mode",
                options="preset_modes",
                offered=feature(ClimateEntityFeature.PRESET_MODE),
            ),
            Choice(
                name="swing_mode",
                action="set_swing_mode",
                options="swing_modes",
                offered=feature(ClimateEntityFeature.SWING_MODE),
            ),
            Choice(
                name="swing_horizontal_mode",
                action="set_swing_horizontal_mode",
                options="swing_horizontal_modes",
                offered=feature(ClimateEntityFeature.SWING_HORIZONTAL_MODE),
            ),
        ),
        required=frozenset({"set_hvac_mode.hvac_mode"}),
        related=frozenset({"target_temp_low", "target_temp_high"}),
        ordered=(("target_temp_low", "target_temp_high"),),
    ),
    "fan": Domain(
        state=StateKind.ON_OFF,
        units=MappingProxyType(
            {"percentage": PERCENTAGE, "percentage_step": PERCENTAGE}
        ),
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                offered=feature(FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF),
            ),
            Range(
                name="percentage",
                action="set_percentage",
                minimum=0,
                maximum=100,
                step="percentage_step",
                unit=PERCENTAGE,
                whole=True,
                offered=feature(FanEntityFeature.SET_SPEED),
            ),
            Choice(
                name="preset_mode",
                action="set_preset_mode",
                options="preset_modes",
                offered=feature(FanEntityFeature.PRESET_MODE),
            ),
            Flag(
                name="oscillating",
                action="oscillate",
                offered=feature(FanEntityFeature.OSCILLATE),
            ),
            Choice(
                name="direction",
                action="set_direction",
                options=("forward", "reverse"),
                offered=feature(FanEntityFeature.DIRECTION),
            ),
        ),
        conditions=MappingProxyType(
            {
                "toggle": feature(FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF),
            }
        ),
    ),
    "humidifier": Domain(
        state=StateKind.ON_OFF,
        units=MappingProxyType(
            {"humidity": PERCENTAGE, "current_humidity": PERCENTAGE}
        ),
        parameters=(
            POWER,
            Range(
                name="humidity",
                action="set_humidity",
                minimum="min_humidity",
                maximum="max_humidity",
                step="target_humidity_step",
                unit=PERCENTAGE,
                whole=True,
            ),
            Choice(
                name="mode",
                action="set_mode",
                options="available_modes",
                offered=feature(HumidifierEntityFeature.MODES),
            ),
        ),
    ),
    "water_heater": Domain(
        units=HOUSE_TEMPERATURES,
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                off_states=frozenset({"off"}),
                offered=feature(WaterHeaterEntityFeature.ON_OFF),
            ),
            Choice(
                name="operation_mode",
                action="set_operation_mode",
                options="operation_list",
                offered=feature(WaterHeaterEntityFeature.OPERATION_MODE),
            ),
            _temperature("temperature", WaterHeaterEntityFeature.TARGET_TEMPERATURE),
            Flag(
                name="away_mode",
                action="set_away_mode",
                offered=feature(WaterHeaterEntityFeature.AWAY_MODE),
            ),
        ),
        conditions=MappingProxyType(
            {
                "turn_on": feature(WaterHeaterEntityFeature.ON_OFF),
                "turn_off": feature(WaterHeaterEntityFeature.ON_OFF),
                "set_temperature": feature(WaterHeaterEntityFeature.TARGET_TEMPERATURE),
                "set_temperature.operation_mode": feature(
                    WaterHeaterEntityFeature.OPERATION_MODE
                ),
                "set_operation_mode": feature(WaterHeaterEntityFeature.OPERATION_MODE),
                "set_away_mode": feature(WaterHeaterEntityFeature.AWAY_MODE),
            }
        ),
    ),
}
