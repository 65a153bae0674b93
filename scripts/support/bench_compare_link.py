"""Linking houses of several sizes: how long it takes, and what memory the entities take that others may see.

Memory is measured in houses of its own, for measuring makes them slow: it is what Python has more in home when its
account is there, its contacts may see all, and the cabin has linked it, than just before it had an account. What
comes once for all is taken off: the figure for an entity is by how much one size has more than another. (What the
system counts for the process is more: memory that was used once is rarely given back.)
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import override

from . import bench_link
from .bench_inside import Inside, Row, add_component, install
from .demo import Demo, scratch_folder
from .houses import House
from .instance import HomeAssistant

_KILOBYTE = 1000


class Linked(Demo):
    """The demo, whose home has so many more entities, and whose memory can be traced from before it has an account."""

    def __init__(
        self, folder: Path, count: int, server: str, *, traced: bool = False
    ) -> None:
        """Prepare all in the folder; nothing is started."""
        super().__init__(folder, server)
        self._traced = traced
        add_component(self.home.directory, bench_link.CROWD, f"{{count: {count}}}")
        for house in (self.home, self.cabin):
            install(house.directory)
        add_component(self.home.directory, "witness")

    @override
    async def _add_account(self, house: House, user: str) -> str:
        if house is self.home and self._traced:
            await self.traced()
        return await super()._add_account(house, user)

    async def traced(self) -> int:
        """Return the bytes that Python has in home since this was first asked."""
        async with self.home.api() as api, api.websocket() as socket:
            return int((await socket.ask("witness/memory"))["bytes"])


async def settled(house: HomeAssistant) -> float | None:
    """Return the megabytes that a house has after a collection of garbage."""
    inside = Inside(house)
    await inside.find()
    return await inside.settled()


@asynccontextmanager
async def _demo(
    count: int, server: str, *, traced: bool = False
) -> AsyncGenerator[Linked]:
    with scratch_folder() as folder:
        demo = Linked(folder, count, server, traced=traced)
        with demo.running():
            await demo.set_up(linked=False)
            yield demo


async def _linked(count: int, server: str) -> Row:
    """Link a house of so many entities; return a row."""
    async with _demo(count, server) as demo:
        rows = await bench_link.run(demo.facts(), count)
    return {
        **rows[bench_link.LINKING],
        "memory_mb": rows["home"].get("memory_mb"),
        "blocked_ms": rows["home"].get("beside_ms"),
        "blocked_there_ms": rows["cabin"].get("beside_ms"),
    }


async def run(counts: tuple[int, ...], server: str) -> dict[str, Row]:
    """Link houses of each size, one after the other; return a row for each."""
    return {f"link {count}": await _linked(count, server) for count in counts}


async def run_memory(few: int, many: int, server: str) -> dict[str, Row]:
    """Link two houses, and return a row of what each entity takes that one has more than the other."""
    kept, entities = [], []
    for count in (few, many):
        async with _demo(count, server, traced=True) as demo:
            rows = await bench_link.run(demo.facts(), count)
            kept.append(await demo.traced())
            entities.append(rows[bench_link.LINKING]["entities"] or 0)
    each = (kept[1] - kept[0]) / (entities[1] - entities[0])
    return {"memory": {"kb_per_entity": round(each / _KILOBYTE, 3)}}
