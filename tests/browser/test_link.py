"""A house is linked in Home Assistant's own frontend, by hand so to speak, and its things are there."""

from collections.abc import AsyncGenerator
from pathlib import Path
import re
from typing import Any, Final

from playwright.async_api import Locator, Page, expect
import pytest

from scripts.support.instance import HomeAssistant
from scripts.support.linking import DOMAIN, KIND, link, mirrors, wait_until_shown
from tests.demo.linked import until

from .looking import picture, remove, subentries

pytestmark = [pytest.mark.demo, pytest.mark.browser]

LIGHT: Final = "light.kitchen_kitchen_lights"
ORIGINAL: Final = "light.kitchen_lights"


@pytest.fixture
async def cabin(
    demo: dict[str, Any], socket_enabled: None
) -> AsyncGenerator[HomeAssistant]:
    """Return the cabin's API; it has linked nobody, and afterwards it shows all of home again."""
    house = demo["homeassistant"]["cabin"]
    async with HomeAssistant(house["url"], house["token"]) as api:
        await unlink(api)
        yield api
        if not await mirrors(api):
            home = demo["accounts"]["home"]["jid"]
            await wait_until_shown(api, await link(api, home))


async def unlink(house: HomeAssistant) -> None:
    """Take away the house that the demo has linked."""
    (linked,) = await subentries(house, {KIND})
    await remove(house, linked)


async def device_of(house: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the device an entity belongs to."""
    async with house.websocket() as socket:
        entry = await socket.ask("config/entity_registry/get", entity_id=entity_id)
        devices = await socket.ask("config/device_registry/list")
    (found,) = (one for one in devices if one["id"] == entry["device_id"])
    device: dict[str, Any] = found
    return device


async def count_in(form: Locator) -> int:
    """Return how many entities the form says the other house shows."""
    text = await form.get_by_text("shows this house").first.inner_text()
    said = re.search(r"shows this house (\d+) entities", text)
    assert said is not None
    return int(said[1])


async def test_a_house_is_linked_and_its_light_switched(
    demo: dict[str, Any], cabin: HomeAssistant, page: Page, screenshots: Path
) -> None:
    """The form says what is there; then the house is a device, and its things are here to be used."""
    count = await link_by_hand(
        page, cabin, demo["accounts"]["home"]["jid"], screenshots
    )

    await wait_until_shown(cabin, count)
    await page.get_by_text("Kitchen Lights").first.wait_for()
    await picture(page, screenshots / "link-5-devices.png")

    light = await device_of(cabin, LIGHT)
    await page.goto(f"{cabin.url}/config/devices/device/{light['via_device_id']}")
    await page.get_by_text("Concentrator").first.wait_for()
    await page.get_by_text("Linked").first.wait_for()
    await picture(page, screenshots / "link-6-home.png")

    await page.goto(f"{cabin.url}/config/entities?domain={DOMAIN}")
    rows = page.locator("ha-data-table")
    await rows.get_by_text("XMPP IoT").first.wait_for()
    await picture(page, screenshots / "link-7-entities.png")
    await page.get_by_placeholder(re.compile(r"Search \d+ entities")).fill(
        "Kitchen Lights"
    )
    await expect(rows.get_by_text("XMPP IoT")).to_have_count(1)
    await expect(rows.get_by_text("Kitchen Lights").first).to_be_visible()

    original = demo["homeassistant"]["home"]
    async with HomeAssistant(original["url"], original["token"]) as home:
        await home.action("light", "turn_on", entity_id=ORIGINAL)
        await page.goto(f"{cabin.url}/config/devices/device/{light['id']}")
        switch = page.locator("ha-entity-toggle ha-switch")
        await expect(switch).to_have_js_property("checked", True)
        await picture(page, screenshots / "link-8-light.png")
        await switch.click()
        await expect(switch).to_have_js_property("checked", False)
        await until(home, ORIGINAL, lambda one: one["state"] == "off")


async def link_by_hand(
    page: Page, house: HomeAssistant, jid: str, screenshots: Path
) -> int:
    """Link all of the house that has the bare JID; return how many entities the form has counted."""
    form = page.locator("dialog-data-entry-flow")
    submit = form.get_by_role("button", name="Submit")
    await page.goto(f"{house.url}/config/integrations/integration/{DOMAIN}")
    await page.get_by_role("button", name="Link another house").first.click()
    await form.get_by_role("textbox", name="House").fill(jid)
    await picture(page, screenshots / "link-1-house.png")
    await submit.click()

    await form.get_by_text("Looking at what").wait_for()
    await expect(form.get_by_text("Looking at the house")).to_be_visible()
    await picture(page, screenshots / "link-2-looking.png")

    count = await count_in(form)
    await expect(form.get_by_text("Everything", exact=True).first).to_be_in_viewport()
    await picture(page, screenshots / "link-3-choice.png")
    await submit.click()

    await form.get_by_text("Created configuration for Home").wait_for()
    await picture(page, screenshots / "link-4-created.png")
    await form.get_by_role("button", name="inish").first.click()
    return count
