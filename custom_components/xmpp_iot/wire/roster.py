"""Who is in the account's roster, and with which resources they are online (RFC 6121)."""

from dataclasses import dataclass, field
import logging
from typing import Final
from xml.etree.ElementTree import Element

from slixmpp import JID, InvalidJID

from .xml import clark, element

ROSTER_QUERY: Final = clark("jabber:iq:roster", "query")
MAX_RESOURCES: Final = 100  # of one contact; a person has a handful

_LOGGER = logging.getLogger(__name__)
_ITEM: Final = clark("jabber:iq:roster", "item")
_GROUP: Final = clark("jabber:iq:roster", "group")
# Marks the items that the house made, in a word a person reads in a client's contact list.
HOUSE_GROUP: Final = "Home Assistant"
# Subscriptions of whoever lets the house see when they are there.
SHOWN: Final = frozenset({"to", "both"})
_SUBSCRIPTIONS: Final = frozenset({"none", "to", "from", "both"})


@dataclass(slots=True)
class Roster:
    """The roster as the server last said it, and the presence of its members."""

    subscriptions: dict[str, str] = field(default_factory=dict)
    befriended: set[str] = field(default_factory=set)
    """Those whom the house itself put here."""
    asked: set[str] = field(default_factory=set)
    """Those who were asked for their presence and have not answered."""
    _resources: dict[str, dict[str, None]] = field(default_factory=dict)

    def load(self, query: Element) -> None:
        """Take over the complete roster."""
        self.subscriptions.clear()
        self.befriended.clear()
        self.asked.clear()
        self.update(query)

    def update(self, query: Element) -> frozenset[str]:
        """Take over the items of a roster push (RFC 6121 section 2.1.6).

        Return those who let the house see their presence now, and did not before.
        """
        shown = self._shown()
        for item in query.iterfind(_ITEM):
            try:
                bare = JID(item.get("jid", "")).bare
            except InvalidJID:
                _LOGGER.debug("The roster has an item without a valid JID")
                continue
            subscription = item.get("subscription", "none")
            self.befriended.discard(bare)
            self.asked.discard(bare)
            if item.get("ask") == "subscribe":
                self.asked.add(bare)
            if subscription in _SUBSCRIPTIONS:
                self.subscriptions[bare] = subscription
                if any(group.text == HOUSE_GROUP for group in item.iterfind(_GROUP)):
                    self.befriended.add(bare)
            else:  # 'remove'
                self.subscriptions.pop(bare, None)
        return self._shown() - shown

    def _shown(self) -> frozenset[str]:
        """Return who lets the house see their presence."""
        return frozenset(
            bare for bare, kind in self.subscriptions.items() if kind in SHOWN
        )

    def arrived(self, bare: str, full: str) -> bool:
        """Note that a resource is available; False for one too many."""
        resources = self._resources.setdefault(bare, {})
        if full not in resources and len(resources) >= MAX_RESOURCES:
            return False
        resources[full] = None
        return True

    def left(self, bare: str, full: str) -> None:
        """Note that a resource is unavailable."""
        if (resources := self._resources.get(bare)) is not None:
            resources.pop(full, None)
            if not resources:
                del self._resources[bare]

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs of the resources known to be available."""
        return tuple(self._resources.get(bare, ()))

    def nobody(self) -> None:
        """Forget all presence: a new session is told anew."""
        self._resources.clear()


def befriending(jid: str, name: str) -> Element:
    """Return the payload that puts somebody into the roster, marked as the house's doing."""
    group = element(_GROUP, text=HOUSE_GROUP)
    return element(ROSTER_QUERY, {}, element(_ITEM, {"jid": jid, "name": name}, group))


def removal(jid: str) -> Element:
    """Return the payload that takes somebody out of the roster, with both subscriptions."""
    item = element(_ITEM, {"jid": jid, "subscription": "remove"})
    return element(ROSTER_QUERY, {}, item)
