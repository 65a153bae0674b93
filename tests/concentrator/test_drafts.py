"""Drafts: forms filled in so far come back with what they have and what is wrong with it (XEP-0336)."""

from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.wire.errors import BadRequest, NotAcceptable
from custom_components.xmpp_iot.wire.form_model import Form, FormField, Submission
from custom_components.xmpp_iot.wire.model import ControlFormRequest, NodeRef, Operation
from homeassistant.const import Platform

from .conftest import Actor, Home

LIGHT = "light.bed_light"
ECOBEE = "climate.ecobee"


@pytest.fixture
def platforms() -> list[Platform]:
    """Want what has more to a form than its fields."""
    return [Platform.CLIMATE, Platform.LIGHT, Platform.LOCK, Platform.TEXT]


async def control_draft(
    friend: Actor, draft: Submission, *nodes: str
) -> dict[str, FormField]:
    """Return the fields of a control form filled in so far."""
    refs = tuple(NodeRef(node, SOURCE) for node in nodes)
    request = ControlFormRequest(refs, draft=draft)
    form = await friend.house.control_form(friend.caller(), request)
    return {field.var: field for field in form.fields}


async def command_draft(
    friend: Actor, node: str, command: str, draft: Submission
) -> dict[str, FormField]:
    """Return the fields of a command's form filled in so far."""
    more: dict[str, Any] = {"command": command, "form": draft}
    form = await friend.tree(Operation.GET_COMMAND_PARAMETERS, node, **more)
    assert isinstance(form, Form)
    return {field.var: field for field in form.fields}


async def test_a_control_draft_keeps_its_values(home: Home, friend: Actor) -> None:
    """What was typed stays, what is wrong is said at its field, the rest is as it was; nothing is done."""
    fields = await control_draft(
        friend, {"brightness": ("300",), "power": ("true",)}, LIGHT
    )
    assert fields["brightness"].values == ("300",)
    assert "255" in fields["brightness"].error
    assert (fields["power"].values, fields["power"].error) == (("true",), "")
    assert home.commands == []


async def test_an_empty_control_draft_is_the_form(friend: Actor) -> None:
    """Nothing typed is nothing wrong; what is no field is passed over."""
    fields = await control_draft(friend, {"brightness": ("",), "speed": ("1",)}, LIGHT)
    assert not any(field.error for field in fields.values())
    assert "speed" not in fields


async def test_a_control_draft_is_wrong_if_it_is_for_any_node(friend: Actor) -> None:
    """The value must be one that all nodes take."""
    nodes = (LIGHT, "light.ceiling_lights")
    fields = await control_draft(friend, {"color_temp_kelvin": ("1",)}, *nodes)
    assert fields["color_temp_kelvin"].error


async def test_pairs_are_checked_together(home: Home, friend: Actor) -> None:
    """The lower temperature must not be above the upper one: in drafts, in control and in commands."""
    pair = {"target_temp_low": ("25",), "target_temp_high": ("20",)}
    fields = await control_draft(friend, pair, ECOBEE)
    assert fields["target_temp_low"].post_back
    assert fields["target_temp_low"].error
    fields = await command_draft(friend, ECOBEE, "set_temperature", pair)
    assert fields["target_temp_low"].post_back
    assert fields["target_temp_low"].error
    with pytest.raises(BadRequest) as caught:
        await friend.set(ECOBEE, form=pair)
    assert set(caught.value.parameters) == {"target_temp_low"}
    with pytest.raises(NotAcceptable):
        await friend.execute(ECOBEE, "set_temperature", pair)
    assert home.commands == []


async def test_what_excludes_each_other_is_said(friend: Actor) -> None:
    """Home Assistant's own check of an action is asked while the form is being filled in."""
    both = {"brightness": ("5",), "brightness_pct": ("5",)}
    fields = await command_draft(friend, LIGHT, "turn_on", both)
    assert fields["brightness"].post_back
    assert sum(bool(field.error) for field in fields.values()) == 1
    fields = await command_draft(friend, LIGHT, "turn_on", {"brightness": ("5",)})
    assert not any(field.error for field in fields.values())
    assert fields["brightness"].values == ("5",)


async def test_texts_have_their_pattern(friend: Actor) -> None:
    """Length or pattern are in the form; where it cannot say both, the house is asked."""
    (field,) = (await friend.control_form("text.text_with_1_to_5_characters")).fields
    assert (field.pattern, field.post_back) == (".{1,5}", False)
    lower = "text.text_with_only_lower_case_characters"
    (field,) = (await friend.control_form(lower)).fields
    assert (field.pattern, field.post_back) == ("[a-z]+", True)
    fields = await control_draft(friend, {"value": ("LOUD",)}, lower)
    assert fields["value"].error


async def test_codes_have_the_locks_pattern(home: Home, friend: Actor) -> None:
    """A lock says how its codes look."""
    state = home.hass.states.get("lock.front_door")
    assert state is not None
    home.hass.states.async_set(
        state.entity_id, state.state, {**state.attributes, "code_format": r"\d{4}"}
    )
    (field,) = (await friend.command_form("lock.front_door", "unlock")).fields
    assert field.pattern == r"\d{4}"
