"""Buttons of other houses."""

from functools import partial
from typing import ClassVar, override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.button.const import SERVICE_PRESS, ButtonDeviceClass
from homeassistant.const import Platform

from .entity import Mirror, ToldState, device_class, platform_async_setup_entry

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotButton(ToldState, ButtonEntity):
    """A button of another house: it shows when it was pressed there, by whomever."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (device_class(ButtonDeviceClass),)

    @override
    async def async_press(self) -> None:
        """Press it over there."""
        await self.command(SERVICE_PRESS)


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.BUTTON, entity=XmppIotButton
)
