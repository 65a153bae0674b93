"""scripts/bench measures in a demo that runs, and says what it found."""

import json
from pathlib import Path
import subprocess
from typing import Any

import pytest

from scripts.support.bench_latency import (
    CHANGE,
    CONTROL,
    CONTROL_AND_FOLLOW,
    PING,
    table,
)
from scripts.support.paths import ROOT

pytestmark = pytest.mark.demo


def test_latency_is_measured_against_a_ping(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    """Each way through the house is measured, and stands beside a plain ping."""
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(demo))

    done = subprocess.run(
        [ROOT / "scripts" / "bench", "latency", "--json", "--count", "5",
         "--ready-file", ready],
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip

    result = json.loads(done.stdout)
    assert (result["case"], result["rounds"]) == ("latency", 5)
    assert result["rows"].keys() == {PING, CHANGE, CONTROL, CONTROL_AND_FOLLOW}
    for row in result["rows"].values():
        assert 0 < row["p50_ms"] <= row["p99_ms"] < 5000


def test_the_table_has_ratios() -> None:
    """A person sees at once how many pings something costs."""
    rows = {
        PING: {"p50_ms": 0.5, "p99_ms": 2.0},
        CONTROL: {"p50_ms": 2.0, "p99_ms": 3.0},
    }

    _head, ping, control = table(rows).splitlines()

    assert ping.split()[-4:] == ["0.50", "2.00", "1.0", "1.0"]
    assert control.split()[-4:] == ["2.00", "3.00", "4.0", "1.5"]
