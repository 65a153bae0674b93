"""The rows of what opens, closes, locks and guards."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.cover import CoverEntityFeature
from homeassistant.components.valve.const import ValveEntityFeature
from homeassistant.const import PERCENTAGE

from ..domain import Domain
from ..parameter import feature
from ..parameters import Range, Switch

_OPEN: Final = frozenset({"open", "opening"})

OPENINGS: Final[Mapping[str, Domain]] = {
    # To arm and to disarm is a matter of codes, and of commands only.
    "alarm_control_panel": Domain(),
    "cover": Domain(
        units=MappingProxyType(
            {"current_position": PERCENTAGE, "current_tilt_position": PERCENTAGE}
        ),
        parameters=(
            Switch(
                name="open",
                on="open_cover",
                off="close_cover",
                on_states=_OPEN,
                offered=feature(CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE),
            ),
            Range(
                name="position",
                action="set_cover_position",
                minimum=0,
                maximum=100,
                unit=PERCENTAGE,
                whole=True,
                source="current_position",
                offered=feature(CoverEntityFeature.SET_POSITION),
            ),
            Range(
                name="tilt_position",
                action="set_cover_tilt_position",
                minimum=0,
                maximum=100,
                unit=PERCENTAGE,
                whole=True,
                source="current_tilt_position",
                offered=feature(CoverEntityFeature.SET_TILT_POSITION),
            ),
        ),
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
    ),
    "valve": Domain(
        units=MappingProxyType({"current_position": PERCENTAGE}),
        parameters=(
            Switch(
                name="open",
                on="open_valve",
                off="close_valve",
                on_states=_OPEN,
                offered=feature(ValveEntityFeature.OPEN | ValveEntityFeature.CLOSE),
            ),
            Range(
                name="position",
                action="set_valve_position",
                minimum=0,
                maximum=100,
                unit=PERCENTAGE,
                whole=True,
                source="current_position",
                offered=feature(ValveEntityFeature.SET_POSITION),
            ),
        ),
    ),
}
