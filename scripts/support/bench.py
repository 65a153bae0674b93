"""Measure the component where it is used: in the demo's houses, over the demo's server."""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import sys
from typing import Any

from . import bench_latency
from .demo import FAILURES, Demo, scratch_folder
from .progress import say, step

_MOST_ROUNDS = 5000
_PATIENCE = 300.0  # seconds for all rounds


@asynccontextmanager
async def _demo(facts: dict[str, Any] | None) -> AsyncGenerator[dict[str, Any]]:
    """Provide the facts of a demo: the given ones, or of one that is started for it."""
    if facts is not None:
        yield facts
        return
    with scratch_folder() as folder:
        demo = Demo(folder)
        with demo.running():
            await demo.set_up()
            yield demo.facts()


async def _latency(
    facts: dict[str, Any] | None, rounds: int
) -> dict[str, dict[str, float]]:
    """Measure latencies."""
    async with _demo(facts) as demo:
        with step(f"measuring latency, {rounds} rounds each"):
            async with asyncio.timeout(_PATIENCE):
                return await bench_latency.run(demo, rounds)


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("case", choices=["latency"])
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="of a demo that runs already"
    )
    parser.add_argument("--count", type=int, default=300, metavar="N", help="rounds")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    if not 2 <= options.count <= _MOST_ROUNDS:
        parser.error(f"N is 2 to {_MOST_ROUNDS}")
    facts = json.loads(options.ready_file.read_text()) if options.ready_file else None
    try:
        rows = asyncio.run(_latency(facts, options.count))
    except FAILURES as failure:
        say(f"error: {type(failure).__name__}: {failure}")
        return 1
    if options.json:
        result = {"case": options.case, "rounds": options.count, "rows": rows}
        print(json.dumps(result, indent=1))
    else:
        print(bench_latency.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
