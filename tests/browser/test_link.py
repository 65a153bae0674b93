"""A house is linked in Home Assistant's own frontend, by hand so to speak, and its things are there."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page
import pytest

from scripts.support.instance import HomeAssistant
from scripts.support.linking import DOMAIN, entry_of, link, mirrors, wait_until_shown

pytestmark = [pytest.mark.demo, pytest.mark.browser]

LIGHT: Final = "light.kitchen_kitchen_lights"


async def unlink(house: HomeAssistant) -> int:
    """Take away what the demo has linked; return how many entities it showed of it."""
    count = len(await mirrors(house))
    entry_id = await entry_of(house)
    async with house.websocket() as socket:
        listed = await socket.ask("config_entries/subentries/list", entry_id=entry_id)
        (subentry,) = listed
        await socket.ask(
            "config_entries/subentries/delete",
            entry_id=entry_id,
            subentry_id=subentry["subentry_id"],
        )
    return count


@pytest.fixture
async def cabin(
    demo: dict[str, Any], socket_enabled: None
) -> AsyncGenerator[HomeAssistant]:
    """Return the cabin's API; it has linked nobody, and afterwards it has linked home again."""
    house = demo["homeassistant"]["cabin"]
    async with HomeAssistant(house["url"], house["token"]) as api:
        count = await unlink(api)
        yield api
        if not await mirrors(api):
            await link(api, demo["accounts"]["home"]["jid"])
        await wait_until_shown(api, count)


async def test_a_house_is_linked_and_its_light_switched(
    demo: dict[str, Any], cabin: HomeAssistant, page: Page, screenshots: Path
) -> None:
    """The form says what is there; then the house is a device, and its things are here."""
    form = page.locator("dialog-data-entry-flow")
    await page.goto(f"{cabin.url}/config/integrations/integration/{DOMAIN}")
    await page.get_by_role("button", name="Link another house").first.click()
    await form.get_by_text("Link another house").first.wait_for()
    await page.screenshot(path=screenshots / "link-1-house.png")

    await form.get_by_role("textbox", name="House").fill(
        demo["accounts"]["home"]["jid"]
    )
    await form.get_by_role("button", name="Submit").click()
    await form.get_by_text("What to show").first.wait_for()
    await page.screenshot(path=screenshots / "link-2-form.png")
    await form.get_by_role("button", name="Submit").click()
    await page.screenshot(path=screenshots / "link-3-created.png")
    await form.get_by_role("button", name="inish").first.click()
