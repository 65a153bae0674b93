"""Action data as form text: the other house's command forms take what its own actions take, as text."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Final

from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util

from ..wire.form_model import Submission
from ..wire.model import ValueType
from ..wire.xml import format_value

# Of whole bytes. Any other text that looks like one of them is a text.
HEX_COLORS: Final = frozenset({"rgb_color", "rgbw_color", "rgbww_color"})


def submission(data: Mapping[str, Any]) -> Submission:
    """Return action data as a form that is filled in; what is None is left out."""
    return {
        name: form_values(name, value)
        for name, value in data.items()
        if value is not None
    }


def form_values(name: str, value: Any) -> tuple[str, ...]:
    """Return the values of one form field: several for a list of texts, one for everything else."""
    if name in HEX_COLORS:
        return ("".join(f"{part:02X}" for part in value),)
    if isinstance(value, (list, set, frozenset)) and all(
        isinstance(one, str) for one in value
    ):
        return tuple(_sorted(value))
    return (form_text(value),)


def form_text(value: Any) -> str:
    """Return a value in the lexical form of its XML Schema type; a structure is JSON."""
    match value:
        case Enum():
            return form_text(value.value)
        case bool():
            return format_value(ValueType.BOOLEAN, value)
        case int():
            return format_value(ValueType.LONG, value)
        case float():
            return format_value(ValueType.DOUBLE, value)
        case str():
            return value
        case datetime():
            return format_value(ValueType.DATE_TIME, dt_util.as_utc(value))
        case date() | time():
            return value.isoformat()
        case timedelta():
            return format_value(ValueType.DURATION, value)
        case _:
            return json_bytes(value).decode()


def _sorted(values: Iterable[str]) -> list[str]:
    """Return texts in their own order where they have one."""
    return list(values) if isinstance(values, list) else sorted(values)
