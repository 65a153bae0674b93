"""What Home Assistant's registries hold of one linked house: kept while it is away, brought up to date by it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..wire.model import NodeInfo
from .devices import Devices
from .foreign_view import ForeignView
from .node import RemoteNode
from .platforms import OWN


class Registered:
    """The entities and devices of one linked house."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        subentry_id: str,
        devices: Devices,
    ) -> None:
        """Look after what belongs to a subentry."""
        self._hass = hass
        self._entry = entry
        self._subentry_id = subentry_id
        self._devices = devices
        self._registry = er.async_get(hass)

    @property
    def entries(self) -> Iterator[er.RegistryEntry]:
        """The registered entities."""
        for one in er.async_entries_for_config_entry(
            self._registry, self._entry.entry_id
        ):
            if one.config_subentry_id == self._subentry_id:
                yield one

    @property
    def states(self) -> Mapping[str, str]:
        """The states of the entities that have one now."""
        found: dict[str, str] = {}
        for entry in self.entries:
            state = self._hass.states.get(entry.entity_id)
            is_nodes = entry.unique_id != self._devices.connection_id
            if is_nodes and state is not None and state.state != STATE_UNAVAILABLE:
                found[entry.entity_id] = state.state
        return found

    @callback
    def show_house(self) -> None:
        """Have the house itself as a device, under the name people give it."""
        house = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=self._subentry_id,
            **self._devices.house_info,
        )
        self._devices.house_id = house.id

    @callback
    def update(self, info: NodeInfo) -> None:
        """Have a device as it is over there now; one that is not shown is of no interest."""
        registry = dr.async_get(self._hass)
        made = self._devices.device_info(info)
        (identifier,) = made["identifiers"]
        found = registry.async_get_device_by_identifier(
            identifier, self._entry.entry_id
        )
        if found is not None:
            # In which area it is here is not to be said twice: somebody may have moved it.
            made.pop("suggested_area", None)
            registry.async_get_or_create(
                config_entry_id=self._entry.entry_id,
                config_subentry_id=self._subentry_id,
                **made,
            )

    @callback
    def move(self, node: RemoteNode) -> None:
        """Have an entity on the device it belongs to now."""
        device = dr.async_get(self._hass).async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=self._subentry_id,
            **self._devices.info(node),
        )
        for entry in self._of(node):
            if (old := entry.device_id) != device.id:
                self._registry.async_update_entity(entry.entity_id, device_id=device.id)
                self._drop_if_empty(old)

    @callback
    def forget(self, node: RemoteNode) -> None:
        """Remove an entity; Home Assistant remembers what it was called, should it come back."""
        self._remove(self._of(node))

    @callback
    def forget_parts(self, view: ForeignView) -> None:
        """Remove what shows parts of a foreign node in another way than is wanted."""
        own = f"{self._devices.unique_id(view.node)}:"
        self._remove(
            one
            for one in self._of(view.node)
            if not view.is_wanted(one.unique_id.removeprefix(own), one.domain)
        )

    def unknown(self, nodes: Iterable[RemoteNode]) -> tuple[er.RegistryEntry, ...]:
        """Return the entities that are of none of these nodes."""
        known = {self._devices.connection_id}
        foreign: set[str] = set()
        for node in nodes:
            known.add(unique_id := self._devices.unique_id(node))
            if not node.domain:
                foreign.add(unique_id)
        return tuple(
            one
            for one in self.entries
            if one.unique_id not in known
            and foreign.isdisjoint(self._devices.may_show(one.unique_id))
        )

    @callback
    def forget_all_but(self, nodes: Iterable[RemoteNode]) -> None:
        """Remove the entities that are of none of these nodes."""
        for entry in self.unknown(nodes):
            self._devices.store.later.clear(self._forget_entry, entry.id)

    def _of(self, node: RemoteNode) -> tuple[er.RegistryEntry, ...]:
        """Return the entities that show a node; of thousands, without looking at all of them."""
        if node.domain:
            unique_id = self._devices.unique_id(node)
            ids = (
                self._registry.async_get_entity_id(platform, DOMAIN, unique_id)
                for platform in OWN
            )
            found = (self._registry.async_get(one) for one in ids if one)
            return tuple(
                one
                for one in found
                if one is not None and one.config_subentry_id == self._subentry_id
            )
        return tuple(
            one for one in self.entries if self._devices.is_of(node, one.unique_id)
        )

    @callback
    def forget_house(self) -> None:
        """Remove all of it, and the house itself."""
        for entry in tuple(self.entries):
            self._registry.async_remove(entry.entity_id)
        devices = dr.async_get(self._hass)
        for device in dr.async_entries_for_config_entry(devices, self._entry.entry_id):
            if device.config_subentry_id == self._subentry_id:
                devices.async_remove_device(device.id)

    def _remove(self, entries: Iterable[er.RegistryEntry]) -> None:
        for entry in tuple(entries):
            self._forget_entry(entry.id)

    def _forget_entry(self, entry_id: str) -> None:
        # (it may have been removed or renamed since it was found)
        if (found := self._registry.entities.get_entry(entry_id)) is not None:
            self._registry.async_remove(found.entity_id)
            self._drop_if_empty(found.device_id)

    def _drop_if_empty(self, device_id: str | None) -> None:
        """Remove a device without entities, unless it is the house."""
        if device_id is None or device_id == self._devices.house_id:
            return
        left = er.async_entries_for_device(
            self._registry, device_id, include_disabled_entities=True
        )
        devices = dr.async_get(self._hass)
        if not left and devices.async_get(device_id) is not None:
            devices.async_remove_device(device_id)
