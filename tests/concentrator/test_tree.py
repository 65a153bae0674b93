"""The tree of nodes: area → device → entity, cut to what a contact sees."""

import asyncio

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator import listing
from custom_components.xmpp_iot.concentrator.tree import Trees
from custom_components.xmpp_iot.wire.errors import (
    ItemNotFound,
    ResourceConstraint,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.model import (
    Capabilities,
    DataSources,
    NodeInfo,
    NodeRef,
    Nodes,
    NodeState,
    Operation,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.page import Page
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)

from .conftest import GUEST, Actor, Home


@pytest.fixture
def kitchen(home: Home) -> str:
    """Put the kitchen lights' device into an area of its own; return the area's node."""
    area = ar.async_get(home.hass).async_create("Kitchen")
    entry = er.async_get(home.hass).async_get("light.kitchen_lights")
    assert entry is not None
    assert entry.device_id is not None
    dr.async_get(home.hass).async_update_device(entry.device_id, area_id=area.id)
    return f"area:{area.id}"


def ids(nodes: tuple[NodeInfo, ...]) -> list[str]:
    """Return the ids of nodes."""
    return [node.ref.id for node in nodes]


async def test_the_tree_leads_to_every_entity(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """Walking down from the roots finds every entity once, each below its parent."""
    found: list[str] = []
    waiting = list(await friend.nodes(Operation.GET_ROOT_NODES))
    assert kitchen in ids(tuple(waiting))
    while waiting:
        node = waiting.pop()
        found.append(node.ref.id)
        if not node.has_children:
            continue
        children = await friend.nodes(Operation.GET_CHILD_NODES, node.ref.id)
        assert {child.parent for child in children} == {node.ref}
        waiting += children
    assert len(found) == len(set(found))
    assert home.grants.view(friend.jid) <= set(found)
    assert set(found) == set(ids(await friend.nodes(Operation.GET_ALL_NODES)))


async def test_ancestors_begin_with_the_node_itself(
    friend: Actor, kitchen: str
) -> None:
    """The way up is the entity, its device and its area."""
    up = await friend.nodes(Operation.GET_ANCESTORS, "light.kitchen_lights")
    assert [node.node_type for node in up] == [
        "homeassistant.light",
        "homeassistant.device",
        "homeassistant.area",
    ]
    assert up[-1].ref.id == kitchen


async def test_a_contact_sees_the_way_to_its_entities_only(
    home: Home, neighbour: Actor, kitchen: str
) -> None:
    """Areas and devices without a visible entity do not exist."""
    ar.async_get(home.hass).async_create("Cellar")
    nodes = await neighbour.nodes(Operation.GET_ALL_NODES)
    assert [node.node_type for node in nodes] == [
        "homeassistant.area",
        "homeassistant.device",
        "homeassistant.light",
    ]
    assert await neighbour.contains(
        kitchen, "light.kitchen_lights", "light.bed_light", "light.none"
    ) == (True, True, False, False)
    for node in ("light.bed_light", "light.none", "area:cellar"):
        with pytest.raises(ItemNotFound):
            await neighbour.node(node)


async def test_a_node_tells_what_it_is(friend: Actor, guest: Actor) -> None:
    """An entity's node carries its static side, and what this contact can do with it."""
    node = await friend.node("light.bed_light")
    parameters = {one.id: one.value for one in node.parameters}
    assert (node.node_type, node.display_name) == ("homeassistant.light", "Bed Light")
    assert (node.is_readable, node.is_controllable, node.has_commands) == (
        True,
        True,
        True,
    )
    assert node.last_changed is not None
    assert parameters["effect_list"] == '["rainbow","off"]'
    assert parameters["max_color_temp_kelvin"] == 6535
    assert parameters["uid"]

    node = await guest.node("light.bed_light")
    assert (node.is_readable, node.is_controllable, node.has_commands) == (
        True,
        False,
        False,
    )


async def test_details_come_only_when_asked_for(friend: Actor) -> None:
    """Without asking for parameters and messages there are none."""
    (node,) = await friend.nodes(Operation.GET_NODE, "light.bed_light")
    assert (node.parameters, node.messages) == ((), ())


async def test_an_entity_out_of_reach_says_so(home: Home, friend: Actor) -> None:
    """Unavailable is an error with a message, unknown a warning."""
    home.hass.states.async_set("light.bed_light", "unavailable")
    node = await friend.node("light.bed_light")
    assert node.state is NodeState.ERROR_UNSIGNED
    assert [message.event_id for message in node.messages] == ["Unavailable"]

    home.hass.states.async_set("light.bed_light", "unknown")
    assert (await friend.node("light.bed_light")).state is NodeState.WARNING_UNSIGNED


async def test_sources_and_capabilities(friend: Actor) -> None:
    """There is one source, and the operations are those that work."""
    for operation in (Operation.GET_ALL_DATA_SOURCES, Operation.GET_ROOT_DATA_SOURCES):
        answer = await friend.tree(operation)
        assert isinstance(answer, DataSources)
        assert [source.id for source in answer.sources] == ["entities"]
    answer = await friend.tree(Operation.GET_CHILD_DATA_SOURCES, source="entities")
    assert answer == DataSources(())
    answer = await friend.tree(Operation.GET_CAPABILITIES)
    assert isinstance(answer, Capabilities)
    assert set(answer.operations) == {*Operation, "subscribe", "unsubscribe"}


async def test_a_source_tells_nothing_of_what_one_does_not_see(
    home: Home, friend: Actor, neighbour: Actor, stranger: Actor
) -> None:
    """Its last change is that of the nodes the asker sees; to a stranger there is no source."""

    async def changed(actor: Actor) -> object:
        answer = await actor.tree(Operation.GET_ALL_DATA_SOURCES)
        assert isinstance(answer, DataSources)
        return answer.sources[0].last_changed

    before = [await changed(actor) for actor in (friend, neighbour)]
    er.async_get(home.hass).async_update_entity("light.bed_light", name="Night")
    await home.hass.async_block_till_done()
    assert await changed(friend) != before[0]
    assert await changed(neighbour) == before[1]
    for operation in (Operation.GET_ALL_DATA_SOURCES, Operation.GET_CAPABILITIES):
        with pytest.raises(ServiceUnavailable):
            await stranger.tree(operation)


async def test_an_unknown_source_is_not_found(friend: Actor) -> None:
    """A node or list of another source or partition does not exist."""
    for operation in (
        Operation.GET_CHILD_DATA_SOURCES,
        Operation.GET_ROOT_NODES,
        Operation.GET_ALL_NODES,
    ):
        with pytest.raises(ItemNotFound):
            await friend.tree(operation, source="elsewhere")
    for ref in (
        NodeRef("light.bed_light", "elsewhere"),
        NodeRef("light.bed_light", "entities", "part"),
    ):
        request = TreeRequest(operation=Operation.GET_NODE, nodes=(ref,))
        with pytest.raises(ItemNotFound):
            await friend.house.tree(friend.caller(), request)


async def test_the_only_source_may_be_left_out(friend: Actor) -> None:
    """A node without a source is found."""
    request = TreeRequest(
        operation=Operation.GET_NODES, nodes=(NodeRef("light.bed_light"),)
    )
    assert await friend.house.tree(friend.caller(), request)


async def test_nodes_of_a_type(friend: Actor) -> None:
    """All nodes can be filtered by their type."""
    nodes = await friend.nodes(
        Operation.GET_ALL_NODES, derived_from=frozenset({"homeassistant.lock"})
    )
    assert {node.node_type for node in nodes} == {"homeassistant.lock"}


@pytest.mark.parametrize(
    ("operation", "nodes"),
    [
        (Operation.GET_ROOT_NODES, []),
        (Operation.GET_ALL_NODES, []),
        (Operation.GET_NODE, ["light.kitchen_lights"]),
        (Operation.GET_NODES, ["light.kitchen_lights", "light.bed_light"]),
        (Operation.GET_ANCESTORS, ["light.kitchen_lights"]),
    ],
)
async def test_nodes_say_where_to_follow_them(
    home: Home, friend: Actor, operation: Operation, nodes: list[str]
) -> None:
    """With parameters asked for, a node carries the contact's feed in the dialect asked in."""
    for node in await friend.nodes(operation, *nodes, parameters=True):
        parameters = {one.id: one.value for one in node.parameters}
        assert parameters["pubsub"] == "xmpp:feed;friend@example.org"
    assert home.addresses == [("friend@example.org", "urn:nf:iot:concentrator:1.0")]
    await friend.nodes(operation, *nodes)
    assert len(home.addresses) == 1


async def test_a_contact_without_a_feed_is_told_of_none(
    friend: Actor, neighbour: Actor
) -> None:
    """Where the server will not have a feed, nodes say nothing of one; children have it as others."""
    for node in await neighbour.nodes(Operation.GET_ALL_NODES, parameters=True):
        assert "pubsub" not in {one.id for one in node.parameters}
    (light,) = await friend.nodes(Operation.GET_NODE, "light.kitchen_lights")
    assert light.parent is not None
    for node in await friend.nodes(
        Operation.GET_CHILD_NODES, light.parent.id, parameters=True
    ):
        assert "pubsub" in {one.id for one in node.parameters}


async def test_an_area_of_its_own_goes_before_the_device(
    home: Home, friend: Actor, kitchen: str, entity_registry: er.EntityRegistry
) -> None:
    """An entity put into another area than its device is found in that area."""
    entry = entity_registry.async_get("light.kitchen_lights")
    assert entry is not None
    extra = entity_registry.async_get_or_create(
        "sensor", "demo", "extra", device_id=entry.device_id, original_name="Extra"
    )
    home.hass.states.async_set(extra.entity_id, "1")
    cellar = ar.async_get(home.hass).async_create("Cellar")
    entity_registry.async_update_entity(
        extra.entity_id, name="Extra", area_id=cellar.id
    )
    home.grants.async_set_contacts(home.grants.contacts)
    assert (await friend.node(extra.entity_id)).parent == NodeRef(
        f"area:{cellar.id}", "entities"
    )


async def test_child_devices_hang_on_their_parent(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The logical part of a device is below that device."""
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    parent = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("demo", "parent")}
    )
    child = device_registry.async_get_or_create_child(
        config_entry_id=entry.entry_id,
        identifiers={("demo", "child")},
        name="Child",
        parent_device_id=parent.id,
    )
    entity = entity_registry.async_get_or_create(
        "sensor", "demo", "1", device_id=child.id, config_entry=entry
    )
    trees = Trees(hass)
    tree = trees.of(frozenset({entity.entity_id}))
    assert tree.ancestors(entity.entity_id) == (
        entity.entity_id,
        f"device:{child.id}",
        f"device:{parent.id}",
    )


async def test_the_tree_follows_the_registries(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """A renamed area has its new name, a removed one is gone."""
    areas = ar.async_get(home.hass)
    area_id = kitchen.removeprefix("area:")
    before = await friend.node(kitchen)
    areas.async_update(area_id, name="Pantry")
    assert before.display_name == "Kitchen"
    assert (await friend.node(kitchen)).display_name == "Pantry"
    areas.async_delete(area_id)
    await home.hass.async_block_till_done()
    with pytest.raises(ItemNotFound):
        await friend.node(kitchen)


async def test_a_node_gone_meanwhile_is_not_found(home: Home, friend: Actor) -> None:
    """An entity that has just lost its state is passed over, and not found when asked for."""
    view = home.grants.view(GUEST.jid)
    home.hass.states.async_remove("zone.home")
    nodes = await friend.nodes(Operation.GET_ALL_NODES)
    assert "zone.home" in view
    assert "zone.home" not in ids(nodes)
    with pytest.raises(ItemNotFound):
        await friend.node("zone.home")


async def test_many_views_do_not_pile_up(demo: HomeAssistant) -> None:
    """Trees of views that nobody has any more are forgotten."""
    trees = Trees(demo)
    first = trees.of(frozenset({"light.bed_light"}))
    assert trees.of(frozenset({"light.bed_light"})) is first
    for number in range(100):
        trees.of(frozenset({f"light.{number}"}))
    assert trees.of(frozenset({"light.bed_light"})) is not first


async def test_a_stranger_finds_nobody(stranger: Actor) -> None:
    """Who is no contact gets the answer of an empty address, whatever it asks."""
    for operation in (Operation.GET_ALL_NODES, Operation.GET_NODE):
        with pytest.raises(ServiceUnavailable):
            await stranger.tree(operation, "light.bed_light")


async def test_a_walk_may_be_taken_again_and_again_but_not_for_ever(
    friend: Actor, guest: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for all nodes over and over waits, one question at a time; others are answered meanwhile."""
    monkeypatch.setattr(listing, "_WALKS_PERIOD", 5)  # half a second for each
    loop = asyncio.get_running_loop()
    for _ in range(3):
        assert await friend.nodes(Operation.GET_ALL_NODES)
    begun = loop.time()
    one_more = asyncio.create_task(friend.nodes(Operation.GET_ALL_NODES))
    await asyncio.sleep(0)
    with pytest.raises(ResourceConstraint):
        await friend.nodes(Operation.GET_ALL_NODES)
    assert await guest.nodes(Operation.GET_ALL_NODES)

    assert not one_more.done()
    assert await one_more
    assert loop.time() - begun > 0.3


async def test_what_would_take_too_long_is_refused_at_once(
    friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits any more for an answer that comes after a minute."""
    monkeypatch.setattr(listing, "_WALKS_PERIOD", 600)
    for _ in range(3):
        await friend.nodes(Operation.GET_ALL_NODES)

    async with asyncio.timeout(5):
        with pytest.raises(ResourceConstraint):
            await friend.nodes(Operation.GET_ALL_NODES)


async def test_a_node_that_is_asked_for_many_times_counts_once(friend: Actor) -> None:
    """And is told once: what is left to ask for is not used up by it."""
    lights = ("light.bed_light",) * 1000
    for _ in range(3):
        assert len(await friend.nodes(Operation.GET_NODES, *lights)) == 1


async def test_pages_of_a_sorted_list_are_no_flood(
    friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads a list page by page, in an order of its own, gets to its end, be it slowly."""
    monkeypatch.setattr(listing, "_WALKS_PERIOD", 1)
    wanted = len(await friend.nodes(Operation.GET_ALL_NODES))
    order = (("displayName", True),)
    found: list[str] = []
    while len(found) < wanted:
        after = found[-1] if found else ""
        answer = await friend.tree(
            Operation.GET_ALL_NODES, page=Page(1, after), sort_order=order
        )
        assert isinstance(answer, Nodes)
        found += ids(answer.nodes)
    assert len(set(found)) == wanted
