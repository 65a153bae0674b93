"""Binary sensors of other houses."""

from functools import partial
from typing import ClassVar

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform

from .entity import Mirror, XmppIotEntity, device_class, platform_async_setup_entry
from .remote.rows import ON

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other


class XmppIotBinarySensor(XmppIotEntity, BinarySensorEntity):
    """A binary sensor of another house; a schedule is one too."""

    categories: ClassVar[frozenset[EntityCategory]] = frozenset(
        {EntityCategory.DIAGNOSTIC}
    )
    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(BinarySensorDeviceClass),
        ON,
    )


async_setup_entry = partial(
    platform_async_setup_entry,
    platform=Platform.BINARY_SENSOR,
    entity=XmppIotBinarySensor,
)
