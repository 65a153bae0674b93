"""What the demo tells people to try works."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from slixmpp.exceptions import IqError

from scripts.support import demo_guide
from scripts.support.follower import ask
from scripts.support.friends import PlainClient, demo_user
from scripts.support.instance import HomeAssistant

pytestmark = [pytest.mark.demo, pytest.mark.usefixtures("socket_enabled")]

LIGHTS = "light.kitchen_lights"


async def send(client: PlainClient, iq: Element) -> Element:
    """Send a stanza as one would paste it in an XML console."""
    kind = iq.attrib["type"]
    assert kind in {"get", "set"}
    return await ask(client, iq.attrib["to"], "get" if kind == "get" else "set", iq[0])


async def test_what_the_guide_says_to_try_works(demo: dict[str, Any]) -> None:
    """The friend reads and switches; the guest is refused, and the lights stay."""
    read, switch_off = map(
        fromstring, re.findall(r"<iq .*</iq>", demo_guide.text(demo))
    )
    house = demo["homeassistant"]["home"]
    async with HomeAssistant(house["url"], house["token"]) as api:
        await api.action("light", "turn_on", entity_id=LIGHTS)

        async with demo_user(demo, "guest", "try") as guest:
            with pytest.raises(IqError) as refused:
                await send(guest, switch_off)
        assert refused.value.condition == "forbidden"
        assert (await api.state(LIGHTS))["state"] == "on"

        async with demo_user(demo, "friend", "try") as friend:
            answer = await send(friend, read)
            await send(friend, switch_off)
        assert answer.attrib["type"] == "result"
        assert (await api.state(LIGHTS))["state"] == "off"
