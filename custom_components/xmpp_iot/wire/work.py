"""What answering requests and taking messages have in common: handlers by tag, and tasks counted by contact."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Generator, Iterable
from functools import partial
import time
from types import coroutine
from typing import Any, Final

MAX_RUNNING: Final = 32  # tasks of one contact at a time
MAX_WAITING: Final = 64  # more of them, until one of those has ended
# Seconds of the event loop's time that a contact may take at a stretch; then it belongs to others for as long.
STRETCH: Final = 0.005


class Handlers[Handler]:
    """Who handles a payload, by its tag."""

    def __init__(self) -> None:
        self._by_tag: dict[str, Handler] = {}

    def add(self, tags: Iterable[str], handler: Handler) -> Callable[[], None]:
        """Let `handler` have payloads with one of `tags`, until the returned function is called.

        ValueError for a tag that somebody handles already.
        """
        added = dict.fromkeys(tags, handler)
        if taken := added.keys() & self._by_tag.keys():
            raise ValueError(f"Handled already: {', '.join(sorted(taken))}")
        self._by_tag.update(added)
        return partial(self._remove, tuple(added))

    def find(self, tag: str) -> Handler | None:
        """Return who handles it; None where nobody does."""
        return self._by_tag.get(tag)

    def _remove(self, tags: tuple[str, ...]) -> None:
        for tag in tags:
            self._by_tag.pop(tag, None)


class Work:
    """Tasks for contacts; none outlives `close`.

    Those of one contact begin in the order in which they came, each up to where it first waits. In one turn
    of the event loop each contact has one of them begun: who brings a hundred delays nobody by more than
    one. Where they take long, a contact has half of the time at most: whatever another brings meanwhile, which
    takes several turns, is done between two of them.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._begun: set[str] = set()  # contacts who had their turn
        self._next: asyncio.Handle | None = None
        self._gives_way = False
        self._rests: dict[str, float] = {}  # until when, of who has taken much time
        self._waking: asyncio.TimerHandle | None = None

    def has_room(self, bare: str) -> bool:
        """Return whether more may be begun for a contact."""
        waiting = len(self._waiting.get(bare, ()))
        return self._running[bare] + waiting < MAX_RUNNING + MAX_WAITING

    def begin(self, bare: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin `work` for a contact when it is its turn, which may be now; it sees to its own errors.

        Whoever calls this has asked whether there is room.
        """
        start = partial(self._start, bare, work)
        waits = self._gives_way or bare in self._waiting or bare in self._begun
        if waits or not self._may_begin(bare):
            self._waiting.setdefault(bare, deque()).append(start)
            self._go_on()
        else:
            start()

    def give_way(self) -> None:
        """Begin nothing until all has been told that is to be told now: who asks after that may count on it."""
        self._gives_way = True
        if self._next is not None:  # it may come before what is to be told
            self._next.cancel()
            self._next = None
        self._go_on()

    def _may_begin(self, bare: str) -> bool:
        if self._running[bare] >= MAX_RUNNING:
            return False
        if self._rests.get(bare, 0.0) - time.monotonic() <= STRETCH:
            return True
        self._wake_later()
        return False

    def _spend(self, bare: str, seconds: float) -> None:
        """Note that a task of a contact has kept the event loop for a while."""
        now = time.monotonic()
        self._rests[bare] = max(now, self._rests.get(bare, now)) + seconds

    def _wake_later(self) -> None:
        """See to it that there is a turn when somebody has rested."""
        if self._waking is None:
            loop = asyncio.get_running_loop()
            self._waking = loop.call_later(STRETCH, self._wake)

    def _wake(self) -> None:
        self._waking = None
        now = time.monotonic()
        self._rests = {bare: end for bare, end in self._rests.items() if end > now}
        self._go_on()

    def _start(
        self, bare: str, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        """Do it up to where it first waits: what never does is done when this returns."""
        self._begun.add(bare)
        self._go_on()
        asyncio.create_task(self._do(bare, work), eager_start=True)  # noqa: RUF006 (kept by itself)

    async def _do(
        self, bare: str, work: Callable[[], Coroutine[None, None, None]]
    ) -> None:
        """Do the work, known to `close` from its first step to its last."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._running[bare] += 1
        try:
            await _counted(work(), partial(self._spend, bare))
        finally:
            self._tasks.discard(task)
            self._running[bare] -= 1
            if not self._running[bare]:
                del self._running[bare]
            if bare in self._waiting:
                self._go_on()

    def _go_on(self) -> None:
        """See to it that there is a next turn."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Begin the next of each contact."""
        self._next = None
        self._gives_way = False
        self._begun.clear()
        for bare in tuple(self._waiting):
            # (what has begun just now may have closed all this)
            if bare in self._waiting and self._may_begin(bare):
                self._take(bare)()

    def _take(self, bare: str) -> Callable[[], None]:
        """Return what begins the next of a contact who waits."""
        waiting = self._waiting[bare]
        start = waiting.popleft()
        if not waiting:
            del self._waiting[bare]
        return start

    async def close(self) -> None:
        """Begin nothing more, and stop all of them, except who asks for it."""
        self._waiting.clear()
        for timer in (self._next, self._waking):
            if timer is not None:
                timer.cancel()
        self._next = self._waking = None
        if tasks := self._tasks - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


@coroutine
def _counted(
    work: Coroutine[Any, None, None], count: Callable[[float], None]
) -> Generator[Any, Any]:
    """Do `work`, and have `count` told how many seconds each step of it has kept the event loop."""
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        begun = time.perf_counter()
        try:
            awaited = step()
        except StopIteration:
            return
        finally:
            count(time.perf_counter() - begun)
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001 (a cancellation: it is the work's)
            step = partial(work.throw, error)
        else:
            step = partial(work.send, None)
