"""A whole house that asks a provisioning server."""

import asyncio

import pytest

from custom_components.xmpp_iot.const import DOMAIN
from homeassistant.helpers import issue_registry as ir
from scripts.support.servers import Prosody

from .client import Client, Element
from .conftest import House, add_contact, contact
from .dialects import NF, follow, settled
from .test_provisioning import Arbiter

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

LIGHT, OTHER = "light.kitchen_lights", "light.ceiling_lights"
PROVISIONING = "urn:nf:iot:prov:d:1.0"
NARROW = f"m='true'>{NF.ref(LIGHT)}<f n='state'/>"
PING = "<ping xmlns='urn:xmpp:ping'/>"
OFF = NF.set(LIGHT, NF.power(False))


async def name_server(house: House, server: str) -> None:
    """Name the server by the options; '' for none."""
    flows = house.hass.config_entries.options
    form = await flows.async_init(house.entry.entry_id)
    await flows.async_configure(form["flow_id"], {"provisioning": server})
    await house.hass.async_block_till_done()
    await settled(house.entry.runtime_data.feeds)


async def met(house: House, client: Client) -> None:
    """Wait until the house sees somebody online, and they the house."""
    session = house.entry.runtime_data.session
    changed = asyncio.Event()
    end = session.on_presence(lambda *_: changed.set())
    async with asyncio.timeout(10):
        while not session.resources(client.bare):
            changed.clear()
            await changed.wait()
    end()
    await client.sees(house.bare)


async def subscribed(house: House, bare: str, how: str) -> None:
    """Wait until somebody's subscription is that one."""
    session = house.entry.runtime_data.session
    changed = asyncio.Event()
    end = session.on_roster(changed.set)
    async with asyncio.timeout(10):
        while session.roster().get(bare) != how:
            changed.clear()
            await changed.wait()
    end()


def troubles(house: House) -> list[str]:
    """Return the repair issues about the server."""
    return [
        issue_id
        for domain, issue_id in ir.async_get(house.hass).issues
        if domain == DOMAIN and issue_id.startswith("provisioning_unreachable")
    ]


async def think_again(client: Client, house: House) -> None:
    """Have the house forget what it was told."""
    await client.result(house.jid, f"<clearCache xmlns='{PROVISIONING}'/>", "set")


async def name_anew(house: House) -> None:
    """Have the house forget what it was told: the server is named anew."""
    server = house.entry.options["provisioning"]
    await name_server(house, "")
    await name_server(house, server)


def named(answer: Element) -> dict[str, list[str]]:
    """Return the names of the fields of each node of an answer."""
    return {
        node.get("id", ""): [one.get("n", "") for one in node.iter() if one.get("n")]
        for node in answer.iter(f"{{{NF.sd}}}nd")
    }


async def test_the_server_takes_away_and_no_more(house: House, friend: Client) -> None:
    """A readout is narrowed, an order denied; away it denies all, and named no more nothing."""
    async with Client.logged_in(house.server, "cabin", "provisioning") as client:
        arbiter = Arbiter(client, PROVISIONING)
        await name_server(house, client.bare)
        await met(house, client)

        arbiter.result, arbiter.lists = "true", NARROW
        both = (
            f"<req xmlns='{NF.sd}' id='1' m='true'>{NF.ref(LIGHT)}{NF.ref(OTHER)}</req>"
        )
        answer = await friend.result(house.jid, both)
        assert answer is not None
        assert answer.tag == f"{{{NF.sd}}}resp"
        fields = named(answer)
        assert fields[LIGHT] == ["state"]
        assert not fields.get(OTHER)
        assert arbiter.asked == ["canRead"]

        arbiter.result, arbiter.lists = "false", ">"
        assert await friend.refusal(house.jid, OFF, "set") == "forbidden"
        assert house.state(LIGHT) == "on"
        arbiter.result = "true"
        assert await friend.refusal(house.jid, OFF, "set") == "forbidden"
        await think_again(client, house)
        await friend.result(house.jid, OFF, "set")
        assert house.state(LIGHT) == "off"
        assert arbiter.asked[1:] == ["canControl"] * 2

        # What the house itself denies it does not ask about.
        nothing = NF.set("light.not_there", NF.power(True))
        assert await friend.refusal(house.jid, nothing, "set") == "item-not-found"
        assert len(arbiter.asked) == 3
        assert troubles(house) == []

    on = NF.set(LIGHT, NF.power(True))
    await name_anew(house)
    assert await friend.refusal(house.jid, on, "set") == "forbidden"
    assert house.state(LIGHT) == "off"
    assert len(troubles(house)) == 1

    await name_server(house, "")
    assert troubles(house) == []
    await friend.result(house.jid, on, "set")
    assert house.state(LIGHT) == "on"
    assert "provisioning" not in house.entry.options


