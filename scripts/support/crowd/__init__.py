"""A component for benches: as many entities as wanted, on devices in areas, which change as often as told.

`crowd: {count: 1000}` in the configuration makes them, with `rooms: false` in no areas; the action `crowd.stir` lets them change.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

DOMAIN: Final = "crowd"
STIR: Final = "stir"
PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR, Platform.SWITCH)
TO_A_DEVICE: Final = 4
TO_AN_AREA: Final = 20  # devices: who has many of them has them in rooms


@dataclass(slots=True)
class Crowd:
    """All of them."""

    count: int
    rooms: bool
    members: list[Member] = field(default_factory=list)

    def numbers(self, platform: Platform) -> Iterator[int]:
        """Yield the numbers of those on a platform: half of them are sensors."""
        kinds = (*PLATFORMS, Platform.SENSOR)
        return (one for one in range(self.count) if kinds[one % 4] == platform)

    def make[One: Member](self, kind: type[One], platform: Platform) -> list[One]:
        """Return those on a platform, which belong to the crowd from now on."""
        made = [kind(number, rooms=self.rooms) for number in self.numbers(platform)]
        self.members += made
        return made


class Member(Entity):
    """One of them."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, number: int, *, rooms: bool) -> None:
        """Be one of those of a device, which is in a room where there are `rooms`."""
        self.number = number
        self.value = 0
        device, place = divmod(number, TO_A_DEVICE)
        self._attr_unique_id = str(number)
        self._attr_name = f"Part {place + 1}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, str(device))},
            name=f"Thing {device + 1}",
        )
        if rooms:
            room = f"Room {device // TO_AN_AREA + 1}"
            self._attr_device_info["suggested_area"] = room

    def change(self) -> None:
        """Become another."""
        self.value += 1
        self.async_write_ha_state()


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Make them, unless they are there from an earlier start."""
    hass.async_create_task(
        hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_IMPORT}, data=config[DOMAIN]
        )
    )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry[Crowd]) -> bool:
    """Make them."""
    crowd = entry.runtime_data = Crowd(
        entry.data["count"], entry.data.get("rooms", True)
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    turns = cycle(crowd.members)

    async def stir(call: ServiceCall) -> ServiceResponse:
        """Let one after the other change, `rate` of them a second, for so many `seconds`."""
        begun = hass.loop.time()
        rate = float(call.data["rate"])
        changes = round(rate * float(call.data["seconds"]))
        for number in range(changes):
            await asyncio.sleep(begun + number / rate - hass.loop.time())
            next(turns).change()
        return {"changes": changes}

    hass.services.async_register(
        DOMAIN, STIR, stir, supports_response=SupportsResponse.ONLY
    )
    return True
