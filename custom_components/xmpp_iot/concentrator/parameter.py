"""Control parameters (XEP-0325): what a simple client can set, and what Home Assistant then does.

Each class is one kind of parameter, each instance part of a row of `domains`. A parameter checks a value
completely (`accept`) before anything is done; `call` says what is to be done.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State

from ..wire.form_model import FormField
from ..wire.model import Value, ValueType

type Offered = Callable[[State], bool]
type Data = dict[str, object]

NO_STATE: Final = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


class NotAccepted(ValueError):
    """The value cannot be set; the text says why, for a person."""


def always(_: State) -> bool:
    """Offer the parameter on every entity of the domain."""
    return True


def features_of(state: State) -> int:
    """Return the features an entity has; none where an integration says no number."""
    has = state.attributes.get("supported_features")
    return has if isinstance(has, int) else 0


def listed(state: State, name: str) -> tuple[str, ...]:
    """Return the texts an attribute lists; none where an integration says no list."""
    found = state.attributes.get(name)
    if not isinstance(found, (list, tuple, set, frozenset)):
        return ()
    return tuple(str(one) for one in found)


def feature(mask: int) -> Offered:
    """Offer the parameter to entities that support any feature of `mask`."""
    return lambda state: bool(features_of(state) & mask)


def every_feature(mask: int) -> Offered:
    """Offer the parameter to entities that support all features of `mask`."""
    return lambda state: features_of(state) & mask == mask


def attribute(*names: str) -> Offered:
    """Offer the parameter to entities all of whose attributes `names` are neither absent nor false."""
    # (Compared by identity: a number attribute may well be 0, which equals False.)
    return lambda state: (
        not any(
            state.attributes.get(name) is None or state.attributes[name] is False
            for name in names
        )
    )


def without(name: str, offered: Offered) -> Offered:
    """Offer the parameter as `offered` says, but not where attribute `name` is true."""
    return lambda state: not state.attributes.get(name) and offered(state)


def never(_: State) -> bool:
    """Offer it on no entity."""
    return False


def color_mode(modes: frozenset[str]) -> Offered:
    """Offer the parameter to lights that know any of these colour modes."""
    return lambda state: not modes.isdisjoint(listed(state, "supported_color_modes"))


def measure(unit: object, step: object) -> str:
    """Return what a form cannot say of a number in a datatype: its unit and the steps it goes in."""
    said = [f"Unit: {unit}."] if unit else []
    if isinstance(step, (int, float)) and step != 1:
        said.append(f"Step: {step:.15g}.")
    return " ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(ABC):
    """One control parameter of a domain's entities."""

    name: str
    action: str = ""
    key: str = ""
    """The action's data field that takes the value; the parameter's name when empty."""
    source: str = ""
    """The attribute that holds the current value, or `state`; the parameter's name when empty."""
    offered: Offered = always

    @property
    def data_key(self) -> str:
        """The action's data field that takes the value."""
        return self.key or self.name

    @property
    @abstractmethod
    def type(self) -> ValueType:
        """The type of the value on the wire."""

    def current(self, state: State) -> str:
        """Return the current value as form text, empty if it has none."""
        value = self.present(state)
        return "" if value is None else str(value)

    def present(self, state: State) -> object:
        """Return the present value as Home Assistant has it, None if there is none."""
        if (source := self.source or self.name) != "state":
            return state.attributes.get(source)
        return None if state.state in NO_STATE else state.state

    @abstractmethod
    def field(self, state: State) -> FormField:
        """Return the form field that sets this parameter of that entity (XEP-0325 section 3.6)."""

    @abstractmethod
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        """Return the value as Home Assistant takes it; raise NotAccepted if it cannot be set."""

    def call(self, accepted: object) -> tuple[str, Data]:
        """Return the action that sets an accepted value, and its data."""
        return self.action, {self.data_key: accepted}

    def companions(self, state: State) -> Data:
        """Return the present values that Home Assistant wants in the same action."""
        return {}


def by_name(parameters: tuple[Parameter, ...], state: State) -> Mapping[str, Parameter]:
    """Return the parameters offered for that entity, by name, in the order they should be set."""
    return {one.name: one for one in parameters if one.offered(state)}
