"""A contact that floods does not keep another one waiting; figures with `-rP`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import logging
import time

import pytest
from slixmpp import JID
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from custom_components.xmpp_iot.wire.rate import Limits
from custom_components.xmpp_iot.wire.session import IqRequest, Session
from custom_components.xmpp_iot.wire.work import MAX_RUNNING, MAX_WAITING
from custom_components.xmpp_iot.wire.xml import Element, from_text
from scripts.support.friends import PlainClient, logged_in
from scripts.support.servers import Prosody

from .test_session import online

_LOGGER = logging.getLogger(__name__)

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

PINGS = 50
FLOOD = 3_000
LONG = 40
PING = "<ping xmlns='urn:xmpp:ping'/>"


@dataclass
class Neighbours:
    """A house, an honest friend, and a guest who floods it."""

    home: Session
    friend: PlainClient
    guest: PlainClient
    answered: dict[str, str] = field(default_factory=dict)
    """What the guest got, by id: the type of the answer, and 'friend' for each answer of the friend's."""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, stanza: StanzaBase) -> None:
        """Note an answer to the guest."""
        self.answered[stanza["id"]] = stanza["type"]
        self.news.set()

    def flood(self, payload: str, count: int) -> None:
        """Send so many requests at once."""
        self.guest.send_raw(
            "".join(
                f"<iq type='get' id='flood-{number}' to='{self.home.jid}'>{payload}</iq>"
                for number in range(count)
            )
        )

    async def pings(self) -> list[float]:
        """Return how many seconds each of the friend's pings took, one after the other."""
        times = []
        for number in range(PINGS):
            begun = time.perf_counter()
            # (raises where the answer is an error)
            await self.friend.plugin["xep_0199"].send_ping(
                JID(self.home.jid), timeout=20
            )
            times.append(time.perf_counter() - begun)
            self.answered[f"friend-{number}"] = "result"
        return times

    async def until_answered(self, identifier: str) -> None:
        """Wait for an answer to the guest."""
        async with asyncio.timeout(30):
            while identifier not in self.answered:
                self.news.clear()
                await self.news.wait()

    def count(self, kind: str) -> int:
        """Return how many of the flood were answered so."""
        return sum(
            found == kind
            for name, found in self.answered.items()
            if name.startswith("flood")
        )


@asynccontextmanager
async def neighbours(prosody: Prosody) -> AsyncGenerator[Neighbours]:
    """Have all three online."""
    accounts = prosody.accounts
    async with (
        online(prosody, "home", "friend", "guest") as home,
        logged_in(prosody, accounts["friend"], "x") as friend,
        logged_in(prosody, accounts["guest"], "x") as guest,
    ):
        found = Neighbours(home, friend, guest)
        guest.register_handler(
            Callback("answers", MatchXPath("{jabber:client}iq"), found.hear)
        )
        yield found


def report(name: str, times: list[float]) -> None:
    """Tell the figures."""
    ordered = sorted(round(1000 * one, 1) for one in times)
    median = ordered[len(ordered) // 2]
    _LOGGER.info("%s: median %s ms, longest %s ms", name, median, ordered[-1])


async def test_a_flood_of_requests(prosody: Prosody) -> None:
    """All of the friend's are answered; of the flood, as many as a contact may send, and a few refusals."""
    async with neighbours(prosody) as found:
        floods: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        found.home.on_flood(lambda *flood: floods.put_nowait(flood))
        report("alone", await found.pings())
        begun = time.monotonic()
        found.flood(PING, FLOOD)
        report("beside a flood", await found.pings())
        async with asyncio.timeout(30):
            who = await floods.get()
        lasted = time.monotonic() - begun
        answered = found.count("result")
        _LOGGER.info("of %s: %s answered in %.1f s", FLOOD, answered, lasted)

        assert who == (JID(found.guest.boundjid).bare, True)
        limit = Limits().contact
        most = limit.burst + limit.rate * (lasted + 1)
        assert 0 < found.count("result") <= most
        # (some of those that come at once find no room)
        assert len(found.answered) - PINGS * 2 <= most + lasted + 2


async def test_many_slow_requests(prosody: Prosody) -> None:
    """As many as have room are answered; the friend waits for a few of them, not for the last."""
    async with neighbours(prosody) as found:
        count = MAX_RUNNING + MAX_WAITING

        async def slow(request: IqRequest) -> Element:
            sum(range(200_000))  # as long as a readout of many nodes takes at a stretch
            return request.payload

        found.home.handle_iq(["{urn:q}q"], slow)
        report("alone", await found.pings())
        found.answered.clear()
        found.flood("<q xmlns='urn:q'/>", count)
        report("beside slow answers", await found.pings())
        await found.until_answered(f"flood-{count - 1}")

        order = list(found.answered)
        last = order.index(f"flood-{count - 1}")
        beside = [name for name in order[:last] if name.startswith("friend")]
        _LOGGER.info("%s of the friend's came before the last", len(beside))
        assert found.count("result") == count
        assert order.index("friend-0") < count // 2
        assert len(beside) >= 5


async def test_long_answers(prosody: Prosody) -> None:
    """Who asks for many megabytes gets them, and others their short answers in between."""
    async with neighbours(prosody) as found:

        async def much(_: IqRequest) -> Element:
            return from_text(f"<a xmlns='urn:a'>{'x' * 150_000}</a>")

        found.home.handle_iq(["{urn:q}q"], much)
        report("alone", await found.pings())
        found.answered.clear()
        found.flood("<q xmlns='urn:q'/>", LONG)
        report("beside long answers", await found.pings())
        await found.until_answered(f"flood-{LONG - 1}")

        order = list(found.answered)
        assert found.count("result") == LONG
        assert order.index("friend-0") < LONG // 2
