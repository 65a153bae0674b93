"""A plain XMPP client, not ours: what the demo's people would use."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
import ssl
from typing import Any

from slixmpp import ClientXMPP

from .servers import ServerAccount, XmppServer

_LOG_IN_TIMEOUT = 20.0  # seconds
_FRIENDSHIP_TIMEOUT = 30.0


class PlainClient(ClientXMPP):
    """A client that logs in by STARTTLS, and leaves nothing behind when it logs out."""

    def __init__(self, account: ServerAccount, resource: str, ca_file: Path) -> None:
        """Prepare a client of the account; nothing is sent yet."""
        super().__init__(
            f"{account.jid}/{resource}",
            account.password,
            ssl_context=ssl.create_default_context(cafile=ca_file),
        )
        self.enable_direct_tls = (
            False  # it would be tried first, at the port for STARTTLS
        )
        self.register_plugin("xep_0030")  # service discovery
        self.register_plugin("xep_0199")  # ping

    async def log_in(self, host: str, port: int) -> None:
        """Log in, fetch the roster, and be online."""
        self.connect(host, port)
        await self.wait_until("session_start", _LOG_IN_TIMEOUT)
        await self.get_roster()
        self.send_presence()

    async def log_out(self) -> None:
        """Close the stream, and end the task that slixmpp leaves to the garbage collector."""
        await self.disconnect()
        if self._run_out_filters is not None:
            self._run_out_filters.cancel()
            await asyncio.wait([self._run_out_filters])


@asynccontextmanager
async def _online(client: PlainClient, host: str, port: int) -> AsyncGenerator[None]:
    """Log in, and out at the end."""
    try:
        await client.log_in(host, port)
        yield
    finally:
        await client.log_out()


@asynccontextmanager
async def logged_in(
    server: XmppServer, account: ServerAccount, resource: str
) -> AsyncGenerator[PlainClient]:
    """Log in, with roster and presence, and out at the end."""
    client = PlainClient(account, resource, server.ca_file)
    async with _online(client, server.host, account.port or server.port):
        yield client


@asynccontextmanager
async def demo_user(
    facts: Mapping[str, Any], user: str, resource: str
) -> AsyncGenerator[PlainClient]:
    """Log in as a user of a running demo (`facts` is its ready file), and out at the end."""
    xmpp = facts["xmpp"]
    account = ServerAccount(**facts["accounts"][user])
    client = PlainClient(account, resource, Path(xmpp["ca_file"]))
    async with _online(client, xmpp["host"], account.port or xmpp["port"]):
        yield client


async def make_friends(server: XmppServer, account: ServerAccount, jid: str) -> None:
    """Accept the subscription request of `jid`, ask back, and wait until both are agreed."""
    agreed = asyncio.Event()
    # slixmpp accepts and asks back by itself, unless told otherwise
    async with logged_in(server, account, "introduction") as client:

        def look(_stanza: object = None) -> None:
            if client.client_roster[jid]["subscription"] == "both":
                agreed.set()

        client.add_event_handler("roster_update", look)
        look()
        async with asyncio.timeout(_FRIENDSHIP_TIMEOUT):
            await agreed.wait()
