"""The walking path: a friend with a client of their own reads, controls and follows a real house."""

import asyncio

import pytest

from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)

from .client import CLIENT, Client, Element, condition
from .conftest import EVERYTHING, House, LogIn, add_contact, contact
from .dialects import (
    DIALECTS,
    NF,
    Words,
    event,
    field,
    follow,
    read,
    read_request,
    shared,
    walk,
)

LIGHT = "light.kitchen_lights"
DISCO = "http://jabber.org/protocol/disco#info"


@pytest.fixture(params=DIALECTS)
def words(request: pytest.FixtureRequest) -> Words:
    """Return each dialect in turn."""
    return DIALECTS[request.param]


async def test_a_friend_finds_the_house(house: House, friend: Client) -> None:
    """The house is seen by its presence, and by caps as a concentrator in both dialects."""
    jid = await friend.sees(house.bare)
    assert jid == house.jid
    caps = friend.online[jid].find("{http://jabber.org/protocol/caps}c")
    assert caps is not None
    node = f"{caps.get('node')}#{caps.get('ver')}"
    info = await friend.result(jid, f"<query xmlns='{DISCO}' node='{node}'/>")
    assert info is not None
    features = {one.get("var") for one in info}
    assert {
        "urn:xmpp:iot:sensordata",
        "urn:xmpp:iot:control",
        "urn:xmpp:iot:concentrators",
        "urn:nf:iot:sd:1.0",
        "urn:nf:iot:ctr:1.0",
        "urn:nf:iot:concentrator:1.0",
    } <= features


@pytest.mark.parametrize("platforms", [EVERYTHING], ids=["everything"])
async def test_a_friend_walks_to_every_entity(
    house: House, friend: Client, words: Words
) -> None:
    """From the roots down, in every dialect, the client comes to every entity that is for others."""
    found = await walk(friend, house.jid, words)
    entities = set(house.hass.states.async_entity_ids())
    assert entities & set(found) == shared(entities) != entities


async def test_a_friend_reads_values_with_units(
    house: House, friend: Client, words: Words
) -> None:
    """A temperature comes with its unit, a light with its brightness."""
    reading = await read(friend, house.jid, words, "sensor.outside_temperature")
    state = field(reading, words, "state")
    assert float(state.get(words.value, "")) == 15.6
    assert "°C" in (state.get("u"), state.get("unit"))

    reading = await read(friend, house.jid, words, LIGHT)
    assert field(reading, words, "brightness").get(words.value) == "180"


async def test_a_friend_controls_in_three_ways(
    house: House, friend: Client, words: Words
) -> None:
    """A light goes off by a parameter, on by a form and off by a command."""
    await friend.result(house.jid, words.set(LIGHT, words.power(False)), "set")
    assert house.state(LIGHT) == "off"

    form = "<x xmlns='jabber:x:data' type='submit'><field var='power'><value>1</value></field></x>"
    await friend.result(house.jid, words.set(LIGHT, form), "set")
    assert house.state(LIGHT) == "on"

    form = "<x xmlns='jabber:x:data' type='submit'/>"
    command = words.tree(
        "executeNodeCommand", f"{words.attributes(LIGHT)} command='turn_off'", form
    )
    await friend.result(house.jid, command, "set")
    assert house.state(LIGHT) == "off"


async def test_a_change_arrives_as_an_event(
    house: House, friend: Client, words: Words
) -> None:
    """Who follows gets what changes, in the dialect it asked in, with item ids that show a gap."""
    node = await follow(friend, house.jid, words)
    await house.hass.services.async_call("light", "turn_off", {"entity_id": LIGHT})
    item = await event(friend, node)
    epoch, sequence = item.get("id", "").split("-")
    assert sequence == "1"
    assert field(item, words, "state").get(words.value) == "false"

    await house.hass.services.async_call("light", "turn_on", {"entity_id": LIGHT})
    item = await event(friend, node)
    assert item.get("id") == f"{epoch}-2p"  # only what has changed
    assert field(item, words, "state").get(words.value) == "true"


