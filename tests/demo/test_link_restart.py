"""What one house shows of another survives that the one, the other, or their server is started anew."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
import time
from typing import Any, Final

import pytest

from scripts.support.demo import Demo
from scripts.support.linking import mirrors

from .alike import left_unlike
from .linked import Houses, until

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

WITHIN: Final = 5.0  # seconds after the last one is up
BACK: Final = (
    30.0  # seconds until both are on the server again, after growing pauses of chance
)
LIGHT: Final = "light.kitchen_lights"

# What would be another one if something were created anew.
KEPT: Final = ("id", "entity_id", "device_id", "created_at", "unique_id")


@pytest.fixture
async def demo_of_its_own(tmp_path: Path) -> AsyncGenerator[Demo]:
    """Return a demo that nobody else uses."""
    demo = Demo(tmp_path / "demo")
    with demo.running():
        await demo.set_up()
        yield demo


async def registered(houses: Houses) -> dict[str, dict[str, Any]]:
    """Return who everything is that `cabin` shows of `home`.

    Without what the demo itself makes anew: it has no registered places.
    """
    return {
        uid: {key: entry[key] for key in KEPT}
        for uid, entry in (await mirrors(houses.cabin)).items()
        if not uid.startswith("geo_location.")
    }


async def devices(houses: Houses) -> Mapping[str, Any]:
    """Return who the devices of `cabin` are."""
    async with houses.cabin.websocket() as socket:
        listed = await socket.ask("config/device_registry/list")
    return {one["id"]: (one["identifiers"], one["created_at"]) for one in listed}


async def past(houses: Houses, entity_id: str) -> list[str]:
    """Return the states an entity of `cabin` has had, as far as they are recorded."""
    (states,) = await houses.cabin.get(
        f"/api/history/period?filter_entity_id={entity_id}"
    )
    return [one["state"] for one in states]


async def test_nothing_is_lost_by_a_restart(
    demo_of_its_own: Demo, record_property: Any
) -> None:
    """Entities keep their ids and their past, and are right again soon after everybody is back."""
    demo = demo_of_its_own
    async with Houses.of(demo.facts()) as houses:
        everyone, things = await registered(houses), await devices(houses)
        mirror = houses.mirrors[LIGHT]
        await houses.act(LIGHT, "turn_off", {})
        await houses.at_cabin(LIGHT, lambda one: one["state"] == "off")

        async def check(what: str) -> None:
            up = time.perf_counter()
            assert await left_unlike(houses, WITHIN) == {}, what
            record_property(what, round(time.perf_counter() - up, 2))
            assert await registered(houses) == everyone, what
            assert await devices(houses) == things, what

        demo.home.stop()
        await until(houses.cabin, mirror, lambda one: one["state"] == "unavailable")
        demo.home.start()
        await demo.home.wait_until_back()
        await check("home")

        demo.cabin.stop()
        demo.cabin.start()
        await demo.cabin.wait_until_back()
        await check("cabin")

        demo.server.stop()
        await until(houses.cabin, mirror, lambda one: one["state"] == "unavailable")
        demo.server.start()
        await until(
            houses.cabin, mirror, lambda one: one["state"] != "unavailable", BACK
        )
        await check("server")

        await houses.act(LIGHT, "turn_on", {"brightness": 43})
        await houses.at_home(LIGHT, lambda one: one["attributes"]["brightness"] == 43)
        assert (await past(houses, mirror))[:3] == ["on", "off", "unavailable"]
