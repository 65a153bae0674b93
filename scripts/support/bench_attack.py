"""What an honest friend notices while somebody attacks the house, and what is left of it in the house.

Each attack is carried out by a process of its own, over and over, as fast as Debian's Prosody lets a client:
its stock limits hold for the attacker. The houses are exempt, as who has one on a server sees to it, and so is
the friend, who asks far more often than people do. `onslaught` is the same at a Prosody without limits, ten times
as fast. (Either ends the stream of who sends more than 256 kB in a stanza, or XML with entities, comments or
instructions.) Meanwhile the friend pings the house and reads a light, as it did right before. Server, houses,
friend and attacker share one machine, and while a server reads a stanza of 200 kB it answers nobody, whoever is
behind it. So another client of the friend's pings itself all the time: the house's share is what it takes less
what that takes longer meanwhile than before.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
from statistics import quantiles
import sys
import tempfile
import time
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

from . import bench_verdict
from .attacks import ATTACKS
from .bench_inside import Inside, Row, install
from .demo import Demo, scratch_folder
from .follower import SENSOR_DATA, SOURCE, ask, find_feed
from .friends import PlainClient, demo_user
from .instance import HomeAssistant
from .progress import say
from .untouched import Untouched

PACE: Final = (
    9_900  # bytes a second: the limit is 10 kB, and nobody wants a queue of his own
)
ONSLAUGHT: Final = 100_000
_EXEMPT: Final = ("home", "cabin", "friend")
REST: Final = 0.02  # seconds from one question of the friend's to the next: a contact may ask 100 a second
NODE: Final = "light.bed_light"
AFTER: Final = "after all"
REHEARSAL: Final = "rehearsal"
"""The room that the largest answers take is taken once, and kept by Python: what grows after that is lost."""
LARGEST: Final = "heavy stanzas"
KEPT: Final = ("home", "cabin")
LIMITS: Final[Mapping[str, float]] = {
    "ratio": 2,
    "beside_ms": 50,
    "kept_mb": 10,
    "done": 0,
}
ONSLAUGHT_LIMITS: Final[Mapping[str, float]] = {
    **{name: most for name, most in LIMITS.items() if name != "ratio"},
    "house": 2,
}
_WARM_UP: Final = 100  # rounds that are not counted
_UNDER_WAY: Final = 0.5  # seconds until an attack has begun in earnest
_QUIET: Final = 2.0  # seconds for what is left to do after one

type Pair = tuple[float, float]

COLUMNS: Final[Mapping[str, str]] = {
    "before_ms": "before ms",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "ratio": "p99 ratio",
    "other_ms": "other p99 ms",
    "house": "house's",
    "memory_mb": "memory MB",
    "kept_mb": "kept MB",
    "blocked_ms": "blocked ms",
    "collection_ms": "by gc",
    "beside_ms": "beside gc",
    "done": "done",
}


@asynccontextmanager
async def world(
    _count: int, *, limited: bool = True
) -> AsyncGenerator[Mapping[str, Any]]:
    """Provide a demo that is measured inside of both houses; its server limits the rate of others if so."""
    with scratch_folder() as folder:
        demo = Demo(folder)
        demo.server.stock_limits, demo.server.unlimited = limited, _EXEMPT
        for house in (demo.home, demo.cabin):
            install(house.directory)
        with demo.running():
            await demo.set_up()
            yield {**demo.facts(), "pace": PACE if limited else ONSLAUGHT}


class Friend:
    """Asks the house and, all the time, somebody who is no house, and takes the time."""

    def __init__(self, client: PlainClient, house: str, other: PlainClient) -> None:
        """Ask by a logged-in client; the other one asks itself."""
        self._client = client
        self._house = house
        self._other = other

    async def measure(self, count: int) -> list[Pair]:
        """Return the milliseconds of so many answers of the house, each with the other's longest meanwhile."""
        pairs = []
        for number in range(count):
            resting = asyncio.create_task(asyncio.sleep(REST))
            question = _read(number) if number % 2 else _ping()
            answer = asyncio.create_task(_timed(self._client, self._house, question))
            longest = 0.0
            while not answer.done():
                longest = max(longest, await self._beside())
            pairs.append((await answer, longest))
            await resting
        return pairs

    async def _beside(self) -> float:
        return await _timed(self._other, str(self._other.boundjid), _ping())


async def _timed(client: PlainClient, to: str, question: Element) -> float:
    begun = time.perf_counter()
    await ask(client, to, "get", question)
    return 1000 * (time.perf_counter() - begun)


def _ping() -> Element:
    return Element("{urn:xmpp:ping}ping")


