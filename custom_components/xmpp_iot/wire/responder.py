"""Requests of others: found a handler for, worked on, answered."""

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
    ResourceConstraint,
    ServiceUnavailable,
    StanzaError,
)
from .model import Caller
from .reader import Received
from .stanzas import Kind, error_iq, iq
from .stream import Stream
from .work import Handlers, Work
from .xml import Element

_LOGGER = logging.getLogger(__name__)

MAX_RUNNING: Final = 256  # requests of one contact at a time
SHORT: Final = 4_000  # characters of an answer that is sent in any case


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

    by: Caller
    id: str
    epoch: int


class Responder:
    """Answers over `stream` with what handlers return; each request is a task, and none outlives `close`.

    Who is not admitted any more by then is told that nobody is here.
    """

    def __init__(self, stream: Stream, admits: Callable[[Caller], bool]) -> None:
        self._stream = stream
        self._admits = admits
        self._handlers: Handlers[IqHandler] = Handlers()
        self._work: Work[Element | None] = Work()

    def handle(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Let `handler` answer requests whose payload has one of `tags`, until the returned function is called."""
        return self._handlers.add(tags, handler)

    async def close(self) -> None:
        """Stop working on requests."""
        await self._work.close()

    def receive(self, received: Received, kind: Kind, caller: Caller) -> None:
        """Begin to answer the <iq/> of an admitted sender.

        Handlers run in the order in which their requests came, each up to where it first waits: nothing is
        awaited before the handler.
        """
        stanza = received.element
        asked = _Asked(caller, stanza.get("id", ""), self._stream.epoch)
        try:
            handler = self._find(received, caller)
        except StanzaError as error:
            self._reply(asked, error)
            return
        request = IqRequest(caller=caller, kind=kind, payload=stanza[0], id=asked.id)
        self._work.begin(
            caller.bare, _call(handler, request), partial(self._served, asked)
        )

    def _find(self, received: Received, caller: Caller) -> IqHandler:
        """Return who answers; StanzaError where nobody does."""
        if received.excessive:
            raise ResourceConstraint("The request has too many levels or elements.")
        if not len(received.element):
            raise BadRequest("The request has no payload.")
        if self._work.running(caller.bare) >= MAX_RUNNING:
            raise ResourceConstraint("Too many requests are running.")
        if (handler := self._handlers.find(received.element[0].tag)) is None:
            raise FeatureNotImplemented
        return handler

    def _served(self, asked: _Asked, task: asyncio.Task[Element | None]) -> None:
        """Answer with what became of `task`."""
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, StanzaError):
            _LOGGER.error(
                "A request of %s failed unexpectedly", asked.by.jid, exc_info=error
            )
            error = InternalServerError()
        if not self._admits(asked.by):
            error = ServiceUnavailable()
        self._reply(asked, task.result() if error is None else error)

    def _reply(self, asked: _Asked, answer: Element | StanzaError | None) -> None:
        """Answer, if the session in which the request came is still there."""
        if asked.epoch != self._stream.epoch or not self._stream.ready:
            _LOGGER.debug("There is no session any more to answer %s", asked.by.jid)
            return
        try:
            text = _render(asked, answer)
        except ResourceConstraint:
            text = _render(asked, TOO_LARGE)
        # Answers cannot wait, and a contact that asks for many must not make the house lose its connection.
        if self._stream.busy and len(text) > SHORT:
            text = _render(asked, BUSY)
        self._stream.send_stanza(text, still=partial(self._admits, asked.by))


def _render(asked: _Asked, answer: Element | StanzaError | None) -> str:
    if isinstance(answer, StanzaError):
        return error_iq(asked.id, asked.by.jid, answer)
    return iq("result", asked.id, asked.by.jid, answer)


async def _call(handler: IqHandler, request: IqRequest) -> Element | None:
    return await handler(request)
