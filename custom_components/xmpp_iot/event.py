"""Event entities of other houses, and of this house's contacts (contacts/record_entities.py).

Home Assistant's triggers follow the state of an event entity, and take a new moment for a new event, unless
the entity was unavailable before. So it is enough to show what is told: one event there is one event here,
with its own time. Nothing is triggered here by the first thing that is read, or by the same read again.
"""

from functools import partial
from typing import Any, ClassVar

from homeassistant.components.event import EventEntity
from homeassistant.components.event.const import EventDeviceClass
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import Maker, Mirror, ToldState, device_class, platform_async_setup_entry
from .remote.convert import texts

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotEvent(ToldState, EventEntity):
    """An event entity of another house; type and data of the last event are extra attributes."""

    timespec: ClassVar[str] = "milliseconds"
    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(EventDeviceClass),
        Mirror("event_types", static=True, convert=texts, default=[]),
    )


async def _show(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    async_add_entities: AddConfigEntryEntitiesCallback,
    *,
    platform: Platform,
    entity: Maker,
) -> None:
    """Show what other houses have, and what contacts want done."""
    await platform_async_setup_entry(
        hass, entry, async_add_entities, platform=platform, entity=entity
    )
    entry.runtime_data.record_entities.async_show(async_add_entities)


async_setup_entry = partial(_show, platform=Platform.EVENT, entity=XmppIotEvent)
