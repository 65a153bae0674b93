"""The control parameters of a node of something else than Home Assistant, as its control form says.

A form knows a parameter's type, range and choices (XEP-0325 section 3.3, XEP-0122). Where there is no form,
the fields that are said to be writable are parameters of the same name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, log10
from types import MappingProxyType
from typing import Any, Final

from ..wire.errors import BadRequest
from ..wire.form_model import FormField, FormFieldType, FormOption
from ..wire.model import Field, Value, ValueType
from ..wire.xml import parse_value
from .convert import MOST
from .node import RemoteNode
from .typed import type_of

WHOLE: Final = frozenset({ValueType.INT, ValueType.LONG})
NUMBERS: Final = WHOLE | {ValueType.DOUBLE}

# What can have a range, and what its ends are.
_RANGED: Final[Mapping[ValueType, ValueType]] = MappingProxyType(
    {
        **dict.fromkeys(NUMBERS, ValueType.DOUBLE),
        ValueType.DURATION: ValueType.DURATION,
    }
)
# Fields of a form that can be parameters: others have several values, or none.
_SINGLE: Final = frozenset(
    {
        FormFieldType.BOOLEAN,
        FormFieldType.LIST_SINGLE,
        FormFieldType.TEXT_PRIVATE,
        FormFieldType.TEXT_SINGLE,
    }
)
_FINEST: Final = 0.1  # step of a fraction with a wide range, or none
_STEPS: Final = 1000  # at least, of a fraction with a narrow one
_LEAST: Final = 1e-12  # step of whatever has a range
_LONGEST: Final = timedelta.max.days * 86_400.0  # seconds of a duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something of a node that can be set."""

    name: str
    """Also of the field that says what it is now, if there is one."""
    label: str
    type: ValueType
    group: str = ""
    options: tuple[FormOption, ...] = ()
    minimum: float | None = None  # of a duration in seconds
    maximum: float | None = None
    pattern: str = ""
    private: bool = False
    """Whether nobody may look over one's shoulder."""
    value: Value | None = None
    """What it was when the form was made."""

    @property
    def step(self) -> float:
        """By how much a number is changed at least, as good as can be guessed."""
        if self.type in WHOLE:
            return 1
        if self.minimum is None or self.maximum is None or self.maximum <= self.minimum:
            return _FINEST
        span = self.maximum - self.minimum
        return min(_FINEST, 10.0 ** ceil(log10(max(span / _STEPS, _LEAST))))

    def settable(self, value: Any) -> Any:
        """Return what the parameter is set to: Home Assistant says whole numbers and durations as fractions."""
        if self.options:  # one of them, as text
            return value
        if self.type is ValueType.DURATION and not isinstance(value, timedelta):
            return timedelta(seconds=value)
        return round(value) if self.type in WHOLE else value

    @property
    def range(self) -> tuple[float, float]:
        """Between what a number is set: within its ends, or where it has none within what can be said."""
        low, high = self.minimum, self.maximum
        most = _most(self.type)
        return -most if low is None else low, most if high is None else high


def parameters(node: RemoteNode) -> Mapping[str, Parameter]:
    """Return a node's parameters by their names, in the order of its form."""
    found: Iterable[Parameter]
    if node.form is None:
        found = (_of_field(field) for field in node.fields.values() if field.writable)
    else:
        found = (
            _of_form_field(field, node.fields.get(field.var))
            for field in node.form.fields
            if field.var and field.type in _SINGLE and not field.read_only
        )
    return {one.name: one for one in found}


def _of_field(field: Field) -> Parameter:
    return Parameter(name=field.name, label=field.name, type=field.type)


def _of_form_field(asked: FormField, field: Field | None) -> Parameter:
    kind = type_of(asked) or ValueType.STRING
    # A text that is read as something else is that: not every form says so.
    if kind is ValueType.STRING and not asked.datatype and field is not None:
        kind = field.type
    return Parameter(
        name=asked.var,
        label=asked.label or asked.var,
        type=kind,
        group=asked.group,
        options=asked.options if asked.type is FormFieldType.LIST_SINGLE else (),
        minimum=_limit(asked.minimum, kind),
        maximum=_limit(asked.maximum, kind),
        pattern=asked.pattern,
        private=asked.type is FormFieldType.TEXT_PRIVATE,
        value=_value(asked, kind),
    )


def _limit(text: str | None, kind: ValueType) -> float | None:
    """Return the end of a range; None where it has none."""
    if not text or kind not in _RANGED:
        return None
    try:
        limit = parse_value(_RANGED[kind], text)
    except BadRequest:
        return None
    number = limit.total_seconds() if isinstance(limit, timedelta) else limit
    if not isinstance(number, (int, float)) or not abs(number) <= _most(kind):
        return None  # an end that nobody comes to, or no number
    return number


def _most(kind: ValueType) -> float:
    """Return beyond what a number of that type cannot be set, up or down."""
    return _LONGEST if kind is ValueType.DURATION else MOST


def _value(asked: FormField, kind: ValueType) -> Value | None:
    """Return what a form says the value is."""
    try:
        return parse_value(kind, asked.values[0]) if asked.values else None
    except BadRequest:
        return None
