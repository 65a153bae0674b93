"""Whether one house shows another as it is: what both Home Assistants say of it, compared."""

import asyncio
from collections.abc import Iterator, Mapping, Set as AbstractSet
from contextlib import suppress
from typing import Any, Final

from .linked import PATIENCE, Houses, looks

HOUSE: Final = "Home"

# What is shown in another way, by domain or entity, and why.
UNLIKE: Final[Mapping[str, Mapping[str, str]]] = {
    "calendar": {
        "supported_features": "nothing is changed from here but by actions, and 0 is what is not said there"
    },
    "camera": {
        "access_token": "each house has its own for its own pictures",
        "entity_picture": "which has that token in it",
        "supported_features": "stills leave the house, and no streams",
    },
    "counter": dict.fromkeys(("max", "min", "mode"), "a number has a range"),
    "device_tracker": {"in_zones": "they are this house's zones"},
    "image": {
        "access_token": "each house has its own for its own pictures",
        "entity_picture": "which has that token in it",
    },
    "media_player": {
        "entity_picture": "an address in the other house, with a token",
        "supported_features": "no other media and players can be named from here",
    },
    "notify": {"supported_features": "a sensor has none"},
    "person": {"source_type": "a tracker has one"},
    "scene": {"entity_id": "it may name what is not shown to this house"},
    "schedule": {"next_event": "the same moment, in UTC"},
    "text.password": {"state": "a password is never sent"},
    "todo": {"supported_features": "nothing is moved from here"},
    "update": {"entity_picture": "the brand of who has the entity"},
    "vacuum": {
        "supported_features": "no words of a maker's own, and no areas of the other house"
    },
    "zone": {"device_trackers": "they may be what is not shown to this house"},
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
    """Return the entities of which the houses do not say the same, and what each says, but for what is known."""
    found = {
        entity_id: {
            name: said for name, said in unlike.items() if name not in known(entity_id)
        }
        for entity_id, unlike in (await compared(houses)).items()
    }
    return {entity_id: said for entity_id, said in found.items() if said}


async def never_unlike(houses: Houses) -> set[tuple[str, str]]:
    """Return what is said to be unlike, and is not: domain or entity, and the name."""
    found = {
        (one, name)
        for entity_id, unlike in (await compared(houses)).items()
        for one in (entity_id, domain_of(entity_id))
        for name in unlike
    }
    return {(one, name) for one, names in UNLIKE.items() for name in names} - found


async def compared(houses: Houses) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Return what is not the same of each entity: by its name, what it is there and what it is here."""
    originals, shown = [
        {one["entity_id"]: looks(one) for one in await house.get("/api/states")}
        for house in (houses.home, houses.cabin)
    ]
    return {
        entity_id: dict(differences(originals[entity_id], shown.get(mirror, {})))
        for entity_id, mirror in houses.mirrors.items()
        if entity_id in originals  # (the demo's places come and go)
    }


def domain_of(entity_id: str) -> str:
    """Return the domain of an entity."""
    return entity_id.partition(".")[0]


def known(entity_id: str) -> AbstractSet[str]:
    """Return the names of what is known to be unlike."""
    return (
        UNLIKE.get(domain_of(entity_id), {}).keys() | UNLIKE.get(entity_id, {}).keys()
    )


def differences(
    there: Mapping[str, Any], here: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield what is not the same, on both sides."""
    for name in there.keys() | here.keys():
        one, other = there.get(name), here.get(name)
        # What has no device of its own belongs to the house, whose name Home Assistant puts before it.
        same_name = name == "friendly_name" and other == f"{HOUSE} {one}"
        if one != other and not same_name:
            yield name, (one, other)
