"""Lawn mowers of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.lawn_mower import LawnMowerEntity
from homeassistant.components.lawn_mower.const import (
    SERVICE_DOCK,
    SERVICE_PAUSE,
    SERVICE_START_MOWING,
    SERVICE_STOP,
    LawnMowerActivity,
    LawnMowerEntityFeature,
)
from homeassistant.const import ATTR_STATE, Platform

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotLawnMower(XmppIotEntity, LawnMowerEntity):
    """A lawn mower of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("activity", ATTR_STATE, convert=LawnMowerActivity),
        features(LawnMowerEntityFeature),
    )

    @override
    async def async_start_mowing(self) -> None:
        """Have it begin, or go on."""
        await self.command(SERVICE_START_MOWING)

    @override
    async def async_dock(self) -> None:
        """Send it back."""
        await self.command(SERVICE_DOCK)

    @override
    async def async_pause(self) -> None:
        """Have it pause."""
        await self.command(SERVICE_PAUSE)

    @override
    async def async_stop(self) -> None:
        """Have it stop."""
        await self.command(SERVICE_STOP)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.LAWN_MOWER, entity=XmppIotLawnMower
)
