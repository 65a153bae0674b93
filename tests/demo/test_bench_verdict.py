"""scripts/bench says what is over its limit, and fails then."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.support import (
    bench,
    bench_attack,
    bench_chaos,
    bench_history,
    bench_link,
    bench_reconnects,
    bench_recovery,
    bench_ring,
)
from scripts.support.bench_verdict import Rows, figures, missed, table

ROWS: Rows = {
    "one": {"seconds": 9.5, "late_ms": None},
    "two": {"seconds": 10.25, "late_ms": 100.0, "memory": 3.0},
}
LIMITS = {"seconds": 10, "late_ms": 100}


def test_every_figure_with_a_limit_is_named() -> None:
    """What was not measured is neither within nor over."""
    assert [str(one) for one in figures(ROWS, LIMITS)] == [
        "within  one: seconds 9.5 of 10",
        "MISSED  two: seconds 10.25 of 10",
        "within  two: late_ms 100 of 100",
    ]
    assert [one.row for one in missed(ROWS, LIMITS)] == ["two"]


def test_what_is_no_number_is_over_its_limit() -> None:
    """Whatever it is, it is not within."""
    assert missed({"one": {"seconds": float("nan")}}, LIMITS)


def test_the_table_ends_with_the_limits_and_what_came_of_them() -> None:
    """A person sees both beside each other."""
    head, *rows, limit, _, _, _ = table(
        ROWS, LIMITS, {"seconds": "s", "memory": "MB"}
    ).splitlines()

    assert head.split() == ["s", "MB"]
    assert [row.split() for row in rows] == [
        ["one", "9.5", "-"],
        ["two", "10.25", "3"],
    ]
    assert limit.split() == ["limit", "10", "-"]


@pytest.mark.parametrize(
    "module",
    [
        bench_attack,
        bench_history,
        bench_link,
        bench_chaos,
        bench_reconnects,
        bench_recovery,
        bench_ring,
    ],
)
def test_a_limit_is_of_something_that_is_shown(module: Any) -> None:
    """Else nobody would know of it."""
    assert module.LIMITS.keys() <= module.COLUMNS.keys()
    assert "limit" in module.table({"row": dict.fromkeys(module.LIMITS, 0)})


def test_what_holds_up_everybody_is_not_the_house() -> None:
    """A server that answers nobody for a while counts for neither; a house that is slow alone does."""
    quiet = [(2.0, 1.0)] * 300
    stopped = bench_attack.compared(quiet, [*quiet, *[(252.0, 251.0)] * 30])
    slow = bench_attack.compared(quiet, [*quiet, *[(252.0, 1.0)] * 30])

    assert stopped["ratio"] == slow["ratio"] == 126
    assert stopped["house"] == 1
    assert slow["house"] == 126


@pytest.mark.parametrize(("seconds", "code"), [(9.9, 0), (10.1, 1)])
@pytest.mark.parametrize("json_wanted", [False, True])
def test_the_exit_code_is_that_of_the_figures(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seconds: float,
    code: int,
    json_wanted: bool,
) -> None:
    """It is 1 where any is over its limit, and each of these is named."""

    async def measured(*_: object) -> bench.Rows:
        return {"linking": {"seconds": seconds, "beside_ms": None}}

    monkeypatch.setattr(bench, "_measure", measured)
    options = ["bench", "link", *(["--json"] if json_wanted else [])]
    monkeypatch.setattr("sys.argv", options)

    assert bench.main() == code

    said = capsys.readouterr()
    assert ("MISSED  linking: seconds 10.1 of 10" in said.err) is (code == 1)
    if json_wanted:
        rows = json.loads(said.out)["rows"]
        assert rows["linking"]["seconds"] == seconds


@pytest.mark.parametrize(
    "wrong", [["link", "--count", "1"], ["ring", "--ready-file", "a"], ["nothing"]]
)
def test_what_cannot_be_measured_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: list[str]
) -> None:
    """Before anything starts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["bench", *wrong])
    monkeypatch.setattr(asyncio, "run", None)

    with pytest.raises(SystemExit, match="2"):
        bench.main()
