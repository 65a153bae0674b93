"""All linked houses of an account: each concentrator subentry is one, linked and unlinked without a reload."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import CONF_JID, SUBENTRY_CONCENTRATOR
from ..wire.model import NodeInfo, NodeRef
from ..wire.session import Session
from .careful import Careful
from .devices import Devices
from .directory import Directory
from .foreign import ForeignEntity
from .foreign_mapping import ForeignMapping
from .foreign_platforms import SHOWN_BY
from .foreign_view import ForeignView, ForeignViews
from .house_sensor import HouseSensor
from .link import Link
from .neighbourhood import Neighbourhood
from .node import RemoteNode
from .nodes import NodeStore
from .platforms import OWN, platform_of
from .registry import Registered
from .selection import DEVICE, Selection

if TYPE_CHECKING:
    # For types only: `remote` is a platform too, which imports that module.
    from ..entity import Maker

PLATFORMS: Final = tuple(sorted(OWN))
_IN_USE: Final = frozenset(
    {ConfigEntryState.LOADED, ConfigEntryState.SETUP_IN_PROGRESS}
)


def linked(entry: ConfigEntry[Any]) -> Mapping[str, str]:
    """Return the bare JIDs of the houses that an entry links, and what people call them."""
    return {
        subentry.data[CONF_JID]: subentry.title
        for subentry in entry.get_subentries_of_type(SUBENTRY_CONCENTRATOR)
    }


@dataclass(slots=True)
class _Stage:
    """A platform of Home Assistant, ready to show entities."""

    maker: Maker
    add: AddConfigEntryEntitiesCallback


@dataclass(slots=True, eq=False)
class _Showing:
    """One linked house, and what of it is shown (implements nodes.Follower)."""

    links: Links
    subentry: ConfigSubentry
    link: Link
    registered: Registered
    foreign: ForeignViews = field(init=False)
    _wanted: tuple[str, Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Show foreign nodes as somebody has corrected it."""
        self._wanted = self.subentry.title, self.subentry.data
        mapping = ForeignMapping.from_data(self.subentry.data)
        self.foreign = ForeignViews(mapping, self._appeared)

    @callback
    def added(self, node: RemoteNode) -> bool:
        """Show a node on its platform, as soon as that is ready."""
        self.link.recount()
        if not node.domain:
            self.registered.forget_parts(self.foreign.add(node))
            return True
        if (platform := platform_of(node)) is None:
            return False
        if (stage := self.links.stages.get(platform)) is not None:
            self.show(stage, [stage.maker(self.link, node)])
        return True

    @callback
    def show_all(self, platform: Platform, stage: _Stage) -> None:
        """Have a platform show what there is for it."""
        if platform is Platform.SENSOR:
            self.show(stage, [HouseSensor(self.link)])
        nodes = (
            one for one in self.link.store.announced if platform_of(one) is platform
        )
        self.show(
            stage,
            [
                made
                for node in nodes
                if (made := node.attempt(partial(stage.maker, self.link, node)))
            ],
        )
        self.show(
            stage,
            [
                SHOWN_BY[platform](self.link, view, one.key)
                for view in self.foreign
                for one in view.entities.values()
                if one.platform is platform
            ],
        )

    @callback
    def _appeared(self, view: ForeignView, entity: ForeignEntity) -> None:
        """Show what is new of a foreign node."""
        if (stage := self.links.stages.get(entity.platform)) is not None:
            made = SHOWN_BY[entity.platform](self.link, view, entity.key)
            self.show(stage, [made])

    @callback
    def show(self, stage: _Stage, entities: Iterable[Entity]) -> None:
        """Have a platform show entities, unless the house was unlinked just now."""
        if self.links.has(self.subentry):
            stage.add(entities, config_subentry_id=self.subentry.subentry_id)

    @callback
    def removed(self, node: RemoteNode) -> None:
        """Show a node no more."""
        self.link.recount()
        self.foreign.remove(node)
        self.registered.forget(node)

    @callback
    def moved(self, node: RemoteNode) -> None:
        """Have an entity on another device."""
        if self.links.has(self.subentry):
            self.registered.move(node)

    @callback
    def described(self, info: NodeInfo) -> None:
        """Have a device described anew."""
        if info.node_type == DEVICE and self.links.has(self.subentry):
            self.registered.update(info)

    @callback
    def misses(self) -> bool:
        """Return whether entities are registered that are of none of the nodes."""
        return bool(self.registered.unknown(self.link.store))

    @callback
    def settled(self) -> None:
        """Remove the entities that are of none of the nodes."""
        self.registered.forget_all_but(self.link.store)

    @callback
    def adapt(self, subentry: ConfigSubentry) -> None:
        """Show the house as somebody has chosen it now."""
        # (Home Assistant changes a subentry in its place)
        if self._wanted == (wanted := (subentry.title, subentry.data)):
            return
        self.subentry, self._wanted = subentry, wanted
        link, devices, store = self.link, self.link.devices, self.link.store
        devices.adapt(subentry.title, subentry.data)
        self.registered.show_house()
        store.choose(Selection.from_data(subentry.data).chooses)
        for device in {
            info.ref: info
            for node in store.announced
            if (info := devices.device_of(node)) is not None
        }.values():
            store.later.do(self._describe_again, device.ref)
        store.describe_again()
        self._correct(ForeignMapping.from_data(subentry.data))
        link.read_new()

    @callback
    def _describe_again(self, device: NodeRef) -> None:
        if (info := self.link.store.info(device)) is not None:
            self.described(info)

    @callback
    def _correct(self, mapping: ForeignMapping) -> None:
        """Show foreign nodes as somebody has corrected it now."""
        later = self.link.store.later
        self.foreign.adapt(mapping, later.do)
        for view in self.foreign:
            later.do(self.registered.forget_parts, view)


