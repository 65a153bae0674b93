"""Devices of another house here: the house as a service, and its devices by way of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from ..const import DOMAIN
from ..wire.fragments import DEVICE as ITSELF
from ..wire.model import NodeInfo
from .areas import Suggestions
from .delivery import CONF_QUALITY, Delivery
from .foreign import KINDS, facts
from .node import RemoteNode
from .nodes import NodeStore, uid_of
from .selection import AREA, CONF_PREFIX, CONF_SUGGEST_AREAS, DEVICE

# Home Assistant's names of what a device node's identity fields say.
_IDENTITY = (
    "hw_version",
    "manufacturer",
    "model",
    "model_id",
    "serial_number",
    "sw_version",
)


@dataclass(slots=True, kw_only=True)
class Devices:
    """Names and describes the devices of one linked house."""

    own: str
    """The bare JID of the account the house is linked by: another account may link it, too."""
    house: str
    """The house's bare JID."""
    store: NodeStore
    title: str = ""
    house_id: str = ""
    """The id of the house's own device in the device registry, once it is there."""
    prefix: str = ""
    """Put before the names of devices and of entities without one."""
    areas: bool = True
    """Whether devices suggest their area, by its name over there."""
    delivery: Delivery = Delivery.ACKNOWLEDGED
    """How surely its entities' orders are to be carried out."""
    suggestions: Suggestions = field(default_factory=Suggestions)
    """The areas they suggest: not any number of them."""

    def adapt(self, title: str, data: Mapping[str, Any]) -> None:
        """Take over what a subentry says: how the house is called, and how its things are to be."""
        self.title = title
        self.prefix = data.get(CONF_PREFIX, "")
        self.areas = data.get(CONF_SUGGEST_AREAS, True)
        self.delivery = Delivery(data.get(CONF_QUALITY, Delivery.ACKNOWLEDGED))

    @property
    def key(self) -> str:
        """What tells this house's things from all others, for ever."""
        return f"{self.own}:{self.house}"

    @property
    def house_info(self) -> DeviceInfo:
        """The house itself."""
        return DeviceInfo(
            identifiers={(DOMAIN, self.key)},
            entry_type=DeviceEntryType.SERVICE,
            name=self.title,
            manufacturer="XMPP IoT",
            model="Concentrator",
        )

    @property
    def connection_id(self) -> str:
        """The unique id of the house's own sensor: no node's id is empty."""
        return f"{self.key}:"

    def unique_id(self, node: RemoteNode) -> str:
        """Return what tells the node from all others, for ever."""
        return f"{self.key}:{node.uid}"

    def is_of(self, node: RemoteNode, unique_id: str) -> bool:
        """Return whether an entity shows a node, or a part of a foreign one."""
        own = self.unique_id(node)
        if node.domain:
            return unique_id == own
        return unique_id.startswith(tuple(f"{own}:{kind}:" for kind in KINDS))

    def may_show(self, unique_id: str) -> Iterator[str]:
        """Yield the unique ids of all foreign nodes of which an entity may show a part."""
        for kind in KINDS:
            mark = f":{kind}:"
            at = unique_id.find(mark)
            while at >= 0:
                yield unique_id[:at]
                at = unique_id.find(mark, at + 1)

    def foreign_info(self, node: RemoteNode) -> DeviceInfo:
        """Return a foreign node as a device; one without a concentrator is the house itself."""
        made = DeviceInfo(identifiers={(DOMAIN, self.key)}, name=self.title)
        if node.info.ref != ITSELF:
            made = DeviceInfo(
                identifiers={(DOMAIN, self.unique_id(node))},
                name=f"{self.prefix}{node.info.display_name or node.id}",
                via_device_id=self.house_id,
            )
        made.update(facts(node))  # type: ignore[typeddict-item]  # names of its own keys
        return made

    def info(self, node: RemoteNode) -> DeviceInfo:
        """Return the device of a node: the nearest one above it, else the house."""
        if not node.domain:
            return self.foreign_info(node)
        if (device := self.device_of(node)) is None:
            return self.house_info
        return self.device_info(device)

    def device_info(self, device: NodeInfo) -> DeviceInfo:
        """Return a device of the house."""
        identity = self.store.identity(device.ref)
        facts = {
            name: str(identity[name].value) for name in _IDENTITY if name in identity
        }
        made = DeviceInfo(
            identifiers={(DOMAIN, f"{self.key}:{uid_of(device)}")},
            name=f"{self.prefix}{device.display_name}",
            via_device_id=self.house_id,
        )
        made.update(facts)  # type: ignore[typeddict-item]  # names of its own keys
        if self.areas and (area := self._area(device)):
            if (suggested := self.suggestions.of(self.house, area)) is not None:
                made["suggested_area"] = suggested
        return made

    def device_of(self, node: RemoteNode) -> NodeInfo | None:
        """Return the device node that a node belongs to."""
        return next(self._devices(node), None)

    def entity_name(self, node: RemoteNode) -> tuple[bool, str | None]:
        """Return whether the entity's name goes with its device's, and the name (None: the device's)."""
        name = node.info.display_name
        if (device := self.device_of(node)) is None:
            return False, f"{self.prefix}{name}"
        if name == device.display_name:
            return True, None
        if name.startswith(start := f"{device.display_name} "):
            return True, name.removeprefix(start)
        return False, f"{self.prefix}{name}"

    def _devices(self, node: RemoteNode) -> Iterator[NodeInfo]:
        return (
            info for info in self.store.ancestors(node.info) if info.node_type == DEVICE
        )

    def _area(self, info: NodeInfo) -> str | None:
        return next(
            (
                above.display_name
                for above in self.store.ancestors(info)
                if above.node_type == AREA
            ),
            None,
        )
