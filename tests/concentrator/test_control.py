"""Control: what is set happens, what cannot be set changes nothing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    Forbidden,
    ItemNotFound,
    RecipientUnavailable,
    StanzaError,
)
from custom_components.xmpp_iot.wire.model import Setting, Value, ValueType
from homeassistant.util import dt as dt_util

from .conftest import Actor, Home, settings


@pytest.mark.parametrize(
    ("entity_id", "values", "expected"),
    [
        ("light.kitchen_lights", {"power": False}, {"state": "off"}),
        (
            "light.kitchen_lights",
            {"power": True, "brightness": 40},
            {"state": "on", "brightness": 40},
        ),
        (
            "light.kitchen_lights",
            {"color_temp_kelvin": 3000.0},
            {"color_temp_kelvin": 3000},
        ),
        ("light.bed_light", {"effect": "rainbow"}, {"effect": "rainbow"}),
        ("switch.decorative_lights", {"power": False}, {"state": "off"}),
        ("lock.front_door", {"locked": False}, {"state": "unlocked"}),
        ("cover.kitchen_window", {"open": True}, {"state": "open"}),
        ("climate.heatpump", {"temperature": 22.5}, {"temperature": 22.5}),
        ("climate.hvac", {"hvac_mode": "heat"}, {"state": "heat"}),
        ("climate.hvac", {"humidity": 50}, {"humidity": 50}),
        ("climate.hvac", {"fan_mode": "auto_low"}, {"fan_mode": "auto_low"}),
        ("climate.hvac", {"swing_mode": "1"}, {"swing_mode": "1"}),
        ("climate.ecobee", {"preset_mode": "eco"}, {"preset_mode": "eco"}),
        (
            "climate.ecobee",
            {"target_temp_low": 19},
            {"target_temp_low": 19, "target_temp_high": 24},
        ),
        (
            "climate.ecobee",
            {"target_temp_low": 18, "target_temp_high": 20},
            {"target_temp_low": 18, "target_temp_high": 20},
        ),
        ("fan.living_room_fan", {"power": True}, {"state": "on"}),
        ("fan.living_room_fan", {"percentage": 66}, {"percentage": 66}),
        ("fan.living_room_fan", {"oscillating": True}, {"oscillating": True}),
        ("fan.living_room_fan", {"direction": "reverse"}, {"direction": "reverse"}),
        ("number.volume", {"value": 12.0}, {"state": "12.0"}),
        ("select.speed", {"option": "light_speed"}, {"state": "light_speed"}),
        ("script.fan_on", {"run": True}, {}),
        ("input_boolean.away", {"power": True}, {"state": "on"}),
        ("input_number.target", {"value": 21.5}, {"state": "21.5"}),
        ("input_select.mood", {"option": "party"}, {"state": "party"}),
        ("input_text.note", {"value": "milk"}, {"state": "milk"}),
    ],
)
async def test_setting_a_parameter_does_it(
    home: Home,
    friend: Actor,
    entity_id: str,
    values: dict[str, Value],
    expected: dict[str, Value],
) -> None:
    """A parameter set is what Home Assistant then says of the entity."""
    await friend.control(entity_id, **values)

    for name, value in expected.items():
        found = (
            home.state(entity_id)
            if name == "state"
            else home.attribute(entity_id, name)
        )
        assert found == value
    assert {event.data["entity_id"] for event in home.commands} == {entity_id}
    assert home.failures == []


async def test_a_colour_is_set_by_its_bytes(home: Home, friend: Actor) -> None:
    """A colour parameter takes RRGGBB."""
    await friend.set(
        "light.kitchen_lights",
        settings=(Setting("rgb_color", ValueType.COLOR, "FF8800"),),
    )
    assert home.attribute("light.kitchen_lights", "rgb_color") == (255, 136, 0)


@pytest.mark.parametrize(
    ("entity_id", "name", "kind", "value", "state"),
    [
        ("input_datetime.wake_up", "time", ValueType.TIME, time(6, 30), "06:30:00"),
        (
            "input_datetime.holiday",
            "date",
            ValueType.DATE,
            date(2026, 12, 24),
            "2026-12-24",
        ),
        (
            "input_datetime.meeting",
            "datetime",
            ValueType.DATE_TIME,
            datetime(2026, 12, 24, 18, tzinfo=UTC),
            "2026-12-24 10:00:00",  # the test house is in US/Pacific
        ),
    ],
)
async def test_moments_are_set_in_the_houses_time(
    home: Home,
    friend: Actor,
    entity_id: str,
    name: str,
    kind: ValueType,
    value: Value,
    state: str,
) -> None:
    """Dates and times are set as the house's clock shows them."""
    await friend.set(entity_id, settings=(Setting(name, kind, value),))
    assert home.state(entity_id) == state


