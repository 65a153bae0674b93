"""An account that is set up while its server is away: it is there as soon as the server is."""

import asyncio
import time

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.knocker import _KNOCKERS
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from scripts.support.servers import XmppServer

from .cable import Cable
from .conftest import account_data

pytestmark = [
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]


@pytest.fixture
async def entry(
    hass: HomeAssistant, server: XmppServer, line: Cable
) -> MockConfigEntry:
    """Return an account whose server was away when it was to be set up."""
    line.broken = True
    data = account_data(server, "home") | {"port": line.port}
    entry = MockConfigEntry(domain=DOMAIN, title="Home", data=data)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    return entry


async def becomes(entry: MockConfigEntry, *states: ConfigEntryState) -> None:
    """Wait until the entry is in one of some states."""
    changed = asyncio.Event()
    stop = entry.async_on_state_change(changed.set)
    async with asyncio.timeout(5):
        while entry.state not in states:
            changed.clear()
            await changed.wait()
    stop()


def knocking() -> set[asyncio.Task[object]]:
    """Return the tasks that knock."""
    tasks = asyncio.all_tasks()
    return {one for one in tasks if one.get_name().startswith("xmpp_iot knocks")}


async def test_an_account_is_there_as_soon_as_its_server(
    hass: HomeAssistant, entry: MockConfigEntry, line: Cable
) -> None:
    """Also where it was reloaded while the server was away; nobody knocks afterwards."""
    assert knocking()
    await asyncio.sleep(1)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    line.broken = False
    begun = time.monotonic()
    await becomes(entry, ConfigEntryState.LOADED)
    assert time.monotonic() - begun < 3
    await hass.async_block_till_done()
    assert not hass.data[_KNOCKERS]
    assert not knocking()

    line.broken = True
    line.cut()
    assert not await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    line.broken = False
    await becomes(entry, ConfigEntryState.LOADED)
    await hass.async_block_till_done()
    assert not hass.data[_KNOCKERS]
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_password_that_is_refused_is_asked_for(
    hass: HomeAssistant, entry: MockConfigEntry, line: Cable
) -> None:
    """Who is back and refuses it ends the knocking."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "password": "wrong"}
    )
    assert not await hass.config_entries.async_reload(entry.entry_id)
    line.broken = False
    await becomes(entry, ConfigEntryState.SETUP_ERROR)
    await hass.async_block_till_done()
    flows = hass.config_entries.flow.async_progress()
    assert [one["context"]["source"] for one in flows] == [SOURCE_REAUTH]
    assert not hass.data[_KNOCKERS]


@pytest.mark.parametrize("way", ["unloaded", "disabled", "removed"])
async def test_nobody_knocks_for_an_account_that_is_not_wanted(
    hass: HomeAssistant, entry: MockConfigEntry, way: str
) -> None:
    """No task is left, and nothing that would begin one."""
    if way == "unloaded":
        assert await hass.config_entries.async_unload(entry.entry_id)
    elif way == "disabled":
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    else:
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not hass.data[_KNOCKERS]
    assert not entry._on_state_change
    if tasks := knocking():  # a log-in under way ends
        await asyncio.wait(tasks, timeout=5)
    assert not knocking()
