"""Orders: carried out in the order given, checked before, and honest about what was done."""

import asyncio
from datetime import UTC, datetime

import pytest

from custom_components.xmpp_iot.concentrator.localize import language_of
from custom_components.xmpp_iot.concentrator.turns import Turns
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    RecipientUnavailable,
)
from custom_components.xmpp_iot.wire.model import Setting, ValueType
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError

from .conftest import Actor, Home

LIGHT = "light.kitchen_lights"


async def test_the_last_order_is_the_last_one_carried_out(
    home: Home, friend: Actor
) -> None:
    """A command that takes longer to prepare is not overtaken by what was sent after it."""
    orders = [
        asyncio.create_task(
            friend.execute(LIGHT, "turn_on", {"brightness_pct": ("9",)})
        ),
        asyncio.create_task(friend.control(LIGHT, power=False)),
    ]
    await asyncio.gather(*orders)
    assert [event.data["action"] for event in home.commands] == ["turn_on", "turn_off"]
    assert home.state(LIGHT) == "off"


async def test_orders_for_several_nodes_do_not_block_each_other(
    home: Home, friend: Actor
) -> None:
    """Whatever order two requests name the same nodes in, both are carried out."""
    lights = (LIGHT, "light.ceiling_lights")
    async with asyncio.timeout(5):
        await asyncio.gather(
            friend.control(*lights, power=False),
            friend.control(*reversed(lights), power=True),
        )
    assert [home.state(light) for light in lights] == ["on", "on"]


async def test_who_may_not_does_not_wait_for_who_may(
    home: Home, friend: Actor, guest: Actor, neighbour: Actor
) -> None:
    """By waiting they would learn that there is such a node, and that somebody uses it."""
    begun, finish = asyncio.Event(), asyncio.Event()

    async def crawl(_: ServiceCall) -> None:
        begun.set()
        await finish.wait()

    home.hass.services.async_register("light", "turn_off", crawl)
    hidden = "light.bed_light"
    order = asyncio.create_task(friend.control(hidden, power=False))
    await begun.wait()
    for actor, error in ((neighbour, ItemNotFound), (guest, Forbidden)):
        for asked in (
            actor.control(hidden, power=False),
            actor.execute(hidden, "turn_off"),
            actor.edit(hidden, name="Mine"),
            actor.report(hidden, "history"),
        ):
            with pytest.raises(error):
                await asyncio.wait_for(asked, 1)
    finish.set()
    await order


async def test_turns_leave_nothing_behind() -> None:
    """Locks live as long as somebody holds or awaits them."""
    turns = Turns()
    async with turns.of(["a", "b", "a"]):
        assert set(turns._locks) == {"a", "b"}
    assert not turns._locks


async def test_what_home_assistant_would_refuse_is_refused_before_anything_is_done(
    home: Home, friend: Actor
) -> None:
    """Values that exclude each other are found before the first action."""
    with pytest.raises(BadRequest):
        await friend.set(
            LIGHT,
            settings=(
                Setting("power", ValueType.BOOLEAN, False),
                Setting("rgb_color", ValueType.COLOR, "FF0000"),
                Setting("color_temp_kelvin", ValueType.INT, 3000),
            ),
        )
    assert home.state(LIGHT) == "on"
    assert home.commands == []


async def test_one_unavailable_node_keeps_all_from_being_set(
    home: Home, friend: Actor
) -> None:
    """Availability is checked for all nodes before the first action."""
    state = home.hass.states.get("light.ceiling_lights")
    assert state is not None
    home.hass.states.async_set(state.entity_id, "unavailable", state.attributes)
    with pytest.raises(RecipientUnavailable):
        await friend.control(LIGHT, "light.ceiling_lights", power=False)
    assert home.state(LIGHT) == "on"


async def test_a_failure_says_what_was_done_before_it(
    home: Home, friend: Actor
) -> None:
    """When a later action fails, the asker learns what is done already."""

    async def fail(_: ServiceCall) -> None:
        raise HomeAssistantError("No power")

    home.hass.services.async_register("light", "turn_on", fail)
    with pytest.raises(InternalServerError) as caught:
        await friend.control(LIGHT, power=False, brightness=9)
    assert caught.value.text == f"No power. Done before: turn_off of {LIGHT}."
    assert home.state(LIGHT) == "off"


async def test_an_action_that_has_gone_is_not_implemented(
    home: Home, friend: Actor
) -> None:
    """An action that was removed is refused before anything is done."""
    home.hass.services.async_remove("light", "turn_off")
    with pytest.raises(FeatureNotImplemented):
        await friend.control(LIGHT, power=False)