async def test_an_entity_that_goes_away_is_an_event(
    house: House, friend: Client, words: Words
) -> None:
    """Unavailable arrives as an error, not as a made-up state."""
    node = await follow(friend, house.jid, words)
    house.hass.states.async_set(LIGHT, "unavailable")
    item = await event(friend, node)
    assert "Unavailable." in {one.text for one in item.iter()}


async def test_a_storm_ends_at_the_newest_values(house: House, friend: Client) -> None:
    """Many changes become few events, and the last value of each entity arrives."""
    words = NF
    node = await follow(friend, house.jid, words)
    for value in range(200):
        house.hass.states.async_set("number.volume", str(value))
        house.hass.states.async_set("number.box", str(value))
    newest: dict[str, float] = {}
    items = 0
    while newest != {"number.volume": 199, "number.box": 199}:
        item = await event(friend, node)
        items += 1
        for reading in item.iter(f"{{{words.sd}}}nd"):
            state = field(reading, words, "state")
            newest[reading.get("id", "")] = float(state.get("v", ""))
    assert items <= 3


async def test_a_guest_may_look_and_not_touch(
    house: House, guest: Client, words: Words
) -> None:
    """Control, forms and commands of somebody with level read are forbidden; nothing changes."""
    reading = await read(guest, house.jid, words, LIGHT)
    assert field(reading, words, "state").get(words.value) == "true"

    command = f"{words.attributes(LIGHT)} command='turn_off'"
    for payload, kind in (
        (words.set(LIGHT, words.power(False)), "set"),
        (f"<getForm xmlns='{words.ctr}'>{words.ref(LIGHT)}</getForm>", "get"),
        (words.tree("getCommandParameters", command), "get"),
        (words.tree("executeNodeCommand", command), "set"),
    ):
        assert await guest.refusal(house.jid, payload, kind) == "forbidden"
    assert house.state(LIGHT) == "on"


async def test_a_stranger_finds_an_empty_place(
    house: House, stranger: Client, words: Words
) -> None:
    """Whatever a stranger asks gets the answer of an address where nobody is."""
    requests = (
        (f"<query xmlns='{DISCO}'/>", "get"),
        ("<query xmlns='http://jabber.org/protocol/disco#items'/>", "get"),
        ("<ping xmlns='urn:xmpp:ping'/>", "get"),
        ("<query xmlns='jabber:iq:version'/>", "get"),
        (words.tree("getNode", words.attributes(LIGHT)), "get"),
        (words.tree("getNode", words.attributes("light.none")), "get"),
        (words.tree("containsNode", words.attributes(LIGHT)), "get"),
        (words.set(LIGHT, words.power(False)), "set"),
        (read_request(words, LIGHT), "get"),
    )
    for payload, kind in requests:
        here = await stranger.ask(house.jid, payload, kind)
        nowhere = await stranger.ask(f"{house.bare}/nowhere", payload, kind)
        assert condition(here) == "service-unavailable"
        assert _without_address(here) == _without_address(nowhere)
    assert house.state(LIGHT) == "on"
    stranger.send(house.jid, "<body>hello</body>")
    assert stranger.online.keys() == {stranger.jid}


XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _without_address(answer: Element) -> object:
    """Return what an answer says, but not which question it answers.

    Nor its language: Prosody 0.12 puts xml:lang on everything a client sends, and not on what it says
    itself, so no client's answer can be without.
    """

    def facts(node: Element) -> object:
        attributes = {
            name: value
            for name, value in node.attrib.items()
            if name not in {"id", "from", "to", XML_LANG}
        }
        return (node.tag, attributes, node.text, [facts(child) for child in node])

    assert answer.tag == f"{CLIENT}iq"
    return facts(answer)


