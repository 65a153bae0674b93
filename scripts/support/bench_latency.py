"""How long a state change takes to a friend, and a friend's command to its result.

The measure of both is a plain XMPP ping to the same server (XEP-0199): what the network
and the server alone cost. Everything is on one machine, so that one clock measures all:
a state change began when Home Assistant says that the state was written.

A friend who follows gets two stanzas for a command: the event and the result. Prosody
leaves Nagle's algorithm on (network_settings = { nagle = false } turns it off), so the
second waits until the friend's system has acknowledged the first: 40 ms on Linux.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from itertools import cycle
from statistics import quantiles
import time
from typing import Any, Final
from xml.etree.ElementTree import Element

from .follower import Expectation, ask, find_feed, following, switch
from .friends import PlainClient, demo_user
from .instance import HomeAssistant

ENTITY: Final = "input_boolean.guests_stay"
_WARM_UP: Final = 20  # rounds that are not counted

PING: Final = "XMPP ping to the server"
CHANGE: Final = "state change in HA to event at friend"
CONTROL: Final = "control IQ to result"
CONTROL_AND_FOLLOW: Final = "control IQ to result, own events too"

type Sample = Callable[[], Awaitable[float]]  # one round; returns its seconds


async def _measure(sample: Sample, count: int) -> list[float]:
    """Return the milliseconds of so many rounds."""
    for _ in range(_WARM_UP):
        await sample()
    return [await sample() * 1000 for _ in range(count)]


async def _timed(act: Awaitable[object]) -> float:
    """Return the seconds that the act takes."""
    begun = time.perf_counter()
    await act
    return time.perf_counter() - begun


def _summary(milliseconds: list[float]) -> dict[str, float]:
    """Return median and 99th percentile."""
    percentiles = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50_ms": round(percentiles[49], 3), "p99_ms": round(percentiles[98], 3)}


async def run(facts: Mapping[str, Any], count: int) -> dict[str, dict[str, float]]:
    """Measure in a running demo (`facts` is its ready file), so many rounds each."""
    home = facts["homeassistant"]["home"]
    async with (
        demo_user(facts, "friend", "bench") as client,
        HomeAssistant(home["url"], home["token"]) as house,
    ):
        server = facts["xmpp"]["domain"]
        return await _run(client, house, server, home["concentrator_jid"], count)


async def _run(
    client: PlainClient, house: HomeAssistant, server: str, jid: str, count: int
) -> dict[str, dict[str, float]]:
    """Measure as a logged-in friend."""
    seen = Expectation(ENTITY)
    turns = cycle((True, False))

    async def ping() -> float:
        return await _timed(ask(client, server, "get", Element("{urn:xmpp:ping}ping")))

    async def change() -> float:
        await house.action("input_boolean", "toggle", entity_id=ENTITY)
        await seen.met()
        return received[-1] - await _written(house)

    async def control() -> float:
        return await _timed(switch(client, jid, ENTITY, on=next(turns)))

    async def control_and_follow() -> float:
        seconds = await control()
        await seen.met()  # the next round begins in silence
        return seconds

    received: list[float] = []

    def receive(nodes: frozenset[str], /) -> None:
        received.append(time.time())
        seen(nodes)

    feed = await find_feed(client, jid)
    await house.action("input_boolean", "turn_off", entity_id=ENTITY)
    rows = {PING: await _measure(ping, count), CONTROL: await _measure(control, count)}
    async with following(client, feed, receive):
        rows[CHANGE] = await _measure(change, count)
        on = (await house.state(ENTITY))["state"] == "on"
        turns = cycle((not on, on))  # each a change, or there would be no event
        rows[CONTROL_AND_FOLLOW] = await _measure(control_and_follow, count)
    return {name: _summary(row) for name, row in rows.items()}


async def _written(house: HomeAssistant) -> float:
    """Return when the state was written, in seconds since 1970."""
    state = await house.state(ENTITY)
    written = datetime.fromisoformat(state["last_updated"])
    return written.astimezone(UTC).timestamp()


def table(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures for people, with ratios to the ping."""
    lines = [f"{'':<40}{'p50 ms':>9}{'p99 ms':>9}{'p50 ratio':>11}{'p99 ratio':>11}"]
    base = rows[PING]
    for name, row in rows.items():
        ratios = [row[key] / base[key] for key in ("p50_ms", "p99_ms")]
        lines.append(
            f"{name:<40}{row['p50_ms']:>9.2f}{row['p99_ms']:>9.2f}"
            f"{ratios[0]:>11.1f}{ratios[1]:>11.1f}"
        )
    return "\n".join(lines)
