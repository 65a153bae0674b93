"""Readouts of the past: with the present or without, and only as long as the reader sees the node."""

from collections.abc import Sequence
from contextlib import aclosing

import pytest

from custom_components.xmpp_iot.concentrator import history
from custom_components.xmpp_iot.wire.errors import ItemNotFound
from custom_components.xmpp_iot.wire.model import HISTORICAL, Category, Reading
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .conftest import FRIEND, Actor, Home
from .past import Past, ago

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"
STATES = (Category.HISTORICAL_OTHER,)


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


@pytest.fixture
async def past(recorder_mock: Recorder, hass: HomeAssistant, home: Home) -> Past:
    """Let the lights have been on and off."""
    past = Past.of(hass)
    for light in (LIGHT, OTHER):
        for minutes in range(10, 0, -1):
            past.was(light, "on" if minutes % 2 else "off", ago(minutes=minutes))
    await past.recorded()
    return past


def values(readings: Sequence[Reading], node: str = LIGHT) -> list[object]:
    """Return what the states of a node were."""
    return [
        field.value
        for reading in readings
        if reading.node.id == node
        for field in reading.fields
        if field.name == "state"
    ]


async def test_the_past_comes_alone_or_after_the_present(
    past: Past, friend: Actor
) -> None:
    """Only what was asked for: the past has no momentary fields, and the present none of the past."""
    was = values(await friend.readings(LIGHT, categories=STATES))
    assert was == [False, True] * 5 + [True]
    both = await friend.readings(LIGHT, categories=[*STATES, Category.MOMENTARY])
    assert values(both) == [True, *was]
    assert both[0].fields[0].category is Category.MOMENTARY
    now = await friend.readings(LIGHT, categories=[Category.MOMENTARY])
    assert values(now) == [True]
    assert values(await friend.readings(LIGHT)) == [True]


async def test_every_node_has_its_past(past: Past, home: Home, friend: Actor) -> None:
    """Of several nodes one after the other; a device and a node that is not there have none."""
    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    readings = await friend.readings(
        LIGHT, f"device:{entry.device_id}", "light.none", OTHER, categories=HISTORICAL
    )
    assert values(readings, LIGHT) == [False, True] * 5 + [True]
    assert values(readings, OTHER) == [False, True] * 5 + [False]
    (missing,) = (one for one in readings if one.error)
    assert missing.node.id == "light.none"


async def test_reading_is_enough_for_the_past(
    past: Past, guest: Actor, neighbour: Actor
) -> None:
    """Who sees a node may know what it was; who does not may not."""
    assert values(await guest.readings(LIGHT, categories=STATES))
    assert values(await neighbour.readings(LIGHT, categories=STATES))
    with pytest.raises(ItemNotFound):
        await neighbour.readings(OTHER, categories=STATES)


async def test_the_past_ends_with_the_sight_of_the_node(
    past: Past, home: Home, friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken from the contact while it reads is an error from then on, for each node."""
    monkeypatch.setattr(history, "_SLICE", 2)
    request = friend.read_request(LIGHT, OTHER, categories=STATES)
    async with aclosing(home.house.read(friend.caller(), request)) as readings:
        first = await anext(readings)
        assert values(first)
        home.grant(*home.grants.contacts)
        assert values(await anext(readings))
        home.grant()
        rest = [one async for part in readings for one in part]
    assert [(one.node.id, one.error, one.fields) for one in rest] == [
        (LIGHT, "There is no such node.", ()),
        (OTHER, "There is no such node.", ()),
    ]
    home.grant(FRIEND)


async def test_without_a_recorder_there_is_no_past(friend: Actor) -> None:
    """And nothing wrong either."""
    assert await friend.readings(LIGHT, categories=STATES) == []
