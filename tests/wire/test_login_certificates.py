"""Which certificates are trusted, and what is said of those that are not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
import ssl

import pytest

from custom_components.xmpp_iot.wire.errors import CertificateRejected
from custom_components.xmpp_iot.wire.session import (
    TlsMode,
    create_ssl_context,
    try_login,
)

from .certificates import Certificate
from .hostile import (
    DOMAIN,
    Peer,
    account,
    hostile,
    nothing_secret,
    silent,
    well_behaved,
)
from .online import others

pytestmark = pytest.mark.usefixtures("socket_enabled")


@dataclass(frozen=True)
class Fault:
    """A certificate that is wrong, and what is said about it."""

    make: Callable[[Certificate], Certificate]
    complaint: str


FAULTS = {
    "self-signed": Fault(lambda _: Certificate.make(DOMAIN), "self-signed certificate"),
    "unknown authority": Fault(
        lambda _: Certificate.make(DOMAIN, issuer=Certificate.make("someone")),
        "unable to get local issuer",
    ),
    "expired": Fault(
        lambda authority: Certificate.make(DOMAIN, issuer=authority, expired=True),
        "certificate has expired",
    ),
    "other host": Fault(
        lambda authority: Certificate.make("other.example", issuer=authority),
        "Hostname mismatch",
    ),
}


@pytest.mark.parametrize("mode", TlsMode)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_wrong_certificate(
    authority: Certificate,
    trust: ssl.SSLContext,
    tmp_path: Path,
    mode: TlsMode,
    fault: Fault,
) -> None:
    """What is wrong with the certificate is said, and nothing is sent over the connection."""
    wrong = fault.make(authority)
    direct = mode is TlsMode.DIRECT
    script = silent if direct else well_behaved

    async with hostile(wrong.server_context(tmp_path), script, direct=direct) as server:
        with pytest.raises(CertificateRejected, match=fault.complaint):
            await try_login(account(server.port, trust, tls=mode))
        assert nothing_secret(server)
        assert not others()


@pytest.mark.parametrize("mode", TlsMode)
async def test_trusts_a_pinned_certificate_only(
    tmp_path: Path, trust: ssl.SSLContext, mode: TlsMode
) -> None:
    """With a fingerprint exactly that certificate is trusted, whoever signed it, and before SASL."""
    own, other = Certificate.make("anything"), Certificate.make(DOMAIN)
    direct = mode is TlsMode.DIRECT

    async def script(peer: Peer) -> None:
        if not direct:
            await peer.secure()
        await peer.authenticate()
        await peer.bind()
        await peer.serve()

    async with hostile(own.server_context(tmp_path), script, direct=direct) as server:
        for fingerprint in (own.fingerprint, own.fingerprint.replace(":", "").lower()):
            pinned = create_ssl_context(None, fingerprint)
            await try_login(
                account(server.port, pinned, fingerprint=fingerprint, tls=mode)
            )
        server.heard.clear()
        pinned = create_ssl_context(None, other.fingerprint)
        with pytest.raises(CertificateRejected, match="has the fingerprint"):
            await try_login(
                account(server.port, pinned, fingerprint=other.fingerprint, tls=mode)
            )
        assert nothing_secret(server)
        assert server.heard.count(b"<stream:stream") == (0 if direct else 1)


def test_an_account_never_trusts_everybody(trust: ssl.SSLContext) -> None:
    """A context without verification needs a fingerprint, and a fingerprint is one."""
    unverified = create_ssl_context(None, "00" * 32)
    with pytest.raises(CertificateRejected, match="verified"):
        account(1, unverified)
    with pytest.raises(CertificateRejected, match="64"):
        account(1, trust, fingerprint="00")
    with pytest.raises(CertificateRejected, match="64"):
        create_ssl_context(None, "x" * 64)


@pytest.mark.parametrize("text", ["nonsense", "-----BEGIN CERTIFICATE-----\n", "\xe4"])
def test_an_authority_that_is_none(text: str) -> None:
    """Text that is no certificate is refused."""
    with pytest.raises(CertificateRejected, match="PEM"):
        create_ssl_context(text)


def test_the_system_is_trusted_by_default() -> None:
    """Without anything given, servers are verified."""
    context = create_ssl_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
