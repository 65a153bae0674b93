"""What an entity says: its state and attributes as fields, its static side as node parameters."""

from collections.abc import Callable, Iterator, Mapping, Set as AbstractSet
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_DEVICE_CLASS,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    EntityCategory,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from ..wire.model import (
    READOUT,
    Category,
    Field,
    NodeParameter,
    NodeRef,
    Quality,
    Reading,
    Value,
    ValueType,
)
from .attributes import STATIC, outgoing, secret_state, static
from .domain import HOUSE_TEMPERATURE, Domain, StateKind
from .domains import domain_of
from .parameter import by_name
from .values import date_time_of, number_of

STATE_FIELD: Final = "state"
# An attribute may have the name of the state; only one of them can be told.
_NOT_ATTRIBUTES: Final = STATIC | {STATE_FIELD}
_STATE_ALONE: Final = frozenset({STATE_FIELD})

IDENTITY: Final[Mapping[str, Callable[[dr.DeviceEntry], str | None]]] = {
    "manufacturer": lambda device: device.manufacturer,
    "model": lambda device: device.model,
    "model_id": lambda device: device.model_id,
    "serial_number": lambda device: device.serial_number,
    "sw_version": lambda device: device.sw_version,
    "hw_version": lambda device: device.hw_version,
}


_ESTIMATE: Final = frozenset({Quality.AUTOMATIC_ESTIMATE})
_YES_OR_NO: Final = {STATE_ON: True, STATE_OFF: False}
_MISSING: Final = frozenset({Quality.MISSING})


def _text(state: State) -> tuple[ValueType, Value]:
    return ValueType.STRING, state.state


def _on_off(state: State) -> tuple[ValueType, Value]:
    value = _YES_OR_NO.get(state.state)
    return _text(state) if value is None else (ValueType.BOOLEAN, value)


def _number(state: State) -> tuple[ValueType, Value]:
    number = number_of(state.state)
    return _text(state) if number is None else (ValueType.DOUBLE, number)


def _moment(state: State) -> tuple[ValueType, Value]:
    moment = date_time_of(state.state)
    return _text(state) if moment is None else (ValueType.DATE_TIME, moment)


def _date(state: State) -> tuple[ValueType, Value]:
    day = dt_util.parse_date(state.state)
    return _text(state) if day is None else (ValueType.DATE, day)


def _time(state: State) -> tuple[ValueType, Value]:
    moment = dt_util.parse_time(state.state)
    return _text(state) if moment is None else (ValueType.TIME, moment)


def _by_class(state: State) -> tuple[ValueType, Value]:
    match state.attributes.get(ATTR_DEVICE_CLASS):
        case SensorDeviceClass.TIMESTAMP:
            return _moment(state)
        case SensorDeviceClass.DATE:
            return _date(state)
    said = state.attributes
    numeric = ATTR_UNIT_OF_MEASUREMENT in said or "state_class" in said
    return _number(state) if numeric else _text(state)


_STATE: Final[Mapping[StateKind, Callable[[State], tuple[ValueType, Value]]]] = {
    StateKind.TEXT: _text,
    StateKind.ON_OFF: _on_off,
    StateKind.NUMBER: _number,
    StateKind.MOMENT: _moment,
    StateKind.DATE: _date,
    StateKind.TIME: _time,
    StateKind.BY_CLASS: _by_class,
}


