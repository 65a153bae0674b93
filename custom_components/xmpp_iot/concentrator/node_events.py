"""What happens to the nodes contacts see, told to those who follow them (XEP-0326 section 3.7).

Home Assistant tells of registries, grants, repairs and states; a contact is told of nodes. So for each
contact that has ever followed there is a picture of its nodes, and what may have changed is looked at
again, put together for a moment. A state that changes without changing the node costs one look-up.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
)
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..contacts.grants import Grants, Level
from ..contacts.watcher import SETTLE_TIME
from ..wire.happening import Happening, NodeEvent
from ..wire.model import Caller, NodeInfo
from .attributes import STATIC
from .differences import differences
from .guard import Guard, check_source
from .issues import is_issue, named_entities
from .localize import Language, Localizer
from .nodes import NodeDescriber, status
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId

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
    level: Level | None = None
    nodes: Mapping[NodeId, NodeInfo] = field(default_factory=dict)
    parents: Mapping[NodeId, NodeId | None] = field(default_factory=dict)
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

    @callback
    def async_follow(
        self, caller: Caller, source: str, happened: Happened
    ) -> Callable[[], None]:
        """Call `happened` with what happens to the nodes the caller sees; returns the end of it."""
        self._guard.contact(caller)
        check_source(source)
        if (watch := self._watches.get(caller.bare)) is None:
            watch = self._watches[caller.bare] = _Watch(caller.bare, dt_util.utcnow())
            self._look(watch, frozenset())
            watch.forget(watch.begun)
        follower = _Follower(caller, happened)
        watch.followers.append(follower)
        self._listen()

        @callback
        def unfollow() -> None:
            if follower in watch.followers:
                watch.followers.remove(follower)

        return unfollow

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
            for node_id, node in watch.nodes.items()
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
        """Tell everybody what has happened."""
        self._cancel_timer = None
        dirty, self._dirty = frozenset(self._dirty), set()
        for watch in tuple(self._watches.values()):
            if self._grants.contact(watch.bare) is None:
                self._lose(watch)
            else:
                _tell(watch, self._look(watch, dirty), self._localizer)
        self._listen()

    def _lose(self, watch: _Watch) -> None:
        """Know nothing for somebody who is no contact: to them nobody is here, and nothing happens."""
        watch.nodes, watch.parents, watch.level = {}, {}, None
        watch.forget(dt_util.utcnow())
        if not watch.followers:
            del self._watches[watch.bare]

    def _look(self, watch: _Watch, dirty: frozenset[NodeId]) -> Sequence[NodeEvent]:
        """Take in a contact's nodes as they are now; return what has happened to them, and remember it."""
        contact = self._grants.contact(watch.bare)
        assert contact is not None
        now = dt_util.utcnow()
        tree = self._guard.view(watch.bare)
        sight = self._describer.sight(tree, self._guard.permits(watch.bare))
        again = contact.level is not watch.level
        after: dict[NodeId, NodeInfo] = {}
        for node, parent in tree.parents.items():
            known = watch.nodes.get(node)
            if again or node in dirty or watch.parents.get(node) != parent:
                known = None
            if known := known or self._describer.describe(node, sight):
                after[node] = known
        events = differences(watch.nodes, after, tree, now)
        if again:  # what it was told before was for another level
            watch.forget(now)
        watch.nodes, watch.parents, watch.level = after, tree.parents, contact.level
        watch.keep(events)
        return events


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
