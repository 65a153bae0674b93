"""Control forms: what can be set is shown, what is filled in is set."""

import pytest

from custom_components.xmpp_iot.wire.errors import BadRequest, ItemNotFound, StanzaError
from custom_components.xmpp_iot.wire.form_model import FormFieldType

from .conftest import Actor, Home


async def test_the_form_has_ranges_and_present_values(friend: Actor) -> None:
    """The control form says what can be set, in which range, and what is."""
    form = await friend.control_form("light.kitchen_lights")
    fields = {field.var: field for field in form.fields}
    assert form.title == "Kitchen Lights"
    assert list(fields) == ["power", "brightness", "color_temp_kelvin", "rgb_color"]
    assert fields["power"].type is FormFieldType.BOOLEAN
    assert fields["power"].values == ("true",)
    brightness = fields["brightness"]
    assert (brightness.datatype, brightness.minimum, brightness.maximum) == (
        "xs:int",
        "0",
        "255",
    )
    assert brightness.values == ("180",)
    assert all(field.not_same and field.group == "light" for field in form.fields)


@pytest.mark.parametrize(
    ("entity_id", "name", "kind", "value", "options"),
    [
        (
            "select.speed",
            "option",
            FormFieldType.LIST_SINGLE,
            ("ridiculous_speed",),
            3,
        ),
        ("input_text.note", "value", FormFieldType.TEXT_SINGLE, ("hello",), 0),
        ("input_text.secret", "value", FormFieldType.TEXT_PRIVATE, (), 0),
        ("fan.living_room_fan", "oscillating", FormFieldType.BOOLEAN, ("false",), 0),
        ("button.push", "press", FormFieldType.BOOLEAN, ("false",), 0),
        ("light.bed_light", "rgb_color", FormFieldType.TEXT_SINGLE, (), 0),
        ("number.volume", "value", FormFieldType.TEXT_SINGLE, ("42",), 0),
    ],
)
async def test_form_fields_of_every_kind(
    friend: Actor,
    entity_id: str,
    name: str,
    kind: FormFieldType,
    value: tuple[str, ...],
    options: int,
) -> None:
    """Each kind of parameter is the kind of form field that fits it, and secrets are not shown."""
    form = await friend.control_form(entity_id)
    field = {field.var: field for field in form.fields}[name]
    assert (field.type, field.values, len(field.options)) == (kind, value, options)


async def test_a_form_date_time_has_its_present_value(friend: Actor) -> None:
    """A moment is shown as it is set."""
    (field,) = (await friend.control_form("input_datetime.wake_up")).fields
    assert (field.var, field.datatype) == ("time", "xs:time")


async def test_several_nodes_have_a_form_of_what_they_share(friend: Actor) -> None:
    """A form for several nodes has the parameters of all of them."""
    form = await friend.control_form("light.kitchen_lights", "switch.decorative_lights")
    assert [field.var for field in form.fields] == ["power"]
    with pytest.raises(ItemNotFound):
        await friend.control_form("light.kitchen_lights", "lock.front_door")


async def test_a_form_sets_what_it_has(home: Home, friend: Actor) -> None:
    """A submitted form acts on the fields in it, and on no others."""
    await friend.set(
        "light.kitchen_lights",
        form={"brightness": ("60",), "power": (), "FORM_TYPE": ("x",)},
    )
    assert home.attribute("light.kitchen_lights", "brightness") == 60


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"brightness": ("bright",)}, BadRequest),
        ({"brightness": ("1", "2")}, BadRequest),
        ({"brightness": ("300",)}, BadRequest),
        ({"speed": ("1",)}, ItemNotFound),
        ({}, BadRequest),
        ({"brightness": ("1",), "expires": ("soon",)}, BadRequest),
    ],
)
async def test_a_wrong_form_changes_nothing(
    home: Home,
    friend: Actor,
    form: dict[str, tuple[str, ...]],
    error: type[StanzaError],
) -> None:
    """A form is checked like typed parameters."""
    with pytest.raises(error):
        await friend.set("light.kitchen_lights", form=form)
    assert home.commands == []
