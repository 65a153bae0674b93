"""A stay at a house whose nodes are foreign: it has no feed, and tells by events or is read."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.remote import (
    events as events_module,
    visit as visit_module,
)
from custom_components.xmpp_iot.remote.acquaintance import meet
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.visit import Visit

from .far import FULL, Far, described, everything, state, until


class Stay:
    """A visit to a house with one foreign node."""

    def __init__(self, far: Far) -> None:
        """Have the house, which does not tell what it can do."""
        self.far = far
        self.store = NodeStore(everything)
        self.arrived: list[Visit] = []
        self.task: asyncio.Task[None] | None = None
        far.house.nodes.clear()
        far.house.have(described("pump", kind="Pump"), state("pump", "idle"))

    async def begin(self, *, events: bool) -> Visit:
        """Visit, and return when everything is known."""
        known = await meet(self.far.session, FULL)
        assert known is not None
        visit = Visit(
            self.far.neighbourhood,
            replace(known, events=events),
            self.store,
            self.arrived.append,
        )
        self.task = asyncio.create_task(visit.stay())
        await until(lambda: self.arrived)
        await self.far.settle()
        self.far.house.reads.clear()
        return visit

    @property
    def node(self) -> RemoteNode:
        """Return the node."""
        found = self.store.get("pump")
        assert found is not None
        return found


@pytest.fixture
async def stay(far: Far) -> AsyncGenerator[Stay]:
    """Return a stay that has not begun."""
    stay = Stay(far)
    yield stay
    if stay.task is not None:
        stay.task.cancel()
        await asyncio.wait({stay.task})


async def test_what_was_acted_upon_is_read(stay: Stay, far: Far) -> None:
    """A house that tells nothing is read as soon as something was done there."""
    visit = await stay.begin(events=False)
    far.house.states["pump"] = state("pump", "running")

    visit.acted(stay.node)
    await until(lambda: stay.node.text("state") == "running")


async def test_a_house_that_tells_is_not_read(stay: Stay, far: Far) -> None:
    """Where events are told, what was done is told too."""
    visit = await stay.begin(events=True)

    visit.acted(stay.node)
    await far.settle()

    assert far.house.reads == []


async def test_a_house_that_falls_silent_is_read_and_followed_anew(
    stay: Stay, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing heard for too long means that nobody tells us any more."""
    monkeypatch.setattr(visit_module, "CHECK_EVERY", 0)
    await stay.begin(events=True)
    far.house.reads.clear()
    monkeypatch.setattr(events_module, "SILENCE", -1)

    await until(lambda: far.house.reads)
    monkeypatch.setattr(events_module, "SILENCE", 600)
    await far.settle()
