"""Devices, names and choices of what another house has."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote import later as later_module
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.registry import Registered
from custom_components.xmpp_iot.remote.selection import Selection
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .far import described, everything, state

HOME = "home@example.org"
AREA = described("area:kitchen", name="Kitchen", uid="kitchen")
LAMP = described("device:1", name="Lamp", parent="area:kitchen", uid="1")
FAN = described("device:2", name="Fan", uid="2")
NODES = (
    AREA,
    LAMP,
    FAN,
    described("light.lamp", name="Lamp", parent="device:1", uid="lamp"),
    described("sensor.power", name="Lamp Power", parent="device:1", uid="power"),
    described("sensor.odd", name="Odd", parent="device:1", uid="odd"),
    described("sensor.rain", name="Rain", uid="rain", labels='["Garden"]'),
)


@pytest.fixture
def store() -> NodeStore:
    """Return a store with two devices."""
    store = NodeStore(everything)
    store.replace_all(NODES, final=False)
    store.take([state("device:1", "Acme", name="manufacturer")])
    return store


@pytest.fixture
def devices(store: NodeStore) -> Devices:
    """Return the devices of the house."""
    devices = Devices(own="cabin@example.org", house=HOME, store=store)
    devices.adapt("Home", {})
    devices.house_id = "house"
    return devices


def node(store: NodeStore, node_id: str) -> RemoteNode:
    """Return a node."""
    found = store.get(node_id)
    assert found is not None
    return found


def test_a_device_is_told_from_all_others_for_ever(
    store: NodeStore, devices: Devices
) -> None:
    """By both accounts and its own word for it; it hangs on the house."""
    info = devices.info(node(store, "light.lamp"))

    assert info == {
        "identifiers": {(DOMAIN, f"cabin@example.org:{HOME}:1")},
        "name": "Lamp",
        "via_device_id": "house",
        "manufacturer": "Acme",
        "suggested_area": "Kitchen",
    }
    assert devices.info(node(store, "sensor.rain")) == devices.house_info
    assert devices.unique_id(node(store, "light.lamp")).endswith(":lamp")


@pytest.mark.parametrize(
    ("node_id", "name"),
    [
        ("light.lamp", (True, None)),
        ("sensor.power", (True, "Power")),
        ("sensor.odd", (False, "Odd")),
        ("sensor.rain", (False, "Rain")),
    ],
)
def test_names_go_with_the_device(
    store: NodeStore,
    devices: Devices,
    node_id: str,
    name: tuple[bool, str | None],
) -> None:
    """Where they begin with its."""
    assert devices.entity_name(node(store, node_id)) == name


def test_a_prefix_comes_before_devices_and_what_has_none(
    store: NodeStore, devices: Devices
) -> None:
    """And areas are suggested only where that is wanted."""
    devices.adapt("Home", {"prefix": "Far ", "suggest_areas": False})

    assert devices.device_info(LAMP)["name"] == "Far Lamp"
    assert "suggested_area" not in devices.device_info(LAMP)
    assert devices.entity_name(node(store, "light.lamp")) == (True, None)
    assert devices.entity_name(node(store, "sensor.rain")) == (False, "Far Rain")


@pytest.mark.parametrize(
    ("data", "chosen"),
    [
        ({}, {"light.lamp", "sensor.power", "sensor.odd", "sensor.rain"}),
        ({"everything": False}, set()),
        ({"everything": False, "domains": ["light"]}, {"light.lamp"}),
        ({"everything": False, "nodes": ["odd"]}, {"sensor.odd"}),
        ({"everything": False, "labels": ["Garden"]}, {"sensor.rain"}),
        (
            {"everything": False, "areas": ["kitchen"]},
            {"light.lamp", "sensor.power", "sensor.odd"},
        ),
    ],
)
def test_any_part_of_a_choice_may_name_a_node(
    data: Mapping[str, Any], chosen: set[str]
) -> None:
    """Devices and areas come with what is in them."""
    store = NodeStore(Selection.from_data(data).chooses)
    store.replace_all(NODES, final=False)

    assert {one.id for one in store} == chosen


@pytest.fixture
def registered(hass: HomeAssistant, devices: Devices) -> Registered:
    """Return the registries' side, with an entity for each node."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    registered = Registered(hass, entry, None, devices)  # type: ignore[arg-type]
    registered.show_house()
    for one in devices.store:
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, **devices.info(one)
        )
        er.async_get(hass).async_get_or_create(
            one.domain,
            DOMAIN,
            devices.unique_id(one),
            config_entry=entry,
            device_id=device.id,
            suggested_object_id=one.uid,
        )
    return registered


