"""Those of the crowd that are switches."""

from typing import override

from homeassistant.components.switch import SwitchEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import Crowd, Member


class Plug(Member, SwitchEntity):
    """One of them."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it is on."""
        return self.value % 2 == 1

    @override
    async def async_turn_on(self, **kwargs: object) -> None:
        """Turn it on."""
        self.value = 1
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: object) -> None:
        """Turn it off."""
        self.value = 0
        self.async_write_ha_state()


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry[Crowd],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make them."""
    async_add_entities(entry.runtime_data.make(Plug, Platform.SWITCH))
