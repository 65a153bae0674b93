"""What is asked of us beside the other ways, and whether a run has shown it.

A figure of ours is taken by itself, or divided by another row's of the same run. Statestream's path carries the
attributes in this, as ours does: only then a mirror could have them; for the time of a change it is the path
without them, for which Home Assistant sends a sixth of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .bench_compare_world import MANY
from .bench_verdict import Figure, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The most, or the least, that a figure may be."""

    row: str
    figure: str
    limit: float
    beside: str | None = None
    """The row whose figure it is divided by."""
    at_least: bool = False

    @property
    def name(self) -> str:
        """Return what it is about."""
        return f"{self.figure} / {self.beside}'s" if self.beside else self.figure

    def measured(self, rows: Rows) -> Figure | None:
        """Return the figure beside the limit; nothing where it was not measured."""
        value = rows.get(self.row, {}).get(self.figure)
        if value is not None and self.beside is not None:
            base = rows.get(self.beside, {}).get(self.figure)
            value = value / base if base else None
        if value is None:
            return None
        return Figure(
            row=self.row,
            name=self.name,
            measured=round(value, 3),
            limit=self.limit,
            at_least=self.at_least,
        )


# One, two, ... are the lines of 'It shows'.
TARGETS: Final[tuple[Target, ...]] = (
    # One change
    Target(row="single ours", figure="p50_ms", beside="single lean", limit=1.0),
    Target(row="single ours", figure="p50_ms", beside="single socket", limit=1.5),
    Target(row="single ours", figure="p99_ms", limit=50),
    Target(row="single ours", figure="max_ms", limit=500),
    # Storm
    Target(row="storm ours", figure="lacking", limit=0),
    Target(row="storm ours", figure="per_s", beside="storm mqtt", limit=10, at_least=True),
    Target(row="storm ours", figure="cpu_ms", beside="storm mqtt", limit=0.3),
    # Bytes
    Target(row="storm ours", figure="bytes", beside="storm mqtt", limit=0.5),
    Target(row="single ours", figure="bytes", beside="single mqtt", limit=1.0),
    # Commands
    Target(row="command ours", figure="p50_ms", beside="command socket", limit=2.0),
    Target(row="command ours", figure="p50_ms", beside="command ping", limit=4.0),
    # Large houses
    Target(row=f"link {MANY}", figure="seconds", limit=15),
    Target(row="memory", figure="kb_per_entity", limit=2),
    Target(row="contacts 100, 1 view", figure="kb_per_contact", limit=100),
    Target(row="contacts 100, 1 view", figure="cpu_ms", beside="contacts 1, 1 view", limit=1.2),
    # Growth: what one of many costs, and what one of few
    Target(row=f"growth {MANY} ours", figure="cpu_ms", beside="growth 1000 ours", limit=1.2),
    Target(row="growth 1000 ours", figure="cpu_ms", beside="growth 100 ours", limit=1.2),
)  # fmt: skip


def verdicts(
    rows: Rows, targets: tuple[Target, ...] = TARGETS
) -> Iterator[tuple[Target, Figure | None]]:
    """Yield each target with what was measured of it."""
    for target in targets:
        yield target, target.measured(rows)


def told(rows: Rows) -> str:
    """Return a line for each target: within, missed, or not measured in this run."""
    lines = (
        str(figure) if figure else f"not measured  {target.row}: {target.name}"
        for target, figure in verdicts(rows)
    )
    return "\n".join(lines)


def missed(rows: Mapping[str, Mapping[str, float | None]]) -> tuple[Figure, ...]:
    """Return what was measured and misses its target."""
    return tuple(
        figure
        for _, figure in verdicts(rows)
        if figure is not None and figure.is_missed
    )