async def test_what_is_not_granted_does_not_exist(
    house: House, log_in: LogIn, words: Words
) -> None:
    """Somebody with one light sees one light; another one is as unknown as a made-up one."""
    subentry = contact(house.server, "cabin", "command", LIGHT)
    await add_contact(house, subentry)
    cabin: Client = await log_in("cabin")
    await cabin.sees(house.bare)
    assert [one for one in await walk(cabin, house.jid, words) if ":" not in one] == [
        LIGHT
    ]
    for node in ("light.bed_light", "light.not_there"):
        payload = words.tree("getNode", words.attributes(node))
        assert await cabin.refusal(house.jid, payload) == "item-not-found"
    payload = words.set("light.bed_light", words.power(True))
    assert await cabin.refusal(house.jid, payload, "set") == "item-not-found"


async def test_a_contact_comes_and_goes_without_a_reload(
    house: House, friend: Client, log_in: LogIn
) -> None:
    """A contact added is let in at once, one removed is a stranger at once; nobody else notices."""
    words = NF
    cabin: Client = await log_in("cabin")
    payload = words.tree("getNode", words.attributes(LIGHT))
    assert await cabin.refusal(house.jid, payload) == "service-unavailable"

    subentry_id = await add_contact(house, contact(house.server, "cabin", "read"))
    await cabin.sees(house.bare)
    assert await cabin.result(house.jid, payload) is not None

    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.hass.async_block_till_done()
    await cabin.until(lambda: house.jid not in cabin.online)
    assert await cabin.refusal(house.jid, payload) == "service-unavailable"
    assert house.jid in friend.online


async def test_who_is_taken_off_a_feed_gets_no_more(
    house: House, friend: Client, log_in: LogIn
) -> None:
    """Removing a contact ends its feed; those who stay are told where it goes on."""
    words = NF
    subentry_id = await add_contact(house, contact(house.server, "cabin", "read"))
    cabin: Client = await log_in("cabin")
    await cabin.sees(house.bare)
    old = await follow(friend, house.jid, words)
    assert await follow(cabin, house.jid, words) == old

    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.hass.async_block_till_done()
    redirect = "{http://jabber.org/protocol/pubsub#event}redirect"
    notice = (await friend.message(redirect)).find(f".//{redirect}")
    assert notice is not None
    new = await follow(friend, house.jid, words)
    assert new != old
    assert notice.get("uri", "").endswith(new)

    house.hass.states.async_set(LIGHT, "off")
    item = await event(friend, new)
    assert field(item, words, "state").get("v") == "false"
    # The server answers in order: had anything been sent to the cabin, it would be there now.
    await cabin.result(cabin.bare, f"<query xmlns='{DISCO}'/>")
    deleted = "{http://jabber.org/protocol/pubsub#event}delete"
    for left in cabin.unclaimed():
        assert deleted.split("}")[1] in left
        await cabin.message(deleted)
    for left in friend.unclaimed():
        assert "delete" in left
        await friend.message(deleted)


async def test_an_entity_put_out_of_sight_is_no_event(
    house: House, log_in: LogIn
) -> None:
    """What leaves a granted area leaves the feed with it."""
    words = NF
    area = ar.async_get(house.hass).async_create("Kitchen")
    entry = er.async_get(house.hass).async_get(LIGHT)
    assert entry is not None
    assert entry.device_id is not None
    devices = dr.async_get(house.hass)
    devices.async_update_device(entry.device_id, area_id=area.id)
    data = contact(house.server, "cabin", "read", LIGHT)
    (row,) = data["data"]["grants"]
    rows = [{**row, "target": {"area_id": [area.id]}}]
    data["data"] = {**data["data"], "grants": rows}
    await add_contact(house, data)
    cabin: Client = await log_in("cabin")
    await cabin.sees(house.bare)
    node = await follow(cabin, house.jid, words)
    house.hass.states.async_set(LIGHT, "off")
    assert await event(cabin, node) is not None

    changed = asyncio.Event()
    house.entry.runtime_data.grants.async_listen(changed.set)
    devices.async_update_device(entry.device_id, area_id=None)
    await asyncio.wait_for(changed.wait(), 5)
    house.hass.states.async_set(LIGHT, "on")
    assert (
        await cabin.refusal(house.jid, words.tree("getNode", words.attributes(LIGHT)))
        == "item-not-found"
    )
    for _ in cabin.unclaimed():
        await cabin.message("{http://jabber.org/protocol/pubsub#event}delete")
