"""Fans of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.fan import FanEntity
from homeassistant.components.fan.const import (
    ATTR_DIRECTION,
    ATTR_OSCILLATING,
    ATTR_PERCENTAGE,
    ATTR_PERCENTAGE_STEP,
    ATTR_PRESET_MODE,
    SERVICE_DECREASE_SPEED,
    SERVICE_INCREASE_SPEED,
    SERVICE_OSCILLATE,
    SERVICE_SET_DIRECTION,
    SERVICE_SET_PERCENTAGE,
    SERVICE_SET_PRESET_MODE,
    FanEntityFeature,
)
from homeassistant.const import ATTR_STATE, SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform

from .entity import Mirror, XmppIotEntity, features, platform_async_setup_entry
from .remote.convert import flag, number, text, whole
from .remote.rows import choice

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


def _speeds(step: Any) -> int:
    """Return how many speeds there are where one is `step` percent above the other."""
    return round(100 / number(0.1, 100)(step))


class XmppIotFan(XmppIotEntity, FanEntity):
    """A fan of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("percentage", convert=whole(0, 100)),
        Mirror("speed_count", ATTR_PERCENTAGE_STEP, convert=_speeds, default=100),
        *choice("preset_mode", "preset_modes"),
        Mirror("oscillating", convert=flag),
        Mirror("current_direction", ATTR_DIRECTION, convert=text, plain=True),
        features(FanEntityFeature),
    )

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it runs over there, whatever its speed."""
        return self.node.boolean(ATTR_STATE)

    @override
    async def async_turn_on(
        self,
        percentage: int | None = None,
        preset_mode: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Turn it on over there."""
        data = {ATTR_PERCENTAGE: percentage, ATTR_PRESET_MODE: preset_mode}
        await self.command(SERVICE_TURN_ON, data)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF)

    @override
    async def async_set_percentage(self, percentage: int) -> None:
        """Set its speed, in percent."""
        await self.command(SERVICE_SET_PERCENTAGE, {ATTR_PERCENTAGE: percentage})

    @override
    async def async_increase_speed(self, percentage_step: int | None = None) -> None:
        """Make it faster: by that many percent, or by one of its own steps."""
        data = {ATTR_PERCENTAGE_STEP: percentage_step}
        await self.command(SERVICE_INCREASE_SPEED, data)

    @override
    async def async_decrease_speed(self, percentage_step: int | None = None) -> None:
        """Make it slower: by that many percent, or by one of its own steps."""
        data = {ATTR_PERCENTAGE_STEP: percentage_step}
        await self.command(SERVICE_DECREASE_SPEED, data)

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set its preset mode."""
        await self.command(SERVICE_SET_PRESET_MODE, {ATTR_PRESET_MODE: preset_mode})

    @override
    async def async_oscillate(self, oscillating: bool) -> None:
        """Have it turn to and fro, or not."""
        await self.command(SERVICE_OSCILLATE, {ATTR_OSCILLATING: oscillating})

    @override
    async def async_set_direction(self, direction: str) -> None:
        """Set which way it turns."""
        await self.command(SERVICE_SET_DIRECTION, {ATTR_DIRECTION: direction})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.FAN, entity=XmppIotFan
)
