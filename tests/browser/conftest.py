"""A browser that is logged in to a house of the demo."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import time
from typing import Any

from playwright.async_api import Page, Route, async_playwright
import pytest

from scripts.support.paths import BUILD, ProgramMissing, find_chromium
from tests.demo.conftest import there

from .juliet import home

__all__ = ["home", "there"]

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


_LIFETIME = 86_400  # seconds; the token's own is longer


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


def _logging_in(house: dict[str, Any]) -> str:
    """Return what a page does first to be logged in: it finds the token that the frontend has kept."""
    tokens = {
        "hassUrl": house["url"],
        "clientId": f"{house['url']}/",
        "access_token": house["token"],
        "refresh_token": "",
        "token_type": "Bearer",
        "expires_in": _LIFETIME,
        "expires": int((time.time() + _LIFETIME) * 1000),
    }
    return f"localStorage.hassTokens = {json.dumps(json.dumps(tokens))};"


@asynccontextmanager
async def _logged_in(
    house: dict[str, Any], profile: Path, screenshots: Path
) -> AsyncGenerator[Page]:
    """Provide the empty page of a new browser, logged in to a house; at the end its last look is kept."""
    try:
        chromium = find_chromium()
    except ProgramMissing as missing:
        if "CI" in os.environ:
            raise
        pytest.skip(str(missing))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=_ARGUMENTS,
            viewport={"width": 1280, "height": 1000},
            locale="en-US",
        )
        page = browser.pages[0]
        page.set_default_timeout(30_000)
        await browser.route("**/*", _only_loopback)
        await browser.add_init_script(_logging_in(house))
        yield page
        await page.screenshot(path=screenshots / "last.png")
        await browser.close()


@pytest.fixture
async def page(
    demo: dict[str, Any], tmp_path: Path, socket_enabled: None, screenshots: Path
) -> AsyncGenerator[Page]:
    """Return the empty page of a new browser, logged in to the cabin."""
    cabin = demo["homeassistant"]["cabin"]
    async with _logged_in(cabin, tmp_path / "profile", screenshots) as page:
        yield page


@pytest.fixture
async def home_page(
    demo: dict[str, Any], tmp_path: Path, socket_enabled: None, screenshots: Path
) -> AsyncGenerator[Page]:
    """Return the empty page of a new browser, logged in to home."""
    home = demo["homeassistant"]["home"]
    async with _logged_in(home, tmp_path / "profile", screenshots) as page:
        yield page
