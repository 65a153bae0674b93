"""Interoperability interfaces: names that others know for what entities have under names of their own.

A table row per domain and device class says which interfaces (Neuro-Foundation, harmonized interfaces)
such an entity has, and which of its fields and control parameters the names of the interface stand for.
A field is read by such a name only when it is asked for by that name: nothing is sent twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Final

from homeassistant.components.cover import CoverDeviceClass, CoverEntityFeature
from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.const import ATTR_DEVICE_CLASS
from homeassistant.core import State
from homeassistant.helpers import device_registry as dr

from ..wire.model import Field, Quality, ValueType
from .domains import domain_of
from .fields import STATE_FIELD, identity
from .parameter import Offered, Parameter, always, attribute, by_name, feature

_FAMILY: Final = "urn:nfi:iot:hi:{}:1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name of an interface, and what it stands for."""

    name: str
    field: str = STATE_FIELD
    parameter: str = ""
    """The control parameter the name stands for, if it can be set."""
    true: frozenset[str] = frozenset()
    """For a yes or no made of a text: the texts that mean yes."""

    def of(self, field: Field, *, writable: bool) -> Field:
        """Return the field this name stands for, by this name."""
        if not self.true or Quality.MISSING in field.qualities:
            return replace(field, name=self.name, writable=writable)
        return replace(
            field,
            name=self.name,
            type=ValueType.BOOLEAN,
            value=field.value in self.true,
            writable=writable,
        )


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface and the names it has."""

    id: str  # its group and name
    aliases: tuple[Alias, ...]
    offered: Offered = always

    @property
    def urn(self) -> str:
        """The name of the interface."""
        return _FAMILY.format(self.id)


def _named(interface: str, name: str) -> tuple[Interface, ...]:
    """Return an interface whose one name stands for the state."""
    return (Interface(interface, (Alias(name=name),)),)


_OPEN: Final = Alias(name="Open", true=frozenset({"open", "opening", "closing"}))
_LAMP: Final = Interface("actuator:lamp", (Alias(name="Lamp", parameter="power"),))
_OUTPUT: Final = Interface(
    "actuator:digitalOutput", (Alias(name="Digital Output", parameter="power"),)
)
_LOCATION: Final = Interface(
    "identity:location",
    tuple(
        Alias(name=f"Location, {name}", field=name.lower())
        for name in ("Latitude", "Longitude", "Altitude")
    ),
    offered=attribute("latitude", "longitude"),
)
_BLINDS: Final = Interface(
    "actuator:blinds",
    (Alias(name="Blinds", field="current_position", parameter="position"),),
    offered=feature(CoverEntityFeature.SET_POSITION),
)

# By domain and device class; without a class the row is for all that have no row of their own.
INTERFACES: Final[Mapping[tuple[str, str], tuple[Interface, ...]]] = MappingProxyType(
    {
        ("binary_sensor", "carbon_monoxide"): _named("security:co", "State"),
        ("binary_sensor", "door"): _named("security:door", "Open"),
        ("binary_sensor", "garage_door"): _named("security:door", "Open"),
        ("binary_sensor", "gas"): _named("security:gas", "State"),
        ("binary_sensor", "heat"): _named("security:heat", "State"),
        ("binary_sensor", "moisture"): _named("security:water", "State"),
        ("binary_sensor", "motion"): _named("security:movement", "State"),
        ("binary_sensor", "occupancy"): _named("security:movement", "State"),
        ("binary_sensor", "smoke"): _named("security:smoke", "State"),
        ("binary_sensor", "window"): _named("security:window", "Open"),
        ("binary_sensor", ""): _named("sensor:digitalInput", "Digital Input"),
        ("cover", CoverDeviceClass.DOOR): (Interface("security:door", (_OPEN,)),),
        ("cover", CoverDeviceClass.GARAGE): (Interface("security:door", (_OPEN,)),),
        ("cover", CoverDeviceClass.GATE): (Interface("security:door", (_OPEN,)),),
        ("cover", CoverDeviceClass.WINDOW): (Interface("security:window", (_OPEN,)),),
        ("cover", ""): (_BLINDS,),
        ("device_tracker", ""): (_LOCATION,),
        ("fan", ""): (
            Interface(
                "actuator:fan",
                (Alias(name="Fan", field="percentage", parameter="percentage"),),
                offered=feature(FanEntityFeature.SET_SPEED),
            ),
        ),
        ("input_boolean", ""): (_OUTPUT,),
        ("light", ""): (_LAMP,),
        ("lock", ""): (
            Interface(
                "security:lock",
                (Alias(name="Locked", parameter="locked", true=frozenset({"locked"})),),
            ),
        ),
        ("person", ""): (_LOCATION,),
        ("sensor", "atmospheric_pressure"): _named("sensor:pressure", "Pressure"),
        ("sensor", "battery"): _named("identity:battery", "Battery Charge"),
        ("sensor", "current"): _named("sensor:current", "Current"),
        ("sensor", "distance"): _named("sensor:distance", "Distance"),
        ("sensor", "energy"): _named("meter:electricity", "Energy"),
        ("sensor", "frequency"): _named("sensor:frequency", "Frequency"),
        ("sensor", "gas"): _named("meter:gas", "Volume"),
        ("sensor", "humidity"): _named("sensor:humidity", "Relative Humidity"),
        ("sensor", "illuminance"): _named("sensor:illuminance", "Illuminance"),
        ("sensor", "power"): _named("meter:electricity", "Power"),
        ("sensor", "pressure"): _named("sensor:pressure", "Pressure"),
        ("sensor", "speed"): _named("sensor:speed", "Speed"),
        ("sensor", "temperature"): _named("sensor:temperature", "Temperature"),
        ("sensor", "voltage"): _named("sensor:voltage", "Voltage"),
        ("sensor", "volume"): _named("sensor:volume", "Volume"),
        ("sensor", "water"): _named("meter:water", "Volume"),
        ("sensor", "weight"): _named("sensor:weight", "Weight"),
        ("sensor", "wind_direction"): _named("sensor:windDirection", "Wind, Direction"),
        ("sensor", "wind_speed"): _named("sensor:windSpeed", "Wind, Speed"),
        ("switch", "outlet"): (_LAMP, _OUTPUT),
        ("switch", ""): (_OUTPUT,),
    }
)

# What devices have, by the identity field an interface's name stands for.
_OF_DEVICES: Final = (
    Interface(
        "identity:manufacturer", (Alias(name="Manufacturer", field="manufacturer"),)
    ),
    Interface(
        "identity:version", (Alias(name="Firmware Version", field="sw_version"),)
    ),
)


def entity_interfaces(state: State) -> tuple[Interface, ...]:
    """Return the interfaces an entity has."""
    device_class = str(state.attributes.get(ATTR_DEVICE_CLASS) or "")
    rows = INTERFACES.get((state.domain, device_class))
    if rows is None:
        rows = INTERFACES.get((state.domain, ""), ())
    return tuple(one for one in rows if one.offered(state))


def device_interfaces(device: dr.AnyDeviceEntry) -> tuple[Interface, ...]:
    """Return the interfaces a device has: those whose fields it has."""
    fields = {name for name, _ in identity(device)}
    return tuple(
        one for one in _OF_DEVICES if fields.issuperset(it.field for it in one.aliases)
    )


def asked(interfaces: Iterable[Interface], names: frozenset[str]) -> tuple[Alias, ...]:
    """Return the names of the interfaces that somebody asks for."""
    aliases = chain.from_iterable(one.aliases for one in interfaces)
    return tuple(alias for alias in aliases if alias.name in names)


def read_by(
    aliases: Iterable[Alias],
    fields: Iterable[Field],
    parameters: Mapping[str, Parameter],
) -> Iterator[Field]:
    """Return what these names stand for among the fields, as far as it is there."""
    by_field = {field.name: field for field in fields}
    for alias in aliases:
        if (field := by_field.get(alias.field)) is not None:
            yield alias.of(field, writable=alias.parameter in parameters)


def settable(state: State) -> Mapping[str, Parameter]:
    """Return an entity's control parameters, by their own names and by those of its interfaces."""
    own = by_name(domain_of(state.entity_id).parameters, state)
    aliases = chain.from_iterable(one.aliases for one in entity_interfaces(state))
    return {
        **own,
        **{one.name: own[one.parameter] for one in aliases if one.parameter in own},
    }
