"""What a hostile server, or a hostile contact through an honest one, cannot do to the house."""

import asyncio
import ssl
import tracemalloc

import pytest

from custom_components.xmpp_iot.wire.errors import NoAnswer
from custom_components.xmpp_iot.wire.reader import MAX_BYTES
from custom_components.xmpp_iot.wire.session import IqRequest
from custom_components.xmpp_iot.wire.xml import from_text

from .hostile import NOBODY, SM, Peer
from .online import FRIEND, PING, STRANGER, House, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")


def nested(levels: int, *, sender: str, identifier: str) -> str:
    """Return a request of so many levels."""
    inside = "<a>" * levels + "</a>" * levels
    return f"<iq type='get' id='{identifier}' from='{sender}'><q xmlns='urn:q'>{inside}</q></iq>"


async def test_deep_requests(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """Requests of 2000 levels, or too many elements, are refused; the link stays and counts are right."""
    async with online(context, trust, managed) as house:
        reached = []

        async def handler(request: IqRequest) -> None:
            reached.append(request.id)

        house.session.handle_iq(["{urn:q}q"], handler)
        management = house.session._stream.plugin["xep_0198"]
        handled = management.handled
        wide = f"<iq type='get' id='wide' from='{FRIEND}'><q xmlns='urn:q'>{'<a/>' * 30_000}</q></iq>"
        house.peer.send(nested(2000, sender=FRIEND, identifier="deep"))
        house.peer.send(wide)
        house.peer.send(nested(2000, sender=STRANGER, identifier="strange"))
        house.peer.send(nested(60, sender=FRIEND, identifier="fine"))
        await house.until(lambda: house.hears("fine"))

        assert reached == ["fine"]
        for identifier in ("deep", "wide"):
            (answer,) = house.hears(identifier)
            assert "resource-constraint" in answer[0][0].tag
        (strange,) = house.hears("strange")
        assert "service-unavailable" in strange[0][0].tag
        assert management.handled == handled + 4
        assert house.events == [("online", False)]


async def test_a_stanza_without_end(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A stanza of 100 MB ends the connection early; the memory is bounded and the session is a new one."""

    async def script(peer: Peer) -> None:
        await peer.admit(managed=True)
        await peer.serve()

    async def flood(house: House) -> int:
        sent = 0
        peer = house.peer
        peer.send(f"<message from='{FRIEND}'><body>")
        chunk = "x" * 100_000
        try:
            while sent < 100_000_000:
                peer.send(chunk)
                await peer.writer.drain()
                sent += len(chunk)
        except ConnectionError:
            return sent
        return sent

    async with online(context, trust, script) as house:
        tracemalloc.start()
        sent = await flood(house)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert sent < 20_000_000
        assert peak < 30_000_000
        await house.until(lambda: house.events[-1] == ("online", False))
        assert b"<resume" not in house.server.heard
        await house.alive()


BOMB = "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize("sm", [False, True])
@pytest.mark.parametrize(
    "evil",
    [
        f"<message from='{FRIEND}'><body>&b;</body></message>",
        f"{BOMB}<message from='{FRIEND}'><body>&b;</body></message>",
        "<message><body></message>",
        "<iq type='get' id='1' from='x@y/z'",
        "</stream:stream><iq/>",
        "\x00",
        "<x:iq/>",
        "<message a='1' a='2'/>",
        f"<iq type='get' id='1'><{'a' * MAX_BYTES}",
        "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        f"<{'a' * 10}>" * 100 + f"</{'a' * 10}>" * 100,
    ],
    ids=range(11),
)
async def test_what_is_no_stanza(
    context: ssl.SSLContext, trust: ssl.SSLContext, evil: str, sm: bool
) -> None:
    """Entities, malformed and endless XML end the connection, and the session comes back."""

    async def script(peer: Peer) -> None:
        await peer.admit(managed=sm)
        await peer.serve()

    async with online(context, trust, script) as house:
        house.peer.send(evil)
        if evil.endswith("z'"):
            house.peer.writer.close()
        await house.until(
            lambda: house.events[-1] == ("online", False) and len(house.events) > 2
        )
        await house.alive()


async def test_a_document_type_before_the_stream(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Entities cannot be declared where XML allows it either."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.authenticate()
        if len(peer.server.peers) == 2:
            await peer.until("<stream:stream [^>]*>")
            peer.send(f"<?xml version='1.0'?>{BOMB}<stream:stream>&b;")
            await peer.until("never")
        await peer.bind()
        await peer.serve()

    async with online(context, trust, script) as house:
        house.peer.writer.transport.abort()
        await house.until(
            lambda: house.events[-1] == ("online", False) and len(house.events) > 2
        )
        assert len(house.server.peers) == 3


@pytest.mark.parametrize(
    "stanza",
    [
        "<iq type='get' id='1' from='@'><q xmlns='urn:q'/></iq>",
        "<message from='a@b@c'/>",
        "<presence from='/'/>",
        f"<presence from='{'x' * 2000}@y'/>",
        "<iq/>",
        f"<iq from='{FRIEND}'/>",
        f"<iq type='get' from='{FRIEND}'><q xmlns='urn:q'/></iq>",
        f"<iq type='nonsense' id='1' from='{FRIEND}'/>",
        f"<iq type='result' id='unknown' from='{FRIEND}'/>",
        "<iq type='result'/>",
        f"<iq type='error' id='1' from='{FRIEND}'>{NOBODY}</iq>",
        f"<message type='error' from='{STRANGER}'>{NOBODY}</message>",
        "<message/>",
        "<presence type='nonsense'/>",
        "<other xmlns='urn:other'/>",
        "<a xmlns='urn:xmpp:sm:3' h='5'/>",
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<!-- a comment --><?and an='instruction'?>",
        "   \n text between \n",
        "<iq type='set' id='1' from='house.example'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    ],
)
async def test_strange_stanzas_do_nothing(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
    stanza: str,
) -> None:
    """Invalid senders and stanzas without sense neither raise nor break the link."""
    async with online(context, trust) as house:
        for _ in range(2):
            house.peer.send(stanza)
        await house.alive()
        assert house.events == [("online", False)]
    ours = [one for one in caplog.records if one.name.startswith("custom_components")]
    assert len([one for one in ours if one.levelname == "WARNING"]) <= 1
    assert not [one for one in caplog.records if one.exc_info]


async def test_an_acknowledgement_that_is_none(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A count that is no number ends the connection, not the house."""
    async with online(context, trust, managed) as house:
        house.peer.send(f"<a {SM} h='many'/>")
        await house.until(lambda: house.events[-1] == ("online", True))
        await house.alive()


async def test_pieces_of_any_size(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A stanza that comes byte by byte is there with its last byte, not with the next stanza."""
    async with online(context, trust) as house:
        for character in f"<iq type='get' id='slow' from='{FRIEND}'>{PING}</iq>":
            house.peer.send(character)
            await house.peer.writer.drain()
            await asyncio.sleep(0)
        await house.until(lambda: house.hears("slow"))


async def test_an_answer_that_is_too_deep(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """An answer of too many levels is none."""
    async with online(context, trust) as house:
        asked = asyncio.create_task(
            house.session.iq(FRIEND, from_text("<q xmlns='urn:q'/>"), timeout=0.2)
        )
        await house.until(lambda: house.peer.stanzas[-1].get("to") == FRIEND)
        identifier = house.peer.stanzas[-1].get("id")
        deep = "<a>" * 2000 + "</a>" * 2000
        house.peer.send(
            f"<iq type='result' id='{identifier}' from='{FRIEND}'>{deep}</iq>"
        )
        with pytest.raises(NoAnswer):
            await asked
