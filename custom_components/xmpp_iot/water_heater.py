"""Water heaters of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.water_heater import WaterHeaterEntity
from homeassistant.components.water_heater.const import (
    ATTR_AWAY_MODE,
    ATTR_OPERATION_MODE,
    SERVICE_SET_AWAY_MODE,
    SERVICE_SET_OPERATION_MODE,
    WaterHeaterEntityFeature,
)
from homeassistant.const import ATTR_STATE, STATE_ON, Platform

from .entity import Mirror, features, platform_async_setup_entry
from .remote.convert import among
from .remote.rows import choice
from .remote.temperature import TEMPERATURES, WithTemperature

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotWaterHeater(WithTemperature, WaterHeaterEntity):
    """A water heater of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        *TEMPERATURES,
        *choice("current_operation", "operation_list", ATTR_STATE),
        Mirror("is_away_mode_on", ATTR_AWAY_MODE, convert=among(STATE_ON)),
        features(WaterHeaterEntityFeature),
    )
    shown = frozenset({ATTR_OPERATION_MODE})

    @override
    async def async_set_operation_mode(self, operation_mode: str) -> None:
        """Set how it heats."""
        data = {ATTR_OPERATION_MODE: operation_mode}
        await self.command(SERVICE_SET_OPERATION_MODE, data)

    @override
    async def async_turn_away_mode_on(self) -> None:
        """Tell it that nobody is there."""
        await self.command(SERVICE_SET_AWAY_MODE, {ATTR_AWAY_MODE: True})

    @override
    async def async_turn_away_mode_off(self) -> None:
        """Tell it that somebody is there."""
        await self.command(SERVICE_SET_AWAY_MODE, {ATTR_AWAY_MODE: False})


async_setup_entry = partial(
    platform_async_setup_entry,
    platform=Platform.WATER_HEATER,
    entity=XmppIotWaterHeater,
)
