"""The cases in which ways are compared: each lets the entities of all lanes change alike, one lane after the other.

A case is several turns; in each turn every way has its go, so that what the machine does meanwhile is everybody's.
A latency is from just before the state is written in home to when it is seen: by the cabin's own state machine, or
by the client of the WebSocket API when it has read the message. Processor time is that of both houses (and of the
client in place of the cabin), all that they did meanwhile; what `nobody` costs is home's own.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median, quantiles
import time
from typing import Any, Final
from xml.etree.ElementTree import Element

from .bench_compare_ways import (
    Commander,
    Commands,
    Moment,
    Sight,
    Way,
    Ways,
    moments,
    serve,
)
from .bench_compare_world import LANES, OURS, SOCKET, sizes
from .follower import ask
from .friends import PlainClient, demo_user

type Row = dict[str, float | None]

PING: Final = "ping"
MESSAGE: Final = "message"
_PATIENCE: Final = 120.0  # seconds until all is seen, after the last change
_KILO: Final = 1000
_PAUSE: Final = 0.2  # seconds
_LITTLE: Final = 2000  # bytes in this time
_LOOKS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the entities of a lane change."""

    turns: int
    count: int
    """Of entities, in each turn; no more than there are."""
    rounds: int = 1
    rate: float | None = None  # changes a second; as fast as it goes
    platform: str | None = None  # all kinds


@dataclass(slots=True)
class Tally:
    """What has come of all turns of a way."""

    changes: int = 0
    lacking: int = 0
    latencies: list[float] = field(default_factory=list)  # seconds
    rates: list[float] = field(default_factory=list)  # changes a second, of each turn
    processors: list[float] = field(default_factory=list)  # seconds for a change
    wire: list[float] = field(default_factory=list)  # bytes for a change

    def row(self) -> Row:
        """Return the figures of it."""
        return {
            "changes": self.changes,
            "lacking": self.lacking,
            **latency(self.latencies),
            "per_s": _median(self.rates, 1),
            "cpu_ms": _median([one * _KILO for one in self.processors], 3),
            "bytes": _median(self.wire, 1),
        }


def _median(values: list[float], digits: int) -> float | None:
    return round(median(values), digits) if values else None


def latency(seconds: list[float]) -> Row:
    """Return median, 99th percentile and the worst, in milliseconds; nothing of fewer than two."""
    if len(seconds) < 2:
        return {}
    found = quantiles(seconds, n=100, method="inclusive")
    return {
        "p50_ms": round(found[49] * _KILO, 3),
        "p99_ms": round(found[98] * _KILO, 3),
        "max_ms": round(max(seconds) * _KILO, 3),
    }


def taken(changes: list[Moment], seen: list[Moment]) -> list[float]:
    """Return how long it took until each change was seen, of those that were seen.

    A state that was left before it was sent is never seen; that is no loss.
    """
    times = defaultdict(list)
    for entity_id, state, at in reversed(seen):
        times[entity_id, state].append(at)
    found = []
    for entity_id, state, at in changes:
        waiting = times[entity_id, state]
        while waiting and waiting[-1] < at:
            waiting.pop()
        if waiting:
            found.append(waiting.pop() - at)
    return found


async def _turn(ways: Ways, way: Way, pace: Pace, tally: Tally) -> None:
    """Let a lane change, and add what comes of it."""
    data = {"lane": way.lane, "count": pace.count, "rounds": pace.rounds}
    data |= {"rate": pace.rate} if pace.rate else {}
    data |= {"platform": pace.platform} if pace.platform else {}
    await way.watch()
    before = way.meter.read()
    answer = await serve(ways.home, "crowd", "change", **data)
    changes = [
        (way.shown_as(entity_id), state, at)
        for entity_id, state, at in moments(answer["changes"])
    ]
    wanted = {entity_id: state for entity_id, state, _ in changes}
    sight = await way.sight(wanted, _PATIENCE)
    await _calm(way)
    cost = way.meter.read() - before
    _add(tally, changes, sight)
    tally.processors.append(cost.seconds / len(changes))
    if way.meter.port is not None:
        tally.wire.append(cost.wire / len(changes))


