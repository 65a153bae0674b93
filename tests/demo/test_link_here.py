"""What one house does by itself with what it shows of another: scenes, and what it skips."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import pytest

from .linked import Houses

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

LIGHT: Final = "light.bed_light"
UPDATE: Final = "update.demo_add_on"


@pytest.fixture
async def houses(demo: dict[str, Any]) -> AsyncGenerator[Houses]:
    """Return the two houses of the running demo."""
    async with Houses.of(demo) as houses:
        yield houses


async def test_a_scene_of_this_house_is_set_in_the_other(houses: Houses) -> None:
    """A scene here has lights over there in it: applied at once, or remembered and turned on later."""
    mirror = houses.mirrors[LIGHT]

    def bright(value: int) -> Any:
        return lambda one: one["attributes"].get("brightness") == value

    states = {mirror: {"state": "on", "brightness": 71}}
    await houses.cabin.action("scene", "apply", entities=states)
    await houses.at_home(LIGHT, bright(71))
    await houses.at_cabin(LIGHT, bright(71))

    await houses.cabin.action(
        "scene", "create", scene_id="before", snapshot_entities=[mirror]
    )
    await houses.act(LIGHT, "turn_off", {})
    await houses.at_home(LIGHT, lambda one: one["state"] == "off")
    await houses.at_cabin(LIGHT, lambda one: one["state"] == "off")
    await houses.cabin.action("scene", "turn_on", entity_id="scene.before")
    await houses.at_home(LIGHT, bright(71))

    await houses.cabin.action("scene", "delete", entity_id="scene.before")
    states = await houses.cabin.get("/api/states")
    assert "scene.before" not in {one["entity_id"] for one in states}


async def test_what_is_skipped_here_is_skipped_here_only(houses: Houses) -> None:
    """Each house says itself which updates are no news to it."""
    await houses.act(UPDATE, "skip", {})
    skipped = await houses.at_cabin(UPDATE, lambda one: one["state"] == "off")
    there = await houses.home.state(UPDATE)

    assert skipped["attributes"]["skipped_version"] == "1.0.1"
    assert (there["state"], there["attributes"]["skipped_version"]) == ("on", None)

    await houses.act(UPDATE, "clear_skipped", {})
    await houses.at_cabin(UPDATE, lambda one: one["state"] == "on")
