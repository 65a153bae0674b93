"""The table of what passed on which server: a row for each file of tests, a column for each server."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from .servers import VERSIONS, chosen, named_in

_BAD: Final = ("failed", "error")
_OUTCOMES: Final = ("passed", "skipped", *_BAD)
_NONE: Final = "-"


def table(stats: Mapping[str, Iterable[Any]]) -> str:
    """Return the table of pytest's reports, by how they ended: passed of all, and '!' where not all did."""
    cells: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    for outcome in _OUTCOMES:
        for report in stats.get(outcome, ()):
            if (server := named_in(report.nodeid)) is not None:
                cells[report.nodeid.partition("::")[0]][server][outcome] += 1
    names = [name for name in chosen() if any(name in row for row in cells.values())]
    rows = [["", *names], ["", *map(_versions, names)]]
    rows += [
        [file, *(_said(cells[file][name]) for name in names)] for file in sorted(cells)
    ]
    rows.append(["all", *(_said(_sum(cells.values(), name)) for name in names)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        .rstrip() + "\n"
        for row in rows
    )  # fmt: skip


def _versions(name: str) -> str:
    """Return the versions of the server, or the two, in whole."""
    return "+".join(VERSIONS[one].version for one in name.split("+"))


def _sum(rows: Iterable[Mapping[str, Counter[str]]], name: str) -> Counter[str]:
    """Return the sum of a column."""
    return sum((row[name] for row in rows), Counter())


def _said(outcomes: Counter[str]) -> str:
    """Return what a cell says."""
    ran = outcomes["passed"] + sum(outcomes[bad] for bad in _BAD)
    if not ran:
        return _NONE
    good = outcomes["passed"] == ran
    return str(ran) if good else f"{outcomes['passed']} of {ran} !"
