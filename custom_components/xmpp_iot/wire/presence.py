"""Presence of others: whose is told, whose is kept, and who asks for the house's (RFC 6121 sections 3 and 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
import unicodedata
from xml.etree.ElementTree import Element

from slixmpp import JID

from .roster import Roster
from .signals import Signal
from .stanzas import CLIENT
from .xml import clark

PREAUTH: Final = "urn:xmpp:pars:0"
MAX_MESSAGE: Final = 300  # characters
MAX_NICKNAME: Final = 60  # characters
MAX_TOKEN: Final = 128  # characters

_STATUS: Final = clark(CLIENT, "status")
_NICK: Final = clark("http://jabber.org/protocol/nick", "nick")
_PREAUTH: Final = clark(PREAUTH, "preauth")
# Zero-width (non-)joiners hold together emojis, and words of some languages.
_JOINERS: Final = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRequest:
    """Somebody's wish to see the house's presence, and what they say of themselves with it.

    Everything but `bare` is as they wrote it, each on one line without control characters.
    """

    bare: str
    message: str = ""
    """The status text that came along (RFC 6121 section 3.1.2), at most 300 characters."""
    nickname: str = ""
    """Their nickname (XEP-0172), at most 60 characters."""
    token: str | None = None
    """What an invitation gave them to prove it (XEP-0379), as it is; None without, or where it is too long."""

    @classmethod
    def parse(cls, stanza: Element, bare: str) -> SubscriptionRequest:
        """Return what a <presence/> of type subscribe says."""
        preauth = stanza.find(_PREAUTH)
        token = "" if preauth is None else preauth.get("token", "")
        return cls(
            bare=bare,
            message=_on_one_line(stanza.findtext(_STATUS, ""), MAX_MESSAGE),
            nickname=_on_one_line(stanza.findtext(_NICK, ""), MAX_NICKNAME),
            token=token if 0 < len(token) <= MAX_TOKEN else None,
        )


def _on_one_line(text: str, most: int) -> str:
    """Return text of a stranger fit to be shown: nothing in it breaks a line, hides, or turns it round."""
    words = " ".join(text[: 4 * most].split())
    return "".join(filter(_is_shown, words))[:most].strip()


def _is_shown(character: str) -> bool:
    return character in _JOINERS or not unicodedata.category(character).startswith("C")


class Presences:
    """Takes <presence/> stanzas; `admits` says of whom it tells.

    `changed` says which full JID of somebody admitted is available or not, `requested` who asks for the
    house's presence, whoever it is.
    """

    def __init__(
        self,
        roster: Roster,
        admits: Callable[[str], bool],
        gone: Callable[[str], None],
    ) -> None:
        """Keep in `roster` who is there; tell `gone` the full JID of an admitted contact that is not any more."""
        self._roster = roster
        self._admits = admits
        self._gone = gone
        self.changed: Signal[str, bool] = Signal()
        self.requested: Signal[SubscriptionRequest] = Signal()

    def receive(self, stanza: Element, sender: JID) -> None:
        """Take the <presence/> of somebody else."""
        match stanza.get("type"):
            case "subscribe":
                self.requested.fire(SubscriptionRequest.parse(stanza, sender.bare))
            case None:
                self._note(sender, available=True)
            case "unavailable":
                self._note(sender, available=False)

    def _note(self, sender: JID, *, available: bool) -> None:
        """Note the presence of a resource; servers answer for bare JIDs too, which says nothing."""
        admitted = self._admits(sender.bare)
        # Those in the roster may be admitted later, and are not told about again then.
        known = admitted or sender.bare in self._roster.subscriptions
        if not known or not sender.resource:
            return
        if available:
            if not self._roster.arrived(sender.bare, sender.full):
                return
        else:
            self._roster.left(sender.bare, sender.full)
        if not admitted:
            return
        self.changed.fire(sender.full, available)
        if not available:
            self._gone(sender.full)