class FieldReader:
    """Reads entities and devices; who may read what is the caller's to say."""

    def __init__(self, hass: HomeAssistant, source: str) -> None:
        """Read for nodes of data source `source`."""
        self._hass = hass
        self._source = source

    def entity(self, state: State, *, names: AbstractSet[str] = frozenset()) -> Reading:
        """Return the reading of an entity; an unavailable one is a failed reading.

        Empty `names` mean all of its fields.
        """
        node = NodeRef(state.entity_id, self._source)
        if state.state == STATE_UNAVAILABLE:
            return Reading(node=node, at=state.last_updated, error="Unavailable.")
        return Reading(
            node=node,
            at=state.last_updated,
            fields=tuple(self._fields(state, self.category(state.entity_id), names)),
        )

    def device(self, device: dr.AnyDeviceEntry, node: NodeRef) -> Reading:
        """Return the identity fields of a device."""
        return Reading(
            node=node,
            at=device.modified_at,
            fields=tuple(
                Field(
                    name=name,
                    type=ValueType.STRING,
                    value=value,
                    category=Category.IDENTITY,
                )
                for name, value in identity(device)
            ),
        )

    def category(self, entity_id: str) -> Category:
        """Return the category of an entity's fields: diagnostics are status, all else momentary."""
        entry = er.async_get(self._hass).async_get(entity_id)
        diagnostic = entry and entry.entity_category is EntityCategory.DIAGNOSTIC
        return Category.STATUS if diagnostic else Category.MOMENTARY

    def _fields(
        self, state: State, category: Category, names: AbstractSet[str]
    ) -> Iterator[Field]:
        domain = domain_of(state.entity_id)
        qualities = _qualities(state)
        if (not names or STATE_FIELD in names) and not secret_state(state):
            yield _state_field(state, domain, category, qualities)
        attributes = _wanted(state, names)
        settable = by_name(domain.parameters, state) if attributes else ()
        for name, attribute in attributes.items():
            if name in _NOT_ATTRIBUTES or (typed := outgoing(name, attribute)) is None:
                continue
            yield Field(
                name=name,
                type=typed[0],
                value=typed[1],
                unit=self._unit(domain, name, state),
                category=category,
                qualities=qualities,
                writable=name in settable,
            )

    def _unit(self, domain: Domain, name: str, state: State) -> str:
        unit = domain.units.get(name, "")
        if isinstance(unit, str):
            return unit
        if unit == HOUSE_TEMPERATURE:
            return self._hass.config.units.temperature_unit
        return str(state.attributes.get(unit.attribute) or "")


def identity(device: dr.AnyDeviceEntry) -> Iterator[tuple[str, str]]:
    """Yield the identity fields a device has; a logical part of a device has none of its own."""
    if isinstance(device, dr.ChildDeviceEntry):
        return
    for name, read in IDENTITY.items():
        if value := read(device):
            yield name, value


def _wanted(state: State, names: AbstractSet[str]) -> Mapping[str, object]:
    """Return the attributes of these names; empty `names` mean all of them."""
    if not names:
        return state.attributes
    if names == _STATE_ALONE:
        return {}
    return {name: it for name, it in state.attributes.items() if name in names}


def _qualities(state: State) -> frozenset[Quality]:
    """Return how good the values are: Home Assistant may have them from before, or only suppose them."""
    supposed = state.attributes.get(ATTR_RESTORED) or state.attributes.get(
        ATTR_ASSUMED_STATE
    )
    return _ESTIMATE if supposed else READOUT


def _state_field(
    state: State, domain: Domain, category: Category, qualities: frozenset[Quality]
) -> Field:
    """Return the state; an unknown one is said to be missing, so that a follower learns it."""
    if state.state == STATE_UNKNOWN:
        return Field(
            name=STATE_FIELD,
            type=ValueType.STRING,
            value="",
            category=category,
            qualities=_MISSING,
        )
    kind, value = _STATE[domain.state](state)
    return Field(
        name=STATE_FIELD,
        type=kind,
        value=value,
        unit=str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or ""),
        category=category,
        qualities=qualities,
    )


def static_parameters(state: State) -> tuple[NodeParameter, ...]:
    """Return the static side of an entity as node parameters (XEP-0326 section 2.5)."""
    return tuple(
        NodeParameter(name, name, *typed)
        for name in static(state.attributes)
        if (typed := outgoing(name, state.attributes[name])) is not None
    )
