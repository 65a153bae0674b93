"""One house shows all of another: what is in the demo's `cabin` is what is in its `home`.

The comparison is of what the two Home Assistants say themselves, by their REST APIs.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
import time
from typing import Any, Final

import pytest

from tests.server.dialects import shared

from .alike import left_unlike
from .linked import PATIENCE, Houses, pairs

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

LIGHT: Final = "light.kitchen_lights"

# The platform that shows entities of a domain, where it is another one.
PLATFORMS: Final[Mapping[str, str]] = {
    "air_quality": "sensor",
    "automation": "switch",
    "counter": "number",
    "geo_location": "sensor",
    "input_boolean": "switch",
    "input_button": "button",
    "input_datetime": "time",
    "input_number": "number",
    "input_select": "select",
    "input_text": "text",
    "notify": "sensor",
    "person": "device_tracker",
    "schedule": "binary_sensor",
    "script": "switch",
    "sun": "sensor",
    "timer": "sensor",
    "zone": "sensor",
}
OF_THEIR_OWN: Final = frozenset(
    [
        "alarm_control_panel",
        "binary_sensor",
        "button",
        "calendar",
        "camera",
        "climate",
        "cover",
        "date",
        "datetime",
        "device_tracker",
        "event",
        "fan",
        "humidifier",
        "light",
        "lock",
        "media_player",
        "number",
        "remote",
        "scene",
        "select",
        "sensor",
        "siren",
        "switch",
        "text",
        "time",
        "todo",
        "update",
        "vacuum",
        "valve",
        "water_heater",
        "weather",
    ]
)


@pytest.fixture
async def houses(demo: dict[str, Any]) -> AsyncGenerator[Houses]:
    """Return the two houses of the running demo."""
    async with Houses.of(demo) as houses:
        yield houses


async def test_everything_is_there_on_its_platform(houses: Houses) -> None:
    """Each entity that a house shares is shown once, on the platform of its domain or the one nearest to it."""
    shown = await everything_shown(houses)

    assert len(set(shown.values())) == len(shown) > 120
    platforms = {
        (entity_id.partition(".")[0], mirror.partition(".")[0])
        for entity_id, mirror in shown.items()
    }
    assert platforms == {*PLATFORMS.items(), *((one, one) for one in OF_THEIR_OWN)}


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


async def test_a_change_is_seen(houses: Houses, record_property: Any) -> None:
    """What changes in one house changes in the other."""
    await houses.home.action("light", "turn_on", entity_id=LIGHT, brightness=50)
    await houses.at_cabin(LIGHT, lambda one: one["attributes"].get("brightness") == 50)

    begun = time.perf_counter()
    await houses.home.action("light", "turn_on", entity_id=LIGHT, brightness=123)
    await houses.at_cabin(LIGHT, lambda one: one["attributes"].get("brightness") == 123)

    record_property("seconds", round(time.perf_counter() - begun, 3))
