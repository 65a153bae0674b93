"""A house on one server, and its people and another house on a server of another domain."""

import pytest

from custom_components.xmpp_iot.remote.link import Connection, Link
from homeassistant.core import HomeAssistant

from .client import Client
from .conftest import House
from .dialects import NF, Words, event, field, follow, read
from .linked import connection, mirror, until

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody+ejabberd"], indirect=True),
]

LIGHT = "light.kitchen_lights"
DELETE = "{http://jabber.org/protocol/pubsub#event}delete"
DISCO = "http://jabber.org/protocol/disco#info"
WORDS: Words = NF


def domain(jid: str) -> str:
    """Return the domain of a JID."""
    return jid.partition("@")[2].partition("/")[0]


async def test_a_friend_of_another_domain_reads_and_controls(
    house: House, friend: Client
) -> None:
    """What a friend here may do, a friend from there may do: read, set and command."""
    assert domain(friend.jid) != domain(house.jid)

    reading = await read(friend, house.jid, WORDS, "sensor.outside_temperature")
    assert float(field(reading, WORDS, "state").get(WORDS.value, "")) == 15.6
    await friend.result(house.jid, WORDS.set(LIGHT, WORDS.power(False)), "set")
    assert house.state(LIGHT) == "off"
    command = WORDS.tree(
        "executeNodeCommand",
        f"{WORDS.attributes(LIGHT)} command='turn_on'",
        "<x xmlns='jabber:x:data' type='submit'/>",
    )
    await friend.result(house.jid, command, "set")
    assert house.state(LIGHT) == "on"


async def test_a_guest_of_another_domain_may_only_look(
    house: House, guest: Client
) -> None:
    """Rights are those of the address, wherever it is."""
    await read(guest, house.jid, WORDS, LIGHT)
    refusal = await guest.refusal(
        house.jid, WORDS.set(LIGHT, WORDS.power(False)), "set"
    )
    assert refusal == "forbidden"
    assert house.state(LIGHT) == "on"


async def test_a_stranger_of_another_domain_finds_nobody(
    house: House, stranger: Client
) -> None:
    """Whom the house does not know is told what its server would say."""
    refusal = await stranger.refusal(
        house.jid, WORDS.set(LIGHT, WORDS.power(False)), "set"
    )
    assert refusal == "service-unavailable"
    assert house.state(LIGHT) == "on"


async def test_a_feed_goes_to_another_domain_until_it_is_taken_away(
    house: House, friend: Client
) -> None:
    """Who follows gets what changes; nothing comes any more once the contact is removed."""
    node = await follow(friend, house.jid, WORDS)
    await house.hass.services.async_call("light", "turn_off", {"entity_id": LIGHT})
    item = await event(friend, node)
    assert field(item, WORDS, "state").get(WORDS.value) == "false"

    # (there is another feed then, and the house's presence is no more)
    for subentry_id, subentry in tuple(house.entry.subentries.items()):
        if subentry.data["jid"] == friend.bare:
            house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.hass.async_block_till_done()
    await friend.until(lambda: house.jid not in friend.online)
    await house.hass.services.async_call("light", "turn_on", {"entity_id": LIGHT})
    await house.hass.async_block_till_done()
    # (its server has sent before the answer what it was to send before)
    await friend.ask(house.bare, f"<query xmlns='{DISCO}'/>")

    for left in friend.unclaimed():
        assert "delete" in left  # (ejabberd does not say that a node has gone)
        await friend.message(DELETE)


async def test_a_house_of_another_domain_is_linked(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """Its entities are shown, changes are followed, and what is done here is done there."""
    assert connection(hass, link).state == Connection.LINKED
    await hass.services.async_call("light", "turn_off", {"entity_id": LIGHT})
    await until(hass, lambda: mirror(hass, link, LIGHT).state == "off")

    shown = mirror(hass, link, LIGHT).entity_id
    await hass.services.async_call(
        "light", "turn_on", {"entity_id": shown}, blocking=True
    )
    assert house.state(LIGHT) == "on"
    await until(hass, lambda: mirror(hass, link, LIGHT).state == "on")


async def test_a_restart_over_there_is_noticed_from_another_domain(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """Its presence goes and comes between the servers."""
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    await until(hass, lambda: connection(hass, link).state == Connection.AWAY)
    assert mirror(hass, link, LIGHT).state == "unavailable"

    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await until(
        hass, lambda: connection(hass, link).state == Connection.LINKED, timeout=20
    )
    assert mirror(hass, link, LIGHT).state == house.state(LIGHT)
