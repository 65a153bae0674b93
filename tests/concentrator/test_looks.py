"""A house with many nodes is looked at in many turns, and nothing that happens meanwhile is lost."""

import asyncio
from math import inf
from types import MappingProxyType

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator import node_events
from custom_components.xmpp_iot.concentrator.looks import Look, Picture
from custom_components.xmpp_iot.concentrator.nodes import SOURCE, ref
from custom_components.xmpp_iot.concentrator.tree import Tree
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ServiceUnavailable
from custom_components.xmpp_iot.wire.happening import Happening
from custom_components.xmpp_iot.wire.model import NodeInfo
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er

from .conftest import FRIEND, Actor, Home

LIGHT = "light.kitchen_lights"
NOW = 0.0  # a time that is over


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn be over after one node."""
    monkeypatch.setattr(node_events, "MOMENT", 0)


class House:
    """Describes nodes, and notes which."""

    def __init__(self, **parents: str | None) -> None:
        """Have nodes in others."""
        self.described: list[str] = []
        self.gone: set[str] = set()
        self.tree = Tree(MappingProxyType(parents), MappingProxyType({}))

    def describe(self, node: str) -> NodeInfo | None:
        """Describe a node, unless it has just gone."""
        self.described.append(node)
        if node in self.gone:
            return None
        return NodeInfo(ref=ref(node), node_type="", display_name=node)

    def look(self, look: Look, until: float = inf) -> Picture | None:
        """Go on with a look."""
        return look.go_on(self.tree, self.describe, until)


def test_a_look_takes_as_many_turns_as_there_are_nodes_where_there_is_no_time() -> None:
    """There is progress in each, and nothing is described twice."""
    house, look = House(a=None, b="a", c="a"), Look(Picture())

    turns = [house.look(look, NOW) for _ in range(3)]

    assert turns[:2] == [None, None]
    assert turns[2] is not None
    assert list(turns[2].nodes) == ["a", "b", "c"]
    assert sorted(house.described) == ["a", "b", "c"]


async def looked(home: Home, freezer: FrozenDateTimeFactory) -> None:
    """Let everybody take in what has changed, in all the turns that takes."""
    await home.settle(freezer)
    for _ in range(500):
        if home.house._events._next is None:
            return
        await asyncio.sleep(0)
    raise AssertionError("The looks do not end.")


def picture(house: House) -> Picture:
    """Return a first picture of a house."""
    look = Look(Picture())
    look.seen_with(frozenset())
    found = house.look(look)
    assert found is not None
    house.described.clear()
    return found


def test_only_what_may_have_changed_is_described() -> None:
    """What is dirty, what is new, and what is elsewhere."""
    before = picture(House(a=None, b="a", c="a"))
    house, look = House(a=None, b="a", c=None, d="a"), Look(before)
    look.is_new = False
    look.again(frozenset({"a", "x"}))

    after = house.look(look)

    assert after is not None
    assert sorted(house.described) == ["a", "c", "d"]
    assert after.nodes["b"] is before.nodes["b"]


def test_the_tree_is_that_of_the_end() -> None:
    """What goes and comes in the midst of a look is left out and described."""
    look = Look(Picture())
    assert House(a=None, b="a", c="a").look(look, NOW) is None

    house = House(a=None, b="a", d="a")
    after = house.look(look)

    assert after is not None
    assert list(after.nodes) == ["a", "b", "d"]


def test_what_has_just_gone_is_in_no_picture() -> None:
    """Its tree says so later."""
    house, look = House(a=None, b="a"), Look(Picture())
    house.gone.add("b")

    after = house.look(look)

    assert after is not None
    assert list(after.nodes) == ["a"]
    assert house.described.count("b") == 1


def test_what_changed_after_it_was_described_is_described_again() -> None:
    """Where somebody says so before the look is over."""
    house, look = House(a=None, b="a"), Look(Picture())
    assert house.look(look, NOW) is None
    (first,) = house.described

    look.again(frozenset({first}))
    house.look(look)

    assert house.described.count(first) == 2


def test_with_other_powers_a_look_begins_again() -> None:
    """All of it; with the same ones it goes on."""
    house, look = House(a=None, b="a"), Look(Picture())
    assert house.look(look, NOW) is None
    look.seen_with(look.powers)
    (first,) = house.described

    look.seen_with(frozenset({object()}))  # type: ignore[arg-type]  # any others
    house.look(look)

    assert house.described.count(first) == 2
    assert look.is_new


@pytest.mark.usefixtures("hurried")
async def test_what_happens_while_following_is_prepared_is_not_lost(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """It is in the picture, or told."""
    preparing = asyncio.create_task(
        friend.house.prepare_events(friend.caller(), SOURCE)
    )
    await asyncio.sleep(0)
    registry = er.async_get(home.hass)
    old = registry.async_update_entity(LIGHT, name="Spots")
    registry.async_update_entity(LIGHT, new_entity_id="light.spots")
    await preparing
    (watch,) = home.house._events._watches.values()
    pictured = {node.display_name for node in watch.picture.nodes.values()}
    events, _ = friend.follow()

    await looked(home, freezer)

    told = {event.info.display_name for event in events if event.info}
    assert "Spots" in pictured | told
    assert "light.spots" in watch.picture.nodes
    assert LIGHT not in watch.picture.nodes
    assert old.entity_id == LIGHT


@pytest.mark.usefixtures("hurried")
async def test_preparing_twice_costs_once(home: Home, friend: Actor) -> None:
    """Who asks meanwhile waits for the same look, and later for nothing."""
    house, caller = friend.house, friend.caller()
    await asyncio.gather(*(house.prepare_events(caller, SOURCE) for _ in range(2)))
    (watch,) = home.house._events._watches.values()
    picture = watch.picture

    await house.prepare_events(caller, "")
    friend.follow()

    assert watch.picture is picture
    assert home.house._events._next is None


@pytest.mark.usefixtures("hurried")
async def test_who_follows_at_once_waits_for_nobody(home: Home, friend: Actor) -> None:
    """The look that was under way is done then."""
    preparing = asyncio.create_task(
        friend.house.prepare_events(friend.caller(), SOURCE)
    )
    await asyncio.sleep(0)
    friend.follow()
    (watch,) = home.house._events._watches.values()

    assert watch.look is None
    await preparing


@pytest.mark.usefixtures("hurried")
async def test_a_change_of_all_is_told_in_its_turns(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Everything once, and in one piece."""
    events, _ = friend.follow()
    registry = er.async_get(home.hass)
    lights = home.hass.states.async_entity_ids("light")
    for light in lights:
        registry.async_update_entity(light, name=f"New {light}")

    await looked(home, freezer)

    assert {event.kind for event in events} == {Happening.UPDATED}
    assert sorted(event.node.id for event in events) == sorted(lights)


