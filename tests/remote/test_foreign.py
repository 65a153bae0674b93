"""What a node of something else than Home Assistant is here."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.foreign import (
    ForeignEntity,
    entities,
    facts,
    numeric,
)
from custom_components.xmpp_iot.remote.foreign_parameters import parameters
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.form_model import FormFieldType
from custom_components.xmpp_iot.wire.model import (
    Category,
    Command,
    CommandType,
    Value,
    ValueType,
)
from homeassistant.const import EntityCategory, Platform

from .foreign_nodes import asked, said, thing


def shown(
    node: RemoteNode, hidden: frozenset[str] = frozenset()
) -> dict[str, ForeignEntity]:
    """Return what a node is shown by, by its keys."""
    return {one.key: one for one in entities(node, hidden)}


@pytest.mark.parametrize(
    ("value", "kind", "platform", "device_class", "unit", "is_number"),
    [
        (True, ValueType.BOOLEAN, "binary_sensor", None, None, False),
        (1, ValueType.INT, "sensor", None, None, True),
        (2.5, ValueType.DOUBLE, "sensor", None, None, True),
        ("text", ValueType.STRING, "sensor", None, None, False),
        ("one", ValueType.ENUM, "sensor", None, None, False),
        (date(2026, 12, 24), ValueType.DATE, "sensor", "date", None, False),
        (time(6), ValueType.TIME, "sensor", None, None, False),
        (
            datetime(2026, 1, 1, tzinfo=UTC),
            ValueType.DATE_TIME,
            "sensor",
            "timestamp",
            None,
            False,
        ),
        (timedelta(1), ValueType.DURATION, "sensor", "duration", "s", True),
    ],
)
def test_a_field_is_something_to_be_read(
    value: Value,
    kind: ValueType,
    platform: str,
    device_class: str | None,
    unit: str | None,
    is_number: bool,
) -> None:
    """A field is a binary sensor or a sensor, by its type."""
    (one,) = entities(thing(said("Name", value, type=kind)))

    assert (one.key, one.platform, one.name) == ("field:Name", platform, "Name")
    assert (one.device_class, one.unit, numeric(one)) == (device_class, unit, is_number)


@pytest.mark.parametrize(
    ("datatype", "platform", "kind"),
    [
        ("xs:boolean", "switch", ValueType.BOOLEAN),
        ("xs:byte", "number", ValueType.INT),
        ("xsd:unsignedInt", "number", ValueType.LONG),
        ("xs:decimal", "number", ValueType.DOUBLE),
        ("xs:duration", "number", ValueType.DURATION),
        ("xs:date", "date", ValueType.DATE),
        ("xs:time", "time", ValueType.TIME),
        ("xs:dateTime", "datetime", ValueType.DATE_TIME),
        ("xdc:Color", "text", ValueType.COLOR),
        ("xs:string", "text", ValueType.STRING),
        ("acme:unheard-of", "text", ValueType.STRING),
        ("", "text", ValueType.STRING),
    ],
)
def test_a_parameter_is_something_to_be_set(
    datatype: str, platform: str, kind: ValueType
) -> None:
    """What a parameter is, its datatype says."""
    (one,) = entities(thing(form=[asked("Name", datatype, label="A name")]))

    assert (one.key, one.platform, one.name) == ("parameter:Name", platform, "A name")
    assert one.type is kind


def test_a_field_and_its_parameter_are_one() -> None:
    """What can be set is shown by what sets it, in the unit it is read in."""
    node = thing(
        said("Setpoint", 20.0, "C"),
        form=[asked("Setpoint", "xs:double", "20", limits=("5", "30"))],
    )

    (one,) = entities(node)

    assert (one.platform, one.field) == (Platform.NUMBER, "Setpoint")
    assert (one.device_class, one.unit) == ("temperature", "°C")
    assert one.parameter is not None
    assert (one.parameter.minimum, one.parameter.maximum) == (5, 30)


def test_what_is_writable_is_a_parameter() -> None:
    """Where there is no form, a field that can be written is set in its own type."""
    node = thing(said("Relay", True, writable=True), said("Count", 1))

    assert {one.key: one.platform for one in entities(node)} == {
        "parameter:Relay": "switch",
        "field:Count": "sensor",
    }


def test_a_form_that_does_not_say_takes_the_type_of_the_field() -> None:
    """A line of text that is read as a number is one."""
    node = thing(said("Level", 3), form=[asked("Level")])

    assert parameters(node)["Level"].type is ValueType.INT


@pytest.mark.parametrize(
    "more",
    [
        {"type": FormFieldType.FIXED},
        {"type": FormFieldType.HIDDEN},
        {"type": FormFieldType.LIST_MULTI},
        {"read_only": True},
    ],
)
def test_not_all_of_a_form_can_be_set(more: dict[str, Any]) -> None:
    """What is not one value, or is only shown, is no parameter."""
    assert entities(thing(form=[asked("Name", **more)])) == ()


def test_a_choice_is_a_select() -> None:
    """What is chosen from a list is a select."""
    node = thing(form=[asked("Mode", options=[("1", "Eco"), ("2", "Comfort")])])

    (one,) = entities(node)

    assert one.platform is Platform.SELECT


@pytest.mark.parametrize(
    ("limits", "kind", "step"),
    [
        (("5", "30"), "xs:double", 0.1),
        (("0", "1"), "xs:double", 0.001),
        (("0", "1000"), "xs:double", 0.1),
        (("0", "100"), "xs:int", 1),
        ((None, None), "xs:double", 0.1),
        (("x", "INF"), "xs:double", 0.1),
    ],
)
def test_a_number_has_a_step(
    limits: tuple[str, str] | tuple[None, None], kind: str, step: float
) -> None:
    """By how much a number changes, its type and range say."""
    node = thing(form=[asked("Number", kind, limits=limits)])

    assert parameters(node)["Number"].step == step


def test_a_form_may_say_what_is_no_value() -> None:
    """A value in a form that is none of its type is not known."""
    node = thing(form=[asked("Number", "xs:int", "many")])

    assert parameters(node)["Number"].value is None


def test_only_what_is_now_is_shown() -> None:
    """Facts are of the device, and what was is not shown."""
    node = thing(
        said("Manufacturer", "Acme", category=Category.IDENTITY),
        said("Firmware Version", "1.2", category=Category.IDENTITY),
        said("Colour of the box", "red", category=Category.IDENTITY),
        said("Yesterday", 1.0, category=Category.HISTORICAL_DAY),
        said("Fault", False, category=Category.STATUS),
    )

    assert shown(node).keys() == {"field:Fault"}
    assert shown(node)["field:Fault"].category is EntityCategory.DIAGNOSTIC
    assert facts(node) == {"manufacturer": "Acme", "sw_version": "1.2"}


def test_simple_commands_are_buttons() -> None:
    """A command without a form is a button; one to think about is off at first."""
    node = thing(
        commands=[
            Command(id="wink", name="Wink"),
            Command(id="wipe", name="", confirmation="Really?"),
            Command(id="move", name="Move", type=CommandType.PARAMETERIZED),
        ]
    )

    found = shown(node)

    assert {key: (one.name, one.enabled) for key, one in found.items()} == {
        "command:wink": ("Wink", True),
        "command:wipe": ("wipe", False),
    }


LAMP = asked("Lamp", "xs:boolean")
BRIGHTNESS = asked("Brightness", "xs:int", limits=("0", "100"))
COLOR = asked("Color", "xdc:Color")


def test_a_light_is_one_thing() -> None:
    """A switch, a brightness and a colour are a light."""
    (one,) = entities(thing(form=[LAMP, BRIGHTNESS, COLOR]))

    assert (one.key, one.platform) == ("light:Lamp", Platform.LIGHT)
    assert [part.name for part in one.parts] == ["Lamp", "Brightness", "Color"]


def test_a_light_can_be_taken_apart() -> None:
    """The parts of a light that nobody wants are shown by themselves."""
    node = thing(form=[LAMP, BRIGHTNESS])

    assert shown(node, frozenset({"light:Lamp"})).keys() == {
        "parameter:Lamp",
        "parameter:Brightness",
    }


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ([LAMP], {"parameter:Lamp"}),
        ([BRIGHTNESS], {"parameter:Brightness"}),
        (
            [LAMP, asked("Timer", "xs:boolean"), BRIGHTNESS],
            {"light:Lamp", "parameter:Timer"},
        ),
        (
            [asked("A", "xs:boolean"), asked("B", "xs:boolean"), BRIGHTNESS],
            {"parameter:A", "parameter:B", "parameter:Brightness"},
        ),
        (
            [
                asked("Lamp", "xs:boolean", group="left"),
                asked("Brightness", "xs:int", group="right"),
            ],
            {"parameter:Lamp", "parameter:Brightness"},
        ),
        ([LAMP, asked("Volume", "xs:int")], {"parameter:Lamp", "parameter:Volume"}),
    ],
)
def test_not_every_switch_is_a_light(form: list[Any], keys: set[str]) -> None:
    """A light has a switch and what makes it bright, in one group; of several switches one must say so."""
    assert shown(thing(form=form)).keys() == keys
