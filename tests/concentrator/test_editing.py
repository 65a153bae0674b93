"""Editing nodes: names and areas in Home Assistant's registries, by who may."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator import listing
from custom_components.xmpp_iot.concentrator.listing import Listing
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    Forbidden,
    ItemNotFound,
    NotAcceptable,
    ServiceUnavailable,
)
from custom_components.xmpp_iot.wire.form_model import FormField
from custom_components.xmpp_iot.wire.model import (
    Done,
    NodeRef,
    Nodes,
    Operation,
    TreeRequest,
)
from homeassistant.const import Platform
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.util import dt as dt_util
from tests.people import contact

from .conftest import FRIEND, Actor, Home

LIGHT = "light.kitchen_lights"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want lights."""
    return [Platform.LIGHT]


@pytest.fixture
def kitchen(home: Home) -> str:
    """Put a light's device into the kitchen; return the area's id."""
    area = ar.async_get(home.hass).async_create("Kitchen")
    dr.async_get(home.hass).async_update_device(device_of(home), area_id=area.id)
    return area.id


def device_of(home: Home, entity_id: str = LIGHT) -> str:
    """Return the id of an entity's device."""
    entry = er.async_get(home.hass).async_get(entity_id)
    assert entry is not None
    assert entry.device_id is not None
    return entry.device_id


def extra(home: Home) -> str:
    """Give the light's device another entity, with a name of its own; return its id."""
    entry = er.async_get(home.hass).async_get_or_create(
        "sensor",
        "demo",
        "extra",
        device_id=device_of(home),
        original_name="Power",
        has_entity_name=True,
    )
    home.hass.states.async_set(entry.entity_id, "1", {"friendly_name": "Power"})
    home.grants.async_set_contacts(home.grants.contacts)
    return entry.entity_id


async def fields(actor: Actor, node: str) -> dict[str, FormField]:
    """Return the fields of a node's form."""
    return {one.var: one for one in (await actor.parameters_form(node)).fields}


