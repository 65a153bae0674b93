"""What a Home Assistant value is on the wire.

States are text and attributes are anything; a reader of the wire wants a type. Structured values have
one text form each: colours of whole bytes are hexadecimal (`FF8800`), everything else is JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
import math
import re
from typing import Final, TypeGuard

from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util

from ..wire.model import Value, ValueType

# What a state says without a fraction is told without one.
_WHOLE: Final = re.compile(r"-?\d{1,15}", re.ASCII)
_INT_MAX: Final = 2**31 - 1
_LONG_MAX: Final = 2**63 - 1

# Attributes whose value is a colour of whole bytes: their text is RRGGBB, RRGGBBWW, RRGGBBCCWW.
_HEX_COLORS: Final = frozenset({"rgb_color", "rgbw_color", "rgbww_color"})

_PLAIN: Final[Mapping[type, ValueType]] = {
    bool: ValueType.BOOLEAN,
    str: ValueType.STRING,
    datetime: ValueType.DATE_TIME,
    date: ValueType.DATE,
    time: ValueType.TIME,
    timedelta: ValueType.DURATION,
}


def hex_color(parts: Iterable[int]) -> str:
    """Return bytes (0 to 255 each) as hexadecimal text, such as `FF8800`."""
    return "".join(f"{part:02X}" for part in parts)


def typed_number(value: float) -> tuple[ValueType, Value]:
    """Return the narrowest type that holds `value`, and the value."""
    if isinstance(value, int):
        if abs(value) <= _INT_MAX:
            return ValueType.INT, value
        if abs(value) <= _LONG_MAX:
            return ValueType.LONG, value
        return ValueType.STRING, str(value)
    return ValueType.DOUBLE, float(value)


def typed_attribute(name: str, value: object) -> tuple[ValueType, Value] | None:
    """Return the type and value of a state attribute on the wire, None if it has none; never raises."""
    if value is None:
        return None
    if isinstance(value, Enum):
        return typed_attribute(name, value.value)
    if (plain := _PLAIN.get(type(value))) is not None:
        return plain, value  # type: ignore[return-value]  # the table's keys are Value's types
    if isinstance(value, str):
        return ValueType.STRING, str(value)
    if isinstance(value, int):
        return typed_number(value)
    if isinstance(value, float):
        return typed_number(value) if math.isfinite(value) else None
    if name in _HEX_COLORS and is_bytes(value):
        return ValueType.STRING, hex_color(value)
    return _as_json(value)


def is_bytes(value: object) -> TypeGuard[Sequence[int]]:
    """Return whether a value is a colour of whole bytes."""
    return isinstance(value, (list, tuple)) and all(
        type(part) is int and 0 <= part <= 255 for part in value
    )


def _as_json(value: object) -> tuple[ValueType, Value] | None:
    """Return a structure as text; what has no text form is no value, whatever an integration put there."""
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    try:
        return ValueType.STRING, json_bytes(value).decode()
    except TypeError, ValueError, OverflowError, RecursionError:
        return None


def number_of(text: str) -> float | None:
    """Return the number a state's text stands for, None if it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    return int(text) if _WHOLE.fullmatch(text) else number


def local_time(value: time) -> str:
    """Return a time of day as the house's clock shows it; without a zone it is the house's already."""
    if value.tzinfo is not None:
        moment = datetime.combine(dt_util.utcnow().date(), value)
        value = dt_util.as_local(moment).time()
    return value.replace(microsecond=0).isoformat()


def date_time_of(text: str) -> datetime | None:
    """Return the moment a state's text stands for in UTC, None if it is none."""
    if (moment := dt_util.parse_datetime(text)) is None:
        return None
    return dt_util.as_utc(moment)
