"""What a row of the table in `domains.py` says of a domain, and the rows' common parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from homeassistant.const import DEGREE, PERCENTAGE

from .parameter import Parameter, attribute
from .parameters import Choice, Press, Range, Switch, Text


class StateKind(Enum):
    """How a domain's state text is to be read."""

    TEXT = auto()
    ON_OFF = auto()
    NUMBER = auto()
    MOMENT = auto()
    DATE = auto()
    TIME = auto()
    BY_CLASS = auto()  # a sensor: number or moment by its class and unit, else text
    SECRET_TEXT = auto()  # text, but not in password mode


@dataclass(frozen=True, slots=True)
class UnitIn:
    """A unit that an attribute names; without one it is the house's own (`hass.config.units`)."""

    attribute: str = ""


type Unit = str | UnitIn

HOUSE_TEMPERATURE: Final = UnitIn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """How entities of one domain look from outside."""

    state: StateKind = StateKind.TEXT
    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))
    """The unit of each attribute that has one."""
    parameters: tuple[Parameter, ...] = ()
    actions: tuple[str, ...] = ()
    """The actions offered as commands; each is offered only to entities that support it."""


POWER: Final = Switch(name="power", on="turn_on", off="turn_off")
TOGGLED: Final = ("turn_on", "turn_off", "toggle")
SELECTED: Final = (
    "select_option",
    "select_next",
    "select_previous",
    "select_first",
    "select_last",
)
OPTION: Final = Choice(
    name="option", action="select_option", options="options", source="state"
)
VALUE: Final = Range(
    name="value",
    action="set_value",
    minimum="min",
    maximum="max",
    source="state",
    offered=attribute("min"),
)
TEXT: Final = Text(
    name="value",
    action="set_value",
    minimum="min",
    maximum="max",
    pattern="pattern",
    source="state",
)
PRESS: Final = Press(name="press", action="press")
HOUSE_TEMPERATURES: Final[Mapping[str, Unit]] = MappingProxyType(
    dict.fromkeys(
        (
            "current_temperature",
            "temperature",
            "target_temp_high",
            "target_temp_low",
            "min_temp",
            "max_temp",
            "target_temp_step",
        ),
        HOUSE_TEMPERATURE,
    )
)
WEATHER_UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "temperature": UnitIn("temperature_unit"),
        "apparent_temperature": UnitIn("temperature_unit"),
        "dew_point": UnitIn("temperature_unit"),
        "humidity": PERCENTAGE,
        "cloud_coverage": PERCENTAGE,
        "pressure": UnitIn("pressure_unit"),
        "visibility": UnitIn("visibility_unit"),
        "wind_speed": UnitIn("wind_speed_unit"),
        "wind_gust_speed": UnitIn("wind_speed_unit"),
        "wind_bearing": DEGREE,
    }
)
