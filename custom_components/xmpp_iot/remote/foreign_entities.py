"""Entities that show parts of foreign nodes; each platform has one class.

They say what they are as foreign.py has guessed it, and set the node's control parameters.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
import re
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.button import ButtonEntity
from homeassistant.components.date import DateEntity
from homeassistant.components.datetime import DateTimeEntity
from homeassistant.components.number import NumberEntity
from homeassistant.components.number.const import NumberDeviceClass, NumberMode
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.components.sensor.const import (
    NON_NUMERIC_DEVICE_CLASSES,
    SensorDeviceClass,
)
from homeassistant.components.switch import SwitchEntity
from homeassistant.components.switch.const import SwitchDeviceClass
from homeassistant.components.text import TextEntity, TextMode
from homeassistant.components.time import TimeEntity
from homeassistant.const import MAX_LENGTH_STATE_STATE
from homeassistant.util.enum import try_parse_enum

from ..entity import XmppIotEntity
from ..wire.model import Value
from .convert import flag, number, text
from .foreign import ForeignEntity, numeric
from .foreign_parameters import Parameter, parameters
from .foreign_units import state_class
from .foreign_view import ForeignView
from .house import RemoteHouse
from .states import anything, clock, day, moment, pattern, shown
from .values import form_text

type _Convert = Callable[[Any], str | int | float | date]

_NUMBER: Final[_Convert] = number()
# What a sensor shows by its class alone.
_SENSOR_VALUES: Final[Mapping[SensorDeviceClass | None, _Convert]] = MappingProxyType(
    {
        SensorDeviceClass.DATE: day,
        SensorDeviceClass.ENUM: text,
        SensorDeviceClass.TIMESTAMP: moment,
        SensorDeviceClass.UPTIME: moment,
    }
)


class ForeignPart(XmppIotEntity):
    """An entity that shows a part of a foreign node."""

    def __init__(self, house: RemoteHouse, view: ForeignView, key: str) -> None:
        """Show what has that key of the node that `view` shows."""
        self.view = view
        self.key = key
        self.what = view.entities[key]
        self._there = True
        super().__init__(house, view.node)
        self._attr_unique_id = f"{house.unique_id(view.node)}:{key}"
        self._attr_has_entity_name = True
        self._attr_entity_category = self.what.category
        self._attr_entity_registry_enabled_default = self.what.enabled
        self._attr_name = self.what.name

    @property
    @override
    def available(self) -> bool:
        """Whether the node is there, and still has what this shows."""
        is_read = self.node.available or not self.node.info.is_readable
        return self.house.online and self._there and is_read

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return nothing: what else the node says is shown by others."""
        return {}

    @override
    def take_over(self) -> None:
        """Take over what the node says, and what is said of it."""
        found = self.view.entities.get(self.key)
        self._there = found is not None
        self.what = found or self.what
        self.describe(self.what)
        self.show(self.said(self.what))

    def describe(self, what: ForeignEntity) -> None:
        """Take over what is shown."""

    def show(self, value: Value | None) -> None:
        """Take over how it is."""

    def said(self, what: ForeignEntity | Parameter) -> Value | None:
        """Return what a field says or, where there is none, what the control form said."""
        field, parameter = (
            (what.name, what)
            if isinstance(what, Parameter)
            else (what.field, what.parameter)
        )
        if field in self.node.fields or parameter is None:
            return self.node.value(field)
        return parameter.value

    async def set(self, wanted: Mapping[str, Any]) -> None:
        """Have parameters set, in the order of the node's form, and return when they are."""
        ordered = {
            name: parameter.settable(wanted[name])
            for name, parameter in parameters(self.node).items()
            if name in wanted
        }
        await self.house.control(self.node, ordered)

    async def set_own(self, value: Any) -> None:
        """Have what is shown set."""
        if self.what.parameter is not None:
            await self.set({self.what.parameter.name: value})


class ForeignSensor(ForeignPart, SensorEntity):
    """Something that is read."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over what is measured, as far as Home Assistant accepts it together."""
        kind = try_parse_enum(SensorDeviceClass, what.device_class)
        is_number = numeric(what)
        self._attr_device_class = kind
        self._attr_state_class = state_class(kind) if is_number else None
        self._attr_native_unit_of_measurement = (
            None if kind in NON_NUMERIC_DEVICE_CLASSES else what.unit
        )

    @override
    def show(self, value: Value | None) -> None:
        """Take over the value."""
        expected = _NUMBER if self._numeric_state_expected else anything
        convert = _SENSOR_VALUES.get(self._attr_device_class, expected)
        self._attr_native_value = shown(convert, _in_seconds(value))


