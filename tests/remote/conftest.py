"""The other end of the wire, for tests that need no Home Assistant."""

from collections.abc import AsyncGenerator

import pytest

from .far import FEED, Far, described, state


@pytest.fixture
async def far() -> AsyncGenerator[Far]:
    """Return a far house with an area, a device and two entities, which is online."""
    far = Far()
    house = far.house
    house.have(described("area:kitchen", name="Kitchen", uid="kitchen"))
    house.have(
        described("device:1", name="Lamp", parent="area:kitchen", uid="1"),
        state("device:1", "Acme", name="manufacturer"),
    )
    house.have(
        described("light.lamp", parent="device:1", uid="lamp", pubsub=FEED),
        state("light.lamp", "on"),
    )
    house.have(
        described("sensor.rain", uid="rain", pubsub=FEED), state("sensor.rain", "dry")
    )
    far.neighbourhood.start()
    far.arrive()
    yield far
    await far.stop()
