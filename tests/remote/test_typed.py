"""Control parameters get the types that the node's form says, or else those they come in."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.typed import typed
from custom_components.xmpp_iot.wire.form_model import Form, FormField, FormFieldType
from custom_components.xmpp_iot.wire.model import Setting, ValueType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.yaml.objects import NodeStrClass


def form(datatype: str, kind: FormFieldType = FormFieldType.TEXT_SINGLE) -> Form:
    """Return a form with one field."""
    return Form("", (FormField(var="it", type=kind, datatype=datatype),))


@pytest.mark.parametrize(
    ("datatype", "given", "kind", "value"),
    [
        ("xs:boolean", True, ValueType.BOOLEAN, True),
        ("xs:boolean", "false", ValueType.BOOLEAN, False),
        ("xs:int", 7, ValueType.INT, 7),
        ("xs:int", 7.0, ValueType.INT, 7),
        ("xs:integer", "7", ValueType.LONG, 7),
        ("xs:double", 7, ValueType.DOUBLE, 7),
        ("xsd:decimal", 7.5, ValueType.DOUBLE, 7.5),
        ("xs:string", 7, ValueType.STRING, "7"),
        ("xdc:Color", [255, 136, 0], ValueType.COLOR, "FF8800"),
        ("xdc:Color", "ff8800", ValueType.COLOR, "FF8800"),
        ("xs:date", "2026-11-21", ValueType.DATE, date(2026, 11, 21)),
        ("xs:time", time(7, 30), ValueType.TIME, time(7, 30)),
        ("xs:duration", timedelta(hours=1), ValueType.DURATION, timedelta(hours=1)),
        (
            "xs:dateTime",
            datetime(2026, 11, 21, 7, tzinfo=UTC),
            ValueType.DATE_TIME,
            datetime(2026, 11, 21, 7, tzinfo=UTC),
        ),
        ("xs:anyURI", "urn:x", ValueType.STRING, "urn:x"),
        ("", 7, ValueType.INT, 7),
    ],
)
def test_a_value_has_the_type_of_its_field(
    datatype: str, given: Any, kind: ValueType, value: Any
) -> None:
    """However it is written; one whose field says no type keeps its own."""
    assert typed({"it": given}, form(datatype)) == (Setting("it", kind, value),)


@pytest.mark.parametrize(
    ("kind", "given", "type_"),
    [
        (FormFieldType.BOOLEAN, "true", ValueType.BOOLEAN),
        (FormFieldType.LIST_SINGLE, 7, ValueType.STRING),
    ],
)
def test_a_field_without_a_datatype_may_still_say_it(
    kind: FormFieldType, given: Any, type_: ValueType
) -> None:
    """A box to tick is true or false, and choices are texts."""
    (setting,) = typed({"it": given}, form("", kind))

    assert setting.type is type_


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (True, ValueType.BOOLEAN),
        (7, ValueType.INT),
        (7.5, ValueType.DOUBLE),
        (NodeStrClass("on"), ValueType.STRING),
    ],
)
def test_without_a_form_a_value_has_its_own_type(given: Any, kind: ValueType) -> None:
    """Text of a YAML file, which is of a type of its own, is text."""
    (setting,) = typed({"it": given}, None)

    assert (setting.type, setting.value) == (kind, given)
    assert type(setting.value) in {bool, int, float, str}


def test_the_order_is_kept() -> None:
    """As the house sets them one after the other."""
    settings = typed({"b": 1, "a": 2}, None)

    assert [one.name for one in settings] == ["b", "a"]


@pytest.mark.parametrize(
    ("datatype", "given"),
    [
        ("xs:boolean", "maybe"),
        ("xs:int", 7.5),
        ("xs:int", [7]),
        ("xdc:Color", [1, 2, 256]),
        ("xdc:Color", [1.0, 2, 3]),
        ("", {"a": 1}),
        # There is no such moment in UTC.
        ("xs:dateTime", datetime.max.replace(tzinfo=timezone(timedelta(hours=-8)))),
    ],
)
def test_a_value_of_another_type_is_refused(datatype: str, given: Any) -> None:
    """With the parameter's name and the reason."""
    with pytest.raises(ServiceValidationError) as refusal:
        typed({"it": given}, form(datatype))

    assert refusal.value.translation_key == "invalid_parameter"
    assert refusal.value.translation_placeholders is not None
    assert refusal.value.translation_placeholders["parameter"] == "it"
    assert refusal.value.translation_placeholders["reason"]


def test_a_parameter_that_is_not_in_the_form_is_refused() -> None:
    """Nothing of the others is set either."""
    with pytest.raises(ServiceValidationError) as refusal:
        typed({"it": True, "other": 1}, form("xs:boolean"))

    assert refusal.value.translation_key == "unknown_parameter"
    assert refusal.value.translation_placeholders == {
        "parameter": "other",
        "reason": "",
    }