class ForeignBinarySensor(ForeignPart, BinarySensorEntity):
    """A yes or no that is read."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over which yes or no it is."""
        self._attr_device_class = try_parse_enum(
            BinarySensorDeviceClass, what.device_class
        )

    @override
    def show(self, value: Value | None) -> None:
        """Take over which of both it is."""
        self._attr_is_on = shown(flag, value)


class ForeignSwitch(ForeignPart, SwitchEntity):
    """A yes or no that is set."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over what is switched."""
        self._attr_device_class = try_parse_enum(SwitchDeviceClass, what.device_class)

    @override
    def show(self, value: Value | None) -> None:
        """Take over whether it is on."""
        self._attr_is_on = shown(flag, value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on over there."""
        await self.set_own(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off over there."""
        await self.set_own(False)


class ForeignNumber(ForeignPart, NumberEntity):
    """A number that is set; a span of time is one in seconds."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over the range."""
        self._attr_device_class = try_parse_enum(NumberDeviceClass, what.device_class)
        self._attr_native_unit_of_measurement = what.unit
        if (parameter := what.parameter) is None:
            return
        self._attr_native_min_value, self._attr_native_max_value = parameter.range
        self._attr_native_step = parameter.step
        is_bounded = None not in (parameter.minimum, parameter.maximum)
        self._attr_mode = NumberMode.AUTO if is_bounded else NumberMode.BOX

    @override
    def show(self, value: Value | None) -> None:
        """Take over the number."""
        self._attr_native_value = shown(number(), _in_seconds(value))

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number over there."""
        await self.set_own(value)


class ForeignSelect(ForeignPart, SelectEntity):
    """Something that is chosen from a list; shown by the labels of what can be chosen."""

    _values: Mapping[str, str] = {}

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over what can be chosen; labels count where they tell the choices apart."""
        options = what.parameter.options if what.parameter else ()
        labels = {one.label or one.value: one.value for one in options}
        by_value = {one.value: one.value for one in options}
        self._values = labels if len(labels) == len(by_value) else by_value
        self._attr_options = list(self._values)

    @override
    def show(self, value: Value | None) -> None:
        """Take over what is chosen; nothing, where it is none of the choices."""
        said = None if value is None else form_text(value)
        self._attr_current_option = next(
            (label for label, one in self._values.items() if said in (one, label)),
            None,
        )

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose something over there."""
        await self.set_own(self._values[option])


class ForeignText(ForeignPart, TextEntity):
    """A text that is set."""

    @override
    def describe(self, what: ForeignEntity) -> None:
        """Take over what text it can be."""
        parameter = what.parameter
        private = parameter is not None and parameter.private
        self._attr_mode = TextMode.PASSWORD if private else TextMode.TEXT
        self._attr_native_max = MAX_LENGTH_STATE_STATE
        self._attr_pattern = shown(pattern, parameter.pattern if parameter else None)

    @override
    def show(self, value: Value | None) -> None:
        """Take over the text, as far as Home Assistant shows it: nothing of what is private."""
        said = "" if value is None else form_text(value)
        rule = self._attr_pattern
        fits = len(said) <= MAX_LENGTH_STATE_STATE and (
            not rule or re.match(rule, said)
        )
        is_shown = value is not None and fits and self._attr_mode is TextMode.TEXT
        self._attr_native_value = said if is_shown else None

    @override
    async def async_set_value(self, value: str) -> None:
        """Set the text over there."""
        await self.set_own(value)


class ForeignDate(ForeignPart, DateEntity):
    """A day that is set."""

    @override
    def show(self, value: Value | None) -> None:
        """Take over the day."""
        self._attr_native_value = shown(day, value)

    @override
    async def async_set_value(self, value: date) -> None:
        """Set the day over there."""
        await self.set_own(value)


class ForeignTime(ForeignPart, TimeEntity):
    """A time of day that is set."""

    @override
    def show(self, value: Value | None) -> None:
        """Take over the time."""
        self._attr_native_value = shown(clock, value)

    @override
    async def async_set_value(self, value: time) -> None:
        """Set the time over there."""
        await self.set_own(value)


class ForeignDateTime(ForeignPart, DateTimeEntity):
    """A moment that is set."""

    @override
    def show(self, value: Value | None) -> None:
        """Take over the moment."""
        self._attr_native_value = shown(moment, value)

    @override
    async def async_set_value(self, value: datetime) -> None:
        """Set the moment over there."""
        await self.set_own(value)


class ForeignButton(ForeignPart, ButtonEntity):
    """A simple command."""

    @override
    async def async_press(self) -> None:
        """Have it carried out over there."""
        await self.house.execute(self.node, self.what.command, {})


def _in_seconds(value: Value | None) -> Value | None:
    """Return a span of time as a number of seconds, and everything else as it is."""
    return value.total_seconds() if isinstance(value, timedelta) else value
