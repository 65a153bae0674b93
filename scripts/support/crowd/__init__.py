"""A component for benches: as many entities as wanted, on devices in areas, which change as often as told.

`crowd: {count: 1000}` in the configuration makes them, with `rooms: false` in no areas; the action `crowd.stir` lets them change.

With `lanes: {a: 1000, b: 100}` there are so many in each lane, all alike, each with five attributes, named for their
lane, whose rooms are on a floor of its name. A lane has an entry of its own: Home Assistant adds 10,000 entities to an
entry, no more. The action `crowd.change` lets those of one lane change, and says when each did.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from math import ceil
import time
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    floor_registry as fr,
)
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.util.json import JsonValueType

DOMAIN: Final = "crowd"
STIR: Final = "stir"
CHANGE: Final = "change"
PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.SENSOR, Platform.SWITCH)
TO_A_DEVICE: Final = 4
TO_AN_AREA: Final = 20  # devices: who has many of them has them in rooms


@dataclass(slots=True)
class Crowd:
    """All of them."""

    count: int
    rooms: bool
    lane: str = ""
    members: list[Member] = field(default_factory=list)

    def numbers(self, platform: Platform) -> Iterator[int]:
        """Yield the numbers of those on a platform: half of them are sensors."""
        kinds = (*PLATFORMS, Platform.SENSOR)
        return (one for one in range(self.count) if kinds[one % 4] == platform)

    def make[One: Member](self, kind: type[One], platform: Platform) -> list[One]:
        """Return those on a platform, which belong to the crowd from now on."""
        made = [
            kind(number, platform, rooms=self.rooms, lane=self.lane)
            for number in self.numbers(platform)
        ]
        self.members += made
        return made

    def some(self, platform: str | None) -> Iterator[Member]:
        """Yield them, those of a platform if one is given, in the order of their numbers."""
        for one in sorted(self.members, key=lambda member: member.number):
            if platform in (None, one.platform_name):
                yield one


class Member(Entity):
    """One of them."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, number: int, platform: Platform, *, rooms: bool, lane: str = ""
    ) -> None:
        """Be one of those of a device, which is in a room where there are `rooms`."""
        self.number = number
        self.lane = lane
        self.platform_name = platform.value
        self.value = 0
        device, place = divmod(number, TO_A_DEVICE)
        self._attr_unique_id = f"{lane}{number}"
        self._attr_name = f"Part {place + 1}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{lane}{device}")},
            name=f"{lane.capitalize() or 'Thing'} {device + 1}",
        )
        if rooms:
            self._attr_device_info["suggested_area"] = room(lane, device // TO_AN_AREA)
        if lane:
            self.entity_id = f"{platform.value}.{lane}_{number}"
            self._attr_icon = "mdi:flash"

    @override
    def get_initial_entity_options(self) -> er.EntityOptionsType | None:
        """Return that voice assistants are not to have them.

        They would ask at the end of the start: for so many that Home Assistant takes it for an endless loop.
        """
        known = super().get_initial_entity_options() or {}
        return {**known, "conversation": {"should_expose": False}}

    def change(self) -> None:
        """Become another."""
        self.value += 1
        self.async_write_ha_state()


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Make them, unless they are there from an earlier start."""
    options = config[DOMAIN]
    for lane, count in options.get("lanes", {"": options.get("count")}).items():
        data = {"count": count, "rooms": options.get("rooms", True), "lane": lane}
        hass.async_create_task(
            hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_IMPORT}, data=data
            )
        )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry[Crowd]) -> bool:
    """Make them."""
    crowd = entry.runtime_data = Crowd(
        entry.data["count"], entry.data["rooms"], entry.data["lane"]
    )
    # Whoever waits for an event that is being told must not wait for thousands of others.
    await asyncio.sleep(0)
    _make_floor(hass, crowd)
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
    _register_change(hass)
    return True


def _register_change(hass: HomeAssistant) -> None:
    async def change(call: ServiceCall) -> ServiceResponse:
        """Let the first `count` of a `lane` change in turn, `rate` a second or as fast as it goes, `rounds` times."""
        (crowd,) = (
            entry.runtime_data
            for entry in hass.config_entries.async_loaded_entries(DOMAIN)
            if entry.runtime_data.lane == call.data["lane"]
        )
        some = crowd.some(call.data.get("platform"))
        members = list(islice(some, call.data["count"]))
        members *= call.data.get("rounds", 1)
        return {"changes": await _change(members, call.data.get("rate"))}

    hass.services.async_register(
        DOMAIN, CHANGE, change, supports_response=SupportsResponse.ONLY
    )


async def _change(members: list[Member], rate: float | None) -> list[JsonValueType]:
    """Let one after the other change; return entity id, state, and when, of the system's monotonic clock."""
    begun = time.perf_counter()
    changes: list[JsonValueType] = []
    for number, one in enumerate(members):
        pause = (
            0 if rate is None else max(0, begun + number / rate - time.perf_counter())
        )
        await asyncio.sleep(pause)  # (others of the loop are let in by 0, too)
        at = time.perf_counter()
        one.change()
        state = one.hass.states.get(one.entity_id)
        changes.append([one.entity_id, None if state is None else state.state, at])
    return changes


def _make_floor(hass: HomeAssistant, crowd: Crowd) -> None:
    """Give a lane a floor, with its rooms: so a whole lane is granted as one.

    They are there before who lives in them, who would be told of every move.
    """
    areas, floors = ar.async_get(hass), fr.async_get(hass)
    if not crowd.lane or floors.async_get_floor_by_name(crowd.lane) is not None:
        return
    floor = floors.async_create(crowd.lane)
    for number in range(ceil(crowd.count / TO_A_DEVICE / TO_AN_AREA)):
        areas.async_create(room(crowd.lane, number), floor_id=floor.floor_id)


def room(lane: str, number: int) -> str:
    """Return the name of a room."""
    return f"{lane} Room {number + 1}".strip()
