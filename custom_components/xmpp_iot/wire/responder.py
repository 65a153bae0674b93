"""Requests of others: found a handler for, worked on, answered.

Short answers leave at once. Long ones wait for their turn, in which their askers alternate, so that nobody
who asks for much keeps the answers of others waiting behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
import logging
from typing import Final

from .errors import (
    BadRequest,
    FeatureNotImplemented,
    InternalServerError,
    NoAnswer,
    NotConnected,
    ResourceConstraint,
    ServiceUnavailable,
    StanzaError,
)
from .model import Caller
from .outbox import Outbox
from .reader import Received
from .signals import Signal
from .stanzas import Kind, error_iq, iq
from .stream import Stream
from .work import Handlers, Work
from .xml import Element

_LOGGER = logging.getLogger(__name__)

SHORT: Final = 4_000  # characters of an answer that waits for no turn
PATIENCE: Final = 10.0  # seconds a long one waits for its turn; few askers wait longer


@dataclass(frozen=True, slots=True, kw_only=True)
class IqRequest:
    """A request of somebody who is admitted."""

    caller: Caller
    kind: Kind
    payload: Element
    id: str


TOO_LARGE: Final = ResourceConstraint(
    "The answer is too large; ask for child nodes or fewer nodes."
)
BUSY: Final = ResourceConstraint("The connection is busy; ask again later.")

type IqHandler = Callable[[IqRequest], Awaitable[Element | None]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom to answer, and in which session: in a later one nobody waits for it."""

    by: str  # full JID
    id: str
    epoch: int


class Responder:
    """Answers over `stream` with what handlers return, by `work`, which ends them.

    `admits` says of a full JID whether it is let in: who is not any more by then is told that nobody is
    here. `flush` returns when the server has read what was sent.
    """

    def __init__(
        self,
        stream: Stream,
        work: Work,
        admits: Callable[[str], bool],
        flush: Callable[[], Awaitable[None]],
    ) -> None:
        self._stream = stream
        self._work = work
        self._admits = admits
        self._outbox = Outbox(self._send, flush)
        self._handlers: Handlers[IqHandler] = Handlers()
        self.refused: Signal[Caller, str, StanzaError] = Signal()
        """Tells who was refused what, by its payload's tag, unless that is on record."""

    def handle(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Let `handler` answer requests whose payload has one of `tags`, until the returned function is called."""
        return self._handlers.add(tags, handler)

    def receive(self, received: Received, kind: Kind, caller: Caller) -> None:
        """Begin to answer the <iq/> of an admitted sender.

        Handlers run in the order in which their requests came, each up to where it first waits: nothing is
        awaited before the handler.
        """
        stanza = received.element
        asked = _Asked(caller.jid, stanza.get("id", ""), self._stream.epoch)
        try:
            handler = self._find(received, caller)
        except StanzaError as error:
            for payload in stanza[:1]:
                self.refused.fire(caller, payload.tag, error)
            self._reply(asked, error)
            return
        request = IqRequest(caller=caller, kind=kind, payload=stanza[0], id=asked.id)
        self._work.begin(caller.bare, partial(self._serve, asked, handler, request))

    def refuse(self, stanza: Element, sender: str, error: StanzaError) -> None:
        """Answer the <iq/> of an admitted sender with `error`."""
        asked = _Asked(sender, stanza.get("id", ""), self._stream.epoch)
        self._reply(asked, error)

    def _find(self, received: Received, caller: Caller) -> IqHandler:
        """Return who answers; StanzaError where nobody does."""
        if received.excessive:
            raise ResourceConstraint("The request has too many levels or elements.")
        if not len(received.element):
            raise BadRequest("The request has no payload.")
        if not self._work.has_room(caller.bare):
            raise ResourceConstraint("Too many requests are running.")
        if (handler := self._handlers.find(received.element[0].tag)) is None:
            raise FeatureNotImplemented
        return handler

    async def _serve(
        self, asked: _Asked, handler: IqHandler, request: IqRequest
    ) -> None:
        """Answer with what becomes of a request, in the step in which that is known."""
        if asked.epoch != self._stream.epoch:  # it has waited for its turn until now
            return
        try:
            text = await self._answer(asked, handler, request)
        except StanzaError as error:
            self._reply(asked, error)
        except Exception:
            _LOGGER.exception("A request of %s failed unexpectedly", asked.by)
            self._reply(asked, InternalServerError())
        else:
            if text is not None:
                self._reply(asked, text)

    async def _answer(
        self, asked: _Asked, handler: IqHandler, request: IqRequest
    ) -> str | None:
        """Return the answer to be sent now; None where there is none, or it is sent already."""
        if not self._admits(asked.by):
            raise ServiceUnavailable
        try:
            answer = await handler(request)
        except StanzaError as error:
            if not error.on_record:
                self.refused.fire(request.caller, request.payload.tag, error)
            raise
        text = _render(asked, answer)
        return text if len(text) <= SHORT else await self._post(asked, text)

    async def _post(self, asked: _Asked, text: str) -> str | None:
        """Send a long answer in its turn; return another one where it cannot be sent."""
        try:
            async with asyncio.timeout(PATIENCE):
                sent = await self._outbox.post(
                    asked.by, text, partial(self._may_have, asked)
                )
        except TimeoutError:
            return _render(asked, BUSY)
        except (NoAnswer, NotConnected) as error:
            _LOGGER.debug("There is no way to answer %s: %s", asked.by, error)
            return None
        if not sent:
            raise ServiceUnavailable
        return None

    def _may_have(self, asked: _Asked) -> bool:
        """Return whether who asked may have an answer, and waits for it."""
        return asked.epoch == self._stream.epoch and self._admits(asked.by)

    def _reply(self, asked: _Asked, answer: str | StanzaError) -> None:
        """Answer whoever is admitted still, if the session in which the request came is there."""
        if asked.epoch != self._stream.epoch or not self._stream.ready:
            _LOGGER.debug("There is no session any more to answer %s", asked.by)
            return
        if not self._admits(asked.by):
            answer = ServiceUnavailable()
        text = answer if isinstance(answer, str) else _render(asked, answer)
        # Errors may be long, too, and must not make the house lose its connection.
        if self._stream.busy and len(text) > SHORT:
            text = _render(asked, BUSY)
        self._send(asked.by, text)

    def _send(self, to: str, text: str) -> None:
        self._stream.send_stanza(text, still=partial(self._admits, to))


def _render(asked: _Asked, answer: Element | StanzaError | None) -> str:
    """Return the answer as a stanza; of one that is too large for any, only that."""
    try:
        if isinstance(answer, StanzaError):
            return error_iq(asked.id, asked.by, answer)
        return iq("result", asked.id, asked.by, answer)
    except ResourceConstraint:
        return error_iq(asked.id, asked.by, TOO_LARGE)
