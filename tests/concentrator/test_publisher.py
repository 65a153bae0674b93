"""Publishing while somebody waits for an answer: that goes first, and what came meanwhile goes together."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator import publisher
from custom_components.xmpp_iot.concentrator.batches import Batch, Item
from custom_components.xmpp_iot.concentrator.feed import Feed
from custom_components.xmpp_iot.concentrator.publisher import Publisher
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from homeassistant.core import HomeAssistant

LAMPS = frozenset({"light.one", "light.two"})


@dataclass
class World:
    """A feed, whoever renders and carries its items, and whether an order is under way."""

    publisher: Publisher = field(init=False)
    feed: Feed = field(
        default_factory=lambda: Feed("feed", FAMILIES[0], frozenset({"anna"}), LAMPS)
    )
    is_answering: bool = False
    published: list[str] = field(default_factory=list)
    went_out: asyncio.Event = field(default_factory=asyncio.Event)

    def render(self, dirty: Any, *_: object) -> Batch:
        """Return all that is dirty as one item."""
        entities = tuple(sorted(dict(dirty)))
        return Batch(items=(Item(" ".join(entities)),), entities=entities)

    async def publish(self, _name: str, _id: str, text: str, *_: object) -> None:
        """Take an item."""
        self.published.append(text)
        self.went_out.set()

    def change(self, entity_id: str) -> None:
        """Have an entity change."""
        self.feed.note(entity_id, None)
        self.publisher.kick(self.feed)


@pytest.fixture
def world(hass: HomeAssistant) -> Iterator[World]:
    """Return a publisher with a feed; afterwards it has no timer."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    world = World()
    carried: Any = world
    world.publisher = Publisher(
        hass,
        entry,
        carried,
        account="home@example.org",
        carrier=lambda: carried,
        resume=lambda: None,
        went_out=lambda _: None,
        is_answering=lambda: world.is_answering,
    )
    yield world
    world.publisher.stop()


async def test_a_change_goes_out_at_once(world: World) -> None:
    """Nobody waits for an answer."""
    world.change("light.one")
    assert world.published == ["light.one"]


async def test_an_answer_goes_first(world: World) -> None:
    """What changes while an order is carried out goes out in a moment, together."""
    world.is_answering = True
    world.change("light.one")
    world.change("light.two")
    assert world.published == []
    world.is_answering = False  # it is answered
    await asyncio.wait_for(world.went_out.wait(), 5)
    assert world.published == ["light.one light.two"]


async def test_nobody_waits_for_an_order_that_takes_its_time(world: World) -> None:
    """The news of what it has done until then is as fresh as any other, but for the moment."""
    world.is_answering = True
    world.change("light.one")
    await asyncio.wait_for(world.went_out.wait(), 5)
    assert world.published == ["light.one"]


async def test_it_stops_in_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing goes out any more."""
    monkeypatch.setattr(publisher, "MOMENT", 0)
    world.is_answering = True
    world.change("light.one")
    world.publisher.stop()
    await asyncio.sleep(0.01)
    assert world.published == []
