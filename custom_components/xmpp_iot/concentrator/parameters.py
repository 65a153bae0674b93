"""The kinds of control parameters: each parameter in a row of `domains` is one of them."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime, time
import re
from typing import Final, override

from homeassistant.const import STATE_ON
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from ..wire.form_model import FormField, FormFieldType, FormOption
from ..wire.model import Value, ValueType
from ..wire.xml import format_value
from .attributes import lets_in, secret_state
from .parameter import NO_STATE, Data, NotAccepted, Parameter, listed, measure
from .values import date_time_of, hex_color, is_bytes, local_time, number_of

type Bound = float | str  # a number, or the attribute that holds it

_NUMERIC: Final = frozenset({ValueType.INT, ValueType.LONG, ValueType.DOUBLE})
_TEXTUAL: Final = frozenset({ValueType.STRING, ValueType.ENUM})
# POSIX promises no more repetitions in a regular expression.
_MOST_REPEATS: Final = 255
_LONGEST: Final = 255  # characters of a text that does not say
_COLOR: Final = re.compile(r"[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boolean(Parameter):
    """What all boolean parameters share."""

    @property
    @override
    def type(self) -> ValueType:
        return ValueType.BOOLEAN

    @abstractmethod
    def is_on(self, state: State) -> bool | None:
        """Return the current value."""

    @override
    def current(self, state: State) -> str:
        value = self.is_on(state)
        return "" if value is None else str(value).lower()

    @override
    def field(self, state: State) -> FormField:
        value = self.current(state)
        return FormField(
            var=self.name,
            type=FormFieldType.BOOLEAN,
            values=(value,) if value else (),
            datatype="xs:boolean",
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        if not isinstance(value, bool):
            raise NotAccepted("A boolean value is needed.")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(_Boolean):
    """A boolean that one action makes true and another makes false."""

    on: str
    off: str
    on_states: frozenset[str] = frozenset({"on"})
    off_states: frozenset[str] = frozenset()
    """Where there are any, every other state means true."""
    shown: bool = True
    """The state says which it is: that of a camera does not."""

    @override
    def is_on(self, state: State) -> bool | None:
        if state.state in NO_STATE or not self.shown:
            return None
        if self.off_states:
            return state.state not in self.off_states
        return state.state in self.on_states

    @override
    def call(self, accepted: object) -> tuple[str, Data]:
        return (self.on if accepted else self.off), {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(_Boolean):
    """A boolean that one action takes as its data."""

    @override
    def is_on(self, state: State) -> bool | None:
        value = state.attributes.get(self.source or self.name)
        # A water heater says on and off in words.
        return None if value is None else value in (True, STATE_ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(_Boolean):
    """A boolean that is always false and does something when set to true."""

    @override
    def is_on(self, state: State) -> bool | None:
        return False

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        if value is not True:
            raise NotAccepted("Only true can be set: it performs the action.")
        return value

    @override
    def call(self, accepted: object) -> tuple[str, Data]:
        return self.action, {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Parameter):
    """A number between bounds."""

    minimum: Bound
    maximum: Bound
    whole: bool = False
    """Home Assistant takes whole numbers only."""
    along: tuple[str, ...] = ()
    """Attributes whose present values go into the same action, which wants them together."""
    step: Bound = 1
    unit: str = ""
    unit_from: str = ""
    """The attribute that names the unit, where it is the entity's own."""

    @property
    @override
    def type(self) -> ValueType:
        return ValueType.INT if self.whole else ValueType.DOUBLE

    def bound(self, bound: Bound, state: State) -> float | None:
        """Return a bound's number for that entity, None if it has none."""
        value = state.attributes.get(bound) if isinstance(bound, str) else bound
        return float(value) if isinstance(value, (int, float)) else None

    def _text(self, bound: Bound, state: State) -> str | None:
        if (number := self.bound(bound, state)) is None:
            return None
        return f"{number:.0f}" if self.whole else f"{number:.15g}"

    @override
    def current(self, state: State) -> str:
        value = self.present(state)
        number = number_of(str(value))
        if number is None:
            return ""
        return f"{number:.0f}" if self.whole else f"{number:.15g}"

    @override
    def field(self, state: State) -> FormField:
        value = self.current(state)
        return FormField(
            var=self.name,
            values=(value,) if value else (),
            datatype="xs:int" if self.whole else "xs:double",
            minimum=self._text(self.minimum, state),
            maximum=self._text(self.maximum, state),
            description=measure(
                state.attributes.get(self.unit_from) or self.unit,
                self.bound(self.step, state),
            ),
            # What goes along must fit: the form cannot say that.
            post_back=bool(self.along),
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        if type_ not in _NUMERIC or isinstance(value, bool):
            raise NotAccepted("A number is needed.")
        number = float(value)  # type: ignore[arg-type]  # numeric by its type
        if self.whole and not number.is_integer():
            raise NotAccepted("A whole number is needed.")
        low, high = self.bound(self.minimum, state), self.bound(self.maximum, state)
        # Written so that NaN, which compares false with everything, is refused.
        if not (
            (low is None or number >= low) and (high is None or number <= high)
        ) or number in (float("inf"), float("-inf")):
            raise NotAccepted(
                f"Allowed range is {self._text(self.minimum, state)}"
                f" to {self._text(self.maximum, state)}."
            )
        return int(number) if self.whole else number

    @override
    def companions(self, state: State) -> Data:
        return {
            name: value
            for name in self.along
            if (value := state.attributes.get(name)) is not None
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of some texts."""

    options: str | tuple[str, ...]
    """The texts, or the attribute that lists them."""

    @property
    @override
    def type(self) -> ValueType:
        return ValueType.STRING

    def choices(self, state: State) -> tuple[str, ...]:
        """Return the texts that entity can take."""
        if isinstance(self.options, tuple):
            return self.options
        return tuple(one for one in listed(state, self.options) if not lets_in(one))

    @override
    def field(self, state: State) -> FormField:
        value, choices = self.current(state), self.choices(state)
        return FormField(
            var=self.name,
            type=FormFieldType.LIST_SINGLE,
            values=(value,) if value in choices else (),
            options=tuple(FormOption(choice, choice) for choice in choices),
            datatype="xs:string",
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        choices = self.choices(state)
        if type_ not in _TEXTUAL or value not in choices:
            raise NotAccepted(f"One of these is needed: {', '.join(choices)}.")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Parameter):
    """A text of limited length."""

    minimum: str
    maximum: str
    pattern: str

    @property
    @override
    def type(self) -> ValueType:
        return ValueType.STRING

    @override
    def field(self, state: State) -> FormField:
        secret = secret_state(state)
        value = "" if secret else self.current(state)
        low, high = self._limits(state)
        pattern = str(state.attributes.get(self.pattern) or "")
        return FormField(
            var=self.name,
            type=FormFieldType.TEXT_PRIVATE if secret else FormFieldType.TEXT_SINGLE,
            values=(value,) if value else (),
            datatype="xs:string",
            pattern=pattern or (f".{{{low},{high}}}" if high <= _MOST_REPEATS else ""),
            # A field has one pattern: beside Home Assistant's own there is no room for the length.
            post_back=bool(pattern) or high > _MOST_REPEATS,
        )

    def _limits(self, state: State) -> tuple[int, int]:
        """Return the shortest and the longest length."""
        low, high = map(state.attributes.get, (self.minimum, self.maximum))
        return (
            int(low) if isinstance(low, (int, float)) else 0,
            int(high) if isinstance(high, (int, float)) else _LONGEST,
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        if type_ not in _TEXTUAL or not isinstance(value, str):
            raise NotAccepted("A text is needed.")
        low, high = self._limits(state)
        if not low <= len(value) <= high:
            raise NotAccepted(f"Allowed are {low} to {high} characters.")
        pattern = state.attributes.get(self.pattern)
        if pattern and not re.fullmatch(pattern, value):
            raise NotAccepted(f"It must match the pattern {pattern}.")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Color(Parameter):
    """A colour: three bytes red, green, blue, as hexadecimal text."""

    @property
    @override
    def type(self) -> ValueType:
        return ValueType.COLOR

    @override
    def current(self, state: State) -> str:
        value = state.attributes.get(self.source or self.name)
        return hex_color(value) if value and is_bytes(value) else ""

    @override
    def field(self, state: State) -> FormField:
        value = self.current(state)
        return FormField(
            var=self.name,
            values=(value,) if value else (),
            datatype="xdc:Color",
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        allowed = type_ is ValueType.COLOR or type_ in _TEXTUAL
        if not allowed or not _COLOR.fullmatch(str(value)):
            raise NotAccepted("A colour is needed, as RRGGBB.")
        return list(bytes.fromhex(str(value))[:3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Parameter):
    """A date, a time of day or both, in the house's time zone."""

    kind: ValueType
    zoned: bool = False
    """Home Assistant takes a moment with its zone; else it wants the house's own wall clock."""

    @property
    @override
    def type(self) -> ValueType:
        return self.kind

    @override
    def current(self, state: State) -> str:
        text = super(Moment, self).current(state)
        if self.kind is not ValueType.DATE_TIME or not (moment := date_time_of(text)):
            return text
        return format_value(self.kind, moment)

    @override
    def field(self, state: State) -> FormField:
        value = self.current(state)
        return FormField(
            var=self.name,
            values=(value,) if value else (),
            datatype=f"xs:{self.kind}",
        )

    @override
    def accept(self, type_: ValueType, value: Value, state: State) -> object:
        if type_ is not self.type:
            raise NotAccepted(f"A value of type {self.type} is needed.")
        if isinstance(value, datetime):
            if self.zoned:
                return value.isoformat()
            try:
                local = dt_util.as_local(value)
            except OverflowError as err:
                raise NotAccepted("There is no such date in the house.") from err
            return local.replace(tzinfo=None).isoformat(" ", "seconds")
        return local_time(value) if isinstance(value, time) else str(value)