async def test_an_action_without_a_schema_takes_any_data(
    home: Home, friend: Actor
) -> None:
    """What Home Assistant does not check is passed on."""
    calls: list[ServiceCall] = []
    home.hass.services.async_register("light", "turn_off", calls.append)
    await friend.control(LIGHT, power=False)
    assert calls[0].data == {"entity_id": LIGHT}


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("de", "Leuchte einschalten"),
        ("de-CH", "Leuchte einschalten"),
        ("../../secrets", "Turn on light"),
        ("x" * 1000, "Turn on light"),
        ("", "Turn on light"),
    ],
)
async def test_only_languages_home_assistant_knows_are_looked_up(
    home: Home,
    friend: Actor,
    language: str,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A language is the name of a file: an unknown one is the house's."""
    home.hass.config.language = "en"
    state = home.hass.states.get(LIGHT)
    assert state is not None
    spoken = language_of(home.hass, friend.speaking(language).caller())
    commands = await home.house._commands.offered(state, spoken)
    assert commands[0].name == name
    assert "ERROR" not in caplog.text


async def test_a_form_sent_back_untouched_changes_nothing(
    home: Home, friend: Actor
) -> None:
    """What a form shows is what it sets, in the house's time zone too."""
    entity_id = "input_datetime.meeting"
    home.hass.states.async_set(
        entity_id,
        "2026-05-01 05:00:00",
        {"has_date": True, "has_time": True},
    )
    (field,) = (await friend.control_form(entity_id)).fields
    assert field.values == ("2026-05-01T12:00:00Z",)  # the test house is in US/Pacific
    await friend.set(entity_id, form={"datetime": field.values})
    assert home.state(entity_id) == "2026-05-01 05:00:00"


async def test_a_time_with_a_zone_is_the_houses_time(home: Home, friend: Actor) -> None:
    """Noon somewhere is what the clock here shows then."""
    await friend.set("input_datetime.wake_up", form={"time": ("20:30:00.5Z",)})
    assert home.state("input_datetime.wake_up") in {"12:30:00", "13:30:00"}


@pytest.mark.parametrize(
    ("entity_id", "attributes", "name"),
    [
        ("number.volume", {"min": 0, "max": 9}, "value"),
        ("input_text.note", {"min": 0, "max": 9}, "value"),
        ("light.bed_light", {}, "power"),
    ],
)
async def test_a_form_invents_no_value(
    home: Home, friend: Actor, entity_id: str, attributes: dict[str, int], name: str
) -> None:
    """Of an unknown state a form shows nothing."""
    home.hass.states.async_set(entity_id, "unknown", attributes)
    form = await friend.control_form(entity_id)
    assert {field.var: field.values for field in form.fields}[name] == ()


async def test_a_form_shows_numbers_as_they_are(home: Home, friend: Actor) -> None:
    """Large bounds are exact, whole numbers whole."""
    home.hass.states.async_set("number.volume", "7", {"min": -1, "max": 1234567.5})
    (field,) = (await friend.control_form("number.volume")).fields
    assert field.maximum == "1234567.5"
    state = home.hass.states.get("climate.hvac")
    assert state is not None
    home.hass.states.async_set(
        "climate.hvac", state.state, {**state.attributes, "humidity": 45.0}
    )
    form = await friend.control_form("climate.hvac")
    assert {field.var: field.values for field in form.fields}["humidity"] == ("45",)


async def test_a_text_can_be_made_empty(home: Home, friend: Actor) -> None:
    """An explicit empty text is a value, in a form and in a command."""
    for act in (
        friend.set("input_text.free", form={"value": ("",)}),
        friend.execute("input_text.free", "set_value", {"value": ("",)}),
    ):
        home.hass.states.async_set("input_text.free", "full", {"min": 0, "max": 9})
        calls: list[ServiceCall] = []
        home.hass.services.async_register("input_text", "set_value", calls.append)
        home.grants.async_set_contacts(home.grants.contacts)
        await act
        assert calls[0].data["value"] == ""


async def test_a_text_must_match_its_pattern(home: Home, friend: Actor) -> None:
    """The entity's own pattern is checked before anything is done."""
    home.hass.states.async_set(
        "input_text.note", "12", {"min": 0, "max": 9, "pattern": r"\d+"}
    )
    with pytest.raises(BadRequest):
        await friend.control("input_text.note", value="milk")
    assert home.commands == []


async def test_odd_attributes_do_no_harm(home: Home, friend: Actor) -> None:
    """Whatever an integration puts into an attribute, the rest can be read."""
    home.hass.states.async_set(
        "light.bed_light",
        "on",
        {
            "rgb_color": [255.0, 1, 2],
            "list": [2**70],
            "object": object(),
            "huge": 10**400,
            "brightness": 7,
        },
    )
    fields = await friend.fields("light.bed_light")
    assert fields["brightness"].value == 7
    assert fields["rgb_color"].value == "[255.0,1,2]"
    assert fields["huge"].type is ValueType.STRING
    assert not {"list", "object"} & fields.keys()


async def test_units_follow_the_house(hass: HomeAssistant, friend: Actor) -> None:
    """A weather attribute without a unit has none."""
    hass.states.async_set("weather.plain", "sunny", {"temperature": 20})
    friend.house._grants.async_set_contacts(friend.house._grants.contacts)
    assert (await friend.fields("weather.plain"))["temperature"].unit == ""


async def test_a_moment_that_the_houses_clock_does_not_have_is_refused(
    home: Home, friend: Actor
) -> None:
    """West of Greenwich the first day of all began the year before."""
    assert home.hass.config.time_zone == "US/Pacific"
    with pytest.raises(BadRequest):
        await friend.control(
            "input_datetime.meeting", datetime=datetime(1, 1, 1, tzinfo=UTC)
        )
