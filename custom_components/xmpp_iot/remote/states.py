"""What the wire says of a state as what Home Assistant shows; ValueError for what is not that.

Home Assistant's own entities say some of it as a text, which is of the type it should be all the same.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
import re
from typing import Any, Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.util import dt as dt_util

from .convert import number, text

# One character: an escaped one that is no reference to a group, or a set of them.
_LITERAL: Final = re.compile(r"\\[^0-9]|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
# A repeated group, a reference to one, and any of the groups that begin with a question mark but are mere brackets.
_COSTLY: Final = re.compile(r"\)[*+?{]|\\[0-9]|\(\?(?!:)")
_REPEATED: Final = re.compile(r"(?<!\()(?:[*+?]|\{\d*(?:,\d*)?\})[?+]?")
_MOST_CHOICES: Final = 3
_LONGEST: Final = 255  # characters


def moment(value: Any) -> datetime:
    """Return a moment, which has a zone."""
    found = dt_util.parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise ValueError(value)
    try:
        found.astimezone(UTC)
    except OverflowError as err:  # at either end of time there are no other zones
        raise ValueError(value) from err
    return found


def moment_of_seconds(value: Any) -> datetime:
    """Return the moment so many seconds after the beginning of 1970, in UTC."""
    return dt_util.utc_from_timestamp(number()(value))


def day(value: Any) -> date:
    """Return a day."""
    found = date.fromisoformat(value) if isinstance(value, str) else value
    if type(found) is not date:
        raise ValueError(value)
    return found


def clock(value: Any) -> time:
    """Return a time of day."""
    found = time.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(found, time):
        raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
    return found


def pattern(value: Any) -> str:
    """Return a regular expression that costs little, whatever it is matched with.

    Home Assistant matches in its event loop, and some expressions take years for a short text: those that
    repeat a group, and those that leave much to choose.
    """
    plain = _LITERAL.sub("x", text(value)[:_LONGEST])
    choices = len(_REPEATED.findall(plain))
    if "|" in plain:
        choices += plain.count("(")
    if len(value) > _LONGEST or choices > _MOST_CHOICES or _COSTLY.search(plain):
        raise ValueError(value)
    try:
        return str(re.compile(value).pattern)
    except (re.PatternError, OverflowError, RecursionError) as err:
        raise ValueError(value) from err


def anything(value: Any) -> str | float:
    """Return any value as a state: a text, or a number."""
    match value:
        case bool():
            return STATE_ON if value else STATE_OFF
        case str() | int() | float():
            return value
        case date() | time():
            return value.isoformat()
    return str(value)


def including(options: Sequence[str], present: str | None) -> list[str]:
    """Return options with the present one among them.

    What is chosen may be said before it is said that it can be: options are part of a node's description.
    """
    if present is None or present in options:
        return list(options)
    return [*options, present]


def shown[Shown](convert: Callable[[Any], Shown], value: Any) -> Shown | None:
    """Return what a value is shown as: nothing where there is none, or where it is not what it should be."""
    try:
        return None if value is None else convert(value)
    except ValueError, TypeError, OverflowError:
        return None
