"""Event entities of other houses.

Home Assistant's triggers follow the state of an event entity, and take a new moment for a new event, unless
the entity was unavailable before. So it is enough to show what is told: one event there is one event here,
with its own time. Nothing is triggered here by the first thing that is read, or by the same read again.
"""

from functools import partial
from typing import ClassVar

from homeassistant.components.event import EventEntity
from homeassistant.components.event.const import EventDeviceClass
from homeassistant.const import Platform

from .entity import Mirror, ToldState, device_class, platform_async_setup_entry
from .remote.convert import texts

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotEvent(ToldState, EventEntity):
    """An event entity of another house; type and data of the last event are extra attributes."""

    timespec: ClassVar[str] = "milliseconds"
    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(EventDeviceClass),
        Mirror("event_types", static=True, convert=texts, default=[]),
    )


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.EVENT, entity=XmppIotEvent
)
