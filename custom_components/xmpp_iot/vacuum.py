"""Vacuum cleaners of other houses."""

from functools import partial
from typing import Any, ClassVar, Final, override

from homeassistant.components.vacuum import StateVacuumEntity
from homeassistant.components.vacuum.const import (
    ATTR_FAN_SPEED,
    SERVICE_CLEAN_SPOT,
    SERVICE_LOCATE,
    SERVICE_PAUSE,
    SERVICE_RETURN_TO_BASE,
    SERVICE_SET_FAN_SPEED,
    SERVICE_START,
    SERVICE_STOP,
    VacuumActivity,
    VacuumEntityFeature,
)
from homeassistant.const import ATTR_STATE, Platform

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import text, texts

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

# A house has no commands for these: the one takes anything, the other the areas of that house.
_CUT: Final = VacuumEntityFeature.SEND_COMMAND | VacuumEntityFeature.CLEAN_AREA


class XmppIotVacuum(XmppIotEntity, StateVacuumEntity):
    """A vacuum cleaner of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("activity", ATTR_STATE, convert=VacuumActivity),
        Mirror("fan_speed", convert=text, plain=True),
        Mirror("fan_speed_list", static=True, convert=texts, default=()),
        features(VacuumEntityFeature, _CUT),
    )

    @override
    async def async_start(self) -> None:
        """Have it begin, or go on."""
        await self.command(SERVICE_START)

    @override
    async def async_pause(self) -> None:
        """Have it pause."""
        await self.command(SERVICE_PAUSE)

    @override
    async def async_stop(self, **kwargs: Any) -> None:
        """Have it stop."""
        await self.command(SERVICE_STOP)

    @override
    async def async_return_to_base(self, **kwargs: Any) -> None:
        """Send it back."""
        await self.command(SERVICE_RETURN_TO_BASE)

    @override
    async def async_clean_spot(self, **kwargs: Any) -> None:
        """Have it clean where it is."""
        await self.command(SERVICE_CLEAN_SPOT)

    @override
    async def async_locate(self, **kwargs: Any) -> None:
        """Have it show where it is."""
        await self.command(SERVICE_LOCATE)

    @override
    async def async_set_fan_speed(self, fan_speed: str, **kwargs: Any) -> None:
        """Set how fast its fan runs."""
        await self.command(SERVICE_SET_FAN_SPEED, {ATTR_FAN_SPEED: fan_speed})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.VACUUM, entity=XmppIotVacuum
)
