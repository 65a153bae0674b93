"""Those of the crowd that are numbers."""

from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import Crowd, Member


class Meter(Member, SensorEntity):
    """One of them."""

    _attr_native_unit_of_measurement: str | None = "W"

    @property
    @override
    def device_class(self) -> SensorDeviceClass | None:
        """Return what is measured, in a lane: there each has five attributes."""
        return SensorDeviceClass.POWER if self.lane else None

    @property
    @override
    def state_class(self) -> SensorStateClass | None:
        """Return that it is measured, in a lane."""
        return SensorStateClass.MEASUREMENT if self.lane else None

    @property
    @override
    def native_value(self) -> int:
        """Return the number."""
        return self.number + self.value


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry[Crowd],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make them."""
    async_add_entities(entry.runtime_data.make(Meter, Platform.SENSOR))
