"""What answering requests and taking messages have in common: handlers by tag, and tasks counted by contact."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from functools import partial


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


class Work[Result]:
    """Tasks for contacts; none outlives `close`.

    They run in the order in which they were begun, each up to where it first waits: the event loop begins
    tasks first come, first served.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Result]] = set()
        self._running: Counter[str] = Counter()

    def running(self, bare: str) -> int:
        """Return how many tasks run for a contact."""
        return self._running[bare]

    def begin(
        self,
        bare: str,
        work: Coroutine[None, None, Result],
        done: Callable[[asyncio.Task[Result]], None],
    ) -> None:
        """Begin `work` for a contact; `done` gets its task at the end, cancelled or not."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        self._running[bare] += 1
        task.add_done_callback(partial(self._ended, bare))
        task.add_done_callback(done)

    def _ended(self, bare: str, task: asyncio.Task[Result]) -> None:
        self._tasks.discard(task)
        self._running -= Counter({bare: 1})  # drops what is zero

    async def close(self) -> None:
        """Stop all of them, except who asks for it."""
        if tasks := self._tasks - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