def _read(number: int) -> Element:
    request = Element(f"{{{SENSOR_DATA}}}req", {"id": str(number), "m": "true"})
    SubElement(request, f"{{{SENSOR_DATA}}}nd", {"id": NODE, "src": SOURCE})
    return request


def percentiles(milliseconds: list[float]) -> tuple[float, float]:
    """Return median and 99th percentile."""
    found = quantiles(milliseconds, n=100, method="inclusive")
    return found[49], found[98]


@dataclass(frozen=True, slots=True)
class Means:
    """What attacks need."""

    facts: Path
    """The file of what is to be known of the demo."""
    feed: str
    pace: int
    """Bytes a second."""


@asynccontextmanager
async def _under_attack(means: Means, name: str) -> AsyncGenerator[None]:
    """Have an attack carried out meanwhile, and say what its account got for it."""
    attacker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.support.attacks", means.facts, name,
        "--feed", means.feed, "--pace", str(means.pace),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        await asyncio.sleep(_UNDER_WAY)
        yield
    finally:
        got, _ = await attacker.communicate()  # which ends its input, and so the attack
        say(f"{name}: got {got.decode().strip() or 'nothing'}")


async def _attacked(
    friend: Friend, inside: Inside, means: Means, name: str, count: int
) -> Row:
    """Return what is noticed of one attack."""
    row: Row = {}
    quiet = await friend.measure(count // 2)
    async with inside.watched(row):
        async with _under_attack(means, name):
            attacked = await friend.measure(count * ATTACKS[name].longer)
        await asyncio.sleep(_QUIET)
    return {**compared(quiet, attacked), **row}


def compared(quiet: list[Pair], attacked: list[Pair]) -> Row:
    """Return what is noticed of an attack; of each pair the first is the house's answer."""
    _, before = percentiles([house for house, _ in quiet])
    median, longest = percentiles([house for house, _ in attacked])
    usual, _ = percentiles([other for _, other in quiet])
    _, other = percentiles([other for _, other in attacked])
    _, own = percentiles(
        [house - max(beside - usual, 0.0) for house, beside in attacked]
    )
    return {
        "before_ms": round(before, 1),
        "p50_ms": round(median, 1),
        "p99_ms": round(longest, 1),
        "ratio": round(longest / before, 2),
        "other_ms": round(other, 1),
        "house": round(own / before, 2),
    }


async def run(facts: Mapping[str, Any], count: int) -> dict[str, Row]:
    """Carry out all attacks, with so many answers to the friend beside each."""
    home, cabin = (
        HomeAssistant(facts["homeassistant"][name]["url"], facts["homeassistant"][name]["token"])
        for name in KEPT
    )  # fmt: skip
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(facts))
        async with (
            home,
            cabin,
            demo_user(facts, "friend", "bench") as client,
            demo_user(facts, "friend", "other") as other,
        ):
            inside = [Inside(home), Inside(cabin)]
            for one in inside:
                await one.find()
            jid = facts["homeassistant"]["home"]["concentrator_jid"]
            friend = Friend(client, jid, other)
            feed = (await find_feed(client, jid)).node
            means = Means(file, feed, facts["pace"])
            await friend.measure(_WARM_UP)
            at_first: Row = {}
            async with (
                inside[0].watched(at_first),
                _under_attack(means, LARGEST),
            ):
                await friend.measure(count * ATTACKS[LARGEST].longer)
            rows[REHEARSAL] = {"memory_mb": at_first.get("memory_mb")}
            before = [await one.settled() for one in inside]
            async with Untouched.watch(home) as watch:
                for name in ATTACKS:
                    rows[name] = await _attacked(friend, inside[0], means, name, count)
                done = await watch.touched()
            after = [await one.settled() for one in inside]
    for name, begun, ended in zip(KEPT, before, after, strict=True):
        kept = None if begun is None or ended is None else round(ended - begun, 1)
        rows[f"{name} {AFTER}"] = {"kept_mb": kept}
    rows[f"home {AFTER}"]["done"] = len(done)
    return rows


def table(rows: Mapping[str, Row], limits: Mapping[str, float] = LIMITS) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, limits, COLUMNS)}\n"
        "before: the 99th percentile of the friend's pings and reads without the attack; other: that of a\n"
        "client that is no house; house's: the ratio without what that took longer; memory: the most of home\n"
        "meanwhile (the rehearsal is the first of them: Python keeps the room of large answers), kept: what is left after\n"
        "all and a collection of garbage; blocked: the longest that home's event loop was, and by gc Python's\n"
        "longest collection; beside it is what is asked for; done: actions that were performed and states that\n"
        "are others than before"
    )
