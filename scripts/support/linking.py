"""Link one house to another, as its people would do in their browser, and see what it shows of it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .instance import HomeAssistant, Json

DOMAIN: Final = "xmpp_iot"
KIND: Final = "concentrator"
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
    async with house.websocket() as socket:
        listed = await socket.ask("config/entity_registry/list")
    found = {}
    for entry in listed:
        account, _, uid = entry["unique_id"].rpartition(":")
        # (what shows the other house itself has no node)
        if entry["platform"] == DOMAIN and account and uid:
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
