"""Control: what is to be set, in which order, and what was wrong with it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from custom_components.xmpp_iot.wire.control import (
    MAX_ERROR,
    MAX_PARAMETERS,
    MAX_TEXT,
    Affected,
    decode_get_form,
    decode_parameter_errors,
    decode_set,
    decode_set_done,
    encode_get_form,
    encode_parameter_errors,
    encode_set,
    encode_set_done,
)
from custom_components.xmpp_iot.wire.dialects import DIALECTS, FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    RemoteError,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import (
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Setting,
    Value,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import clark, element, from_text, to_text

from .schemas import assert_valid

DESK = NodeRef("light.desk", "entities")
NF, _, _, XSF = FAMILIES

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

VALUES: dict[ValueType, tuple[str, Value]] = {
    ValueType.BOOLEAN: ("1", True),
    ValueType.COLOR: ("ff8800", "FF8800"),
    ValueType.DATE: ("2026-11-21", date(2026, 11, 21)),
    ValueType.DATE_TIME: (
        "2026-11-21T06:00:00Z",
        datetime(2026, 11, 21, 6, tzinfo=UTC),
    ),
    ValueType.DOUBLE: ("21.5", 21.5),
    ValueType.DURATION: ("PT10S", timedelta(seconds=10)),
    ValueType.ENUM: ("heat", "heat"),
    ValueType.INT: ("40", 40),
    ValueType.LONG: ("40", 40),
    ValueType.STRING: ("a b", "a b"),
    ValueType.TIME: ("06:30:00", time(6, 30)),
}


def message(dialect: Dialect, content: str, name: str = "set") -> str:
    """Return a control request about the desk light."""
    node = (
        f"<{dialect.node} {dialect.node_id}='light.desk' {dialect.source}='entities'/>"
    )
    return f"<{name} xmlns='{dialect.control}'>{node}{content}</{name}>"


def parameter(dialect: Dialect, kind: str, name: str, value: str) -> str:
    """Return one typed parameter."""
    return f"<{kind} {dialect.parameter_name}='{name}' {dialect.parameter_value}='{value}'/>"


def decoded(text: str) -> ControlRequest:
    """Decode a set in the dialect of its namespace."""
    request = from_text(text)
    return decode_set(request, DIALECTS[request.tag[1:].partition("}")[0]])


@each_dialect
def test_parameters_keep_their_order(dialect: Dialect) -> None:
    """Every type arrives, in the order it was written: that is the order of execution."""
    kinds = sorted(dialect.parameters.items(), reverse=True)
    content = "".join(
        parameter(dialect, name, f"{kind}!", VALUES[kind][0]) for name, kind in kinds
    )
    assert decoded(message(dialect, content)) == ControlRequest(
        nodes=(DESK,),
        settings=tuple(Setting(f"{kind}!", kind, VALUES[kind][1]) for _, kind in kinds),
    )


@each_dialect
def test_a_form_takes_the_place_of_parameters(dialect: Dialect) -> None:
    """A submitted form is passed on as it is."""
    form = (
        "<x xmlns='jabber:x:data' type='submit'>"
        "<field var='power'><value>1</value></field></x>"
    )
    assert decoded(message(dialect, form)) == ControlRequest(
        nodes=(DESK,), form={"power": ("1",)}
    )


@each_dialect
def test_what_is_unclear_is_refused(dialect: Dialect) -> None:
    """Nothing, both, another kind of form, an unknown type: none of them is acted upon."""
    kind = next(k for k, v in dialect.parameters.items() if v is ValueType.STRING)
    string = parameter(dialect, kind, "a", "b")
    form = "<x xmlns='jabber:x:data' type='submit'/>"
    for content in (
        "",
        string + form,
        form + form,
        "<x xmlns='jabber:x:data' type='form'/>",
        parameter(dialect, "numeric", "a", "1"),
        f"<string xmlns='{dialect.control}'/>",
    ):
        with pytest.raises(BadRequest):
            decoded(message(dialect, content))


@each_dialect
def test_foreign_elements_are_ignored(dialect: Dialect) -> None:
    """What another namespace adds changes nothing."""
    boolean = next(k for k, v in dialect.parameters.items() if v is ValueType.BOOLEAN)
    content = parameter(dialect, boolean, "a", "true") + "<note xmlns='urn:other'/>"
    assert decoded(message(dialect, content)).settings == (
        Setting("a", ValueType.BOOLEAN, True),
    )


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<b n='power' v='maybe'/>", BadRequest),
        ("<i n='power' v='99999999999'/>", BadRequest),
        ("<cl n='power' v='red'/>", BadRequest),
        ("<b n='power'/>", BadRequest),
        (f"<s n='power' v='{'x' * (MAX_TEXT + 1)}'/>", ResourceConstraint),
    ],
    ids=["boolean", "int", "color", "missing", "too long"],
)
def test_a_wrong_value_is_told_by_parameter(
    content: str, error: type[BadRequest | ResourceConstraint]
) -> None:
    """The error names the parameter it belongs to."""
    with pytest.raises(error) as refused:
        decoded(message(NF, content))
    assert set(refused.value.parameters) == {"power"}


@each_dialect
def test_without_a_node_there_is_nothing_to_control(dialect: Dialect) -> None:
    """Neither to set nor to ask about."""
    for name, decode in (("set", decode_set), ("getForm", decode_get_form)):
        with pytest.raises(ItemNotFound):
            decode(from_text(f"<{name} xmlns='{dialect.control}'/>"), dialect)


def test_a_node_is_controlled_once() -> None:
    """A node that is named twice is acted on once, where it is first."""
    asked = decoded(
        "<set xmlns='urn:xmpp:iot:control'><node nodeId='b'/><node nodeId='a'/>"
        "<node nodeId='b'/><boolean name='power' value='true'/></set>"
    )
    assert asked.nodes == (NodeRef("b"), NodeRef("a"))


def test_parameters_are_bounded() -> None:
    """A set is not a programme."""
    with pytest.raises(ResourceConstraint):
        decoded(message(NF, "<b n='a' v='1'/>" * (MAX_PARAMETERS + 1)))
    assert (
        len(decoded(message(NF, "<b n='a' v='1'/>" * MAX_PARAMETERS)).settings) == 100
    )


@each_dialect
def test_a_form_is_asked_for_by_nodes(dialect: Dialect) -> None:
    """A getForm lists nodes."""
    request = from_text(message(dialect, "", "getForm"))
    assert decode_get_form(request, dialect) == ControlFormRequest((DESK,))


@each_dialect
def test_answers_are_valid(dialect: Dialect) -> None:
    """Empty when all was done; else an error for each parameter."""
    done = encode_set_done(dialect)
    assert len(done) == 0
    assert_valid(
        done,
        *encode_parameter_errors({"a": "Too high.", "b": "Unknown."}, dialect),
    )


def test_parameter_errors_are_named_both_ways_in_neuro_foundation() -> None:
    """The deployed implementation reads n, the schema has var."""
    (nf,) = encode_parameter_errors({"a": "No."}, NF)
    (xsf,) = encode_parameter_errors({"a": "No."}, XSF)
    assert to_text(nf) == (
        '<paramError xmlns="urn:nf:iot:ctr:1.0" n="a" var="a">No.</paramError>'
    )
    assert to_text(xsf) == (
        '<paramError xmlns="urn:xmpp:iot:control" var="a">No.</paramError>'
    )


@each_dialect
def test_what_is_asked_of_others_is_valid(dialect: Dialect) -> None:
    """Requests of ours are what the schemas know, with every type of parameter."""
    settings = tuple(Setting(kind, kind, value) for kind, (_, value) in VALUES.items())
    assert_valid(
        encode_set(ControlRequest(nodes=(DESK,), settings=settings), dialect),
        encode_set(ControlRequest(nodes=(DESK,), form={"power": ("1",)}), dialect),
        encode_get_form(ControlFormRequest((DESK, NodeRef("b"))), dialect),
    )


@each_dialect
def test_an_enumeration_is_text_where_there_is_none(dialect: Dialect) -> None:
    """Every dialect can set a mode by its name."""
    mode = Setting("mode", ValueType.ENUM, "heat")
    request = encode_set(ControlRequest(nodes=(DESK,), settings=(mode,)), dialect)
    (read,) = decode_set(request, dialect).settings
    assert read.value == "heat"
    assert read.type is (ValueType.STRING if dialect is XSF else ValueType.ENUM)


@each_dialect
def test_done_as_requested_is_empty(dialect: Dialect) -> None:
    """Nothing in the answer: everything was set."""
    assert decode_set_done(encode_set_done(dialect), dialect) == Affected()


@each_dialect
def test_a_peer_may_have_set_less(dialect: Dialect) -> None:
    """The answer lists what was set of the nodes and parameters."""
    name, parameter_name = dialect.affected_parameter, dialect.parameter_name
    listed = f"<{name} {parameter_name}='power'/><note xmlns='urn:other'/>"
    answer = message(dialect, listed, dialect.control_done)
    assert_valid(message(dialect, listed.partition("<note")[0], dialect.control_done))
    assert decode_set_done(from_text(answer), dialect) == Affected((DESK,), ("power",))


def test_a_refusal_of_old() -> None:
    """What peers refused by a code in the answer is a refusal."""
    answer = "<setResponse xmlns='urn:xmpp:iot:control' responseCode='{}'/>"
    assert decode_set_done(from_text(answer.format("OK")), XSF) == Affected()
    with pytest.raises(RemoteError, match="NotFound"):
        decode_set_done(from_text(answer.format("NotFound")), XSF)


def test_another_answer_is_none() -> None:
    """What answers something else says nothing of a set."""
    for text in ("<resp xmlns='urn:nf:iot:sd:1.0' id='1'/>", "<resp/>"):
        with pytest.raises(BadRequest):
            decode_set_done(from_text(text), NF)


@each_dialect
def test_parameter_errors_are_read(dialect: Dialect) -> None:
    """What is written is read, and others' elements are passed over."""
    errors = {"a": "Too high.", "b": ""}
    children = (
        element("{urn:other}paramError", {"n": "c"}),
        element(clark(dialect.control, "paramError")),
        *encode_parameter_errors(errors, dialect),
    )
    assert decode_parameter_errors(children) == errors


@pytest.mark.parametrize("attribute", ["n", "var"])
def test_parameter_errors_are_named_either_way(attribute: str) -> None:
    """Peers write the name of a parameter in one of two attributes."""
    text = f"<paramError xmlns='urn:ieee:iot:ctr:1.0' {attribute}='a'>No.</paramError>"
    assert decode_parameter_errors([from_text(text)]) == {"a": "No."}


def test_parameter_errors_are_bounded() -> None:
    """A peer's error is not a book."""
    errors = {str(number): "x" * 5000 for number in range(500)}
    read = decode_parameter_errors(encode_parameter_errors(errors, NF))
    assert len(read) == MAX_PARAMETERS
    assert {len(text) for text in read.values()} == {MAX_ERROR}
