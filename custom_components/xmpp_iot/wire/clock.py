"""Clock synchronization (Neuro-Foundation only): asking for the time, saying it, and what it tells of a clock.

High-resolution ticks order events of one source in time, whatever its clock says.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .dialects import Dialect
from .errors import BadRequest
from .xml import (
    Element,
    bounded,
    clark,
    element,
    format_date_time,
    format_integer,
    parse_date_time,
    parse_long,
)

REQUEST: Final = "req"
SOURCE_REQUEST: Final = "sourceReq"


@dataclass(frozen=True, slots=True)
class ClockTime:
    """What a clock says: the time (UTC), and its ticks since some moment with their number per second."""

    at: datetime
    ticks: int | None = None
    frequency: int | None = None


@dataclass(frozen=True, slots=True)
class ClockDifference:
    """How far another clock is ahead of this one, and how long a message takes to it."""

    offset: timedelta
    latency: timedelta


def encode_time_request(dialect: Dialect) -> Element:
    """Return the request for the time."""
    return element(clark(dialect.synchronization, REQUEST))


def encode_source_request(dialect: Dialect) -> Element:
    """Return the request for the address of the clock that the asked one goes by."""
    return element(clark(dialect.synchronization, SOURCE_REQUEST))


def encode_time(time: ClockTime, dialect: Dialect) -> Element:
    """Return the answer that says the time."""
    return element(
        clark(dialect.synchronization, "resp"),
        {"hf": _long(time.ticks), "freq": _long(time.frequency)},
        text=format_date_time(time.at),
    )


def decode_time(answer: Element, dialect: Dialect) -> ClockTime:
    """Return what the answer to a request for the time says; BadRequest for one that says none."""
    if answer.tag != clark(dialect.synchronization, "resp"):
        raise BadRequest("This says no time.")
    return ClockTime(
        parse_date_time(answer.text or ""),
        _parsed(answer, "hf"),
        _parsed(answer, "freq"),
    )


def decode_source(answer: Element, dialect: Dialect) -> str:
    """Return the bare JID of a clock's source; BadRequest for an answer that names none."""
    text = (answer.text or "").strip()
    if answer.tag != clark(dialect.synchronization, "sourceResp") or not text:
        raise BadRequest("This names no source.")
    return bounded(text)


def difference(asked: datetime, said: datetime, received: datetime) -> ClockDifference:
    """Return what an exchange tells: asked and received by this clock, answered with `said` by the other."""
    there, back = said - asked, received - said
    return ClockDifference(offset=(there - back) / 2, latency=(there + back) / 2)


def _long(number: int | None) -> str | None:
    return None if number is None else format_integer(number)


def _parsed(answer: Element, name: str) -> int | None:
    return None if (text := answer.get(name)) is None else parse_long(text)
