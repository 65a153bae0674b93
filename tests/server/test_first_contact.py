"""Who wants to be a contact says something with it: what of that arrives, and how they are kept away."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire.blocking import Blocking
from custom_components.xmpp_iot.wire.session import Session, SubscriptionRequest
from custom_components.xmpp_iot.wire.xml import from_text
from scripts.support.servers import Prosody, XmppServer

from .client import Client
from .test_session import PING, online

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

SAID = (
    "<status>It is me, Romeo</status><nick xmlns='http://jabber.org/protocol/nick'>Romeo</nick>"
    "<preauth xmlns='urn:xmpp:pars:0' token='1tMFqYDdKhfe2pwp'/>"
)


class Wishes:
    """The requests a house gets."""

    def __init__(self, home: Session) -> None:
        """Listen."""
        self.made: asyncio.Queue[SubscriptionRequest] = asyncio.Queue()
        home.on_subscription_request(self.made.put_nowait)

    async def next(self) -> SubscriptionRequest:
        """Return the next one."""
        async with asyncio.timeout(10):
            return await self.made.get()


@asynccontextmanager
async def house(server: XmppServer) -> AsyncGenerator[tuple[Session, Wishes]]:
    """Have a house online that hears of all wishes."""
    async with online(server, "home", connected=False) as home:
        wishes = Wishes(home)
        await home.connect()
        yield home, wishes


async def read(home: Session) -> None:
    """Return when the server has read, and done, what the house has said."""
    await home.iq(None, from_text(PING))


async def test_what_is_said_arrives(server: XmppServer) -> None:
    """A house that is online gets the message, the nickname and the token."""
    async with (
        house(server) as (home, wishes),
        Client.logged_in(server, "stranger") as stranger,
    ):
        stranger.wish(home.bare, SAID)
        assert await wishes.next() == SubscriptionRequest(
            bare=stranger.bare,
            message="It is me, Romeo",
            nickname="Romeo",
            token="1tMFqYDdKhfe2pwp",
        )
        home.refuse(stranger.bare)
        await read(home)


async def test_what_a_server_keeps_of_it(server: XmppServer) -> None:
    """A house that was away is told at every log-in, until it answers; of what was said servers keep parts."""
    async with Client.logged_in(server, "stranger") as stranger:
        bare = server.accounts["home"].jid
        stranger.wish(bare, SAID)
        await stranger.result(None, PING)
        kept = []
        for _ in range(2):
            async with house(server) as (home, wishes):
                kept.append(await wishes.next())
        async with house(server) as (home, wishes):
            await wishes.next()
            home.refuse(stranger.bare)
            await read(home)
        async with house(server) as (home, wishes):
            await read(home)
            assert wishes.made.empty()
    # Prosody keeps the stanza, and ejabberd did not always: an invitation was worth nothing then.
    everything = SubscriptionRequest(
        bare=stranger.bare,
        message="It is me, Romeo",
        nickname="Romeo",
        token="1tMFqYDdKhfe2pwp",
    )
    message_only = replace(everything, nickname="", token=None)
    allowed = (
        (everything,) if isinstance(server, Prosody) else (everything, message_only)
    )
    assert kept[0] in allowed
    assert kept[1] == kept[0]


async def test_who_is_blocked_does_not_come_through(server: XmppServer) -> None:
    """Blocking an unknown account refuses what it asked for, and nothing more of it arrives."""
    async with (
        house(server) as (home, wishes),
        Client.logged_in(server, "stranger") as stranger,
        Client.logged_in(server, "home", "laptop") as laptop,
    ):
        laptop.xmpp.auto_authorize = None  # (slixmpp would let everybody in)
        blocking = Blocking(home)
        blocking.start()
        assert await blocking.supported()
        assert await blocking.list() == frozenset()
        stranger.wish(home.bare, SAID)
        await wishes.next()

        await blocking.block(stranger.bare)
        assert await blocking.list() == {stranger.bare}
        stranger.wish(home.bare, SAID)
        assert await stranger.refusal(home.jid, PING) == "service-unavailable"
        await read(home)
        assert wishes.made.empty()

        changed = asyncio.Event()
        blocking.on_changed(changed.set)
        item = f"<item jid='{stranger.bare}'/>"
        unblock = f"<unblock xmlns='urn:xmpp:blocking'>{item}</unblock>"
        await laptop.result(None, unblock, "set")
        async with asyncio.timeout(10):
            await changed.wait()
        assert blocking.blocked == frozenset()
        stranger.wish(home.bare)
        assert (await wishes.next()).bare == stranger.bare
        home.refuse(stranger.bare)
        await read(home)
        await blocking.stop()


async def test_a_whole_domain_can_be_blocked(server: XmppServer) -> None:
    """And let in again; what is no address the server would take is refused."""
    async with house(server) as (home, _):
        blocking = Blocking(home)
        await blocking.block("evil.example")
        assert await blocking.list() == {"evil.example"}
        await blocking.unblock("evil.example")
        assert await blocking.list() == frozenset()
