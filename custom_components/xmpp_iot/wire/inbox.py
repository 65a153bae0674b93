"""Messages of others: found a handler for, worked on, answered by nobody."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
import logging
from typing import Final

from .errors import BadRequest, StanzaError
from .model import Caller
from .reader import Received
from .signals import Signal
from .work import Handlers, Work
from .xml import XML_LANG, Element, clark, instant

_LOGGER = logging.getLogger(__name__)

_MESSAGE: Final = clark("jabber:client", "message")
_DELAY: Final = clark("urn:xmpp:delay", "delay")


@dataclass(frozen=True, slots=True)
class MessageNotice:
    """A message of somebody who is admitted."""

    caller: Caller
    payload: Element


type ReplyHandler = Callable[[str, Element], None]
type MessageHandler = Callable[[MessageNotice], Awaitable[None]]


class Inbox:
    """Hands messages to handlers, by `work`, which ends them."""

    def __init__(self, bounced: Callable[[str], None], work: Work) -> None:
        """Tell `bounced` the full JID a message of ours came back from."""
        self._bounced = bounced
        self._work = work
        self._handlers: Handlers[MessageHandler] = Handlers()
        self._replies: Handlers[ReplyHandler] = Handlers()
        self._talkative: set[str] = set()  # contacts of whom it was said already
        self._broken: set[str] = set()  # tags whose handlers failed already
        self.refused: Signal[Caller, str, StanzaError] = Signal()
        """Tells who was refused what, by its payload's tag, unless that is on record."""

    def handle(
        self, tags: Iterable[str], handler: MessageHandler
    ) -> Callable[[], None]:
        """Let `handler` have messages with a child of one of `tags`, until the returned function is called."""
        return self._handlers.add(tags, handler)

    def handle_reply(
        self, tags: Iterable[str], handler: ReplyHandler
    ) -> Callable[[], None]:
        """Let `handler` have what anybody says under one of `tags`, until the returned function is called."""
        return self._replies.add(tags, handler)

    def is_reply(self, received: Received) -> bool:
        """Return whether a stanza is a message of which somebody handles what is said in reply."""
        return self._reply(received) is not None

    def receive_reply(self, received: Received, sender: str) -> bool:
        """Hand a message to whoever handles replies of its kind, and return whether there was somebody."""
        if (reply := self._reply(received)) is None:
            return False
        handler, payload = reply
        try:
            handler(sender, payload)
        except Exception as error:  # noqa: BLE001 (it would end the connection)
            self._failed(sender, payload.tag, error)
        return True

    def _reply(self, received: Received) -> tuple[ReplyHandler, Element] | None:
        stanza = received.element
        if (
            stanza.tag != _MESSAGE
            or received.excessive
            or stanza.get("type") in {"error", "groupchat"}
        ):
            return None
        for payload in stanza:
            if (handler := self._replies.find(payload.tag)) is not None:
                return handler, payload
        return None

    def receive(self, received: Received, sender: str, received_at: datetime) -> None:
        """Begin to work on the <message/> of an admitted sender, which was sent at `received_at` or before."""
        stanza = received.element
        if received.excessive:
            _LOGGER.debug("A message of %s is too complex to be read", sender)
            return
        match stanza.get("type"):
            case "error":
                if "/" in sender:
                    self._bounced(sender)
            case "groupchat":
                pass  # the house is in no room
            case _:
                self._take(stanza, sender, received_at)

    def _take(self, stanza: Element, sender: str, received_at: datetime) -> None:
        for payload in stanza:
            if (handler := self._handlers.find(payload.tag)) is not None:
                break
        else:
            return
        try:
            sent_at = _sent_at(stanza, received_at)
        except BadRequest as error:
            # How old it is cannot be known, so nothing is done.
            _LOGGER.debug("A message of %s has no valid stamp: %s", sender, error)
            return
        language = stanza.get(XML_LANG)
        caller = Caller(jid=sender, language=language, sent_at=sent_at)
        if not self._work.has_room(caller.bare):
            self._drop(caller)
            return
        notice = MessageNotice(caller, payload)
        self._work.begin(caller.bare, partial(self._hand, handler, notice))

    def _drop(self, caller: Caller) -> None:
        if caller.bare not in self._talkative:
            self._talkative.add(caller.bare)
            _LOGGER.warning(
                "%s sends more messages than the house can work on; some are dropped",
                caller.jid,
            )

    async def _hand(self, handler: MessageHandler, notice: MessageNotice) -> None:
        """Hand over a message, and note what went wrong; nobody is told, for messages have no answers."""
        caller, tag = notice.caller, notice.payload.tag
        try:
            await handler(notice)
        except StanzaError as error:
            _LOGGER.debug(
                "A message of %s is refused: %s %s",
                caller.jid,
                error.condition,
                error.text,
            )
            if not error.on_record:
                self.refused.fire(caller, tag, error)
        except Exception as error:  # noqa: BLE001 (it is ours)
            self._failed(caller.jid, tag, error)

    def _failed(self, sender: str, tag: str, error: BaseException) -> None:
        """Log a failure of ours, once for each kind of message."""
        level = logging.DEBUG if tag in self._broken else logging.ERROR
        self._broken.add(tag)
        _LOGGER.log(
            level, "A message of %s failed unexpectedly", sender, exc_info=error
        )


def _sent_at(stanza: Element, received_at: datetime) -> datetime:
    """Return the earliest moment that `stanza` may have been sent.

    A stamp (XEP-0203) can make it older, never newer: anybody can write one. BadRequest for one that is no
    time.
    """
    stamps = (instant(delay, "stamp") for delay in stanza.iterfind(_DELAY))
    return min([received_at, *(stamp for stamp in stamps if stamp is not None)])
