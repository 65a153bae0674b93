"""What people say to the house in words, and what it says to them: instant messages (RFC 6121 section 5).

Somebody who is heard here is let do nothing by that: it is a way to answer the house, not one to ask it.
Quick responses (XEP-0439) let a client show the answers as buttons.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
import logging
from typing import Final, Protocol

from slixmpp import JID

from .reader import Received
from .signals import Signal
from .stanzas import CLIENT, message, render
from .xml import Element, clark, element, split_tag

_LOGGER = logging.getLogger(__name__)

BODY: Final = clark(CLIENT, "body")
QUICK_RESPONSE: Final = clark("urn:xmpp:tmp:quick-response", "response")
UNSTYLED: Final = clark("urn:xmpp:styling:0", "unstyled")

_SECOND_HAND: Final = frozenset(
    {
        "urn:xmpp:carbons:2",  # XEP-0280
        "urn:xmpp:forward:0",  # XEP-0297
        "urn:xmpp:mam:2",  # XEP-0313
    }
)
"""Namespaces of what tells that a message is a copy: not said to the house, or at another time.

A delay alone (XEP-0203) tells no such thing: a server adds it to what it sends again after a resume, too.
Whoever listens has to know until when an answer counts.
"""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that somebody can tap: what is said by that, and what the button says."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody, a bare JID, has said to the house."""

    bare: str
    text: str


class Writer(Protocol):
    """What this module needs of `stream.Stream`."""

    def send_stanza(self, text: str, *, still: Callable[[], bool]) -> None:
        """Write a stanza, and after a resume only where `still` says so; NotConnected without session."""


type Hears = Callable[[str], bool]


class Chats:
    """Conversations with those whom somebody wants to hear; anybody else's words are not even read."""

    def __init__(self, house: str, stream: Writer) -> None:
        """Hear nobody yet; `house` is the account's bare JID."""
        self._house = house
        self._stream = stream
        self._hears: Hears | None = None
        self._heard: Signal[Said] = Signal()
        self._away: set[str] = set()  # whom nothing reaches, which was said already

    def handle(
        self, hears: Hears, handler: Callable[[Said], None]
    ) -> Callable[[], None]:
        """Call `handler` with what those say of whom `hears` says so, until the returned function is called.

        ValueError where somebody listens already.
        """
        if self._hears is not None:
            raise ValueError("Somebody listens to what is said already.")
        self._hears = hears
        end = self._heard.add(handler)

        def off() -> None:
            end()
            self._hears = None

        return off

    def hears(self, bare: str) -> bool:
        """Return whether anybody wants to hear what a bare JID says."""
        return self._hears is not None and bare != self._house and self._hears(bare)

    def send(
        self,
        to: str,
        text: str,
        responses: Iterable[Response] = (),
        *,
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        """Say something to a bare JID that is heard, with answers to be tapped.

        NotConnected without session. After a resume it is said again only to who is heard yet, and only
        where `still` says so.
        """
        stanza = message(to, "chat", words(text, responses))
        self._stream.send_stanza(stanza, still=lambda: self.hears(to) and still())

    def receive(self, received: Received, sender: JID) -> None:
        """Take a <message/>: what counts as said goes to who wants to hear it."""
        if received.excessive or not self.hears(sender.bare):
            return
        stanza = received.element
        if stanza.get("type") == "error":
            self._returned(sender.bare)
        elif sender.resource and (text := spoken(stanza)) is not None:
            self._away.discard(sender.bare)
            self._heard.fire(Said(sender.bare, text))

    def _returned(self, bare: str) -> None:
        if bare not in self._away:
            self._away.add(bare)
            _LOGGER.warning("What %s is told by chat comes back", bare)


def words(text: str, responses: Iterable[Response] = ()) -> str:
    """Return the content of a message that says `text`, with answers to be tapped (XEP-0439 section 3).

    It is shown as it is: a name in it makes nothing bold, and no quotation (XEP-0393, on disabling styling).
    """
    buttons = (
        element(QUICK_RESPONSE, {"value": one.value, "label": one.label})
        for one in responses
    )
    return "".join(map(render, (element(BODY, text=text), element(UNSTYLED), *buttons)))


def spoken(stanza: Element) -> str | None:
    """Return the words of a chat <message/> that its sender has said to the house itself; else None."""
    if stanza.get("type") != "chat":
        return None
    if any(split_tag(child.tag)[0] in _SECOND_HAND for child in stanza):
        return None
    return stanza.findtext(BODY)
