"""A contact that subscribes resources it does not have keeps ten, and gets its events; nobody else notices."""

import asyncio
import logging

import pytest

from custom_components.xmpp_iot.concentrator import feeds, subscribers
from custom_components.xmpp_iot.concentrator.subscribers import MOST
from homeassistant.helpers import issue_registry as ir
from scripts.support.servers import Prosody, XmppServer

from .client import Client
from .conftest import House, LogIn
from .dialects import NF, event, field, follow, settled

LIGHT = "light.kitchen_lights"
PUBSUB = "http://jabber.org/protocol/pubsub"
SUBSCRIPTION = f"{{{PUBSUB}}}subscription"
MADE_UP = 30


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after every publish, and at the begin of a session as soon as those who are there are known."""
    monkeypatch.setattr(subscribers, "EVERY", 0.0)
    monkeypatch.setattr(feeds, "ARRIVAL", 0.3)


@pytest.fixture
def is_told(server: XmppServer) -> None:
    """Skip where the house's server does not say who has subscribed."""
    if not isinstance(server, Prosody):
        pytest.skip("this server does not tell who has subscribed")


@pytest.fixture
def is_not_told(server: XmppServer) -> None:
    """Skip where the house's server says who has subscribed."""
    if isinstance(server, Prosody):
        pytest.skip("this server tells who has subscribed")


async def subscribed(client: Client, house: House, node: str) -> set[str]:
    """Return what the server says a client's account has subscribed at a node."""
    payload = f"<pubsub xmlns='{PUBSUB}'><subscriptions node='{node}'/></pubsub>"
    answer = await client.result(house.bare, payload)
    assert answer is not None
    return {one.get("jid", "") for one in answer.iter(SUBSCRIPTION)}


async def make_up(client: Client, house: House, node: str) -> list[str]:
    """Subscribe resources that there are not; return how the server answers."""
    subscribe = f"<subscribe node='{node}' jid='{client.bare}/{{}}'/>"
    answers = await asyncio.gather(
        *(
            client.ask(
                house.bare,
                f"<pubsub xmlns='{PUBSUB}'>{subscribe.format(number)}</pubsub>",
                "set",
            )
            for number in range(MADE_UP)
        )
    )
    return [answer.get("type", "") for answer in answers]


async def looked_at(house: House) -> None:
    """Wait until nothing is under way in the feeds."""
    found = house.entry.runtime_data.feeds
    await settled(found)
    while under_way := [
        *(feed.task for feed in found._feeds.values() if feed.task),
        *found.subscribers.tasks,
    ]:
        await asyncio.wait(under_way)


async def change(house: House, value: str, node: str, *clients: Client) -> None:
    """Have a change that all of these are told of, and wait until the house has looked at who is told."""
    house.hass.states.async_set(LIGHT, value)
    for client in clients:
        item = await event(client, node)
        assert field(item, NF, "state").get("v") == {"on": "true"}.get(value, "false")
    await looked_at(house)


@pytest.mark.usefixtures("is_told")
async def test_what_a_contact_makes_up_is_ended(
    house: House, friend: Client, guest: Client
) -> None:
    """Its own client and another contact's go on; the third time it is out, and the owner is told who."""
    node = await follow(guest, house.jid, NF)
    assert await follow(friend, house.jid, NF) == node
    for value in ("off", "on", "off"):
        assert await make_up(guest, house, node) == ["result"] * MADE_UP
        await change(house, value, node, friend, guest)
        left = await subscribed(guest, house, node)
        if value == "on":
            assert guest.jid in left
            assert len(left) == MOST
    assert left == set()
    assert await subscribed(friend, house, node) == {friend.jid}

    assert await make_up(guest, house, node) == ["error"] * MADE_UP
    await change(house, "on", node, friend)
    assert guest.unclaimed() == []
    issues = {name for _, name in ir.async_get(house.hass).issues}
    assert f"flood_{house.entry.entry_id}_{guest.bare}" in issues


@pytest.mark.usefixtures("is_told")
async def test_what_was_made_up_while_the_house_was_away_is_ended(
    house: House, guest: Client
) -> None:
    """The server has kept it; nothing has to change for that."""
    node = await follow(guest, house.jid, NF)
    await make_up(guest, house, node)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    async with asyncio.timeout(10):
        while len(left := await subscribed(guest, house, node)) > MOST:
            pass
    assert guest.jid in left


@pytest.mark.usefixtures("is_told")
async def test_nobody_answers_for_subscriptions_that_are_none_any_more(
    house: House, guest: Client, log_in: LogIn
) -> None:
    """Prosody lists those to a node that was deleted, once there is one of that name again."""
    node = await follow(guest, house.jid, NF)
    await make_up(guest, house, node)
    await house.entry.runtime_data.feeds.carrier.close(node)
    await guest.message("{http://jabber.org/protocol/pubsub#event}delete")
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await guest.sees(house.bare)
    assert await follow(guest, house.jid, NF) == node
    for value in ("off", "on", "off", "on"):
        await change(house, value, node, guest)
    left = await subscribed(guest, house, node)
    assert guest.jid in left
    assert len(left) == MOST


@pytest.mark.usefixtures("is_not_told")
async def test_a_server_that_does_not_tell_is_left_alone(
    house: House, log_in: LogIn, caplog: pytest.LogCaptureFixture
) -> None:
    """What is made up there stays, and what is not gets its events; the house asks once."""
    caplog.set_level(logging.DEBUG, subscribers.__name__)
    guest: Client = await log_in("guest")
    await guest.sees(house.bare)
    node = await follow(guest, house.jid, NF)
    await make_up(guest, house, node)
    for value in ("off", "on", "off"):
        await change(house, value, node, guest)
    assert len(await subscribed(guest, house, node)) == MADE_UP + 1
    said = [one for one in caplog.records if one.name == subscribers.__name__]
    assert [one.levelno for one in said] == [logging.DEBUG]
