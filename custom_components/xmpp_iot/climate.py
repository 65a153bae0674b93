"""Thermostats and air conditioners of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.climate import (
    DEFAULT_MAX_HUMIDITY,
    DEFAULT_MIN_HUMIDITY,
    ClimateEntity,
)
from homeassistant.components.climate.const import (
    ATTR_FAN_MODE,
    ATTR_HUMIDITY,
    ATTR_HVAC_MODE,
    ATTR_PRESET_MODE,
    ATTR_SWING_HORIZONTAL_MODE,
    ATTR_SWING_MODE,
    SERVICE_SET_FAN_MODE,
    SERVICE_SET_HUMIDITY,
    SERVICE_SET_HVAC_MODE,
    SERVICE_SET_PRESET_MODE,
    SERVICE_SET_SWING_HORIZONTAL_MODE,
    SERVICE_SET_SWING_MODE,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import ATTR_STATE, Platform

from .entity import Mirror, features, platform_async_setup_entry
from .remote.convert import members, number
from .remote.rows import choice
from .remote.temperature import TEMPERATURES, WithTemperature

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotClimate(WithTemperature, ClimateEntity):
    """A thermostat or air conditioner of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        *TEMPERATURES,
        Mirror("hvac_mode", ATTR_STATE, convert=HVACMode),
        Mirror("hvac_modes", static=True, convert=members(HVACMode), default=()),
        Mirror("hvac_action", convert=HVACAction),
        Mirror("target_humidity", ATTR_HUMIDITY, convert=number()),
        Mirror("current_humidity", convert=number()),
        Mirror(
            "min_humidity", static=True, convert=number(), default=DEFAULT_MIN_HUMIDITY
        ),
        Mirror(
            "max_humidity", static=True, convert=number(), default=DEFAULT_MAX_HUMIDITY
        ),
        Mirror("target_humidity_step", static=True, convert=number()),
        *choice("fan_mode", "fan_modes"),
        *choice("preset_mode", "preset_modes"),
        *choice("swing_mode", "swing_modes"),
        *choice("swing_horizontal_mode", "swing_horizontal_modes"),
        features(ClimateEntityFeature),
    )

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        """Set whether it heats, cools, or both."""
        await self.command(SERVICE_SET_HVAC_MODE, {ATTR_HVAC_MODE: hvac_mode})

    @override
    async def async_set_humidity(self, humidity: int) -> None:
        """Set the humidity to reach, in percent."""
        await self.command(SERVICE_SET_HUMIDITY, {ATTR_HUMIDITY: humidity})

    @override
    async def async_set_fan_mode(self, fan_mode: str) -> None:
        """Set how its fan runs."""
        await self.command(SERVICE_SET_FAN_MODE, {ATTR_FAN_MODE: fan_mode})

    @override
    async def async_set_preset_mode(self, preset_mode: str) -> None:
        """Set its preset mode."""
        await self.command(SERVICE_SET_PRESET_MODE, {ATTR_PRESET_MODE: preset_mode})

    @override
    async def async_set_swing_mode(self, swing_mode: str) -> None:
        """Set how it swings up and down."""
        await self.command(SERVICE_SET_SWING_MODE, {ATTR_SWING_MODE: swing_mode})

    @override
    async def async_set_swing_horizontal_mode(self, swing_horizontal_mode: str) -> None:
        """Set how it swings from side to side."""
        data = {ATTR_SWING_HORIZONTAL_MODE: swing_horizontal_mode}
        await self.command(SERVICE_SET_SWING_HORIZONTAL_MODE, data)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.CLIMATE, entity=XmppIotClimate
)
