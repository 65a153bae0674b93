"""Commands: Home Assistant's actions with forms made from its own descriptions."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.concentrator import actions
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Expired,
    FeatureNotImplemented,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    NotAcceptable,
    RemoteTimeout,
    StanzaError,
)
from custom_components.xmpp_iot.wire.form_model import FormFieldType, Submission
from custom_components.xmpp_iot.wire.model import CommandType, Operation
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceNotSupported

from .conftest import Actor, Home


@pytest.mark.parametrize(
    ("entity_id", "simple", "parameterized"),
    [
        ("light.bed_light", {"turn_off"}, {"turn_on", "toggle"}),
        ("switch.decorative_lights", {"turn_on", "turn_off", "toggle"}, set()),
        ("lock.front_door", set(), {"lock", "unlock"}),
        ("lock.openable_lock", set(), {"lock", "unlock", "open"}),
        (
            "cover.kitchen_window",
            {"open_cover", "close_cover", "stop_cover", "toggle"},
            set(),
        ),
        (
            "climate.heatpump",
            {"turn_on", "turn_off", "toggle"},
            {"set_temperature", "set_hvac_mode"},
        ),
        ("number.volume", set(), {"set_value"}),
        (
            "select.speed",
            {"select_first", "select_last"},
            {"select_option", "select_next", "select_previous"},
        ),
        ("button.push", {"press"}, set()),
        ("scene.evening", set(), {"turn_on"}),
        ("script.fan_on", {"turn_on", "turn_off", "toggle"}, set()),
        ("input_number.target", {"increment", "decrement"}, {"set_value"}),
        ("input_datetime.wake_up", set(), {"set_datetime"}),
        ("sensor.outside_temperature", set(), set()),
    ],
)
async def test_an_entity_offers_what_it_supports(
    friend: Actor, entity_id: str, simple: set[str], parameterized: set[str]
) -> None:
    """The commands are the domain's actions that this entity supports."""
    commands = await friend.commands(entity_id)
    kinds = {
        kind: {command.id for command in commands.values() if command.type is kind}
        for kind in CommandType
    }
    assert kinds[CommandType.SIMPLE] == simple
    assert kinds[CommandType.PARAMETERIZED] == parameterized


async def test_commands_are_named_in_the_askers_language(
    home: Home, friend: Actor
) -> None:
    """Names and descriptions are Home Assistant's own translations."""
    commands = await friend.commands("light.kitchen_lights")
    assert commands["turn_on"].name == "Turn on light"
    form = await friend.command_form("light.kitchen_lights", "turn_on")
    assert form.instructions
    fields = {field.var: field for field in form.fields}
    assert fields["brightness_pct"].label == "Brightness"


async def test_a_form_is_derived_from_the_entity(friend: Actor) -> None:
    """Fields are those the entity supports, with its own ranges and options."""
    form = await friend.command_form("light.bed_light", "turn_on")
    fields = {field.var: field for field in form.fields}
    assert {option.value for option in fields["effect"].options} == {"rainbow", "off"}
    kelvin = fields["color_temp_kelvin"]
    assert (kelvin.minimum, kelvin.maximum) == ("2000", "6535")
    assert "white" not in fields

    plain = await friend.command_form("light.office_rgbw_lights", "turn_on")
    assert "effect" not in {field.var for field in plain.fields}

    form = await friend.command_form("climate.hvac", "set_hvac_mode")
    (field,) = form.fields
    assert field.type is FormFieldType.LIST_SINGLE
    assert "cool" in {option.value for option in field.options}

    form = await friend.command_form("climate.ecobee", "set_temperature")
    assert {field.var for field in form.fields} == {
        "target_temp_high",
        "target_temp_low",
        "hvac_mode",
    }

    form = await friend.command_form("lock.front_door", "unlock")
    (field,) = form.fields
    assert field.type is FormFieldType.TEXT_PRIVATE

    form = await friend.command_form("select.speed", "select_next")
    (field,) = form.fields
    assert (field.type, field.values) == (FormFieldType.BOOLEAN, ("true",))

    form = await friend.command_form("number.volume", "set_value")
    (field,) = form.fields
    assert (field.required, field.minimum, field.maximum) == (True, "0", "100")


