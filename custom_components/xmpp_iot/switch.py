"""Switches of other houses, and what else is turned on and off there."""

from functools import partial
from typing import Any, ClassVar, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform

from .entity import Mirror, XmppIotEntity, device_class, platform_async_setup_entry
from .remote.rows import ON

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotSwitch(XmppIotEntity, SwitchEntity):
    """A switch of another house; an automation is one too, and a script, which is on while it runs."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(SwitchDeviceClass),
        ON,
    )

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there."""
        await self.command(SERVICE_TURN_ON, kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF, kwargs)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.SWITCH, entity=XmppIotSwitch
)
