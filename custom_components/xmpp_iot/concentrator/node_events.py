"""What happens to the nodes contacts see, told to those who follow them (XEP-0326 section 3.7).

Home Assistant tells of registries, grants, repairs and states; a contact is told of nodes. So for each
contact that has ever followed there is a picture of its nodes, and what may have changed is looked at
again, put together for a moment. A state that changes without changing the node costs one look-up.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
import math
from time import perf_counter
from typing import Any, Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HassJob,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..contacts.grants import Grants
from ..contacts.watcher import SETTLE_TIME
from ..wire.happening import Happening, NodeEvent
from ..wire.model import Caller
from .attributes import STATIC
from .differences import differences
from .guard import Guard, check_source
from .issues import is_issue, named_entities
from .localize import Language, Localizer
from .looks import MOMENT, Look, Picture
from .nodes import NodeDescriber, status
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId, Tree

MOST_KEPT: Final = 1000  # events of one contact

type Happened = Callable[[Sequence[NodeEvent]], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    """One who is told, in its language."""

    caller: Caller
    happened: Happened


@dataclass(slots=True, eq=False)
class _Watch:
    """A contact's nodes as they were at the last look, and what happened to them."""

    bare: str
    begun: datetime  # from then on everything is known, unless it is `lost`
    picture: Picture = field(default_factory=Picture)
    look: Look | None = None  # under way
    is_known: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there was a look."""
    log: deque[NodeEvent] = field(default_factory=deque)
    lost: datetime | None = None
    followers: list[_Follower] = field(default_factory=list)

    def keep(self, events: Iterable[NodeEvent]) -> None:
        """Remember what happened; the oldest is forgotten first."""
        for event in events:
            if len(self.log) == MOST_KEPT:
                self.lost = self.log.popleft().at
            self.log.append(event)

    def forget(self, now: datetime) -> None:
        """Know nothing of the time before."""
        self.log.clear()
        self.begun, self.lost = now, None

    def knows(self, since: datetime) -> bool:
        """Return whether everything since then is remembered."""
        return since >= self.begun and (self.lost is None or since > self.lost)


class NodeEvents:
    """Tells followers what happens to the nodes they see."""

    def __init__(
        self,
        hass: HomeAssistant,
        grants: Grants,
        guard: Guard,
        describer: NodeDescriber,
        localizer: Localizer,
    ) -> None:
        """Tell what `describer` says of the nodes that `guard` lets a contact see."""
        self._hass = hass
        self._grants = grants
        self._guard = guard
        self._describer = describer
        self._localizer = localizer
        self._watches: dict[str, _Watch] = {}
        self._seen: frozenset[NodeId] = frozenset()
        self._dirty: set[NodeId] = set()
        self._unsubscribe: list[CALLBACK_TYPE] = []
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._next: asyncio.Handle | None = None  # of looks that are under way

    @callback
    def async_follow(
        self, caller: Caller, source: str, happened: Happened
    ) -> Callable[[], None]:
        """Call `happened` with what happens to the nodes the caller sees; returns the end of it."""
        self._guard.contact(caller)
        check_source(source)
        watch = self._watch(caller)
        if not watch.is_known.is_set():
            self._look(watch, math.inf)
        follower = _Follower(caller, happened)
        watch.followers.append(follower)
        self._listen()

        @callback
        def unfollow() -> None:
            if follower in watch.followers:
                watch.followers.remove(follower)

        return unfollow

    async def prepare(self, caller: Caller, source: str) -> None:
        """Take the time to look at all the caller sees, so that it can follow that at once.

        Raises as `async_follow` does; what the caller asked first it need not be any more when this returns.
        """
        self._guard.contact(caller)
        check_source(source)
        watch = self._watch(caller)
        self._listen()
        if not watch.is_known.is_set():
            self._go_on()
            await watch.is_known.wait()

    def _watch(self, caller: Caller) -> _Watch:
        """Return the contact's nodes, to be looked at if they never were."""
        if (watch := self._watches.get(caller.bare)) is None:
            watch = self._watches[caller.bare] = _Watch(caller.bare, dt_util.utcnow())
            watch.look = Look(watch.picture)
        return watch

    def happened_since(
        self, caller: Caller, source: str, since: datetime
    ) -> Sequence[NodeEvent] | None:
        """Return what happened to the nodes the caller sees now, and which it sees no more.

        None where nobody was following then, or too much has happened since.
        """
        check_source(source)
        tree = self._guard.tree(caller)
        watch = self._watches.get(caller.bare)
        if watch is None or not watch.knows(since):
            return None
        events = [
            event
            for event in watch.log
            if event.at >= since
            and (event.kind is Happening.REMOVED or event.node.id in tree)
        ]
        return _in_words(events, self._localizer.at_hand(caller))

    @callback
    def async_stop(self) -> None:
        """Tell nobody any more, and forget what happened."""
        for watch in self._watches.values():
            watch.is_known.set()
        self._watches.clear()
        self._listen()

    def _listen(self) -> None:
        """Listen while there is anybody to watch for."""
        if self._watches and not self._unsubscribe:
            self._unsubscribe = [self._grants.async_listen(self._rights_changed)]
            self._unsubscribe += self._subscriptions()
        elif not self._watches:
            while self._unsubscribe:
                self._unsubscribe.pop()()
            if self._cancel_timer is not None:
                self._cancel_timer()
                self._cancel_timer = None
            if self._next is not None:
                self._next.cancel()
                self._next = None
            self._dirty.clear()
        self._seen = frozenset[NodeId]().union(
            *(self._grants.view(bare) for bare in self._watches)
        )

    def _subscriptions(self) -> Sequence[CALLBACK_TYPE]:
        listen = self._hass.bus.async_listen
        return (
            listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._area_changed),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._device_changed),
            listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._entity_changed),
            listen(lr.EVENT_LABEL_REGISTRY_UPDATED, self._label_changed),
            listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, self._issues_changed),
            listen(EVENT_STATE_CHANGED, self._state_changed, self._may_matter),
        )

    @callback
    def _may_matter(self, data: EventStateChangedData) -> bool:
        """Return whether a state changes what is said of a node."""
        if data["entity_id"] not in self._seen:
            return False
        old, new = data["old_state"], data["new_state"]
        return old is None or new is None or _differ(old, new)

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        self._changed(event.data["entity_id"])

    @callback
    def _area_changed(self, event: Event[ar.EventAreaRegistryUpdatedData]) -> None:
        self._changed(f"{AREA_PREFIX}{event.data['area_id']}")

    @callback
    def _device_changed(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        self._changed(f"{DEVICE_PREFIX}{event.data['device_id']}")

    @callback
    def _entity_changed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        self._changed(event.data["entity_id"])

    @callback
    def _label_changed(self, event: Event[lr.EventLabelRegistryUpdatedData]) -> None:
        """Look at those that say its name; of one that is removed the entity registry tells."""
        registry, label = er.async_get(self._hass), event.data["label_id"]
        entries = er.async_entries_for_label(registry, label)
        self._changed(*(one.entity_id for one in entries))

    @callback
    def _issues_changed(self, _: Event[Any]) -> None:
        self._changed(*self._troubled())

    @callback
    def _rights_changed(self) -> None:
        # What a contact may be told of repairs depends on all it sees.
        self._changed(*self._troubled())

    def _troubled(self) -> set[NodeId]:
        """Return the nodes that have or may have a repair among their messages."""
        return set(named_entities(self._hass)).union(
            node_id
            for watch in self._watches.values()
            for node_id, node in watch.picture.nodes.items()
            if node_id.startswith(DEVICE_PREFIX) or any(map(is_issue, node.messages))
        )

    @callback
    def _changed(self, *nodes: NodeId) -> None:
        """Look at these nodes soon, together with others that change meanwhile."""
        self._dirty.update(nodes)
        if self._cancel_timer is None:
            self._cancel_timer = async_call_later(
                self._hass,
                SETTLE_TIME,
                HassJob(self._settled, "xmpp_iot nodes", cancel_on_shutdown=True),
            )

    @callback
    def _settled(self, _now: datetime) -> None:
        """Look at what has happened."""
        self._cancel_timer = None
        dirty, self._dirty = frozenset(self._dirty), set()
        for watch in self._watches.values():
            watch.look = watch.look or Look(watch.picture)
            watch.look.again(dirty)
        self._go_on()

    @callback
    def _go_on(self) -> None:
        """Look for a moment, and at what is left in the event loop's next turns."""
        if self._next is None:
            self._turn()

    @callback
    def _turn(self) -> None:
        self._next = None
        until = perf_counter() + MOMENT
        for watch in tuple(self._watches.values()):
            if not self._look(watch, until):
                self._next = self._hass.loop.call_soon(self._turn)
                return
        self._listen()

    def _lose(self, watch: _Watch) -> None:
        """Know nothing for somebody who is no contact: to them nobody is here, and nothing happens."""
        watch.picture, watch.look = Picture(), None
        watch.forget(dt_util.utcnow())
        watch.is_known.set()
        if not watch.followers:
            del self._watches[watch.bare]

    def _look(self, watch: _Watch, until: float) -> bool:
        """Look at a contact's nodes, and tell what has happened to them; return whether that is done."""
        if (look := watch.look) is None:
            return True
        if self._grants.contact(watch.bare) is None:
            self._lose(watch)
            return True
        look.seen_with(self._grants.powers(watch.bare))
        tree = self._guard.view(watch.bare)
        sight = self._describer.sight(
            tree,
            self._guard.permits(watch.bare),
            self._guard.permits(watch.bare, asking=True),
        )
        describe = partial(self._describer.describe, sight=sight)
        if (picture := look.go_on(tree, describe, until)) is None:
            return False
        watch.look = None
        self._take(watch, picture, tree, is_new=look.is_new)
        return True

    def _take(
        self, watch: _Watch, picture: Picture, tree: Tree, *, is_new: bool
    ) -> None:
        """Take in a contact's nodes as they are now; tell what has happened to them, and remember it."""
        before, watch.picture = watch.picture, picture
        now = dt_util.utcnow()
        if is_new:  # what it was told before was for other powers
            watch.forget(now)
        if not watch.is_known.is_set():  # (nobody follows yet)
            watch.is_known.set()
            return
        events = differences(before.nodes, picture.nodes, tree, now)
        watch.keep(events)
        _tell(watch, events, self._localizer)


def _differ(old: State, new: State) -> bool:
    """Return whether two states of an entity make different nodes of it."""
    if status(old) is not status(new):
        return True
    # Home Assistant keeps attributes that are the same as before.
    if old.attributes is new.attributes:
        return False
    return any(old.attributes.get(name) != new.attributes.get(name) for name in STATIC)


def _tell(watch: _Watch, events: Sequence[NodeEvent], localizer: Localizer) -> None:
    if not events:
        return
    translated: dict[str, Sequence[NodeEvent]] = {}
    for follower in tuple(watch.followers):
        language = localizer.at_hand(follower.caller)
        if language.code not in translated:
            translated[language.code] = _in_words(events, language)
        follower.happened(translated[language.code])


def _in_words(events: Iterable[NodeEvent], language: Language) -> Sequence[NodeEvent]:
    return tuple(
        replace(
            event,
            info=None if event.info is None else language.node(event.info),
            messages=language.messages(event.messages),
        )
        for event in events
    )