async def test_there_is_no_feed_while_a_server_is_named(
    house: House, friend: Client
) -> None:
    """It ends when one is, and contacts follow by events, which are narrowed; it is back with its end."""
    node = await follow(friend, house.jid, NF)
    data = house.entry.runtime_data
    assert data.feeds._feeds
    async with Client.logged_in(house.server, "cabin", "provisioning") as client:
        arbiter = Arbiter(client, PROVISIONING)
        await name_server(house, client.bare)
        assert data.feeds._feeds == {}
        await met(house, client)
        assert await data.feeds.async_address(friend.bare, NF.con) is None
        if isinstance(house.server, Prosody):  # (ejabberd tells nobody of an end)
            await friend.message("{http://jabber.org/protocol/pubsub#event}delete")
        friend.forget()

        arbiter.result, arbiter.lists = "true", NARROW
        await friend.result(
            house.jid,
            "<subscribe xmlns='urn:nf:iot:events:1.0' id='5' m='true'>"
            f"{NF.ref(LIGHT)}</subscribe>",
        )
        house.hass.states.async_set(LIGHT, "off", {"brightness": 3})
        told = await friend.message(f"{{{NF.sd}}}resp")
        assert named(told)[LIGHT] == ["state"]

        await name_server(house, "")
        assert await follow(friend, house.jid, NF) == node
        await friend.quiet()


async def test_a_contact_sees_the_house_when_the_server_agrees(
    house: House, friend: Client
) -> None:
    """Not before; and when it says so no more."""
    data = house.entry.runtime_data
    async with Client.logged_in(house.server, "cabin", "provisioning") as client:
        arbiter = Arbiter(client, PROVISIONING)
        await name_server(house, client.bare)
        await met(house, client)
        stranger = contact(house.server, "stranger", "read")
        async with Client.logged_in(house.server, "stranger") as newcomer:
            await add_contact(house, stranger)
            newcomer.wish(house.bare)
            await client.until(lambda: "isFriend" in arbiter.asked)
            await newcomer.result(newcomer.bare, "<query xmlns='jabber:iq:roster'/>")
            assert house.jid not in newcomer.online

            arbiter.result = "true"
            await think_again(client, house)
            await newcomer.sees(house.bare)

            arbiter.result = "false"
            jid = newcomer.bare
            unfriend = f"<unfriend xmlns='{PROVISIONING}' jid='{jid}'/>"
            client.send(house.jid, unfriend, "normal")
            await newcomer.until(lambda: house.jid not in newcomer.online)
            await subscribed(house, jid, "to")

        # Whom it wants to be a friend is shown to the owner, and no friend yet.
        friendly = f"<friend xmlns='{PROVISIONING}' jid='new@example.net'/>"
        client.send(house.jid, friendly, "normal")
        await client.result(house.jid, PING)
        await house.hass.async_block_till_done()
        assert not data.grants.admits("new@example.net")
        assert client.bare in data.records.requests["new@example.net"]["message"]
        data.first_contact.async_settle("new@example.net")
        await name_server(house, "")
