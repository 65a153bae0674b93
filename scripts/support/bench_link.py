"""How long it takes to link a large house: from the end of the form until all its states are here."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
import time
from typing import Any, Final

from . import bench_verdict
from .bench_inside import Inside, Row, add_component, install
from .demo import Demo, scratch_folder
from .instance import HomeAssistant
from .linking import link, shown

CROWD: Final = "crowd"
HOUSES: Final = ("home", "cabin")
LINKING: Final = "linking"

# In seconds and milliseconds; what is not shown may be nothing.
LIMITS: Final[Mapping[str, float]] = {"seconds": 10, "beside_ms": 100, "lacking": 0}
# Of a house of thousands, which is to be linked at all.
LIMITS_OF_MANY: Final[Mapping[str, float]] = {**LIMITS, "seconds": 60}

_QUIET: Final = 2.0  # seconds for what is left to do when all is there


@asynccontextmanager
async def world(count: int, *, rooms: bool = True) -> AsyncGenerator[Mapping[str, Any]]:
    """Provide a demo whose home has so many entities beside the demo's, and whose cabin has not linked it.

    Without `rooms` all their devices are at the root of the tree: its answer is too large for one stanza.
    """
    with scratch_folder() as folder:
        demo = Demo(folder)
        add_component(
            demo.home.directory,
            CROWD,
            f"{{count: {count}, rooms: {str(rooms).lower()}}}",
        )
        for house in (demo.home, demo.cabin):
            install(house.directory)
        with demo.running():
            await demo.set_up(linked=False)
            yield demo.facts()


async def run(facts: Mapping[str, Any], count: int) -> dict[str, Row]:
    """Link home from cabin, and measure what it takes of both."""
    rows: dict[str, Row] = {LINKING: {}, **{name: {} for name in HOUSES}}
    home, cabin = (
        HomeAssistant(house["url"], house["token"])
        for house in (facts["homeassistant"][name] for name in HOUSES)
    )
    async with home, cabin:
        inside = {"home": Inside(home), "cabin": Inside(cabin)}
        for name, one in inside.items():
            await one.find()
            rows[name]["before_ms"] = await one.full_collection()
        async with (
            inside["home"].watched(rows["home"]),
            inside["cabin"].watched(rows["cabin"]),
        ):
            wanted, rows[LINKING] = await _link(cabin, facts["accounts"]["home"]["jid"])
            await asyncio.sleep(_QUIET)
        rows[LINKING]["lacking"] = wanted - len(await shown(cabin))
    return rows


async def _link(cabin: HomeAssistant, jid: str) -> tuple[int, Row]:
    finished = 0.0

    def finish() -> None:
        nonlocal finished
        finished = time.perf_counter()

    there: set[str] = set()
    async with cabin.websocket() as socket:
        changes = await socket.subscribe("state_changed")
        wanted = await link(cabin, jid, finish)
        submitted = time.perf_counter() - finished
        while len(there) < wanted:
            data = (await socket.event(changes))["data"]
            new = data["new_state"]
            if new is not None and new["state"] != "unavailable":
                there.add(data["entity_id"])
    return wanted, {
        "entities": wanted,
        "seconds": round(time.perf_counter() - finished, 2),
        "submitted": round(submitted, 2),
    }


COLUMNS: Final[Mapping[str, str]] = {
    "entities": "entities",
    "lacking": "lacking",
    "seconds": "s",
    "memory_mb": "memory MB",
    "late_ms": "late ms",
    "blocked_ms": "blocked ms",
    "before_ms": "gc before",
    "collection_ms": "by gc",
    "beside_ms": "beside gc",
}


def table(rows: Mapping[str, Row], limits: Mapping[str, float] = LIMITS) -> str:
    """Return the figures for people, with the `limits` below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, limits, COLUMNS)}\n"
        "s: from the end of the form until all states are there; late: the longest a house's event loop was\n"
        "meanwhile, blocked: this less the time for which others on the machine kept it waiting. By gc: Python's\n"
        "longest collection of garbage meanwhile. It comes with any house's so many new entities, and goes through\n"
        "all of Home Assistant: gc before is how long one took before the link. Beside it is what is asked for"
    )
