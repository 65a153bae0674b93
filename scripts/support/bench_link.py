"""How long it takes to link a large house: from the end of the form until all its states are here."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
import time
from typing import Any, Final

from .bench_inside import Inside, Row, add_component, install
from .demo import Demo, scratch_folder
from .instance import HomeAssistant
from .linking import link, shown

CROWD: Final = "crowd"
HOUSES: Final = ("home", "cabin")
LINKING: Final = "linking"

LIMITS: Final[Mapping[str, float]] = {"seconds": 10, "beside_ms": 100}

_QUIET: Final = 2.0  # seconds for what is left to do when all is there


@asynccontextmanager
async def world(count: int) -> AsyncGenerator[Mapping[str, Any]]:
    """Provide a demo whose home has so many entities beside the demo's, and whose cabin has not linked it."""
    with scratch_folder() as folder:
        demo = Demo(folder)
        add_component(demo.home.directory, CROWD, f"{{count: {count}}}")
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
        for one in inside.values():
            await one.find()
        async with (
            inside["home"].watched(rows["home"]),
            inside["cabin"].watched(rows["cabin"]),
        ):
            rows[LINKING] = await _link(cabin, facts["accounts"]["home"]["jid"])
            await asyncio.sleep(_QUIET)
        rows[LINKING]["shown"] = len(await shown(cabin))
    return rows


async def _link(cabin: HomeAssistant, jid: str) -> Row:
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
    return {
        "entities": wanted,
        "seconds": round(time.perf_counter() - finished, 2),
        "submitted": round(submitted, 2),
    }


_COLUMNS: Final[Mapping[str, str]] = {
    "entities": "entities",
    "shown": "shown",
    "seconds": "s",
    "memory_mb": "memory MB",
    "late_ms": "blocked ms",
    "own_ms": "by itself",
    "collection_ms": "by gc",
    "beside_ms": "beside gc",
}


def table(rows: Mapping[str, Row]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    lines = [f"{'':<12}" + "".join(f"{head:>12}" for head in _COLUMNS.values())]
    for name, row in {**rows, "limit": LIMITS}.items():
        cells = (row.get(key) for key in _COLUMNS)
        lines.append(
            f"{name:<12}"
            + "".join(f"{'-' if one is None else f'{one:g}':>12}" for one in cells)
        )
    lines.append(
        "seconds: from the end of the form until all states are there; blocked: the longest a house's event\n"
        "loop was late meanwhile, of this by itself what its process computed, and by gc Python's longest\n"
        "collection of garbage, which comes with any house's so many new entities; beside it is what is asked for"
    )
    return "\n".join(lines)
