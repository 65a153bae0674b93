"""What all entities of other houses share: who they are, when they are there, and how they act.

A platform's file has a table of `Mirror`s, one for each thing its entity shows, and its actions, which
become commands of the node over there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_ATTRIBUTION,
    ATTR_DEVICE_CLASS,
    ATTR_ENTITY_PICTURE,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_RESTORED,
    ATTR_STATE,
    ATTR_SUPPORTED_FEATURES,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    EntityCategory,
    Platform,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.enum import try_parse_enum

if TYPE_CHECKING:
    # For types only: `remote` is a platform too (see there), which imports this module.
    from .remote.house import RemoteHouse
    from .remote.node import RemoteNode
    from .wire.model import NodeInfo


# What a description says that is not the entity's own to show, or that Home Assistant shows by itself.
_DESCRIPTION: Final = frozenset(
    {
        ATTR_ASSUMED_STATE,
        ATTR_ATTRIBUTION,
        ATTR_DEVICE_CLASS,
        ATTR_FRIENDLY_NAME,
        ATTR_ICON,
        ATTR_SUPPORTED_FEATURES,
        ATTR_UNIT_OF_MEASUREMENT,
        "entity_category",
        "labels",
        "pubsub",  # where the node can be followed
        "uid",
    }
)

# What Home Assistant itself takes from a state: it comes by way of the entity, which looks at it, or not at all.
_MEANT: Final = frozenset(
    {
        ATTR_ASSUMED_STATE,
        ATTR_ATTRIBUTION,
        ATTR_DEVICE_CLASS,
        ATTR_ENTITY_PICTURE,  # fetched by whoever looks at the entity
        ATTR_FRIENDLY_NAME,
        ATTR_ICON,
        ATTR_RESTORED,
        ATTR_SUPPORTED_FEATURES,
        ATTR_UNIT_OF_MEASUREMENT,
        "last_reset",
        "state_class",
    }
)


def unchanged(value: Any) -> Any:
    """Return the value as it is."""
    return value


@dataclass(frozen=True, slots=True)
class Mirror:
    """One thing an entity shows, taken from its node.

    `attribute` is Home Assistant's name of it (`_attr_…`). It is in the field of that name, or of `name`;
    where `static`, in the node parameter. `convert` makes Home Assistant's value of it; a value that it
    cannot convert (ValueError, TypeError, OverflowError) is none, and where there is none it is the `default`. What is
    `plain` is never a structure: a title may well begin with a bracket. What is `kept` is an extra attribute
    too, as Home Assistant shows it by another name, or not at all.
    """

    attribute: str
    name: str = ""
    static: bool = False
    convert: Callable[[Any], Any] = unchanged
    default: Any = None
    plain: bool = False
    kept: bool = False

    @property
    def source(self) -> str:
        """The name of the field or parameter."""
        return self.name or self.attribute

    def read(self, node: RemoteNode) -> Any:
        """Return what the entity shows now."""
        if (value := self._value(node)) is None:
            return self.default
        try:
            return self.convert(value)
        except ValueError, TypeError, OverflowError:
            return self.default

    def _value(self, node: RemoteNode) -> Any:
        if self.static:
            return (node.parameter if self.plain else node.static)(self.source)
        return (node.value if self.plain else node.structure)(self.source)


class XmppIotEntity(Entity):
    """An entity of another house."""

    _attr_should_poll = False
    mirrors: ClassVar[tuple[Mirror, ...]] = ()
    shown: ClassVar[frozenset[str]] = frozenset()
    """Fields and parameters that are not extra attributes though no mirror shows them."""
    categories: ClassVar[frozenset[EntityCategory]] = frozenset(EntityCategory)
    """The categories that Home Assistant accepts on the platform."""

    def __init__(self, house: RemoteHouse, node: RemoteNode) -> None:
        """Show `node` of `house`."""
        self.house = house
        self.node = node
        self._attr_unique_id = house.unique_id(node)
        self._attr_device_info = house.device_info(node)
        category = try_parse_enum(
            EntityCategory, node.text_parameter("entity_category")
        )
        self._attr_entity_category = category if category in self.categories else None
        self._extra = {ATTR_STATE, *_MEANT, *self.shown} | {
            one.source for one in self.mirrors if not (one.static or one.kept)
        }
        self._described = {*_DESCRIPTION, *_MEANT, *self.shown} | {
            one.source for one in self.mirrors if one.static and not one.kept
        }
        self._info: NodeInfo | None = None
        self._said: dict[str, Any] = {}  # by its description
        self.take_over()

    @property
    @override
    def available(self) -> bool:
        """Whether the house is online and can read the node itself."""
        return self.house.online and self.node.available

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what else the other house says of its entity."""
        return self._said | {
            name: self.node.structure(name)
            for name in self.node.fields
            if name not in self._extra and not name.endswith(".text")
        }

    def take_over(self) -> None:
        """Take over what the node says.

        Not named `update`: Home Assistant would take that for something to be polled, in turns.
        """
        if self.node.info is not self._info:
            self._info = self.node.info
            self._describe()
        for mirror in self.mirrors:
            setattr(self, f"_attr_{mirror.attribute}", mirror.read(self.node))

    def _describe(self) -> None:
        """Take over what is said of the node itself."""
        name = self.house.entity_name(self.node)
        self._attr_has_entity_name, self._attr_name = name
        self._attr_icon = self.node.text_parameter(ATTR_ICON)
        self._attr_assumed_state = bool(self.node.parameter(ATTR_ASSUMED_STATE))
        self._attr_attribution = self.node.text_parameter(ATTR_ATTRIBUTION)
        parameters = self.node.info.parameters if self.node.domain else ()
        names = [one.id for one in parameters if one.id not in self._described]
        self._said = {name: self.node.static(name) for name in names}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the node, and the house, beginning with what has changed since the entity was made."""
        self.async_on_remove(self.node.listen(self._changed))
        self.async_on_remove(self.house.listen(self._changed))
        self.take_over()

    @callback
    def _changed(self) -> None:
        self.take_over()
        self.async_write_ha_state()

    async def command(self, action: str, data: Mapping[str, Any] | None = None) -> None:
        """Have an action carried out over there, and return when it is done.

        HomeAssistantError with the other house's reason where it was refused or failed.
        """
        await self.house.execute(self.node, action, data or {})


class ToldState(XmppIotEntity):
    """An entity that shows the state as it is told, where Home Assistant would make one of its own.

    It would show when somebody pressed, activated or noticed something in this house, and where a device is
    among this house's zones.
    """

    timespec: ClassVar[str] = "auto"
    """How precise the moments are that Home Assistant shows on the platform."""

    @override
    def _stringify_state(self, available: bool) -> str:
        if not available:
            return STATE_UNAVAILABLE
        match self.node.value(ATTR_STATE):
            case None:
                return STATE_UNKNOWN
            case bool() as is_on:
                return STATE_ON if is_on else STATE_OFF
            case datetime() as moment:
                return moment.isoformat(timespec=self.timespec)
            case value:
                return str(value)


def features[Features: IntFlag](kind: type[Features], cut: int = 0) -> Mirror:
    """Mirror what an entity can do, but for what the other house offers no command for."""
    return Mirror(
        ATTR_SUPPORTED_FEATURES,
        static=True,
        convert=lambda value: kind(value & ~cut),
        default=kind(0),
    )


def device_class[Class: StrEnum](kind: type[Class]) -> Mirror:
    """Mirror what kind of thing an entity is; one that Home Assistant does not know is none."""
    return Mirror(ATTR_DEVICE_CLASS, static=True, convert=kind)


type Maker = Callable[[RemoteHouse, RemoteNode], XmppIotEntity]
"""What makes an entity of a node: its class, or what chooses one."""


async def platform_async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    async_add_entities: AddConfigEntryEntitiesCallback,
    *,
    platform: Platform,
    entity: Maker,
) -> None:
    """Have the nodes of linked houses that are of this platform become entities, now and later."""
    entry.runtime_data.links.show(platform, entity, async_add_entities)
