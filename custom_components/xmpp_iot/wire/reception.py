"""The front door: who is who, and who works on what comes in. Nothing of a stranger gets beyond this module."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from slixmpp import JID

from .capabilities import Capabilities
from .chat import Chats
from .gate import Gate
from .guard import TOO_MUCH, Guard
from .inbox import Inbox
from .model import Caller
from .presence import Presences
from .reader import Received
from .requests import Requests
from .responder import Responder
from .roster import Roster
from .stanzas import CLIENT
from .strangers import Strangers
from .xml import XML_LANG, clark


class Tag:
    """The tags of stanzas."""

    IQ = clark(CLIENT, "iq")
    MESSAGE = clark(CLIENT, "message")
    PRESENCE = clark(CLIENT, "presence")


@dataclass(slots=True)
class Company:
    """Who is who for an account: its own side, those whom it admits, and those whom it follows."""

    bare: str
    domain: str
    admits: Callable[[str], bool]
    follows: Callable[[str], bool]

    def is_own(self, sender: JID) -> bool:
        """Return whether it is the account itself, or its server."""
        return sender.bare in {self.bare, self.domain}

    def is_known(self, bare: str) -> bool:
        """Return whether somebody's presence is of interest."""
        return self.admits(bare) or self.follows(bare)

    def is_admitted(self, sender: JID) -> bool:
        """Return whether somebody gets more than the answer of an empty place."""
        return self.is_own(sender) or self.admits(sender.bare)


@dataclass(slots=True, kw_only=True)
class Reception:
    """Hands each stanza to who works on it, if it is not too much of its sender.

    `sent_at` says since when a stanza that arrives now may have been under way.
    """

    company: Company
    guard: Guard
    gate: Gate
    requests: Requests
    responder: Responder
    inbox: Inbox
    chats: Chats
    roster: Roster
    presences: Presences
    capabilities: Capabilities
    sent_at: Callable[[], datetime]
    give_way: Callable[[], None]
    """Called after what others are told of: requests that come later are not begun before that."""
    strangers: Strangers = field(default_factory=Strangers)

    def receive(self, received: Received, sender: JID) -> None:
        """Take a stanza of a session."""
        if not (self._is_expected(received, sender) or self.guard.lets_in(sender)):
            self._turn_away(received, sender)
            return
        match received.element.tag:
            case Tag.IQ:
                self._receive_iq(received, sender)
            case Tag.MESSAGE:
                self._receive_message(received, sender)
            case Tag.PRESENCE:
                self._receive_presence(received, sender)

    def _is_expected(self, received: Received, sender: JID) -> bool:
        """Return whether it is the server's, or what the house has asked for: no limit is for these."""
        if self.company.is_own(sender):
            return True
        if received.element.get("type") in {"result", "error"}:
            return self.requests.expects(received.element, sender.full)
        if not self.inbox.is_reply(received):
            return False
        if self.company.follows(sender.bare):
            return True
        # A service that the house has asked for events; a contact has no reason to send any.
        asked = self.requests.has_asked(sender.bare)
        return asked and not self.company.admits(sender.bare)

    def _turn_away(self, received: Received, sender: JID) -> None:
        """Drop what is too much; who asks is told so now and then, and a stranger that nobody is here."""
        stanza = received.element
        if stanza.tag != Tag.IQ or stanza.get("type") not in {"get", "set"}:
            return
        if not self.guard.may_answer(sender):
            return
        if self.company.is_admitted(sender):
            self.responder.refuse(stanza, sender.full, TOO_MUCH)
        else:
            self.gate.refuse(stanza, sender.full)

    def _receive_iq(self, received: Received, sender: JID) -> None:
        stanza = received.element
        match stanza.get("type"):
            case "result" | "error":
                if not received.excessive:
                    self.requests.settle(stanza, sender.full)
                    self.give_way()
            case "get" | "set" as kind:
                if not self.company.is_admitted(sender):
                    self.gate.refuse(stanza, sender.full)
                    self.strangers.note(sender.bare)
                    return
                caller = Caller(
                    jid=sender.full,
                    language=stanza.get(XML_LANG),
                    sent_at=self.sent_at(),
                )
                self.responder.receive(received, kind, caller)

    def _receive_message(self, received: Received, sender: JID) -> None:
        if self.inbox.receive_reply(received, sender.full):
            return
        self.chats.receive(received, sender)
        if self.company.is_admitted(sender):
            self.inbox.receive(received, sender.full, self.sent_at())
        self.give_way()

    def _receive_presence(self, received: Received, sender: JID) -> None:
        if not self.company.is_own(sender):
            self.presences.receive(received.element, sender)
            there = sender.full in self.roster.resources(sender.bare)
            self.capabilities.note(sender.full, received.element, there)
            self.give_way()
