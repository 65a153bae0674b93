"""A house that is online at a scripted server, and what to say to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import ssl
from typing import Final

from custom_components.xmpp_iot.wire.errors import NotConnected
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import Element, from_text

from .hostile import (
    FULL,
    Peer,
    Server,
    account,
    answer_as_a_server,
    hostile,
    well_behaved,
)

FRIEND: Final = "friend@house.example/phone"
STRANGER: Final = "stranger@other.example/x"
PING: Final = "<ping xmlns='urn:xmpp:ping'/>"


def others() -> set[asyncio.Task[object]]:
    """Return the tasks that are neither the test itself nor the server's."""
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task()
        and "Server.play" not in repr(task.get_coro())
        and not task.done()
    }


@dataclass
class House:
    """A session and its server."""

    session: Session
    server: Server
    events: list[object] = field(default_factory=list)

    @property
    def peer(self) -> Peer:
        """The server's end of the connection there is now."""
        return self.server.peers[-1]

    def note(self, *what: object) -> None:
        """Write down what the session tells."""
        self.events.append(what if len(what) > 1 else what[0])
        self.server.changed()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something the session does or tells."""
        await self.server.until(lambda: bool(condition()))

    def hears(self, identifier: str) -> list[Element]:
        """Return what the house sent with that id in the last connection."""
        return [one for one in self.peer.stanzas if one.get("id") == identifier]

    async def ask(
        self,
        payload: str,
        *,
        sender: str = FRIEND,
        kind: str = "get",
        attributes: str = "",
    ) -> Element:
        """Send a request to the house and return its answer."""
        identifier = f"asked-{len(self.peer.stanzas)}-{id(payload)}"
        self.peer.send(
            f"<iq type='{kind}' id='{identifier}' from='{sender}' to='{FULL}'"
            f"{attributes}>{payload}</iq>"
        )
        await self.until(lambda: self.hears(identifier))
        return self.hears(identifier)[0]

    async def alive(self) -> None:
        """Check that the house answers a ping in the connection there is now."""
        answer = await self.ask(PING)
        assert answer.get("type") == "result"


@asynccontextmanager
async def online(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    script: Callable[[Peer], Awaitable[None]] = well_behaved,
    *,
    answer: Callable[[Peer, Element], None] = answer_as_a_server,
) -> AsyncGenerator[House]:
    """Have a house that admits one friend online; at the end nothing of it is left."""
    async with hostile(context, script, answer=answer) as server:
        session = Session(
            account(server.port, trust),
            name="Home <3",
            admits=lambda bare: bare == FRIEND.partition("/")[0],
            features=("urn:test:feature",),
        )
        session._link._backoff.first = 0.01
        house = House(session, server)
        session.on_online(lambda resumed: house.note("online", resumed))
        session.on_offline(lambda: house.note("offline"))
        await session.connect()
        await house.until(
            lambda: any(one.tag.endswith("}presence") for one in house.peer.stanzas)
        )
        try:
            yield house
        finally:
            await session.close()
        assert not others()
        assert not session._stream.scheduled_events


async def managed(peer: Peer) -> None:
    """Play a good server with stream management that resumes."""
    await peer.secure()
    await peer.authenticate()
    if len(peer.server.peers) == 1:
        await peer.bind(managed=True)
    else:
        await peer.resume()
    await peer.serve()


def element(text: str) -> Element:
    """Return an element from text."""
    return from_text(text)


def is_down(session: Session) -> bool:
    """Say whether the session refuses to send."""
    try:
        session.send_message(FRIEND, "<x xmlns='urn:x'/>")
    except NotConnected:
        return True
    return False
