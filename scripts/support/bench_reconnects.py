"""Whether anything is left behind in the houses by many reconnects: memory, tasks, objects."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import aiohttp

from . import bench_verdict
from .bench_inside import Inside, Row
from .instance import HomeAssistant, HomeAssistantError
from .stricken import HOUSES, Stricken, soon

WARM_UP: Final = 20  # reconnects before the first look: what is made once is there then
LIMITS: Final[Mapping[str, float]] = {
    "more_tasks": 0,
    "more_objects": 20,
    "more_mb": 5,
}

_PATIENCE: Final = 30.0  # seconds until both are in touch again
_QUIET: Final = 5.0  # seconds until what was asked for is answered
_AWAY: Final = (aiohttp.ClientError, HomeAssistantError)


async def run(facts: Mapping[str, Any], times: int) -> dict[str, Row]:
    """Cut both houses' lines so many times; a row for each house."""
    return await reconnects(facts["world"], times, WARM_UP)


async def reconnects(world: Stricken, times: int, warm_up: int) -> dict[str, Row]:
    """Do the same after some others that do not count."""
    async with world.api("home") as home, world.api("cabin") as cabin:
        houses = {"home": Inside(home), "cabin": Inside(cabin)}
        for one in houses.values():
            await one.find()
        await _reconnect(world, cabin, houses, warm_up)
        before = {name: await one.counted() for name, one in houses.items()}
        await _reconnect(world, cabin, houses, times)
        after = {name: await one.counted() for name, one in houses.items()}
    return {name: _row(times, before[name], after[name]) for name in HOUSES}


async def _reconnect(
    world: Stricken, cabin: HomeAssistant, houses: Mapping[str, Inside], times: int
) -> None:
    mirror = next(iter(world.slips.values()))

    async def in_touch() -> bool:
        """Return whether what is asked is answered: then both are connected."""
        # (no order, for these are remembered for a while)
        for house in houses.values():
            await house.hurry()
        with suppress(*_AWAY):
            await cabin.post(
                "/api/services/xmpp_iot/read?return_response", {"entity_id": mirror}
            )
            return True
        return False

    for _ in range(times):
        for line in world.lines.values():
            line.cut()
        await soon(in_touch, _PATIENCE, 0.05)
    await asyncio.sleep(_QUIET)


def _row(times: int, before: Row, after: Row) -> Row:
    row: Row = {"times": times}
    for name, more in _MORE.items():
        first, last = before[name] or 0, after[name] or 0
        row |= {f"{name}_before": first, name: last, more: round(last - first, 1)}
    return row


_MORE: Final[Mapping[str, str]] = {
    "memory_mb": "more_mb",
    "tasks": "more_tasks",
    "objects": "more_objects",
}
COLUMNS: Final[Mapping[str, str]] = {
    "times": "reconnects",
    "memory_mb_before": "MB before",
    "memory_mb": "after",
    "more_mb": "more",
    "tasks_before": "tasks before",
    "tasks": "after",
    "more_tasks": "more",
    "objects_before": "objs before",
    "objects": "after",
    "more_objects": "more",
}


def table(rows: Mapping[str, Row]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, LIMITS, COLUMNS)}\n"
        "Read inside of each house after a collection of garbage; objects: of this component and of slixmpp"
    )
