"""Plain values as control parameters: each gets the wire type of its Python type."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from ..wire.model import Setting, ValueType

_TYPES: Final[Mapping[type, ValueType]] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INT,
    float: ValueType.DOUBLE,
    str: ValueType.STRING,
    datetime: ValueType.DATE_TIME,
    date: ValueType.DATE,
    time: ValueType.TIME,
    timedelta: ValueType.DURATION,
}


def settings(parameters: Mapping[str, Any]) -> tuple[Setting, ...]:
    """Return parameters as they are set; TypeError for a value without a type on the wire."""
    return tuple(_setting(name, value) for name, value in parameters.items())


def _setting(name: str, value: Any) -> Setting:
    if (kind := _TYPES.get(type(value))) is None:
        raise TypeError(f"{name} has no type that can be set.")
    return Setting(name, kind, value)
