"""The devices this house links, as what their parts are shown by: who may do what with them is told by that.

Another house of ours is none: it has its own contacts. A device is what has foreign nodes only.
"""

from collections.abc import Iterator
from typing import Protocol

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..wire.model import NodeRef
from ..wire.provisioning_model import DevicePart
from .devices import Devices
from .foreign import ForeignEntity
from .foreign_view import ForeignViews


class Linked(Protocol):
    """What this module needs of a `Link`."""

    @property
    def devices(self) -> Devices:
        """What is linked, and how its things are called."""
        ...


class Shown(Protocol):
    """One linked house or device, and how its foreign nodes are shown."""

    @property
    def link(self) -> Linked:
        """The link to it."""
        ...

    @property
    def foreign(self) -> ForeignViews:
        """How its foreign nodes are shown."""
        ...


class Showing(Protocol):
    """What this module needs of `Links`."""

    def shown(self) -> Iterator[Shown]:
        """Yield all that is linked."""
        ...


class OwnedDevices:
    """The linked devices (implements contacts.judge.Owned)."""

    def __init__(self, hass: HomeAssistant, links: Showing) -> None:
        """Look at what is linked now, whenever it is asked about."""
        self._hass = hass
        self._links = links

    def devices(self) -> frozenset[str]:
        """Return the bare JIDs of those that are linked and known to be devices."""
        return frozenset(
            shown.link.devices.house
            for shown in self._links.shown()
            if any(True for _ in shown.foreign)
            and not any(node.domain for node in shown.link.devices.store)
        )

    def things(self) -> frozenset[str]:
        """Return the ids of all entities that show something of a linked device."""
        return frozenset(
            part.thing for device in self.devices() for part in self.parts(device)
        )

    def parts(self, device: str) -> Iterator[DevicePart]:
        """Yield what is shown of one, each part with its entity id; what is disabled here is not shown."""
        registry = er.async_get(self._hass)
        for shown in self._links.shown():
            if shown.link.devices.house != device:
                continue
            for view in shown.foreign:
                own = shown.link.devices.unique_id(view.node)
                for entity in view.entities.values():
                    entity_id = registry.async_get_entity_id(
                        entity.platform, DOMAIN, f"{own}:{entity.key}"
                    )
                    found = registry.async_get(entity_id) if entity_id else None
                    if found is not None and not found.disabled:
                        yield _part(view.node.info.ref, found.entity_id, entity)


def _part(node: NodeRef, entity_id: str, entity: ForeignEntity) -> DevicePart:
    return DevicePart(
        node=node,
        thing=entity_id,
        fields=frozenset({entity.field} - {""}),
        parameters=frozenset(part.name for part in entity.parts),
    )