@pytest.mark.parametrize(
    ("entity_id", "name"),
    [
        ("button.push", "press"),
        ("input_button.ring", "press"),
        ("scene.evening", "activate"),
    ],
)
async def test_a_press_happens_on_true_only(
    home: Home, friend: Actor, entity_id: str, name: str
) -> None:
    """Setting true performs the action, setting false is refused."""
    with pytest.raises(BadRequest):
        await friend.control(entity_id, **{name: False})
    assert home.state(entity_id) == "unknown"

    await friend.control(entity_id, **{name: True})
    assert home.state(entity_id) != "unknown"


@pytest.mark.parametrize(
    ("entity_id", "values", "error", "named"),
    [
        ("light.kitchen_lights", {"power": "off"}, BadRequest, "power"),
        ("light.kitchen_lights", {"brightness": 256}, BadRequest, "brightness"),
        ("light.kitchen_lights", {"brightness": 1.5}, BadRequest, "brightness"),
        ("light.kitchen_lights", {"brightness": True}, BadRequest, "brightness"),
        (
            "light.kitchen_lights",
            {"brightness": float("nan")},
            BadRequest,
            "brightness",
        ),
        ("light.kitchen_lights", {"effect": "rainbow"}, ItemNotFound, "effect"),
        ("light.kitchen_lights", {"rgb_color": "red"}, BadRequest, "rgb_color"),
        ("light.kitchen_lights", {"speed": 1}, ItemNotFound, "speed"),
        ("light.bed_light", {"effect": "disco"}, BadRequest, "effect"),
        ("number.volume", {"value": 101.0}, BadRequest, "value"),
        ("number.volume", {"value": float("inf")}, BadRequest, "value"),
        ("select.speed", {"option": "slow"}, BadRequest, "option"),
        ("input_text.note", {"value": "x"}, BadRequest, "value"),
        ("input_text.note", {"value": 5}, BadRequest, "value"),
        ("input_datetime.wake_up", {"time": "06:30"}, BadRequest, "time"),
        ("sensor.outside_temperature", {"state": 5}, ItemNotFound, "state"),
        ("light.kitchen_lights", {"expires": "soon"}, BadRequest, "expires"),
    ],
)
async def test_what_cannot_be_set_changes_nothing(
    home: Home,
    friend: Actor,
    entity_id: str,
    values: dict[str, Value],
    error: type[StanzaError],
    named: str,
) -> None:
    """A wrong value, and all that comes with it, is refused by the parameter's name."""
    before = home.hass.states.get(entity_id)
    with pytest.raises(error) as caught:
        await friend.control(entity_id, **values)
    assert set(caught.value.parameters) == {named}
    assert home.hass.states.get(entity_id) is before
    assert home.commands == []


async def test_nothing_is_done_if_anything_is_wrong(home: Home, friend: Actor) -> None:
    """The right half of a request is not done when the other half is wrong, on any node."""
    with pytest.raises(BadRequest):
        await friend.control("light.kitchen_lights", power=False, brightness=999)
    with pytest.raises(ItemNotFound):
        await friend.control("light.kitchen_lights", "lock.front_door", power=False)
    assert home.state("light.kitchen_lights") == "on"
    assert home.commands == []


async def test_an_empty_request_is_refused(friend: Actor) -> None:
    """There must be something to set."""
    with pytest.raises(BadRequest):
        await friend.control("light.kitchen_lights")


