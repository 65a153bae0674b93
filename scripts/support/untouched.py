"""Whether anything has been done in a house: by a command of somebody, or to what can be controlled."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

from .instance import HomeAssistant, HomeAssistantSocket

COMMAND: Final = "xmpp_iot_command"
_PATIENCE: Final = 20.0  # seconds
_MARK: Final = "attack_looked_at"  # an event of our own, after all others
CONTROLLED: Final = frozenset(
    {
        "alarm_control_panel", "automation", "climate", "cover", "fan", "humidifier",
        "input_boolean", "input_number", "input_select", "input_text", "light", "lock",
        "number", "select", "siren", "switch", "text", "valve", "vacuum", "water_heater",
    }
)  # fmt: skip
"""Domains whose states change by orders only, in the demo."""


async def controlled(house: HomeAssistant) -> dict[str, Any]:
    """Return what a person sees of what can be controlled."""
    return {
        one["entity_id"]: (one["state"], one["attributes"])
        for one in await house.get("/api/states")
        if one["entity_id"].partition(".")[0] in CONTROLLED
    }


@dataclass(slots=True)
class Untouched:
    """A house that is watched; nothing else may be done in it meanwhile."""

    house: HomeAssistant
    before: dict[str, Any]
    _given: list[str] = field(default_factory=list)
    _seen_all: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def watch(cls, house: HomeAssistant) -> AsyncGenerator[Self]:
        """Begin to watch."""
        async with house.websocket() as socket:
            mark = await socket.subscribe(_MARK)
            await socket.subscribe(COMMAND)
            watch = cls(house, await controlled(house))
            # (Home Assistant hangs up on who does not read for a minute)
            listening = asyncio.create_task(watch._listen(socket, mark))
            try:
                yield watch
            finally:
                listening.cancel()
                await asyncio.wait([listening])

    async def _listen(self, socket: HomeAssistantSocket, mark: int) -> None:
        while True:
            subscription, event = await socket.any_event()
            if subscription == mark:
                self._seen_all.set()
            else:
                self._given.append(str(event["data"]))

    async def touched(self) -> list[str]:
        """Return the entities that look otherwise than before, and a line for each command that was given."""
        self._seen_all.clear()
        await self.house.post(f"/api/events/{_MARK}")
        async with asyncio.timeout(_PATIENCE):
            await self._seen_all.wait()
        now = await controlled(self.house)
        names = self.before.keys() | now.keys()
        found = sorted(one for one in names if self.before.get(one) != now.get(one))
        return found + self._given
