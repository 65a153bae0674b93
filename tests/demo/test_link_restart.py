"""What one house shows of another survives that the one, the other, or their server is killed and started anew.

Nothing is told to end: each process is gone at once, as by a power cut.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
import time
from typing import Any, Final

import pytest

from scripts.support.demo import Demo
from scripts.support.disk import until_written
from scripts.support.houses import House
from scripts.support.progress import say
from tests.conftest import sockets_allowed

from .alike import left_unlike
from .automated import LIGHT, automate, automations, let_guests_stay
from .linked import Houses, until
from .surviving import Kept, forgotten, until_recorded

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

WITHIN: Final = 5.0  # seconds after the last one is up


async def prepare(demo: Demo) -> None:
    """Set everything up, and return when it is all on the disks."""
    await demo.set_up()
    async with Houses.of(demo.facts()) as houses:
        await automate(houses)
    await asyncio.gather(until_written(demo.home), until_written(demo.cabin))


@pytest.fixture(scope="module")
def demo_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Generator[Demo]:
    """Run a demo that nobody else uses, and in which `cabin` does something by itself."""
    with ExitStack() as stack:
        # (in a thread: the loop of this one is the test's)
        with sockets_allowed(), ThreadPoolExecutor(1) as thread:
            demo = Demo(tmp_path_factory.mktemp("restart") / "demo")
            stack.enter_context(demo.running())
            thread.submit(asyncio.run, prepare(demo)).result()
        yield demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Two houses, what was there before something is killed, and whom to tell how long it took."""

    demo: Demo
    houses: Houses
    kept: Kept
    automations: Any
    tell: Callable[[str, float], None]

    async def change_home(self) -> None:
        """Have `home` be another one than `cabin` knows."""
        brightness = (time.monotonic_ns() // 1_000_000) % 100 + 100
        await self.houses.home.action(
            "light", "turn_on", entity_id=LIGHT, brightness=brightness
        )

    async def right_within(self, seconds: float) -> None:
        """Check that both houses say the same of everything, as soon as that."""
        begun = time.perf_counter()
        assert await left_unlike(self.houses, seconds) == {}
        self.tell("from up to right", time.perf_counter() - begun)

    async def check(self) -> None:
        """Check that all is as it was: who everything is, what it has been, and what is done by itself."""
        assert (await Kept.of(self.houses.cabin)).found == self.kept.found
        assert await automations(self.houses) == self.automations
        await let_guests_stay(self.houses)

    async def start(self, house: House) -> None:
        """Start a house that was killed, and return when its start is complete."""
        begun = time.perf_counter()
        house.start()
        await house.wait_until_answering()
        self.tell("from start to answer", time.perf_counter() - begun)
        answering = time.perf_counter()
        await house.wait_until_back()
        self.tell("from answer to up", time.perf_counter() - answering)


@pytest.fixture
async def trial(
    demo_of_its_own: Demo,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> AsyncGenerator[Trial]:
    """Return the houses, as they are before something is killed, and check that nothing is forgotten after."""

    def tell(what: str, seconds: float) -> None:
        say(f"{request.node.name}: {what}: {seconds:.2f} s")
        record_property(what, round(seconds, 2))

    demo = demo_of_its_own
    async with Houses.of(demo.facts()) as houses:
        before = await until_recorded(houses)
        yield Trial(
            demo=demo,
            houses=houses,
            kept=await Kept.of(houses.cabin),
            automations=await automations(houses),
            tell=tell,
        )
        assert forgotten(before, await until_recorded(houses)) == {}


async def test_home_is_killed(trial: Trial) -> None:
    """Who shows a house that begins anew shows it as it is then, on the same entities."""
    await trial.change_home()
    assert await left_unlike(trial.houses) == {}
    trial.demo.home.kill()
    await trial.start(trial.demo.home)
    await trial.right_within(WITHIN)
    await trial.check()


async def test_the_cabin_is_killed(trial: Trial) -> None:
    """Who begins anew shows the other house as it was, and then as it has become meanwhile."""
    trial.demo.cabin.kill()
    await trial.change_home()
    await trial.start(trial.demo.cabin)
    await trial.right_within(WITHIN)
    await trial.check()


async def test_the_server_is_killed(trial: Trial) -> None:
    """Both houses are back at once, and what changed meanwhile is seen."""
    trial.demo.server.kill()
    await trial.change_home()
    trial.demo.server.start()
    await trial.right_within(WITHIN)
    await trial.check()


async def test_the_server_is_away_for_longer(trial: Trial) -> None:
    """What nobody knows any more is unavailable, and back soon after the server."""
    mirror = trial.houses.mirrors[LIGHT]
    trial.demo.server.kill()
    await trial.change_home()
    await until(trial.houses.cabin, mirror, lambda one: one["state"] == "unavailable")
    trial.demo.server.start()
    await trial.right_within(WITHIN)
    await trial.check()
