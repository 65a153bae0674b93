"""What a node of something else than Home Assistant is here: not one entity, but several.

Each field that is read is a sensor or a binary sensor, each control parameter something that can be set,
each simple command a button. What belongs together is one entity: a field and the parameter of its name, and
a light's switch, brightness and colour. What a node says does not tell everything, so much of this is
guessed, and can be corrected (foreign_mapping.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from homeassistant.components.sensor.const import (
    NON_NUMERIC_DEVICE_CLASSES,
    SensorDeviceClass,
)
from homeassistant.const import EntityCategory, Platform, UnitOfTime

from ..wire.model import HISTORICAL, Category, Command, CommandType, Field, ValueType
from .foreign_parameters import NUMBERS, Parameter, parameters
from .foreign_units import binary_class, known_unit, sensor_class, words
from .node import RemoteNode

FIELD: Final = "field"
PARAMETER: Final = "parameter"
COMMAND: Final = "command"
LIGHT: Final = "light"
KINDS: Final = (COMMAND, FIELD, LIGHT, PARAMETER)
"""What the keys of entities begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignEntity:
    """One entity of a node, as it is to be shown."""

    key: str
    """What tells it from the node's others: stays the same as long as what it shows has its name."""
    platform: Platform
    name: str
    field: str = ""
    """The field it shows; empty for what shows none."""
    type: ValueType = ValueType.STRING
    """Of what it shows and sets."""
    parameter: Parameter | None = None
    """What it sets: of a light, its switch."""
    brightness: Parameter | None = None
    color: Parameter | None = None
    command: str = ""
    device_class: str | None = None
    unit: str | None = None
    category: EntityCategory | None = None
    enabled: bool = True

    @property
    def parts(self) -> tuple[Parameter, ...]:
        """What it sets."""
        parts = self.parameter, self.brightness, self.color
        return tuple(one for one in parts if one is not None)


# What a field is shown by: what is no yes or no is a sensor.
_SHOWN_BY: Final[Mapping[ValueType, Platform]] = MappingProxyType(
    {ValueType.BOOLEAN: Platform.BINARY_SENSOR}
)
# What a parameter is set by: what is chosen from a list is a select, whatever it is.
_SET_BY: Final[Mapping[ValueType, Platform]] = MappingProxyType(
    {
        ValueType.BOOLEAN: Platform.SWITCH,
        ValueType.COLOR: Platform.TEXT,
        ValueType.DATE: Platform.DATE,
        ValueType.DATE_TIME: Platform.DATETIME,
        ValueType.DOUBLE: Platform.NUMBER,
        ValueType.DURATION: Platform.NUMBER,
        ValueType.ENUM: Platform.TEXT,
        ValueType.INT: Platform.NUMBER,
        ValueType.LONG: Platform.NUMBER,
        ValueType.STRING: Platform.TEXT,
        ValueType.TIME: Platform.TIME,
    }
)
# What kind of sensor or number something is by its type alone.
_CLASS_OF: Final[Mapping[ValueType, SensorDeviceClass]] = MappingProxyType(
    {
        ValueType.DATE: SensorDeviceClass.DATE,
        ValueType.DATE_TIME: SensorDeviceClass.TIMESTAMP,
        ValueType.DURATION: SensorDeviceClass.DURATION,
    }
)
_UNIT_OF: Final[Mapping[ValueType, str]] = MappingProxyType(
    {ValueType.DURATION: UnitOfTime.SECONDS}
)
_DIAGNOSTIC: Final = frozenset({Category.STATUS})

# Words that say which of several switches is the light's own, and which number its brightness.
_SWITCH_WORDS: Final = frozenset(
    {"lamp", "light", "main", "on", "output", "power", "state", "switch"}
)
_BRIGHTNESS_WORDS: Final = frozenset(
    {"brightness", "dim", "dimmer", "intensity", "level", "luminance"}
)


def entities(
    node: RemoteNode, hidden: frozenset[str] = frozenset()
) -> tuple[ForeignEntity, ...]:
    """Return what a node is shown by, as far as can be told of what it has said so far.

    `hidden` are keys of what is not wanted; the parts of a light that is not wanted are shown by themselves.
    """
    taken = parameters(node)
    lights = _lights(tuple(taken.values()))
    found = [light for light in lights if light.key not in hidden]
    left = dict(taken)
    for light in found:
        for part in light.parts:
            del left[part.name]
    found += (_setting(node, one) for one in left.values())
    found += (_reading(one) for one in _readings(node) if one.name not in taken)
    found += (_button(one) for one in node.commands if one.type is CommandType.SIMPLE)
    return tuple(one for one in found if one.key not in hidden)


