"""Presence of others: whose is told, whose is kept, and who asks for the house's (RFC 6121 sections 3 and 4)."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from slixmpp import JID

from .roster import Roster
from .signals import Signal


class Presences:
    """Takes <presence/> stanzas; `admits` says of whom it tells.

    `changed` says which full JID of somebody admitted is available or not, `requested` which bare JID asks
    for the house's presence, whoever it is.
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
        self.requested: Signal[str] = Signal()

    def receive(self, stanza: Element, sender: JID) -> None:
        """Take the <presence/> of somebody else."""
        match stanza.get("type"):
            case "subscribe":
                self.requested.fire(sender.bare)
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
