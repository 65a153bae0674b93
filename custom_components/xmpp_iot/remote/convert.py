"""What the wire says as what Home Assistant takes; ValueError for what is not that.

Another house may say anything: what an entity could not be shown by does not reach it.
"""

from collections.abc import Callable
from datetime import time, timedelta
from enum import Enum
import math
from typing import Any, Final

MOST: Final = 2**53  # beyond it a number is not counted exactly


def presentable(value: Any) -> Any:
    """Return a value as an attribute of a state has it: a span of time in seconds, for JSON has none.

    One state that cannot be JSON would keep all others of this house from being shown.
    """
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, time) and value.tzinfo is not None:
        return value.isoformat()
    return value


def flag(value: Any) -> bool:
    """Return what is true or false."""
    if not isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
    return value


def text(value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
    return value


def texts(value: Any) -> list[str]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
    return [text(one) for one in value]


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping."""
    if not isinstance(value, dict):
        raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
    return value


def number(
    low: float = -math.inf, high: float = math.inf
) -> Callable[[Any], int | float]:
    """Take a finite number within these bounds."""

    def convert(value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(value)  # noqa: TRY004  # of what was said, not of the code
        if not (low <= value <= high and math.isfinite(value)):
            raise ValueError(value)
        return value

    return convert


def whole(low: float = -MOST, high: float = MOST) -> Callable[[Any], int]:
    """Take a number within these bounds, as a whole one."""
    within = number(low, high)
    return lambda value: round(within(value))


def numbers(*most: float) -> Callable[[Any], tuple[int | float, ...]]:
    """Take so many numbers, none of them less than 0 or more than this."""

    def convert(value: Any) -> tuple[int | float, ...]:
        if not isinstance(value, (list, tuple)) or len(value) != len(most):
            raise ValueError(value)
        return tuple(
            number(0, high)(one) for one, high in zip(value, most, strict=True)
        )

    return convert


def members[Member: Enum](kind: type[Member]) -> Callable[[Any], list[Member]]:
    """Take a list of an enumeration's members; those that Home Assistant does not know are left out."""
    known = {one.value: one for one in kind}
    return lambda value: [known[one] for one in texts(value) if one in known]


def among(*states: str) -> Callable[[Any], bool]:
    """Say whether a text is one of these."""
    return lambda value: text(value) in states
