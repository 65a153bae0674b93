"""scripts/bench compare: what it makes of what it has measured, without measuring anything."""

import asyncio
import json
import os
from pathlib import Path
import socket
import sys
from xml.etree.ElementTree import Element, fromstring

import pytest

from scripts.support import bench, bench_compare
from scripts.support.bench_compare import table
from scripts.support.bench_compare_cases import Tally, latency, taken
from scripts.support.bench_compare_contacts import MANY, Mix
from scripts.support.bench_compare_plots import write_plots
from scripts.support.bench_compare_targets import (
    TARGETS,
    Target,
    missed,
    told,
    verdicts,
)
from scripts.support.bench_compare_ways import switches
from scripts.support.bench_verdict import Rows
from scripts.support.meters import Meter, processor_seconds, wire_bytes
from scripts.support.plots import bars, lines

ROWS: Rows = {
    "single ours": {"p50_ms": 1.5, "p99_ms": 60.0, "per_s": 20.0},
    "single lean": {"p50_ms": 2.0, "per_s": 20.0},
    "storm ours": {"per_s": 5000.0, "lacking": 0},
    "storm mqtt": {"per_s": 1000.0, "lacking": 0},
    "growth 100 ours": {"cpu_ms": 0.2, "per_s": 1.0},
    "growth 1000 ours": {"cpu_ms": 0.3, "per_s": 1.0},
    "link 100": {"seconds": 0.5},
    "link 1000": {"seconds": 4.0},
}
SVG = "{http://www.w3.org/2000/svg}"

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells of other processes"
)


def test_a_change_is_seen_when_its_state_is() -> None:
    """What was seen before it was made is another one; what was left before it was sent is none."""
    changes = [("a", "on", 1.0), ("a", "off", 2.0), ("a", "on", 3.0), ("b", "5", 3.5)]
    seen = [("a", "on", 0.5), ("a", "on", 1.25), ("a", "on", 3.5), ("b", "5", 3.75)]

    assert taken(changes, seen) == [0.25, 0.5, 0.25]


def test_a_latency_is_told_in_milliseconds() -> None:
    """Of so few that there is no percentile nothing is told."""
    assert latency([0.001] * 99 + [0.5]) == {
        "p50_ms": 1.0,
        "p99_ms": pytest.approx(5.99),
        "max_ms": 500.0,
    }
    assert latency([0.001]) == {}


def test_the_row_of_a_way_has_the_medians_of_its_turns() -> None:
    """A turn in which the machine did something else counts as one of several."""
    tally = Tally(
        changes=30, processors=[0.001, 0.002, 0.1], wire=[100.0, 200.0, 150.0]
    )

    row = tally.row()

    assert (row["cpu_ms"], row["bytes"], row["per_s"]) == (2.0, 150.0, None)


def test_targets_are_ratios_of_one_run() -> None:
    """Each is named with what was measured and what was asked; what was not measured is said."""
    lines_told = told(ROWS).splitlines()

    assert len(lines_told) == len(TARGETS)
    assert "within  single ours: p50_ms / single lean's 0.75 of 1" in lines_told
    assert "MISSED  single ours: p99_ms 60 of 50" in lines_told
    assert "MISSED  storm ours: per_s / storm mqtt's 5 of 10" in lines_told
    assert "within  storm ours: lacking 0 of 0" in lines_told
    assert "not measured  link 9800: seconds" in lines_told
    assert [figure.row for figure in missed(ROWS)] == [
        "single ours",
        "storm ours",
        "growth 1000 ours",
    ]


def test_nothing_is_divided_by_nothing() -> None:
    """A way that has shown nothing is no measure for another."""
    target = Target(row="a", figure="per_s", beside="b", limit=1)

    [(_, figure)] = verdicts({"a": {"per_s": 1.0}, "b": {"per_s": 0.0}}, (target,))

    assert figure is None


def test_the_table_has_all_rows() -> None:
    """Those of ways, and those of other figures below."""
    said = table({name: dict(row) for name, row in ROWS.items()})

    assert all(f"\n{name} " in f"\n{said}" for name in ROWS)
    assert said.count("a second") == 1


def _parsed(svg: str) -> Element:
    (page,) = map(fromstring, [svg])
    return page


