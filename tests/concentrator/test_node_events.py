"""What happens to nodes is told to those who see them, and to nobody else."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator.nodes import SOURCE, NodeDescriber
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ServiceUnavailable
from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent
from custom_components.xmpp_iot.wire.model import NodeState
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.util import dt as dt_util
from tests.people import contact

from .conftest import FRIEND, GUEST, NEIGHBOUR, Actor, Home

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"
LISTENED = (
    EVENT_STATE_CHANGED,
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED,
)


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


def listeners(home: Home) -> list[int]:
    """Return how many listen to what a node can be changed by, and to the grants."""
    counts = home.hass.bus.async_listeners()
    return [
        *(counts.get(str(kind), 0) for kind in LISTENED),
        len(home.grants._listeners),
    ]


def waits(home: Home) -> bool:
    """Return whether a timer runs."""
    return home.house._events._cancel_timer is not None


def told(events: list[NodeEvent]) -> list[tuple[Happening, str]]:
    """Return the events in short, and forget them."""
    short = [(event.kind, event.node.id) for event in events]
    events.clear()
    return short


async def test_an_area_and_a_move_are_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """An area that now has a node comes first, then the device is in it; then the area's name is told."""
    events, _ = friend.follow()
    area = ar.async_get(home.hass).async_create("Kitchen")
    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    assert entry.device_id is not None
    dr.async_get(home.hass).async_update_device(entry.device_id, area_id=area.id)
    await home.settle(freezer)
    added, moved = events
    assert (added.kind, added.node.id) == (Happening.ADDED, f"area:{area.id}")
    assert (moved.kind, moved.node.id) == (
        Happening.UPDATED,
        f"device:{entry.device_id}",
    )
    assert moved.info is not None
    assert moved.info.parent == added.node

    events.clear()
    ar.async_get(home.hass).async_update(area.id, name="Pantry")
    await home.settle(freezer)
    (event,) = events
    assert event.info is not None
    assert event.info.display_name == "Pantry"


async def test_new_names_are_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """A new name is an update, a new entity id an update with the old one."""
    events, _ = friend.follow()
    registry = er.async_get(home.hass)
    registry.async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    (event,) = events
    assert event.info is not None
    assert (event.kind, event.old_id) == (Happening.UPDATED, "")
    assert event.info.display_name == "Spots"

    events.clear()
    registry.async_update_entity(LIGHT, new_entity_id="light.spots")
    await home.settle(freezer)
    (event,) = events
    assert (event.kind, event.node.id, event.old_id) == (
        Happening.UPDATED,
        "light.spots",
        LIGHT,
    )


async def test_coming_and_going_is_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """A new entity is added, also when its state comes later; a removed one is removed with its device."""
    events, _ = friend.follow()
    home.hass.states.async_set("sensor.new", "1")
    new = er.async_get(home.hass).async_get_or_create("sensor", "demo", "late")
    await home.settle(freezer)
    assert told(events) == [(Happening.ADDED, "sensor.new")]
    home.hass.states.async_set(new.entity_id, "1")
    await home.settle(freezer)
    assert told(events) == [(Happening.ADDED, new.entity_id)]

    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    home.hass.states.async_remove("sensor.new")
    er.async_get(home.hass).async_remove(LIGHT)
    await home.settle(freezer)
    assert set(told(events)) == {
        (Happening.REMOVED, "sensor.new"),
        (Happening.REMOVED, LIGHT),
        (Happening.REMOVED, f"device:{entry.device_id}"),
    }


async def test_only_a_change_of_status_is_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Out of reach and back again is told, on and off is not."""
    events, _ = friend.follow()
    home.hass.states.async_set(OTHER, "on", {**attributes(home), "brightness": 3})
    await home.settle(freezer)
    assert events == []

    home.hass.states.async_set(OTHER, "unavailable", attributes(home))
    await home.settle(freezer)
    (event,) = events
    assert (event.kind, event.state) == (
        Happening.STATUS_CHANGED,
        NodeState.ERROR_UNSIGNED,
    )
    assert [message.text for message in event.messages] == ["Unavailable."]

    events.clear()
    home.hass.states.async_set(OTHER, "on", attributes(home))
    await home.settle(freezer)
    (event,) = events
    assert (event.state, event.messages) == (NodeState.NONE, ())


async def test_new_possibilities_are_told(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """The static side of an entity is part of its node."""
    events, _ = friend.follow()
    home.hass.states.async_set(OTHER, "on", {**attributes(home), "effect_list": ["x"]})
    await home.settle(freezer)
    (event,) = events
    assert event.info is not None
    assert {one.id: one.value for one in event.info.parameters}[
        "effect_list"
    ] == '["x"]'


def attributes(home: Home) -> dict[str, object]:
    """Return the attributes of the other light."""
    state = home.hass.states.get(OTHER)
    assert state is not None
    return dict(state.attributes)


async def test_what_changes_no_node_is_not_looked_at(
    home: Home,
    friend: Actor,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A state describes nothing, and a change of one node describes that node only."""
    friend.follow()
    described: list[str] = []
    describe = NodeDescriber._entity

    def counted(self: NodeDescriber, node: str, sight: object) -> object:
        described.append(node)
        return describe(self, node, sight)  # type: ignore[arg-type]

    monkeypatch.setattr(NodeDescriber, "_entity", counted)
    home.hass.states.async_set(OTHER, "on", attributes(home))
    await home.settle(freezer)
    assert described == []
    er.async_get(home.hass).async_update_entity(LIGHT, icon="mdi:lamp")
    await home.settle(freezer)
    assert set(described) == {LIGHT}


