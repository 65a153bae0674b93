"""The block list: asked for in each session, followed, and changed; whatever the server says."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
import ssl

import pytest

from custom_components.xmpp_iot.wire.blocking import Blocking
from custom_components.xmpp_iot.wire.errors import BadRequest, NotConnected, RemoteError
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .hostile import BARE, DOMAIN, NOBODY, Peer, answer_as_a_server
from .online import FRIEND, House, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

SPAMMER = "spammer@evil.example"
XMLNS = "urn:xmpp:blocking"
FEATURES = (
    "<query xmlns='http://jabber.org/protocol/disco#info'>"
    f"<feature var='{XMLNS}'/><feature var='urn:xmpp:ping'/></query>"
)


@dataclass
class BlockServer:
    """A server with a block list."""

    features: str = FEATURES
    blocked: list[str] = field(default_factory=lambda: ["old@evil.example", "@", ""])
    refuses: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, peer: Peer, request: Element) -> None:
        """Answer for it."""
        tag = request[0].tag.rpartition("}")[2]
        identifier = request.get("id")
        if request[0].tag.startswith("{http://jabber.org/protocol/disco"):
            peer.send(
                f"<iq type='result' id='{identifier}' from='{DOMAIN}'>{self.features}</iq>"
            )
        elif XMLNS not in request[0].tag:
            answer_as_a_server(peer, request)
        elif self.refuses:
            peer.send(f"<iq type='error' id='{identifier}'>{NOBODY}</iq>")
        else:
            self.asked.append(to_text(request[0]))
            items = "".join(f"<item jid='{jid}'/>" for jid in self.blocked)
            payload = f"<blocklist xmlns='{XMLNS}'>{items}</blocklist>"
            said = payload if tag == "blocklist" else ""
            peer.send(f"<iq type='result' id='{identifier}'>{said}</iq>")


@dataclass
class Blocked:
    """A house whose block list is followed."""

    house: House
    server: BlockServer
    blocking: Blocking

    async def becomes(self, *jids: str) -> None:
        """Wait until those are blocked."""
        changed = asyncio.Event()
        remove = self.blocking.on_changed(changed.set)
        async with asyncio.timeout(5):
            while self.blocking.blocked != {*jids}:
                await changed.wait()
                changed.clear()
        remove()

    async def push(self, content: str, sender: str = BARE, kind: str = "set") -> str:
        """Have something pushed, and return the kind of the answer."""
        answer = await self.house.ask(content, sender=sender, kind=kind)
        return answer.get("type", "")

    def presences(self) -> list[tuple[str | None, str | None]]:
        """Return the presences that were sent to anybody."""
        return [
            (one.get("type"), one.get("to"))
            for one in self.house.peer.stanzas
            if one.tag.endswith("}presence") and one.get("to")
        ]


@pytest.fixture
def server() -> BlockServer:
    """Return a server."""
    return BlockServer()


@pytest.fixture
async def blocked(
    context: ssl.SSLContext, trust: ssl.SSLContext, server: BlockServer
) -> AsyncIterator[Blocked]:
    """Return a house that follows its list."""
    async with online(context, trust, answer=server) as house:
        blocking = Blocking(house.session)
        blocking.start()
        yield Blocked(house, server, blocking)
        await blocking.stop()


async def test_the_list_is_asked_for(blocked: Blocked) -> None:
    """At once, and again in each new session; what is no address in it is left out."""
    await blocked.becomes("old@evil.example")
    blocked.server.blocked = ["new@evil.example"]
    blocked.house.peer.writer.transport.abort()
    await blocked.becomes("new@evil.example")
    assert len(blocked.server.asked) == 2


async def test_blocks(blocked: Blocked) -> None:
    """Who is not in the roster is refused first, and is in the list then."""
    await blocked.becomes("old@evil.example")
    await blocked.blocking.block(SPAMMER.upper())
    assert blocked.blocking.blocked == {"old@evil.example", SPAMMER}
    assert blocked.presences() == [("unsubscribed", SPAMMER)]
    assert f'<item jid="{SPAMMER}"' in blocked.server.asked[-1]
    tags = [one.tag.rpartition("}")[2] for one in blocked.house.peer.stanzas[-2:]]
    assert tags == ["presence", "iq"]


@pytest.mark.parametrize("jid", [FRIEND.partition("/")[0], "evil.example"])
async def test_only_unknown_accounts_are_refused(blocked: Blocked, jid: str) -> None:
    """A subscription in the roster stays as it is, and a domain has none."""
    blocked.house.session._roster.subscriptions[FRIEND.partition("/")[0]] = "both"
    await blocked.blocking.block(jid)
    assert jid in blocked.blocking.blocked
    assert blocked.presences() == []


async def test_unblocks(blocked: Blocked) -> None:
    """They are not in the list any more."""
    await blocked.becomes("old@evil.example")
    await blocked.blocking.unblock("old@evil.example")
    assert blocked.blocking.blocked == frozenset()
    assert blocked.server.asked[-1].count("unblock")


async def test_pushes_are_kept(blocked: Blocked) -> None:
    """What another client of the account has changed; an unblock without names is everybody."""
    await blocked.becomes("old@evil.example")
    items = f"<item jid='{SPAMMER}'/><item jid='evil.example'/><item jid='@'/>"
    await blocked.push(f"<block xmlns='{XMLNS}'>{items}</block>")
    await blocked.becomes("old@evil.example", SPAMMER, "evil.example")
    item = "<item jid='old@evil.example'/>"
    await blocked.push(f"<unblock xmlns='{XMLNS}'>{item}</unblock>")
    await blocked.becomes(SPAMMER, "evil.example")
    await blocked.push(f"<unblock xmlns='{XMLNS}'/>")
    await blocked.becomes()


@pytest.mark.parametrize(
    ("sender", "kind"), [(FRIEND, "set"), (f"{BARE}/other", "set"), (BARE, "get")]
)
async def test_pushes_are_the_servers(blocked: Blocked, sender: str, kind: str) -> None:
    """Nobody else's count."""
    await blocked.becomes("old@evil.example")
    item = f"<item jid='{SPAMMER}'/>"
    for what in ("block", "unblock"):
        text = f"<{what} xmlns='{XMLNS}'>{item}</{what}>"
        assert await blocked.push(text, sender, kind) == "error"
    assert blocked.blocking.blocked == {"old@evil.example"}


