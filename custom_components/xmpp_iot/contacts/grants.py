"""The one gate: every request of another passes `Grants.decide`, and there is no second way in.

What a contact's grant means is worked out ahead of time into an index of entity ids, so that a decision
costs two look-ups however large the house is. The index follows the house by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..const import CONF_ALL_ENTITIES, CONF_JID, CONF_LEVEL, CONF_NICKNAME, CONF_TARGET
from .targets import async_resolve, async_shareable
from .watcher import HouseWatcher

_NOTHING: Final[frozenset[str]] = frozenset()


class Level(StrEnum):
    """How far a grant goes; each level includes the ones before it."""

    READ = "read"
    CONTROL = "control"
    COMMAND = "command"

    def allows(self, what: Level) -> bool:
        """Return whether somebody with this level may do something of level `what`."""
        return _RANK[what] <= _RANK[self]


_RANK: Final = {level: rank for rank, level in enumerate(Level)}


type Permits = Callable[[str, Level], bool]
"""Whether somebody may do something of that level to the entity with that id, now."""


class Verdict(Enum):
    """What the gate says; every caller handles every one of them."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"  # visible, but not this
    INVISIBLE = "invisible"  # to this contact there is no such entity
    UNKNOWN = "unknown"  # not a contact: for them nobody is here


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody with a grant."""

    jid: str  # bare
    name: str
    level: Level
    target: Mapping[str, Any]  # as the target selector gives it, or pinned (targets.py)
    all_entities: bool = False  # then the target says nothing

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Return the contact that a subentry of type `contact` describes."""
        data = subentry.data
        return cls(
            jid=data[CONF_JID],
            name=data.get(CONF_NICKNAME) or data[CONF_JID],
            level=Level(data[CONF_LEVEL]),
            target=MappingProxyType(dict(data.get(CONF_TARGET, {}))),
            all_entities=data.get(CONF_ALL_ENTITIES, False),
        )


class Grants:
    """The contacts, and the index of what each of them sees.

    A contact's view is every entity its target means, as far as it exists: with a state, or registered
    and enabled. Additions show after a moment (HouseWatcher); an entity that is removed, disabled or
    renamed is out of `decide` and `view` at once.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nobody, and admit nobody."""
        self._hass = hass
        self._contacts: Mapping[str, Contact] = {}
        self._views: Mapping[str, frozenset[str]] = {}
        self._audiences: Mapping[frozenset[str], frozenset[str]] = MappingProxyType({})
        self._shareable = _NOTHING
        self._gone: set[str] = set()  # since the index was made
        self._listeners: list[Callable[[], None]] = []
        self._watcher = HouseWatcher(
            hass,
            is_known=lambda entity_id: (
                entity_id in self._shareable and entity_id not in self._gone
            ),
            on_gone=self._gone.add,
            on_change=self._async_index,
        )

    @callback
    def async_start(self) -> None:
        """Make the index, and begin to follow the house."""
        self._watcher.async_start()
        self._async_index()

    @callback
    def async_stop(self) -> None:
        """Stop following the house, leaving no listener and no timer."""
        self._watcher.async_stop()

    @callback
    def async_set_contacts(self, contacts: Iterable[Contact]) -> None:
        """Have these contacts and no others, from now on."""
        self._async_index({contact.jid: contact for contact in contacts})

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
        view = self._views.get(bare, _NOTHING)
        # Usually the very same set, whose hash is known: it is a key to trees and feeds.
        return view - self._gone if self._gone else view

    @callback
    def decide(self, sender: str, what: Level, entity_id: str) -> Verdict:
        """Say whether the sender, a bare JID, may do something of level `what` to an entity."""
        if (contact := self._contacts.get(sender)) is None:
            return Verdict.UNKNOWN
        if entity_id not in self._views[sender] or entity_id in self._gone:
            return Verdict.INVISIBLE
        if not contact.level.allows(what):
            return Verdict.FORBIDDEN
        return Verdict.ALLOWED

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
    def _async_index(self, contacts: Mapping[str, Contact] | None = None) -> None:
        """Work out every view anew, and tell the listeners when something is different."""
        before = (self._contacts, self._views)
        if contacts is not None:
            self._contacts = contacts
        self._shareable = async_shareable(self._hass)
        self._gone.clear()
        self._views = {jid: self._seen_by(it) for jid, it in self._contacts.items()}
        if before == (self._contacts, self._views):
            return
        audiences: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for jid, view in self._views.items():
            if view:
                audiences[view].add(jid)
        self._audiences = MappingProxyType(
            {view: frozenset(jids) for view, jids in audiences.items()}
        )
        for listener in tuple(self._listeners):
            listener()

    @callback
    def _seen_by(self, contact: Contact) -> frozenset[str]:
        """Return what the contact's target means now."""
        if contact.all_entities:
            return self._shareable
        return async_resolve(self._hass, contact.target) & self._shareable
