"""Humidifiers of other houses."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.humidifier import HumidifierEntity
from homeassistant.components.humidifier.const import (
    ATTR_HUMIDITY,
    DEFAULT_MAX_HUMIDITY,
    DEFAULT_MIN_HUMIDITY,
    SERVICE_SET_HUMIDITY,
    SERVICE_SET_MODE,
    HumidifierAction,
    HumidifierDeviceClass,
    HumidifierEntityFeature,
)
from homeassistant.const import ATTR_MODE, SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform

from .entity import (
    Mirror,
    XmppIotEntity,
    device_class,
    features,
    platform_async_setup_entry,
)
from .remote.convert import number
from .remote.rows import ON, choice

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotHumidifier(XmppIotEntity, HumidifierEntity):
    """A humidifier or dehumidifier of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        ON,
        Mirror("action", convert=HumidifierAction),
        Mirror("target_humidity", ATTR_HUMIDITY, convert=number()),
        Mirror("current_humidity", convert=number()),
        Mirror(
            "min_humidity", static=True, convert=number(), default=DEFAULT_MIN_HUMIDITY
        ),
        Mirror(
            "max_humidity", static=True, convert=number(), default=DEFAULT_MAX_HUMIDITY
        ),
        Mirror("target_humidity_step", static=True, convert=number()),
        *choice(ATTR_MODE, "available_modes"),
        device_class(HumidifierDeviceClass),
        features(HumidifierEntityFeature),
    )

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there."""
        await self.command(SERVICE_TURN_ON, kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF, kwargs)

    @override
    async def async_set_humidity(self, humidity: int) -> None:
        """Set the humidity it shall reach, in percent."""
        await self.command(SERVICE_SET_HUMIDITY, {ATTR_HUMIDITY: humidity})

    @override
    async def async_set_mode(self, mode: str) -> None:
        """Set its mode."""
        await self.command(SERVICE_SET_MODE, {ATTR_MODE: mode})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.HUMIDIFIER, entity=XmppIotHumidifier
)
