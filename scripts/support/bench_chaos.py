"""Two linked houses while network, server and houses break at random: what is commanded and shown all the same.

At the end both show the same, and each command was answered with what has become of it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
import statistics
from typing import Any, Final

import aiohttp

from . import bench_verdict
from .bench_link import CROWD
from .commander import Commander
from .instance import HomeAssistantError
from .linking import unequal
from .progress import say, step
from .stricken import Stricken, soon
from .troubles import BREAKABLE, Breakable, strike
from .verdicts import WRONGS, Books, Command, Row, Verdict, Wrong, compared, row

CHANGES: Final = 20.0  # a second, in home
COMMANDS: Final = 5.0  # a second, in the cabin
WAYS: Final = frozenset({"entity"})  # by which Home Assistant passes over what is away
LIMITS: Final[Mapping[str, float]] = {
    **dict.fromkeys(WRONGS, 0),
    "unequal": 0,
    "errors": 0,
}

_TURN: Final = 1.0  # seconds of changes that are asked for at once
_PATIENCE: Final = 90.0  # seconds until all is as it should be
_SECRETS: Final = frozenset({"text.password"})  # whose states are never sent


async def run(facts: Mapping[str, Any], minutes: int) -> dict[str, Row]:
    """Let everything break for so many minutes; a row for commands, by each way, troubles, and states."""
    return await chaos(facts["world"], facts["seed"], 60.0 * minutes)


async def chaos(
    world: Stricken,
    seed: int,
    seconds: float,
    breakable: Mapping[str, Breakable] = BREAKABLE,
    haste: float = 1.0,
) -> dict[str, Row]:
    """Do the same for so many seconds."""
    commander = Commander(world, seed)
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    async with asyncio.TaskGroup() as group:
        changing = group.create_task(_change(world, over))
        striking = group.create_task(strike(world, seed, over, breakable, haste))
        group.create_task(commander.command(COMMANDS, seconds))
    with step("until both houses say the same"):
        states = await _states(world)
    for name in ("home", "cabin"):
        world.listen(name)
    return {
        **_judged(world, commander.commands),
        "troubles": {"troubles": striking.result().total()},
        "states": {"changes": changing.result(), **states},
        "logs": {"errors": _told(world.complaints)},
    }


async def _change(world: Stricken, over: asyncio.Event) -> int:
    """Change states in home whenever it is there; return how many."""
    changes = 0
    path = f"/api/services/{CROWD}/stir?return_response"
    async with world.api("home") as home:
        while not over.is_set():
            try:
                said = await home.post(path, {"rate": CHANGES, "seconds": _TURN})
            except aiohttp.ClientError, HomeAssistantError:
                await asyncio.sleep(0.1)
                continue
            changes += int(said["service_response"]["changes"])
    return changes


async def _states(world: Stricken) -> Row:
    """Return how many states are not the same in the end, and after how long all were."""
    left: dict[str, str] = {}

    async def same() -> bool:
        nonlocal left
        left = await unequal(cabin, home)
        for secret in _SECRETS:
            left.pop(secret, None)
        return not left

    async with world.api("home") as home, world.api("cabin") as cabin:
        seconds = _PATIENCE
        with suppress(TimeoutError):
            seconds = await soon(same, _PATIENCE, 0.2)
    _told(left.values())
    return {"unequal": len(left), "seconds": round(seconds, 2)}


def _judged(world: Stricken, commands: list[Command]) -> dict[str, Row]:
    """Return what became of all commands, and of those of each way."""
    books = Books.read(world.journal("home"), world.journal("cabin"))
    wrong = compared(commands, books, WAYS)
    _told(map(_words, wrong))
    rows = {"commands": row(commands, wrong) | _times(commands)}
    for way in sorted({one.way for one in commands}):
        of_way = [one for one in commands if one.way == way]
        rows[f"  by {way}"] = row(
            of_way, [one for one in wrong if one.command in of_way]
        ) | _times(of_way)
    return rows


def _times(commands: Iterable[Command]) -> Row:
    """Return how long it took until commands were done, and the longest that any verdict took, in seconds."""
    took = [(one.verdict, one.took) for one in commands if one.took is not None]
    done = [seconds for verdict, seconds in took if verdict is Verdict.DONE]
    return {
        "done_s": round(statistics.median(done), 3) if done else None,
        "worst_s": round(max((seconds for _, seconds in took), default=0.0), 1),
    }


def _words(wrong: Wrong) -> str:
    return f"{wrong.figure}: {wrong.command}, done at {wrong.effects}"


def _told(what: Iterable[str]) -> int:
    """Say what is wrong; return how much."""
    lines = list(what)
    for line in lines:
        say(f"WRONG  {line}")
    return len(lines)


COLUMNS: Final[Mapping[str, str]] = {
    "commands": "commands",
    **{one.value: one.value for one in Verdict if one is not Verdict.NONE},
    **{name: name for name in WRONGS},
    "done_s": "done s",
    "worst_s": "worst s",
    "troubles": "troubles",
    "changes": "changes",
    "unequal": "unequal",
    "seconds": "s",
    "errors": "errors",
}


def table(rows: Mapping[str, Row]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, LIMITS, COLUMNS)}\n"
        "passed_over: Home Assistant's own word for an entity that is not there is that all is well; uncalled: nobody\n"
        "was there to be called; verdictless: not exactly one of these verdicts; lost: done, without an effect; late:\n"
        "an effect after the expiry; doubled: more than one; belied: an effect of what was not done, as it was said;\n"
        "done s: from the call until it was done, the median; worst s: until any verdict; s: until all states are equal"
    )
