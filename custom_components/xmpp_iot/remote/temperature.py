"""What has a temperature to reach: climates and water heaters of another house, in that house's unit."""

from typing import Any, Final, override

from homeassistant.components.climate.const import (
    ATTR_CURRENT_TEMPERATURE,
    ATTR_HVAC_MODE,
    ATTR_MAX_TEMP,
    ATTR_MIN_TEMP,
    ATTR_TARGET_TEMP_HIGH,
    ATTR_TARGET_TEMP_LOW,
    ATTR_TARGET_TEMP_STEP,
    SERVICE_SET_TEMPERATURE,
)
from homeassistant.components.water_heater.const import ATTR_OPERATION_MODE
from homeassistant.const import (
    ATTR_TEMPERATURE,
    PRECISION_TENTHS,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    UnitOfTemperature,
)
from homeassistant.util.enum import try_parse_enum

from ..entity import Mirror, XmppIotEntity
from .convert import number

# Of the data Home Assistant hands over: it has the names of its targets in it too.
_DATA: Final = frozenset(
    {
        ATTR_TEMPERATURE,
        ATTR_TARGET_TEMP_HIGH,
        ATTR_TARGET_TEMP_LOW,
        ATTR_HVAC_MODE,
        ATTR_OPERATION_MODE,
    }
)
_FIELDS: Final = (
    ATTR_CURRENT_TEMPERATURE,
    ATTR_TEMPERATURE,
    ATTR_TARGET_TEMP_HIGH,
    ATTR_TARGET_TEMP_LOW,
)

TEMPERATURES: Final = (
    Mirror("current_temperature", convert=number()),
    Mirror("target_temperature", ATTR_TEMPERATURE, convert=number()),
    Mirror("target_temperature_high", ATTR_TARGET_TEMP_HIGH, convert=number()),
    Mirror("target_temperature_low", ATTR_TARGET_TEMP_LOW, convert=number()),
    Mirror(
        "target_temperature_step", ATTR_TARGET_TEMP_STEP, static=True, convert=number()
    ),
    Mirror("min_temp", ATTR_MIN_TEMP, static=True, convert=number()),
    Mirror("max_temp", ATTR_MAX_TEMP, static=True, convert=number()),
)


class WithTemperature(XmppIotEntity):
    """An entity with a temperature to reach."""

    _unit: UnitOfTemperature | None = None

    @override
    def take_over(self) -> None:
        """Take over what the node says; the unit stays known while there is no temperature."""
        super().take_over()
        units = filter(None, map(self.node.unit, _FIELDS))
        self._unit = try_parse_enum(UnitOfTemperature, next(units, None)) or self._unit
        for bound in ("_attr_min_temp", "_attr_max_temp"):
            if getattr(self, bound) is None:
                # Home Assistant has bounds of its own, in whatever the unit is.
                delattr(self, bound)

    @property
    def temperature_unit(self) -> str:
        """Return the other house's unit; this one's as long as it has not said any."""
        return self._unit or self.hass.config.units.temperature_unit

    @property
    def precision(self) -> float:
        """Return how exact temperatures are shown: as they are, for the other house has rounded them."""
        return PRECISION_TENTHS

    async def async_set_temperature(self, **kwargs: Any) -> None:
        """Set the temperature to reach, in the other house's unit, and the mode if there is one."""
        data = {name: value for name, value in kwargs.items() if name in _DATA}
        await self.command(SERVICE_SET_TEMPERATURE, data)

    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there."""
        await self.command(SERVICE_TURN_ON)

    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF)
