"""A provisioning server at the other end of a session, over the real codecs: no network between them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

from custom_components.xmpp_iot.contacts.opinion import SecondOpinion
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.disco import INFO, INFO_QUERY
from custom_components.xmpp_iot.wire.inbox import MessageHandler, MessageNotice
from custom_components.xmpp_iot.wire.model import Caller, Category, NodeRef, ReadRequest
from custom_components.xmpp_iot.wire.provisioning import decode_question, encode_ruling
from custom_components.xmpp_iot.wire.provisioning_model import DENIED, Question, Ruling
from custom_components.xmpp_iot.wire.responder import IqHandler, IqRequest
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import (
    Element,
    clark,
    element,
    from_text,
    to_text,
)
from homeassistant.util import dt as dt_util

SERVER = "provisioning.example.org"
BOB, EVE = "bob@example.net", "eve@example.net"
HALL, DESK = NodeRef("sensor.hall", "entities"), NodeRef("light.desk", "entities")
MOMENTARY = frozenset({Category.MOMENTARY})
REQUEST = ReadRequest(
    id="7", nodes=(HALL, DESK), fields=frozenset({"a", "b"}), categories=MOMENTARY
)
YES = Ruling(allowed=True)


@dataclass
class Arbiter:
    """A session with a provisioning server (implements OpinionSession), which rules as `rule` does."""

    dialect: Dialect = FAMILIES[0]
    rule: Callable[[Question], Ruling] = lambda _: DENIED
    connected: bool = True
    failure: Exception | None = None
    """What becomes of questions instead of an answer."""
    features: tuple[str, ...] | None = None
    answer: Element | None = None
    """What is answered instead of a ruling."""
    silent: asyncio.Event | None = None
    """Until when nothing is answered."""
    online: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    iqs: dict[str, IqHandler] = field(default_factory=dict)
    messages: dict[str, MessageHandler] = field(default_factory=dict)
    onlines: list[Callable[[bool], None]] = field(default_factory=list)
    presences: list[Callable[[str, bool], None]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Answer, or fail."""
        assert kind == "get"
        assert to is not None
        self.reached.append(to)
        self.heard.set()
        if self.silent is not None:
            await self.silent.wait()
        if self.failure is not None:
            raise self.failure
        if payload.tag == INFO_QUERY:
            spoken = self.features
            if spoken is None:
                spoken = (self.dialect.provisioning,)
            found = (element(clark(INFO, "feature"), {"var": one}) for one in spoken)
            return element(INFO_QUERY, {}, *found)
        question = decode_question(from_text(to_text(payload)), self.dialect)
        self.asked.append(question)
        if self.answer is not None:
            return self.answer
        answer = encode_ruling(question, self.rule(question), self.dialect)
        return from_text(to_text(answer))

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return who is online."""
        return self.online.get(bare, ())

    def handle_iq(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        return _kept(self.iqs, tuple(tags), handler)

    def handle_message(
        self, tags: Iterable[str], handler: MessageHandler
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        return _kept(self.messages, tuple(tags), handler)

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.onlines.append(callback)
        return lambda: self.onlines.remove(callback)

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.presences.append(callback)
        return lambda: self.presences.remove(callback)

    def appears(self, jid: str, *, available: bool = True) -> None:
        """Have somebody come, or go."""
        for callback in tuple(self.presences):
            callback(jid, available)

    def comes_online(self, *, resumed: bool) -> None:
        """Have the session be up."""
        for callback in tuple(self.onlines):
            callback(resumed)

    async def push(
        self, text: str, *, kind: Literal["get", "set"] = "set", sender: str = SERVER
    ) -> Element | None:
        """Say something in an IQ; return the answer."""
        payload = from_text(text)
        caller = Caller(jid=sender, sent_at=dt_util.utcnow())
        request = IqRequest(caller=caller, kind=kind, payload=payload, id="p")
        return await self.iqs[payload.tag](request)

    async def tell(self, text: str, *, sender: str = SERVER) -> None:
        """Say something in a message."""
        payload = from_text(text)
        caller = Caller(jid=sender, sent_at=dt_util.utcnow())
        await self.messages[payload.tag](MessageNotice(caller, payload))


def _kept[Handler](
    handlers: dict[str, Handler], tags: tuple[str, ...], handler: Handler
) -> Callable[[], None]:
    handlers.update(dict.fromkeys(tags, handler))

    def remove() -> None:
        for tag in tags:
            del handlers[tag]

    return remove


class Heard(SecondOpinion):
    """A second opinion that notes what it tells others."""

    def __init__(self, session: Arbiter) -> None:
        """Note everything."""
        self.noted: list[tuple[str | None, ...]] = []
        super().__init__(
            session,
            source="entities",
            on_trouble=lambda server, why: self.noted.append((server, why)),
            on_friend=lambda jid: self.noted.append(("friend", jid)),
            on_unfriend=lambda jid: self.noted.append(("unfriend", jid)),
        )
