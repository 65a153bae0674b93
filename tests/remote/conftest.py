"""The other end of the wire, for tests that need no Home Assistant."""

from collections.abc import AsyncGenerator

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.link import Link
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.registry import Registered
from homeassistant.core import HomeAssistant

from .far import FEED, HOME, Far, described, everything, state
from .linked import Linked
from .stay import Stay


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


@pytest.fixture
async def stay(far: Far) -> AsyncGenerator[Stay]:
    """Return a stay that has not begun."""
    stay = Stay(far)
    stay.store.follow(stay.shown)
    yield stay
    await stay.end()
    assert not far.neighbourhood._happened
    assert not far.neighbourhood.subscriber._listeners


@pytest.fixture
async def linked(hass: HomeAssistant, far: Far) -> AsyncGenerator[Linked]:
    """Return a link that has begun."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    store = NodeStore(everything)
    devices = Devices(own="cabin@example.org", house=HOME, store=store, title="Home")
    registered = Registered(hass, entry, "none", devices)
    link = Link(hass, entry, far.neighbourhood, registered, devices)
    linked = Linked(hass, far, link)
    link.listen(lambda: linked.told.append(link.online))
    link.watch(lambda: linked.seen.append(link.connection))
    link.start()
    yield linked
    await link.stop()
    assert not far.session.presence
    assert not far.session.offline
    assert not far.session.back
    assert not far.session.pushed
