"""Sensors of other houses, and what else there is only to be read."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.components.sensor.const import (
    ATTR_LAST_RESET,
    ATTR_OPTIONS,
    ATTR_STATE_CLASS,
    NON_NUMERIC_DEVICE_CLASSES,
    STATE_CLASS_UNITS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import (
    Maker,
    Mirror,
    XmppIotEntity,
    device_class,
    platform_async_setup_entry,
)
from .remote.convert import number, text, texts, whole
from .remote.states import anything, day, including, moment

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

_TEXT: Final = Mirror("native_value", "state", convert=text, plain=True)
_MOMENT: Final = Mirror("native_value", "state", convert=moment, plain=True)
_DAY: Final = Mirror("native_value", "state", convert=day, plain=True)
_NUMBER: Final = Mirror("native_value", "state", convert=number())
_ANYTHING: Final = Mirror("native_value", "state", convert=anything, plain=True)

_VALUES: Final[Mapping[SensorDeviceClass | None, Mirror]] = {
    SensorDeviceClass.DATE: _DAY,
    SensorDeviceClass.ENUM: _TEXT,
    SensorDeviceClass.TIMESTAMP: _MOMENT,
    SensorDeviceClass.UPTIME: _MOMENT,
}


class XmppIotSensor(XmppIotEntity, SensorEntity):
    """A sensor of another house."""

    categories: ClassVar[frozenset[EntityCategory]] = frozenset(
        {EntityCategory.DIAGNOSTIC}
    )
    mirrors: ClassVar[tuple[Mirror, ...]] = (
        device_class(SensorDeviceClass),
        Mirror(ATTR_LAST_RESET, convert=moment, plain=True),
        Mirror(
            "native_unit_of_measurement",
            ATTR_UNIT_OF_MEASUREMENT,
            static=True,
            convert=text,
            plain=True,
        ),
        Mirror(ATTR_OPTIONS, static=True, convert=texts),
        Mirror(ATTR_STATE_CLASS, static=True, convert=SensorStateClass),
        Mirror("suggested_display_precision", static=True, convert=whole()),
    )

    @override
    def take_over(self) -> None:
        """Take over what the node says, as far as Home Assistant accepts it together."""
        super().take_over()
        self._fit()
        expected = _NUMBER if self._numeric_state_expected else _ANYTHING
        value = _VALUES.get(self._attr_device_class, expected).read(self.node)
        if self._attr_options is not None:
            self._attr_options = including(self._attr_options, value)
        self._attr_native_value = value

    def _fit(self) -> None:
        """Leave out what Home Assistant refuses beside the rest.

        The other house's Home Assistant refuses it too: it is of no sensor, or has just changed.
        """
        if self._attr_device_class in NON_NUMERIC_DEVICE_CLASSES:
            self._attr_native_unit_of_measurement = None
        if self._attr_device_class is not SensorDeviceClass.ENUM:
            self._attr_options = None
        if (state_class := self._attr_state_class) is not None:
            units = STATE_CLASS_UNITS.get(state_class)
            if units and self._attr_native_unit_of_measurement not in units:
                self._attr_state_class = None
        if self._attr_state_class is not SensorStateClass.TOTAL:
            self._attr_last_reset = None

    @override
    def _normalize_uptime(self, current_uptime: datetime) -> datetime:
        """Return the moment as it is: the other house has steadied it."""
        return current_uptime


async def _show(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    async_add_entities: AddConfigEntryEntitiesCallback,
    *,
    platform: Platform,
    entity: Maker,
) -> None:
    """Show what other houses have, and how good the account's own connection is."""
    await platform_async_setup_entry(
        hass, entry, async_add_entities, platform=platform, entity=entity
    )
    entry.runtime_data.account_sensors.async_show(async_add_entities)


async_setup_entry = partial(_show, platform=Platform.SENSOR, entity=XmppIotSensor)
