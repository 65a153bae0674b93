"""Reading the house: every entity, typed, filtered, and never what must not leave."""

from datetime import UTC, date, datetime, time

import pytest

from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.concentrator.values import (
    date_time_of,
    number_of,
    typed_attribute,
)
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ServiceUnavailable
from custom_components.xmpp_iot.wire.model import (
    Category,
    Field,
    Quality,
    Value,
    ValueType,
)
from homeassistant.components.demo import COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM
from homeassistant.const import EntityCategory, Platform, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .conftest import Actor, Home

NEVER_SENT = {"access_token", "code", "entity_picture", "entity_picture_local", "token"}


@pytest.fixture
def platforms() -> list[Platform]:
    """Want everything the demo has."""
    return COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM


async def test_every_entity_is_readable(home: Home, friend: Actor) -> None:
    """Whatever the demo has can be read, with its attributes."""
    entities = sorted(home.grants.view(friend.jid))
    readings = await friend.readings(*entities)
    assert [reading.node.id for reading in readings] == entities
    assert len(readings) > 110
    assert not [reading for reading in readings if reading.error]


async def test_what_must_not_leave_does_not(home: Home, friend: Actor) -> None:
    """Tokens, signed pictures and passwords are in no field and no parameter."""
    entities = sorted(home.grants.view(friend.jid))
    for reading in await friend.readings(*entities):
        assert not NEVER_SENT & {field.name for field in reading.fields}
        assert "token=" not in str(reading)
    for entity_id in entities:
        node = await friend.node(entity_id)
        assert not NEVER_SENT & {parameter.id for parameter in node.parameters}
    assert "state" not in await friend.fields("input_text.secret")
    assert "hidden" not in str(await friend.readings("input_text.secret"))


@pytest.mark.parametrize(
    ("entity_id", "name", "kind", "value", "unit"),
    [
        ("sensor.outside_temperature", "state", ValueType.DOUBLE, 15.6, "°C"),
        ("light.kitchen_lights", "state", ValueType.BOOLEAN, True, ""),
        ("light.kitchen_lights", "brightness", ValueType.INT, 180, ""),
        ("light.kitchen_lights", "rgb_color", ValueType.STRING, "FF4070", ""),
        ("light.kitchen_lights", "hs_color", ValueType.STRING, "[345,75]", ""),
        ("light.ceiling_lights", "color_temp_kelvin", ValueType.INT, 2631, "K"),
        ("lock.front_door", "state", ValueType.STRING, "locked", ""),
        ("climate.heatpump", "temperature", ValueType.DOUBLE, 20.0, "°C"),
        ("climate.hvac", "current_humidity", ValueType.DOUBLE, 54.2, "%"),
        ("cover.hall_window", "current_position", ValueType.INT, 10, "%"),
        ("number.volume", "state", ValueType.DOUBLE, 42.0, ""),
        ("input_number.target", "state", ValueType.DOUBLE, 5.0, ""),
        ("select.speed", "state", ValueType.STRING, "ridiculous_speed", ""),
        ("date.date", "state", ValueType.DATE, date(2020, 1, 1), ""),
        ("time.time", "state", ValueType.TIME, time(12), ""),
        (
            "datetime.date_and_time",
            "state",
            ValueType.DATE_TIME,
            datetime(2020, 1, 1, 12, tzinfo=UTC),
            "",
        ),
        ("weather.demo_weather_south", "pressure", ValueType.DOUBLE, 1099.0, "hPa"),
        ("weather.demo_weather_south", "wind_speed", ValueType.DOUBLE, 1.8, "km/h"),
        ("text.text", "state", ValueType.STRING, "Hello world", ""),
        ("binary_sensor.basement_floor_wet", "state", ValueType.BOOLEAN, False, ""),
        ("zone.home", "persons", ValueType.STRING, "[]", ""),
    ],
)
async def test_values_have_types_and_units(
    friend: Actor, entity_id: str, name: str, kind: ValueType, value: Value, unit: str
) -> None:
    """A value is of the type a reader expects, with the unit it is in."""
    field = (await friend.fields(entity_id, name))[name]
    assert (field.type, field.value, field.unit) == (kind, value, unit)


async def test_temperatures_are_in_the_unit_of_the_house(demo: HomeAssistant) -> None:
    """Attributes of climate are in the house's unit, and say so."""
    demo.config.units = US_CUSTOMARY_SYSTEM
    state = demo.states.get("climate.heatpump")
    assert state is not None
    reading = FieldReader(demo, SOURCE).entity(state)
    units = {field.name: field.unit for field in reading.fields}
    assert units["current_temperature"] == UnitOfTemperature.FAHRENHEIT


