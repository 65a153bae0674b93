"""A house of thousands tells of its nodes page by page."""

from collections.abc import Sequence

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.concentrator.paging import by_id
from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ResourceConstraint
from custom_components.xmpp_iot.wire.model import NodeInfo, Nodes, Operation
from custom_components.xmpp_iot.wire.page import Page, Place
from custom_components.xmpp_iot.wire.stanzas import iq
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from tests.remote.far_nodes import described

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


async def page(actor: Actor, operation: Operation, page: Page, **more: object) -> Nodes:
    """Return a page."""
    answer = await actor.tree(operation, page=page, **more)
    assert isinstance(answer, Nodes)
    return answer


async def read(actor: Actor, operation: Operation, most: int) -> list[NodeInfo]:
    """Return all of a list, page by page."""
    found: list[NodeInfo] = []
    after = ""
    while (part := await page(actor, operation, Page(most, after))).nodes:
        assert part.place is not None
        assert part.place.index == len(found)
        found += part.nodes
        after = part.nodes[-1].ref.id
        assert len(part.nodes) <= most
    return found


async def test_pages_are_the_whole(friend: Actor) -> None:
    """Each node once, in the order of their ids, as they are described otherwise."""
    for operation in (Operation.GET_ALL_NODES, Operation.GET_ROOT_NODES):
        whole = await friend.nodes(operation)
        found = await read(friend, operation, 3)

        assert found == sorted(whole, key=lambda one: one.ref.id)
        assert len(found) > 6


async def test_children_come_in_pages(home: Home, friend: Actor) -> None:
    """As all lists do."""
    entry = er.async_get(home.hass).async_get(LIGHT)
    assert entry is not None
    device = f"device:{entry.device_id}"
    answer = await friend.tree(Operation.GET_CHILD_NODES, device, page=Page(1))

    assert isinstance(answer, Nodes)
    assert [one.ref.id for one in answer.nodes] == [LIGHT]
    assert answer.place == Place(count=1, index=0)


async def test_a_page_in_another_order_goes_by_that(friend: Actor) -> None:
    """And one of some types has only these in it."""
    whole = await friend.nodes(
        Operation.GET_ROOT_NODES, sort_order=(("displayName", False),)
    )
    first, second = whole[:2], whole[2:5]
    order = (("displayName", False),)
    assert (
        await page(friend, Operation.GET_ROOT_NODES, Page(2), sort_order=order)
    ).nodes == first
    assert (
        await page(
            friend,
            Operation.GET_ROOT_NODES,
            Page(3, first[-1].ref.id),
            sort_order=order,
        )
    ).nodes == second

    lights = frozenset({"homeassistant.light"})
    some = await page(friend, Operation.GET_ALL_NODES, Page(2), derived_from=lights)
    assert {one.node_type for one in some.nodes} == lights
    assert some.place is not None
    assert some.place.count is not None
    assert some.place.count > 2


async def test_one_may_ask_only_how_many_there_are(friend: Actor) -> None:
    """With a page of nothing (XEP-0059 section 2.7)."""
    whole = await friend.nodes(Operation.GET_ALL_NODES)

    assert await page(friend, Operation.GET_ALL_NODES, Page(0)) == Nodes(
        (), Place(count=len(whole), index=0)
    )


@pytest.mark.parametrize("sort_order", [(), (("id", True),)])
async def test_nobody_goes_on_after_what_is_not_there(
    home: Home, neighbour: Actor, sort_order: tuple[tuple[str, bool], ...]
) -> None:
    """What somebody may not see is not there."""
    assert home.hass.states.get("light.ceiling_lights") is not None
    for gone in ("light.gone", "light.ceiling_lights"):
        with pytest.raises(ItemNotFound):
            await page(
                neighbour,
                Operation.GET_ALL_NODES,
                Page(5, gone),
                sort_order=sort_order,
            )


async def test_what_comes_and_goes_meanwhile_moves_nothing(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """Who goes on gets all that were there all the time, each once."""
    first = await page(friend, Operation.GET_ALL_NODES, Page(3))
    registry = er.async_get(home.hass)
    home.hass.states.async_set("aaa.new", "1")
    home.hass.states.async_set("zzz.new", "1")
    registry.async_remove(LIGHT)
    await home.settle(freezer)
    rest = await page(
        friend, Operation.GET_ALL_NODES, Page(500, first.nodes[-1].ref.id)
    )

    ids = [one.ref.id for one in (*first.nodes, *rest.nodes)]
    assert ids == sorted(set(ids))
    whole = {one.ref.id for one in await friend.nodes(Operation.GET_ALL_NODES)}
    assert whole - set(ids) == {"aaa.new"}
    assert "zzz.new" in ids
    assert LIGHT not in ids


async def test_a_page_of_which_nothing_can_be_said_is_not_the_end() -> None:
    """The next one is told instead."""
    asked: list[tuple[str, ...]] = []

    async def describe(ids: Sequence[str]) -> Nodes:
        asked.append(tuple(ids))
        return Nodes(() if "a" in ids else tuple(map(described, ids)))

    found = await by_id(["d", "c", "b", "a"], Page(2), describe)

    assert asked == [("a", "b"), ("c", "d")]
    assert found.place == Place(count=4, index=2)
    assert [one.ref.id for one in found.nodes] == ["c", "d"]


@pytest.mark.parametrize("platforms", [[Platform.LIGHT]])
async def test_three_thousand_roots_come_in_pages(
    home: Home, friend: Actor, freezer: FrozenDateTimeFactory
) -> None:
    """In one answer they are too large."""
    for number in range(3_000):
        home.hass.states.async_set(
            f"sensor.s{number}", "1", {"friendly_name": f"Sensor {number}" * 3}
        )
    await home.settle(freezer)
    dialect = FAMILIES[0]
    whole = await friend.tree(Operation.GET_ROOT_NODES, parameters=True)
    with pytest.raises(ResourceConstraint):
        iq("result", "1", None, encode_answer(Operation.GET_ROOT_NODES, whole, dialect))

    found = await read(friend, Operation.GET_ROOT_NODES, 500)

    assert len(found) >= 3_000
    assert len(found) == len({one.ref for one in found})
