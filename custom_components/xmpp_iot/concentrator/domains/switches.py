"""The rows of what is switched, pressed or run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.light.const import ColorMode, LightEntityFeature
from homeassistant.components.siren.const import SirenEntityFeature
from homeassistant.const import UnitOfTemperature, UnitOfTime

from ..domain import POWER, PRESS, Domain, StateKind, takes
from ..parameter import color_mode, every_feature, feature
from ..parameters import Choice, Color, Press, Range, Switch

_COLOR_MODES: Final = frozenset(
    {ColorMode.HS, ColorMode.XY, ColorMode.RGB, ColorMode.RGBW, ColorMode.RGBWW}
)
_TEMPERATURE_MODES: Final = frozenset({ColorMode.COLOR_TEMP})
_DIMMABLE: Final = _COLOR_MODES | _TEMPERATURE_MODES | {ColorMode.BRIGHTNESS}

# Home Assistant describes these as an object. Each is the text its field has when it is read.
_COLORS: Final = {
    "hs_color": takes({"number_list": {"count": 2}}),
    "xy_color": takes({"number_list": {"count": 2}}),
    "rgbw_color": takes({"color_bytes": {"count": 4}}),
    "rgbww_color": takes({"color_bytes": {"count": 5}}),
}

SWITCHES: Final[Mapping[str, Domain]] = {
    "alert": Domain(),
    "automation": Domain(
        state=StateKind.ON_OFF,
        parameters=(Switch(name="enabled", on="turn_on", off="turn_off"),),
    ),
    "button": Domain(state=StateKind.MOMENT, parameters=(PRESS,)),
    "input_boolean": Domain(state=StateKind.ON_OFF, parameters=(POWER,)),
    "input_button": Domain(state=StateKind.MOMENT, parameters=(PRESS,)),
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
                unit=UnitOfTemperature.KELVIN,
                whole=True,
                offered=color_mode(_TEMPERATURE_MODES),
            ),
            Color(name="rgb_color", action="turn_on", offered=color_mode(_COLOR_MODES)),
            Choice(
                name="effect",
                action="turn_on",
                options="effect_list",
                offered=feature(LightEntityFeature.EFFECT),
            ),
        ),
        selectors=MappingProxyType(
            {
                f"{action}.{name}": selector
                for action in ("turn_on", "toggle")
                for name, selector in _COLORS.items()
            }
        ),
        related=frozenset(
            {
                *_COLORS,
                "brightness",
                "brightness_pct",
                "brightness_step",
                "brightness_step_pct",
                "color_name",
                "color_temp_kelvin",
                "profile",
                "rgb_color",
                "white",
            }
        ),
    ),
    # It deletes the node.
    "scene": Domain(
        state=StateKind.MOMENT,
        parameters=(Press(name="activate", action="turn_on"),),
        withheld=frozenset({"delete"}),
    ),
    "script": Domain(
        state=StateKind.ON_OFF,
        parameters=(Switch(name="run", on="turn_on", off="turn_off"),),
    ),
    "siren": Domain(
        state=StateKind.ON_OFF,
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                offered=every_feature(
                    SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF
                ),
            ),
        ),
        selectors=MappingProxyType(
            {
                "turn_on.duration": takes(
                    {
                        "number": {
                            "min": 0,
                            "step": 1,
                            "unit_of_measurement": UnitOfTime.SECONDS,
                        }
                    }
                )
            }
        ),
    ),
    "switch": Domain(state=StateKind.ON_OFF, parameters=(POWER,)),
}
