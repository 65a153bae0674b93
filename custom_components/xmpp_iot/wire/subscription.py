"""One event subscription at work: what is to be looked at, what is to be told, and when."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from .dialects import Dialect
from .happening import EventSubscription
from .memory import ALL, NOTHING, Memory, Names
from .model import Caller, NodeRef

# Seconds between events that only time brings about; whoever asks for less gets these: at least so many,
# and as many as it takes to tell no more nodes a second than these.
SHORTEST_BEAT: Final = 1.0
NODES_PER_SECOND: Final = 20
# Seconds without events after one could not be sent, doubled each time.
PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 60.0

type Key = tuple[str, str]  # full JID, id


@dataclass(slots=True, eq=False, kw_only=True)
class Subscription:
    """A wish, what its subscriber knows, and what it does not know yet. Times are the event loop's."""

    caller: Caller
    wish: EventSubscription
    dialect: Dialect
    memory: Memory
    nodes: dict[NodeRef, None]  # those followed still
    unfollow: Callable[[], None]
    began_at: float | None = None  # when the subscriber got its answer
    ended: bool = False
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    _to_look_at: dict[NodeRef, None] = field(default_factory=dict)
    _due: dict[NodeRef, Names] = field(default_factory=dict)
    _not_before: float = 0.0  # no event until then
    _paused_until: float = 0.0  # nothing at all until then
    _fired_at: float = 0.0
    _told_at: dict[NodeRef, float] = field(default_factory=dict)
    """When all of a node was told; the oldest first."""
    failures: int = 0  # in a row

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.caller.jid, self.wish.id

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields to read; none for all."""
        return frozenset(one.name for one in self.wish.fields)

    def begin(self, now: float) -> None:
        """Count time from now, and tell all at once if that is wished."""
        self.began_at = now
        self._fired_at = now
        self._told_at = dict.fromkeys(self.nodes, now)
        if self.wish.immediately:
            self._due = dict.fromkeys(self.nodes, ALL)

    def look_at(self, node: NodeRef) -> None:
        """Have a node looked at: it may have changed.

        Who says so may know it by another form of its address than it is followed by.
        """
        if node in self.nodes:
            self._to_look_at[node] = None
        else:
            alike = (one for one in self.nodes if one.id == node.id)
            self._to_look_at.update(dict.fromkeys(alike))

    def may_fire(self, now: float) -> bool:
        """Return whether an event may be sent now."""
        return now >= self._not_before

    def has_work(self, now: float) -> bool:
        """Return whether there is anything to look at, or to tell now."""
        if now < self._paused_until:
            return False
        return bool(self._to_look_at) or (bool(self._due) and self.may_fire(now))

    def take(self, *, firing: bool) -> dict[NodeRef, Names]:
        """Take what is to be looked at and, `firing`, told; what is not finished comes back by `owe`."""
        work = dict.fromkeys(self._to_look_at, NOTHING)
        self._to_look_at = {}
        if firing:
            work |= self._due
            self._due = {}
        return work

    def owe(self, names: Mapping[NodeRef, Names]) -> None:
        """Note what is to be told as soon as an event may be sent."""
        for node, wanted in names.items():
            if wanted and node in self.nodes:
                self._due[node] = self._due.get(node, NOTHING) | wanted

    def resume(self, work: Mapping[NodeRef, Names]) -> None:
        """Take back work that was not finished."""
        self.owe(work)
        self._to_look_at |= {node: None for node in work if node in self.nodes}

    def fired(self, work: Mapping[NodeRef, Names], now: float) -> None:
        """Note that an event was sent, and of which nodes everything."""
        self.failures = 0
        self._fired_at = now
        if self.wish.min_interval is not None:
            self._not_before = now + self.wish.min_interval.total_seconds()
        for node, names in work.items():
            if names == ALL and node in self.nodes:
                self._told_at.pop(node, None)
                self._told_at[node] = now

    def failed(self, now: float) -> None:
        """Do nothing for a while, the longer the more often it failed."""
        self._paused_until = now + min(LONGEST_PAUSE, PAUSE * 2**self.failures)
        self.failures += 1

    def restrict(self, nodes: Iterable[NodeRef]) -> None:
        """Go on with these nodes only, and forget the others."""
        kept = dict.fromkeys(nodes)
        lost = self.nodes.keys() - kept.keys()
        self.nodes = kept
        for node in lost:
            self._to_look_at.pop(node, None)
            self._due.pop(node, None)
            self._told_at.pop(node, None)
        self.memory.forget(lost)

    def wake_at(self) -> float | None:
        """Return when something is to be done although nothing changes; None for never."""
        times = [max(self._not_before, beat) for beat in self._beats()]
        if self._due:
            times.append(self._not_before)
        if self._to_look_at:
            times.append(0.0)
        return max(self._paused_until, min(times)) if times else None

    def wake(self, now: float) -> None:
        """Owe what time has made due."""
        if (limit := self._span(self.wish.max_interval)) is not None:
            if now >= self._fired_at + limit:
                self.owe(dict.fromkeys(self.nodes, ALL))
        if (limit := self._span(self.wish.max_age)) is not None:
            old = [node for node, told in self._told_at.items() if now >= told + limit]
            self.owe(dict.fromkeys(old, ALL))

    def _beats(self) -> Iterator[float]:
        if (limit := self._span(self.wish.max_interval)) is not None:
            yield self._fired_at + limit
        if (limit := self._span(self.wish.max_age)) is not None and self._told_at:
            yield next(iter(self._told_at.values())) + limit

    def _span(self, wished: timedelta | None) -> float | None:
        """Return how many seconds pass between events that only time brings about."""
        if wished is None:
            return None
        shortest = max(SHORTEST_BEAT, len(self.nodes) / NODES_PER_SECOND)
        return max(shortest, wished.total_seconds())

    def end(self) -> None:
        """Follow nothing and do nothing any more."""
        self.ended = True
        self.unfollow()
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
