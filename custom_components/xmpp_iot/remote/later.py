"""What a change of thousands of nodes brings with it, done in turns with everything else in the event loop.

What a house says is taken in at once: that costs little. That entities show it, and registries hold it, costs
up to a millisecond each. So as much of that as fits into a moment is done at once, which is all of it but for
a large house, and the rest, in the same order, in the event loop's next turns.

A house may say more than can be shown. So the same work for the same thing waits once, however often it is
wanted: it looks at what there is by then.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from enum import IntEnum
from time import thread_time
from typing import Final

MOMENT: Final = 0.01  # seconds of the processor, of one turn

type Work = Callable[..., object]
type Wanted = tuple[Work, tuple[Hashable, ...]]


class Turn(IntEnum):
    """When work is done that waits: all of one kind before any of the next."""

    FIRST = 0
    """What is wrong until it is done: that a house is there, or has gone."""
    GOING = 1
    """What is shown no more: it makes room for what comes."""
    REST = 2


class Later:
    """Work of one house; without an event loop all of it is done at once."""

    def __init__(self) -> None:
        """Have nothing to do."""
        # (ordered ones: taking the first of a plain dictionary again and again looks at all that are gone)
        self._waiting: dict[Turn, OrderedDict[Wanted, None]] = {
            turn: OrderedDict() for turn in Turn
        }
        self._handle: asyncio.Handle | None = None  # of the next turn
        self._spent = 0.0  # in this turn

    @property
    def busy(self) -> bool:
        """Whether something waits for its turn."""
        return any(self._waiting.values())

    @property
    def clearing(self) -> bool:
        """Whether something that is shown no more waits for that."""
        return bool(self._waiting[Turn.GOING])

    def __len__(self) -> int:
        """Return how much waits."""
        return sum(map(len, self._waiting.values()))

    def waits(self, work: Work, *what: Hashable) -> bool:
        """Return whether that is to be done, in the turns of the rest."""
        return (work, what) in self._waiting[Turn.REST]

    def do(self, work: Work, *what: Hashable) -> None:
        """Do something with `what`, after all that waits already; nothing if the same waits already."""
        self._do(Turn.REST, work, what)

    def do_first(self, work: Work, *what: Hashable) -> None:
        """Do something however much of the rest waits."""
        self._do(Turn.FIRST, work, what)

    def clear(self, work: Work, *what: Hashable) -> None:
        """Do something that makes room for what comes."""
        self._do(Turn.GOING, work, what)

    def stop(self) -> None:
        """Do nothing more; what waits is forgotten."""
        for waiting in self._waiting.values():
            waiting.clear()
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _do(self, turn: Turn, work: Work, what: tuple[Hashable, ...]) -> None:
        waits = any(self._waiting[one] for one in Turn if one <= turn)
        if waits or not self._has_time():
            self._waiting[turn].setdefault((work, what))
        else:
            self._run(work, what)

    def _has_time(self) -> bool:
        """Return whether this turn goes on; the first thing to do begins one."""
        if self._handle is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return True
            self._begin(loop)
        return self._spent < MOMENT

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._spent = 0.0
        self._handle = loop.call_soon(self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Do what waits, one of it at least, as long as there is time."""
        self._handle = None
        if not self.busy:
            return
        self._begin(loop)
        self._run_next()
        while self.busy and self._spent < MOMENT:
            self._run_next()

    def _run_next(self) -> None:
        waiting = next(filter(None, self._waiting.values()))
        (work, what), _ = waiting.popitem(last=False)
        self._run(work, what)

    def _run(self, work: Work, what: tuple[Hashable, ...]) -> None:
        """Do it, and count its time; work that has more to do has that counted once."""
        spent, begun = self._spent, thread_time()
        try:
            work(*what)
        finally:
            self._spent = spent + thread_time() - begun
