"""What the wire says of a state as what Home Assistant shows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.states import (
    anything,
    clock,
    day,
    including,
    moment,
    moment_of_seconds,
    pattern,
)

MOMENT = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("convert", "said", "shown"),
    [
        (moment, MOMENT, MOMENT),
        (moment, "2026-11-21T07:00:00+01:00", MOMENT),
        (moment_of_seconds, 1795240800, MOMENT),
        (moment_of_seconds, 1795240800.0, MOMENT),
        (day, date(2026, 12, 24), date(2026, 12, 24)),
        (day, "2026-12-24", date(2026, 12, 24)),
        (clock, time(6, 30), time(6, 30)),
        (clock, "06:30:00", time(6, 30)),
        (pattern, "[a-z]+", "[a-z]+"),
        (pattern, r"^\d{4}$", r"^\d{4}$"),
        (pattern, r"^[\w.+-]+@[a-z.]+\.[a-z]{2,}$", r"^[\w.+-]+@[a-z.]+\.[a-z]{2,}$"),
        (pattern, r"^(?:on|off|\(\)+|[)]+)$", r"^(?:on|off|\(\)+|[)]+)$"),
        (anything, "text", "text"),
        (anything, 21.5, 21.5),
        (anything, True, "on"),
        (anything, False, "off"),
        (anything, MOMENT, "2026-11-21T06:00:00+00:00"),
        (anything, date(2026, 12, 24), "2026-12-24"),
        (anything, time(6, 30), "06:30:00"),
        (anything, timedelta(minutes=90), "1:30:00"),
    ],
)
def test_it_is_what_it_says(
    convert: Callable[[Any], Any], said: Any, shown: Any
) -> None:
    """A value is of the type it should be, also where it came as a text."""
    assert convert(said) == shown


@pytest.mark.parametrize(
    ("convert", "said"),
    [
        (moment, "today"),
        (moment, "2026-11-21T07:00:00"),
        (moment, datetime(2026, 11, 21)),  # without a zone
        (moment, 1),
        (moment_of_seconds, "1"),
        (day, "someday"),
        (day, MOMENT),
        (day, 1),
        (clock, "noon"),
        (clock, MOMENT),
        (moment, "0001-01-01T00:00:00+14:00"),
        (moment, datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))),
        (pattern, "[a-z"),
        (pattern, "(a+)+$"),
        (pattern, "(.?){100}x"),
        (pattern, "(a*)\\1"),
        (pattern, ".*.*.*.*x"),
        (pattern, "(a|a)" * 30),
        (pattern, "a" * 256),
        (pattern, "a{99999999999}"),
        (pattern, 1),
    ],
)
def test_what_is_something_else_is_refused(
    convert: Callable[[Any], Any], said: Any
) -> None:
    """What is not of its type is no value."""
    with pytest.raises(ValueError):  # noqa: PT011  # of what was said
        convert(said)


def test_seconds_have_an_end() -> None:
    """A moment beyond the last year that there is, is none."""
    with pytest.raises((ValueError, OverflowError)):
        moment_of_seconds(1e300)


@pytest.mark.parametrize(
    ("present", "options"), [(None, ["a"]), ("a", ["a"]), ("b", ["a", "b"])]
)
def test_the_present_option_is_one(present: str | None, options: list[str]) -> None:
    """What is chosen is among what can be."""
    assert including(["a"], present) == options