def test_bars_are_as_long_as_their_values() -> None:
    """The longest is the most."""
    page = _parsed(bars("Title <1>", "less is better", {"ours": 1.0, "theirs": 4.0}))

    ours, theirs = (
        float(one.get("width", "")) for one in page.findall(f"{SVG}rect")[1:]
    )
    assert theirs == pytest.approx(4 * ours, rel=0.01)
    assert page.findtext(f"{SVG}title") == "Title <1>"


def test_what_grows_alike_is_a_straight_line() -> None:
    """Both axes are logarithmic."""
    page = _parsed(
        lines("T", "s", "entities", {"ours": [(100, 2), (1000, 20), (10000, 200)]})
    )

    (line,) = page.findall(f"{SVG}polyline")
    points = [one.split(",") for one in line.get("points", "").split()]
    (x1, y1), (x2, y2), (x3, y3) = ((float(x), float(y)) for x, y in points)
    assert (x2 - x1, y2 - y1) == pytest.approx((x3 - x2, y3 - y2), abs=0.2)


def test_plots_are_of_what_was_measured(tmp_path: Path) -> None:
    """Each is a file, that is XML."""
    write_plots(tmp_path / "plots", ROWS)

    files = sorted((tmp_path / "plots").iterdir())
    assert [one.name for one in files] == [
        "bench-growth.svg",
        "bench-link.svg",
        "bench-single-p50_ms.svg",
        "bench-storm-per_s.svg",
    ]
    assert all(_parsed(one.read_text()).tag == f"{SVG}svg" for one in files)


def test_contacts_of_a_mix_share_its_views() -> None:
    """There are as many different ones as the mix has."""
    mix = Mix(100, 20)

    targets = {json.dumps(mix.target(number)) for number in range(len(mix.users))}

    assert (len(mix.users), len(targets)) == (100, 20)
    assert len({user for one in MANY for user in one.users}) == 311


def test_switches_are_among_the_crowd() -> None:
    """They are the third of each four."""
    assert switches("ours", 2) == ["switch.ours_2", "switch.ours_6"]


@linux_only
def test_processor_time_is_counted() -> None:
    """It grows by what is done."""
    before = processor_seconds(os.getpid())

    while processor_seconds(os.getpid()) < before + 0.01:
        pass


@linux_only
@pytest.mark.usefixtures("socket_enabled")
def test_bytes_are_counted_both_ways() -> None:
    """Of the connections of a server only, while they are there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server, _ = listener.accept()
            with server:
                meter = Meter((os.getpid(),), port)
                before = meter.read()
                client.sendall(b"x" * 1000)
                assert len(server.recv(1000, socket.MSG_WAITALL)) == 1000
                server.sendall(b"y" * 500)
                assert len(client.recv(500, socket.MSG_WAITALL)) == 500

                assert (meter.read() - before).wire == 1500
    assert wire_bytes(1) == 0


@pytest.mark.parametrize(("check", "code"), [(["--check"], 1), (["compare"], 0)])
def test_only_a_check_fails(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    check: list[str],
    code: int,
) -> None:
    """Figures that miss their targets are named in any case, and all are in the file."""

    async def measured(
        _cases: object,
        _extent: object,
        rows: dict[str, object],
        *_: object,
        **__: object,
    ) -> None:
        rows |= ROWS

    monkeypatch.setattr(bench_compare, "measure", measured)
    file = tmp_path / "figures.json"
    monkeypatch.setattr("sys.argv", ["bench", *check, "--json", str(file)])

    assert bench.main() == code

    said = capsys.readouterr()
    assert "MISSED  single ours: p99_ms 60 of 50" in said.err
    assert json.loads(file.read_text())["rows"] == ROWS


def test_what_was_measured_before_a_failure_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It took its time; the exit code says that it is not all."""

    async def measured(
        _cases: object,
        _extent: object,
        rows: dict[str, object],
        *_: object,
        **__: object,
    ) -> None:
        rows |= ROWS
        raise OSError("the cable is cut")

    monkeypatch.setattr(bench_compare, "measure", measured)
    monkeypatch.setattr("sys.argv", ["bench", "compare"])

    assert bench.main() == 1

    said = capsys.readouterr()
    assert "the cable is cut" in said.err
    assert "storm ours" in said.out


def test_a_case_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything starts; those that are there are named."""
    monkeypatch.setattr("sys.argv", ["bench", "compare", "--cases", "single,swim"])
    monkeypatch.setattr(asyncio, "run", None)

    with pytest.raises(SystemExit, match="2"):
        bench.main()

    assert "no such case: swim" in capsys.readouterr().err
