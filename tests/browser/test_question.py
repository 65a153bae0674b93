"""A contact asks for permission, and the owner gives it in Home Assistant's own frontend."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Page, expect
import pytest

from scripts.support.instance import HomeAssistant
from tests.demo.conftest import Demo
from tests.server.client import Client
from tests.server.dialects import NF

from .juliet import LIGHT, LIGHT_NAME, NAME, address_of, befriend
from .looking import picture

PATIENCE: Final = 60.0  # seconds, more than a slow machine's browser needs

pytestmark = [pytest.mark.demo, pytest.mark.browser]


def switched_off() -> str:
    """Return the order to turn the light off, which may wait for the owner."""
    until = datetime.now(UTC) + timedelta(seconds=PATIENCE)
    expires = f"<dt n='expires' v='{until.isoformat()}'/>"
    return NF.set(LIGHT, NF.power(False) + expires)


async def test_the_owner_allows_it_once(
    there: Demo, home: HomeAssistant, home_page: Page, screenshots: Path
) -> None:
    """The repair says who wants what; once it is allowed the waiting request is done, and it is gone."""
    page, form = home_page, home_page.locator("dialog-data-entry-flow")
    await page.goto(f"{home.url}/config/repairs")
    await page.locator("ha-config-repairs-dashboard").wait_for()
    await home.action("light", "turn_on", entity_id=LIGHT)
    await befriend(home, there, ask=True, target={"entity_id": [LIGHT]})
    async with Client.logged_in(there, "stranger") as juliet:
        jid = await juliet.sees(there.bare)
        order = asyncio.create_task(
            juliet.result(jid, switched_off(), "set", patience=PATIENCE)
        )
        who = f'{address_of(there)} ("{NAME}")'
        issue = page.get_by_text(f"{who} asks: Turn off light, {LIGHT_NAME}")
        await issue.wait_for()
        await picture(page, screenshots / "question-1-repair.png")
        await issue.click()
        wish = f"{who} wants to have this done: Turn off light, {LIGHT_NAME}."
        await expect(form.get_by_text(wish)).to_be_visible()
        await picture(page, screenshots / "question-2-answers.png")
        assert await there.state(LIGHT) == "on"
        await form.get_by_text("Allow once", exact=True).click()
        await order
    assert await there.state(LIGHT) == "off"
    await form.get_by_role("button", name="inish").click()
    await expect(issue).to_have_count(0)
