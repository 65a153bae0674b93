"""What a provisioning server has ruled, remembered: not too much of it, and not for too long."""

from collections import OrderedDict
from collections.abc import Callable
import time
from typing import Final

from ..wire.provisioning_model import Question, Ruling

MOST_ANSWERS: Final = 1000
MOST_WEIGHT: Final = 20_000  # nodes and names of all of them
LONGEST: Final = 3600.0  # seconds; a server may forget to say that it rules otherwise


class Answers:
    """Rulings by their questions; the oldest go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing; `clock` tells seconds."""
        self._clock = clock
        self._kept: OrderedDict[Question, tuple[Ruling, float]] = OrderedDict()
        self._weight = 0

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._kept)

    def get(self, question: Question) -> Ruling | None:
        """Return the ruling on exactly that question; None where none is remembered."""
        if (found := self._kept.get(question)) is None:
            return None
        ruling, until = found
        if self._clock() >= until:
            self._drop(question)
            return None
        return ruling

    def keep(self, question: Question, ruling: Ruling) -> None:
        """Remember a ruling."""
        if question in self._kept:
            self._drop(question)
        self._kept[question] = ruling, self._clock() + LONGEST
        self._weight += question.weight
        while len(self._kept) > MOST_ANSWERS or self._weight > MOST_WEIGHT:
            self._drop(next(iter(self._kept)))

    def forget(self, about: Callable[[str], bool] = lambda _: True) -> None:
        """Forget what was ruled about all, or those bare JIDs, of whom `about` is true."""
        for question in [one for one in self._kept if about(one.jid)]:
            self._drop(question)

    def _drop(self, question: Question) -> None:
        del self._kept[question]
        self._weight -= question.weight
