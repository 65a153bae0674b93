"""What is always there of a linked house: how things are with it, and its last values while it is away."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.util import dt as dt_util

from .link import Connection, Link

ATTR_ENTITIES: Final = "entities"
ATTR_LAST_SEEN: Final = "last_seen"
ATTR_LAST_VALUE: Final = "last_value"


class HouseSensor(RestoreEntity, SensorEntity):
    """Whether a linked house is there; while it is not, when it left and what its entities were then."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _unrecorded_attributes = frozenset({ATTR_LAST_VALUE})

    def __init__(self, link: Link) -> None:
        """Tell of the house of `link`."""
        self._link = link
        self._attr_device_class = SensorDeviceClass.ENUM
        self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_options = list(Connection)
        self._attr_translation_key = "connection"
        self._attr_unique_id = link.devices.connection_id
        self._attr_device_info = link.devices.house_info

    @property
    @override
    def native_value(self) -> Connection:
        """Return how things are."""
        return self._link.connection

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return how much is shown of it, and what it was."""
        link = self._link
        shown = {ATTR_ENTITIES: len(link.store.announced)}
        if link.online:
            return shown
        return {
            **shown,
            ATTR_LAST_SEEN: link.last_seen.isoformat() if link.last_seen else None,
            ATTR_LAST_VALUE: dict(link.last_values),
        }

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the link, beginning with what was before Home Assistant's restart."""
        stored = await self.async_get_last_extra_data()
        is_unknown = self._link.last_seen is None and not self._link.online
        if stored is not None and is_unknown:
            self._restore(stored.as_dict())
        self.async_on_remove(self._link.watch(self._changed))

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is known of the house when Home Assistant stops."""
        return _Stored(self._link)

    def _restore(self, stored: Mapping[str, Any]) -> None:
        link = self._link
        seen, values = stored.get(ATTR_LAST_SEEN), stored.get(ATTR_LAST_VALUE)
        if isinstance(seen, str):
            link.last_seen = dt_util.parse_datetime(seen)
        if isinstance(values, dict):
            link.last_values = values

    @callback
    def _changed(self) -> None:
        self.async_write_ha_state()


class _Stored(ExtraStoredData):
    """A house as it is, or as it was when it left."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return it for the disk."""
        link = self._link
        seen, values = link.last_seen, link.values
        if link.online:
            seen = dt_util.utcnow()
        return {
            ATTR_LAST_SEEN: seen.isoformat() if seen else None,
            ATTR_LAST_VALUE: dict(values),
        }
