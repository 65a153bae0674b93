"""A label is part of what is said of an entity: those who follow it are told of its name."""

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.wire.happening import Happening
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er, label_registry as lr

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


async def test_a_label_with_another_name_is_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Of the entities that have it, and of no other; as is that it has gone."""
    labels = lr.async_get(home.hass)
    label = labels.async_create("Garden")
    er.async_get(home.hass).async_update_entity(LIGHT, labels={label.label_id})
    await home.settle(freezer)
    events, _ = friend.follow()

    labels.async_update(label.label_id, name="Park")
    await home.settle(freezer)
    (event,) = events
    assert (event.kind, event.node.id) == (Happening.UPDATED, LIGHT)
    assert event.info is not None
    assert {one.id: one.value for one in event.info.parameters}["labels"] == '["Park"]'

    events.clear()
    labels.async_delete(label.label_id)
    await home.settle(freezer)
    (event,) = events
    assert event.info is not None
    assert "labels" not in {one.id for one in event.info.parameters}
