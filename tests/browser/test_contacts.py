"""A contact gets a grant for the weekend, and a guest an invite, in Home Assistant's own frontend."""

from collections.abc import AsyncGenerator
from pathlib import Path
import re
from typing import Any, Final

from playwright.async_api import Locator, Page, expect
import pytest

from scripts.support.instance import HomeAssistant
from scripts.support.linking import DOMAIN

from .looking import picture, remove, subentries

pytestmark = [pytest.mark.demo, pytest.mark.browser]

CARLA: Final = "carla@example.org"
OURS: Final = frozenset({"contact", "invite"})


@pytest.fixture
async def cabin(
    demo: dict[str, Any], socket_enabled: None
) -> AsyncGenerator[HomeAssistant]:
    """Return the cabin's API; afterwards it has neither contacts nor invites, as before."""
    house = demo["homeassistant"]["cabin"]
    async with HomeAssistant(house["url"], house["token"]) as api:
        yield api
        for one in await subentries(api, OURS):
            await remove(api, one)


async def open_form(page: Page, house: HomeAssistant, button: str) -> Locator:
    """Go to the account's page, and open a form by its button."""
    await page.goto(f"{house.url}/config/integrations/integration/{DOMAIN}")
    await page.get_by_role("button", name=button).first.click()
    return page.locator("dialog-data-entry-flow")


async def test_a_contact_gets_a_grant_for_the_weekend(
    cabin: HomeAssistant, page: Page, screenshots: Path
) -> None:
    """An error of the time stands at its section; what is granted is told in words, and what it means now."""
    form = await open_form(page, cabin, "Add contact")
    submit = form.get_by_role("button", name="Submit")
    await form.get_by_role("textbox", name="XMPP address").fill(CARLA)
    await form.get_by_role("textbox", name="Nickname").fill("Carla")
    await form.locator("ha-switch").first.click()
    await picture(page, screenshots / "contact-1-form.png")
    await form.get_by_text("When", exact=True).first.click()
    for day in ("Saturday", "Sunday"):
        await form.get_by_text(day, exact=True).first.click()
    await form.get_by_role("spinbutton", name="Number of uses").fill("5")
    begin = form.locator("ha-selector-time").first.locator("input").first
    await begin.fill("8")
    await begin.blur()
    await picture(page, screenshots / "contact-2-when.png")
    await submit.click()
    error = form.get_by_text("Give both times, or neither of them.")
    await error.scroll_into_view_if_needed()
    await picture(page, screenshots / "contact-3-error.png")
    await (
        form.locator("ha-selector-time")
        .first.get_by_role("button", name="Clear")
        .click()
    )
    await submit.click()
    await form.get_by_role("button", name="inish").first.click()

    (made,) = await subentries(cabin, OURS)
    assert made["title"] == "Carla"
    await page.get_by_role("button", name="Change contact").first.click()
    granted = form.get_by_text(
        "Read: everything; Saturday, Sunday; 5 of 5 uses left", exact=True
    )
    await expect(granted).to_be_visible()
    await picture(page, screenshots / "contact-4-menu.png")
    await form.get_by_text("See what the contact can do now").first.click()
    await form.get_by_text(re.compile("Counts now|Not at this hour")).wait_for()
    await picture(page, screenshots / "contact-5-rights.png")


async def test_a_guest_is_invited(
    cabin: HomeAssistant, page: Page, screenshots: Path
) -> None:
    """What is granted is summed up first; the page shows the code and the link, and the invite is there already."""
    form = await open_form(page, cabin, "Invite somebody")
    await form.get_by_role("textbox", name="Nickname").fill("Carla")
    await form.locator("ha-switch").first.click()
    await form.get_by_role("button", name="Next").click()
    await expect(form.get_by_text("Read: everything", exact=True)).to_be_visible()
    await picture(page, screenshots / "invite-summary.png")
    await form.get_by_text("Make the invite").first.click()
    link = form.get_by_text(re.compile(r"xmpp:.*\?roster;preauth="))
    await expect(link).to_be_visible()
    await expect(form.locator("ha-qr-code canvas")).to_be_visible()
    await picture(page, screenshots / "invite-code.png")
    (made,) = await subentries(cabin, OURS)
    assert made["title"].startswith("Carla, until ")

    await form.get_by_role("button", name="Submit").click()
    await form.get_by_text("It stays in the list of the account").wait_for()
