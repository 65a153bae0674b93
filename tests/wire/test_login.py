"""Each way in which a log-in fails has its own error, and the password stays where it is."""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
import ssl

import pytest

from custom_components.xmpp_iot.wire.errors import (
    AuthenticationFailed,
    CertificateRejected,
    EncryptionUnavailable,
    InvalidAddress,
    LoginError,
    NoMechanism,
    Unreachable,
)
from custom_components.xmpp_iot.wire.session import parse_bare_jid, try_login

from .certificates import Certificate
from .hostile import (
    SASL,
    STARTTLS,
    TLS,
    Peer,
    account,
    hostile,
    nothing_secret,
    well_behaved,
)
from .online import others

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_logs_in_and_out(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """A log-in that works binds a resource of its own, says good-bye and leaves nothing."""
    async with hostile(context, well_behaved) as server:
        await try_login(account(server.port, trust))
        await server.until(lambda: server.heard.endswith(b"</stream:stream>"))

        assert b"<resource>try-" in server.heard
        assert nothing_secret(server) is False  # it did authenticate
        assert not others()


@pytest.mark.parametrize(
    "mechanism", ["LOGIN", "PLAIN", "ANONYMOUS", "EXTERNAL", "SCRAM-SHA-1"]
)
async def test_sends_nothing_without_encryption(
    context: ssl.SSLContext, trust: ssl.SSLContext, mechanism: str
) -> None:
    """A server that offers mechanisms and no TLS gets the stream header, and no byte more."""

    async def script(peer: Peer) -> None:
        await peer.offer(mechanism)
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(EncryptionUnavailable):
            await try_login(account(server.port, trust))

        assert server.heard.startswith(b"<stream:stream ")
        assert server.heard.count(b"<") == 1
        assert nothing_secret(server)


async def test_a_server_that_cannot_start_tls(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A server that offers TLS and then fails to start it offers none."""

    async def script(peer: Peer) -> None:
        await peer.greet(STARTTLS)
        await peer.until("<starttls [^>]*>")
        peer.send(f"<failure {TLS}/>")
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(EncryptionUnavailable):
            await try_login(account(server.port, trust))


async def test_ignores_what_is_injected_before_tls(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What somebody on the way puts around <proceed/> is not taken for the server's."""

    async def script(peer: Peer) -> None:
        await peer.greet(STARTTLS)
        await peer.until("<starttls [^>]*>")
        peer.send(
            f"<success {SASL}/><iq type='get' id='1'/><presence/><proceed {TLS}/>"
            f"<stream:features><mechanisms {SASL}><mechanism>PLAIN</mechanism>"
            "</mechanisms></stream:features><iq type='get' id='2'/>"
        )
        await peer.writer.start_tls(peer.server.context)
        await peer.authenticate()
        await peer.bind()
        await peer.serve()

    async with hostile(context, script) as server:
        await try_login(account(server.port, trust))
        assert b"<iq type='error'" not in server.heard


@pytest.mark.parametrize("offered", [("PLAIN",), ("LOGIN", "EXTERNAL"), ()])
async def test_refuses_mechanisms_that_give_the_password_away(
    context: ssl.SSLContext, trust: ssl.SSLContext, offered: tuple[str, ...]
) -> None:
    """Over TLS too, only mechanisms that keep the password secret are used."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.offer(*offered)
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(
            NoMechanism, match=offered[0] if offered else "no mechanism"
        ):
            await try_login(account(server.port, trust))
        assert nothing_secret(server)


async def test_wrong_password(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """The server's refusal is the password's."""
    async with hostile(context, well_behaved) as server:
        with pytest.raises(AuthenticationFailed, match="not-authorized"):
            await try_login(account(server.port, trust, password="wrong"))


async def test_a_password_no_server_takes(trust: ssl.SSLContext) -> None:
    """A password SASL cannot carry is refused without a server."""
    with pytest.raises(AuthenticationFailed, match="characters"):
        await try_login(account(1, trust, password="bell\a"))


async def test_tries_the_next_mechanism(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """An account that has a key for one mechanism only can still log in."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.offer("SCRAM-SHA-512", "SCRAM-SHA-1", "PLAIN")
        await peer.until("<auth [^>]*SCRAM-SHA-512")
        peer.send(f"<failure {SASL}><not-authorized/></failure>")
        exchange = await peer.challenge()
        assert exchange.digest == "sha1"
        peer.send(f"<failure {SASL}><not-authorized/></failure>")
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(AuthenticationFailed):
            await try_login(account(server.port, trust))
        assert b"PLAIN" not in server.heard


async def test_a_server_that_cannot_authenticate_now(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A temporary failure says nothing about the password."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.offer("SCRAM-SHA-1")
        await peer.challenge()
        peer.send(f"<failure {SASL}><temporary-auth-failure/></failure>")
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match="temporary-auth-failure"):
            await try_login(account(server.port, trust))


async def refusal_unasked(peer: Peer) -> None:
    """Refuse before anything was tried."""
    await peer.secure()
    await peer.greet("")
    peer.send(f"<failure {SASL}><not-authorized/></failure>")
    await peer.until("never")


async def impostor(peer: Peer) -> None:
    """Let anybody in, without knowing the password."""
    await peer.secure()
    await peer.offer("SCRAM-SHA-256")
    await peer.challenge()
    await peer.until(r"<response[^>]*>([^<]*)")
    peer.send(f"<success {SASL}>{b64encode(b'v=AAAA').decode()}</success>")
    await peer.until("never")


async def proofless(peer: Peer) -> None:
    """Let anybody in without any proof."""
    await peer.secure()
    await peer.offer("SCRAM-SHA-256")
    await peer.challenge()
    await peer.until(r"<response[^>]*>([^<]*)")
    peer.send(f"<success {SASL}>{b64encode(b'x=1').decode()}</success>")
    await peer.until("never")


async def laborious(peer: Peer) -> None:
    """Ask for more work than the house has time for."""
    await peer.secure()
    await peer.offer("SCRAM-SHA-256")
    await peer.challenge(iterations=10**9)
    await peer.until("never")


@pytest.mark.parametrize("script", [impostor, proofless, laborious])
async def test_a_server_that_does_not_know_the_password(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    script: Callable[[Peer], Awaitable[None]],
) -> None:
    """A server that proves nothing is not logged in to."""
    async with hostile(context, script) as server:
        with pytest.raises(Unreachable, match="authentication"):
            await try_login(account(server.port, trust))
        assert b"<bind" not in server.heard


async def test_old_tls(
    certificate: Certificate, trust: ssl.SSLContext, tmp_path: Path
) -> None:
    """With TLS 1.2 a mechanism that binds to the channel is preferred."""
    old = certificate.server_context(tmp_path, most=ssl.TLSVersion.TLSv1_2)

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.offer("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
        await peer.until("<auth [^>]*SCRAM-SHA-256-PLUS")
        peer.send(f"<failure {SASL}><account-disabled/></failure>")
        await peer.until("<auth ")
        peer.send(f"<failure {SASL}><account-disabled/></failure>")
        await peer.until("never")

    async with hostile(old, script) as server:
        with pytest.raises(AuthenticationFailed, match="account-disabled"):
            await try_login(account(server.port, trust))


@pytest.mark.parametrize(
    "text",
    ["", "example.org", "a@b@c", "@example.org", "a@", "a b@example.org", "a@x/y"],
)
def test_what_is_no_address(text: str) -> None:
    """An address has a name and a domain, and nothing else."""
    with pytest.raises(InvalidAddress):
        parse_bare_jid(text)


def test_addresses_are_normalised() -> None:
    """The same address is always written in the same way."""
    assert parse_bare_jid(" Home@Example.ORG ") == "home@example.org"


def test_all_of_these_are_login_errors() -> None:
    """Whoever logs in catches one class."""
    assert issubclass(CertificateRejected, LoginError)
