"""Data forms: what goes out validates, what comes in is bounded."""

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, ResourceConstraint
from custom_components.xmpp_iot.wire.forms import (
    MAX_FORM_FIELDS,
    MAX_VALUE,
    MAX_VALUES,
    decode_submission,
    encode_form,
    encode_no_form,
    encode_rejection,
)
from custom_components.xmpp_iot.wire.model import (
    Form,
    FormField,
    FormFieldType,
    FormOption,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .schemas import assert_valid

NF, _, _, XSF = FAMILIES

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

FORM = Form(
    "Desk light",
    (
        FormField(var="", type=FormFieldType.FIXED, values=("Light",), required=True),
        FormField(
            var="brightness",
            label="Brightness",
            description="From dark to bright.",
            required=True,
            values=("40",),
            datatype="xs:int",
            minimum="0",
            maximum="100",
            not_same=True,
            group="light",
        ),
        FormField(
            var="effect",
            type=FormFieldType.LIST_SINGLE,
            values=("none",),
            options=(FormOption("none", "None"), FormOption("rainbow")),
            datatype="xs:string",
            error="No such effect.",
        ),
        FormField(var="at_least", datatype="xs:int", minimum="0"),
    ),
    instructions="What is left as it is stays as it is.",
)


def submit(fields: str) -> str:
    """Return a submitted form."""
    return f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>"


@each_dialect
def test_forms_are_valid(dialect: Dialect) -> None:
    """A form with everything a field can have is what the schema allows."""
    assert_valid(
        encode_form(FORM, dialect),
        encode_form(Form("Empty", ()), dialect),
        encode_rejection({"a": ("1",)}, {"a": "Too small."}, dialect),
        encode_no_form(),
    )


def test_a_field_says_what_is_allowed() -> None:
    """Range, notSame and group stand in the field, the group in the dialect's words."""
    texts = {one.name: to_text(encode_form(FORM, one)[3]) for one in FAMILIES}
    assert texts["nf"] == (
        '<field xmlns="jabber:x:data" var="brightness" type="text-single" label="Brightness">'
        "<desc>From dark to bright.</desc><required/><value>40</value>"
        '<validate xmlns="http://jabber.org/protocol/xdata-validate" datatype="xs:int">'
        '<range min="0" max="100"/></validate>'
        '<notSame xmlns="urn:xmpp:xdata:dynamic"/>'
        '<pGroup xmlns="urn:nf:iot:ctr:1.0" name="light"/></field>'
    )
    assert '<parameterGroup xmlns="urn:xmpp:iot:control" name="light"/>' in texts["xsf"]


def test_a_list_offers_its_options() -> None:
    """Options have labels where they were given; no range means any of the datatype."""
    assert to_text(encode_form(FORM, XSF)[4]) == (
        '<field xmlns="jabber:x:data" var="effect" type="list-single"><value>none</value>'
        '<option label="None"><value>none</value></option>'
        "<option><value>rainbow</value></option>"
        '<validate xmlns="http://jabber.org/protocol/xdata-validate" datatype="xs:string"/>'
        '<error xmlns="urn:xmpp:xdata:dynamic">No such effect.</error></field>'
    )


def test_a_rejected_form_returns_what_was_sent() -> None:
    """The values come back with what is wrong with them."""
    rejected = encode_rejection({"a": ("1", "2")}, {"a": "No.", "b": "Missing."}, NF)
    assert to_text(rejected) == (
        '<x xmlns="jabber:x:data" type="form">'
        '<field var="a" type="text-single"><value>1</value><value>2</value>'
        '<error xmlns="urn:xmpp:xdata:dynamic">No.</error></field>'
        '<field var="b" type="text-single">'
        '<error xmlns="urn:xmpp:xdata:dynamic">Missing.</error></field></x>'
    )


def test_a_submission_is_its_values() -> None:
    """Values by field; what only says which form it is does not count."""
    form = from_text(
        submit(
            "<field var='FORM_TYPE'><value>f</value></field>"
            "<field var='xdd session'><value>s</value></field>"
            "<field type='fixed'><value>heading</value></field>"
            "<field var='power'><value>1</value></field>"
            "<field var='options'><value>a</value><value/></field>"
            "<field var='nothing'/>"
        )
    )
    assert decode_submission(form) == {
        "power": ("1",),
        "options": ("a", ""),
        "nothing": (),
    }


@pytest.mark.parametrize("kind", ["form", "cancel", "result", ""])
def test_only_a_submission_is_one(kind: str) -> None:
    """A form of another type asks for nothing."""
    with pytest.raises(BadRequest):
        decode_submission(from_text(f"<x xmlns='jabber:x:data' type='{kind}'/>"))


def test_a_field_counts_once() -> None:
    """Two answers to one question are none."""
    with pytest.raises(BadRequest, match="two fields a"):
        decode_submission(from_text(submit("<field var='a'/><field var='a'/>")))


@pytest.mark.parametrize(
    "fields",
    [
        "".join(f"<field var='{n}'/>" for n in range(MAX_FORM_FIELDS + 1)),
        f"<field var='a'>{'<value/>' * (MAX_VALUES + 1)}</field>",
        f"<field var='a'><value>{'x' * (MAX_VALUE + 1)}</value></field>",
        f"<field var='{'x' * 1001}'/>",
    ],
    ids=["fields", "values", "value", "var"],
)
def test_a_submission_is_bounded(fields: str) -> None:
    """Too many or too long of anything is refused."""
    with pytest.raises(ResourceConstraint):
        decode_submission(from_text(submit(fields)))
