"""What has changed since a moment: somebody who missed a while asks for no more than that."""

from dataclasses import replace
from datetime import datetime, timedelta

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, label_registry as lr

from .actor import Actor

LAMP = "light.kitchen_lights"
BED = "light.bed_light"


async def changed_since(friend: Actor, moment: datetime) -> set[str]:
    """Return which of two lamps are read."""
    request = replace(friend.read_request(LAMP, BED), start=moment)
    return {
        reading.node.id
        async for readings in friend.house.read(friend.caller(), request)
        for reading in readings
    }


async def test_what_has_not_changed_is_left_out(
    hass: HomeAssistant, friend: Actor
) -> None:
    """What has become unavailable has changed."""
    lamp, bed = hass.states.get(LAMP), hass.states.get(BED)
    assert lamp
    assert bed
    first, last = sorted((lamp.last_updated, bed.last_updated))
    assert await changed_since(friend, first) == {LAMP, BED}
    moment = last + timedelta(microseconds=1)
    assert await changed_since(friend, moment) == set()

    hass.states.async_set(LAMP, STATE_UNAVAILABLE)

    assert await changed_since(friend, moment) == {LAMP}


async def test_a_node_says_which_labels_its_entity_has(
    hass: HomeAssistant, friend: Actor
) -> None:
    """By their names; those that are gone do not count."""
    label = lr.async_get(hass).async_create("Cosy")
    registry = er.async_get(hass)
    registry.async_update_entity(LAMP, labels={label.label_id, "gone"})
    node = await friend.node(LAMP)
    assert {one.id: one.value for one in node.parameters}["labels"] == '["Cosy"]'

    registry.async_update_entity(LAMP, labels=set())
    node = await friend.node(LAMP)
    assert "labels" not in {one.id for one in node.parameters}
