"""Which entities the grants of all contacts mean, kept right between one look at the whole house and the next."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .grant import Contact, Grant
from .targets import Parts, async_resolve, async_shareable

type Rows = tuple[tuple[Grant, frozenset[str]], ...]

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """What a contact sees: by each open grant, and by all of them together."""

    rows: Rows
    entities: frozenset[str]

    def is_same(self, other: View) -> bool:
        """Return whether nothing is another, told by which sets they are (as `Indexer.views` keeps them)."""
        return self.entities is other.entities and self.rows == other.rows

    @classmethod
    def of(cls, rows: Rows) -> View:
        """Return the view that these rows make."""
        if len(rows) == 1:
            return cls(rows, rows[0][1])  # the very same set: its hash is known
        return cls(rows, frozenset().union(*(seen for _, seen in rows)))


class Indexer:
    """Works out views: completely when the house has settled, and what was lost at any time."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know of no entity; `never` are domains that nobody sees."""
        self._hass = hass
        self.never: frozenset[str] = frozenset()
        self._shareable: frozenset[str] = frozenset()
        self._gone: set[str] = set()  # since the index was made
        self._touches = 0  # of the house, since then
        self._narrowed: dict[str, tuple[tuple[int, int], View]] = {}
        self._left: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._left_version = (0, 0)
        self._meanings: dict[
            str, frozenset[str]
        ] = {}  # by target, until the next touch
        self._parts: Parts = {}  # as long
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def is_known(self, entity_id: str) -> bool:
        """Return whether the index has an entity as one that can be seen."""
        return entity_id in self._shareable and entity_id not in self._gone

    @callback
    def remove(self, entity_id: str) -> None:
        """Let nobody see an entity from now on."""
        self._gone.add(entity_id)

    @callback
    def touch(self) -> bool:
        """Trust no target's meaning until the next index; return whether it was trusted before."""
        self._touches += 1
        self._meanings.clear()
        self._parts.clear()
        return self._touches == 1

    @callback
    def views(
        self, contacts: Iterable[Contact], is_open: Callable[[Grant], bool]
    ) -> Mapping[str, View]:
        """Return what each contact sees, by bare JID, looking at the whole house."""
        # Equal views are the very same set, also as what they were before: nobody has to compare thousands.
        before = self._sets
        same: dict[frozenset[str], frozenset[str]] = {}

        def kept(found: frozenset[str]) -> frozenset[str]:
            return same.setdefault(found, before.get(found, found))

        self._shareable = kept(async_shareable(self._hass, self.never))
        self._gone.clear()
        self._touches = 0
        self._narrowed.clear()
        self._meanings.clear()
        self._parts.clear()

        def seen(grant: Grant) -> frozenset[str]:
            return self._shareable if grant.all_entities else kept(self._meaning(grant))

        views: dict[str, View] = {}
        for contact in contacts:
            rows = tuple((one, seen(one)) for one in _ordered(contact) if is_open(one))
            view = View.of(rows)
            views[contact.jid] = View(rows, kept(view.entities))
        self._sets = same
        return views

    @callback
    def narrowed(self, bare: str, contact: Contact, view: View) -> View:
        """Return a view without what the house has lost, or moved elsewhere, since the index was made."""
        if not self._gone and not self._touches:
            return view
        version = (len(self._gone), self._touches)
        known = self._narrowed.get(bare)
        if known is not None and known[0] == version:
            return known[1]
        rows = tuple((one, self._still(one, seen)) for one, seen in view.rows)
        same = all(
            left is seen for (_, left), (_, seen) in zip(rows, view.rows, strict=True)
        )
        narrow = View(rows, view.entities) if same else View.of(rows)
        if narrow.entities == view.entities:
            narrow = View(rows, view.entities)
        self._narrowed[bare] = (version, narrow)
        return narrow

    @callback
    def means(self, grant: Grant, entity_id: str) -> bool:
        """Return whether a grant means an entity now, open or not."""
        if entity_id in self._gone or entity_id not in self._shareable:
            return False
        return grant.all_entities or entity_id in self._meaning(grant)

    def _still(self, grant: Grant, seen: frozenset[str]) -> frozenset[str]:
        """Return those of the entities that the grant still means; equal grants share the work."""
        version = (len(self._gone), self._touches)
        if self._left_version != version:
            self._left_version = version
            self._left.clear()
        moved = bool(self._touches) and not grant.all_entities
        key = (_key(grant) if moved else "", seen)
        if (left := self._left.get(key)) is None:
            left = seen - self._gone
            if moved:
                left &= self._meaning(grant)
            # (the very same set where nothing is lost: nobody has to compare them)
            left = self._left[key] = seen if len(left) == len(seen) else left
        return left

    def _meaning(self, grant: Grant) -> frozenset[str]:
        """Return what a target means now, of what could be seen; equal targets share the work."""
        key = _key(grant)
        if key not in self._meanings:
            meant = async_resolve(self._hass, grant.target, self._parts)
            found = meant & self._shareable
            self._meanings[key] = found
        return self._meanings[key]


def _key(grant: Grant) -> str:
    """Return the same for grants with equal targets."""
    return json.dumps(dict(grant.target), sort_keys=True)


def _ordered(contact: Contact) -> list[Grant]:
    """Return the grants in the order they are tried: those that wear out last."""
    return sorted(contact.grants, key=lambda grant: grant.uses is not None)


class Clock:
    """Calls back when a window opens or closes, and says whether that was missed."""

    def __init__(self, hass: HomeAssistant, expired: Callable[[], None]) -> None:
        """Call `expired` when what was last set is not valid any more."""
        self._hass = hass
        self._expired = expired
        self._began = self._until = _NEVER
        self._zone = dt_util.get_default_time_zone()
        self._running = False
        self._cancel: CALLBACK_TYPE | None = None
        self._soon: asyncio.Handle | None = None

    @callback
    def async_start(self) -> None:
        """Begin to call back."""
        self._running = True

    @callback
    def async_stop(self) -> None:
        """Call back no more."""
        self._running = False
        self._disarm()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    @callback
    def async_set(self, now: datetime, changes: Iterable[datetime | None]) -> None:
        """Take what was worked out `now` for valid until the first of these changes."""
        self._disarm()
        self._began = now
        self._zone = dt_util.get_default_time_zone()
        self._until = min((it for it in changes if it is not None), default=_NEVER)
        if self._running and self._until is not _NEVER:
            self._cancel = async_track_point_in_utc_time(
                self._hass,
                HassJob(self._rung, "xmpp_iot grants", cancel_on_shutdown=True),
                self._until,
            )

    @callback
    def async_soon(self, call: Callable[[], Any]) -> None:
        """Call something before anything else happens that is not under way."""
        if self._running and self._soon is None:

            def run() -> None:
                self._soon = None
                call()

            self._soon = self._hass.loop.call_soon(run)

    def is_valid(self) -> bool:
        """Return whether what was last set is valid; the clock may have been set, or moved to another zone, or the timer be late."""
        if self._until is _NEVER:
            return True
        if self._zone is not dt_util.get_default_time_zone():
            return False
        return self._began <= dt_util.utcnow() < self._until

    @callback
    def _rung(self, _now: datetime) -> None:
        self._cancel = None
        self._expired()

    def _disarm(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
