"""Addresses at which there is no server to talk to."""

from collections.abc import Awaitable, Callable
import socket
import ssl

import pytest

from custom_components.xmpp_iot.wire import connection
from custom_components.xmpp_iot.wire.errors import Unreachable
from custom_components.xmpp_iot.wire.session import TlsMode, try_login
from custom_components.xmpp_iot.wire.tls import explain

from .hostile import STARTTLS, TLS, Hung, Peer, account, hostile, silent
from .online import others

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def page(peer: Peer) -> None:
    """Answer as a web server does."""
    await peer.until("<stream")
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
    await peer.until("never")


async def other_document(peer: Peer) -> None:
    """Answer with XML of another kind."""
    await peer.until("<stream")
    peer.send("<html><body/></html>")
    await peer.until("never")


async def stream_error(peer: Peer) -> None:
    """Say that the domain is not served here."""
    await peer.greet(STARTTLS)
    peer.send(
        "<stream:error><host-unknown"
        " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
    )
    await peer.until("never")


async def see_other_host(peer: Peer) -> None:
    """Send the client elsewhere, which is not followed."""
    await peer.greet(STARTTLS)
    peer.send(
        "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>"
        "127.0.0.1:1</see-other-host></stream:error>"
    )
    await peer.until("never")


async def closed(peer: Peer) -> None:
    """Close the stream at once."""
    await peer.greet(STARTTLS)
    peer.send("</stream:stream>")


async def gone(peer: Peer) -> None:
    """End the connection at once."""
    raise Hung


async def no_resource(peer: Peer) -> None:
    """Refuse to bind a resource."""
    await peer.secure()
    await peer.authenticate()
    await peer.greet("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
    request = await peer.until(r"<iq [^>]*id=\"([^\"]*)\"")
    peer.send(
        f"<iq type='get' id='1'><q xmlns='urn:q'/></iq><iq type='error' id='{request[1]}'/>"
    )
    await peer.until("never")


async def deep_features(peer: Peer) -> None:
    """Offer features of a hundred levels."""
    await peer.greet("<a>" * 100 + "</a>" * 100)
    await peer.until("never")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (page, "malformed XML"),
        (other_document, "not an XMPP server"),
        (stream_error, "host-unknown"),
        (see_other_host, "see-other-host"),
        (closed, "closed the stream"),
        (gone, "closed the connection"),
        (no_resource, "no resource"),
        (deep_features, "levels"),
        (silent, "in time"),
    ],
)
async def test_no_server_to_talk_to(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    script: Callable[[Peer], Awaitable[None]],
    reason: str,
) -> None:
    """Whatever is at the address and is no working XMPP server counts as none."""
    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match=reason):
            await try_login(account(server.port, trust), timeout=0.5)
        assert not others()


async def test_a_handshake_that_stalls(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A server that proceeds and then says nothing costs the time-out, and leaves nothing."""

    async def script(peer: Peer) -> None:
        await peer.greet(STARTTLS)
        await peer.until("<starttls [^>]*>")
        peer.send(f"<proceed {TLS}/>")
        while await peer.reader.read(1000):
            pass

    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match="in time"):
            await try_login(account(server.port, trust), timeout=0.3)
        assert not others()


async def test_tls_where_there_is_none(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Direct TLS to a port that speaks plainly says so, and what may be the cause."""

    async def script(peer: Peer) -> None:
        peer.send("<stream:stream/>" * 10)
        await peer.reader.read(1000)

    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match="no TLS on this port; .*STARTTLS"):
            await try_login(account(server.port, trust, tls=TlsMode.DIRECT))


async def test_nobody_there(trust: ssl.SSLContext) -> None:
    """A port that is closed is no server."""
    with pytest.raises(Unreachable, match="refused|failed"):
        await try_login(account(1, trust))
    assert not others()


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name not known"), UnicodeError("label too long")]
)
def test_names_nobody_has(error: OSError | UnicodeError) -> None:
    """A name that cannot be resolved is no server."""
    assert isinstance(explain(error), Unreachable)
    assert str(explain(error)) in {"Name not known", "label too long"}


async def test_each_address_has_its_time(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address at which nothing answers does not use up the whole log-in."""
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT", 0.1)

    async def script(peer: Peer) -> None:
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match="in time"):
            await try_login(account(server.port, trust, tls=TlsMode.DIRECT))
