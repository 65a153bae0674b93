"""Troubles that come by chance, always the same ones for the same seed: each of what can break has its own."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
import random
from typing import Final

from .linking import ENTRIES, entry_of
from .progress import say
from .stricken import Stricken

type Seconds = tuple[float, float]  # the least, and the most
type Trouble = Callable[[Stricken, str, float], Awaitable[None]]
"""What happens to something of a name, for so many seconds."""


async def _cut(world: Stricken, name: str, seconds: float) -> None:
    world.lines[name].cut()


async def _silent(world: Stricken, name: str, seconds: float) -> None:
    """Have nothing come through, of which nobody is told."""
    line = world.lines[name]
    line.dead = True
    await asyncio.sleep(seconds)
    line.cut()


async def _held_up(world: Stricken, name: str, seconds: float) -> None:
    """Have everything come through later."""
    line = world.lines[name]
    line.hold()
    await asyncio.sleep(seconds)
    line.release()


async def _away(world: Stricken, name: str, seconds: float) -> None:
    """Have no network at all."""
    line = world.lines[name]
    line.broken = True
    line.cut()
    await asyncio.sleep(seconds)
    line.broken = False


async def _server_killed(world: Stricken, name: str, seconds: float) -> None:
    await world.kill_server()
    await asyncio.sleep(seconds)
    await world.start_server()


async def _server_stopped(world: Stricken, name: str, seconds: float) -> None:
    await world.stop_server()
    await asyncio.sleep(seconds)
    await world.start_server()


async def _house_killed(world: Stricken, name: str, seconds: float) -> None:
    await world.kill_house(name)
    await asyncio.sleep(seconds)
    await world.start_house(name)


async def _house_stopped(world: Stricken, name: str, seconds: float) -> None:
    await world.stop_house(name)
    await asyncio.sleep(seconds)
    await world.start_house(name)


async def _reloaded(world: Stricken, name: str, seconds: float) -> None:
    """Have the house's account set up anew, in the middle of everything."""
    async with world.api(name) as house:
        await house.post(f"{ENTRIES}/{await entry_of(house)}/reload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakable:
    """Something that breaks: how, for how long, and how long it is well in between."""

    name: str
    well: Seconds
    troubles: Mapping[str, tuple[Trouble, Seconds]]


_AT_ONCE: Final = (0.0, 0.0)
_NETWORK: Final[Mapping[str, tuple[Trouble, Seconds]]] = {
    "cut": (_cut, _AT_ONCE),
    "silent": (_silent, (2, 25)),
    "held up": (_held_up, (1, 15)),
    "away": (_away, (1, 15)),
}
_HOUSE: Final[Mapping[str, tuple[Trouble, Seconds]]] = {
    "killed": (_house_killed, (0, 6)),
    "stopped": (_house_stopped, (0, 6)),
    "reloaded": (_reloaded, _AT_ONCE),
}
BREAKABLE: Final[Mapping[str, Breakable]] = {
    "network of home": Breakable(name="home", well=(6, 24), troubles=_NETWORK),
    "network of cabin": Breakable(name="cabin", well=(6, 24), troubles=_NETWORK),
    "server": Breakable(
        name="server",
        well=(30, 70),
        troubles={
            "killed": (_server_killed, (0, 8)),
            "stopped": (_server_stopped, (0, 8)),
        },
    ),
    "home": Breakable(name="home", well=(35, 80), troubles=_HOUSE),
    "cabin": Breakable(name="cabin", well=(35, 80), troubles=_HOUSE),
}


async def strike(
    world: Stricken,
    seed: int,
    over: asyncio.Event,
    breakable: Mapping[str, Breakable] = BREAKABLE,
    haste: float = 1.0,
) -> Counter[str]:
    """Have troubles until it is `over`, and return how many of each there were; then everything is well.

    With more `haste` the times in between are as many times shorter.
    """
    happened: Counter[str] = Counter()
    async with asyncio.TaskGroup() as group:
        for what, one in breakable.items():
            dice = random.Random(f"{seed} {what}")
            group.create_task(_break(world, (what, one), dice, (over, haste), happened))
    return happened


async def _break(
    world: Stricken,
    named: tuple[str, Breakable],
    dice: random.Random,
    until: tuple[asyncio.Event, float],
    happened: Counter[str],
) -> None:
    what, one = named
    over, haste = until
    while not over.is_set():
        pause = dice.uniform(*one.well) / haste
        kind = dice.choice(tuple(one.troubles))
        trouble, lasts = one.troubles[kind]
        seconds = dice.uniform(*lasts) / haste
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await over.wait()
        if over.is_set():
            return
        say(f"{what}: {kind} for {seconds:.1f} s")
        happened[f"{what}: {kind}"] += 1
        await trouble(world, one.name, seconds)
        say(f"{what}: well again")