async def test_a_sensor_class_decides_its_type(home: Home, friend: Actor) -> None:
    """A sensor is a moment, a date, a number or a text by its class and unit."""
    cases: dict[str, tuple[str, dict[str, str], Value]] = {
        "sensor.moment": (
            "2026-11-21T06:00:00+01:00",
            {"device_class": "timestamp"},
            datetime(2026, 11, 21, 5, tzinfo=UTC),
        ),
        "sensor.no_moment": ("soon", {"device_class": "timestamp"}, "soon"),
        "sensor.day": ("2026-11-21", {"device_class": "date"}, date(2026, 11, 21)),
        "sensor.no_day": ("soon", {"device_class": "date"}, "soon"),
        "sensor.number": ("7", {"state_class": "measurement"}, 7.0),
        "sensor.no_number": ("nan", {"state_class": "measurement"}, "nan"),
        "sensor.text": ("7", {}, "7"),
        "time.none": ("later", {}, "later"),
    }
    for entity_id, (state, attributes, _) in cases.items():
        home.hass.states.async_set(entity_id, state, attributes)
    home.grants.async_set_contacts(home.grants.contacts)
    for entity_id, (_, _, value) in cases.items():
        assert await friend.read(entity_id, "state") == value


async def test_no_state_is_invented(home: Home, friend: Actor) -> None:
    """Unknown is said to be missing, unavailable a failed reading, a restored or supposed value an estimate."""
    home.hass.states.async_set("light.kitchen_lights", "unavailable")
    (reading,) = await friend.readings("light.kitchen_lights")
    assert (reading.fields, reading.error) == ((), "Unavailable.")

    home.hass.states.async_set("light.kitchen_lights", "unknown", {"brightness": 3})
    fields = await friend.fields("light.kitchen_lights")
    assert set(fields) == {"state", "brightness"}
    assert (fields["state"].type, fields["state"].value) == (ValueType.STRING, "")
    assert fields["state"].qualities == {Quality.MISSING}
    assert fields["brightness"].qualities == {Quality.AUTOMATIC_READOUT}

    for supposed in ("restored", "assumed_state"):
        home.hass.states.async_set("light.kitchen_lights", "on", {supposed: True})
        state = (await friend.fields("light.kitchen_lights"))["state"]
        assert state.qualities == {Quality.AUTOMATIC_ESTIMATE}


async def test_fields_and_categories_are_filtered(
    home: Home, friend: Actor, entity_registry: er.EntityRegistry
) -> None:
    """A reader gets the fields and categories it named, and no others."""
    assert set(await friend.fields("light.kitchen_lights", "brightness")) == {
        "brightness"
    }
    (reading,) = await friend.readings(
        "light.kitchen_lights", categories=[Category.IDENTITY]
    )
    assert reading.fields == ()

    entity_registry.async_update_entity(
        "light.kitchen_lights", entity_category=EntityCategory.DIAGNOSTIC
    )
    (reading,) = await friend.readings(
        "light.kitchen_lights", categories=[Category.STATUS]
    )
    assert {field.category for field in reading.fields} == {Category.STATUS}


async def test_a_device_tells_its_identity(
    home: Home, friend: Actor, device_registry: dr.DeviceRegistry
) -> None:
    """Manufacturer, model and the like are identity fields of the device's node."""
    registry = er.async_get(home.hass)
    entry = registry.async_get("light.kitchen_lights")
    assert entry is not None
    assert entry.device_id is not None
    device_registry.async_update_device(
        entry.device_id, manufacturer="ACME", serial_number="A-1"
    )
    node = f"device:{entry.device_id}"
    identity = await friend.fields(node, "manufacturer", "serial_number")
    assert {name: field.value for name, field in identity.items()} == {
        "manufacturer": "ACME",
        "serial_number": "A-1",
    }
    assert {field.category for field in identity.values()} == {Category.IDENTITY}

    (reading,) = await friend.readings(node, categories=[Category.MOMENTARY])
    assert reading.fields == ()


async def test_writable_fields_are_marked(friend: Actor) -> None:
    """A field says whether a control parameter has its name."""
    fields = await friend.fields("light.kitchen_lights")
    assert fields["brightness"].writable
    assert not fields["color_mode"].writable


async def test_one_missing_node_fails_alone(friend: Actor) -> None:
    """Of several nodes the missing ones are failures; if all are missing, there is nothing."""
    present, missing = await friend.readings("light.kitchen_lights", "light.none")
    assert present.fields
    assert missing.error == "There is no such node."
    with pytest.raises(ItemNotFound):
        await friend.readings("light.none")