async def test_the_form_has_name_and_area(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """With the present ones, and the areas the contact sees; an area without its nodes is none of them."""
    ar.async_get(home.hass).async_create("Cellar")
    found = await fields(friend, f"device:{device_of(home)}")
    assert set(found) == {"name", "area"}
    assert found["name"].values == ("Kitchen Lights",)
    assert found["area"].values == (kitchen,)
    assert [(one.value, one.label) for one in found["area"].options] == [
        ("", "No area"),
        (kitchen, "Kitchen"),
    ]
    assert not found["area"].read_only


async def test_the_form_is_in_the_askers_language(friend: Actor) -> None:
    """The few words of our own have translations."""
    found = await fields(friend.speaking("de"), LIGHT)
    assert found["area"].label == "Bereich"
    assert found["area"].options[0].label == "Kein Bereich"


async def test_what_was_changed_is_told_to_who_was_told_much(
    friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: it is done, so the answer can be neither a pause nor a refusal."""
    monkeypatch.setattr(listing, "_WALKS_PERIOD", 600)
    monkeypatch.setattr(listing, "_FEWEST", 1)
    for _ in range(3):
        await friend.nodes(Operation.GET_ALL_NODES)

    async with asyncio.timeout(5):
        node = await friend.edit(LIGHT, name="Spots")
    assert node.display_name == "Spots"


async def test_an_entity_is_renamed(home: Home, friend: Actor) -> None:
    """The answer has the new name, and the record says who did it; an empty name is the one it had."""
    node = await friend.edit(LIGHT, name="Spots")
    assert node.display_name == "Spots"
    (event,) = home.commands
    assert event.data == {
        "entity_id": LIGHT,
        "name": "Kitchen Lights",
        "action": "rename",
        "contact": "Friend",
        "jid": FRIEND.jid,
        "resource": "phone",
        "grant": "grant of friend@example.org",
        "granted_by": "Read, control and run every action: everything; "
        "includes unlocking, opening and disarming",
    }
    assert event.context.user_id == home.user_id
    assert (await friend.edit(LIGHT, name="")).display_name == "Kitchen Lights"


async def test_a_device_is_renamed_and_moved(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """Both at once, each on record; into no area as well."""
    node = f"device:{device_of(home)}"
    info = await friend.edit(node, name="Worktop", area="")
    assert (info.display_name, info.parent) == ("Worktop", None)
    assert [event.data["action"] for event in home.commands] == ["rename", "move"]
    assert home.commands[0].data["device_id"] == device_of(home)

    other = f"device:{device_of(home, 'light.bed_light')}"
    dr.async_get(home.hass).async_update_device(
        device_of(home, "light.ceiling_lights"), area_id=kitchen
    )
    info = await friend.edit(other, area=kitchen)
    assert info.parent == NodeRef(f"area:{kitchen}", "entities")


async def test_a_part_of_a_device_is_edited(
    home: Home, friend: Actor, kitchen: str, device_registry: dr.DeviceRegistry
) -> None:
    """A logical part has a name and an area as its device has."""
    parent = device_registry.async_get(device_of(home))
    assert parent is not None
    part = device_registry.async_get_or_create_child(
        config_entry_id=parent.config_entry_id,
        identifiers={("demo", "part")},
        name="Part",
        parent_device_id=parent.id,
    )
    entity = er.async_get(home.hass).async_get_or_create(
        "sensor", "demo", "part", device_id=part.id
    )
    home.hass.states.async_set(entity.entity_id, "1")
    home.grants.async_set_contacts(home.grants.contacts)
    assert (await fields(friend, f"device:{part.id}"))["area"].values == (kitchen,)
    node = await friend.edit(f"device:{part.id}", name="Half")
    assert node.display_name == "Half"


async def test_an_entity_has_an_area_of_its_own(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """One with a name beside its device's; in the area of its device it has none of its own."""
    entity_id = extra(home)
    hall = ar.async_get(home.hass).async_create("Hall")
    dr.async_get(home.hass).async_update_device(
        device_of(home, "light.bed_light"), area_id=hall.id
    )
    node = await friend.edit(entity_id, area=hall.id)
    assert node.parent == NodeRef(f"area:{hall.id}", "entities")
    node = await friend.edit(entity_id, area=kitchen)
    assert node.parent == NodeRef(f"device:{device_of(home)}", "entities")
    entry = er.async_get(home.hass).async_get(entity_id)
    assert entry is not None
    assert entry.area_id is None


async def test_an_entity_without_device_has_an_area(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """It is moved by itself."""
    assert (await friend.edit("input_boolean.away", area=kitchen)).parent is not None
    assert (await friend.edit("input_boolean.away", area="")).parent is None


async def test_the_main_entity_is_where_its_device_is(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """Its form says so, and what says otherwise is refused."""
    found = await fields(friend, LIGHT)
    assert found["area"].read_only
    assert "device" in found["area"].description
    await friend.edit(LIGHT, area=kitchen)
    with pytest.raises(NotAcceptable) as caught:
        await friend.edit(LIGHT, area="")
    assert set(caught.value.parameters) == {"area"}


async def test_what_home_assistant_does_not_take_is_refused(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """An entity in an area of its own cannot give up the name it has."""
    registry = er.async_get(home.hass)
    registry.async_update_entity(LIGHT, name="Spots")
    hall = ar.async_get(home.hass).async_create("Hall")
    registry.async_update_entity(LIGHT, area_id=hall.id)
    with pytest.raises(NotAcceptable) as caught:
        await friend.edit(LIGHT, name="")
    assert set(caught.value.parameters) == {"name"}
    assert home.commands == []


async def test_an_untouched_form_changes_nothing(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """What the form shows is what is there already."""
    before = er.async_get(home.hass).async_get(LIGHT)
    await friend.edit(LIGHT, name="Kitchen Lights", area=kitchen)
    await friend.edit(LIGHT)
    assert er.async_get(home.hass).async_get(LIGHT) == before
    assert home.commands == []


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"colour": ("red",)}, {"colour"}),
        ({"name": ("a", "b")}, {"name"}),
        ({"name": ("x" * 256,)}, {"name"}),
        ({"name": ("two\nlines",)}, {"name"}),
        ({"area": ("cellar",)}, {"area"}),
        ({"name": ("x" * 256,), "area": ("cellar",)}, {"name", "area"}),
        ({"name": ("Fine",), "area": ("cellar",)}, {"area"}),
    ],
)
async def test_a_bad_form_changes_nothing(
    home: Home, friend: Actor, form: dict[str, tuple[str, ...]], wrong: set[str]
) -> None:
    """Each wrong field is named, and the others are not taken either."""
    ar.async_get(home.hass).async_create("Cellar")
    node = f"device:{device_of(home)}"
    with pytest.raises(NotAcceptable) as caught:
        await friend.tree(Operation.SET_NODE_PARAMETERS, node, form=form)
    assert set(caught.value.parameters) == wrong
    assert all(caught.value.parameters.values())
    assert (await friend.node(node)).display_name == "Kitchen Lights"


async def test_without_a_form_nothing_is_edited(friend: Actor) -> None:
    """A request to set has what to set."""
    with pytest.raises(BadRequest):
        await friend.tree(Operation.SET_NODE_PARAMETERS, LIGHT)


async def test_a_form_half_filled_in_is_looked_at(friend: Actor) -> None:
    """It has what is in it so far, and what is wrong with that; nothing is changed."""
    answer = await friend.tree(
        Operation.GET_NODE_PARAMETERS, LIGHT, form={"name": ("x" * 256,)}
    )
    name, area = answer.fields  # type: ignore[union-attr]
    assert name.values == ("x" * 256,)
    assert name.error
    assert not area.error
    assert (await friend.node(LIGHT)).display_name == "Kitchen Lights"


async def test_an_edit_that_comes_too_late_is_none(home: Home, friend: Actor) -> None:
    """By its own stamp, or by the time it was under way."""
    request = TreeRequest(
        operation=Operation.SET_NODE_PARAMETERS,
        nodes=(NodeRef(LIGHT),),
        form={"name": ("Spots",)},
    )
    late = dt_util.utcnow() - timedelta(seconds=11)
    with pytest.raises(Expired):
        await friend.house.tree(friend.caller(late), request)
    with pytest.raises(Expired):
        await friend.edit(LIGHT, name="Spots", expires="2020-01-01T00:00:00Z")
    await friend.edit(LIGHT, name="Spots", expires="2100-01-01T00:00:00Z")
    assert (await friend.node(LIGHT)).display_name == "Spots"


async def test_only_who_may_command_edits(
    home: Home, guest: Actor, neighbour: Actor, stranger: Actor
) -> None:
    """Others see the node and may not, do not see it, or find nobody."""
    node = f"device:{device_of(home)}"
    for operation in (Operation.GET_NODE_PARAMETERS, Operation.SET_NODE_PARAMETERS):
        for actor, what, refusal in (
            (guest, LIGHT, Forbidden),
            (guest, node, Forbidden),
            (neighbour, LIGHT, Forbidden),
            (neighbour, node, Forbidden),
            (neighbour, "light.bed_light", ItemNotFound),
            (stranger, LIGHT, ServiceUnavailable),
        ):
            with pytest.raises(refusal):
                await actor.tree(operation, what, form={"name": ("Mine",)})
    assert (await Actor(home.house, FRIEND.jid).node(LIGHT)).display_name == (
        "Kitchen Lights"
    )


async def test_a_device_is_edited_by_who_may_command_all_of_it(
    home: Home, friend: Actor
) -> None:
    """One entity of it, or of a part of it, out of reach keeps the device as it is."""
    entity_id = extra(home)
    node = f"device:{device_of(home)}"
    home.grant(
        contact(
            jid=FRIEND.jid, name="F", level=Level.COMMAND, target={"entity_id": [LIGHT]}
        )
    )
    with pytest.raises(Forbidden):
        await friend.edit(node, name="Mine")
    er.async_get(home.hass).async_update_entity(
        entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    assert (await friend.edit(node, name="Mine")).display_name == "Mine"


async def test_areas_and_what_is_not_registered_cannot_be_edited(
    home: Home, friend: Actor, kitchen: str
) -> None:
    """An area is the house's own, and an entity without an entry keeps nothing."""
    home.hass.states.async_set("sensor.plain", "1")
    home.grants.async_set_contacts(home.grants.contacts)
    for node in (f"area:{kitchen}", "sensor.plain"):
        with pytest.raises(Forbidden):
            await friend.parameters_form(node)
        with pytest.raises(Forbidden):
            await friend.edit(node, name="Mine")


async def test_what_is_moved_out_of_sight_is_done(
    home: Home, friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sees it no more when the answer is made is told that it was done."""
    one = Listing.one

    async def later(*arguments: Any) -> Nodes:
        home.grant(contact(jid=FRIEND.jid, name="F", level=Level.READ, target={}))
        return await one(*arguments)

    monkeypatch.setattr(Listing, "one", later)
    node = f"device:{device_of(home)}"
    answer = await friend.tree(
        Operation.SET_NODE_PARAMETERS, node, form={"name": ("Gone",)}
    )
    assert answer == Done()
