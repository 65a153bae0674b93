"""How long to wait before the next attempt to reach a server that is not there."""

from dataclasses import dataclass
import random
from typing import Final

FIRST: Final = 1.0  # seconds
LONGEST: Final = 300.0


@dataclass(slots=True)
class Backoff:
    """Capped exponential backoff with full jitter, so that houses do not all return in the same second."""

    first: float = FIRST
    longest: float = LONGEST
    attempts: int = 0

    def next(self) -> float:
        """Return the seconds to wait now; each call doubles the range up to the longest."""
        # Beyond 2^32 any range has met its cap; a float would overflow after a week of attempts.
        reach = self.first * 2.0 ** min(self.attempts, 32)
        self.attempts += 1
        return random.uniform(0, min(self.longest, reach))

    def reset(self) -> None:
        """Start again at the shortest wait."""
        self.attempts = 0
