"""Compare the link of two houses with other ways to the same end, and check it against what is asked of it.

The ways are those of `bench_compare_world`, side by side in one run; the cases are those of `bench_compare_cases`,
and houses of several sizes, and many contacts. (remote_homeassistant itself is not measured: it is in no package
index; the WebSocket API that it stands on is.) Commands have no way by MQTT here: mqtt_statestream has none.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import json
from pathlib import Path
import platform
from typing import Final

from . import bench_compare_contacts, bench_compare_link, bench_verdict
from .bench_compare_cases import (
    Commanding,
    Pace,
    Row,
    compare_changes,
    compare_commands,
)
from .bench_compare_plots import write_plots
from .bench_compare_targets import missed, told
from .bench_compare_ways import Ways, ways
from .bench_compare_world import FEW, MANY, world
from .demo import FAILURES, SERVER
from .progress import say, step

_SIZES: Final = (100, 300, FEW, 3000, MANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured."""

    entities: int
    turns: int
    linked: tuple[int, ...]
    weighed: tuple[int, int]
    mixes: tuple[bench_compare_contacts.Mix, ...]


QUICK: Final = Extent(
    entities=FEW,
    turns=6,
    linked=(100, FEW),
    weighed=(100, FEW),
    mixes=bench_compare_contacts.FEW,
)
FULL: Final = Extent(
    entities=MANY,
    turns=15,
    linked=(100, FEW, MANY),
    weighed=(FEW, 4 * FEW),
    mixes=bench_compare_contacts.MANY,
)

type Rows = dict[str, Row]
type OfWays = Callable[[Ways, Extent], Awaitable[Rows]]
type OfItsOwn = Callable[[Extent, str], Awaitable[Rows]]


def _named(case: str, rows: Rows) -> Rows:
    return {f"{case} {name}": row for name, row in rows.items()}


async def _single(ways: Ways, extent: Extent) -> Rows:
    pace = Pace(turns=extent.turns, count=20, rounds=2, rate=20, platform="sensor")
    return _named("single", await compare_changes(ways, pace))


