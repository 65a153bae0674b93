"""Dates of other houses."""

from datetime import date
from functools import partial
from typing import ClassVar, override

from homeassistant.components.date import DateEntity
from homeassistant.const import ATTR_DATE, Platform

from .entity import Mirror, XmppIotEntity, platform_async_setup_entry
from .remote.platforms import setter
from .remote.states import day

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotDate(XmppIotEntity, DateEntity):
    """A date of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("native_value", "state", convert=day, plain=True),
    )

    @override
    async def async_set_value(self, value: date) -> None:
        """Set the date over there."""
        await self.command(setter(self.node), {ATTR_DATE: value})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.DATE, entity=XmppIotDate
)