def device_of(hass: HomeAssistant, entity_id: str) -> dr.DeviceEntry | None:
    """Return the device of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry
    device = dr.async_get(hass).async_get(entry.device_id or "")
    assert device is None or isinstance(device, dr.DeviceEntry)
    return device


async def test_a_device_is_brought_up_to_date(
    hass: HomeAssistant, registered: Registered, devices: Devices
) -> None:
    """Where it is here stays what somebody has chosen; one that is not shown is not made."""
    lamp = device_of(hass, "light.lamp")
    assert lamp
    dr.async_get(hass).async_update_device(lamp.id, area_id=None)
    devices.store.take([state("device:1", "2.0", name="sw_version")])

    registered.update(described("device:1", name="New", parent="area:kitchen", uid="1"))
    registered.update(FAN)

    lamp = device_of(hass, "light.lamp")
    assert lamp
    assert (lamp.name, lamp.sw_version, lamp.area_id) == ("New", "2.0", None)
    assert len(dr.async_get(hass).devices) == 2


async def test_an_entity_moves_with_its_node(
    hass: HomeAssistant, registered: Registered, devices: Devices
) -> None:
    """The device it leaves goes with the last one."""
    lamp = device_of(hass, "light.lamp")
    assert lamp
    for node_id in ("light.lamp", "sensor.power", "sensor.odd"):
        old = node(devices.store, node_id)
        devices.store.put(
            described(node_id, name=node_id, parent="device:2", uid=old.uid)
        )
        registered.move(old)
        registered.move(old)

    fan = device_of(hass, "light.lamp")
    assert fan
    assert fan.name == "Fan"
    assert dr.async_get(hass).async_get(lamp.id) is None


async def test_what_is_forgotten_goes_with_its_device(
    hass: HomeAssistant, registered: Registered, devices: Devices
) -> None:
    """But the house stays."""
    rain = node(devices.store, "sensor.rain")
    assert registered.unknown(devices.store) == ()

    registered.forget(rain)
    assert er.async_get(hass).async_get("sensor.rain") is None
    assert dr.async_get(hass).async_get(devices.house_id)

    registered.forget_all_but([node(devices.store, "light.lamp")])
    assert [one.entity_id for one in registered.entries] == ["light.lamp"]
    assert device_of(hass, "light.lamp")


async def test_the_states_are_those_of_entities_that_have_one(
    hass: HomeAssistant, registered: Registered
) -> None:
    """Unavailable is none."""
    hass.states.async_set("light.lamp", "on")
    hass.states.async_set("sensor.odd", "unavailable")

    assert registered.states == {"light.lamp": "on"}


async def test_what_was_renamed_before_its_turn_is_forgotten_all_the_same(
    hass: HomeAssistant,
    registered: Registered,
    devices: Devices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And what was removed by somebody else is gone already."""
    monkeypatch.setattr(later_module, "MOMENT", 0)
    registry = er.async_get(hass)
    registered.forget_all_but([node(devices.store, "light.lamp")])
    assert devices.store.later.busy

    registry.async_remove("sensor.rain")
    registry.async_update_entity("sensor.odd", new_entity_id="sensor.even")
    for _ in range(10):
        await asyncio.sleep(0)

    assert [one.entity_id for one in registered.entries] == ["light.lamp"]


def test_a_part_may_be_of_any_node_its_id_begins_with(devices: Devices) -> None:
    """An id may have colons in it, and what else is put between the parts of a unique id."""
    assert list(devices.may_show("a:b:field:c")) == ["a:b"]
    assert list(devices.may_show("a:field:b:field:c")) == ["a", "a:field:b"]
    assert list(devices.may_show("a:b")) == []


async def test_a_part_of_a_foreign_node_is_known(
    hass: HomeAssistant, registered: Registered, devices: Devices
) -> None:
    """As long as the node is there."""
    devices.store.put(described("pump", kind="Acme.Pump"))
    pump = node(devices.store, "pump")
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    part = er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, f"{devices.unique_id(pump)}:field:flow", config_entry=entry
    )

    assert registered.unknown(devices.store) == ()
    devices.store.remove("pump")
    assert registered.unknown(devices.store) == (part,)
