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
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._begun: set[str] = set()  # contacts who had their turn
        self._next: asyncio.Handle | None = None
        self._rests: dict[str, float] = {}  # until when, of who has taken much time
        self._waking: asyncio.TimerHandle | None = None

    def has_room(self, bare: str) -> bool:
        """Return whether more may be begun for a contact."""
        waiting = len(self._waiting.get(bare, ()))
        return self._running[bare] + waiting < MAX_RUNNING + MAX_WAITING

    def begin[Result](
        self,
        bare: str,
        work: Callable[[], Coroutine[None, None, Result]],
        done: Callable[[asyncio.Task[Result]], None],
    ) -> None:
        """Begin `work` for a contact when it is its turn; `done` gets its task at the end, cancelled or not.

        Whoever calls this has asked whether there is room.
        """
        start = partial(self._start, bare, work, done)
        if bare in self._waiting or bare in self._begun or not self._may_begin(bare):
            self._waiting.setdefault(bare, deque()).append(start)
            self._go_on()
        else:
            start()

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
        self,
        bare: str,
        work: Callable[[], Coroutine[None, None, Any]],
        done: Callable[[asyncio.Task[Any]], None],
    ) -> None:
        task = asyncio.create_task(self._do(bare, work))
        self._tasks.add(task)
        self._running[bare] += 1
        task.add_done_callback(partial(self._ended, bare))
        task.add_done_callback(done)
        self._begun.add(bare)
        self._go_on()

    async def _do[Result](
        self, bare: str, work: Callable[[], Coroutine[None, None, Result]]
    ) -> Result:
        """Do the work; what is cancelled before its first step is never made."""
        return await _counted(work(), partial(self._spend, bare))

    def _go_on(self) -> None:
        """See to it that there is a next turn."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        """Begin the next of each contact."""
        self._next = None
        self._begun.clear()
        for bare, waiting in tuple(self._waiting.items()):
            if not self._may_begin(bare):
                continue
            start = waiting.popleft()
            if not waiting:
                del self._waiting[bare]
            start()

    def _ended(self, bare: str, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._running -= Counter({bare: 1})  # drops what is zero
        if bare in self._waiting:
            self._go_on()

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
def _counted[Result](
    work: Coroutine[Any, None, Result], count: Callable[[float], None]
) -> Generator[Any, Any, Result]:
    """Do `work`, and have `count` told how many seconds each step of it has kept the event loop."""
    step: Callable[[], Any] = partial(work.send, None)
    while True:
        begun = time.perf_counter()
        try:
            awaited = step()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            count(time.perf_counter() - begun)
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001 (a cancellation: it is the work's)
            step = partial(work.throw, error)
        else:
            step = partial(work.send, None)
