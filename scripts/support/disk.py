"""What a Home Assistant has written to its disk: what it has not is lost when it is killed."""

import asyncio
from collections.abc import Iterable
from itertools import chain
import json
from pathlib import Path
from typing import Final

from .houses import House
from .instance import Json

_STORED: Final = ("entities", "devices", "child_devices")
_LOOK_EVERY: Final = 0.1  # seconds: nobody tells when a file is written
_WRITTEN: Final = 25.0  # seconds: Home Assistant waits for 10 of them
# The demo itself makes these anew: they come and go.
PASSING: Final = "geo_location."


async def until_written(house: House) -> None:
    """Return when a house has written down who its entities and devices are; TimeoutError.

    Home Assistant does so some seconds after the last of them was made: before that a power cut takes them.
    """
    async with asyncio.timeout(_WRITTEN), house.api() as api, api.websocket() as socket:
        for kind in ("entity", "device"):
            file = house.directory / ".storage" / f"core.{kind}_registry"
            while True:
                now = _who(await socket.ask(f"config/{kind}_registry/list"))
                if now <= _who(await asyncio.to_thread(_stored, file)):
                    break
                await asyncio.sleep(_LOOK_EVERY)


def _who(listed: Iterable[Json]) -> frozenset[tuple[str, str | None]]:
    return frozenset(
        (one["id"], one["area_id"])
        for one in listed
        if f":{PASSING}" not in str(one.get("unique_id"))
    )


def _stored(file: Path) -> Iterable[Json]:
    """Return what a registry's file has, if there is one yet."""
    data = json.loads(file.read_bytes())["data"] if file.exists() else {}
    return chain.from_iterable(data.get(kind, ()) for kind in _STORED)