def facts(node: RemoteNode) -> Mapping[str, str]:
    """Return what a node says of its identity, by Home Assistant's names of it."""
    said = {
        "".join(words(one.name)): str(one.value)
        for one in node.fields.values()
        if one.category is Category.IDENTITY
    }
    return {
        _FACTS[name]: value for name, value in said.items() if name in _FACTS and value
    }


# What a node says of its identity: Home Assistant's name of it, by others' (lower case, letters and digits).
_FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "firmware": "sw_version",
        "firmwareversion": "sw_version",
        "hardwareversion": "hw_version",
        "hwversion": "hw_version",
        "man": "manufacturer",
        "manufacturer": "manufacturer",
        "model": "model",
        "modelid": "model_id",
        "productname": "model",
        "serial": "serial_number",
        "serialnumber": "serial_number",
        "sn": "serial_number",
        "softwareversion": "sw_version",
        "swversion": "sw_version",
        "vendor": "manufacturer",
        "version": "sw_version",
    }
)


def _readings(node: RemoteNode) -> Iterator[Field]:
    """Yield the fields that are values of now."""
    for field in node.fields.values():
        if field.category not in HISTORICAL and field.category is not Category.IDENTITY:
            yield field


def _reading(field: Field) -> ForeignEntity:
    """Return what shows a field that can only be read."""
    platform = _SHOWN_BY.get(field.type, Platform.SENSOR)
    kind, unit = _quantity(field.name, field.type, field.unit)
    return ForeignEntity(
        key=f"{FIELD}:{field.name}",
        platform=platform,
        name=field.name,
        field=field.name,
        type=field.type,
        device_class=binary_class(field.name)
        if platform is Platform.BINARY_SENSOR
        else kind,
        unit=unit,
        category=EntityCategory.DIAGNOSTIC if field.category in _DIAGNOSTIC else None,
    )


def _setting(node: RemoteNode, parameter: Parameter) -> ForeignEntity:
    """Return what sets a parameter, and shows the field of its name."""
    kind, unit = _quantity(parameter.name, parameter.type, node.unit(parameter.name))
    platform = Platform.SELECT if parameter.options else _SET_BY[parameter.type]
    is_number = platform is Platform.NUMBER
    return ForeignEntity(
        key=f"{PARAMETER}:{parameter.name}",
        platform=platform,
        name=parameter.label,
        field=parameter.name,
        type=parameter.type,
        parameter=parameter,
        device_class=kind if is_number else None,
        unit=unit if is_number else None,
    )


def _quantity(
    name: str, kind: ValueType, unit: str | None
) -> tuple[str | None, str | None]:
    """Return the device class and the unit of something that is read or set."""
    if kind not in NUMBERS:
        return _CLASS_OF.get(kind), _UNIT_OF.get(kind)
    known = known_unit(unit or "")
    return sensor_class(name, known), known or None


def _button(command: Command) -> ForeignEntity:
    """Return the button of a command; one that wants to be confirmed is off until somebody wants it."""
    return ForeignEntity(
        key=f"{COMMAND}:{command.id}",
        platform=Platform.BUTTON,
        name=command.name or command.id,
        command=command.id,
        enabled=not command.confirmation,
    )


def _lights(parameters: tuple[Parameter, ...]) -> Iterator[ForeignEntity]:
    """Yield the lights among parameters: a switch with a brightness, a colour or both in one group."""
    for group in dict.fromkeys(one.group for one in parameters):
        parts = [one for one in parameters if one.group == group]
        switch = _light_switch(parts)
        brightness = next((one for one in parts if _is_brightness(one)), None)
        color = next((one for one in parts if one.type is ValueType.COLOR), None)
        if switch and (brightness or color):
            yield ForeignEntity(
                key=f"{LIGHT}:{switch.name}",
                platform=Platform.LIGHT,
                name=switch.label,
                field=switch.name,
                type=ValueType.BOOLEAN,
                parameter=switch,
                brightness=brightness,
                color=color,
            )


def _light_switch(parts: list[Parameter]) -> Parameter | None:
    """Return what turns a light on and off: the only switch there is, or the one that says so."""
    switches = [one for one in parts if one.type is ValueType.BOOLEAN]
    if len(switches) == 1:
        return switches[0]
    return next(
        (one for one in switches if not _SWITCH_WORDS.isdisjoint(words(one.name))),
        None,
    )


def _is_brightness(parameter: Parameter) -> bool:
    return parameter.type in NUMBERS and not _BRIGHTNESS_WORDS.isdisjoint(
        words(parameter.name)
    )


def numeric(entity: ForeignEntity) -> bool:
    """Return whether a sensor shows a number."""
    return (
        entity.type in NUMBERS or entity.type is ValueType.DURATION
    ) and entity.device_class not in NON_NUMERIC_DEVICE_CLASSES
