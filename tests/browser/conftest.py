"""A browser that is logged in to a house of the demo."""

from collections.abc import AsyncGenerator
import os
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, async_playwright
import pytest

from scripts.support.paths import BUILD, ProgramMissing, find_chromium

_ARGUMENTS = (
    "--no-sandbox",  # root has none, and only pages of our own are opened
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


async def _only_loopback(route: Route) -> None:
    """Keep the page from the Internet (brand icons, map tiles)."""
    url = route.request.url
    if url.startswith("http") and "//127.0.0.1:" not in url:
        await route.abort()
    else:
        await route.continue_()


@pytest.fixture
def screenshots() -> Path:
    """Return the folder for pictures to be looked at; git ignores it."""
    folder = BUILD / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
async def page(
    demo: dict[str, Any], tmp_path: Path, socket_enabled: None, screenshots: Path
) -> AsyncGenerator[Page]:
    """Return the page of a new browser, logged in to the cabin."""
    try:
        chromium = find_chromium()
    except ProgramMissing as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))
    cabin = demo["homeassistant"]["cabin"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=_ARGUMENTS,
            viewport={"width": 1280, "height": 1000},
            locale="en-US",
        )
        page = browser.pages[0]
        page.set_default_timeout(30_000)
        await browser.route("**/*", _only_loopback)
        await page.goto(cabin["url"])
        await page.locator("input[name=username]").fill(cabin["username"])
        await page.locator("input[name=password]").fill(cabin["password"])
        await page.get_by_role("button", name="Log in").click()
        await page.locator("home-assistant-main").wait_for()
        yield page
        await page.screenshot(path=screenshots / "last.png")
        await browser.close()
