"""What goes on inside of a Home Assistant that is measured: its memory, and how late its event loop is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import subprocess
from typing import Final

from .instance import HomeAssistant

type Row = dict[str, float | None]

# What a heartbeat says (see there).
BEATS: Final = ("late_ms", "blocked_ms", "collection_ms", "beside_ms")

_HEARTBEAT: Final = "heartbeat"  # the component, in a folder of its own
_SAMPLE: Final = 0.05  # seconds
_MEGABYTE: Final = 1_000_000


def install(configuration: Path) -> None:
    """Put the heartbeat into a house that is not started yet, by its configuration folder."""
    add_component(configuration, _HEARTBEAT)


def add_component(configuration: Path, name: str, options: str = "") -> None:
    """Put one of the components beside this file into a house that is not started yet."""
    component = configuration / "custom_components" / name
    component.symlink_to(Path(__file__).with_name(name), target_is_directory=True)
    with (configuration / "configuration.yaml").open("a") as file:
        file.write(f"{name}: {options}".rstrip() + "\n")


def resident(pid: int) -> float:
    """Return the memory that a process has now, in megabytes."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        text = status.read_text().partition("VmRSS:")[2].split()[0]
    else:  # macOS
        command = ["ps", "-o", "rss=", "-p", str(pid)]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        text = done.stdout
    return int(text) * 1024 / _MEGABYTE


class Inside:
    """What the house's own heartbeat says; nothing in a house that has none."""

    def __init__(self, house: HomeAssistant) -> None:
        """Ask a house."""
        self._house = house
        self._beats = False

    async def find(self) -> None:
        """Find out whether the house has a heartbeat."""
        services = await self._house.get("/api/services")
        self._beats = any(one["domain"] == _HEARTBEAT for one in services)

    async def _read(self, **options: bool) -> dict[str, float]:
        path = f"/api/services/{_HEARTBEAT}/read?return_response"
        answer = await self._house.post(path, options)
        found: dict[str, float] = answer["service_response"]
        return found

    async def counted(self) -> Row:
        """Return what there is in the house after a collection of garbage: megabytes, tasks, and objects of ours."""
        found = await self._read(count=True)
        return {
            "memory_mb": round(resident(int(found["pid"])), 1),
            "tasks": found["tasks"],
            "objects": found["objects"],
        }

    async def hurry(self) -> None:
        """Have the house try at once to connect again."""
        await self._house.action(_HEARTBEAT, "hurry")

    async def full_collection(self) -> float | None:
        """Return the milliseconds for which a collection of all the garbage stops the house as it is."""
        return (await self._read())["full_collection_ms"] if self._beats else None

    async def settled(self) -> float | None:
        """Return the megabytes that the house has after a collection of garbage."""
        return resident(int((await self._read())["pid"])) if self._beats else None

    @asynccontextmanager
    async def watched(self, row: Row) -> AsyncGenerator[None]:
        """Add to the row by how much memory grew meanwhile, and how long the loop was blocked."""
        if not self._beats:
            yield
            return
        pid = int((await self._read())["pid"])
        before = most = resident(pid)

        async def sample() -> None:
            nonlocal most
            while True:
                most = max(most, await asyncio.to_thread(resident, pid))
                await asyncio.sleep(_SAMPLE)

        sampling = asyncio.create_task(sample())
        try:
            yield
        finally:
            sampling.cancel()
            await asyncio.wait([sampling])
        most = max(most, resident(pid))
        pulse = await self._read()
        row["memory_mb"] = round(most - before, 1)
        row |= {name: pulse[name] for name in BEATS}
