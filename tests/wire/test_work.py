"""Work for contacts is begun in turns: who brings much does not keep others waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
import time

import pytest

from custom_components.xmpp_iot.wire.work import MAX_RUNNING, MAX_WAITING, STRETCH, Work

MANY, ONE = "many@example.org", "one@example.org"
LONG = 4 * STRETCH


class Bench:
    """Work, and who has begun and ended it."""

    def __init__(self) -> None:
        """Begin with work that ends at once."""
        self.work = Work()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cancelled = 0
        self.free = asyncio.Event()
        self.free.set()
        self._news = asyncio.Event()

    def bring(self, bare: str, name: str) -> None:
        """Bring work of a contact."""
        self.begin(bare, self._doing(name))

    def burn(self) -> None:
        """Bring long work."""
        self.begin(MANY, self._burning)

    def begin(self, bare: str, make: Callable[[], Coroutine[None, None, str]]) -> None:
        """Bring work of a contact, and note what becomes of it."""

        async def noted() -> None:
            try:
                self.ended.append(await make())
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            self._news.set()

        self.work.begin(bare, noted)

    async def _burning(self) -> str:
        self.begun.append("long")
        end = time.perf_counter() + LONG
        while time.perf_counter() < end:
            pass  # and keep the event loop
        return "long"

    async def until(self, count: int) -> None:
        """Return when so much has ended."""
        async with asyncio.timeout(10):
            while len(self.ended) < count:
                self._news.clear()
                await self._news.wait()

    def _doing(self, name: str) -> Callable[[], Coroutine[None, None, str]]:
        async def do() -> str:
            self.begun.append(name)
            await self.free.wait()
            return name

        return do


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Return a bench; at the end nothing of it is left."""
    bench = Bench()
    yield bench
    await bench.work.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def until_begun(bench: Bench, count: int) -> None:
    """Let so much begin, which may take its turns on a busy machine, and then whatever else can."""
    async with asyncio.timeout(10):
        while len(bench.begun) < count:
            await settle_briefly()
    await settle()


