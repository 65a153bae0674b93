"""A server that cannot write: it refuses what is published, and comes to its end with the newest value."""

import asyncio
from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator import publisher
from custom_components.xmpp_iot.wire.errors import RemoteError

from .client import Client
from .conftest import House
from .dialects import NF, event, field, follow

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]
LIGHT = "light.kitchen_lights"
TIMES = 3


@pytest.mark.parametrize("condition", ["internal-server-error", "resource-constraint"])
async def test_a_feed_ends_at_the_newest_value(
    house: House,
    friend: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    condition: str,
) -> None:
    """It is told again what was refused, ever later, and it is said once."""
    monkeypatch.setattr(publisher, "PAUSE", 0.05)
    node = await follow(friend, house.jid, NF)
    service = house.entry.runtime_data.feeds._pubsub
    publish = service.publish
    refused = asyncio.Event()
    tried: list[float] = []

    async def without_room(*what: Any) -> None:
        tried.append(house.hass.loop.time())
        if len(tried) <= TIMES:
            refused.set()
            raise RemoteError(condition, "wait")
        await publish(*what)

    monkeypatch.setattr(service, "publish", without_room)
    house.hass.states.async_set(LIGHT, "off")
    await asyncio.wait_for(refused.wait(), 10)
    house.hass.states.async_set(LIGHT, "on")

    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "true"
    assert friend.unclaimed() == []
    assert len(tried) == TIMES + 1
    pauses = [later - before for before, later in zip(tried, tried[1:], strict=False)]
    assert all(pause >= 0.05 * 2**number for number, pause in enumerate(pauses))
    assert caplog.text.count("did not take a state change") == 1
