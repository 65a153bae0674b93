"""Who subscribes too often: what is too much ends, and who does it again and again loses the feed."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator import subscribers
from custom_components.xmpp_iot.concentrator.feed import Feed
from custom_components.xmpp_iot.concentrator.subscribers import (
    EVERY,
    MEMORY,
    MOST,
    TOO_MANY,
    Subscribers,
)
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected, RemoteError
from custom_components.xmpp_iot.wire.pubsub import OWNER, PubSub
from custom_components.xmpp_iot.wire.xml import Element, clark, element
from homeassistant.core import HomeAssistant

HOME = "home@example.org"
ANNA = "anna@example.org"
EVE = "eve@example.org"
NAME = "feed"


@dataclass
class Server:
    """A session at a server with one node (as `wire.session.Session`)."""

    bare: str = HOME
    jids: dict[str, None] = field(default_factory=dict)
    """Who has subscribed, in the order of their coming."""
    members: set[str] = field(default_factory=lambda: {ANNA, EVE})
    online: set[str] = field(default_factory=set)
    refusals: dict[str, Exception] = field(default_factory=dict)
    """What is answered instead, by what is asked."""
    asked: list[str] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Answer at once."""
        self.answers.set()

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return who of an account is online."""
        return tuple(jid for jid in self.online if jid.startswith(f"{bare}/"))

    def subscribe(self, bare: str, count: int, name: str = "r") -> None:
        """Have somebody subscribe so many JIDs, if it may."""
        if bare in self.members or bare == HOME:
            self.jids |= {f"{bare}/{name}{number}": None for number in range(count)}

    def count(self, bare: str) -> int:
        """Return how many subscriptions somebody has."""
        return sum(jid.startswith(f"{bare}/") for jid in self.jids)

    async def iq(self, _to: str, payload: Element, **how: Any) -> Element | None:
        """Do what the owner asks."""
        (request,) = payload
        what = f"{how.get('kind', 'get')} {request.tag.rpartition('}')[2]}"
        self.asked.append(what)
        await self.answers.wait()
        if refusal := self.refusals.get(what):
            raise refusal
        if what == "get subscriptions":
            each = (
                element(clark(OWNER, "subscription"), {"jid": jid}) for jid in self.jids
            )
            return element(clark(OWNER, "pubsub"), {}, *each)
        if what == "set delete":
            self.jids.clear()
        for one in request:
            if one.tag == clark(OWNER, "subscription"):
                self.jids.pop(one.get("jid", ""), None)
            if what == "set affiliations":
                self.members.discard(one.get("jid", ""))
        return None


@dataclass
class Door:
    """A feed, and what looks after who follows it."""

    hass: HomeAssistant
    monkeypatch: pytest.MonkeyPatch
    server: Server = field(default_factory=Server)
    resettled: int = 0
    told: list[tuple[str, bool]] = field(default_factory=list)
    ahead: float = 0.0

    def __post_init__(self) -> None:
        """Have the clock in hand."""
        session: Any = self.server
        entry = MockConfigEntry(domain=DOMAIN)
        entry.add_to_hass(self.hass)
        self.subscribers = Subscribers(
            self.hass, entry, session, PubSub(session), resettle=self.resettle
        )
        self.subscribers.flooded.add(lambda *what: self.told.append(what))
        self.feed = Feed(NAME, FAMILIES[0], frozenset({ANNA, EVE}), frozenset())
        real = self.hass.loop.time
        self.monkeypatch.setattr(self.hass.loop, "time", lambda: real() + self.ahead)

    def resettle(self) -> None:
        """Note that there is a feed to be opened."""
        self.resettled += 1

    async def done(self) -> None:
        """Wait for what is under way, and for what is told of it."""
        if self.subscribers.tasks:
            await asyncio.wait(self.subscribers.tasks)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def look(self, after: float = EVERY) -> None:
        """Have the feed looked at, so many seconds later."""
        self.ahead += after
        self.subscribers.look(self.feed)
        await self.done()


@pytest.fixture
async def door(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Door]:
    """Return a feed that nobody follows yet."""
    door = Door(hass, monkeypatch)
    yield door
    assert not door.subscribers.tasks


async def test_ten_of_an_account_are_left(door: Door) -> None:
    """Those that are online stay, of the others the first; nobody else's are touched, nor the owner's own."""
    door.server.subscribe(EVE, 30)
    door.server.subscribe(EVE, 2, "last")
    door.server.subscribe(ANNA, MOST)
    door.server.subscribe(HOME, MOST + 1)
    door.server.online = {f"{EVE}/last1", f"{EVE}/elsewhere"}

    await door.look()

    theirs = [jid for jid in door.server.jids if jid.startswith(EVE)]
    assert theirs == [f"{EVE}/r{number}" for number in range(9)] + [f"{EVE}/last1"]
    assert door.server.count(ANNA) == MOST
    assert door.server.count(HOME) == MOST + 1
    assert door.told == []


async def test_more_online_than_ten_are_too_many_too(door: Door) -> None:
    """Any of them go."""
    door.server.subscribe(EVE, MOST + 3)
    door.server.online = set(door.server.jids)
    await door.look()
    assert door.server.count(EVE) == MOST


async def test_where_nothing_is_too_much_nothing_is_done(door: Door) -> None:
    """But asked."""
    door.server.subscribe(EVE, MOST)
    await door.look()
    assert door.server.asked == ["get subscriptions"]


async def test_a_feed_is_looked_at_now_and_then(door: Door) -> None:
    """However often something goes out; once at a time; and at once in a new session."""
    await door.look()
    await door.look(EVERY / 2)
    assert len(door.server.asked) == 1
    door.server.answers.clear()
    for _ in range(3):
        door.ahead += EVERY
        door.subscribers.look(door.feed)
    door.server.answers.set()
    await door.done()
    assert len(door.server.asked) == 2

    door.subscribers.begin([door.feed])
    await door.look(0)
    assert len(door.server.asked) == 3


async def test_who_does_it_three_times_loses_the_feed(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """All of its subscriptions, and what comes through meanwhile; the owner is told once, and is told who."""
    for _ in range(3):
        assert door.feed.welcome == {ANNA, EVE}
        door.server.subscribe(EVE, MOST + 1)
        door.server.subscribe(ANNA, 1)
        await door.look()

    assert door.server.members == door.feed.welcome == {ANNA}
    assert list(door.server.jids) == [f"{ANNA}/r0"]
    door.server.jids[f"{EVE}/late"] = None
    await door.look()
    assert door.server.count(EVE) == 0
    assert door.told == [(EVE, True)]
    said = [one for one in caplog.records if one.name == subscribers.__name__]
    assert [(one.levelno, EVE in one.getMessage()) for one in said] == [
        (logging.WARNING, True)
    ]

    door.subscribers.begin([door.feed])
    assert door.feed.welcome == {ANNA, EVE}


async def test_three_times_in_an_hour_it_must_be(door: Door) -> None:
    """Who has too many now and then keeps ten."""
    for _ in range(5):
        door.server.subscribe(EVE, MOST + 1)
        await door.look(MEMORY / 2 + 1)
    assert door.server.count(EVE) == MOST
    assert door.told == []


async def test_what_is_beyond_everything_is_ended_bit_by_bit(door: Door) -> None:
    """And whoever it was may not come again, the first time."""
    door.server.subscribe(EVE, 2 * TOO_MANY + 1)
    await door.look()
    assert door.server.count(EVE) == TOO_MANY + 1
    assert door.feed.welcome == {ANNA}
    for _ in range(2):
        await door.look()
    assert door.server.count(EVE) == 0
    assert door.told == [(EVE, True)]


async def test_one_refusal_does_not_end_the_looks(door: Door) -> None:
    """A server that lists goes on to be asked, whatever it does not do: else anybody could have that."""
    door.server.subscribe(EVE, 30)
    door.server.refusals["set subscriptions"] = RemoteError("forbidden", "auth")
    for _ in range(2):
        await door.look()
    assert door.server.asked == ["get subscriptions", "set subscriptions"] * 2


@pytest.mark.parametrize("condition", ["feature-not-implemented", "forbidden"])
async def test_a_server_that_does_not_tell_is_asked_once(
    door: Door, caplog: pytest.LogCaptureFixture, condition: str
) -> None:
    """In a session; and nobody is bothered with it."""
    caplog.set_level(logging.DEBUG, subscribers.__name__)
    door.server.refusals["get subscriptions"] = RemoteError(condition, "cancel")
    for _ in range(3):
        await door.look()
    assert len(door.server.asked) == 1
    said = [one for one in caplog.records if one.name == subscribers.__name__]
    assert [one.levelno for one in said] == [logging.DEBUG]

    door.subscribers.begin([door.feed])
    await door.look()
    assert len(door.server.asked) == 2


async def test_what_is_refused_is_found_again(door: Door) -> None:
    """What the server could not do it is asked once more."""
    door.server.subscribe(EVE, 30)
    door.server.refusals["set subscriptions"] = RemoteError(
        "internal-server-error", "wait"
    )
    await door.look()
    assert door.server.count(EVE) == 30
    door.server.refusals.clear()
    await door.look()
    assert door.server.count(EVE) == MOST


async def test_who_cannot_be_expelled_yet_is_so_later(door: Door) -> None:
    """What the server did not do is asked of it again."""
    door.server.refusals["set affiliations"] = NotConnected()
    for _ in range(4):
        door.server.subscribe(EVE, 30)
        await door.look()
    assert door.feed.welcome == {ANNA, EVE}
    door.server.refusals.clear()
    door.server.subscribe(EVE, 30)
    await door.look()
    assert door.feed.welcome == {ANNA}
    assert door.server.count(EVE) == 0


async def test_a_list_that_never_comes_is_ended_with_the_node(door: Door) -> None:
    """One that is too long for a stanza ends the session, again and again; nobody asks for it any more."""
    door.server.refusals["get subscriptions"] = NoAnswer()
    await door.look()
    await door.look()
    assert door.resettled == 0
    await door.look()
    assert door.server.asked == ["get subscriptions"] * 2 + ["set delete"]
    assert not door.feed.is_open
    assert door.resettled == 1

    door.subscribers.begin([door.feed])
    await door.look()
    assert door.server.asked[-1] == "set delete"


async def test_a_node_that_could_not_be_ended_is_opened_again(door: Door) -> None:
    """And ended the next time."""
    door.server.refusals["get subscriptions"] = NoAnswer()
    door.server.refusals["set delete"] = NoAnswer()
    for _ in range(4):
        await door.look()
    assert door.resettled == 2
    assert door.server.asked[-2:] == ["set delete"] * 2


async def test_who_is_online_has_time_to_say_so(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the begin of a session; an end meanwhile leaves nothing."""
    waits: list[float] = []
    over = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await over.wait()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    door.subscribers.look(door.feed, after=5)
    (task,) = door.subscribers.tasks
    assert (waits, door.server.asked) == ([5], [])
    task.cancel()
    await asyncio.wait({task})
    assert door.feed.crowd.task is None

    over.set()
    door.ahead += 2 * EVERY
    door.subscribers.look(door.feed, after=5)
    monkeypatch.undo()
    await asyncio.wait(door.subscribers.tasks)
    assert door.server.asked == ["get subscriptions"]


async def test_a_failure_of_our_own_is_logged(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """And the next look is made."""
    door.server.refusals["get subscriptions"] = RuntimeError("a bug")
    await door.look()
    assert "could not be looked at" in caplog.text
    door.server.refusals.clear()
    await door.look()
    assert len(door.server.asked) == 2