async def test_hidden_and_missing_nodes_look_the_same(neighbour: Actor) -> None:
    """A contact cannot tell what it may not see from what does not exist."""
    _, hidden, missing = await neighbour.readings(
        "light.kitchen_lights", "light.bed_light", "light.none"
    )
    assert hidden.error == missing.error
    with pytest.raises(ItemNotFound) as one:
        await neighbour.readings("light.bed_light")
    with pytest.raises(ItemNotFound) as other:
        await neighbour.readings("light.none")
    assert str(one.value) == str(other.value)


async def test_an_area_has_nothing_to_read(home: Home, friend: Actor) -> None:
    """An area among the nodes is a failure of its own."""
    area = ar.async_get(home.hass).async_create("Kitchen")
    entry = er.async_get(home.hass).async_get("light.kitchen_lights")
    assert entry is not None
    assert entry.device_id is not None
    dr.async_get(home.hass).async_update_device(entry.device_id, area_id=area.id)
    (reading,) = await friend.readings(f"area:{area.id}")
    assert reading.error == "Not readable."


async def test_a_stranger_reads_nothing(stranger: Actor) -> None:
    """Who is no contact gets the answer of an empty address."""
    with pytest.raises(ServiceUnavailable):
        await stranger.readings("light.kitchen_lights")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("big", 2**40, (ValueType.LONG, 2**40)),
        ("huge", 2**70, (ValueType.STRING, str(2**70))),
        ("nothing", None, None),
        ("endless", float("inf"), None),
        ("set", {"b", "a"}, (ValueType.STRING, '["a","b"]')),
        ("dict", {"a": 1}, (ValueType.STRING, '{"a":1}')),
        ("rgbw_color", (1, 2, 3, 255), (ValueType.STRING, "010203FF")),
        ("kind", Category.PEAK, (ValueType.STRING, "peak")),
    ],
)
def test_attributes_of_every_kind(
    name: str, value: object, expected: tuple[ValueType, Value] | None
) -> None:
    """Numbers take the narrowest type, structures one text form."""
    assert typed_attribute(name, value) == expected


def test_a_text_subclass_is_a_text() -> None:
    """What only looks like a string is sent as one."""

    class Fancy(str):
        """A string with a class of its own."""

        __slots__ = ()

    assert typed_attribute("x", Fancy("a")) == (ValueType.STRING, "a")


def test_numbers_and_moments_of_texts() -> None:
    """Text that is no number or moment is neither."""
    assert number_of("1e3") == 1000
    assert number_of("inf") is None
    assert number_of("many") is None
    assert date_time_of("never") is None


def test_fields_compare_by_value() -> None:
    """Two fields of the same content are equal."""
    assert Field(name="a", type=ValueType.INT, value=1) == Field(
        name="a", type=ValueType.INT, value=1
    )


async def test_what_an_integration_made_up_breaks_nothing(
    home: Home, friend: Actor
) -> None:
    """A state that is neither on nor off is no off, features that are no number are none."""
    for entity_id, features in (("fan.odd", "all"), ("light.odd", None)):
        attributes: dict[str, object] = {"oscillating": []}
        attributes["supported_features"] = features
        home.hass.states.async_set(entity_id, "auto", attributes)
        home.grants.async_set_contacts(tuple(home.grants.contacts))
        fields = await friend.fields(entity_id)
        assert (fields["state"].type, fields["state"].value) == (
            ValueType.STRING,
            "auto",
        )
        node = await friend.node(entity_id)
        assert node.is_controllable == (entity_id == "light.odd")  # its power
        await friend.commands(entity_id)
    await friend.control_form("light.odd")


@pytest.mark.parametrize(
    ("entity_id", "attributes"),
    [
        ("light.odd", {"supported_color_modes": 1}),
        ("light.odd", {"supported_color_modes": ["rgb"], "rgb_color": [0.5, 1, 2]}),
        ("select.odd", {"options": 1}),
        ("text.odd", {"min": None, "max": "x", "mode": "text"}),
        ("sensor.odd", {"friendly_name": 42}),
    ],
)
async def test_an_odd_attribute_breaks_nothing(
    home: Home, friend: Actor, entity_id: str, attributes: dict[str, object]
) -> None:
    """An integration, or a line of configuration, may say anything; the nodes beside it are told."""
    home.hass.states.async_set(entity_id, "on", attributes)
    home.grants.async_set_contacts(tuple(home.grants.contacts))
    assert await friend.fields(entity_id)
    node = await friend.node(entity_id)
    assert isinstance(node.display_name, str)
    await friend.commands(entity_id)
    if node.is_controllable:
        await friend.control_form(entity_id)
