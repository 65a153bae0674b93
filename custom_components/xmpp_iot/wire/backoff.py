"""How long to wait before the next attempt to reach a server that is not there.

Most servers are away for seconds: an update, a restart. A wait that doubles is as long as the outage
was, so a restart of 40 s would leave a house without its friends for another 40, and doors that do not
open. So it is a small part of the outage: who was away for long is asked seldom, and nobody is noticed
late by more than that part. An attempt costs a server that is not there nothing, and one that has come
back as much as any log-in. (RFC 6120 section 3.3 wants up to 60 s before the first attempt, for the sake
of servers with crowds: houses are few on theirs, and each waits a time of its own.)

A server that is there and sends the house away would do so again in a second, and might ban it: with
that one the wait doubles. So it does with one that lets the house in, or speaks to it, and is gone at once
again, when that has happened more often than a restart explains.

Somebody who logs in as the house replaces it, and the house would replace them in turn: a war that nobody
wins. Whoever was replaced waits longest.
"""

from dataclasses import dataclass, field
import random
from typing import Final

from .rate import Buckets, Limit

FIRST: Final = 1.0  # seconds
PART: Final = 20  # a server away for 40 s is asked every 2 s
LONGEST: Final = 60.0  # seconds
LONGEST_SENT_AWAY: Final = 300.0
EXPLAINED: Final = 3  # log-ins in vain, one after the other
EXCUSED: Final = Limit(12 / 600, 12)
"""How many short sessions, a second and at once, are followed by an outage of its own."""
FIRST_REPLACED: Final = 60.0
LONGEST_REPLACED: Final = 3600.0


@dataclass(slots=True)
class Backoff:
    """Says how long to wait, from when the connection is lost until a session has lasted.

    Each wait is by chance between half of its range and all of it, so that houses do not all return in the
    same moment. Times are those of the event loop, which nobody sets.
    """

    first: float = FIRST
    """The shortest range, in seconds."""
    since: float | None = None
    """When the outage began; a session that is gone at once does not end it."""
    sent_away: int = 0
    """How often the server has sent the house away since then."""
    in_vain: int = 0
    """How many log-ins, one after the other, came to nothing at a server that is there."""
    replaced: int = 0
    """How often somebody else has taken its place; only a long peace ends that (`peace`)."""
    _excuses: Buckets = field(default_factory=lambda: Buckets(EXCUSED))
    """Short sessions that make what comes after them another outage."""

    def next(self, now: float, *, sent_away: bool) -> float:
        """Return the seconds to wait at `now`; `sent_away` says that the server is there and wants us not."""
        is_first = self.since is None
        since = self.since = now if self.since is None else self.since
        if sent_away:
            return self._wait_doubled()
        if is_first:
            # Mostly it is the connection that is lost, and the server is there.
            return random.uniform(0, self.first / 2)
        return _within(min(LONGEST, max(self.first, (now - since) / PART)))

    def note_session(self) -> None:
        """Note that there was a session, longer than in vain: what comes now is another outage.

        Unless that happens all the time: then it is one trouble, and each log-in costs all contacts something.
        Whoever was sent away before it is still asked to be patient.
        """
        self.in_vain = 0
        if self._excuses.take():
            self.since = None

    def note_vain(self) -> bool:
        """Note a log-in in vain, and return whether they are too many: that is as good as being sent away."""
        self.in_vain += 1
        return self.in_vain > EXPLAINED

    def _wait_doubled(self) -> float:
        # Beyond 2^32 any range has met its cap; a float would overflow after a week of attempts.
        reach = self.first * 2.0 ** min(self.sent_away, 32)
        self.sent_away += 1
        return _within(min(LONGEST_SENT_AWAY, reach))

    def next_replaced(self) -> float:
        """Return the seconds to wait after somebody else has taken the house's place."""
        reach = FIRST_REPLACED * 2.0 ** min(self.replaced, 32)
        self.replaced += 1
        return _within(min(LONGEST_REPLACED, reach))

    @staticmethod
    def next_look() -> float:
        """Return the seconds to wait while somebody else is there in its place."""
        return _within(LONGEST_SENT_AWAY)

    def reset(self) -> None:
        """Note that the trouble is over."""
        self.since, self.sent_away, self.in_vain = None, 0, 0

    def peace(self) -> None:
        """Note that nobody else wants the house's place any more."""
        self.replaced = 0


def _within(reach: float) -> float:
    return random.uniform(reach / 2, reach)
