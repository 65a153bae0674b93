"""What an account says of its connection: repair issues, sensors, diagnostics, the system's information."""

import asyncio
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    get_system_health_info,
)

from custom_components.xmpp_iot import link_issues
from custom_components.xmpp_iot.account_sensor import AccountSensor
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.wire import backoff, link
from custom_components.xmpp_iot.wire.session import Session
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from scripts.support.friends import logged_in
from scripts.support.servers import XmppServer

from .cable import Cable
from .client import Client
from .conftest import House, open_house
from .test_session import until

pytestmark = [
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]


def issues(hass: HomeAssistant) -> dict[str, dict[str, str]]:
    """Return the issues there are by their keys, and what is filled into their words."""
    return {
        one.translation_key or "": one.translation_placeholders or {}
        for one in ir.async_get(hass).issues.values()
        if one.domain == DOMAIN
    }


async def until_issues(hass: HomeAssistant, *keys: str) -> None:
    """Wait until there are just these."""
    changed = asyncio.Event()

    @callback
    def note(_: Event[ir.EventIssueRegistryUpdatedData]) -> None:
        changed.set()

    stop = hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, note)
    async with asyncio.timeout(10):
        while set(issues(hass)) != set(keys):
            changed.clear()
            await changed.wait()
    stop()


async def cut(session: Session, line: Cable) -> None:
    """Cut the line, and wait until the session is back."""
    back: list[bool] = []
    stop = session.on_online(back.append)
    line.cut()
    await until(session, lambda: back)
    stop()


async def test_a_connection_that_comes_and_goes(
    hass: HomeAssistant,
    server: XmppServer,
    line: Cable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A few losses are none; more are an issue, until the connection has held for a while."""
    async with open_house(hass, server, port=line.port) as house:
        session = house.entry.runtime_data.session
        session._link._backoff.first = 0.01
        for _ in range(link_issues.FLAPS):
            await cut(session, line)
        assert not issues(hass)
        monkeypatch.setattr(link_issues, "WINDOW", 60.0)
        await cut(session, line)
        await until_issues(hass, "link_flapping")
        assert issues(hass)["link_flapping"] == {
            "account": "Home",
            "count": "6",
            "minutes": "1",
        }
        monkeypatch.setattr(link_issues, "WINDOW", 0.1)
        house.entry.runtime_data.link_issues._losses.clear()
        house.entry.runtime_data.link_issues._losses.extend([hass.loop.time()] * 6)
        await cut(session, line)
        await until_issues(hass)
        await cut(session, line)
        assert not issues(hass)


async def test_a_second_client(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes the house's place is an issue, until the house has been back for a while."""
    monkeypatch.setattr(backoff, "FIRST_REPLACED", 0.1)
    monkeypatch.setattr(backoff, "LONGEST_SENT_AWAY", 0.1)
    monkeypatch.setattr(link, "LASTED", 0.2)
    session = house.entry.runtime_data.session
    account = house.server.accounts["home"]
    async with logged_in(house.server, account, "homeassistant"):
        await until_issues(house.hass, "second_client")
        assert issues(house.hass)["second_client"]["resource"] == "homeassistant"
        assert not session.connected
    await until(session, lambda: session.connected)
    await until_issues(house.hass)


async def test_a_contact_that_takes_its_presence_back(
    house: House, friend: Client, guest: Client
) -> None:
    """It is an issue until it shows itself again, or is no contact any more."""
    session = house.entry.runtime_data.session
    await until(
        session,
        lambda: session.roster().get(house.server.accounts["friend"].jid) == "both",
    )
    await house.hass.async_block_till_done()
    assert not issues(house.hass)
    friend.say(f"<presence to='{house.bare}' type='unsubscribed'/>")
    await until_issues(house.hass, "contact_lost")
    assert issues(house.hass)["contact_lost"]["contact"] == "Friend"
    (subentry_id,) = (
        one.subentry_id
        for one in house.entry.subentries.values()
        if one.title == "Friend"
    )
    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await until_issues(house.hass)


async def test_a_server_without_pubsub(house: House) -> None:
    """It is an issue as long as changes go to each contact directly, and goes with the account."""
    feeds = house.entry.runtime_data.feeds
    usable, feeds.carrier = feeds.carrier, feeds._headlines
    for carrier, expected in (
        (feeds._headlines, {"no_pubsub"}),
        (usable, set()),
        (feeds._headlines, {"no_pubsub"}),
    ):
        feeds.carrier = carrier
        async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=61))
        await house.hass.async_block_till_done()
        assert set(issues(house.hass)) == expected
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert not issues(house.hass)


def sensors(house: House) -> dict[str, er.RegistryEntry]:
    """Return the sensors of the account's connection."""
    registry = er.async_get(house.hass)
    return {
        one.translation_key or "": one
        for one in er.async_entries_for_config_entry(registry, house.entry.entry_id)
        if one.domain == "sensor"
    }


async def test_sensors_are_off_at_first(house: House) -> None:
    """Who wants to know how good the connection is turns them on."""
    assert {key: one.disabled for key, one in sensors(house).items()} == {
        "round_trip": True,
        "reconnects": True,
        "queue": True,
        "connected_since": True,
        "last_heard": True,
    }


async def test_sensors_of_the_connection(
    hass: HomeAssistant,
    server: XmppServer,
    line: Cable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They tell how good it is; the system's information counts accounts and reconnections."""
    monkeypatch.setattr(AccountSensor, "_attr_entity_registry_enabled_default", True)
    async with open_house(hass, server, port=line.port) as house:
        session = house.entry.runtime_data.session
        session._link._backoff.first = 0.01
        await cut(session, line)
        measured = asyncio.Event()
        session.link.check()
        hass.loop.call_later(1, measured.set)  # the server has answered by then
        await measured.wait()
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=31))
        await hass.async_block_till_done()

        def state(key: str) -> str:
            return house.state(sensors(house)[key].entity_id)

        assert 0 < float(state("round_trip")) < 1
        assert (state("reconnects"), state("queue")) == ("1", "0")
        for key in ("connected_since", "last_heard"):
            moment = dt_util.parse_datetime(state(key))
            assert moment is not None
            assert abs((dt_util.utcnow() - moment).total_seconds()) < 20

        assert await async_setup_component(hass, "system_health", {})
        await hass.async_block_till_done()
        info = await get_system_health_info(hass, DOMAIN)
        assert (info["accounts"], info["connected"], info["reconnects"]) == (1, 1, 1)
