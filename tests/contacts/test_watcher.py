"""Views follow the house: at once where something is lost, soon where it is gained."""

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grants import Level, Verdict
from homeassistant.helpers import (
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)

from .house import ANNA, House, contact


async def test_views_follow_the_registries(house: House) -> None:
    """An entity that moves into a granted area is seen a moment later, and out again."""
    kitchen = house.areas.async_create("Kitchen")
    lamp = house.registered("light.lamp")
    house.grants.async_set_contacts([contact(target={"area_id": [kitchen.id]})])
    await house.settle()
    assert house.grants.view(ANNA) == set()

    house.entities.async_update_entity(lamp.entity_id, area_id=kitchen.id)
    assert house.grants.view(ANNA) == set()
    await house.settle()
    assert house.grants.view(ANNA) == {"light.lamp"}
    assert house.changes == 2

    house.entities.async_update_entity(lamp.entity_id, area_id=None)
    await house.settle()
    assert house.grants.view(ANNA) == set()
    assert house.changes == 4  # at once, and when it has settled


async def test_views_follow_devices_areas_floors_and_labels(house: House) -> None:
    """Each link of the chain from floor to entity counts."""
    floor = fr.async_get(house.hass).async_create("Ground")
    label = lr.async_get(house.hass).async_create("Shared")
    kitchen = house.areas.async_create("Kitchen")
    stove = house.device("stove")
    house.registered("sensor.stove", device_id=stove.id)
    targets = {"floor_id": [floor.floor_id], "label_id": [label.label_id]}
    house.grants.async_set_contacts([contact(target=targets)])

    async def seen() -> bool:
        await house.settle()
        return house.grants.view(ANNA) == {"sensor.stove"}

    assert not await seen()
    house.devices.async_update_device(stove.id, area_id=kitchen.id)
    assert not await seen()
    house.areas.async_update(kitchen.id, floor_id=floor.floor_id)
    assert await seen()
    fr.async_get(house.hass).async_delete(floor.floor_id)
    assert not await seen()
    house.areas.async_update(kitchen.id, labels={label.label_id})
    assert await seen()
    lr.async_get(house.hass).async_delete(label.label_id)
    assert not await seen()


async def test_what_cannot_matter_costs_nothing(house: House) -> None:
    """A rename for people, a new value, a known entity's first state, a mirror: no new index."""
    stove = house.device("stove")
    lamp = house.registered("light.lamp")
    house.plain("light.plain")
    house.grants.async_set_contacts([contact(all_entities=True)])
    await house.settle()
    before = house.grants.view(ANNA)
    indexed: list[None] = []
    house.grants.async_listen_index(lambda: indexed.append(None))

    house.entities.async_update_entity(lamp.entity_id, name="Lamp")
    house.devices.async_update_device(stove.id, sw_version="2")
    house.hass.states.async_set("light.plain", "off")
    house.plain("light.lamp")
    house.hass.states.async_remove("light.lamp")
    house.device("far stove")
    mirror = house.entities.async_get_or_create("light", DOMAIN, "mirror")
    house.plain(mirror.entity_id)
    house.entities.async_update_entity(mirror.entity_id, new_entity_id="light.here")
    await house.settle()

    assert house.grants.view(ANNA) == before
    assert not indexed
    house.registered("light.new")
    await house.settle()
    assert indexed


async def test_an_entity_that_appears_is_seen_a_moment_later(house: House) -> None:
    """One with a state only, and one that is registered."""
    house.grants.async_set_contacts([contact(all_entities=True)])

    house.plain("light.plain")
    house.registered("light.lamp")
    await house.settle()

    assert house.grants.view(ANNA) == {"light.plain", "light.lamp"}
    assert house.changes == 2


async def test_an_entity_whose_state_was_its_last_trace_is_gone_at_once(
    house: House,
) -> None:
    """Views lose it in the same moment, listeners hear of it soon."""
    house.plain("light.plain", "light.other")
    house.grants.async_set_contacts([contact(all_entities=True)])
    await house.settle()

    house.hass.states.async_remove("light.plain")
    await house.hass.async_block_till_done()

    assert house.grants.view(ANNA) == {"light.other"}
    verdict = house.grants.decide(ANNA, Level.READ, "light.plain").verdict
    assert verdict is Verdict.INVISIBLE
    await house.settle()
    assert house.grants.audiences() == {frozenset({"light.other"}): {ANNA}}
    house.plain("light.plain")
    await house.settle()
    assert house.grants.view(ANNA) == {"light.other", "light.plain"}


async def test_an_entity_that_comes_back_quickly_is_missed_for_a_moment_only(
    house: House,
) -> None:
    """A reload removes and adds; listeners need not hear of it."""
    house.plain("light.plain")
    house.grants.async_set_contacts([contact(all_entities=True)])
    await house.settle()

    house.hass.states.async_remove("light.plain")
    house.plain("light.plain")
    await house.settle()

    assert house.grants.view(ANNA) == {"light.plain"}
    assert house.changes == 1


@pytest.mark.parametrize("way", ["remove", "disable", "rename"])
async def test_a_registered_entity_goes_at_once(house: House, way: str) -> None:
    """Removed, disabled or renamed: its id means nothing any more."""
    lamp = house.registered("light.lamp")
    house.plain("light.lamp")
    house.grants.async_set_contacts([contact(all_entities=True)])
    await house.settle()
    assert house.grants.view(ANNA) == {"light.lamp"}

    if way == "remove":
        house.entities.async_remove(lamp.entity_id)
    elif way == "disable":
        house.entities.async_update_entity(
            lamp.entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    else:
        house.entities.async_update_entity(
            lamp.entity_id, new_entity_id="light.renamed"
        )

    verdict = house.grants.decide(ANNA, Level.READ, "light.lamp").verdict
    assert verdict is Verdict.INVISIBLE
    house.hass.states.async_remove("light.lamp")
    await house.settle()
    assert house.grants.view(ANNA) == ({"light.renamed"} if way == "rename" else set())


async def test_a_pinned_grant_follows_its_entity_and_not_the_name(
    house: House,
) -> None:
    """Whatever takes the old entity id is not granted."""
    lamp = house.registered("light.lamp")
    house.grants.async_set_contacts([contact(target={"entity_id": [lamp.id]})])
    house.entities.async_update_entity(lamp.entity_id, new_entity_id="light.renamed")
    house.plain("light.lamp")

    await house.settle()

    assert house.grants.view(ANNA) == {"light.renamed"}


async def test_a_storm_of_changes_is_one_change(house: House) -> None:
    """Many entities that appear together make one new index."""
    house.grants.async_set_contacts([contact(all_entities=True)])

    for number in range(200):
        house.registered(f"light.lamp_{number}")
    await house.settle()

    assert len(house.grants.view(ANNA)) == 200
    assert house.changes == 2


async def test_a_stopped_gate_follows_nothing(house: House) -> None:
    """A change that was waiting is forgotten, and no timer stays."""
    house.grants.async_set_contacts([contact(all_entities=True)])
    house.plain("light.lamp")
    await house.hass.async_block_till_done()

    house.grants.async_stop()
    await house.settle()

    assert house.grants.view(ANNA) == set()
    house.plain("light.other")
    await house.settle()
    assert house.changes == 1
