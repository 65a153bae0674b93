"""Those of the crowd that are on or off."""

from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import Crowd, Member


class Contact(Member, BinarySensorEntity):
    """One of them."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it is on."""
        return self.value % 2 == 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry[Crowd],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make them."""
    async_add_entities(entry.runtime_data.make(Contact, Platform.BINARY_SENSOR))
