"""How long and how much one answer may be that comes in parts: each of them in time, and all of them without end.

A peer that says a little every minute would be listened to for ever; one that says much, until there is no
memory left.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from .errors import ResourceConstraint
from .model import Reading

# Seconds: there are servers that let 3,000 bytes a second through.
LONGEST: Final = 1800.0
# Characters, about: what such a server lets through meanwhile, and a good deal more.
LARGEST: Final = 16_000_000
_PART: Final = 100  # characters of any part, beside its texts


@dataclass(slots=True)
class Allowance:
    """What is left of the time and the room for one answer; make it in the running event loop."""

    seconds: float = LONGEST
    characters: int = LARGEST
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count."""
        self._end = asyncio.get_running_loop().time() + self.seconds

    def check(self) -> None:
        """Raise ResourceConstraint where the time is over: then the next part is not waited for."""
        if asyncio.get_running_loop().time() >= self._end:
            raise ResourceConstraint("The peer does not come to an end.")

    def take(self, readings: Iterable[Reading]) -> None:
        """Count a part of a readout; ResourceConstraint where all of it is too much."""
        self.characters -= _PART
        for reading in readings:
            self.characters -= _PART + len(reading.error)
            for one in reading.fields:
                text = len(one.value) if isinstance(one.value, str) else 0
                self.characters -= _PART + len(one.name) + text
        if self.characters < 0:
            raise ResourceConstraint("The peer says more than is listened to.")
