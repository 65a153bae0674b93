"""The benches of outages in small: two houses whose network and server break, and what is left of it."""

import asyncio
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.support import bench_chaos, bench_reconnects, bench_recovery
from scripts.support.bench_verdict import Rows, missed
from scripts.support.stricken import stricken
from scripts.support.troubles import BREAKABLE
from tests.conftest import sockets_allowed

pytestmark = pytest.mark.demo

SEED = 7
SECONDS = 20.0
# Houses take their time to start, so that in this one they are killed elsewhere.
BROKEN = {name: one for name, one in BREAKABLE.items() if name not in {"home", "cabin"}}
OUTAGES = ("cut, home", "server killed", "cabin killed")


async def measured(folder: Path) -> Mapping[str, Rows]:
    """Have all of them in the same houses."""
    outages = {name: bench_recovery.OUTAGES[name] for name in OUTAGES}
    async with stricken(folder) as world:
        return {
            "chaos": await bench_chaos.chaos(world, SEED, SECONDS, BROKEN, haste=6),
            "recovery": await bench_recovery.recovery(world, 1, outages),
            "reconnects": await bench_reconnects.reconnects(world, 3, 2),
        }


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Generator[Mapping[str, Rows]]:
    """Return what was measured."""
    # (in a thread: the loop of this one is the test's)
    with sockets_allowed(), ThreadPoolExecutor(1) as thread:
        folder = tmp_path_factory.mktemp("outages") / "demo"
        yield thread.submit(asyncio.run, measured(folder)).result()


def test_every_command_has_the_verdict_that_it_deserves(
    figures: Mapping[str, Rows],
) -> None:
    """In the end nothing is lost, late or doubled, and both houses say the same."""
    rows = figures["chaos"]
    commands, troubles = rows["commands"], rows["troubles"]["troubles"]

    assert missed(rows, bench_chaos.LIMITS) == ()
    assert commands["commands"] == SECONDS * bench_chaos.COMMANDS
    assert (commands["done"] or 0) > 0
    assert (troubles or 0) >= 3


def test_both_houses_are_in_touch_again_after_each_outage(
    figures: Mapping[str, Rows],
) -> None:
    """How soon is measured; on a machine that does all kinds of things it is no proof."""
    rows = figures["recovery"]

    assert tuple(rows) == OUTAGES
    for row in rows.values():
        assert 0 <= (row["state_worst_s"] or 0) < 60
        assert 0 <= (row["command_worst_s"] or 0) < 60


def test_reconnects_leave_no_task_behind(figures: Mapping[str, Rows]) -> None:
    """Nor objects of ours."""
    limits = {
        name: bench_reconnects.LIMITS[name] for name in ("more_tasks", "more_objects")
    }
    assert missed(figures["reconnects"], limits) == ()
