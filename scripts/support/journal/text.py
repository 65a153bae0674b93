"""Those that are set: what is done to them is in the journal."""

import asyncio
from typing import override

from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from . import DOMAIN, EFFECT, REFUSED, SLIPS, Journal


class Slip(TextEntity):
    """One of them."""

    _attr_should_poll = False
    _attr_native_value: str | None = None

    def __init__(self, number: int, journal: Journal) -> None:
        """Be the one of that number."""
        self._journal = journal
        self._attr_unique_id = str(number)
        self._attr_name = f"Slip {number}"

    @override
    async def async_set_value(self, value: str) -> None:
        """Do what is asked: note it, and take as long as it says."""
        command, _, how = value.partition("/")
        if how == REFUSED:
            raise HomeAssistantError("This is one of those that are refused")
        self._journal.note(EFFECT, command)
        self._attr_native_value = value
        self.async_write_ha_state()
        await asyncio.sleep(float(how or 0))


async def async_setup_platform(
    hass: HomeAssistant,
    config: ConfigType,
    async_add_entities: AddEntitiesCallback,
    discovery_info: DiscoveryInfoType | None = None,
) -> None:
    """Make them."""
    journal: Journal = hass.data[DOMAIN]
    count = (discovery_info or {}).get(SLIPS, 0)
    async_add_entities(Slip(number, journal) for number in range(1, count + 1))
