"""Who did what, and who was refused what, is told in Home Assistant's own frontend."""

from pathlib import Path
import re
from typing import Final

from playwright.async_api import Page, expect
import pytest

from scripts.support.instance import HomeAssistant
from tests.demo.conftest import Demo
from tests.server.client import Client
from tests.server.dialects import NF

from .juliet import LIGHT, LIGHT_NAME, NAME, befriend, called
from .looking import picture

pytestmark = [pytest.mark.demo, pytest.mark.browser]

DOOR: Final = "lock.front_door"
UNLOCKED: Final = f"<{NF.boolean} {NF.name}='locked' {NF.value}='false'/>"


async def device_page(home: HomeAssistant) -> str:
    """Return where the device of the contact is shown."""
    async with home.websocket() as socket:
        devices = await socket.ask("config/device_registry/list")
    (device,) = (one for one in devices if one["name"] == NAME)
    return f"{home.url}/config/devices/device/{device['id']}"


async def test_it_is_told_who_did_what(
    there: Demo, home: HomeAssistant, home_page: Page, screenshots: Path
) -> None:
    """On the contact's own page, in the logbook, and in that of the light."""
    page, who = home_page, called(there)
    await home.action("light", "turn_on", entity_id=LIGHT)
    target = {"entity_id": [LIGHT, DOOR]}
    await befriend(home, there, level="control", target=target)
    async with Client.logged_in(there, "stranger") as juliet:
        jid = await juliet.sees(there.bare)
        await juliet.result(jid, NF.set(LIGHT, NF.power(False)), "set")
        refusal = await juliet.refusal(jid, NF.set(DOOR, UNLOCKED), "set")
        assert refusal == "forbidden"

    await page.goto(await device_page(home))
    activity = page.locator("ha-logbook")
    for result in ("Done", "Refused"):
        # (with the badge of who it was: Juliet (…
        event = re.compile(rf"^Requests {result} J\(")
        await expect(activity.get_by_role("button", name=event).first).to_be_visible()
    await picture(page, screenshots / "record-1-contact.png")

    await page.goto(f"{home.url}/logbook")
    done = f"{who} turned off {LIGHT_NAME} by XMPP (Read and control: "
    await expect(page.get_by_text(done).first).to_be_visible()
    refused = f"{who} was refused locked of Front Door by XMPP: "
    await expect(page.get_by_text(refused).first).to_be_visible()
    await picture(page, screenshots / "record-2-logbook.png")

    await page.goto(f"{home.url}/logbook?entity_id={LIGHT}")
    await expect(page.get_by_text(f"By {who}").first).to_be_visible()
    await picture(page, screenshots / "record-3-light.png")