async def test_nobody_costs_nothing(home: Home, friend: Actor) -> None:
    """Nothing listens before the first follower."""
    before = listeners(home)
    friend.follow()
    friend.follow()
    assert listeners(home) == [one + 1 for one in before]


async def test_stopping_leaves_nothing(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """No listener and no timer outlive the house, and who follows may stop afterwards."""
    before = listeners(home)
    events, unfollow = friend.follow()
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    assert waits(home)
    home.house._events.async_stop()
    assert not waits(home)
    assert listeners(home) == before
    await home.settle(freezer)
    unfollow()
    assert events == []


async def test_who_stops_is_told_no_more(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Two followers of one contact are told the same, until one of them stops."""
    first, stop_first = friend.follow()
    second, _ = friend.follow()
    stop_first()
    stop_first()
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    assert (len(first), len(second)) == (0, 1)


async def test_a_contact_is_told_of_its_own_nodes_only(
    home: Home, neighbour: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """What happens to what it does not see does not happen."""
    events, _ = neighbour.follow()
    er.async_get(home.hass).async_update_entity(OTHER, name="Spots")
    home.hass.states.async_set("sensor.new", "1")
    await home.settle(freezer)
    assert events == []


async def test_sight_gained_and_lost_is_told(
    home: Home, neighbour: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Who sees more is told what is there, parents first; who sees less, what is gone, children first."""
    events, _ = neighbour.follow()
    wider = contact(
        jid=NEIGHBOUR.jid, name="N", level=Level.CONTROL, target={"entity_id": [OTHER]}
    )
    home.grant(FRIEND, wider)
    await home.settle(freezer)
    entries = [er.async_get(home.hass).async_get(one) for one in (LIGHT, OTHER)]
    old, new = (f"device:{entry.device_id}" for entry in entries if entry)
    assert told(events) == [
        (Happening.ADDED, new),
        (Happening.ADDED, OTHER),
        (Happening.REMOVED, LIGHT),
        (Happening.REMOVED, old),
    ]


async def test_who_is_no_contact_is_told_nothing(
    home: Home, neighbour: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Not even that everything is gone; admitted again, it is told what is there."""
    before = listeners(home)
    events, unfollow = neighbour.follow()
    home.grant(FRIEND)
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    assert events == []
    home.grant(FRIEND, NEIGHBOUR)
    await home.settle(freezer)
    assert {kind for kind, _ in told(events)} == {Happening.ADDED}

    unfollow()
    home.grant(FRIEND)
    await home.settle(freezer)
    assert home.house._events._watches == {}
    assert listeners(home) == before


async def test_another_level_is_told(
    home: Home, guest: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Who may do more now is told so of every node; what it was told before is not told again."""
    events, _ = guest.follow()
    begun = dt_util.utcnow()
    freezer.tick(timedelta(seconds=1))
    er.async_get(home.hass).async_update_entity(LIGHT, name="Spots")
    await home.settle(freezer)
    events.clear()
    home.grant(
        contact(
            jid=GUEST.jid, name="G", level=Level.CONTROL, target={}, all_entities=True
        )
    )
    await home.settle(freezer)
    (light,) = (event for event in events if event.node.id == LIGHT)
    assert light.info is not None
    assert light.info.is_controllable
    assert guest.house.happened_since(guest.caller(), SOURCE, begun) is None


async def test_strangers_and_unknown_sources_are_refused(
    home: Home, friend: Actor, stranger: Actor
) -> None:
    """There is one source, and for a stranger nobody is here."""
    now = dt_util.utcnow()
    before = listeners(home)
    with pytest.raises(ServiceUnavailable):
        stranger.follow()
    with pytest.raises(ServiceUnavailable):
        stranger.house.happened_since(stranger.caller(), SOURCE, now)
    with pytest.raises(ItemNotFound):
        friend.house.follow_nodes(friend.caller(), "elsewhere", lambda _: None)
    with pytest.raises(ItemNotFound):
        friend.house.happened_since(friend.caller(), "elsewhere", now)
    assert friend.house.happened_since(friend.caller(), "", now) is None
    assert listeners(home) == before


async def test_events_are_in_the_followers_language(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Each is told in the words it has asked in."""
    german = friend.speaking("de")
    await german.node(OTHER)
    english_events, _ = friend.follow()
    german_events, _ = german.follow()
    home.hass.states.async_set(OTHER, "unavailable", attributes(home))
    await home.settle(freezer)
    texts = [
        [message.text for event in events for message in event.messages]
        for events in (english_events, german_events)
    ]
    assert texts == [["Unavailable."], ["Nicht verfügbar."]]
