"""Juliet from next door: the demo's stranger, who is a contact of home only for a while."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import pytest

from scripts.support.instance import HomeAssistant
from scripts.support.linking import entry_of
from tests.demo.conftest import Demo

from .looking import remove, subentries

NAME: Final = "Juliet"
LIGHT: Final = "light.kitchen_lights"
LIGHT_NAME: Final = "Kitchen Lights"


@pytest.fixture
async def home(there: Demo, socket_enabled: None) -> AsyncGenerator[HomeAssistant]:
    """Return home's API; afterwards Juliet is no contact of it, as before."""
    async with HomeAssistant(there.url, there.token) as api:
        yield api
        for one in await subentries(api, {"contact"}):
            if one["title"] == NAME:
                await remove(api, one)


async def befriend(home: HomeAssistant, there: Demo, **grant: Any) -> None:
    """Make Juliet a contact that is granted something."""
    answers = {
        "jid": address_of(there),
        "nickname": NAME,
        "level": "read",
        "all_entities": False,
        "dangerous": False,
        "ask": False,
        **grant,
    }
    await home.add_subentry(await entry_of(home), "contact", [answers])


def address_of(there: Demo) -> str:
    """Return her bare JID."""
    return there.accounts["stranger"].jid


def called(there: Demo) -> str:
    """Return how the house calls her where it matters who she is."""
    return f"{NAME} ({address_of(there)})"
