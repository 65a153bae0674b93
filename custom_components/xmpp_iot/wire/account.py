"""The account the house logs in with."""

from dataclasses import dataclass, field
from enum import StrEnum
import ssl

from slixmpp import JID, InvalidJID

from .errors import CertificateRejected, InvalidAddress
from .tls import parse_fingerprint


class TlsMode(StrEnum):
    """How encryption starts: on the plain port, or with the first byte (XEP-0368)."""

    STARTTLS = "starttls"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where and how to log in; CertificateRejected for a fingerprint that is none or a context that trusts all."""

    jid: str  # bare
    password: str = field(repr=False)
    ssl_context: ssl.SSLContext = field(repr=False)
    resource: str = "homeassistant"
    host: str | None = None  # None: found by SRV records (RFC 6120 section 3.2)
    port: int | None = None
    tls: TlsMode = TlsMode.STARTTLS
    fingerprint: str | None = None  # SHA-256 of the certificate; replaces verification

    def __post_init__(self) -> None:
        """Refuse an account that would trust any server."""
        if self.fingerprint:
            parse_fingerprint(self.fingerprint)
        elif self.ssl_context.verify_mode is not ssl.CERT_REQUIRED:
            raise CertificateRejected("No certificate would be verified.")


def parse_bare_jid(text: str) -> str:
    """Return the normalised bare JID `text` stands for; InvalidAddress where it is not local@domain."""
    try:
        jid = JID(text.strip())
    except InvalidJID as error:
        raise InvalidAddress(f"{text} is not an XMPP address.") from error
    if not jid.node or not jid.domain or jid.resource:
        raise InvalidAddress(f"{text} is not of the form name@domain.")
    return jid.bare
