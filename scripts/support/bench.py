"""Measure the component where it is used: in the demo's houses, over the demo's server."""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
import json
from pathlib import Path
import random
import sys
from typing import Any

from . import (
    bench_attack,
    bench_chaos,
    bench_compare,
    bench_history,
    bench_inside,
    bench_latency,
    bench_link,
    bench_reconnects,
    bench_recovery,
    bench_ring,
    bench_verdict,
    stricken,
)
from .demo import FAILURES, Demo, scratch_folder
from .progress import say, step

type World = Callable[[int], AbstractAsyncContextManager[Mapping[str, Any]]]
type Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Something that can be measured."""

    run: Callable[[Mapping[str, Any], int], Awaitable[Rows]]
    table: Callable[[Any], str]
    unit: str  # of what there are N
    count: int  # unless the command line says another
    least: int
    most: int
    patience: float = 300.0  # seconds for all
    world: World | None = None  # where it is measured, if not in any demo
    limits: bench_verdict.Limits = field(default_factory=dict)


CASES = {
    "latency": Case(
        run=bench_latency.run,
        table=bench_latency.table,
        unit="rounds",
        count=300,
        least=2,
        most=5000,
    ),
    "history": Case(
        run=bench_history.run,
        table=bench_history.table,
        limits=bench_history.LIMITS,
        unit="states",
        count=100_000,
        least=4000,
        most=1_000_000,
        patience=900.0,
    ),
    "link": Case(
        run=bench_link.run,
        table=bench_link.table,
        limits=bench_link.LIMITS,
        unit="entities",
        count=1000,
        least=10,
        most=5000,
        world=bench_link.world,
    ),
    "roomless": Case(
        run=bench_link.run,
        table=partial(bench_link.table, limits=bench_link.LIMITS_OF_MANY),
        limits=bench_link.LIMITS_OF_MANY,
        unit="entities",
        count=4000,
        least=10,
        most=10_000,
        patience=600.0,
        world=partial(bench_link.world, rooms=False),
    ),
    "attack": Case(
        run=bench_attack.run,
        table=bench_attack.table,
        limits=bench_attack.LIMITS,
        unit="answers",
        count=1000,
        least=10,
        most=5000,
        patience=3600.0,
        world=bench_attack.world,
    ),
    "onslaught": Case(
        run=bench_attack.run,
        table=partial(bench_attack.table, limits=bench_attack.ONSLAUGHT_LIMITS),
        limits=bench_attack.ONSLAUGHT_LIMITS,
        unit="answers",
        count=500,
        least=10,
        most=5000,
        patience=3600.0,
        world=partial(bench_attack.world, limited=False),
    ),
    "ring": Case(
        run=bench_ring.run,
        table=bench_ring.table,
        limits=bench_ring.LIMITS,
        unit="minutes",
        count=5,
        least=1,
        most=60,
        patience=3700.0,
        world=bench_ring.world,
    ),
    "chaos": Case(
        run=bench_chaos.run,
        table=bench_chaos.table,
        limits=bench_chaos.LIMITS,
        unit="minutes",
        count=10,
        least=1,
        most=600,
        patience=36_300.0,
        world=stricken.world,
    ),
    "recovery": Case(
        run=bench_recovery.run,
        table=bench_recovery.table,
        limits=bench_recovery.LIMITS,
        unit="outages of each kind",
        count=10,
        least=1,
        most=100,
        patience=18_000.0,
        world=stricken.world,
    ),
    "reconnects": Case(
        run=bench_reconnects.run,
        table=bench_reconnects.table,
        limits=bench_reconnects.LIMITS,
        unit="reconnects",
        count=200,
        least=1,
        most=10_000,
        patience=18_000.0,
        world=stricken.world,
    ),
}


@asynccontextmanager
async def _demo(facts: dict[str, Any] | None) -> AsyncGenerator[dict[str, Any]]:
    """Provide the facts of a demo: the given ones, or of one that is started for it."""
    if facts is not None:
        yield facts
        return
    with scratch_folder() as folder:
        demo = Demo(folder)
        bench_inside.install(demo.home.directory)
        with demo.running():
            await demo.set_up()
            yield demo.facts()


async def _measure(
    case: Case, facts: dict[str, Any] | None, count: int, seed: int
) -> Rows:
    """Measure a case."""
    world = _demo(facts) if case.world is None else case.world(count)
    async with world as demo:
        with step(f"measuring with {count} {case.unit}"):
            async with asyncio.timeout(case.patience):
                return await case.run({**demo, "seed": seed}, count)


def _options() -> argparse.Namespace:
    """Return what the command line says; with usage and an end where it is wrong."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="FILE",
        help="of a demo that runs already (then nothing is measured inside of it)",
    )
    defaults = ", ".join(f"{one.count} {one.unit}" for one in CASES.values())
    parser.add_argument(
        "--count",
        "--minutes",
        type=int,
        metavar="N",
        help=f"how many (default: {defaults})",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=random.randrange(1_000_000),
        help="of what comes by chance (default: another one each time)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    case = CASES[options.case]
    if options.count is None:
        options.count = case.count
    if not case.least <= options.count <= case.most:
        parser.error(f"N is {case.least} to {case.most}")
    if options.ready_file and case.world is not None:
        parser.error(f"{options.case} is measured in houses of its own")
    return options


def _report(case: Case, rows: Rows) -> int:
    """Name what is over its limit; return the exit code."""
    over = bench_verdict.missed(rows, case.limits)
    for figure in over:
        say(str(figure))
    return 1 if over else 0


def main() -> int:
    """Measure as the command line says; return the exit code: 1 where anything is over its limit."""
    if {"compare", "--check"}.intersection(sys.argv[1:2]):
        return bench_compare.main(sys.argv[1:])
    options = _options()
    case: Case = CASES[options.case]
    facts = json.loads(options.ready_file.read_text()) if options.ready_file else None
    try:
        say(f"what comes by chance is that of --seed {options.seed}")
        rows = asyncio.run(_measure(case, facts, options.count, options.seed))
    except FAILURES as failure:
        say(f"error: {type(failure).__name__}: {failure}")
        return 1
    if options.json:
        result = {
            "case": options.case,
            case.unit: options.count,
            "seed": options.seed,
            "rows": rows,
        }
        print(json.dumps(result, indent=1))
    else:
        print(case.table(rows))
    return _report(case, rows)


if __name__ == "__main__":
    sys.exit(main())
