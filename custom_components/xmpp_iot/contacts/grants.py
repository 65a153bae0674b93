"""The one gate: every request of another passes `Grants.decide`, and there is no second way in.

What a contact's grants mean is worked out ahead of time into an index of entity ids, so that a decision
costs a few look-ups however large the house is. The index follows the house, and the clock, by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .danger import async_is_dangerous
from .grant import Contact, Grant, Level
from .index import Clock, Indexer, Rows, View
from .passes import Pass, Passes
from .records import Records
from .watcher import HouseWatcher

__all__ = [
    "Contact",
    "Decision",
    "Grant",
    "Grants",
    "Level",
    "Permits",
    "Powers",
    "Verdict",
]

_NO_ENTITIES: Final = frozenset[str]()
_NOTHING: Final = View((), _NO_ENTITIES)
_NO_DATA: Final[Mapping[str, object]] = MappingProxyType({})

type Permits = Callable[[str, Level], bool]
"""Whether somebody may do something of that level to the entity with that id, now."""


type Powers = frozenset[tuple[Level, bool, bool]]
"""How far grants go: their levels, with what is dangerous or not, and whether the owner is asked."""


class Verdict(Enum):
    """What the gate says; every caller handles every one of them."""

    ALLOWED = "allowed"
    ASK = "ask"  # visible, and the owner is to be asked
    FORBIDDEN = "forbidden"  # visible, but not this
    INVISIBLE = "invisible"  # to this contact there is no such entity
    UNKNOWN = "unknown"  # not a contact: for them nobody is here


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, and by which grant."""

    verdict: Verdict
    grant: Grant | None = None  # that allows it, or that has the owner asked
    once: Pass | None = None  # what the owner said, where that allows it


