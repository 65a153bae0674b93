"""Two houses of the demo, of which the one shows all of the other: what both say of it, each by its own API."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from scripts.support.instance import HomeAssistant
from scripts.support.linking import mirrors

PATIENCE: Final = 10.0  # seconds until a change is there

type Json = Any
type Condition = Callable[[Json], bool]
"""What is asked of an entity's state object; of none at all it is False."""


def looks(one: Json) -> Json:
    """Return what a person sees of an entity: state and attributes."""
    return {"state": one["state"], **one["attributes"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """The house `home`, and `cabin`, which shows it."""

    home: HomeAssistant
    cabin: HomeAssistant
    mirrors: Mapping[str, str]
    """The entity of `cabin` that shows an entity of `home`, for each of them."""

    @classmethod
    @asynccontextmanager
    async def of(cls, facts: Mapping[str, Any]) -> AsyncGenerator[Self]:
        """Provide the houses of a running demo (`facts` is its ready file)."""
        home, cabin = (
            HomeAssistant(house["url"], house["token"])
            for house in map(facts["homeassistant"].get, ("home", "cabin"))
        )
        async with home, cabin:
            yield cls(home=home, cabin=cabin, mirrors=await pairs(home, cabin))

    async def act(self, entity_id: str, action: str, data: Mapping[str, Any]) -> None:
        """Perform an action of the platform that shows an entity of `home`, on what shows it."""
        mirror = self.mirrors[entity_id]
        domain = mirror.partition(".")[0]
        await self.cabin.action(domain, action, entity_id=mirror, **data)

    async def at_home(self, entity_id: str, condition: Condition) -> Json:
        """Return the state of an entity of `home` as soon as it is as wanted; TimeoutError."""
        return await until(self.home, entity_id, condition)

    async def at_cabin(self, entity_id: str, condition: Condition) -> Json:
        """Return the state of what shows an entity of `home` as soon as it is as wanted; TimeoutError."""
        return await until(self.cabin, self.mirrors[entity_id], condition)


async def pairs(home: HomeAssistant, cabin: HomeAssistant) -> dict[str, str]:
    """Return the entity of `cabin` that shows an entity of `home`, for each of them."""
    async with home.websocket() as socket:
        listed = await socket.ask("config/entity_registry/list")
    by_id = {entry["id"]: entry["entity_id"] for entry in listed}
    # What is in no registry is called by its entity id.
    return {
        by_id.get(uid, uid): entry["entity_id"]
        for uid, entry in (await mirrors(cabin)).items()
    }


async def until(
    house: HomeAssistant,
    entity_id: str,
    condition: Condition,
    patience: float = PATIENCE,
) -> Json:
    """Return the state of an entity as soon as it is as wanted; TimeoutError after so many seconds."""
    async with asyncio.timeout(patience), house.websocket() as socket:
        changes = await socket.subscribe("state_changed")
        state = await house.state(entity_id)
        while state is None or not condition(state):
            data = (await socket.event(changes))["data"]
            if data["entity_id"] == entity_id:
                state = data["new_state"]
        return state
