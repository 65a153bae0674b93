"""Plots as plain SVG, for a page that shows a bench: bars, and lines on logarithmic axes.

No library is needed for so little. The colours are told apart by people who see colours differently (Okabe and Ito).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
import math
from typing import Final

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")

_WIDTH: Final = 640
_LEFT: Final = 190
_RIGHT: Final = 90
_BAR: Final = 22
_GAP: Final = 8
_HEAD: Final = 56
_PLOT: Final = 280  # the height of lines
_MARGIN: Final = 64
_FONT: Final = "font-family='system-ui, sans-serif' fill='#222'"

type Points = Sequence[tuple[float, float]]


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 13) -> str:
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' {_FONT}>"
        f"{escape(text)}</text>"
    )


def _page(height: float, title: str, subtitle: str, parts: Iterator[str]) -> str:
    """Return a whole SVG, with a ground of its own: a page may be dark."""
    return "\n".join(
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height:.0f}' role='img'>",
            f"<title>{escape(title)}</title>",
            "<rect width='100%' height='100%' rx='8' fill='#fff'/>",
            _text(16, 26, title, size=16),
            _text(16, 44, subtitle, size=12),
            *parts,
            "</svg>\n",
        )
    )


def bars(title: str, subtitle: str, values: Mapping[str, float]) -> str:
    """Return one bar for each value, from zero; the first is ours."""
    most = max(values.values(), default=0) or 1
    room = _WIDTH - _LEFT - _RIGHT

    def drawn() -> Iterator[str]:
        for number, (name, value) in enumerate(values.items()):
            top = _HEAD + number * (_BAR + _GAP)
            width = max(1.0, room * value / most)
            colour = COLOURS[0] if number == 0 else "#999"
            yield _text(_LEFT - 8, top + _BAR * 0.7, name, "end")
            yield f"<rect x='{_LEFT}' y='{top}' width='{width:.1f}' height='{_BAR}' fill='{colour}'/>"
            yield _text(_LEFT + width + 6, top + _BAR * 0.7, f"{value:,.4g}")

    height = _HEAD + len(values) * (_BAR + _GAP) + _GAP
    return _page(height, title, subtitle, drawn())


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where values are on a logarithmic axis that shows whole powers of ten."""

    first: int
    last: int
    begin: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], begin: float, end: float) -> _Axis:
        """Return an axis on which all values are."""
        first = math.floor(math.log10(min(values)))
        return cls(
            first, max(first + 1, math.ceil(math.log10(max(values)))), begin, end
        )

    def at(self, value: float) -> float:
        """Return where a value is."""
        part = (math.log10(value) - self.first) / (self.last - self.first)
        return self.begin + part * (self.end - self.begin)

    @property
    def powers(self) -> list[float]:
        """Return what is marked."""
        return [10.0**power for power in range(self.first, self.last + 1)]


def lines(title: str, subtitle: str, across: str, series: Mapping[str, Points]) -> str:
    """Return a line for each series of points, all above zero, both axes logarithmic."""
    points = [point for some in series.values() for point in some]
    bottom = _HEAD + _PLOT
    x_axis = _Axis.of([x for x, _ in points], _MARGIN, _WIDTH - _MARGIN)
    y_axis = _Axis.of([y for _, y in points], bottom, _HEAD)

    def drawn() -> Iterator[str]:
        for x in x_axis.powers:
            at = x_axis.at(x)
            yield f"<path d='M{at:.1f} {_HEAD}V{bottom}' stroke='#ddd'/>"
            yield _text(at, bottom + 16, f"{x:,.10g}", "middle", 11)
        for y in y_axis.powers:
            at = y_axis.at(y)
            yield f"<path d='M{_MARGIN} {at:.1f}H{_WIDTH - _MARGIN}' stroke='#ddd'/>"
            yield _text(_MARGIN - 6, at + 4, f"{y:,.10g}", "end", 11)
        yield _text(_WIDTH / 2, bottom + 34, across, "middle", 12)
        for number, (name, some) in enumerate(series.items()):
            yield from _line(
                number, name, [(x_axis.at(x), y_axis.at(y)) for x, y in some]
            )

    def _line(number: int, name: str, places: Points) -> Iterator[str]:
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>"
        for x, y in places:
            yield f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>"
        top = bottom + 56 + 18 * (number // 2)
        left = _MARGIN + (number % 2) * (_WIDTH - 2 * _MARGIN) / 2
        yield f"<rect x='{left:.1f}' y='{top - 10}' width='12' height='12' fill='{colour}'/>"
        yield _text(left + 18, top, name)

    height = bottom + 56 + 18 * math.ceil(len(series) / 2)
    return _page(height, title, subtitle, drawn())
