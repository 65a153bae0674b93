"""Data forms: what goes out validates, what comes in is bounded."""

from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, ResourceConstraint
from custom_components.xmpp_iot.wire.form_model import (
    Form,
    FormField,
    FormFieldType,
    FormOption,
)
from custom_components.xmpp_iot.wire.forms import (
    MAX_FORM_FIELDS,
    MAX_VALUE,
    MAX_VALUES,
    decode_form,
    decode_session,
    decode_submission,
    encode_form,
    encode_no_form,
    encode_rejection,
    encode_submission,
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
        FormField(
            var="code",
            datatype="xs:string",
            pattern="[0-9]{4}",
            post_back=True,
            read_only=True,
        ),
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


def test_a_field_says_how_it_behaves() -> None:
    """A pattern is validation; what is worth asking about and what is fixed are flags."""
    assert to_text(encode_form(FORM, NF)[6]) == (
        '<field xmlns="jabber:x:data" var="code" type="text-single">'
        '<validate xmlns="http://jabber.org/protocol/xdata-validate" datatype="xs:string">'
        "<regex>[0-9]{4}</regex></validate>"
        '<postBack xmlns="urn:xmpp:xdata:dynamic"/>'
        '<readOnly xmlns="urn:xmpp:xdata:dynamic"/></field>'
    )


@each_dialect
def test_a_form_is_read(dialect: Dialect) -> None:
    """What is written is read; a heading is never required."""
    heading = replace(FORM.fields[0], required=False)
    read = replace(FORM, fields=(heading, *FORM.fields[1:]))
    assert decode_form(encode_form(FORM, dialect)) == read


def test_a_form_of_another_make_is_read() -> None:
    """Types and validation that are not known here become text; several instructions are lines."""
    form = from_text(
        "<x xmlns='jabber:x:data' type='form'><instructions>a</instructions>"
        "<instructions/><instructions>b</instructions><reported/>"
        "<field var='one' type='jid-multi'/><field var='two' type='jid-single'/>"
        "<field var='three' type='colour'/><field var='four'>"
        "<validate xmlns='http://jabber.org/protocol/xdata-validate'><open/></validate>"
        "<pGroup xmlns='urn:ieee:iot:ctr:1.0' n='g'/><note xmlns='urn:other'/></field></x>"
    )
    text = FormFieldType.TEXT_SINGLE
    assert decode_form(form) == Form(
        "",
        (
            FormField(var="one", type=FormFieldType.TEXT_MULTI),
            FormField(var="two", type=text),
            FormField(var="three", type=text),
            FormField(var="four", type=text, datatype="xs:string", group="g"),
        ),
        instructions="a\n\nb",
    )


@pytest.mark.parametrize("kind", ["submit", "cancel", "result", ""])
def test_only_a_form_is_filled_in(kind: str) -> None:
    """A form of another type asks nothing."""
    with pytest.raises(BadRequest):
        decode_form(from_text(f"<x xmlns='jabber:x:data' type='{kind}'/>"))


@pytest.mark.parametrize(
    "fields",
    [
        "<field/>" * (MAX_FORM_FIELDS + 1),
        f"<field>{'<option/>' * (MAX_VALUES + 1)}</field>",
        f"<field>{'<value/>' * (MAX_VALUES + 1)}</field>",
        f"<field var='{'x' * 1001}'/>",
    ],
    ids=["fields", "options", "values", "var"],
)
def test_a_form_is_bounded(fields: str) -> None:
    """Too many or too long of anything is refused."""
    with pytest.raises(ResourceConstraint):
        decode_form(from_text(f"<x xmlns='jabber:x:data' type='form'>{fields}</x>"))


def test_a_form_names_its_session() -> None:
    """The hidden field is there, or not."""
    fields = "<field var='a'/><field var='xdd session'><value>s</value></field>"
    assert decode_session(from_text(submit(fields))) == "s"
    assert decode_session(from_text(submit("<field var='xdd session'/>"))) == ""
    assert decode_session(from_text(submit("<field var='a'/>"))) == ""


def test_a_submission_is_written() -> None:
    """A filled-in form is what it is read as."""
    submission = {"power": ("1",), "options": ("a", ""), "nothing": ()}
    written = encode_submission(submission)
    assert_valid(written)
    assert decode_submission(written) == submission


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