async def test_several_nodes_are_set_in_one_request(home: Home, friend: Actor) -> None:
    """Every parameter applies to every node, each as an action of its own."""
    lights = ("light.kitchen_lights", "light.ceiling_lights")
    await friend.control(*lights, power=False)
    assert [home.state(light) for light in lights] == ["off", "off"]
    assert [event.data["entity_id"] for event in home.commands] == list(lights)


async def test_document_order_is_the_order_of_actions(
    home: Home, friend: Actor
) -> None:
    """What is set later wins; neighbours of the same action are one."""
    await friend.control("light.kitchen_lights", power=False, brightness=7)
    assert home.attribute("light.kitchen_lights", "brightness") == 7
    assert [event.data["action"] for event in home.commands] == ["turn_off", "turn_on"]


async def test_guest_reads_but_does_not_control(home: Home, guest: Actor) -> None:
    """A contact with level read is refused control, and nothing happens."""
    assert await guest.read("light.kitchen_lights", "state") is True
    with pytest.raises(Forbidden):
        await guest.control("light.kitchen_lights", power=False)
    with pytest.raises(Forbidden):
        await guest.control_form("light.kitchen_lights")
    assert home.state("light.kitchen_lights") == "on"
    assert home.commands == []


async def test_a_neighbour_controls_what_it_was_granted(
    home: Home, neighbour: Actor
) -> None:
    """What is granted works; what is not does not exist."""
    await neighbour.control("light.kitchen_lights", power=False)
    assert home.state("light.kitchen_lights") == "off"
    with pytest.raises(ItemNotFound):
        await neighbour.control("light.bed_light", power=True)
    assert home.state("light.bed_light") == "off"


async def test_nothing_is_executed_late(home: Home, friend: Actor) -> None:
    """Ten seconds after it was sent, or when its own stamp says so, a request is not carried out."""
    now = dt_util.utcnow()
    with pytest.raises(Expired):
        await friend.set(
            "light.kitchen_lights",
            settings=settings(power=False),
            sent_at=now - timedelta(seconds=11),
        )
    with pytest.raises(Expired):
        await friend.control(
            "light.kitchen_lights", power=False, expires=now - timedelta(seconds=1)
        )
    stamp = (now - timedelta(seconds=1)).isoformat()
    with pytest.raises(Expired):
        await friend.set(
            "light.kitchen_lights", form={"power": ("0",), "expires": (stamp,)}
        )
    assert home.state("light.kitchen_lights") == "on"

    await friend.set(
        "light.kitchen_lights",
        settings=settings(power=False, expires=now + timedelta(minutes=1)),
        sent_at=now - timedelta(minutes=1),
    )
    assert home.state("light.kitchen_lights") == "off"


async def test_an_unavailable_entity_is_not_called_done(
    home: Home, friend: Actor
) -> None:
    """Home Assistant passes over an unavailable entity in silence; we say so."""
    state = home.hass.states.get("light.kitchen_lights")
    assert state is not None
    home.hass.states.async_set(state.entity_id, "unavailable", state.attributes)
    with pytest.raises(RecipientUnavailable):
        await friend.control("light.kitchen_lights", power=False)
    assert home.commands == []


async def test_an_area_cannot_be_controlled(home: Home, friend: Actor) -> None:
    """Devices and areas have no parameters."""
    parent = (await friend.node("light.kitchen_lights")).parent
    assert parent is not None
    with pytest.raises(ItemNotFound):
        await friend.control(parent.id, power=False)


async def test_the_action_carries_who_asked(home: Home, friend: Actor) -> None:
    """Event, action and state change share a context of our own user."""
    await friend.control("light.kitchen_lights", power=False)
    (event,) = home.commands
    state = home.hass.states.get("light.kitchen_lights")
    assert state is not None
    assert event.context is state.context
    assert state.context.user_id == home.user_id
    assert event.data == {
        "entity_id": "light.kitchen_lights",
        "name": "Kitchen Lights",
        "action": "turn_off",
        "contact": "Friend",
        "jid": "friend@example.org",
        "resource": "phone",
        "grant": "grant of friend@example.org",
        "granted_by": "Read, control and run every action: everything; "
        "includes unlocking, opening and disarming",
    }
