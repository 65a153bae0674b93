"""scripts/bench history: what it puts into a house, what it reads there, and how it measures."""

import asyncio
import json
import os
from pathlib import Path
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from scripts.support import heartbeat
from scripts.support.bench_history import CANCEL, LIMITS, STATES, STATISTICS, table
from scripts.support.bench_inside import install, resident
from scripts.support.paths import ROOT


@pytest.mark.demo
def test_all_that_is_recorded_is_read(demo: dict[str, Any], tmp_path: Path) -> None:
    """Every state and every statistic arrives once, in messages of limited size, until it is cancelled."""
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(demo))

    done = subprocess.run(
        [ROOT / "scripts" / "bench", "history", "--json", "--count", "8000",
         "--ready-file", ready],
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip

    result = json.loads(done.stdout)
    assert (result["case"], result["states"]) == ("history", 8000)
    states, statistics, cancelled = (
        result["rows"][name] for name in (STATES, STATISTICS, CANCEL)
    )
    # The demo's own states are there, too: the house has been running for a while.
    assert 8000 < states["readings"] < 8100
    # Eight weeks of hours, and the days, weeks, months and years they are of.
    assert 1333 + 55 + 7 + 2 + 1 <= statistics["readings"] < 1333 + 80
    assert states["fragments"] > 3
    assert max(one["largest_kb"] for one in (states, statistics)) < 100
    assert cancelled["after_cancel"] <= LIMITS["after_cancel"]
    assert cancelled["readings"] < states["readings"]
    assert "memory_mb" not in states  # of a house that has no heartbeat


def test_the_table_has_the_limits() -> None:
    """A person sees at once what was measured, what was not, and what it may be."""
    rows = {STATES: {"readings": 100000, "seconds": 9.5, "memory_mb": 12.5}}

    _head, states, limit, verdict, *_words = table(rows).splitlines()

    assert states.split()[2:] == [
        "100000", "9.5", "-", "-", "-", "-", "12.5", "-", "-", "-", "-",
    ]  # fmt: skip
    assert limit.split() == ["limit", *"------", "20", "-", "50", "-", "1"]
    assert verdict == f"within  {STATES}: memory_mb 12.5 of 20"


async def test_a_heartbeat_tells_how_long_the_loop_was_blocked(
    hass: HomeAssistant,
) -> None:
    """What blocks the event loop is seen, each time once; at the end it beats no more."""
    assert await heartbeat.async_setup(hass, {})

    async def read() -> Any:
        return await hass.services.async_call(
            heartbeat.DOMAIN, heartbeat.READ, blocking=True, return_response=True
        )

    await read()
    time.sleep(0.06)  # noqa: ASYNC251  # it is to block
    await hass.async_add_executor_job(time.sleep, 0.02)  # a beat
    slept = await read()
    until = time.thread_time() + 0.06
    while time.thread_time() < until:
        pass
    await hass.async_add_executor_job(time.sleep, 0.02)
    computed = await read()
    after = await read()

    assert slept["pid"] == os.getpid()
    for blocked in (slept, computed):
        assert 40 < blocked["blocked_ms"] <= blocked["late_ms"] < 1000
        assert blocked["beside_ms"] <= blocked["blocked_ms"]
    assert after["late_ms"] < slept["late_ms"]
    assert after["collection_ms"] >= 0
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()


async def test_a_collection_of_garbage_is_told_apart(hass: HomeAssistant) -> None:
    """Also one in another thread, which lets the loop go on before it says that it has ended."""
    heart = heartbeat.Heart(hass.loop)
    await hass.async_add_executor_job(time.sleep, 0.02)
    heart.read()

    heart._collected("start", {})
    time.sleep(0.06)  # noqa: ASYNC251  # it is to block
    await asyncio.sleep(0.02)
    heart._collected("stop", {})
    read = heart.read()
    heart.stop()

    assert read["collection_ms"] > 50
    assert read["beside_ms"] < 40 < read["blocked_ms"]


def test_who_has_the_processor_is_told_apart() -> None:
    """What this thread runs, and what keeps it waiting; a thread that has ended is of no interest."""
    schedule = heartbeat.Schedule()
    other = threading.Thread(target=time.sleep, args=(0.01,))
    other.start()
    schedule.lap()
    until = time.thread_time() + 0.05
    while time.thread_time() < until:
        pass
    other.join()
    ran, waited = schedule.lap()
    schedule.close()

    if sys.platform == "linux":
        assert 0.04 < ran < 1
    assert waited >= 0


def test_a_house_gets_its_heartbeat(tmp_path: Path) -> None:
    """The component is in the house's folder and in its configuration."""
    (tmp_path / "custom_components").mkdir()
    (tmp_path / "configuration.yaml").write_text("frontend:\n")

    install(tmp_path)

    configuration = (tmp_path / "configuration.yaml").read_text()
    assert configuration.splitlines() == ["frontend:", "heartbeat:"]
    manifest = tmp_path / "custom_components" / "heartbeat" / "manifest.json"
    assert json.loads(manifest.read_text())["domain"] == heartbeat.DOMAIN


def test_memory_is_that_of_the_process() -> None:
    """A process's memory is in megabytes."""
    before = resident(os.getpid())
    kept = b"x" * 50_000_000
    assert 40 < resident(os.getpid()) - before < 80
    assert kept
