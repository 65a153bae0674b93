"""Editing gives nobody rights: an area is what grants are about, and those are the owner's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.contacts.grants import Contact, Grant, Level
from custom_components.xmpp_iot.wire.errors import Forbidden, NotAcceptable
from homeassistant.const import Platform
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.util import dt as dt_util
from tests.people import contact

from .conftest import FRIEND, Actor, Home

LIGHT = "light.kitchen_lights"
OTHER = "light.bed_light"
BEN = contact(jid="ben@example.org", level=Level.READ)


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


@pytest.fixture
def cellar(home: Home) -> str:
    """Put another light into the cellar, so that there is one; return its id."""
    area = ar.async_get(home.hass).async_create("Cellar")
    dr.async_get(home.hass).async_update_device(device_of(home, OTHER), area_id=area.id)
    return area.id


def device_of(home: Home, entity_id: str) -> str:
    """Return the id of an entity's device."""
    entry = er.async_get(home.hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    return entry.device_id


def row(home: Home, *, row_id: str = "row", **more: Any) -> Grant:
    """Return a grant, of the light unless it is said of what."""
    said = {"level": Level.COMMAND, "target": {"entity_id": [LIGHT]}, **more}
    return Grant(id=row_id, **said)


def people(*grants: Grant) -> Contact:
    """Return the friend with these grants."""
    return replace(FRIEND, grants=grants)


async def choices(friend: Actor, node: str) -> set[str]:
    """Return the areas a contact can choose for a node."""
    (field,) = [it for it in (await friend.parameters_form(node)).fields if it.options]
    return {one.value for one in field.options}


async def moved(home: Home, friend: Actor, area: str, entity_id: str = LIGHT) -> bool:
    """Have the friend move a light's device; return whether that was allowed."""
    node = f"device:{device_of(home, entity_id)}"
    offered = area in await choices(friend, node)
    try:
        await friend.edit(node, area=area)
    except NotAcceptable:
        assert not offered
        return False
    assert offered
    return True


@pytest.mark.parametrize(
    ("mine", "there", "allowed"),
    [
        ({}, {}, True),
        ({}, {"level": Level.READ}, True),
        ({}, {"ask": True, "level": Level.READ}, True),
        ({}, {"dangerous": True}, False),
        ({"dangerous": True}, {"dangerous": True}, True),
        ({"until": True}, {}, False),
        ({"until": True}, {"until": True}, True),
        ({}, {"until": True}, True),
    ],
)
async def test_nobody_moves_a_thing_to_where_more_may_be_done_to_it(
    home: Home,
    friend: Actor,
    cellar: str,
    mine: dict[str, Any],
    there: dict[str, Any],
    allowed: bool,
) -> None:
    """Neither for themselves nor for others; what they may do themselves, as long, others may then do too."""
    until = dt_util.utcnow() + timedelta(hours=1)

    def windowed(said: dict[str, Any]) -> dict[str, Any]:
        window = replace(row(home).window, until=until)
        return {**said, "until": None, "window": window} if "until" in said else said

    def made(said: dict[str, Any], **more: Any) -> Grant:
        found = windowed(said)
        found.pop("until", None)
        return row(home, **found, **more)

    in_cellar = made(there, row_id="cellar", target={"area_id": [cellar]})
    home.grant(
        people(made(mine), row(home, row_id="sees", target={"entity_id": [OTHER]})),
        replace(BEN, grants=(in_cellar,)),
    )
    assert await moved(home, friend, cellar) is allowed

    dr.async_get(home.hass).async_update_device(device_of(home, LIGHT), area_id=None)
    home.grant(people(made(mine), in_cellar))
    assert await moved(home, friend, cellar) is allowed


async def test_a_grant_that_is_closed_now_counts_too(
    home: Home, friend: Actor, cellar: str
) -> None:
    """It opens again."""
    window = replace(row(home).window, days=frozenset({dt_util.now().weekday() - 1}))
    later = row(home, target={"area_id": [cellar]}, dangerous=True, window=window)
    sees = row(home, row_id="sees", target={"entity_id": [OTHER]})
    home.grant(people(row(home), sees, replace(later, id="later")))
    assert not await moved(home, friend, cellar)


async def test_an_area_is_also_in_a_floor_and_has_labels(
    home: Home, friend: Actor, cellar: str
) -> None:
    """Grants by those mean it as well."""
    below = fr.async_get(home.hass).async_create("Below")
    label = lr.async_get(home.hass).async_create("Private")
    ar.async_get(home.hass).async_update(
        cellar, floor_id=below.floor_id, labels={label.label_id}
    )
    sees = row(home, row_id="sees", target={"entity_id": [OTHER]})
    for target in ({"floor_id": [below.floor_id]}, {"label_id": [label.label_id]}):
        more = row(home, row_id="more", target=target, dangerous=True)
        home.grant(people(row(home), sees, more))
        assert not await moved(home, friend, cellar)


async def test_what_is_granted_as_far_already_is_moved(
    home: Home, friend: Actor, cellar: str
) -> None:
    """A grant that means the thing anyway gives nothing by the move."""
    target = {"area_id": [cellar], "entity_id": [LIGHT]}
    both = row(home, row_id="both", target=target, dangerous=True, level=Level.CONTROL)
    home.grant(people(row(home), both))
    assert await moved(home, friend, cellar)


async def test_no_area_of_its_own_is_that_of_its_device(
    home: Home, friend: Actor, cellar: str
) -> None:
    """Taken out of its area, an entity is where its device is."""
    registry = er.async_get(home.hass)
    attic = ar.async_get(home.hass).async_create("Attic")
    lamp = registry.async_get_or_create(
        "light",
        "demo",
        "second",
        device_id=device_of(home, OTHER),
        original_name="Second",
        has_entity_name=True,
    )
    registry.async_update_entity(lamp.entity_id, area_id=attic.id)
    home.hass.states.async_set(lamp.entity_id, "on")
    mine = row(home, target={"entity_id": [lamp.entity_id]})
    more = row(home, row_id="more", target={"area_id": [cellar]}, dangerous=True)
    home.grant(people(mine, more))
    with pytest.raises(NotAcceptable):
        await friend.edit(lamp.entity_id, area="")
    entry = registry.async_get(lamp.entity_id)
    assert entry is not None
    assert entry.area_id == attic.id

    home.grant(people(mine))
    await friend.edit(lamp.entity_id, area="")
    entry = registry.async_get(lamp.entity_id)
    assert entry is not None
    assert entry.area_id is None


async def test_a_part_without_area_is_where_its_device_is(
    home: Home, friend: Actor, cellar: str
) -> None:
    """The same with the parts of a device."""
    devices = dr.async_get(home.hass)
    attic = ar.async_get(home.hass).async_create("Attic")
    whole = devices.async_get(device_of(home, OTHER))
    assert whole is not None
    part = devices.async_get_or_create_child(
        config_entry_id=whole.config_entry_id,
        identifiers={("demo", "part")},
        name="Part",
        parent_device_id=whole.id,
    )
    devices.async_update_child_device(part.id, area_id=attic.id)
    lamp = er.async_get(home.hass).async_get_or_create(
        "light", "demo", "of part", device_id=part.id
    )
    home.hass.states.async_set(lamp.entity_id, "on")
    mine = row(home, target={"entity_id": [lamp.entity_id]})
    more = row(home, row_id="more", target={"area_id": [cellar]}, dangerous=True)
    home.grant(people(mine, more))
    with pytest.raises(NotAcceptable):
        await friend.edit(f"device:{part.id}", area="")


async def test_a_right_that_wears_out_is_none_to_edit(
    home: Home, friend: Actor
) -> None:
    """So many uses are to do something, not to change the house for good."""
    home.grant(people(row(home, uses=3)))
    with pytest.raises(Forbidden):
        await friend.edit(LIGHT, name="Mine")
    with pytest.raises(Forbidden):
        await friend.parameters_form(LIGHT)
