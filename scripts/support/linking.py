"""Link one house to another, as its people would do in their browser, and see what it shows of it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .instance import HomeAssistant, Json

DOMAIN: Final = "xmpp_iot"
KIND: Final = "concentrator"
SUBENTRIES: Final = "config_entries/subentries/list"
ENTRIES: Final = "/api/config/config_entries/entry"

_PATIENCE: Final = 60.0  # seconds until all is there


async def entry_of(house: HomeAssistant) -> str:
    """Return the id of the config entry of a house's only account."""
    entries: list[Mapping[str, Any]] = await house.get(f"{ENTRIES}?domain={DOMAIN}")
    (entry,) = entries
    return str(entry["entry_id"])


async def link(
    house: HomeAssistant,
    jid: str,
    finish: Callable[[], None] = lambda: None,
    **chosen: Any,
) -> int:
    """Link the house that has the bare JID, everything of it if nothing is `chosen`.

    Calls `finish` when all is chosen; returns how many nodes the form has counted there.
    """

    def answers() -> Iterator[Mapping[str, Any]]:
        yield {"jid": jid}
        finish()
        yield {"everything": True, "suggest_areas": True, **chosen}

    form = await house.add_subentry(await entry_of(house), KIND, answers())
    return int(form["description_placeholders"]["count"])


async def mirrors(house: HomeAssistant) -> dict[str, Json]:
    """Return the registry's entries of all that a house shows of others, by what their nodes are called for ever."""
    entry_id = await entry_of(house)
    async with house.websocket() as socket:
        listed = await socket.ask("config/entity_registry/list")
        subentries = await socket.ask(SUBENTRIES, entry_id=entry_id)
    links = {one["subentry_id"] for one in subentries if one["subentry_type"] == KIND}
    found = {}
    for entry in listed:
        uid = entry["unique_id"].rpartition(":")[2]
        # (what shows the other house itself has no node)
        if entry["config_subentry_id"] in links and uid:
            found[uid] = entry
    return found


async def shown(house: HomeAssistant) -> dict[str, Json]:
    """Return the states that a house shows of others, by entity id."""
    theirs = {entry["entity_id"] for entry in (await mirrors(house)).values()}
    states = await house.get("/api/states")
    return {one["entity_id"]: one for one in states if one["entity_id"] in theirs}


async def wait_until_shown(house: HomeAssistant, count: int) -> None:
    """Return when a house shows so many entities of others; TimeoutError."""
    async with asyncio.timeout(_PATIENCE), house.websocket() as socket:
        changes = await socket.subscribe("state_changed")
        while len(await shown(house)) < count:
            await socket.event(changes)


async def states(house: HomeAssistant) -> dict[str, str]:
    """Return the state of each entity of a house."""
    listed = await house.get("/api/states")
    return {one["entity_id"]: one["state"] for one in listed}


async def shown_as(house: HomeAssistant, other: HomeAssistant) -> dict[str, str]:
    """Return what shows each entity of the `other` house in the house that has linked it; both by entity id."""
    async with other.websocket() as socket:
        listed = await socket.ask("config/entity_registry/list")
    names = {one["id"]: one["entity_id"] for one in listed}
    # What is in no registry is called by its entity id.
    return {
        names.get(uid, uid): entry["entity_id"]
        for uid, entry in (await mirrors(house)).items()
    }


async def unequal(house: HomeAssistant, other: HomeAssistant) -> dict[str, str]:
    """Return what a house does not show as it is in the `other` one, by its entity id there, and how both are.

    What has gone there is shown as unavailable for a while.
    """
    pairs = await shown_as(house, other)
    here, there = await states(house), await states(other)
    return {
        original: f"{mirror} is {here.get(mirror)}, {original} is {there.get(original)}"
        for original, mirror in pairs.items()
        if here.get(mirror) != there.get(original, "unavailable")
    }
