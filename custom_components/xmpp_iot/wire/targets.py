"""Where an account's server is: as a person entered it, else as DNS says."""

import asyncio
from dataclasses import dataclass
from typing import Final

from slixmpp import JID
from slixmpp.xmlstream.resolver import default_resolver, get_SRV

from .account import Account, TlsMode

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
    """Return where to connect, best first; none where DNS says that the domain has no such service."""
    domain = JID(account.jid).domain
    port = account.port or _DEFAULT_PORTS[account.tls]
    given = Target(account.host or domain, port, account.tls is TlsMode.DIRECT)
    if account.host or account.port:
        return [given]
    records = await get_SRV(
        domain,
        port,
        _SERVICES[account.tls],
        resolver=default_resolver(asyncio.get_running_loop()),
    )
    if not records:
        return [given]
    # A target of '.' says that there is no such service (RFC 2782); slixmpp takes the point away.
    return [
        Target(host, port, service == _DIRECT)
        for service, host, port in records
        if host
    ]
