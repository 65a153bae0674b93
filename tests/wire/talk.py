"""A peer that is our own service, and a session that may say something else in its place."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import RemoteError, StanzaError
from custom_components.xmpp_iot.wire.model import (
    Category,
    NodeRef,
    Reading,
    ReadRequest,
)
from custom_components.xmpp_iot.wire.peer import Peer, Peers
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

from .conversation import FRIEND, Asked, Conversation, Line

HOME = "home@example.org/homeassistant"
HALL = NodeRef("sensor.hall", "entities")


@dataclass
class Session:
    """The near session; the far house is at its other end, unless something else is said for it."""

    far: Conversation
    says: list[str | Exception | None] = field(default_factory=list)
    asked: list[tuple[str, Kind, float]] = field(default_factory=list)
    handlers: dict[str, Callable[[str, Element], None]] = field(default_factory=dict)
    gone: list[Callable[[str | None], None]] = field(default_factory=list)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Have the house answer, or what is to be said instead."""
        assert to == HOME
        self.asked.append((to_text(payload), kind, timeout))
        if self.says:
            match self.says.pop(0):
                case Exception() as error:
                    raise error
                case None:
                    return None
                case text:
                    return from_text(text)
        try:
            handler = self.far.line.handlers[payload.tag]
            return await asyncio.create_task(
                _call(handler, Asked(FRIEND, kind, payload))
            )
        except StanzaError as err:
            error = RemoteError(err.condition, err.kind, err.text)
            error.children = err.children
            raise error from err

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        self.handlers.update(dict.fromkeys(tags, handler))
        return self.handlers.clear

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.gone.append(callback)
        return lambda: self.gone.remove(callback)

    def deliver(self, text: str, sender: str = HOME) -> None:
        """Have a message come."""
        message = from_text(text)
        self.handlers[message.tag](sender, message)


async def _call(handler: Callable[..., object], asked: Asked) -> Element | None:
    answer: Element | None = await handler(asked)  # type: ignore[misc]
    return answer


@dataclass
class Road(Line):
    """What the house sends by itself comes to the session."""

    session: Session | None = None

    def pass_on(self) -> None:
        """Deliver what was sent until now."""
        sent, self.sent = self.sent, []
        for to, text in sent:
            assert to
            assert self.session
            self.session.deliver(text)


@dataclass
class Talk:
    """A peer that is our own house."""

    far: Conversation
    session: Session
    peers: Peers
    peer: Peer
    road: Road

    @property
    def dialect(self) -> Dialect:
        """The dialect that is spoken."""
        return self.peer.dialect

    async def read(self, **more: object) -> list[Reading]:
        """Read the hall."""
        request = ReadRequest(
            id="", nodes=(HALL,), categories=frozenset({Category.MOMENTARY})
        )
        found: list[Reading] = []
        task = asyncio.create_task(self._collect(request, found))
        while not task.done():
            await asyncio.sleep(0)
            self.road.pass_on()
        await task
        return found

    async def _collect(self, request: ReadRequest, found: list[Reading]) -> None:
        async for readings in self.peer.read(request):
            found.extend(readings)

    async def partings(self) -> str:
        """Return the last thing that was said, when nothing more is."""
        for _ in range(10):
            await asyncio.sleep(0)
        return self.session.asked[-1][0]