@pytest.mark.parametrize(
    ("entity_id", "command", "form", "expected"),
    [
        ("light.kitchen_lights", "turn_off", None, {"state": "off"}),
        ("light.kitchen_lights", "turn_on", {"brightness_pct": ("50",)}, {"brightness": 128}),
        (
            "light.kitchen_lights",
            "turn_on",
            {"rgb_color": ("00FF00",)},
            {"rgb_color": (0, 255, 0)},
        ),
        ("light.bed_light", "turn_on", {"effect": ("rainbow",)}, {"effect": "rainbow"}),
        ("cover.kitchen_window", "open_cover", None, {"state": "open"}),
        ("climate.heatpump", "set_temperature", {"temperature": ("23.5",)}, {"temperature": 23.5}),
        ("number.volume", "set_value", {"value": ("7",)}, {"state": "7.0"}),
        ("select.speed", "select_option", {"option": ("light_speed",)}, {"state": "light_speed"}),
        ("select.speed", "select_next", {"cycle": ("true",)}, {"state": "ludicrous_speed"}),
        ("input_number.target", "increment", None, {"state": "5.5"}),
        ("input_text.note", "set_value", {"value": ("milk",)}, {"state": "milk"}),
        ("input_datetime.wake_up", "set_datetime", {"time": ("07:15:00",)}, {"state": "07:15:00"}),
        ("fan.living_room_fan", "oscillate", {"oscillating": ("1",)}, {"oscillating": True}),
        ("fan.living_room_fan", "set_direction", {"direction": ("reverse",)}, {"direction": "reverse"}),
    ],
)  # fmt: skip
async def test_executing_a_command_does_it(
    home: Home,
    friend: Actor,
    entity_id: str,
    command: str,
    form: Submission | None,
    expected: dict[str, object],
) -> None:
    """A command with its form is one action with one entity."""
    await friend.execute(entity_id, command, form)
    for name, value in expected.items():
        found = (
            home.state(entity_id)
            if name == "state"
            else home.attribute(entity_id, name)
        )
        assert found == value
    (event,) = home.commands
    assert (event.data["entity_id"], event.data["action"]) == (entity_id, command)


@pytest.mark.parametrize(
    ("entity_id", "command", "form", "error"),
    [
        ("light.kitchen_lights", "explode", None, ItemNotFound),
        ("light.kitchen_lights", "turn_on", {"entity_id": ("all",)}, NotAcceptable),
        ("light.kitchen_lights", "turn_on", {"brightness_pct": ("101",)}, NotAcceptable),
        ("light.kitchen_lights", "turn_on", {"brightness_pct": ("nan",)}, NotAcceptable),
        ("light.kitchen_lights", "turn_on", {"brightness_pct": ("much",)}, NotAcceptable),
        ("light.kitchen_lights", "turn_on", {"flash": ("often",)}, NotAcceptable),
        ("light.bed_light", "turn_on", {"effect": ("a", "b")}, NotAcceptable),
        (
            "light.kitchen_lights",
            "turn_on",
            {"brightness": ("5",), "brightness_pct": ("5",)},
            BadRequest,
        ),
        ("number.volume", "set_value", None, NotAcceptable),
        ("number.volume", "set_value", {"value": ("101",)}, NotAcceptable),
        ("number.volume", "set_value", {"value": ("x",)}, NotAcceptable),
        ("lock.front_door", "open", None, ItemNotFound),
        ("sensor.outside_temperature", "turn_on", None, ItemNotFound),
        ("select.speed", "select_option", {"option": ("slow",)}, NotAcceptable),
        ("light.kitchen_lights", "turn_off", {"expires": ("2020-01-01T00:00:00Z",)}, Expired),
    ],
)  # fmt: skip
async def test_a_wrong_command_changes_nothing(
    home: Home,
    friend: Actor,
    entity_id: str,
    command: str,
    form: Submission | None,
    error: type[StanzaError],
) -> None:
    """What the entity cannot do, or a form it cannot take, is refused with a reason."""
    before = home.hass.states.get(entity_id)
    with pytest.raises(error):
        await friend.execute(entity_id, command, form)
    assert home.hass.states.get(entity_id) is before


