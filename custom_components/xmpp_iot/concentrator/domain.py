"""What a row of the table in `domains` says of a domain, and the rows' common parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import State

from .parameter import Offered, Parameter, attribute, features_of
from .parameters import Choice, Press, Range, Switch, Text

type Selector = Mapping[str, Any]
"""A selector as Home Assistant's descriptions have it: its kind, and how it is set up."""


class StateKind(Enum):
    """How a domain's state text is to be read."""

    TEXT = auto()
    ON_OFF = auto()
    NUMBER = auto()
    MOMENT = auto()
    DATE = auto()
    TIME = auto()
    BY_CLASS = auto()  # a sensor: number or moment by its class and unit, else text


@dataclass(frozen=True, slots=True)
class UnitIn:
    """A unit that an attribute names; without one it is the house's own (`hass.config.units`)."""

    attribute: str = ""


type Unit = str | UnitIn

HOUSE_TEMPERATURE: Final = UnitIn()


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """How entities of one domain look from outside.

    Its commands are the actions that Home Assistant describes. What this says of them is only what the
    description does not: a field of an action is named `action.field`.
    """

    state: StateKind = StateKind.TEXT
    units: Mapping[str, Unit] = field(default_factory=_nothing)
    """The unit of each attribute that has one."""
    parameters: tuple[Parameter, ...] = ()
    withheld: frozenset[str] = frozenset()
    """The actions that reach beyond the node, write files, or are an administrator's."""
    conditions: Mapping[str, Offered] = field(default_factory=_nothing)
    """Which entities have an action, or a field of one."""
    selectors: Mapping[str, Callable[[State], Selector]] = field(
        default_factory=_nothing
    )
    """What a field of an action takes."""
    required: frozenset[str] = frozenset()
    """The fields that an action needs."""
    related: frozenset[str] = frozenset()
    """The fields whose values Home Assistant checks against each other."""
    ordered: tuple[tuple[str, str], ...] = ()
    """Pairs of fields of which the first is not to be greater than the second."""

    def disordered(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return which fields of an action's data are greater than they may be, and than which."""
        return {
            low: f"It must not be greater than {high}."
            for low, high in self.ordered
            if low in data and high in data and data[low] > data[high]
        }


def takes(selector: Selector) -> Callable[[State], Selector]:
    """Say what a field takes, whatever the entity."""
    return lambda _: selector


def by_feature(options: Mapping[str, int]) -> Callable[[State], Selector]:
    """Say that a field takes those options whose feature the entity has."""
    return lambda state: {
        "select": {
            "options": [
                option for option, mask in options.items() if features_of(state) & mask
            ]
        }
    }


POWER: Final = Switch(name="power", on="turn_on", off="turn_off")
OPTION: Final = Choice(
    name="option", action="select_option", options="options", source="state"
)
VALUE: Final = Range(
    name="value",
    action="set_value",
    minimum="min",
    maximum="max",
    step="step",
    unit_from="unit_of_measurement",
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
