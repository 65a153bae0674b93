"""What a contact does, fails to do or is refused is in the logbook and in the contact's event entity."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant, ServiceCall, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .client import Client, condition
from .conftest import House, LogIn, add_contact, contact
from .dialects import NF

LIGHT = "light.kitchen_lights"
DOOR = "lock.front_door"


def requests(house: House, user: str) -> State:
    """Return what the event entity of a contact shows."""
    unique_id = f"{house.bare}:contact:{house.server.accounts[user].jid}:requests"
    registry = er.async_get(house.hass)
    entity_id = registry.async_get_entity_id("event", "xmpp_iot", unique_id)
    assert entity_id is not None
    state = house.hass.states.get(entity_id)
    assert state is not None
    return state


def shown(house: House, user: str) -> tuple[Any, ...]:
    """Return what became of a contact's last request, and what it was."""
    attributes = requests(house, user).attributes
    return tuple(
        attributes.get(one) for one in ("event_type", "action", "target", "reason")
    )


async def told(
    ws_client: WebSocketGenerator, house: House, *entities: str
) -> list[dict[str, Any]]:
    """Return what Home Assistant's logbook tells, of everything or of some entities."""
    await async_wait_recording_done(house.hass)
    client = await ws_client()
    request: dict[str, Any] = {
        "type": "logbook/get_events",
        "start_time": (dt_util.utcnow() - timedelta(minutes=5)).isoformat(),
    }
    if entities:
        request["entity_ids"] = list(entities)
    await client.send_json_auto_id(request)
    answer = await client.receive_json()
    assert answer["success"]
    entries: list[dict[str, Any]] = answer["result"]
    return entries


@pytest.fixture
async def logbook(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Have a logbook, before there is a house."""
    assert await async_setup_component(hass, "logbook", {})


def power(on: bool) -> str:
    """Return what sets the light's power."""
    return NF.set(LIGHT, NF.power(on))


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_lights_own_logbook_says_who(
    logbook: None, house: House, friend: Client, hass_ws_client: WebSocketGenerator
) -> None:
    """Its entry is in the name of the contact's own user, and tells of the action."""
    house.hass.states.async_set("light.other", "on")
    await friend.result(house.jid, power(False), "set")

    entry = (await told(hass_ws_client, house, LIGHT))[-1]
    assert (entry["entity_id"], entry["state"]) == (LIGHT, "off")
    user_of = house.entry.runtime_data.persons.user_of
    assert entry["context_user_id"] == user_of(friend.bare)
    user = await house.hass.auth.async_get_user(entry["context_user_id"])
    assert user is not None
    assert user.name == f"Friend ({friend.bare})"
    assert entry["context_name"] == f"Friend ({friend.bare})"
    assert entry["context_domain"] == "xmpp_iot"
    assert entry["context_message"] == (
        "turned off Kitchen Lights by XMPP (Read, control and run every action: "
        "everything; includes unlocking, opening and disarming)"
    )


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_logbook_has_what_is_refused(
    logbook: None, house: House, guest: Client, hass_ws_client: WebSocketGenerator
) -> None:
    """By itself, and as what the contact's own event is about."""
    assert condition(await guest.ask(house.jid, power(False), "set")) == "forbidden"
    message = "was refused power of Kitchen Lights by XMPP: Access denied."
    entries = await told(hass_ws_client, house)
    (entry,) = (it for it in entries if it.get("domain") == "xmpp_iot")
    assert entry["name"] == f"Guest ({guest.bare})"
    assert entry["message"] == message
    user_id = house.entry.runtime_data.persons.user_of(guest.bare)
    assert entry["context_user_id"] == user_id

    event = requests(house, "guest").entity_id
    entry = (await told(hass_ws_client, house, event))[-1]
    assert entry["attributes"] == {"event_type": "refused"}
    assert entry["context_user_id"] == user_id
    assert entry["context_message"] == message


async def test_each_request_is_one_event(
    house: House, friend: Client, guest: Client
) -> None:
    """With what became of it, in the entity of whose it was."""
    assert requests(house, "friend").state == "unknown"
    await friend.result(house.jid, power(False), "set")
    assert shown(house, "friend") == ("done", "turn_off", LIGHT, None)
    attributes = requests(house, "friend").attributes
    assert attributes["target_name"] == "Kitchen Lights"
    assert attributes["grant"].startswith("Read, control and run every action")
    assert attributes["jid"] == friend.bare
    assert attributes["resource"] == "phone"
    assert attributes["friendly_name"] == "Friend Requests"

    async def broken(_: ServiceCall) -> None:
        raise HomeAssistantError("jammed")

    house.hass.services.async_register("lock", "unlock", broken)
    form = "<x xmlns='jabber:x:data' type='submit'/>"
    unlock = NF.tree(
        "executeNodeCommand", f"{NF.attributes(DOOR)} command='unlock'", form
    )
    await friend.ask(house.jid, unlock, "set")
    assert shown(house, "friend") == ("failed", "unlock", DOOR, "jammed")

    await guest.ask(house.jid, unlock, "set")
    assert shown(house, "guest") == ("refused", "unlock", DOOR, "Access denied.")
    before = requests(house, "friend").state
    assert shown(house, "friend")[0] == "failed"
    assert condition(await friend.ask(house.jid, power(True), "get")) == "bad-request"
    await house.hass.async_block_till_done()
    assert shown(house, "friend")[:2] == ("refused", "set")
    assert requests(house, "friend").state > before


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_entity_comes_and_goes_with_the_contact(
    house: House, log_in: LogIn
) -> None:
    """On a device that is called as the contact, without a reload; nothing of it is shown to others."""
    data = contact(house.server, "cabin", "command")
    subentry_id = await add_contact(house, data)
    state = requests(house, "cabin")
    assert state.entity_id == "event.cabin_requests"
    assert state.entity_id not in house.entry.runtime_data.grants.view(
        house.server.accounts["friend"].jid
    )
    (device,) = dr.async_entries_for_config_entry(
        dr.async_get(house.hass), house.entry.entry_id
    )[-1:]
    assert device.name == "Cabin"
    assert device.entry_type is dr.DeviceEntryType.SERVICE

    subentry = house.entry.subentries[subentry_id]
    house.hass.config_entries.async_update_subentry(
        house.entry, subentry, title="Summer house"
    )
    await house.hass.async_block_till_done()
    renamed = dr.async_get(house.hass).async_get(device.id)
    assert renamed is not None
    assert renamed.name == "Summer house"

    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.hass.async_block_till_done()
    assert house.hass.states.get(state.entity_id) is None
    assert dr.async_get(house.hass).async_get(device.id) is None

    await add_contact(house, data)
    assert requests(house, "cabin").state == "unknown"


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_the_last_event_survives_a_reload(house: House, friend: Client) -> None:
    """As that of any event entity."""
    await friend.result(house.jid, power(False), "set")
    before = requests(house, "friend")
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    after = requests(house, "friend")
    assert after.state == before.state
    assert after.attributes["action"] == "turn_off"
