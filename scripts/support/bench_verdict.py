"""What a bench has measured beside its limits: a table for people, and every figure that is over its limit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, override

type Rows = Mapping[str, Mapping[str, float | None]]
type Columns = Mapping[
    str, str
]  # the heads of the columns, by the names of the figures
type Limits = Mapping[str, float]  # the most a figure may be, by its name

_WIDTH: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something that was measured and has a limit."""

    row: str
    name: str
    measured: float
    limit: float
    at_least: bool = False  # the limit is the least it may be, not the most

    @property
    def is_missed(self) -> bool:
        """Whether it is over its limit."""
        if self.at_least:
            return not self.measured >= self.limit
        return not self.measured <= self.limit

    @override
    def __str__(self) -> str:
        """Return what a person wants to know of it."""
        word = "MISSED" if self.is_missed else "within"
        return f"{word}  {self.row}: {self.name} {self.measured:g} of {self.limit:g}"


def figures(rows: Rows, limits: Limits) -> Iterator[Figure]:
    """Yield what was measured of all that has a limit."""
    for name, limit in limits.items():
        for row, measured in rows.items():
            if (value := measured.get(name)) is not None:
                yield Figure(row=row, name=name, measured=value, limit=limit)


def missed(rows: Rows, limits: Limits) -> tuple[Figure, ...]:
    """Return what is over its limit."""
    return tuple(one for one in figures(rows, limits) if one.is_missed)


def table(rows: Rows, limits: Limits, columns: Columns) -> str:
    """Return the figures with any limits below, and what has come of each; what was not measured is a dash."""
    shown = {**rows, **({"limit": limits} if limits else {})}
    first = max(map(len, shown)) + 1
    lines = [" " * first + "".join(f"{head:>{_WIDTH}}" for head in columns.values())]
    for name, row in shown.items():
        cells = (row.get(key) for key in columns)
        lines.append(
            f"{name:<{first}}"
            + "".join(
                f"{'-' if one is None else f'{one:.10g}':>{_WIDTH}}" for one in cells
            )
        )
    return "\n".join((*lines, *map(str, figures(rows, limits))))
