"""What of a node Home Assistant lets one change: an entity's and a device's name, and their area."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .nodes import is_entity
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId


class Editable(Protocol):
    """A node whose name and area can be changed."""

    @property
    def name(self) -> str:
        """The name it is shown by."""
        ...

    @property
    def area(self) -> str:
        """The id of the area it is in, '' for none."""
        ...

    @property
    def movable(self) -> bool:
        """Whether it can have an area of its own."""
        ...

    def place(self, area: str) -> str:
        """Return the id of the area it is in once it is given this one; '' is none of its own."""
        ...

    @property
    def entities(self) -> tuple[str, ...]:
        """The enabled entities that are changed with it."""
        ...

    @property
    def about(self) -> Mapping[str, str]:
        """What it is, for a record."""
        ...

    def change(self, name: str | None, area: str | None) -> None:
        """Change what is not None; '' is the name it has by itself, or no area of its own.

        ValueError where Home Assistant does not take it.
        """
        ...


@dataclass(frozen=True, slots=True)
class EditableEntity:
    """A registered entity."""

    hass: HomeAssistant
    entry: er.RegistryEntry

    @property
    def name(self) -> str:
        """The name it is shown by."""
        state = self.hass.states.get(self.entry.entity_id)
        return str(state.name) if state else ""

    @property
    def area(self) -> str:
        """The id of its own area or of its device's."""
        return er.async_get_effective_area_id(self.hass, self.entry) or ""

    @property
    def movable(self) -> bool:
        """Whether it has a name beside its device's: the main entity is where the device is."""
        return self.entry.device_id is None or bool(
            er.async_get_unprefixed_name(self.hass, self.entry)
        )

    def place(self, area: str) -> str:
        """Return the area, or that of its device."""
        return area or self._area_of_device() or ""

    @property
    def entities(self) -> tuple[str, ...]:
        """Itself."""
        return (self.entry.entity_id,)

    @property
    def about(self) -> Mapping[str, str]:
        """Its id and name."""
        return {ATTR_ENTITY_ID: self.entry.entity_id, ATTR_NAME: self.name}

    def change(self, name: str | None, area: str | None) -> None:
        """Change the registry entry; in the area of its device it has none of its own."""
        entry = self.entry
        own = entry.area_id if area is None else area or None
        if own is not None and own == self._area_of_device():
            own = None
        er.async_get(self.hass).async_update_entity(
            entry.entity_id,
            name=entry.name if name is None else name or None,
            area_id=own,
        )

    def _area_of_device(self) -> str | None:
        devices = dr.async_get(self.hass)
        device = devices.async_get(self.entry.device_id or "")
        return dr.async_get_effective_area_id(self.hass, device) if device else None


@dataclass(frozen=True, slots=True)
class EditableDevice:
    """A device, or a logical part of one."""

    hass: HomeAssistant
    device: dr.AnyDeviceEntry

    @property
    def name(self) -> str:
        """The name it is shown by."""
        return self.device.name_by_user or self.device.name or ""

    @property
    def area(self) -> str:
        """The id of its own area or of that of the device it is a part of."""
        return dr.async_get_effective_area_id(self.hass, self.device) or ""

    @property
    def movable(self) -> bool:
        """Every device can be moved."""
        return True

    def place(self, area: str) -> str:
        """Return the area, or that of the device it is a part of."""
        if area or not isinstance(self.device, dr.ChildDeviceEntry):
            return area
        whole = dr.async_get(self.hass).async_get(self.device.parent_device_id)
        own = dr.async_get_effective_area_id(self.hass, whole) if whole else None
        return own or ""

    @property
    def entities(self) -> tuple[str, ...]:
        """Its entities and those of its parts."""
        parts = dr.async_entries_for_parent_device(
            dr.async_get(self.hass), self.device.id
        )
        registry = er.async_get(self.hass)
        return tuple(
            entry.entity_id
            for device in (self.device, *parts)
            for entry in er.async_entries_for_device(registry, device.id)
        )

    @property
    def about(self) -> Mapping[str, str]:
        """Its id and name."""
        return {ATTR_DEVICE_ID: self.device.id, ATTR_NAME: self.name}

    def change(self, name: str | None, area: str | None) -> None:
        """Change the registry entry."""
        registry, device = dr.async_get(self.hass), self.device
        update = (
            registry.async_update_child_device
            if isinstance(device, dr.ChildDeviceEntry)
            else registry.async_update_device
        )
        update(
            device.id,
            name_by_user=device.name_by_user if name is None else name or None,
            area_id=device.area_id if area is None else area or None,
        )


def editable(hass: HomeAssistant, node: NodeId) -> Editable | None:
    """Return a node to change; None for an area and for an entity that is not registered."""
    if node.startswith(AREA_PREFIX):
        return None
    if is_entity(node):
        entry = er.async_get(hass).async_get(node)
        return None if entry is None else EditableEntity(hass, entry)
    device = dr.async_get(hass).async_get(node.removeprefix(DEVICE_PREFIX))
    return None if device is None else EditableDevice(hass, device)
