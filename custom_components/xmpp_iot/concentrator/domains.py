"""The mapping of Home Assistant's domains to nodes: one row per domain, and nothing else.

A domain without a row is readable all the same, with a text state and generic fields. What Home
Assistant knows of an action (its fields, selectors, features) is derived in `commands.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.climate.const import ClimateEntityFeature
from homeassistant.components.cover import CoverEntityFeature
from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.components.light.const import ColorMode, LightEntityFeature
from homeassistant.const import PERCENTAGE, UnitOfTemperature, UnitOfTime

from ..wire.model import ValueType
from .domain import (
    HOUSE_TEMPERATURES,
    OPTION,
    POWER,
    PRESS,
    SELECTED,
    TEXT,
    TOGGLED,
    VALUE,
    WEATHER_UNITS,
    Domain,
    StateKind,
    Unit,
)
from .parameter import attribute, color_mode, feature, without
from .parameters import Choice, Color, Flag, Moment, Press, Range, Switch

_COLOR_MODES: Final = frozenset(
    {ColorMode.HS, ColorMode.XY, ColorMode.RGB, ColorMode.RGBW, ColorMode.RGBWW}
)
_TEMPERATURE_MODES: Final = frozenset({ColorMode.COLOR_TEMP})
_DIMMABLE: Final = _COLOR_MODES | _TEMPERATURE_MODES | {ColorMode.BRIGHTNESS}


def _temperature(name: str, features: ClimateEntityFeature, *others: str) -> Range:
    """Return a target temperature; `others` go along in one action, as Home Assistant wants."""
    return Range(
        name=name,
        action="set_temperature",
        minimum="min_temp",
        maximum="max_temp",
        along=others,
        offered=feature(features),
    )


DOMAINS: Final[Mapping[str, Domain]] = MappingProxyType(
    {
        "automation": Domain(state=StateKind.ON_OFF),
        "binary_sensor": Domain(state=StateKind.ON_OFF),
        "button": Domain(
            state=StateKind.MOMENT,
            parameters=(PRESS,),
            actions=("press",),
        ),
        "calendar": Domain(state=StateKind.ON_OFF),
        "climate": Domain(
            units=MappingProxyType[str, Unit](
                {
                    **HOUSE_TEMPERATURES,
                    "current_humidity": PERCENTAGE,
                    "humidity": PERCENTAGE,
                }
            ),
            parameters=(
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
            actions=(
                "set_hvac_mode",
                "set_temperature",
                "set_humidity",
                "set_fan_mode",
                "set_preset_mode",
                "set_swing_mode",
                "set_swing_horizontal_mode",
                *TOGGLED,
            ),
        ),
        "conversation": Domain(state=StateKind.MOMENT),
        "counter": Domain(state=StateKind.NUMBER),
        "cover": Domain(
            units=MappingProxyType(
                {"current_position": PERCENTAGE, "current_tilt_position": PERCENTAGE}
            ),
            parameters=(
                Switch(
                    name="open",
                    on="open_cover",
                    off="close_cover",
                    on_states=frozenset({"open", "opening"}),
                    offered=feature(CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE),
                ),
                Range(
                    name="position",
                    action="set_cover_position",
                    minimum=0,
                    maximum=100,
                    whole=True,
                    source="current_position",
                    offered=feature(CoverEntityFeature.SET_POSITION),
                ),
                Range(
                    name="tilt_position",
                    action="set_cover_tilt_position",
                    minimum=0,
                    maximum=100,
                    whole=True,
                    source="current_tilt_position",
                    offered=feature(CoverEntityFeature.SET_TILT_POSITION),
                ),
            ),
            actions=(
                "open_cover",
                "close_cover",
                "stop_cover",
                "toggle",
                "set_cover_position",
                "open_cover_tilt",
                "close_cover_tilt",
                "stop_cover_tilt",
                "toggle_cover_tilt",
                "set_cover_tilt_position",
            ),
        ),
        "date": Domain(state=StateKind.DATE),
        "datetime": Domain(state=StateKind.MOMENT),
        "event": Domain(state=StateKind.MOMENT),
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
                    offered=feature(
                        FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF
                    ),
                ),
                Range(
                    name="percentage",
                    action="set_percentage",
                    minimum=0,
                    maximum=100,
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
            actions=(
                *TOGGLED,
                "set_percentage",
                "increase_speed",
                "decrease_speed",
                "set_preset_mode",
                "oscillate",
                "set_direction",
            ),
        ),
        "geo_location": Domain(state=StateKind.NUMBER),
        "humidifier": Domain(
            state=StateKind.ON_OFF,
            units=MappingProxyType(
                {"humidity": PERCENTAGE, "current_humidity": PERCENTAGE}
            ),
        ),
        "image": Domain(state=StateKind.MOMENT),
        "input_boolean": Domain(
            state=StateKind.ON_OFF, parameters=(POWER,), actions=TOGGLED
        ),
        "input_button": Domain(
            state=StateKind.MOMENT,
            parameters=(PRESS,),
            actions=("press",),
        ),
        "input_datetime": Domain(
            parameters=(
                Moment(
                    name="datetime",
                    action="set_datetime",
                    kind=ValueType.DATE_TIME,
                    source="state",
                    offered=attribute("has_date", "has_time"),
                ),
                Moment(
                    name="date",
                    action="set_datetime",
                    kind=ValueType.DATE,
                    source="state",
                    offered=without("has_time", attribute("has_date")),
                ),
                Moment(
                    name="time",
                    action="set_datetime",
                    kind=ValueType.TIME,
                    source="state",
                    offered=without("has_date", attribute("has_time")),
                ),
            ),
            actions=("set_datetime",),
        ),
        "input_number": Domain(
            state=StateKind.NUMBER,
            parameters=(VALUE,),
            actions=("set_value", "increment", "decrement"),
        ),
        "input_select": Domain(parameters=(OPTION,), actions=SELECTED),
        "input_text": Domain(
            state=StateKind.SECRET_TEXT, parameters=(TEXT,), actions=("set_value",)
        ),
        "light": Domain(
            state=StateKind.ON_OFF,
            units=MappingProxyType({"color_temp_kelvin": UnitOfTemperature.KELVIN}),
            parameters=(
                POWER,
                Range(
                    name="brightness",
                    action="turn_on",
                    minimum=0,
                    maximum=255,
                    whole=True,
                    offered=color_mode(_DIMMABLE),
                ),
                Range(
                    name="color_temp_kelvin",
                    action="turn_on",
                    minimum="min_color_temp_kelvin",
                    maximum="max_color_temp_kelvin",
                    whole=True,
                    offered=color_mode(_TEMPERATURE_MODES),
                ),
                Color(
                    name="rgb_color", action="turn_on", offered=color_mode(_COLOR_MODES)
                ),
                Choice(
                    name="effect",
                    action="turn_on",
                    options="effect_list",
                    offered=feature(LightEntityFeature.EFFECT),
                ),
            ),
            actions=TOGGLED,
        ),
        "lock": Domain(
            parameters=(
                Switch(
                    name="locked",
                    on="lock",
                    off="unlock",
                    on_states=frozenset({"locked", "locking"}),
                ),
            ),
            actions=("lock", "unlock", "open"),
        ),
        "media_player": Domain(
            units=MappingProxyType(
                {
                    "media_duration": UnitOfTime.SECONDS,
                    "media_position": UnitOfTime.SECONDS,
                }
            )
        ),
        "notify": Domain(state=StateKind.MOMENT),
        "number": Domain(
            state=StateKind.NUMBER, parameters=(VALUE,), actions=("set_value",)
        ),
        "remote": Domain(state=StateKind.ON_OFF),
        "scene": Domain(
            state=StateKind.MOMENT,
            parameters=(Press(name="activate", action="turn_on"),),
            actions=("turn_on",),
        ),
        "schedule": Domain(state=StateKind.ON_OFF),
        "script": Domain(
            state=StateKind.ON_OFF,
            parameters=(Switch(name="run", on="turn_on", off="turn_off"),),
            actions=TOGGLED,
        ),
        "select": Domain(parameters=(OPTION,), actions=SELECTED),
        "sensor": Domain(state=StateKind.BY_CLASS),
        "siren": Domain(state=StateKind.ON_OFF),
        "stt": Domain(state=StateKind.MOMENT),
        "switch": Domain(state=StateKind.ON_OFF, parameters=(POWER,), actions=TOGGLED),
        "text": Domain(state=StateKind.SECRET_TEXT),
        "time": Domain(state=StateKind.TIME),
        "todo": Domain(state=StateKind.NUMBER),
        "tts": Domain(state=StateKind.MOMENT),
        "update": Domain(
            state=StateKind.ON_OFF,
            units=MappingProxyType({"update_percentage": PERCENTAGE}),
        ),
        "valve": Domain(units=MappingProxyType({"current_position": PERCENTAGE})),
        "water_heater": Domain(units=HOUSE_TEMPERATURES),
        "weather": Domain(units=WEATHER_UNITS),
        "zone": Domain(state=StateKind.NUMBER),
    }
)

_GENERIC: Final = Domain()


def domain_of(entity_id: str) -> Domain:
    """Return the row of an entity's domain, the generic one where there is none."""
    return DOMAINS.get(entity_id.partition(".")[0], _GENERIC)