@pytest.mark.usefixtures("hurried")
async def test_stopping_ends_a_look(home: Home, friend: Actor) -> None:
    """Whoever waits for it goes on."""
    preparing = asyncio.create_task(
        friend.house.prepare_events(friend.caller(), SOURCE)
    )
    await asyncio.sleep(0)
    assert home.house._events._next is not None

    home.house._events.async_stop()

    await preparing
    assert home.house._events._next is None


@pytest.mark.usefixtures("hurried")
async def test_who_is_no_contact_any_more_waits_for_nothing(
    home: Home, friend: Actor
) -> None:
    """And may not follow."""
    preparing = asyncio.create_task(
        friend.house.prepare_events(friend.caller(), SOURCE)
    )
    await asyncio.sleep(0)
    home.grant()

    await preparing

    with pytest.raises(ServiceUnavailable):
        friend.follow()
    assert home.house._events._watches == {}


async def test_strangers_and_unknown_sources_are_not_prepared_for(
    home: Home, friend: Actor, stranger: Actor
) -> None:
    """As they may not follow."""
    with pytest.raises(ServiceUnavailable):
        await stranger.house.prepare_events(stranger.caller(), SOURCE)
    with pytest.raises(ItemNotFound):
        await friend.house.prepare_events(friend.caller(), "elsewhere")
    assert home.house._events._watches == {}
    assert friend.caller().bare == FRIEND.jid
