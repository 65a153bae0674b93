"""How long it takes after an outage until changes are shown and commands are done again."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
import statistics
import time
from typing import Any, Final

import aiohttp

from . import bench_verdict
from .bench_inside import Row
from .bench_link import CROWD
from .instance import HomeAssistant, HomeAssistantError
from .progress import say
from .stricken import Stricken, soon

LIMITS: Final[Mapping[str, float]] = {"over_s": 0}

_AWAY: Final = (aiohttp.ClientError, HomeAssistantError, OSError)
_PATIENCE: Final = 90.0  # seconds
_RATE: Final = 5.0  # changes a second meanwhile: the link is in use
_BETWEEN: Final = 6.0  # seconds in which all is well: a session, and not one in vain
_numbers = count(1)


async def _cut(world: Stricken, name: str) -> float:
    """Cut the line of a house."""
    world.lines[name].cut()
    return time.monotonic()


async def _silent(world: Stricken, name: str) -> float:
    """Have nothing come through from a house any more; the next connection is a good one."""
    world.lines[name].silence()
    return time.monotonic()


async def _server(world: Stricken, name: str) -> float:
    """Kill the server, and start it: who waits for it waits from when it is up."""
    await world.kill_server()
    await asyncio.sleep(1)
    await world.start_server()
    return time.monotonic()


async def _house(world: Stricken, name: str) -> float:
    """Kill a house, and start it: who waits for it waits from when its start is complete."""
    await world.kill_house(name)
    await world.start_house(name)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Outage:
    """What happens, and within how many seconds it is to be over."""

    happen: Callable[[Stricken], Coroutine[Any, Any, float]]
    limit: float


OUTAGES: Final[Mapping[str, Outage]] = {
    "cut, home": Outage(partial(_cut, name="home"), 1),
    "cut, cabin": Outage(partial(_cut, name="cabin"), 1),
    "silent, home": Outage(partial(_silent, name="home"), 15),
    "silent, cabin": Outage(partial(_silent, name="cabin"), 15),
    "server killed": Outage(partial(_server, name=""), 3),
    "home killed": Outage(partial(_house, name="home"), 5),
    "cabin killed": Outage(partial(_house, name="cabin"), 5),
}


async def run(facts: Mapping[str, Any], times: int) -> dict[str, Row]:
    """Have each outage so many times; a row for each of them."""
    return await recovery(facts["world"], times)


async def recovery(
    world: Stricken, times: int, outages: Mapping[str, Outage] = OUTAGES
) -> dict[str, Row]:
    """Do the same, with some of the outages."""
    rows: dict[str, Row] = {}
    stirring = asyncio.create_task(_stir(world))
    try:
        async with world.api("home") as home, world.api("cabin") as cabin:
            for name, outage in outages.items():
                houses = Houses(world, home, cabin)
                taken = [await houses.back_after(outage) for _ in range(times)]
                say(f"{name}: {[tuple(round(x, 2) for x in one) for one in taken]}")
                rows[name] = _row(taken, outage.limit)
    finally:
        stirring.cancel()
        await asyncio.wait([stirring])
    return rows


async def _stir(world: Stricken) -> None:
    """Let states change all the time."""
    path = f"/api/services/{CROWD}/stir?return_response"
    async with world.api("home") as home:
        while True:
            with suppress(*_AWAY):
                await home.post(path, {"rate": _RATE, "seconds": 1})
            await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Houses:
    """Both houses, and what shows that they are in touch."""

    world: Stricken
    home: HomeAssistant
    cabin: HomeAssistant

    async def back_after(self, outage: Outage) -> tuple[float, float]:
        """Return how many seconds after an outage a change is shown, and a command is done."""
        await asyncio.gather(self._shows(), self._does())
        await asyncio.sleep(_BETWEEN)
        begun = asyncio.create_task(outage.happen(self.world))
        # (begun means that what can be done at once is done)
        await asyncio.sleep(0)
        shows = asyncio.create_task(self._shows())
        try:
            since = await begun
            done = await self._does()
            shown = await shows
        finally:
            shows.cancel()
            await asyncio.wait([shows])
        return max(0.0, shown - since), max(0.0, done - since)

    async def _shows(self) -> float:
        """Return when the cabin shows what was changed in home."""
        original, mirror = list(self.world.slips.items())[0]
        value = f"r{next(_numbers)}"

        async def shown() -> bool:
            with suppress(*_AWAY):
                if await _state(self.home, original) != value:
                    # (who was killed has forgotten it)
                    await self.home.action(
                        "text", "set_value", entity_id=original, value=value
                    )
                return await _state(self.cabin, mirror) == value
            return False

        await soon(shown, _PATIENCE)
        return time.monotonic()

    async def _does(self) -> float:
        """Return when a command of the cabin's is done in home."""
        mirror = list(self.world.slips.values())[1]

        async def done() -> bool:
            form = {"command": "set_value", "form": {"value": f"r{next(_numbers)}"}}
            with suppress(*_AWAY):
                await self.cabin.action("xmpp_iot", "execute", entity_id=mirror, **form)
                return True
            return False

        await soon(done, _PATIENCE)
        return time.monotonic()


async def _state(house: HomeAssistant, entity_id: str) -> str:
    return str((await house.state(entity_id))["state"])


def _row(taken: list[tuple[float, float]], limit: float) -> Row:
    shown, done = zip(*taken, strict=True)
    worst = max(*shown, *done)
    return {
        "times": len(taken),
        "state_median_s": round(statistics.median(shown), 2),
        "state_worst_s": round(max(shown), 2),
        "command_median_s": round(statistics.median(done), 2),
        "command_worst_s": round(max(done), 2),
        "limit_s": limit,
        "over_s": round(max(0.0, worst - limit), 2),
    }


COLUMNS: Final[Mapping[str, str]] = {
    "times": "times",
    "state_median_s": "state median",
    "state_worst_s": "worst",
    "command_median_s": "cmd median",
    "command_worst_s": "worst",
    "limit_s": "limit s",
    "over_s": "over s",
}


def table(rows: Mapping[str, Row]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, LIMITS, COLUMNS)}\n"
        "state: seconds until a change in home is shown in the cabin, cmd: until a command of the cabin's is done in\n"
        "home; from the cut, from the beginning of the silence, from when the server takes clients, and from when the\n"
        "house's start is complete"
    )
