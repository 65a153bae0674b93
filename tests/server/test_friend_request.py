"""Somebody unknown asks a real house to be its friend: seen by the owner, allowed, and then let in."""

import asyncio
from typing import Any

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.wire.xml import from_text
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .client import Client
from .conftest import House
from .dialects import NF, field, read
from .test_first_contact import SAID

pytestmark = pytest.mark.server

LIGHT = "light.kitchen_lights"
PING = "<ping xmlns='urn:xmpp:ping'/>"


async def wished(house: House, stranger: Client) -> ConfigFlowResult:
    """Have a stranger ask; return what the house shows of it."""
    asked = asyncio.Event()
    session = house.entry.runtime_data.session
    end = session.on_subscription_request(lambda _: asked.set())
    stranger.wish(house.bare, SAID)
    await asyncio.wait_for(asked.wait(), 10)
    end()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return flow


async def configure(
    house: House, flow: ConfigFlowResult, data: dict[str, Any]
) -> ConfigFlowResult:
    """Go on with what is shown."""
    flows = house.hass.config_entries.flow
    result = await flows.async_configure(flow["flow_id"], data)
    await house.hass.async_block_till_done()
    return result


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_who_asks_is_shown_and_allowed_to_read(
    hass: HomeAssistant, house: House, stranger: Client
) -> None:
    """Before that nobody is there for them; afterwards they see just what was chosen."""
    flow = await wished(house, stranger)
    placeholders = flow["context"]["title_placeholders"]
    assert placeholders == {"name": f"{stranger.bare} asks to become a friend"}
    assert not stranger.online.keys() & {house.jid}
    assert await stranger.refusal(house.jid, PING) == "service-unavailable"

    form = await configure(house, flow, {"next_step_id": "allow_read"})
    done = await configure(house, form, {"target": {"entity_id": [LIGHT]}})
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "contact_added"

    assert await stranger.sees(house.bare) == house.jid
    reading = await read(stranger, house.jid, NF, LIGHT)
    assert field(reading, NF, "state").get(NF.value) == "true"
    refused = await stranger.refusal(house.jid, NF.set(LIGHT, NF.power(False)), "set")
    assert refused == "forbidden"
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


@pytest.mark.parametrize("server", ["prosody"], indirect=True)
async def test_who_asks_is_blocked_and_let_in_again(
    hass: HomeAssistant, house: House, stranger: Client
) -> None:
    """The server keeps them away, until the owner says otherwise in the options."""
    blocking = house.entry.runtime_data.blocking
    flow = await wished(house, stranger)
    done = await configure(house, flow, {"next_step_id": "block"})
    assert done["reason"] == "blocked"
    assert await blocking.list() == {stranger.bare}
    stranger.wish(house.bare, SAID)
    await stranger.result(None, PING)
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)

    options = hass.config_entries.options
    menu = await options.async_init(house.entry.entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "blocked"})
    await options.async_configure(form["flow_id"], {"unblock": [stranger.bare]})
    assert await blocking.list() == frozenset()
    again = await wished(house, stranger)
    assert again["context"]["unique_id"] == f"{house.bare}:{stranger.bare}"
    house.entry.runtime_data.session.refuse(stranger.bare)
    await house.entry.runtime_data.session.iq(None, from_text(PING))
