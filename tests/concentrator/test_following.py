"""Following values: told when there are new ones, and free of charge when nobody follows."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator.following import ValueFollowers
from custom_components.xmpp_iot.wire.model import NodeRef
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

LAMP, PLATE = NodeRef("light.lamp", "entities"), NodeRef("sensor.plate", "entities")


@pytest.fixture
def followers(hass: HomeAssistant) -> ValueFollowers:
    """Return the followers of an empty house."""
    return ValueFollowers(hass)


def listeners(hass: HomeAssistant) -> int:
    """Return how many listen to states and devices."""
    counts = hass.bus.async_listeners()
    return sum(
        counts.get(str(kind), 0)
        for kind in (EVENT_STATE_CHANGED, dr.EVENT_DEVICE_REGISTRY_UPDATED)
    )


async def test_followers_are_told_of_their_nodes(
    hass: HomeAssistant, followers: ValueFollowers
) -> None:
    """Each by the address it gave, of what changes and of what goes, and of nothing else."""
    told: list[NodeRef] = []
    others: list[NodeRef] = []
    followers.async_follow([LAMP, PLATE], told.append)
    followers.async_follow([NodeRef("light.lamp")], others.append)
    hass.states.async_set("light.lamp", "on")
    hass.states.async_set("light.other", "on")
    hass.states.async_set("sensor.plate", "1")
    hass.states.async_remove("light.lamp")
    await hass.async_block_till_done()
    assert told == [LAMP, PLATE, LAMP]
    assert others == [NodeRef("light.lamp")] * 2


async def test_who_stops_is_not_told(
    hass: HomeAssistant, followers: ValueFollowers
) -> None:
    """Also not when another follower stops it at that very moment; stopping twice does no harm."""
    told: list[str] = []

    def first(_: NodeRef) -> None:
        told.append("first")
        stop_second()

    followers.async_follow([LAMP], first)
    stop_second = followers.async_follow([LAMP], lambda _: told.append("second"))
    hass.states.async_set("light.lamp", "on")
    await hass.async_block_till_done()
    assert told == ["first"]
    stop_second()


async def test_nobody_costs_nothing(
    hass: HomeAssistant, followers: ValueFollowers
) -> None:
    """There is one listener of a kind for everybody, and none for nobody."""
    before = listeners(hass)
    stops = [followers.async_follow([LAMP], lambda _: None) for _ in range(3)]
    assert listeners(hass) == before + 2
    for stop in stops:
        stop()
    assert listeners(hass) == before


async def test_stopping_leaves_nothing(
    hass: HomeAssistant, followers: ValueFollowers
) -> None:
    """Who follows when the house stops is told no more, and may stop afterwards."""
    before = listeners(hass)
    told: list[NodeRef] = []
    stop = followers.async_follow([LAMP], told.append)
    followers.async_stop()
    assert listeners(hass) == before
    hass.states.async_set("light.lamp", "on")
    await hass.async_block_till_done()
    stop()
    assert told == []


async def test_a_device_has_new_values_when_its_identity_changes(
    hass: HomeAssistant,
    followers: ValueFollowers,
    device_registry: dr.DeviceRegistry,
) -> None:
    """New firmware is told, another name is not: it is no field."""
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("demo", "1")}
    )
    node = NodeRef(f"device:{device.id}", "entities")
    told: list[NodeRef] = []
    followers.async_follow([node], told.append)
    device_registry.async_update_device(device.id, name_by_user="Mine")
    assert told == []
    device_registry.async_update_device(device.id, sw_version="2")
    assert told == [node]
    device_registry.async_remove_device(device.id)
    assert told == [node]
