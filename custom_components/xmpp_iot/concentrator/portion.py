"""How much may be on its way at a time, so that what is urgent is not long behind it.

A server that limits its clients' rate reads a few thousand bytes a second (stock ejabberd 3,000), and the
answer to a command waits behind all that was sent before it. What a publish takes says how fast the server
reads: those that follow are as long as it reads in a moment, and of what changes meanwhile only the newest
values go. A server without such a limit never notices, and has soon shown that it has none.
"""

from dataclasses import dataclass, field
from typing import Final

from ..wire.rate import Leaky

MOMENT: Final = 0.35  # seconds that a publish may take beside the way there and back
LEAST: Final = 600  # bytes; below that it is mostly envelope
ENVELOPE: Final = 500  # bytes of a publish beside its items' content
FIRST: Final = 2_000  # bytes: a server may have a limit, and let some thousands through before it shows
STEP: Final = 300  # bytes that the next one may be longer after a quick one
SMALL_STEP: Final = 100  # of a server that has shown its limit
# A server that reads more at once than these bytes, beside so many a second, has none of the limits that servers come
# with: they let 20,000 through, beside 3,000 a second (ejabberd) or 10,240 (Prosody).
BURST: Final = 30_000
RATE: Final = 10_240
_FORGETTING: Final = 1.02  # by how much a way may seem longer each time


@dataclass(slots=True)
class Portion:
    """Says how many bytes the next publish may have, of at most `most`."""

    most: int
    read: Leaky = field(default_factory=lambda: Leaky(RATE))
    """Bytes that the server has read at once, and was quick."""
    room: int = FIRST
    """Bytes of content."""
    _step: int = STEP
    _way: float = float("inf")  # seconds there and back, as the quickest showed

    def took(self, size: int, seconds: float) -> None:
        """Note how long a publish with so many bytes of content took until the server answered."""
        # (longer it may only seem by the small ones: of long ones the server's reading would count as way)
        longest = self._way * _FORGETTING if size <= LEAST else self._way
        self._way = min(longest, seconds)
        reading = seconds - self._way
        self.read.put(size + ENVELOPE)
        if reading > MOMENT:
            fits = (size + ENVELOPE) * MOMENT / reading - ENVELOPE
            self.room = max(LEAST, min(self.room, int(fits)))
            self._step = SMALL_STEP
            self.read.leave(0)
        elif 2 * size > self.room:
            longer = self.room if self.read.amount > BURST else self._step
            self.room = min(self.most, self.room + longer)
