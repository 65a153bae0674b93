"""How much may come of whom: token buckets, one per sender, bounded in number.

Whoever is quiet for a while may say much at once, and little more than the rate after that. A bucket is a
single number, the moment at which it is full again (the virtual scheduling form of the generic cell rate
algorithm), so that a bucket which is full need not be kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Final

MAX_BUCKETS: Final = 1_000  # kept at a time; the one used longest ago is forgotten
_TOLERANCE: Final = 1e-9  # of seconds that are added up


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `burst` at once, and `rate` a second in the long run; ValueError for less than one at once."""

    rate: float
    burst: int

    def __post_init__(self) -> None:
        """Check that it lets anything through."""
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(f"Nothing gets past {self}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one contact, one unknown domain and all strangers together may send, in stanzas."""

    contact: Limit = Limit(100, 1_000)
    domain: Limit = Limit(5, 20)
    strangers: Limit = Limit(50, 100)


class Leaky:
    """How much there is still of what was put in, where at least so much a second goes out (a leaky bucket)."""

    def __init__(
        self, rate: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin empty; `clock` counts seconds and is never set back."""
        self._rate = rate
        self._clock = clock
        self._amount = 0.0
        self._at = clock()

    @property
    def amount(self) -> float:
        """How much there is at the most."""
        now = self._clock()
        self._amount = max(0.0, self._amount - (now - self._at) * self._rate)
        self._at = now
        return self._amount

    def put(self, amount: float) -> None:
        """Put some in."""
        self._amount = self.amount + amount

    def leave(self, amount: float) -> None:
        """Note that there is no more than that."""
        self._amount = min(self.amount, amount)


class Buckets:
    """Token buckets of one size, by name."""

    def __init__(
        self,
        limit: Limit,
        *,
        most: int = MAX_BUCKETS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep at most `most` buckets of that size; `clock` counts seconds and is never set back."""
        self.limit = limit
        """May be set: what was taken until then is seconds that have to pass."""
        self._most = most
        self._clock = clock
        self._full_at: dict[str, float] = {}  # the one used longest ago is the first

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._full_at)

    def take(self, name: str = "", tokens: int = 1) -> bool:
        """Take tokens out of a bucket; False, and nothing taken, where there is none.

        Where there is one there may be fewer than are taken: those that lack have to come in before the next.
        """
        now = self._clock()
        had_one = self.due(name) <= _TOLERANCE
        full_at = max(self._full_at.pop(name, now), now)
        taken = tokens / self.limit.rate if had_one else 0
        self._full_at[name] = full_at + taken
        if len(self._full_at) > self._most:
            del self._full_at[next(iter(self._full_at))]
        return had_one

    def due(self, name: str = "") -> float:
        """Return in how many seconds there is a token, 0 where there is one."""
        now = self._clock()
        most = (self.limit.burst - 1) / self.limit.rate
        return max(0.0, self._full_at.get(name, now) - now - most)
