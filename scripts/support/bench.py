"""Measure the component where it is used: in the demo's houses, over the demo's server."""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any

from . import bench_history, bench_inside, bench_latency, bench_link, bench_ring
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
        unit="states",
        count=100_000,
        least=4000,
        most=1_000_000,
        patience=900.0,
    ),
    "link": Case(
        run=bench_link.run,
        table=bench_link.table,
        unit="entities",
        count=1000,
        least=10,
        most=5000,
        world=bench_link.world,
    ),
    "ring": Case(
        run=bench_ring.run,
        table=bench_ring.table,
        unit="minutes",
        count=5,
        least=1,
        most=60,
        patience=3700.0,
        world=bench_ring.world,
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


async def _measure(case: Case, facts: dict[str, Any] | None, count: int) -> Rows:
    """Measure a case."""
    world = _demo(facts) if case.world is None else case.world(count)
    async with world as demo:
        with step(f"measuring with {count} {case.unit}"):
            async with asyncio.timeout(case.patience):
                return await case.run(demo, count)


def main() -> int:
    """Measure as the command line says; return the exit code."""
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
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    case = CASES[options.case]
    count = case.count if options.count is None else options.count
    if not case.least <= count <= case.most:
        parser.error(f"N is {case.least} to {case.most}")
    if options.ready_file and case.world is not None:
        parser.error(f"{options.case} is measured in houses of its own")
    facts = json.loads(options.ready_file.read_text()) if options.ready_file else None
    try:
        rows = asyncio.run(_measure(case, facts, count))
    except FAILURES as failure:
        say(f"error: {type(failure).__name__}: {failure}")
        return 1
    if options.json:
        result = {"case": options.case, case.unit: count, "rows": rows}
        print(json.dumps(result, indent=1))
    else:
        print(case.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
