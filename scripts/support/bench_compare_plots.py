"""The plots of a comparison, as the README shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

from .plots import bars, lines

type Rows = Mapping[str, Mapping[str, float | None]]

_NAMES: Final[Mapping[str, str]] = {
    "ours": "xmpp_iot",
    "mqtt": "MQTT, with attributes",
    "lean": "MQTT, states only",
    "socket": "WebSocket API",
    "nobody": "nobody listens",
    "ping": "XMPP ping",
    "message": "XMPP message",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A figure of all ways in a case."""

    case: str
    figure: str
    title: str
    subtitle: str


_BARS: Final = (
    Plot(case="single", figure="p50_ms", title="One change", subtitle="milliseconds from home's state to the cabin's, median; less is better"),
    Plot(case="single", figure="bytes", title="Bytes of one change", subtitle="both hops, TLS included; less is better"),
    Plot(case="storm", figure="per_s", title="Storm: changes a second", subtitle="until the last one is seen; more is better"),
    Plot(case="storm", figure="cpu_ms", title="Storm: processor time of a change", subtitle="milliseconds of both houses; less is better"),
    Plot(case="storm", figure="bytes", title="Storm: bytes of a change", subtitle="both hops, TLS included; less is better"),
    Plot(case="command", figure="p50_ms", title="One command, confirmed", subtitle="milliseconds, median; less is better"),
    Plot(case="commands16", figure="per_s", title="Commands a second, 16 in flight", subtitle="more is better"),
)  # fmt: skip
_GROWTH: Final = re.compile(r"growth (\d+) (\w+)")
_LINK: Final = re.compile(r"link (\d+)")


def _drawn(rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield name and SVG of all that was measured."""
    for plot in _BARS:
        values = {
            label: value
            for way, label in _NAMES.items()
            if (value := rows.get(f"{plot.case} {way}", {}).get(plot.figure))
        }
        if values:
            yield f"{plot.case}-{plot.figure}", bars(plot.title, plot.subtitle, values)
    if growth := _growth(rows):
        subtitle = (
            "milliseconds of processors for all of a storm; both axes logarithmic"
        )
        yield "growth", lines("Cost as a storm grows", subtitle, "entities", growth)
    if links := _links(rows):
        subtitle = "seconds until all states are there; both axes logarithmic"
        yield (
            "link",
            lines("Linking a house", subtitle, "entities", {"xmpp_iot": links}),
        )


def _growth(rows: Rows) -> dict[str, list[tuple[float, float]]]:
    """Return what storms of each size cost, by way."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, row in rows.items():
        if (matched := _GROWTH.fullmatch(name)) and (cost := row.get("cpu_ms")):
            size = int(matched[1])
            found.setdefault(_NAMES[matched[2]], []).append((size, size * cost))
    return found


def _links(rows: Rows) -> list[tuple[float, float]]:
    """Return how long it took to link houses of each size."""
    return [
        (int(matched[1]), seconds)
        for name, row in rows.items()
        if (matched := _LINK.fullmatch(name)) and (seconds := row.get("seconds"))
    ]


def write_plots(folder: Path, rows: Rows) -> None:
    """Write all plots of what was measured into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in _drawn(rows):
        (folder / f"bench-{name}.svg").write_text(svg)