class Links:
    """Links houses, and lets Home Assistant's platforms show them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        session: Session,
        needed: Callable[[], Collection[Platform]] = tuple,
    ) -> None:
        """Link the houses of `entry` over `session`, from `start` until `stop`.

        `needed` are the platforms that are needed without any house, too.
        """
        self.neighbourhood = Neighbourhood.of(session)
        self.directory = Directory(session, self.neighbourhood.peers)
        self.stages: dict[Platform, _Stage] = {}
        self._hass = hass
        self._entry = entry
        self._showings: dict[str, _Showing] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        self._needed = needed
        self._forwarded: set[Platform] = set()
        self._started = False

    @property
    def wanted(self) -> Mapping[str, str]:
        """The bare JIDs of those whose presence is wanted, linked or about to be, and their names."""
        return {**self.directory.wanted, **linked(self._entry)}

    def __iter__(self) -> Any:
        """Return the links."""
        return iter([showing.link for showing in self._showings.values()])

    def shown(self) -> Iterator[_Showing]:
        """Yield all that is linked, with how its nodes are shown."""
        yield from tuple(self._showings.values())

    def has(self, subentry: ConfigSubentry) -> bool:
        """Return whether a house is linked still: whoever unlinks it tells Home Assistant before us."""
        return subentry.subentry_id in self._entry.subentries

    @callback
    def start(self) -> None:
        """Begin to take what houses send."""
        self.neighbourhood.start()
        self._started = True

    async def stop(self) -> None:
        """Leave all houses; what is shown of them stays as it is."""
        self._started = False
        for subentry_id in tuple(self._showings):
            self._unlink(subentry_id)
        if self._closing:
            await asyncio.wait(self._closing)
        await self.neighbourhood.stop()

    async def async_unload_platforms(self) -> bool:
        """Have Home Assistant take away what is shown."""
        for link in self:
            link.remember()
        return await self._hass.config_entries.async_unload_platforms(
            self._entry, self._forwarded
        )

    async def async_follow_entry(self) -> None:
        """Link the houses that are new in the entry, and leave those that are not in it any more."""
        async with self._changing:
            if not self._is_wanted():
                return
            self._leave_the_unlinked()
            wanted = PLATFORMS if self._subentries else self._needed()
            if missing := set(wanted) - self._forwarded:
                await self._hass.config_entries.async_forward_entry_setups(
                    self._entry, sorted(missing)
                )
                self._forwarded |= missing
                if not self._is_wanted():
                    return
            # (of the entry as it is now: setting up platforms takes its time)
            for subentry_id, subentry in self._subentries.items():
                if (showing := self._showings.get(subentry_id)) is None:
                    self._link(subentry)
                else:
                    showing.adapt(subentry)

    def _is_wanted(self) -> bool:
        """Whether the entry is in use: it may be on its way out."""
        return self._started and self._entry.state in _IN_USE

    @property
    def _subentries(self) -> Mapping[str, ConfigSubentry]:
        """The houses that are to be linked."""
        return {
            subentry.subentry_id: subentry
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_CONCENTRATOR)
        }

    def _leave_the_unlinked(self) -> None:
        wanted = self._subentries
        for subentry_id, showing in tuple(self._showings.items()):
            subentry = wanted.get(subentry_id)
            if subentry is None:
                self._unlink(subentry_id)
            elif subentry.data[CONF_JID] != showing.link.devices.house:
                self._unlink(subentry_id)
                showing.registered.forget_house()

    @callback
    def show(
        self,
        platform: Platform,
        maker: Maker,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Have a platform show what there is for it, now and later."""
        stage = self.stages[platform] = _Stage(maker, async_add_entities)
        for showing in self._showings.values():
            showing.show_all(platform, stage)

    @callback
    def _link(self, subentry: ConfigSubentry) -> None:
        store = NodeStore(Selection.from_data(subentry.data).chooses)
        devices = Devices(
            own=self.neighbourhood.session.bare,
            house=subentry.data[CONF_JID],
            store=store,
        )
        devices.adapt(subentry.title, subentry.data)
        registered = Registered(self._hass, self._entry, subentry.subentry_id, devices)
        registered.show_house()
        link = Link(self._hass, self._entry, self.neighbourhood, registered, devices)
        showing = _Showing(self, subentry, link, registered)
        self._showings[subentry.subentry_id] = showing
        for platform, stage in self.stages.items():
            showing.show_all(platform, stage)
        store.follow(Careful(showing))
        link.start()

    @callback
    def _unlink(self, subentry_id: str) -> None:
        showing = self._showings.pop(subentry_id)
        showing.link.store.later.stop()
        task = self._hass.async_create_task(showing.link.stop(), "xmpp_iot unlink")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