async def settle_briefly() -> None:
    """Let what can run at once have run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(300):
        await asyncio.sleep(0)


async def test_contacts_take_turns(bench: Bench) -> None:
    """What another brings after ninety others is begun with the first of them."""
    for number in range(90):
        bench.bring(MANY, str(number))
    bench.bring(ONE, "one")
    await until_begun(bench, 91)
    assert bench.begun.index("one") <= 1
    assert [name for name in bench.begun if name != "one"] == [*map(str, range(90))]
    assert bench.ended == bench.begun


async def test_one_begins_in_each_turn_of_the_loop(bench: Bench) -> None:
    """Others have their turn after every single one."""
    for number in range(5):
        bench.bring(MANY, str(number))
    counts = [len(bench.begun)]
    for _ in range(8):
        await asyncio.sleep(0)
        counts.append(len(bench.begun))
    steps = [
        later - earlier for earlier, later in zip(counts, counts[1:], strict=False)
    ]
    assert max(counts[0], *steps) == 1
    assert counts[-1] == 5


async def test_what_waits_for_nothing_is_done_at_once(bench: Bench) -> None:
    """It takes no turn of the loop."""
    bench.bring(MANY, "quick")
    assert bench.ended == ["quick"]
    assert not bench.work._running


async def test_what_has_begun_may_close_it(bench: Bench) -> None:
    """Then nothing of what waited beside it is begun."""

    async def close() -> str:
        await bench.work.close()
        return "closed"

    for bare in (MANY, ONE):
        bench.bring(bare, f"{bare} first")
    bench.begin(MANY, close)
    bench.bring(ONE, "never")
    await settle_briefly()
    assert bench.ended == [f"{MANY} first", f"{ONE} first", "closed"]


async def test_so_many_run_and_wait(bench: Bench) -> None:
    """A contact has a number of tasks running and more of them waiting, and each other contact, too."""
    bench.free.clear()
    while bench.work.has_room(MANY):
        bench.bring(MANY, "x")
    await until_begun(bench, MAX_RUNNING)
    assert len(bench.begun) == MAX_RUNNING
    assert len(bench.work._waiting[MANY]) == MAX_WAITING
    assert bench.work.has_room(ONE)
    bench.free.set()
    await bench.until(MAX_RUNNING + MAX_WAITING)
    await settle()
    assert len(bench.ended) == MAX_RUNNING + MAX_WAITING
    assert bench.work.has_room(MANY)
    assert not bench.work._running


async def test_closing_ends_what_runs_and_what_waits(bench: Bench) -> None:
    """Nothing is begun after it."""
    bench.free.clear()
    for number in range(50):
        bench.bring(MANY, str(number))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    begun = len(bench.begun)
    await bench.work.close()
    await settle()
    assert begun == len(bench.begun)
    assert bench.cancelled == begun
    assert not bench.ended


async def test_long_work_leaves_others_half_of_the_time(bench: Bench) -> None:
    """What another brings, and which takes several turns of the loop, ends between two of them."""

    async def several() -> str:
        for _ in range(5):
            bench.begun.append(ONE)
            await asyncio.sleep(0)
        return ONE

    for _ in range(10):
        bench.burn()
    await bench.until(1)
    bench.begin(ONE, several)
    await bench.until(11)

    first = bench.begun.index(ONE)
    last = len(bench.begun) - bench.begun[::-1].index(ONE)
    assert bench.begun[first:last].count("long") <= 1
    assert bench.begun.count("long") == 10
    assert not bench.work._waiting


async def test_who_has_rested_begins_at_once(bench: Bench) -> None:
    """Long work of a while ago keeps nobody waiting."""
    bench.burn()
    await bench.until(1)
    await asyncio.sleep(2 * LONG)  # the time itself is what is waited for
    bench.bring(MANY, "next")
    await settle_briefly()
    assert bench.begun == ["long", "next"]


async def test_who_rests_begins_by_itself_when_that_is_over(bench: Bench) -> None:
    """Though nobody else brings anything."""
    bench.burn()
    await bench.until(1)
    bench.bring(MANY, "next")
    await settle_briefly()
    assert bench.begun == ["long"]
    await bench.until(2)
    assert bench.begun == ["long", "next"]


async def test_closing_ends_a_rest(bench: Bench) -> None:
    """Nothing of who rests is begun, and no timer is left."""
    bench.burn()
    await bench.until(1)
    bench.bring(MANY, "next")
    await settle_briefly()
    assert bench.work._waking is not None
    await bench.work.close()
    await asyncio.sleep(2 * LONG)
    assert bench.begun == ["long"]
    assert bench.work._waking is None


async def test_cancelled_work_is_told_where_it_waits(bench: Bench) -> None:
    """So that it can end what it has begun, as any task can."""
    told: list[str] = []
    waits = asyncio.Event()

    async def careful() -> str:
        waits.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cancelled")
        return ""

    bench.begin(MANY, careful)
    await waits.wait()
    await bench.work.close()
    assert told == ["cancelled"]
    assert bench.cancelled == 1


@pytest.mark.parametrize("turn_is_due", [False, True])
async def test_what_was_said_before_is_told_before(
    bench: Bench, *, turn_is_due: bool
) -> None:
    """Nothing begins until what is to be told now has been told, also where there was to be a turn before."""
    if turn_is_due:
        bench.bring(ONE, "earlier")
    asyncio.get_running_loop().call_soon(bench.begun.append, "told")
    bench.work.give_way()
    bench.bring(ONE, "asked")
    await bench.until(1 + turn_is_due)
    assert bench.begun[-2:] == ["told", "asked"]
    bench.bring(ONE, "at once")
    assert bench.begun[-1] == "at once"