async def _steady(ways: Ways, extent: Extent) -> Rows:
    pace = Pace(turns=extent.turns // 3, count=100, rounds=5, rate=100)
    return _named("steady", await compare_changes(ways, pace))


async def _storm(ways: Ways, extent: Extent) -> Rows:
    pace = Pace(turns=5, count=extent.entities)
    return _named("storm", await compare_changes(ways, pace))


async def _growth(ways: Ways, extent: Extent) -> Rows:
    rows: Rows = {}
    for size in _SIZES:
        if size <= extent.entities:
            found = await compare_changes(ways, Pace(turns=3, count=size))
            rows |= _named(f"growth {size}", found)
    return rows


async def _command(ways: Ways, extent: Extent) -> Rows:
    how = Commanding(turns=extent.turns, count=40)
    return _named("command", await compare_commands(ways, how))


async def _commands16(ways: Ways, extent: Extent) -> Rows:
    how = Commanding(turns=5, count=160, at_a_time=16)
    return _named("commands16", await compare_commands(ways, how))


async def _link(extent: Extent, server: str) -> Rows:
    return await bench_compare_link.run(extent.linked, server)


async def _memory(extent: Extent, server: str) -> Rows:
    return await bench_compare_link.run_memory(*extent.weighed, server)


async def _contacts(extent: Extent, server: str) -> Rows:
    return await bench_compare_contacts.run(extent.mixes, server)


OF_WAYS: Final[Mapping[str, OfWays]] = {
    "single": _single,
    "steady": _steady,
    "storm": _storm,
    "command": _command,
    "commands16": _commands16,
    "growth": _growth,
}
OF_THEIR_OWN: Final[Mapping[str, OfItsOwn]] = {
    "link": _link,
    "memory": _memory,
    "contacts": _contacts,
}
CASES: Final = (*OF_WAYS, *OF_THEIR_OWN)

COLUMNS: Final[Mapping[str, str]] = {
    "changes": "changes",
    "lacking": "lacking",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "max_ms": "max ms",
    "per_s": "a second",
    "cpu_ms": "CPU ms each",
    "bytes": "bytes each",
}
MORE_COLUMNS: Final[Mapping[str, str]] = {
    "entities": "entities",
    "seconds": "s",
    "memory_mb": "memory MB",
    "blocked_ms": "blocked ms",
    "blocked_there_ms": "in cabin",
    "kb_per_entity": "kB/entity",
    "kb_per_contact": "kB/contact",
    "events": "events each",
    "cpu_ms": "CPU ms each",
}


async def measure(
    cases: tuple[str, ...],
    extent: Extent,
    rows: Rows,
    server: str,
    *,
    stock_limits: bool,
) -> None:
    """Measure the cases, and add what comes of each to `rows` at once: what fails later does not take it away."""
    if wanted := [case for case in cases if case in OF_WAYS]:
        track = world(extent.entities, server, stock_limits=stock_limits)
        async with track as up, ways(up) as found:
            for case in wanted:
                with step(f"measuring {case}"):
                    rows |= await OF_WAYS[case](found, extent)
    for case in cases:
        if case in OF_THEIR_OWN:
            with step(f"measuring {case}"):
                rows |= await OF_THEIR_OWN[case](extent, server)


def table(rows: Rows) -> str:
    """Return the figures for people; what was not measured is a dash."""
    ways_rows = {name: row for name, row in rows.items() if "per_s" in row}
    others = {name: row for name, row in rows.items() if "per_s" not in row}
    tables = (
        bench_verdict.table(some, {}, columns)
        for some, columns in ((ways_rows, COLUMNS), (others, MORE_COLUMNS))
        if some
    )
    return (
        "\n\n".join(tables)
        + "\n\nours: by XMPP; mqtt, lean: mqtt_statestream with and without attributes, mosquitto, MQTT's entities;\n"
        "socket: WebSocket API to a client; nobody: what a change costs anyhow; ping, message: XMPP's own; CPU: of both\n"
        "houses; bytes: of all connections to the server, both ways, TLS included; lacking: final states not seen"
    )


def _options(arguments: list[str]) -> argparse.Namespace:
    """Return what the command line says; with usage and an end where it is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/bench compare", description=__doc__)
    parser.add_argument("compare", nargs="?", choices=["compare"])
    parser.add_argument(
        "--check", action="store_true", help="end with 1 where a target is missed"
    )
    parser.add_argument(
        "--full", action="store_true", help=f"{MANY} entities and 100 contacts"
    )
    parser.add_argument(
        "--server", default=SERVER, metavar="NAME", help="the XMPP server"
    )
    parser.add_argument(
        "--stock-limits",
        action="store_true",
        help="the XMPP server slows clients down as its distribution's configuration does",
    )
    parser.add_argument("--cases", default=",".join(CASES), metavar="A,B,...")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="write SVG there")
    options = parser.parse_args(arguments)
    options.cases = tuple(options.cases.split(","))
    if unknown := set(options.cases) - set(CASES):
        parser.error(
            f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}"
        )
    return options


def _write(file: Path, options: argparse.Namespace, rows: Rows) -> None:
    result = {
        "server": options.server,
        "stock_limits": options.stock_limits,
        "full": options.full,
        "machine": platform.platform(),
        "rows": rows,
    }
    file.write_text(json.dumps(result, indent=1) + "\n")


def main(arguments: list[str]) -> int:
    """Compare as the command line says; return the exit code: 1 where it failed, or a target is missed with --check."""
    options = _options(arguments)
    rows: Rows = {}
    failed = False
    try:
        asyncio.run(
            measure(
                options.cases,
                FULL if options.full else QUICK,
                rows,
                options.server,
                stock_limits=options.stock_limits,
            )
        )
    except FAILURES as failure:
        say(f"error: {type(failure).__name__}: {failure}")
        failed = True
    if options.json:
        _write(options.json, options, rows)
    if options.plots:
        write_plots(options.plots, rows)
    print(table(rows))
    print(told(rows))
    for figure in (over := missed(rows)):
        say(str(figure))
    return 1 if failed or (options.check and over) else 0
