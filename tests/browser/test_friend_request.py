"""Somebody asks to become a friend, and may read something then: by Home Assistant's own frontend."""

from pathlib import Path
from typing import Final

from playwright.async_api import Page, expect
import pytest

from scripts.support.instance import HomeAssistant
from tests.demo.conftest import Demo
from tests.server.client import Client
from tests.server.dialects import NF, field, read, read_request

from .juliet import LIGHT, NAME, address_of, called
from .looking import picture, subentries

pytestmark = [pytest.mark.demo, pytest.mark.browser]

THERMOMETER: Final = "sensor.outside_temperature"
WORDS: Final = "It is *me*, from next door."
WISH: Final = (
    f"<status>{WORDS}</status>"
    f"<nick xmlns='http://jabber.org/protocol/nick'>{NAME}</nick>"
)


async def test_a_friend_request_is_approved(
    there: Demo, home: HomeAssistant, home_page: Page, screenshots: Path
) -> None:
    """It is discovered and a notification; allowed to read one thing, the stranger does, and sees nothing else."""
    page, item = home_page, f"{address_of(there)} asks to become a friend"
    async with Client.logged_in(there, "stranger") as stranger:
        await page.goto(f"{home.url}/config/integrations/dashboard")
        await page.get_by_text("XMPP IoT", exact=True).wait_for()
        stranger.wish(there.bare, WISH)
        await page.get_by_text(item, exact=True).wait_for()
        await picture(page, screenshots / "friend-1-discovered.png")

        await look_at_notification(page, called(there), screenshots)
        await allow_to_read(page, "Outside Temperature", screenshots)
        (made,) = (
            one for one in await subentries(home, {"contact"}) if one["title"] == NAME
        )
        assert made["unique_id"] == f"contact:{stranger.bare}"
        await expect(page.get_by_text(item, exact=True)).to_have_count(0)

        jid = await stranger.sees(there.bare)
        reading = await read(stranger, jid, NF, THERMOMETER)
        value = field(reading, NF, "state").get(NF.value)
        assert float(value or "nan") == float(await there.state(THERMOMETER))
        refused = await stranger.refusal(jid, read_request(NF, LIGHT))
        assert refused == "item-not-found"
        switched = NF.set(THERMOMETER, NF.power(True))
        assert await stranger.refusal(jid, switched, "set") == "forbidden"


async def look_at_notification(page: Page, who: str, screenshots: Path) -> None:
    """See who asks and with what words, as they are, and go to where that is answered."""
    await page.get_by_text("Notifications", exact=True).first.click()
    notification = page.locator("persistent-notification-item").filter(
        has_text="Somebody asks to become a friend"
    )
    await expect(notification.get_by_text(f"{who} asked to become")).to_be_visible()
    await expect(notification.get_by_text(WORDS, exact=True)).to_be_visible()
    await picture(page, screenshots / "friend-2-notification.png")
    await notification.get_by_role("link", name="Answer").click()


async def allow_to_read(page: Page, entity: str, screenshots: Path) -> None:
    """Answer the only item, by choosing what is to be read."""
    form = page.locator("dialog-data-entry-flow")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(form.get_by_text(WORDS, exact=True)).to_be_visible()
    await picture(page, screenshots / "friend-3-answers.png")
    await form.get_by_text("Allow to read what I choose").click()

    await expect(form.get_by_role("textbox", name="Nickname")).to_have_value(NAME)
    await form.get_by_role("button", name="Add target").click()
    await form.get_by_placeholder("Search").fill(entity)
    await form.get_by_text(entity, exact=True).first.click()
    await expect(form.locator("ha-target-picker-item-row")).to_contain_text(entity)
    await picture(page, screenshots / "friend-4-read.png")
    await form.get_by_role("button", name="Submit").click()

    await expect(form.get_by_text("is a contact now.")).to_be_visible()
    await picture(page, screenshots / "friend-5-contact.png")
    await form.get_by_role("button", name="Close").last.click()
