"""The demo where everything can go wrong: its houses reach the server by cables, and anything can be killed.

What the benches of outages have in common.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Any, Final

from .bench_inside import add_component, install
from .bench_link import CROWD
from .cable import Cable, cable
from .demo import Demo, scratch_folder
from .disk import until_written
from .houses import House
from .instance import HomeAssistant
from .linking import shown_as
from .progress import step
from .servers import XmppServer

HOUSES: Final = ("home", "cabin")
MEMBERS: Final = 40  # of home's crowd
SLIPS: Final = 5  # what is commanded
JOURNAL: Final = "journal"
JOURNAL_FILE: Final = "journal.txt"

# What only this component would log, however it is worded.
_COMPLAINT: Final = re.compile(
    r"^\S+ \S+ (?:ERROR|CRITICAL) \(\w+\) \[(?:custom_components\.xmpp_iot|asyncio).*",
    re.MULTILINE,
)


@dataclass(slots=True)
class Stricken:
    """A demo, and the cable of each of its houses."""

    demo: Demo
    lines: Mapping[str, Cable]
    slips: Mapping[str, str] = field(default_factory=dict)
    """What shows each of home's slips in the cabin, by entity id."""
    complaints: list[str] = field(default_factory=list)
    """What the houses have logged as errors, until they were last started."""

    @property
    def server(self) -> XmppServer:
        """The server of both houses."""
        return self.demo.server

    def house(self, name: str) -> House:
        """Return one of the houses."""
        return {"home": self.demo.home, "cabin": self.demo.cabin}[name]

    def api(self, name: str) -> HomeAssistant:
        """Return the owner's connection to one of the houses, to be entered."""
        return self.house(name).api()

    def journal(self, name: str) -> str:
        """Return what a house has written down of commands, since it was first started."""
        return (self.house(name).directory / JOURNAL_FILE).read_text()

    async def start_server(self) -> None:
        """Start the server, and return when it takes clients."""
        await asyncio.to_thread(self.server.start)

    async def stop_server(self) -> None:
        """Have the server end as an update would."""
        await asyncio.to_thread(self.server.stop)

    async def kill_server(self) -> None:
        """End the server as a power cut would."""
        await asyncio.to_thread(self.server.kill)

    async def stop_house(self, name: str) -> None:
        """Have a house end as its owner would."""
        await asyncio.to_thread(self.house(name).stop)
        self.listen(name)

    async def kill_house(self, name: str) -> None:
        """End a house as a power cut would."""
        await asyncio.to_thread(self.house(name).kill)
        self.listen(name)

    async def start_house(self, name: str) -> None:
        """Start a house, and return when its start is complete."""
        house = self.house(name)
        # (in the thread that lives as long as all of this: a house ends with who started it)
        house.start()
        await house.wait_until_back()

    def listen(self, name: str) -> None:
        """Take over what a house complains of: when it is started anew, nobody will know."""
        words = self.house(name).directory / "home-assistant.out"
        text = words.read_text(errors="replace")
        self.complaints += (
            f"{name}: {found[0]}" for found in _COMPLAINT.finditer(text)
        )


@asynccontextmanager
async def stricken(folder: Path) -> AsyncGenerator[Stricken]:
    """Provide the demo, set up, and all of it on the disks."""
    demo = Demo(folder)
    async with AsyncExitStack() as stack:
        host, port = demo.server.host, demo.server.port
        lines = {
            name: await stack.enter_async_context(cable(host, port)) for name in HOUSES
        }
        demo.ways |= {name: line.port for name, line in lines.items()}
        world = Stricken(demo, lines)
        for name, slips in zip(HOUSES, (SLIPS, 0), strict=True):
            install(world.house(name).directory)
            options = f"{{slips: {slips}}}"
            add_component(world.house(name).directory, JOURNAL, options)
        add_component(demo.home.directory, CROWD, f"{{count: {MEMBERS}}}")
        stack.enter_context(demo.running())
        await demo.set_up()
        if not all(line.used for line in lines.values()):
            raise OSError("a house does not reach the server by its cable")
        async with world.api("home") as home, world.api("cabin") as cabin:
            pairs = await shown_as(cabin, home)
        numbers = range(1, SLIPS + 1)
        world.slips = {
            slip: pairs[slip] for slip in map("text.slip_{}".format, numbers)
        }
        with step("everything is written to the disks"):
            await asyncio.gather(*map(until_written, (demo.home, demo.cabin)))
        yield world


@asynccontextmanager
async def world(_: int) -> AsyncGenerator[Mapping[str, Any]]:
    """Provide the demo as the only fact there is, whatever is to be counted."""
    with scratch_folder() as folder:
        async with stricken(folder) as one:
            yield {"world": one}


async def soon(
    condition: Callable[[], Awaitable[bool]], patience: float, pause: float = 0.02
) -> float:
    """Return after how many seconds an awaitable condition is met; TimeoutError.

    Who is asked may be away: then it is not met.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.timeout(patience):
        while True:
            if await condition():
                return loop.time() - begun
            await asyncio.sleep(pause)
