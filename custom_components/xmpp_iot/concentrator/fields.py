"""What an entity says: its state and attributes as fields, its static side as node parameters."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    EntityCategory,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from ..wire.model import (
    Category,
    Field,
    NodeParameter,
    NodeRef,
    Quality,
    Reading,
    Value,
    ValueType,
)
from .domain import HOUSE_TEMPERATURE, Domain, StateKind
from .domains import domain_of
from .parameter import by_name
from .values import date_time_of, number_of, typed_attribute

STATE_FIELD: Final = "state"

# Whoever has one of these could reach the house past the gate, or reads a secret.
NEVER_SENT: Final = frozenset(
    {"access_token", "code", "entity_picture", "entity_picture_local", "token"}
)
# The static side of an entity: said once with the node, not with every reading.
STATIC: Final = frozenset(
    {
        "assumed_state",
        "attribution",
        "available_modes",
        "available_tones",
        "code_arm_required",
        "code_format",
        "device_class",
        "editable",
        "effect_list",
        "event_types",
        "fan_modes",
        "fan_speed_list",
        "friendly_name",
        "hvac_modes",
        "icon",
        "max",
        "max_color_temp_kelvin",
        "max_humidity",
        "max_temp",
        "min",
        "min_color_temp_kelvin",
        "min_humidity",
        "min_temp",
        "operation_list",
        "options",
        "pattern",
        "preset_modes",
        "sound_mode_list",
        "source_list",
        "state_class",
        "step",
        "supported_color_modes",
        "supported_features",
        "supported_speeds",
        "swing_horizontal_modes",
        "swing_modes",
        "target_humidity_step",
        "target_temp_step",
        "tracking_type",
        "unit_of_measurement",
    }
)
_IDENTITY: Final[Mapping[str, Callable[[dr.DeviceEntry], str | None]]] = {
    "manufacturer": lambda device: device.manufacturer,
    "model": lambda device: device.model,
    "model_id": lambda device: device.model_id,
    "serial_number": lambda device: device.serial_number,
    "sw_version": lambda device: device.sw_version,
    "hw_version": lambda device: device.hw_version,
}


def _text(state: State) -> tuple[ValueType, Value]:
    return ValueType.STRING, state.state


def _on_off(state: State) -> tuple[ValueType, Value]:
    return ValueType.BOOLEAN, state.state == STATE_ON


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
    numeric = {ATTR_UNIT_OF_MEASUREMENT, "state_class"} & state.attributes.keys()
    return _number(state) if numeric else _text(state)


_STATE: Final[Mapping[StateKind, Callable[[State], tuple[ValueType, Value]]]] = {
    StateKind.TEXT: _text,
    StateKind.ON_OFF: _on_off,
    StateKind.NUMBER: _number,
    StateKind.MOMENT: _moment,
    StateKind.DATE: _date,
    StateKind.TIME: _time,
    StateKind.BY_CLASS: _by_class,
    StateKind.SECRET_TEXT: _text,
}


class FieldReader:
    """Reads entities and devices; which names and categories are wanted is the caller's to say."""

    def __init__(self, hass: HomeAssistant, source: str) -> None:
        """Read for nodes of data source `source`."""
        self._hass = hass
        self._source = source

    def entity(
        self,
        state: State,
        *,
        categories: frozenset[Category] = frozenset(),
        names: frozenset[str] = frozenset(),
    ) -> Reading:
        """Return the reading of an entity; an unavailable one is a failed reading.

        Empty `categories` and `names` mean all of them.
        """
        node = NodeRef(state.entity_id, self._source)
        category = self._category(state.entity_id)
        if categories and category not in categories:
            return Reading(node=node, at=state.last_updated)
        if state.state == STATE_UNAVAILABLE:
            return Reading(node=node, at=state.last_updated, error="Unavailable.")
        return Reading(
            node=node,
            at=state.last_updated,
            fields=tuple(
                one
                for one in self._fields(state, category)
                if not names or one.name in names
            ),
        )

    def device(
        self, device: dr.DeviceEntry, node: NodeRef, names: frozenset[str]
    ) -> Reading:
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
                for name, read in _IDENTITY.items()
                if (not names or name in names) and (value := read(device))
            ),
        )

    def _category(self, entity_id: str) -> Category:
        """Return the category of an entity's fields: diagnostics are status, all else momentary."""
        entry = er.async_get(self._hass).async_get(entity_id)
        diagnostic = entry and entry.entity_category is EntityCategory.DIAGNOSTIC
        return Category.STATUS if diagnostic else Category.MOMENTARY

    def _fields(self, state: State, category: Category) -> Iterator[Field]:
        domain = domain_of(state.entity_id)
        settable = by_name(domain.parameters, state)
        quality = (
            Quality.AUTOMATIC_ESTIMATE
            if state.attributes.get(ATTR_RESTORED)
            else Quality.AUTOMATIC_READOUT
        )
        if (value := self._state(state, domain)) is not None:
            yield Field(
                name=STATE_FIELD,
                type=value[0],
                value=value[1],
                unit=str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or ""),
                category=category,
                quality=quality,
            )
        for name, attribute in state.attributes.items():
            if name in NEVER_SENT or name in STATIC:
                continue
            if (typed := typed_attribute(name, attribute)) is None:
                continue
            yield Field(
                name=name,
                type=typed[0],
                value=typed[1],
                unit=self._unit(domain, name, state),
                category=category,
                quality=quality,
                writable=name in settable,
            )

    def _state(self, state: State, domain: Domain) -> tuple[ValueType, Value] | None:
        if state.state == STATE_UNKNOWN:  # a missing field: no state is invented
            return None
        secret = domain.state is StateKind.SECRET_TEXT
        if secret and state.attributes.get("mode") == "password":
            return None
        return _STATE[domain.state](state)

    def _unit(self, domain: Domain, name: str, state: State) -> str:
        unit = domain.units.get(name, "")
        if isinstance(unit, str):
            return unit
        if unit == HOUSE_TEMPERATURE:
            return self._hass.config.units.temperature_unit
        return str(state.attributes.get(unit.attribute) or "")


def static_parameters(state: State) -> tuple[NodeParameter, ...]:
    """Return the static side of an entity as node parameters (XEP-0326 section 2.5)."""
    return tuple(
        NodeParameter(name, name, *typed)
        for name in sorted(STATIC & state.attributes.keys())
        if (typed := typed_attribute(name, state.attributes[name])) is not None
    )