class Grants:
    """The contacts, and the index of what each of them sees.

    A contact's view is every entity that its open grants mean, as far as it exists: with a state, or
    registered and enabled. Additions show after a moment (HouseWatcher); what is taken out of sight, by the
    clock or by a change of the house, is out of `decide` and `view` at once.
    """

    def __init__(self, hass: HomeAssistant, records: Records) -> None:
        """Know nobody, and admit nobody; uses are counted in `records`."""
        self._hass = hass
        self._records = records
        self._indexer = Indexer(hass)
        self._contacts: Mapping[str, Contact] = {}
        self._views: Mapping[str, View] = {}
        self._audiences: Mapping[frozenset[str], frozenset[str]] = MappingProxyType({})
        self._passes = Passes()
        self._listeners: list[Callable[[], None]] = []
        self._index_listeners: list[Callable[[], None]] = []
        self._clock = Clock(hass, self._async_index)
        self._watcher = HouseWatcher(
            hass,
            is_known=self._indexer.is_known,
            on_gone=self._indexer.remove,
            on_touch=self._touched,
            on_change=self._async_index,
        )

    @callback
    def async_start(self) -> None:
        """Make the index, and begin to follow the house."""
        self._watcher.async_start()
        self._clock.async_start()
        self._async_index()

    @callback
    def async_stop(self) -> None:
        """Stop following the house, leaving no listener and no timer."""
        self._watcher.async_stop()
        self._clock.async_stop()

    @callback
    def async_set_contacts(
        self, contacts: Iterable[Contact], never: Iterable[str] = ()
    ) -> None:
        """Have these contacts and no others, from now on; nobody sees entities of the domains in `never`."""
        self._indexer.never = frozenset(never)
        known = {contact.jid: contact for contact in contacts}
        self._passes.keep(known)
        self._async_index(known)

    @property
    def contacts(self) -> Iterable[Contact]:
        """All contacts."""
        return self._contacts.values()

    def admits(self, bare: str) -> bool:
        """Return whether `bare` is the bare JID of a contact."""
        return bare in self._contacts

    def contact(self, bare: str) -> Contact | None:
        """Return the contact with that bare JID."""
        return self._contacts.get(bare)

    def view(self, bare: str) -> frozenset[str]:
        """Return the ids of all entities that this contact sees."""
        # Usually the very same set, whose hash is known: it is a key to trees and feeds.
        return self._current(bare).entities

    def rights(self, bare: str) -> Rows:
        """Return a contact's open grants with what each means now; the very same while nothing changes."""
        return self._current(bare).rows

    def powers(self, bare: str) -> Powers:
        """Return how far a contact's open grants go, to whatever: what nodes look like depends on it."""
        rows = self._current(bare).rows
        return frozenset((one.level, one.dangerous, one.ask) for one, _ in rows)

    def means(self, bare: str, grant: Grant) -> frozenset[str]:
        """Return the entities a contact sees by one of its grants now; none while that is closed."""
        rows = self._current(bare).rows
        return next((seen for one, seen in rows if one.id == grant.id), _NO_ENTITIES)

    def uses_left(self, grant: Grant) -> int | None:
        """Return how often something may still be done by a grant; None: any number of times."""
        if grant.uses is None:
            return None
        return max(0, grant.uses - self._records.used(grant.id))

    @callback
    def decide(
        self,
        sender: str,
        what: Level,
        entity_id: str,
        action: str | None = None,
        data: Mapping[str, object] = _NO_DATA,
    ) -> Decision:
        """Say whether the sender, a bare JID, may do something of level `what` to an entity now.

        With an `action` of Home Assistant's also whether it may do that one, which may be a dangerous one; what
        the owner has allowed once is so with that `data` only.
        """
        if sender not in self._contacts:
            return Decision(Verdict.UNKNOWN)
        rows = [
            grant for grant, seen in self._current(sender).rows if entity_id in seen
        ]
        if not rows:
            return Decision(Verdict.INVISIBLE)
        dangerous = action is not None and async_is_dangerous(
            self._hass, entity_id, action
        )
        for grant in rows:
            if grant.allows(what, dangerous):
                return Decision(Verdict.ALLOWED, grant)
        asking = next((grant for grant in rows if grant.ask), None)
        if asking is None:
            return Decision(Verdict.FORBIDDEN)
        if (once := self._passes.find(sender, entity_id, action, data)) is not None:
            return Decision(Verdict.ALLOWED, asking, once)
        return Decision(Verdict.ASK, asking)

    async def spend(self, sender: str, decision: Decision) -> None:
        """Count that something is done by a decision; return when that will not be forgotten.

        Called right after the decision, before anything is done: what is begun counts, however it ends.
        """
        if decision.once is not None:
            self._passes.take(sender, decision.once)
            return
        grant = decision.grant
        if grant is None or grant.uses is None:
            return
        self._records.count_use(grant.id)
        if not self.uses_left(grant):
            self._async_index()
        await self._records.async_save()

    @callback
    def holds(self, sender: str, entity_id: str, decision: Decision) -> bool:
        """Return whether a decision to allow something holds still, but for what it has used up itself.

        To be asked after `spend`, which takes its time where uses are counted.
        """
        contact, grant = self._contacts.get(sender), decision.grant
        if contact is None or grant not in contact.grants:
            return False
        return grant.window.is_open(dt_util.utcnow()) and self._indexer.means(
            grant, entity_id
        )

    @callback
    def allow_once(
        self,
        sender: str,
        entity_id: str,
        action: str,
        data: Mapping[str, object] = _NO_DATA,
    ) -> None:
        """Let a contact do what it asked the owner for, once, and soon."""
        self._passes.add(sender, entity_id, action, data)

    def audiences(self) -> Mapping[frozenset[str], frozenset[str]]:
        """Return for each view that is not empty the bare JIDs of those who have exactly it.

        As of the last change of the index: an entity gone since then may still be in a view.
        """
        return self._audiences

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` after each change of the contacts or of a view; returns the end of it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_listen_index(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` whenever the index was made anew, be a view another or not; returns the end of it."""
        self._index_listeners.append(listener)
        return lambda: self._index_listeners.remove(listener)

    def _current(self, bare: str) -> View:
        """Return what a contact sees now, whatever has happened since the index was made."""
        if (contact := self._contacts.get(bare)) is None:
            return _NOTHING
        if not self._clock.is_valid():
            self._async_index()
        return self._indexer.narrowed(bare, contact, self._views[bare])

    @callback
    def _touched(self) -> None:
        """Take note that the house has changed: what is out of sight now is so before anything else happens."""
        if self._indexer.touch():
            self._clock.async_soon(self._narrow)

    @callback
    def _narrow(self) -> None:
        """Tell the listeners when somebody has lost something; what is gained can wait for the index."""
        # (where nothing is lost it is the very same set)
        if any(
            self._current(bare).entities is not view.entities
            for bare, view in self._views.items()
        ):
            self._tell()

    @callback
    def _async_index(self, contacts: Mapping[str, Contact] | None = None) -> None:
        """Work out every view anew, and tell the listeners when something is different."""
        contacts_before, before = self._contacts, self._views
        if contacts is not None:
            self._contacts = contacts
            self._records.keep_uses(
                frozenset(it.id for one in contacts.values() for it in one.grants)
            )
        now = dt_util.utcnow()
        self._views = self._indexer.views(self._contacts.values(), self._is_open(now))
        self._clock.async_set(
            now,
            (
                grant.window.next_change(now)
                for contact in self._contacts.values()
                for grant in contact.grants
            ),
        )
        for listener in tuple(self._index_listeners):
            listener()
        if contacts_before == self._contacts and _are_same(before, self._views):
            return
        audiences: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for jid, view in self._views.items():
            if view.entities:
                audiences[view.entities].add(jid)
        self._audiences = MappingProxyType(
            {view: frozenset(jids) for view, jids in audiences.items()}
        )
        self._tell()

    def _is_open(self, now: datetime) -> Callable[[Grant], bool]:
        return lambda grant: grant.window.is_open(now) and self.uses_left(grant) != 0

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _are_same(before: Mapping[str, View], now: Mapping[str, View]) -> bool:
    return before.keys() == now.keys() and all(
        view.is_same(now[bare]) for bare, view in before.items()
    )
