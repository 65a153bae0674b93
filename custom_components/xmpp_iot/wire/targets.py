"""Where an account's server is: as a person entered it, else as DNS says."""

import asyncio
from dataclasses import dataclass
from typing import Final

from slixmpp import JID
from slixmpp.xmlstream.resolver import default_resolver, get_SRV

from .account import Account, TlsMode, parse_hosts
from .errors import Unreachable

_DEFAULT_PORTS: Final = {TlsMode.STARTTLS: 5222, TlsMode.DIRECT: 5223}
_DIRECT: Final = "xmpps-client"
_SERVICES: Final = {
    TlsMode.STARTTLS: [_DIRECT, "xmpp-client"],
    TlsMode.DIRECT: [_DIRECT],
}


@dataclass(frozen=True, slots=True)
class Target:
    """An address to connect to, and whether TLS comes first there (XEP-0368)."""

    host: str
    port: int
    direct: bool


async def find_targets(account: Account) -> list[Target]:
    """Return where to connect, best first; none where DNS says that the domain has no such service.

    Unreachable where nobody can be asked.
    """
    domain = JID(account.jid).domain
    port = account.port or _DEFAULT_PORTS[account.tls]
    direct = account.tls is TlsMode.DIRECT
    if account.host:
        hosts = parse_hosts(account.host)
        return [Target(host, own or port, direct) for host, own in hosts]
    given = Target(domain, port, direct)
    if account.port:
        return [given]
    # Each look-up opens files of its own, and the libraries beneath slixmpp say in many ways, without a
    # common base, that there are none left: whatever they say, DNS cannot be asked now.
    (records,) = await asyncio.gather(
        _records(domain, port, _SERVICES[account.tls]), return_exceptions=True
    )
    if isinstance(records, BaseException):
        raise Unreachable(f"DNS cannot be asked: {records}") from records
    if not records:
        return [given]
    # A target of '.' says that there is no such service (RFC 2782); slixmpp takes the point away.
    return [
        Target(host, port, service == _DIRECT)
        for service, host, port in records
        if host
    ]


async def _records(
    domain: str, port: int, services: list[str]
) -> list[tuple[str, str, int]]:
    """Return service, host and port of each SRV record, best first (RFC 2782)."""
    resolver = default_resolver(asyncio.get_running_loop())
    return await get_SRV(domain, port, services, resolver=resolver)
