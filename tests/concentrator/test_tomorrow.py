"""A domain that Home Assistant adds tomorrow: readable and commandable without a line of ours."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)
import voluptuous as vol

from custom_components.xmpp_iot.concentrator.domains import DOMAINS
from custom_components.xmpp_iot.const import EVENT_QUERY
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    NotAcceptable,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormFieldType
from custom_components.xmpp_iot.wire.model import CommandType, Operation, ValueType
from custom_components.xmpp_iot.wire.report import Records, TableBegun
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.setup import async_setup_component

from .conftest import Actor, Home

EEL = "hovercraft.eel"
DOMAIN = "hovercraft"
# A description names features; these are 2 and 4, which the eel has and has not.
HOVERS = "fan.FanEntityFeature.OSCILLATE"
DIVES = "fan.FanEntityFeature.DIRECTION"
HOVER: dict[str, Any] = {
    "target": {"entity": [{"domain": DOMAIN, "supported_features": [HOVERS]}]},
    "fields": {
        "height": {
            "required": True,
            "selector": {"number": {"min": 0, "max": 2, "unit_of_measurement": "m"}},
        },
        "lights": {
            "fields": {
                "glow": {"selector": {"color_rgb": {}}},
                "pattern": {"selector": {"state": {"attribute": "pattern"}}},
            }
        },
        "for": {"selector": {"duration": {}}, "default": 30},
        "until": {"selector": {"datetime": {}}},
        "passengers": {
            "selector": {"select": {"options": ["eels", "rats"], "multiple": True}}
        },
        "note": {"selector": {"text": {}}},
        "turbo": {"selector": {"boolean": {}}, "filter": {"supported_features": [8]}},
        "plan": {"selector": {"object": {}}},
        "area_id": {"selector": {"text": {}}},
        "anything": {},
    },
}


@pytest.fixture
async def demo(hass: HomeAssistant) -> HomeAssistant:
    """Return a house with nothing in it."""
    assert await async_setup_component(hass, "homeassistant", {})
    return hass


def describe(home: Home, action: str, said: dict[str, Any], **more: Any) -> None:
    """Register an action of the new domain, with what is said of it."""
    answer = more.pop("answer", None)

    async def handle(call: ServiceCall) -> Any:
        return answer

    home.hass.services.async_register(DOMAIN, action, handle, **more)
    async_set_service_schema(home.hass, DOMAIN, action, said)


@pytest.fixture
def eel(home: Home) -> Home:
    """Return the house with something of a domain that there is not yet."""
    assert DOMAIN not in DOMAINS
    home.hass.states.async_set(
        EEL,
        "hovering",
        {"supported_features": 2, "patterns": ["calm", "wild"], "depth": 1.5},
    )
    home.grants.async_set_contacts(home.grants.contacts)
    describe(home, "hover", HOVER)
    describe(home, "land", {"target": {"entity": [{"domain": DOMAIN}]}})
    return home


async def test_it_is_readable(eel: Home, friend: Actor) -> None:
    """Its state is text, its attributes are typed."""
    fields = await friend.fields(EEL)
    assert (fields["state"].type, fields["state"].value) == (
        ValueType.STRING,
        "hovering",
    )
    assert (fields["depth"].type, fields["depth"].value) == (ValueType.DOUBLE, 1.5)
    node = await friend.node(EEL)
    assert node.node_type == "homeassistant.hovercraft"
    assert node.has_commands
    assert not node.is_controllable


async def test_its_actions_are_commands_with_forms(eel: Home, friend: Actor) -> None:
    """Commands, types and forms come from the description and the entity."""
    commands = await friend.commands(EEL)
    assert {name: one.type for name, one in commands.items()} == {
        "hover": CommandType.PARAMETERIZED,
        "land": CommandType.SIMPLE,
    }
    assert [one.id for one in commands.values()] == ["hover", "land"]
    form = await friend.command_form(EEL, "hover")
    fields = {field.var: field for field in form.fields}
    assert list(fields) == [
        "height", "glow", "pattern", "for", "until", "passengers", "note"
    ]  # fmt: skip
    assert (fields["height"].required, fields["height"].maximum) == (True, "2")
    assert fields["height"].label == "Height"
    assert fields["for"].values == ("PT30S",)
    assert [one.value for one in fields["pattern"].options] == ["calm", "wild"]
    assert fields["passengers"].type is FormFieldType.LIST_MULTI


async def test_a_command_is_its_action(eel: Home, friend: Actor) -> None:
    """What was filled in is what the action gets, for that entity."""
    calls = async_mock_service(eel.hass, DOMAIN, "hover")
    await friend.execute(
        EEL,
        "hover",
        {
            "height": ("1.5",),
            "glow": ("00FF00",),
            "pattern": ("wild",),
            "for": ("PT1M",),
            "passengers": ("eels", "rats"),
            "note": ("",),
        },
    )
    (call,) = calls
    assert call.data == {
        "entity_id": EEL,
        "height": 1.5,
        "glow": [0, 255, 0],
        "pattern": "wild",
        "for": {"seconds": 60.0},
        "passengers": ["eels", "rats"],
    }
    for form in ({}, {"height": ("3",)}, {"height": ("1",), "area_id": ("kitchen",)}):
        with pytest.raises(NotAcceptable):
            await friend.execute(EEL, "hover", form)


async def test_what_does_not_fit_is_no_command(eel: Home, friend: Actor) -> None:
    """An action for others, or one that needs what no form can ask for, does not exist."""
    filters = (
        {"domain": "light"},
        {"domain": DOMAIN, "supported_features": [DIVES]},
        {"domain": DOMAIN, "device_class": ["boat"]},
        {"domain": DOMAIN, "integration": "boats"},
    )
    needed: tuple[tuple[str, dict[str, Any]], ...] = (
        ("plan", {"selector": {"object": {}}}),
        ("filename", {"selector": {"text": {}}}),
        ("area_id", {"selector": {"text": {}}}),
        ("to", {"selector": {"entity": {}}}),
        ("anything", {}),
    )
    said: list[dict[str, Any]] = [
        {},
        *({"target": {"entity": [one]}} for one in filters),
        *({"target": {}, "fields": {k: {"required": True, **v}}} for k, v in needed),
    ]
    for number, one in enumerate(said):
        describe(eel, f"dive{number}", one)
    assert set(await friend.commands(EEL)) == {"hover", "land"}
    with pytest.raises(ItemNotFound):
        await friend.execute(EEL, "dive1")


async def test_what_fits_is_a_command(eel: Home, friend: Actor) -> None:
    """One filter that fits is enough, and so is none."""
    filtered = {"required": True, "filter": {"supported_features": ["x.Y"]}}
    said: list[dict[str, Any]] = [
        {"target": {}},
        {"target": {"entity": [{"domain": "light"}, {"domain": DOMAIN}]}},
        {"target": {"entity": {"supported_features": [DIVES, HOVERS]}}},
        {"target": {}, "fields": {"not_for_eels": filtered}},
    ]
    for number, one in enumerate(said):
        describe(eel, f"dive{number}", one)
    assert set(await friend.commands(EEL)) == {
        "hover", "land", "dive0", "dive1", "dive2", "dive3"
    }  # fmt: skip


async def test_reloading_is_housekeeping(eel: Home, friend: Actor) -> None:
    """What reloads a whole domain is no command of a node, even where a target is described."""
    describe(eel, "reload", {"target": {}})
    assert "reload" not in await friend.commands(EEL)


async def test_an_action_that_only_answers_is_a_query(eel: Home, friend: Actor) -> None:
    """Its answer is a report; it is on record, and not among what was done."""
    records = async_capture_events(eel.hass, EVENT_QUERY)
    answer = {EEL: {"legs": [{"to": "Calais", "km": 42}, {"to": "Dover"}]}}
    only = SupportsResponse.ONLY
    describe(eel, "log", {"target": {}}, supports_response=only, answer=answer)
    assert (await friend.commands(EEL))["log"].type is CommandType.QUERY
    with pytest.raises(BadRequest):
        await friend.execute(EEL, "log")
    items = await friend.report(EEL, "log")
    (table,) = (item for item in items if isinstance(item, TableBegun))
    assert [column.id for column in table.columns] == ["to", "km"]
    (rows,) = (item.rows for item in items if isinstance(item, Records))
    assert [[cell.value for cell in row] for row in rows] == [
        ["Calais", 42],
        ["Dover", None],
    ]
    assert eel.commands == []
    (record,) = records
    assert (record.data["action"], record.data["contact"]) == ("log", "Friend")


async def test_an_action_that_may_answer_is_a_command(eel: Home, friend: Actor) -> None:
    """Only what does nothing but answer is a query."""
    optional = SupportsResponse.OPTIONAL
    describe(eel, "log", {"target": {}}, supports_response=optional, answer={})
    assert (await friend.commands(EEL))["log"].type is CommandType.SIMPLE
    await friend.execute(EEL, "log")
    (command,) = eel.commands
    assert command.data["action"] == "log"
    with pytest.raises(BadRequest):
        await friend.report(EEL, "log")


async def test_a_draft_is_checked_by_the_actions_own_schema(
    eel: Home, friend: Actor
) -> None:
    """What Home Assistant itself would refuse is said before it is asked to do it."""
    schema = cv.make_entity_service_schema(
        {vol.Required("height"): vol.All(vol.Coerce(float), vol.NotIn([1.0], "Rock!"))}
    )
    describe(eel, "dive", HOVER | {"target": {}}, schema=schema)

    async def errors(**draft: str) -> dict[str, str]:
        form = await friend.tree(
            Operation.GET_COMMAND_PARAMETERS,
            EEL,
            command="dive",
            form={name: (text,) for name, text in draft.items()},
        )
        assert isinstance(form, Form)
        return {one.var: one.error for one in form.fields if one.error}

    assert await errors() == {}
    assert await errors(height="0.5") == {}
    assert await errors(note="x") == {}  # still in the making
    assert set(await errors(height="9")) == {"height"}
    assert "Rock!" in (await errors(height="1"))["height"]
    assert set(await errors(height="0.5", note="x")) == {"note"}  # the schema has none