async def test_asks_what_the_server_can_do(blocked: Blocked) -> None:
    """By service discovery; one without it is not asked for a list."""
    await blocked.becomes("old@evil.example")
    assert await blocked.blocking.supported()
    blocked.server.features = ""
    assert not await blocked.blocking.supported()
    blocked.house.peer.writer.transport.abort()
    await blocked.house.until(lambda: len(blocked.house.events) == 3)
    await blocked.house.alive()
    await blocked.house.alive()
    assert len(blocked.server.asked) == 1


async def test_refusals(blocked: Blocked) -> None:
    """What the server refuses, or nobody can hear, changes nothing; nor does what is no address."""
    await blocked.becomes("old@evil.example")
    with pytest.raises(BadRequest, match="not an address"):
        await blocked.blocking.block("@")
    blocked.server.refuses = True
    for change in (blocked.blocking.block, blocked.blocking.unblock):
        with pytest.raises(RemoteError, match="service-unavailable"):
            await change("old@evil.example")
    with pytest.raises(RemoteError):
        await blocked.blocking.list()
    await blocked.house.session.close()
    with pytest.raises(NotConnected):
        await blocked.blocking.unblock("old@evil.example")
    assert blocked.blocking.blocked == {"old@evil.example"}


async def test_a_resumed_session_goes_on(blocked: Blocked) -> None:
    """The list is the same, and is not asked for again."""
    await blocked.becomes("old@evil.example")
    blocked.blocking._online(True)
    await blocked.house.alive()
    assert len(blocked.server.asked) == 1


async def test_stops_in_the_midst(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whatever it waits for, it waits no more; a server that knows no list is no harm."""
    held: list[Element] = []

    def answer(peer: Peer, request: Element) -> None:
        if request[0].tag.startswith("{http://jabber.org/protocol/disco"):
            held.append(request)
        else:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        blocking = Blocking(house.session)
        blocking.start()
        await house.until(lambda: held)
        await blocking.stop()


async def test_begins_before_the_session(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """It then asks when the session is there; a server that refuses is no harm."""
    server = BlockServer(refuses=True)
    async with online(context, trust, answer=server) as house:
        blocking = Blocking(house.session)
        house.session._link.online = False
        blocking.start()
        assert not blocking._tasks
        house.session._link.online = True
        blocking._online(False)
        await asyncio.wait(blocking._tasks)
        assert blocking.blocked == frozenset()
        await blocking.stop()
