"""An account is set up in Home Assistant's own frontend, by hand so to speak."""

from collections.abc import AsyncGenerator
import json
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect
import pytest

from scripts.support.demo import SPARE_FILE
from scripts.support.instance import HomeAssistant

pytestmark = [pytest.mark.demo, pytest.mark.browser]

ENTRIES = "/api/config/config_entries/entry"


@pytest.fixture
def spare(demo: dict[str, Any]) -> dict[str, str]:
    """Return an account on the demo's server that nobody uses."""
    scratch = Path(demo["xmpp"]["ca_file"]).parents[1]
    account: dict[str, str] = json.loads((scratch / SPARE_FILE).read_text())
    return account


@pytest.fixture
def authority(demo: dict[str, Any]) -> str:
    """Return the certificate to be trusted."""
    return Path(demo["xmpp"]["ca_file"]).read_text()


@pytest.fixture
async def cabin(
    demo: dict[str, Any], spare: dict[str, str], socket_enabled: None
) -> AsyncGenerator[HomeAssistant]:
    """Return the cabin's API; the spare account is not set up there, nor afterwards."""
    house = demo["homeassistant"]["cabin"]
    async with HomeAssistant(house["url"], house["token"]) as api:
        yield api
        for entry in await entries(api, spare):
            await api.delete(f"{ENTRIES}/{entry['entry_id']}")


async def entries(api: HomeAssistant, account: dict[str, str]) -> list[dict[str, Any]]:
    """Return the config entries of the account."""
    found = await api.get(ENTRIES)
    return [entry for entry in found if entry["title"] == account["jid"]]


async def test_a_wrong_password_shows_and_the_form_keeps_what_was_typed(
    demo: dict[str, Any],
    spare: dict[str, str],
    authority: str,
    cabin: HomeAssistant,
    page: Page,
    screenshots: Path,
) -> None:
    """The error is told in words, nothing has to be typed again, and then it works."""
    form = page.locator("dialog-data-entry-flow")
    await page.goto(f"{cabin.url}/config/integrations/dashboard")
    await page.get_by_role("button", name="Add integration").first.click()
    dialog = page.locator("dialog-add-integration")
    search = dialog.get_by_role("textbox").or_(dialog.get_by_role("searchbox")).first
    await search.fill("XMPP IoT")
    await page.screenshot(path=screenshots / "1-search.png")
    await dialog.get_by_text("XMPP IoT", exact=True).first.click()
    await form.get_by_text("XMPP account").first.wait_for()
    await page.screenshot(path=screenshots / "2-form.png")

    await form.get_by_role("textbox", name="XMPP address").fill(spare["jid"])
    await form.locator("input[type=password]").fill("not the password")
    await form.get_by_text("Server", exact=True).click()
    await form.get_by_role("textbox", name="Host").fill(demo["xmpp"]["host"])
    await form.get_by_role("spinbutton", name="Port").fill(str(demo["xmpp"]["port"]))
    await form.get_by_role("textbox", name="CA certificate").fill(authority)
    await page.screenshot(path=screenshots / "3-filled.png")
    await form.get_by_role("button", name="Submit").click()

    await form.get_by_text("The server refused the password.").wait_for()
    await page.screenshot(path=screenshots / "4-refused.png")
    await expect(form.get_by_role("textbox", name="XMPP address")).to_have_value(
        spare["jid"]
    )
    await expect(form.get_by_role("textbox", name="Host")).to_have_value(
        demo["xmpp"]["host"]
    )
    await expect(form.get_by_role("spinbutton", name="Port")).to_have_value(
        str(demo["xmpp"]["port"])
    )
    await expect(form.get_by_role("textbox", name="CA certificate")).to_have_value(
        authority
    )
    assert await entries(cabin, spare) == []

    await form.locator("input[type=password]").fill(spare["password"])
    await form.get_by_role("button", name="Submit").click()

    await form.get_by_role("button", name="inish").first.wait_for()
    await page.screenshot(path=screenshots / "5-created.png")
    (entry,) = await entries(cabin, spare)
    assert entry["state"] == "loaded"
