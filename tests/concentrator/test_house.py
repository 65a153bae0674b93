"""The house as the wire sees it: what it provides, to whom, and that it ends."""

from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator.listing import Listing
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.errors import FeatureNotImplemented
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeRef, Operation
from custom_components.xmpp_iot.wire.provider import Provider
from homeassistant.const import Platform
from homeassistant.helpers import area_registry as ar, entity_registry as er
from tests.people import contact

from .conftest import FRIEND, Actor, Home

LIGHT = "light.kitchen_lights"
LAMP = NodeRef(LIGHT, SOURCE)


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


async def test_the_house_provides(home: Home) -> None:
    """It is what the server side of the protocols needs."""
    provider: Provider = home.house
    assert provider


async def test_only_what_one_may_read_is_visible(
    home: Home, friend: Actor, neighbour: Actor, stranger: Actor
) -> None:
    """In the addresses asked for; an area has nothing to read, and to a stranger there is nothing."""
    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    area = ar.async_get(home.hass).async_create("Kitchen")
    er.async_get(home.hass).async_update_entity("input_boolean.away", area_id=area.id)
    asked = (
        LAMP,
        NodeRef(LIGHT),
        NodeRef(f"device:{entry.device_id}"),
        NodeRef(f"area:{area.id}"),
        NodeRef("light.bed_light"),
        NodeRef("light.none"),
        NodeRef(LIGHT, "elsewhere"),
    )
    assert friend.house.visible(friend.caller(), asked) == (*asked[:3], asked[4])
    assert neighbour.house.visible(neighbour.caller(), asked) == asked[:3]
    assert stranger.house.visible(stranger.caller(), asked) == ()
    home.grant()
    assert friend.house.visible(friend.caller(), asked) == ()


async def test_values_and_rights_can_be_followed(home: Home, friend: Actor) -> None:
    """Until who follows stops, or the house does."""
    values: list[NodeRef] = []
    rights: list[str] = []
    stop_values = home.house.follow_values([LAMP], values.append)
    stop_rights = home.house.follow_rights(lambda: rights.append("changed"))
    await friend.control(LIGHT, power=False)
    home.grant(FRIEND)
    assert values
    assert rights == ["changed"]
    stop_values()
    stop_rights()
    values.clear()
    await friend.control(LIGHT, power=True)
    home.grant()
    assert (values, rights) == ([], ["changed"])


async def test_the_end_leaves_nothing(home: Home, friend: Actor) -> None:
    """Whoever follows when the house stops is told no more, and nothing of the house listens."""
    listening = home.hass.bus.async_listeners()
    values: list[NodeRef] = []
    home.house.follow_values([LAMP], values.append)
    told, _ = friend.follow()
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    values.clear()
    home.house.stop()
    after = home.hass.bus.async_listeners()
    assert all(after.get(kind, 0) <= count for kind, count in listening.items())
    home.hass.states.async_set(LIGHT, "off")
    await home.hass.async_block_till_done()
    assert (values, told) == ([], [])


async def test_what_the_wire_performs_is_not_asked_of_the_house(friend: Actor) -> None:
    """A query is run, not performed."""
    with pytest.raises(FeatureNotImplemented):
        await friend.tree(Operation.ABORT_NODE_QUERY, LIGHT)


@pytest.mark.parametrize("ascending", [True, False])
async def test_lists_are_in_the_order_asked_for(friend: Actor, ascending: bool) -> None:
    """By a parameter too, also when parameters are not asked for; who has none is last."""
    nodes = await friend.nodes(
        Operation.GET_ALL_NODES, sort_order=(("friendly_name", ascending),)
    )
    named = [one for one in nodes if one.node_type == "homeassistant.light"]
    names = [one.display_name for one in named]
    assert len(names) > 2
    assert names == sorted(names, reverse=not ascending)
    assert nodes[-1].node_type == "homeassistant.device"
    assert not any(one.parameters for one in nodes)


async def test_a_list_is_as_its_asker_sees_it_at_its_end(
    home: Home, friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is taken from the contact while nodes are described is not in the answer."""
    seen = Listing._seen
    lesser = contact(
        jid=FRIEND.jid, name="F", level=Level.READ, target={"entity_id": [LIGHT]}
    )

    def taken(*arguments: Any) -> Iterator[NodeInfo]:
        nodes = tuple(seen(*arguments))
        if home.grants.contact(FRIEND.jid) is not lesser:
            home.grant(lesser)
        return iter(nodes)

    monkeypatch.setattr(Listing, "_seen", taken)
    nodes = await friend.nodes(Operation.GET_ALL_NODES)
    assert [one.node_type for one in nodes] == [
        "homeassistant.device",
        "homeassistant.light",
    ]
    assert not nodes[1].has_commands
