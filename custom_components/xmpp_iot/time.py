"""Times of day of other houses, by their own clocks."""

from datetime import time
from functools import partial
from typing import ClassVar, override

from homeassistant.components.time import TimeEntity
from homeassistant.const import ATTR_TIME, Platform

from .entity import Mirror, XmppIotEntity, platform_async_setup_entry
from .remote.platforms import setter
from .remote.states import clock

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotTime(XmppIotEntity, TimeEntity):
    """A time of day of another house."""

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("native_value", "state", convert=clock, plain=True),
    )

    @override
    async def async_set_value(self, value: time) -> None:
        """Set the time over there."""
        await self.command(setter(self.node), {ATTR_TIME: value})


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.TIME, entity=XmppIotTime
)