async def test_who_may_not_command_is_refused(
    home: Home, guest: Actor, neighbour: Actor
) -> None:
    """Levels below command see no commands and are refused to run any."""
    for actor in (guest, neighbour):
        assert await actor.commands("light.kitchen_lights") == {}
        with pytest.raises(Forbidden):
            await actor.command_form("light.kitchen_lights", "turn_off")
        with pytest.raises(Forbidden):
            await actor.execute("light.kitchen_lights", "turn_off")
    with pytest.raises(ItemNotFound):
        await neighbour.tree(Operation.GET_NODE_COMMANDS, "light.bed_light")
    assert home.state("light.kitchen_lights") == "on"


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (HomeAssistantError("The motor is stuck"), InternalServerError),
        (
            ServiceNotSupported("light", "turn_off", "light.kitchen_lights"),
            FeatureNotImplemented,
        ),
        (NotImplementedError(), FeatureNotImplemented),
        (ValueError("No such colour"), BadRequest),
        (RuntimeError("A bug"), InternalServerError),
        (asyncio.CancelledError(), RemoteTimeout),
    ],
)
async def test_the_houses_reason_goes_back(
    home: Home, friend: Actor, raised: BaseException, error: type[StanzaError]
) -> None:
    """What Home Assistant raises is what the asker is told, and it is on record."""

    async def fail(_: ServiceCall) -> None:
        raise raised

    home.hass.services.async_register("light", "turn_off", fail)
    with pytest.raises(error) as caught:
        await friend.execute("light.kitchen_lights", "turn_off")
    assert caught.type is error
    await home.hass.async_block_till_done()
    (failure,) = home.failures
    assert failure.context is home.commands[0].context
    if isinstance(raised, HomeAssistantError | ValueError):
        assert caught.value.text == str(raised)


@pytest.mark.parametrize(
    "reason",
    [
        "Entity light.hidden_lamp does not support action light.turn_off",
        "No answer from http://admin:hunter2@10.0.0.2/",
    ],
)
async def test_a_reason_does_not_tell_what_the_asker_may_not_know(
    home: Home, friend: Actor, reason: str
) -> None:
    """Neither of another entity, such as a group's member, nor a secret; the house's own record has it."""

    async def fail(_: ServiceCall) -> None:
        raise HomeAssistantError(reason)

    home.hass.services.async_register("light", "turn_off", fail)
    with pytest.raises(InternalServerError) as caught:
        await friend.execute("light.kitchen_lights", "turn_off")
    assert caught.value.text == "The action failed."
    await home.hass.async_block_till_done()
    assert home.failures[0].data["reason"] == reason


async def test_an_action_without_end_is_answered(
    home: Home, friend: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The asker is told that the result is unknown; the action itself goes on."""
    finish, finished = asyncio.Event(), asyncio.Event()

    async def crawl(_: ServiceCall) -> None:
        await finish.wait()
        finished.set()

    home.hass.services.async_register("light", "turn_off", crawl)
    monkeypatch.setattr(actions, "ANSWER_WITHIN", timedelta(milliseconds=10))
    with pytest.raises(RemoteTimeout):
        await friend.execute("light.kitchen_lights", "turn_off")
    finish.set()
    await asyncio.wait_for(finished.wait(), 5)


@pytest.mark.parametrize("together", [False, True])
async def test_an_action_whose_asker_is_gone_is_on_record(
    home: Home, friend: Actor, caplog: pytest.LogCaptureFixture, *, together: bool
) -> None:
    """When the request is ended the action goes on, and how it fails is known: also where both end together."""
    begun, finish = asyncio.Event(), asyncio.Event()

    async def crawl_and_fail(_: ServiceCall) -> None:
        begun.set()
        await finish.wait()
        if together:
            asyncio.get_running_loop().call_soon(asking.cancel)
        raise HomeAssistantError("The motor is stuck")

    home.hass.services.async_register("light", "turn_off", crawl_and_fail)
    asking = asyncio.create_task(friend.execute("light.kitchen_lights", "turn_off"))
    await begun.wait()
    if together:
        finish.set()
    else:
        asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled()
    finish.set()
    await home.hass.async_block_till_done(wait_background_tasks=True)
    (failure,) = home.failures
    assert failure.data["reason"] == "The motor is stuck"
    assert "never retrieved" not in caplog.text
