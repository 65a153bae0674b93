"""What somebody has corrected of what was guessed of foreign nodes.

A linked house's subentry keeps it, by the uids of nodes and the keys of their entities. Only what fits what
is shown is applied: the node may have become another since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Self

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.number.const import NumberDeviceClass
from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.const import CONF_DEVICE_CLASS, CONF_PLATFORM, Platform

from .foreign import ForeignEntity, entities
from .node import RemoteNode

CONF_MAPPING: Final = "mapping"
CONF_HIDDEN: Final = "hidden"
CONF_UNIT: Final = "unit"

# What something that is guessed to be of one platform can be instead.
ALTERNATIVES: Final[Mapping[Platform, frozenset[Platform]]] = MappingProxyType(
    {
        Platform.BINARY_SENSOR: frozenset({Platform.SENSOR}),
        Platform.DATE: frozenset({Platform.SENSOR}),
        Platform.DATETIME: frozenset({Platform.SENSOR}),
        Platform.NUMBER: frozenset({Platform.SENSOR}),
        Platform.SELECT: frozenset({Platform.SENSOR}),
        Platform.SWITCH: frozenset({Platform.LIGHT, Platform.BINARY_SENSOR}),
        Platform.TEXT: frozenset({Platform.SENSOR}),
        Platform.TIME: frozenset({Platform.SENSOR}),
    }
)
# Which device classes a platform's entities can have.
DEVICE_CLASSES: Final[Mapping[Platform, frozenset[str]]] = MappingProxyType(
    {
        Platform.BINARY_SENSOR: frozenset(BinarySensorDeviceClass),
        Platform.NUMBER: frozenset(NumberDeviceClass),
        Platform.SENSOR: frozenset(SensorDeviceClass),
        Platform.SWITCH: frozenset(SwitchDeviceClass),
    }
)
_HAVE_UNITS: Final = frozenset({Platform.NUMBER, Platform.SENSOR})

type Correction = Mapping[str, Any]
"""What is otherwise of one entity: `platform`, `device_class`, `unit`, `hidden`."""


@dataclass(frozen=True, slots=True)
class ForeignMapping:
    """All corrections of one house's nodes."""

    corrections: Mapping[str, Mapping[str, Correction]]
    """By a node's uid, and the key of its entity."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what a subentry keeps."""
        return cls(data.get(CONF_MAPPING, {}))

    def of(self, node: RemoteNode) -> Mapping[str, Correction]:
        """Return the corrections of a node."""
        return self.corrections.get(node.uid, {})

    def entities(self, node: RemoteNode) -> tuple[ForeignEntity, ...]:
        """Return what a node is shown by."""
        corrections = self.of(node)
        return tuple(
            corrected(one, corrections.get(one.key, {}))
            for one in entities(node, self.hidden(node))
        )

    def hidden(self, node: RemoteNode) -> frozenset[str]:
        """Return the keys of what nobody wants of a node."""
        return frozenset(
            key for key, one in self.of(node).items() if one.get(CONF_HIDDEN)
        )


def corrected(entity: ForeignEntity, correction: Correction) -> ForeignEntity:
    """Return an entity as somebody wants it, as far as it can be that."""
    return replace(entity, **dict(_changes(entity, correction)))


def _changes(
    entity: ForeignEntity, correction: Correction
) -> Iterator[tuple[str, Any]]:
    """Yield what is otherwise. An empty class or unit is none; a class or unit of another platform is not kept."""
    platform = _platform(entity, correction)
    if platform is not entity.platform:
        yield "platform", platform
        if entity.device_class not in _classes(platform):
            yield "device_class", None
    kind = correction.get(CONF_DEVICE_CLASS)
    if kind is not None and (not kind or kind in _classes(platform)):
        yield "device_class", kind or None
    unit = correction.get(CONF_UNIT)
    if isinstance(unit, str) and platform in _HAVE_UNITS:
        yield "unit", unit or None


def _platform(entity: ForeignEntity, correction: Correction) -> Platform:
    wanted = correction.get(CONF_PLATFORM)
    possible = ALTERNATIVES.get(entity.platform, frozenset())
    return Platform(wanted) if wanted in possible else entity.platform


def _classes(platform: Platform) -> frozenset[str]:
    return DEVICE_CLASSES.get(platform, frozenset())