async def _calm(way: Way) -> None:
    """Return when next to nothing is under way any more: what comes after the last state has its cost, too.

    (mqtt_statestream sends the attributes of all after the states of all.)
    """
    before = way.meter.read().wire
    for _ in range(_LOOKS):
        await asyncio.sleep(_PAUSE)
        now = way.meter.read().wire
        if now - before < _LITTLE:
            return
        before = now


def _add(tally: Tally, changes: list[Moment], sight: Sight) -> None:
    tally.changes += len(changes)
    tally.lacking += sight.lacking
    tally.latencies += taken(changes, sight.seen)
    # (the state machine of the cabin sees more than is ours)
    known = {(entity_id, state) for entity_id, state, _ in changes}
    seen = [at for entity_id, state, at in sight.seen if (entity_id, state) in known]
    if seen and not sight.lacking:
        tally.rates.append(len(changes) / (max(seen) - changes[0][2]))


async def compare_changes(ways: Ways, pace: Pace) -> dict[str, Row]:
    """Let all lanes that have as many entities change in turns; return a row for each."""
    there = sizes(ways.track.count)
    lanes = [lane for lane in LANES if there[lane] >= pace.count]
    tallies = {lane: Tally() for lane in lanes}
    for number in range(pace.turns):
        # (who comes after whom is another one each time)
        first = number % len(lanes)
        for lane in (*lanes[first:], *lanes[:first]):
            await _turn(ways, ways.by_lane[lane], pace, tallies[lane])
    return {lane: tally.row() for lane, tally in tallies.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanding:
    """How commands are given."""

    turns: int
    count: int  # in each turn
    at_a_time: int = 1


async def compare_commands(ways: Ways, how: Commanding) -> dict[str, Row]:
    """Give commands by each way that has them, in turns, and ping the server beside; return a row for each."""
    facts = ways.track.facts
    async with demo_user(facts, "friend", "bench") as client, ways.connect() as socket:
        lanes: dict[str, tuple[Commands, Way | None]] = {
            OURS: (ways.command_ours, ways.by_lane[OURS]),
            SOCKET: (Commander(socket).command, ways.by_lane[SOCKET]),
        }
        if how.at_a_time == 1:
            limits = _limits(client, facts["xmpp"]["domain"])
            lanes |= {name: (limit, None) for name, limit in limits.items()}
        tallies = {name: Tally() for name in lanes}
        for carry_out, _ in lanes.values():
            await carry_out(how.at_a_time, 2 * how.at_a_time)  # which warms up
        for _ in range(how.turns):
            for name, (carry_out, way) in lanes.items():
                await _commands(carry_out, way, how, tallies[name])
    return {name: tally.row() for name, tally in tallies.items()}


async def _commands(
    carry_out: Commands, way: Way | None, how: Commanding, tally: Tally
) -> None:
    before = None if way is None else way.meter.read()
    begun = time.perf_counter()
    seconds = await carry_out(how.at_a_time, how.count)
    tally.rates.append(len(seconds) / (time.perf_counter() - begun))
    tally.changes += len(seconds)
    tally.latencies += seconds
    if way is not None and before is not None:
        cost = way.meter.read() - before
        tally.processors.append(cost.seconds / len(seconds))
        tally.wire.append(cost.wire / len(seconds))


def _limits(client: PlainClient, domain: str) -> dict[str, Commands]:
    """Return what the server alone takes: for an answer of its own, and for a message to oneself."""

    async def ping() -> None:
        await ask(client, domain, "get", Element("{urn:xmpp:ping}ping"))

    async def message() -> None:
        arrival = client.wait_until("message", _PATIENCE)
        client.send_message(mto=client.boundjid, mbody="Hello", mtype="chat")
        await arrival

    return {PING: _repeated(ping), MESSAGE: _repeated(message)}


def _repeated(act: Callable[[], Awaitable[Any]]) -> Commands:
    async def repeat(_at_a_time: int, count: int) -> list[float]:
        found = []
        for _ in range(count):
            begun = time.perf_counter()
            await act()
            found.append(time.perf_counter() - begun)
        return found

    return repeat
