"""What it costs a house to tell all that its recorder knows of one sensor.

The recorder's database is filled from beside it, with 30 days of states and an hour of
statistics for every six of them: 100,000 states and almost two years.
A friend then reads them over the demo's server, as fast as all of them can.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
import os
from pathlib import Path
import time
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from . import bench_verdict
from .bench_fill import SPAN, fill, measure, recorded
from .bench_inside import Inside, Row
from .follower import SOURCE, ask
from .friends import PlainClient, demo_user
from .instance import HomeAssistant

ENTITY: Final = "sensor.outside_humidity"
SENSOR_DATA: Final = "urn:xmpp:iot:sensordata"
PERIODS: Final = ("Hour", "Day", "Week", "Month", "Year")

STATES: Final = "recorded states"
STATISTICS: Final = "long-term statistics"
CANCEL: Final = "cancelled in the midst"

# In milliseconds, megabytes and fragments.
LIMITS: Final[Mapping[str, float]] = {
    "memory_mb": 20,
    "blocked_ms": 50,
    "after_cancel": 1,
}

_STATES_AN_HOUR: Final = 6  # hours with statistics go back further than states
_QUIET: Final = 1.0  # seconds after which nothing is taken to come any more
_WARM_UP: Final = 0.1  # of all states
_MEGABYTE: Final = 1_000_000


@dataclass(slots=True)
class Readout:
    """What came of one readout."""

    readings: int = 0
    size: int = 0  # bytes of all fragments
    largest: int = 0
    fragments: int = 0
    seconds: float = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    some: asyncio.Event = field(default_factory=asyncio.Event)  # a few fragments


class Friend:
    """Reads the past of the entity."""

    def __init__(self, client: PlainClient, house: str) -> None:
        """Read from a house, by a client that is logged in."""
        self._client = client
        self._house = house
        self._readouts: dict[str, Readout] = {}
        for name in ("fields", "failure"):
            path = f"{{jabber:client}}message/{{{SENSOR_DATA}}}{name}"
            client.register_handler(Callback(name, MatchXPath(path), self._receive))

    def _receive(self, message: StanzaBase) -> None:
        for payload in message.xml:
            if readout := self._readouts.get(payload.get("seqnr", "")):
                size = len(str(message).encode())
                readout.fragments += 1
                readout.size += size
                readout.largest = max(readout.largest, size)
                readout.readings += len(
                    payload.findall(f".//{{{SENSOR_DATA}}}timestamp")
                )
                if readout.fragments >= 3:
                    readout.some.set()
                if payload.get("done") == "true":
                    readout.done.set()

    async def _begin(self, categories: Mapping[str, str]) -> tuple[str, Readout]:
        number = str(len(self._readouts) + 1)
        self._readouts[number] = readout = Readout()
        request = Element(f"{{{SENSOR_DATA}}}req", {"seqnr": number, **categories})
        SubElement(
            request,
            f"{{{SENSOR_DATA}}}node",
            {"nodeId": ENTITY, "sourceId": SOURCE},
        )
        answer = await ask(self._client, self._house, "get", request)
        (content,) = answer
        if content.tag != f"{{{SENSOR_DATA}}}accepted":
            raise LookupError("the history fits into an answer: it is not there")
        return number, readout

    async def read(self, **categories: str) -> Readout:
        """Read to the end."""
        begun = time.perf_counter()
        _, readout = await self._begin(categories)
        await readout.done.wait()
        readout.seconds = time.perf_counter() - begun
        return readout

    async def cancel(self, **categories: str) -> tuple[Readout, int]:
        """Read, cancel in the midst, and return how many fragments came after that was confirmed."""
        number, readout = await self._begin(categories)
        await readout.some.wait()
        begun = time.perf_counter()
        cancel = Element(f"{{{SENSOR_DATA}}}cancel", {"seqnr": number})
        await ask(self._client, self._house, "get", cancel)
        readout.seconds = time.perf_counter() - begun
        until_then = readout.fragments
        await asyncio.sleep(_QUIET)
        return readout, readout.fragments - until_then


async def run(facts: Mapping[str, Any], count: int) -> dict[str, Row]:
    """Measure in a running demo (`facts` is its ready file) with so many states."""
    # A friend is on a machine of their own: theirs does not keep the house's waiting.
    os.nice(10)
    home = facts["homeassistant"]["home"]
    database = Path(home["config_dir"]) / "home-assistant_v2.db"
    async with HomeAssistant(home["url"], home["token"]) as house:
        await recorded(database, ENTITY)
        now = datetime.now(UTC)
        first = await asyncio.to_thread(fill, database, ENTITY, count, now)
        await measure(house, ENTITY, count // _STATES_AN_HOUR, now)
        inside = Inside(house)
        await inside.find()
        async with demo_user(facts, "friend", "bench-history") as client:
            friend = Friend(client, home["concentrator_jid"])
            warm = (first + SPAN * _WARM_UP).isoformat()
            await friend.read(historicalOther="true", to=warm)
            await friend.read(historicalHour="true", historicalDay="true")
            return await _run(friend, inside)


async def _run(friend: Friend, inside: Inside) -> dict[str, Row]:
    statistics = {f"historical{period}": "true" for period in PERIODS}
    rows: dict[str, Row] = {STATES: {}, STATISTICS: {}, CANCEL: {}}
    async with inside.watched(rows[STATES]):
        readout = await friend.read(historicalOther="true")
    rows[STATES] |= _summary(readout)
    async with inside.watched(rows[STATISTICS]):
        readout = await friend.read(**statistics)
    rows[STATISTICS] |= _summary(readout)
    async with inside.watched(rows[CANCEL]):
        readout, late = await friend.cancel(historicalOther="true")
    rows[CANCEL] |= _summary(readout) | {"after_cancel": late}
    return rows


def _summary(readout: Readout) -> Row:
    return {
        "seconds": round(readout.seconds, 3),
        "readings": readout.readings,
        "per_second": round(readout.readings / readout.seconds),
        "megabytes": round(readout.size / _MEGABYTE, 2),
        "fragments": readout.fragments,
        "largest_kb": round(readout.largest / 1000, 1),
    }


COLUMNS: Final[Mapping[str, str]] = {
    "readings": "readings",
    "seconds": "s",
    "per_second": "per s",
    "megabytes": "MB",
    "fragments": "fragments",
    "largest_kb": "largest kB",
    "memory_mb": "memory MB",
    "late_ms": "late ms",
    "blocked_ms": "blocked ms",
    "collection_ms": "by gc",
    "after_cancel": "after cancel",
}


def table(rows: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return the figures for people, with the limits below; what was not measured is a dash."""
    return (
        f"{bench_verdict.table(rows, LIMITS, COLUMNS)}\n"
        "memory: growth of Home Assistant's; late: the longest its event loop was, blocked: this less the time for\n"
        "which others on the machine kept it waiting, and by gc Python's longest collection of garbage;\n"
        "after cancel: fragments after its confirmation"
    )
