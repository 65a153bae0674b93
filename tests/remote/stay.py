"""Visits to the far house, one after the other."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from custom_components.xmpp_iot.remote.acquaintance import meet
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.visit import Visit

from .far import FULL, Far, Shown, everything, until


@dataclass
class Stay:
    """Visits to the far house, one after the other, with one memory."""

    far: Far
    store: NodeStore = field(default_factory=lambda: NodeStore(everything))
    shown: Shown = field(default_factory=Shown)
    arrived: list[Visit] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def begin(self) -> Visit:
        """Visit, and return when everything is known."""
        await self.come()
        await until(lambda: self.arrived)
        await self.far.settle()
        return self.arrived[0]

    async def come(self) -> None:
        """Visit."""
        known = await meet(self.far.session, FULL)
        assert known is not None
        self.arrived.clear()
        visit = Visit(self.far.neighbourhood, known, self.store, self.arrived.append)
        self.task = asyncio.create_task(visit.stay())

    async def end(self) -> None:
        """Leave."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})

    def node(self, node_id: str) -> RemoteNode:
        """Return a node."""
        found = self.store.get(node_id)
        assert found is not None
        return found

    def says(self, node_id: str) -> str | None:
        """Return the state of a node."""
        return self.node(node_id).text("state")

    def read(self) -> list[tuple[datetime | None, set[str]]]:
        """Return what was read until now and since when, and forget it."""
        asked = [
            (one.start, {node.id for node in one.nodes}) for one in self.far.house.reads
        ]
        self.far.house.reads.clear()
        return asked
