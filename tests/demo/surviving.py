"""What of `cabin` outlives the end of a process: who its entities and devices are, and what they have been.

All is as its Home Assistant says by its APIs, but for what it has written to its disk.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Self

from scripts.support.disk import PASSING
from scripts.support.instance import HomeAssistant
from scripts.support.linking import DOMAIN, mirrors

from .linked import Houses

# What would be another one if something were created anew.
_ENTITY: Final = (
    "entity_id",
    "unique_id",
    "device_id",
    "config_subentry_id",
    "created_at",
)
_DEVICE: Final = ("identifiers", "via_device_id", "created_at", "area_id")
_LOOK_EVERY: Final = 0.1  # seconds: nobody tells when it is
_RECORDED: Final = 5.0  # seconds: it commits every second

type Past = Mapping[str, list[tuple[str, str]]]
"""The states each entity has had, and since when."""


class Kept:
    """Who everything is that `cabin` shows of `home`, and what goes with it."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        """Keep what was `found`, by kind."""
        self.found = found

    @classmethod
    async def of(cls, house: HomeAssistant) -> Self:
        """Return it as the house says it now."""
        shown = await mirrors(house)
        ids = {one["id"] for uid, one in shown.items() if not uid.startswith(PASSING)}
        async with house.websocket() as socket:
            entities = await socket.ask("config/entity_registry/list")
            devices = await socket.ask("config/device_registry/list")
            (entry,) = await socket.ask("config_entries/get", domain=DOMAIN)
            parts = await socket.ask(
                "config_entries/subentries/list", entry_id=entry["entry_id"]
            )
        passing = {one["id"] for one in shown.values()} - ids
        return cls(
            {
                "entities": _chosen(
                    (one for one in entities if one["id"] not in passing), _ENTITY
                ),
                "devices": _chosen(devices, _DEVICE),
                "entry": (entry["entry_id"], entry["created_at"]),
                "subentries": sorted(one["subentry_id"] for one in parts),
            }
        )


def _chosen(listed: Any, keys: tuple[str, ...]) -> Mapping[str, Any]:
    return {one["id"]: {key: one.get(key) for key in keys} for one in listed}


async def past(houses: Houses) -> Past:
    """Return what is recorded of all that `cabin` shows of `home`: it is on its disk."""
    shown = ",".join(houses.mirrors.values())
    listed = await houses.cabin.get(
        f"/api/history/period?filter_entity_id={shown}&significant_changes_only=0&no_attributes"
    )
    return {
        states[0]["entity_id"]: [(one["state"], one["last_changed"]) for one in states]
        for states in listed
        if states
    }


async def until_recorded(houses: Houses) -> Past:
    """Return the past as soon as everything's ends with its present; TimeoutError."""
    async with asyncio.timeout(_RECORDED):
        while True:
            recorded = await past(houses)
            states = await houses.cabin.get("/api/states")
            now = {one["entity_id"]: one["state"] for one in states}
            if all(
                mirror in recorded and recorded[mirror][-1][0] == now[mirror]
                for mirror in houses.mirrors.values()
                if mirror in now
            ):
                return recorded
            await asyncio.sleep(_LOOK_EVERY)


def forgotten(before: Past, after: Past) -> Mapping[str, Any]:
    """Return the entities whose past does not begin any more as it did."""
    return {
        entity_id: (states, after.get(entity_id))
        for entity_id, states in before.items()
        if after.get(entity_id, [])[: len(states)] != states
    }
