"""Interoperability interfaces: others read and set by names they know."""

import pytest

from custom_components.xmpp_iot.concentrator.domains import DOMAINS
from custom_components.xmpp_iot.concentrator.interfaces import (
    INTERFACES,
    entity_interfaces,
    settable,
)
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Forbidden,
    ItemNotFound,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.model import (
    Category,
    Inheritance,
    NodeRef,
    Operation,
    Quality,
    Value,
    ValueType,
)
from homeassistant.const import Platform
from homeassistant.core import State
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want one of each kind that can be set."""
    return [Platform.COVER, Platform.LIGHT, Platform.LOCK]


@pytest.mark.parametrize(
    ("entity_id", "attributes", "names"),
    [
        ("sensor.a", {"device_class": "temperature"}, ["sensor:temperature"]),
        ("sensor.a", {"device_class": "energy"}, ["meter:electricity"]),
        ("sensor.a", {}, []),
        ("binary_sensor.a", {"device_class": "door"}, ["security:door"]),
        ("binary_sensor.a", {"device_class": "sound"}, ["sensor:digitalInput"]),
        ("binary_sensor.a", {}, ["sensor:digitalInput"]),
        ("switch.a", {}, ["actuator:digitalOutput"]),
        (
            "switch.a",
            {"device_class": "outlet"},
            ["actuator:lamp", "actuator:digitalOutput"],
        ),
        ("cover.a", {"supported_features": 15}, ["actuator:blinds"]),
        ("cover.a", {"supported_features": 3}, []),
        ("cover.a", {"device_class": "garage"}, ["security:door"]),
        ("fan.a", {"supported_features": 1}, ["actuator:fan"]),
        ("fan.a", {}, []),
        ("person.a", {"latitude": 1.0, "longitude": 0.0}, ["identity:location"]),
        ("person.a", {}, []),
        ("weather.a", {}, []),
    ],
)
def test_an_entity_has_interfaces(
    entity_id: str, attributes: dict[str, object], names: list[str]
) -> None:
    """By its domain, its device class and its features."""
    found = entity_interfaces(State(entity_id, "on", attributes))
    assert [one.urn for one in found] == [
        f"urn:nfi:iot:hi:{name}:1.0" for name in names
    ]


def test_every_row_stands_for_something_that_is_there() -> None:
    """A row's parameter is one of its domain, and one entity has no name twice."""
    for (domain, _), interfaces in INTERFACES.items():
        parameters = {"", *(one.name for one in DOMAINS[domain].parameters)}
        aliases = [alias for one in interfaces for alias in one.aliases]
        assert {alias.parameter for alias in aliases} <= parameters
        assert len({alias.name for alias in aliases}) == len(aliases)
        assert not {alias.name for alias in aliases} & parameters


async def test_a_node_tells_what_it_is(
    home: Home, guest: Actor, device_registry: dr.DeviceRegistry
) -> None:
    """An entity, a device with its identity; the house itself has no interface."""
    registered = er.async_get(home.hass).async_get(LIGHT)
    assert registered is not None
    assert registered.device_id is not None
    device_registry.async_update_device(registered.device_id, sw_version="1.0")
    device = f"device:{registered.device_id}"
    lamp = ("urn:nfi:iot:hi:actuator:lamp:1.0",)
    assert await guest.interfaces(LIGHT) == lamp
    assert await guest.tree(Operation.GET_NODE_INHERITANCE, LIGHT) == Inheritance(
        ("homeassistant.entity",), lamp
    )
    answer = await guest.tree(Operation.GET_NODE_INHERITANCE, device)
    assert isinstance(answer, Inheritance)
    assert answer.base_classes == ("homeassistant.device",)
    assert "urn:nfi:iot:hi:identity:version:1.0" in answer.interfaces
    fields = await guest.fields(device, "Firmware Version")
    assert fields["Firmware Version"].value == "1.0"
    assert fields["Firmware Version"].category is Category.IDENTITY
    assert await guest.house.interfaces(guest.caller(), NodeRef("")) == ()


async def test_what_is_out_of_sight_has_no_interfaces(
    neighbour: Actor, stranger: Actor
) -> None:
    """For who does not see a node there is none."""
    with pytest.raises(ItemNotFound):
        await neighbour.interfaces("light.bed_light")
    with pytest.raises(ItemNotFound):
        await neighbour.tree(Operation.GET_NODE_INHERITANCE, "light.bed_light")
    for node in (LIGHT, ""):
        with pytest.raises(ServiceUnavailable):
            await stranger.interfaces(node)


@pytest.mark.parametrize(
    ("entity_id", "name", "kind", "value"),
    [
        (LIGHT, "Lamp", ValueType.BOOLEAN, True),
        ("lock.front_door", "Locked", ValueType.BOOLEAN, True),
        ("cover.hall_window", "Blinds", ValueType.INT, 10),
    ],
)
async def test_a_field_is_read_by_the_interfaces_name(
    friend: Actor, entity_id: str, name: str, kind: ValueType, value: Value
) -> None:
    """Only when it is asked for by that name; and it says that it can be set."""
    (field,) = (await friend.fields(entity_id, name)).values()
    assert (field.name, field.type, field.value) == (name, kind, value)
    assert field.writable
    assert name not in await friend.fields(entity_id)
    assert await friend.fields(entity_id, "state", name) == {
        **await friend.fields(entity_id, "state"),
        name: field,
    }


async def test_an_unknown_value_is_missing_by_any_name(
    home: Home, friend: Actor
) -> None:
    """Nobody says that a lock is open because nothing is known of it."""
    home.hass.states.async_set("lock.front_door", "unknown")
    (field,) = (await friend.fields("lock.front_door", "Locked")).values()
    assert field.qualities == {Quality.MISSING}
    assert field.value == ""


async def test_categories_hold_for_the_interfaces_names(friend: Actor) -> None:
    """A name is of the category of what it stands for."""
    for category, found in ((Category.MOMENTARY, 1), (Category.STATUS, 0)):
        (reading,) = await friend.readings(
            LIGHT, fields=["Lamp"], categories=[category]
        )
        assert len(reading.fields) == found


async def test_a_parameter_is_set_by_the_interfaces_name(
    home: Home, friend: Actor
) -> None:
    """Typed or by form; it is checked as the parameter it stands for, and named as it was asked."""
    await friend.control(LIGHT, Lamp=False)
    assert home.state(LIGHT) == "off"
    await friend.set(LIGHT, form={"Lamp": ("true",)})
    assert home.state(LIGHT) == "on"
    with pytest.raises(BadRequest) as caught:
        await friend.control(LIGHT, Lamp=3)
    assert set(caught.value.parameters) == {"Lamp"}
    assert "Lamp" not in {one.var for one in (await friend.control_form(LIGHT)).fields}


async def test_an_interfaces_name_needs_the_same_level(
    home: Home, guest: Actor, neighbour: Actor
) -> None:
    """It is no way round the gate."""
    with pytest.raises(Forbidden):
        await guest.control(LIGHT, Lamp=False)
    with pytest.raises(ItemNotFound):
        await neighbour.control("light.bed_light", Lamp=True)
    assert home.state(LIGHT) == "on"


def test_what_cannot_be_set_has_no_such_parameter() -> None:
    """A name whose parameter the entity does not have is none."""
    fixed = State("cover.a", "open", {"supported_features": 3})
    assert "Blinds" not in settable(fixed)
    assert "Open" not in settable(State("cover.a", "open", {"device_class": "door"}))
