"""What the tests with a browser share: pictures to be looked at, and what accounts have."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from scripts.support.instance import HomeAssistant
from scripts.support.linking import SUBENTRIES, entry_of


async def picture(page: Page, path: Path) -> None:
    """Keep what the page shows now, with its movements at their end."""
    await page.screenshot(path=path, animations="disabled")


async def subentries(
    house: HomeAssistant, kinds: Collection[str]
) -> list[dict[str, Any]]:
    """Return what the only account of a house has of these kinds."""
    async with house.websocket() as socket:
        listed = await socket.ask(SUBENTRIES, entry_id=await entry_of(house))
    return [one for one in listed if one["subentry_type"] in kinds]


async def remove(house: HomeAssistant, subentry: dict[str, Any]) -> None:
    """Take something away from the only account of a house."""
    async with house.websocket() as socket:
        await socket.ask(
            "config_entries/subentries/delete",
            entry_id=await entry_of(house),
            subentry_id=subentry["subentry_id"],
        )
