"""Whether one house shows another as it is: what both Home Assistants say of it, compared."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from .linked import PATIENCE, Houses, looks

HOUSE: Final = "Home"

# What is shown in another way, by domain or entity, and why.
UNLIKE: Final[Mapping[str, Mapping[str, str]]] = {
    "calendar": {"supported_features": "0 here is what is not said there"},
    "camera": {
        "access_token": "each house has its own for its own pictures",
        "entity_picture": "which has that token in it",
        "supported_features": "stills leave the house, and no streams",
    },
    "counter": dict.fromkeys(("max", "min", "mode"), "a number has a range"),
    "device_tracker": {"in_zones": "they are this house's zones"},
    "media_player": {
        "entity_picture": "an address in the other house, with a token",
        "supported_features": "no other media and players can be named from here",
    },
    "notify": {"supported_features": "a sensor has none"},
    "person": {
        "in_zones": "they are this house's zones",
        "source_type": "a tracker has one",
    },
    "scene": {"entity_id": "it may name what is not shown to this house"},
    "schedule": {"next_event": "the same moment, in UTC"},
    "text.password": {"state": "a password is never sent"},
    "todo": {"supported_features": "nothing is moved from here"},
    "update": {"entity_picture": "the brand of who has the entity"},
    "vacuum": {
        "supported_features": "no words of a maker's own, and no areas of the other house"
    },
}


async def left_unlike(houses: Houses, patience: float = PATIENCE) -> dict[str, Any]:
    """Wait until both houses say the same; return of what they do not after so many seconds."""
    found: dict[str, Any] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(patience), houses.cabin.websocket() as socket:
            changes = await socket.subscribe("state_changed")
            while found := await unlike(houses):
                await socket.event(changes)
    return found


async def unlike(houses: Houses) -> dict[str, Any]:
    """Return the entities of which the houses do not say the same, and what each says."""
    originals, shown = [
        {one["entity_id"]: looks(one) for one in await house.get("/api/states")}
        for house in (houses.home, houses.cabin)
    ]
    found = {
        entity_id: dict(
            differences(entity_id, originals[entity_id], shown.get(mirror, {}))
        )
        for entity_id, mirror in houses.mirrors.items()
        if entity_id in originals  # (the demo's places come and go)
    }
    return {entity_id: said for entity_id, said in found.items() if said}


def differences(
    entity_id: str, there: Mapping[str, Any], here: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield what is not the same, on both sides."""
    domain = entity_id.partition(".")[0]
    known = UNLIKE.get(domain, {}).keys() | UNLIKE.get(entity_id, {}).keys()
    for name in there.keys() | here.keys():
        one, other = there.get(name), here.get(name)
        # What has no device of its own belongs to the house, whose name Home Assistant puts before it.
        same_name = name == "friendly_name" and other == f"{HOUSE} {one}"
        if one != other and name not in known and not same_name:
            yield name, (one, other)
