"""One house shows all of another: what is in the demo's `cabin` is what is in its `home`.

The comparison is of what the two Home Assistants say themselves, by their REST APIs.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
import time
from typing import Any, Final

import pytest

from custom_components.xmpp_iot.remote.platforms import OWN
from tests.server.dialects import shared

from .alike import domain_of, left_unlike, never_unlike
from .linked import PATIENCE, Houses, pairs

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

LIGHT: Final = "light.kitchen_lights"

# What each platform shows of the other house: the domains of its entities.
TABLE: Final[Mapping[str, str]] = {
    "alarm_control_panel": "alarm_control_panel",
    "binary_sensor": "binary_sensor schedule",
    "button": "button input_button",
    "calendar": "calendar",
    "camera": "camera",
    "climate": "climate",
    "cover": "cover",
    "date": "date",
    "datetime": "datetime",
    "device_tracker": "device_tracker person",
    "event": "event",
    "fan": "fan",
    "humidifier": "humidifier",
    "image": "image",
    "lawn_mower": "lawn_mower",
    "light": "light",
    "lock": "lock",
    "media_player": "media_player",
    "number": "counter input_number number",
    "remote": "remote",
    "scene": "scene",
    "select": "input_select select",
    "sensor": "air_quality geo_location notify sensor sun timer zone",
    "siren": "siren",
    "switch": "automation input_boolean script switch",
    "text": "input_text text",
    "time": "input_datetime time",
    "todo": "todo",
    "update": "update",
    "vacuum": "vacuum",
    "valve": "valve",
    "water_heater": "water_heater",
    "weather": "weather",
}


@pytest.fixture
async def houses(demo: dict[str, Any]) -> AsyncGenerator[Houses]:
    """Return the two houses of the running demo."""
    async with Houses.of(demo) as houses:
        yield houses


async def test_everything_is_there_on_its_platform(houses: Houses) -> None:
    """Each entity that a house shares is shown once, on the platform of its domain or the one nearest to it."""
    shown = await everything_shown(houses)

    assert len(set(shown.values())) == len(shown) > 150
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entity_id, mirror in shown.items():
        found[domain_of(mirror)].add(domain_of(entity_id))
    assert found == {platform: set(one.split()) for platform, one in TABLE.items()}


def test_no_platform_is_missing() -> None:
    """The table has a line for each platform that shows something of another house."""
    assert TABLE.keys() == OWN


async def everything_shown(houses: Houses) -> Mapping[str, str]:
    """Return what shows each entity of `home`, as soon as it is just those it shares; TimeoutError."""
    async with asyncio.timeout(PATIENCE), houses.cabin.websocket() as socket:
        changes = await socket.subscribe("state_changed")
        while True:
            states = await houses.home.get("/api/states")
            there = shared({one["entity_id"] for one in states})
            shown = await pairs(houses.home, houses.cabin)
            if shown.keys() == there:
                return shown
            await socket.event(changes)  # (the demo's places come and go)


async def test_state_and_attributes_are_equal(houses: Houses) -> None:
    """Both Home Assistants say the same of every entity, but for what is said why."""
    assert await left_unlike(houses) == {}
    assert await never_unlike(houses) == set()


async def test_a_change_is_seen(houses: Houses, record_property: Any) -> None:
    """What changes in one house changes in the other."""
    await houses.home.action("light", "turn_on", entity_id=LIGHT, brightness=50)
    await houses.at_cabin(LIGHT, lambda one: one["attributes"].get("brightness") == 50)

    begun = time.perf_counter()
    await houses.home.action("light", "turn_on", entity_id=LIGHT, brightness=123)
    await houses.at_cabin(LIGHT, lambda one: one["attributes"].get("brightness") == 123)

    record_property("seconds", round(time.perf_counter() - begun, 3))
