"""The owner of a whole house is told of a contact that sends more than the options say."""

import asyncio

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.wording import escaped
from homeassistant.core import Event, callback
from homeassistant.helpers import issue_registry as ir

from .client import Client
from .conftest import House

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

PING = "<ping xmlns='urn:xmpp:ping'/>"
MANY = 60


async def test_who_sends_too_much_is_named(house: House, guest: Client) -> None:
    """By the limits of the options, from the moment they are saved, until the house ends."""
    raised = asyncio.Event()

    @callback
    def heard(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
        if event.data["issue_id"].startswith("flood_"):
            raised.set()

    house.hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, heard)
    await asyncio.gather(*(guest.ask(house.jid, PING) for _ in range(MANY)))
    assert not raised.is_set()

    flows = house.hass.config_entries.options
    form = await flows.async_init(house.entry.entry_id)
    await flows.async_configure(form["flow_id"], {"contact_rate": 0.5})
    await house.hass.async_block_till_done()
    for number in range(MANY):
        guest.say(f"<iq type='get' id='f{number}' to='{house.jid}'{{}}>{PING}</iq>")
    async with asyncio.timeout(10):
        await raised.wait()
    issues = ir.async_get(house.hass).issues
    issue = f"flood_{house.entry.entry_id}_{guest.bare}"
    placeholders = issues[DOMAIN, issue].translation_placeholders
    assert placeholders == {"account": "Home", "who": escaped(guest.bare)}

    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert (DOMAIN, issue) not in issues
