"""The life of a config entry: set-up, refusal, reload, removal, and the record of what was done."""

import asyncio
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xmpp_iot.const import CONF_USER_ID, DOMAIN
from custom_components.xmpp_iot.wire.session import Session
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from scripts.support.servers import XmppServer

from .client import Client
from .conftest import House, LogIn, account_data, contact, open_house
from .dialects import NF

LIGHT = "light.kitchen_lights"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
@pytest.mark.parametrize(
    ("change", "state", "reason"),
    [
        ({"password": "wrong"}, ConfigEntryState.SETUP_ERROR, "invalid_auth"),
        ({"port": 1}, ConfigEntryState.SETUP_RETRY, "cannot_connect"),
        (
            {"ca_certificate": None},
            ConfigEntryState.SETUP_RETRY,
            "certificate_not_trusted",
        ),
        (
            {"ca_certificate": "no certificate"},
            ConfigEntryState.SETUP_ERROR,
            "invalid_certificate",
        ),
    ],
)
async def test_a_set_up_that_fails_says_why(
    hass: HomeAssistant,
    server: XmppServer,
    change: dict[str, object],
    state: ConfigEntryState,
    reason: str,
) -> None:
    """Only a refused password asks the user; the rest is tried again or shown; nothing is left over."""
    entry = MockConfigEntry(
        domain=DOMAIN, title="Home", data=account_data(server, "home") | change
    )
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is state
    assert entry.error_reason_translation_key == reason
    flows = [
        flow
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_REAUTH
    ]
    assert bool(flows) is (reason == "invalid_auth")


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_contact_removed_during_the_log_in_is_not_let_in(
    hass: HomeAssistant, server: XmppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set-up takes its time; what is taken away meanwhile is gone when it is done."""
    begun, go = asyncio.Event(), asyncio.Event()
    connect = Session.connect

    async def wait(self: Session) -> None:
        begun.set()
        await go.wait()
        await connect(self)

    monkeypatch.setattr(Session, "connect", wait)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        data=account_data(server, "home"),
        subentries_data=[contact(server, "cabin", "command")],
    )
    entry.add_to_hass(hass)
    setting_up = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await begun.wait()
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    go.set()
    assert await setting_up
    assert not entry.runtime_data.grants.admits(server.accounts["cabin"].jid)
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_set_up_that_breaks_leaves_nothing_behind(
    hass: HomeAssistant, server: XmppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends a set-up, its listeners are gone."""

    async def fail(self: Session) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Session, "connect", fail)
    entry = MockConfigEntry(
        domain=DOMAIN, title="Home", data=account_data(server, "home")
    )
    entry.add_to_hass(hass)
    before = hass.bus.async_listeners()
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    ours = hass.bus.async_listeners().keys() - {EVENT_HOMEASSISTANT_FINAL_WRITE}
    assert {event: hass.bus.async_listeners()[event] for event in ours} == before


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_house_acts_as_a_user_without_rights_of_its_own(
    house: House,
) -> None:
    """The user contacts act as is no administrator, cannot log in, and goes with the entry."""
    user = await house.hass.auth.async_get_user(house.entry.data[CONF_USER_ID])
    assert user is not None
    assert (user.system_generated, user.is_admin, user.local_only) == (
        True,
        False,
        True,
    )
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.entry.data[CONF_USER_ID] == user.id

    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert await house.hass.auth.async_get_user(user.id) is None


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_changed_password_reloads(house: House) -> None:
    """Account data that change lead to a new log-in; an unchanged entry does not."""
    session = house.entry.runtime_data.session
    house.hass.config_entries.async_update_entry(house.entry, title="Other")
    await house.hass.async_block_till_done()
    assert house.entry.runtime_data.session is session

    house.hass.config_entries.async_update_entry(
        house.entry,
        data={**house.entry.data, "tls": "direct", "port": house.server.tls_port},
    )
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.entry.runtime_data.session is not session
    assert house.entry.runtime_data.session.connected


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_contacts_see_a_house_that_stops(house: House, friend: Client) -> None:
    """When Home Assistant stops, the house says goodbye."""
    house.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await friend.until(lambda: None if house.jid in friend.online else True)


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_a_second_house_of_the_same_account_is_another_entry(
    hass: HomeAssistant, server: XmppServer, house: House
) -> None:
    """Two accounts are two houses, each for itself."""
    cabin = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        data=account_data(server, "cabin"),
        subentries_data=[contact(server, "friend", "read")],
    )
    cabin.add_to_hass(hass)
    assert await hass.config_entries.async_setup(cabin.entry_id)
    assert cabin.data[CONF_USER_ID] != house.entry.data[CONF_USER_ID]
    for subentry_id in tuple(cabin.subentries):
        hass.config_entries.async_remove_subentry(cabin, subentry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(cabin.entry_id)


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_logbook_says_who(
    recorder_mock: object,
    hass: HomeAssistant,
    server: XmppServer,
    hass_ws_client: WebSocketGenerator,
    log_in: LogIn,
) -> None:
    """The logbook has a line of its own, and the light's change says that it came of it."""
    started = dt_util.utcnow()
    assert await async_setup_component(hass, "logbook", {})
    async with open_house(hass, server) as house:
        friend: Client = await log_in("friend")
        await friend.sees(house.bare)
        await friend.result(house.jid, NF.set(LIGHT, NF.power(False)), "set")
        await async_wait_recording_done(hass)
        period = {
            "type": "logbook/get_events",
            "start_time": started.isoformat(),
            "end_time": (started + timedelta(minutes=1)).isoformat(),
        }
        client = await hass_ws_client()
        await client.send_json_auto_id(period)
        everything = (await asyncio.wait_for(client.receive_json(), 10))["result"]
        await client.send_json_auto_id({**period, "entity_ids": [LIGHT]})
        of_the_light = (await asyncio.wait_for(client.receive_json(), 10))["result"]
    (line,) = [one for one in everything if one.get("domain") == DOMAIN]
    assert line["name"] == f"Friend ({friend.bare})"
    assert line["message"] == (
        "turned off Kitchen Lights by XMPP (Read, control and run every action: "
        "everything; includes unlocking, opening and disarming)"
    )
    (change,) = [one for one in of_the_light if one.get("state") == "off"]
    assert change["context_name"] == line["name"]
    assert change["context_message"] == line["message"]
