"""The account the house logs in with."""

from dataclasses import dataclass, field
from enum import StrEnum
import re
import ssl
from typing import Final

from slixmpp import JID, InvalidJID

from .errors import CertificateRejected, InvalidAddress
from .tls import parse_fingerprint

MAX_HOSTS: Final = 8
# An IPv6 address, in brackets where a port follows, or a name or IPv4 address.
_HOST: Final = re.compile(
    r"(?:\[(?P<address>[0-9a-fA-F:.]+(?:%\w+)?)\]|(?P<name>[^\s:/\[\]@]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?))"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


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
    # Several are separated by commas, best first (parse_hosts); None: found by SRV records (RFC 6120 section 3.2)
    host: str | None = None
    port: int | None = None
    tls: TlsMode = TlsMode.STARTTLS
    fingerprint: str | None = None  # SHA-256 of the certificate; replaces verification

    def __post_init__(self) -> None:
        """Refuse an account that would trust any server; ValueError for hosts that are none."""
        if self.host:
            parse_hosts(self.host)
        if self.fingerprint:
            parse_fingerprint(self.fingerprint)
        elif self.ssl_context.verify_mode is not ssl.CERT_REQUIRED:
            raise CertificateRejected("No certificate would be verified.")


def parse_hosts(text: str) -> tuple[tuple[str, int | None], ...]:
    """Return the hosts that `text` names, separated by commas, and the ports of those that have one of their own.

    An IPv6 address with a port is in brackets. ValueError for what names no host.
    """
    hosts = tuple(_parse_host(part.strip()) for part in text.split(","))
    if len(hosts) > MAX_HOSTS:
        raise ValueError(text)
    return hosts


def _parse_host(text: str) -> tuple[str, int | None]:
    if (match := _HOST.fullmatch(text)) is None:
        raise ValueError(text)
    port = None if match["port"] is None else int(match["port"])
    if port is not None and not 0 < port < 65536:
        raise ValueError(text)
    return match["address"] or match["name"], port


def parse_bare_jid(text: str) -> str:
    """Return the normalised bare JID `text` stands for; InvalidAddress where it is not local@domain."""
    jid = _parse(text)
    if not jid.node or not jid.domain or jid.resource:
        raise InvalidAddress(f"{text} is not of the form name@domain.")
    return jid.bare


def parse_bare_address(text: str) -> str:
    """Return the normalised bare JID of an account or of a server itself; InvalidAddress where it is neither."""
    jid = _parse(text)
    if not jid.domain or jid.resource:
        raise InvalidAddress(f"{text} is neither name@domain nor a domain.")
    return jid.bare


def _parse(text: str) -> JID:
    try:
        return JID(text.strip())
    except InvalidJID as error:
        raise InvalidAddress(f"{text} is not an XMPP address.") from error
