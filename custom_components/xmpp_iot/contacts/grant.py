"""What a contact is granted: rows of who may do what to which things, and when.

Rows only ever add to each other. One whose window is closed is as if it were not there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ALL_ENTITIES,
    CONF_ASK,
    CONF_DANGEROUS,
    CONF_DAYS,
    CONF_FROM,
    CONF_GRANTS,
    CONF_ID,
    CONF_JID,
    CONF_LEVEL,
    CONF_NICKNAME,
    CONF_TARGET,
    CONF_TO,
    CONF_UNTIL,
    CONF_USES,
)

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as they are kept, in the order of `date.weekday`."""

MOST_GRANTS: Final = 50
"""Rows a contact can have: each one is looked at in every decision."""

_ONE_DAY: Final = timedelta(days=1)


class Level(StrEnum):
    """How far a grant goes; each level includes the ones before it."""

    READ = "read"
    CONTROL = "control"
    COMMAND = "command"

    def allows(self, what: Level) -> bool:
        """Return whether somebody with this level may do something of level `what`."""
        return _RANK[what] <= _RANK[self]


_RANK: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a grant counts; the weekly hours are the house's own local time."""

    until: datetime | None = None  # exclusive, UTC
    days: frozenset[int] = frozenset()  # as `date.weekday` has them; none are all
    begin: time | None = None  # with `end`, or the whole day
    end: time | None = None  # exclusive; not after `begin`: on the next day

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the window of a row as it is kept."""
        until = data.get(CONF_UNTIL)
        begin, end = data.get(CONF_FROM), data.get(CONF_TO)
        return cls(
            until=datetime.fromisoformat(until).astimezone(UTC) if until else None,
            days=frozenset(DAYS.index(day) for day in data.get(CONF_DAYS, ())),
            begin=time.fromisoformat(begin) if begin and end else None,
            end=time.fromisoformat(end) if begin and end else None,
        )

    def is_open(self, now: datetime) -> bool:
        """Return whether the window is open at a moment."""
        if self.until is not None and now >= self.until:
            return False
        if not self.days and self.begin is None:
            return True
        return any(begin <= now < end for begin, end in self._openings(now))

    def next_change(self, now: datetime) -> datetime | None:
        """Return a moment before which the window neither opens nor closes; None if it never will."""
        moments = [self.until] if self.until is not None and self.until > now else []
        if self.days or self.begin is not None:
            local = dt_util.as_local(now)
            tomorrow = datetime.combine(local.date() + _ONE_DAY, time(), local.tzinfo)
            moments.append(tomorrow.astimezone(UTC))
            moments += [
                moment
                for opening in self._openings(now)
                for moment in opening
                if moment > now
            ]
        return min(moments, default=None)

    def _openings(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield from when to when the window is open, in UTC: today's opening, and yesterday's that may last.

        (Moments, as the clocks of a house say an hour twice when they go back, and leave one out.)
        """
        local = dt_util.as_local(now)
        today = local.date()
        for day in (today - _ONE_DAY, today):
            if self.days and day.weekday() not in self.days:
                continue
            begin = datetime.combine(day, self.begin or time(), local.tzinfo)
            end = datetime.combine(day, self.end or time(), local.tzinfo)
            if end <= begin:
                end += _ONE_DAY
            yield begin.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One row: what may be done to what, and when."""

    id: str
    level: Level
    target: Mapping[str, Any]  # as the target selector gives it, or pinned (targets.py)
    all_entities: bool = False  # then the target says nothing
    dangerous: bool = False  # includes what opens, unlocks and disarms
    ask: bool = False  # what nothing allows is put to the owner
    window: Window = field(default_factory=Window)
    uses: int | None = None  # how often something may be done; None: any number

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the row that is kept as `data`."""
        return cls(
            id=data[CONF_ID],
            level=Level(data[CONF_LEVEL]),
            target=MappingProxyType(dict(data.get(CONF_TARGET, {}))),
            all_entities=data.get(CONF_ALL_ENTITIES, False),
            dangerous=data.get(CONF_DANGEROUS, False),
            ask=data.get(CONF_ASK, False),
            window=Window.from_data(data),
            uses=data.get(CONF_USES),
        )

    def allows(self, what: Level, dangerous: bool) -> bool:
        """Return whether the row goes as far as to `what`, dangerous or not."""
        return self.level.allows(what) and (self.dangerous or not dangerous)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody with grants."""

    jid: str  # bare
    name: str
    grants: tuple[Grant, ...] = ()

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Return the contact that a subentry of type `contact` describes."""
        data = subentry.data
        return cls(
            jid=data[CONF_JID],
            name=data.get(CONF_NICKNAME) or data[CONF_JID],
            grants=tuple(map(Grant.from_data, data[CONF_GRANTS][:MOST_GRANTS])),
        )
