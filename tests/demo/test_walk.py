"""The walking path in the demo: real houses, a real server, people with clients of their own.

What a friend changes is looked up by Home Assistant's own REST API.
"""

import pytest

from tests.server.client import Client
from tests.server.dialects import (
    DIALECTS,
    Words,
    event,
    field,
    follow,
    read,
    shared,
    walk,
)

from .conftest import Demo

LIGHT = "light.kitchen_lights"
THERMOMETER = "sensor.outside_temperature"

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture(params=DIALECTS)
def words(request: pytest.FixtureRequest) -> Words:
    """Return each dialect in turn."""
    return DIALECTS[request.param]


async def test_a_friend_reads_controls_and_follows(there: Demo, words: Words) -> None:
    """A client that is not ours finds the house, walks to every entity, and sets a light three ways."""
    # A resource for each dialect: the server remembers who subscribed to what.
    async with Client.logged_in(there, "friend", words.sd.split(":")[1]) as friend:
        jid = await friend.sees(there.bare)
        assert jid == there.jid
        before = {one["entity_id"] for one in await there.api("states")}
        nodes = set(await walk(friend, jid, words))
        entities = {one["entity_id"] for one in await there.api("states")}
        found = nodes & (before | entities)
        # (the demo's storms come and go)
        assert shared(before & entities) <= found <= shared(before | entities)
        assert entities - found

        thermometer = await read(friend, jid, words, THERMOMETER)
        value = field(thermometer, words, "state")
        assert float(value.get(words.value, "")) == float(
            await there.state(THERMOMETER)
        )
        assert "°C" in (value.get("u"), value.get("unit"))

        await there.api("services/light/turn_on", {"entity_id": LIGHT})
        light = await read(friend, jid, words, LIGHT)
        assert int(field(light, words, "brightness").get(words.value, "")) > 0

        form = "<x xmlns='jabber:x:data' type='submit'>{}</x>"
        power = "<field var='power'><value>false</value></field>"
        turn_off = f"{words.attributes(LIGHT)} command='turn_off'"
        for request in (
            words.set(LIGHT, words.power(False)),
            words.set(LIGHT, form.format(power)),
            words.tree("executeNodeCommand", turn_off, form.format("")),
        ):
            await there.api("services/light/turn_on", {"entity_id": LIGHT})
            await friend.result(jid, request, "set")
            assert await there.state(LIGHT) == "off"

        node = await follow(friend, jid, words)
        await there.api("services/light/turn_on", {"entity_id": LIGHT})
        item = await event(friend, node)
        while all(LIGHT not in one.attrib.values() for one in item.iter()):
            item = await event(friend, node)  # of an entity that changes by itself
        assert field(item, words, "state").get(words.value) == "true"
        await friend.quiet()


async def test_a_guest_is_refused_and_a_stranger_finds_nobody(
    there: Demo, words: Words
) -> None:
    """The guest reads and is forbidden control; for the stranger there is no house."""
    await there.api("services/light/turn_on", {"entity_id": LIGHT})
    setting = words.set(LIGHT, words.power(False))
    async with Client.logged_in(there, "guest") as guest:
        await guest.sees(there.bare)
        light = await read(guest, there.jid, words, LIGHT)
        assert field(light, words, "state").get(words.value) == "true"
        assert await guest.refusal(there.jid, setting, "set") == "forbidden"
    assert await there.state(LIGHT) == "on"

    async with Client.logged_in(there, "stranger") as stranger:
        for node in (LIGHT, "light.not_there"):
            asked = words.tree("getNode", words.attributes(node))
            assert await stranger.refusal(there.jid, asked) == "service-unavailable"
        for kind, payload in (
            ("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>"),
            ("set", setting),
        ):
            refusal = await stranger.refusal(there.jid, payload, kind)
            assert refusal == "service-unavailable"
    assert await there.state(LIGHT) == "on"
