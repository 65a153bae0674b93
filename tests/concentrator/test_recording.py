"""What a contact is refused is on record, once, and what is done is there with what became of it."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.xmpp_iot.concentrator.recording import MOST_NAMED
from custom_components.xmpp_iot.const import EVENT_COMMAND_DONE, EVENT_REFUSED
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    ServiceUnavailable,
    StanzaError,
)
from custom_components.xmpp_iot.wire.model import Operation
from custom_components.xmpp_iot.wire.xml import clark
from homeassistant.core import Event, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from tests.people import contact

from .actor import Actor, settings
from .conftest import NEIGHBOUR, Home

LIGHT = "light.kitchen_lights"
DOOR = "lock.front_door"
(XSF, *_) = FAMILIES


@pytest.fixture
def refused(home: Home) -> list[Event]:
    """Return the events of what is refused."""
    events: list[Event] = async_capture_events(home.hass, EVENT_REFUSED)
    return events


@pytest.fixture
def done(home: Home) -> list[Event]:
    """Return the events of what is done."""
    events: list[Event] = async_capture_events(home.hass, EVENT_COMMAND_DONE)
    return events


async def test_a_forbidden_order_is_on_record(
    home: Home, guest: Actor, refused: list[Event]
) -> None:
    """Who wanted to set what, with which client, and why it was refused; nothing else is."""
    with pytest.raises(Forbidden):
        await guest.control(LIGHT, power=False, brightness=10)

    (event,) = refused
    assert event.data == {
        "entity_id": LIGHT,
        "name": "Kitchen Lights",
        "action": "power, brightness",
        "contact": "Guest",
        "jid": "guest@example.org",
        "resource": "phone",
        "reason": "Access denied.",
        "count": 1,
    }
    assert event.context.user_id == home.user_id
    assert not home.commands


async def test_what_is_not_seen_goes_by_the_name_it_was_given(
    home: Home, neighbour: Actor, refused: list[Event]
) -> None:
    """The record says no more of it than the contact itself did."""
    with pytest.raises(ItemNotFound):
        await neighbour.execute(DOOR, "unlock")
    with pytest.raises(ItemNotFound):
        await neighbour.execute("no\nnode", "unlock")
    there, nowhere = (event.data for event in refused)
    assert (there["entity_id"], there["name"]) == (DOOR, DOOR)
    assert there["reason"] == "There is no such node."
    assert nowhere["name"] == "no node"
    assert "entity_id" not in nowhere


async def test_of_many_nodes_some_are_named(
    home: Home, guest: Actor, refused: list[Event]
) -> None:
    """A request can be about any number of them."""
    lights = [
        "light.bed_light",
        "light.ceiling_lights",
        LIGHT,
        "light.office_rgbw_lights",
    ]
    with pytest.raises(Forbidden):
        await guest.control(*lights, power=False)
    (event,) = refused
    assert event.data["entity_id"] == lights[:MOST_NAMED]
    assert event.data["name"] == "Bed Light, Ceiling Lights, Kitchen Lights, …"


async def test_what_comes_too_late_is_on_record(
    home: Home, friend: Actor, refused: list[Event]
) -> None:
    """However much may be done by who asks."""
    with pytest.raises(Expired):
        await friend.set(
            LIGHT,
            settings=settings(power=False),
            sent_at=dt_util.utcnow() - timedelta(minutes=1),
        )
    assert refused[0].data["reason"].startswith("Not carried out: expired")


async def test_what_makes_no_sense_is_on_record(
    home: Home, friend: Actor, refused: list[Event]
) -> None:
    """A value out of range, a name that is none, a command there is not, and what nobody performs."""
    with pytest.raises(BadRequest):
        await friend.control(LIGHT, brightness=1000)
    with pytest.raises(StanzaError):
        await friend.execute(LIGHT, "explode")
    with pytest.raises(StanzaError):
        await friend.edit(LIGHT, colour="blue")
    assert [event.data["action"] for event in refused] == [
        "brightness",
        "explode",
        Operation.SET_NODE_PARAMETERS,
    ]


async def test_looking_for_what_is_not_there_is_not_on_record(
    home: Home, neighbour: Actor, refused: list[Event]
) -> None:
    """It changes nothing."""
    with pytest.raises(ItemNotFound):
        await neighbour.node(DOOR)
    with pytest.raises(ItemNotFound):
        await neighbour.readings(DOOR)
    with pytest.raises(FeatureNotImplemented):
        await neighbour.tree(Operation.ABORT_NODE_QUERY)
    assert not refused


async def test_what_is_forbidden_to_ask_is_on_record(
    home: Home, guest: Actor, refused: list[Event]
) -> None:
    """Forms and queries of what the contact sees."""
    with pytest.raises(Forbidden):
        await guest.control_form(LIGHT)
    with pytest.raises(Forbidden):
        await guest.command_form(LIGHT, "turn_on")
    with pytest.raises(Forbidden):
        await guest.parameters_form(LIGHT)
    with pytest.raises(Forbidden):
        await guest.report(LIGHT, "history")
    assert [event.data["action"] for event in refused] == [
        "getForm",
        "turn_on",
        Operation.GET_NODE_PARAMETERS,
        "history",
    ]


async def test_what_is_done_is_on_record_with_its_result(
    home: Home, friend: Actor, done: list[Event], refused: list[Event]
) -> None:
    """Before and after, in one context."""
    await friend.execute(DOOR, "unlock")
    await friend.edit(LIGHT, name="Spots")
    assert [event.data["action"] for event in done] == ["unlock", "rename"]
    assert [event.context for event in done] == [one.context for one in home.commands]
    assert not refused


async def test_what_fails_is_no_refusal(
    home: Home, friend: Actor, done: list[Event], refused: list[Event]
) -> None:
    """It was begun: it is there once, with the reason."""

    async def broken(call: ServiceCall) -> None:
        raise HomeAssistantError("jammed")

    home.hass.services.async_register("lock", "unlock", broken)
    with pytest.raises(InternalServerError):
        await friend.execute(DOOR, "unlock")
    await home.hass.async_block_till_done()
    (failure,) = home.failures
    assert failure.data["reason"] == "jammed"
    assert not refused
    assert not done


async def test_what_fails_after_others_is_no_refusal_either(
    home: Home, friend: Actor, done: list[Event], refused: list[Event]
) -> None:
    """The asker is told what was done before; the record has each of it once."""

    async def broken(call: ServiceCall) -> None:
        if call.data["entity_id"] == [LIGHT] or call.data["entity_id"] == LIGHT:
            raise HomeAssistantError("burst")

    home.hass.services.async_register("light", "turn_off", broken)
    with pytest.raises(InternalServerError, match="Done before"):
        await friend.control("light.bed_light", LIGHT, power=False)
    await home.hass.async_block_till_done()
    assert [event.data["entity_id"] for event in done] == ["light.bed_light"]
    assert [event.data["entity_id"] for event in home.failures] == [LIGHT]
    assert not refused


async def test_the_last_use_is_on_record_and_what_comes_after_it(
    home: Home, done: list[Event], refused: list[Event]
) -> None:
    """One request with two actions and one use: the first is done, the second refused."""
    once = contact(
        jid="once@example.org",
        level=Level.CONTROL,
        target={"entity_id": [LIGHT, "light.bed_light"]},
        uses=1,
    )
    home.grant(once)
    with pytest.raises(ItemNotFound, match="Done before"):
        await Actor(home.house, once.jid).control("light.bed_light", LIGHT, power=False)
    await home.hass.async_block_till_done()
    assert [event.data["entity_id"] for event in done] == ["light.bed_light"]
    assert done[0].data["granted_by"].endswith("0 of 1 uses left")
    assert len(refused) == 1


async def test_who_is_no_contact_is_not_on_record(
    home: Home, stranger: Actor, refused: list[Event]
) -> None:
    """Anybody could fill it."""
    with pytest.raises(ServiceUnavailable):
        await stranger.control(LIGHT, power=False)
    assert not refused


async def test_an_order_nobody_could_read_is_on_record(
    home: Home, neighbour: Actor, stranger: Actor, refused: list[Event]
) -> None:
    """By the name of its payload; of what would change nothing, and of strangers, there is nothing."""
    error = BadRequest("No number.")
    order = clark(XSF.control, "set")
    for tag in (order, clark(XSF.sensor_data, "req"), "{urn:unknown}set"):
        home.house.unread(neighbour.caller(), tag, error)
    home.house.unread(stranger.caller(), order, error)
    assert [event.data["action"] for event in refused] == ["set"]
    assert refused[0].data["name"] == ""
    assert refused[0].data["jid"] == NEIGHBOUR.jid
