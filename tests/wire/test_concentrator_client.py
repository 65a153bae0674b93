"""Answers of other concentrators: the kinds there are, failures in them, and what is none."""

import pytest

from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator import OPERATIONS
from custom_components.xmpp_iot.wire.concentrator_client import decode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    NotAcceptable,
    RemoteError,
)
from custom_components.xmpp_iot.wire.failures import (
    MAX_ERRORS,
    decode_failure,
    encode_failure,
)
from custom_components.xmpp_iot.wire.model import (
    Capabilities,
    Commands,
    CommandType,
    Done,
    Inheritance,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    QueryBegun,
)
from custom_components.xmpp_iot.wire.xml import from_text

from .test_concentrator import ANSWERS, NF, NFI, NOTHING_TO_SAY, XSF, request

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def answer(name: str, dialect: Dialect, content: str = "", more: str = "") -> str:
    """Return a peer's answer."""
    return f"<{name} xmlns='{dialect.concentrator}' {more}>{content}</{name}>"


@each_dialect
@pytest.mark.parametrize("operation", Operation)
def test_an_empty_result_is_an_answer_to_few(
    operation: Operation, dialect: Dialect
) -> None:
    """Where there is nothing to say it means that it was done."""
    if operation in NOTHING_TO_SAY:
        assert decode_answer(operation, None, dialect) in {Done(), QueryBegun("")}
        return
    with pytest.raises(BadRequest):
        decode_answer(operation, None, dialect)


@each_dialect
def test_the_answer_to_another_question_is_none(dialect: Dialect) -> None:
    """What belongs to another operation, or namespace, is not taken for an answer."""
    sources = encode_answer(
        Operation.GET_ROOT_DATA_SOURCES,
        ANSWERS[Operation.GET_ROOT_DATA_SOURCES],
        dialect,
    )
    with pytest.raises(BadRequest):
        decode_answer(Operation.GET_CAPABILITIES, sources, dialect)
    nodes = encode_answer(
        Operation.GET_NODE, ANSWERS[Operation.GET_NODE], NFI if dialect is NF else NF
    )
    with pytest.raises(BadRequest):
        decode_answer(Operation.GET_NODE, nodes, dialect)


@each_dialect
@pytest.mark.parametrize("spelling", ["Parametrized", "Parameterized"])
def test_both_spellings_of_a_type_are_known(dialect: Dialect, spelling: str) -> None:
    """Peers use either in any namespace."""
    name = dialect.answers[Operation.GET_NODE_COMMANDS]
    command = f"<command command='c' name='C' type='{spelling}'/>"
    found = decode_answer(
        Operation.GET_NODE_COMMANDS, from_text(answer(name, dialect, command)), dialect
    )
    assert isinstance(found, Commands)
    assert [one.type for one in found.commands] == [CommandType.PARAMETERIZED]


def test_a_type_unknown_is_not_taken_for_a_simple_one() -> None:
    """A command done without what it wants to know could do anything."""
    content = "<command command='c' name='C' type='Sudden'/>"
    with pytest.raises(BadRequest):
        decode_answer(
            Operation.GET_NODE_COMMANDS, from_text(answer("commands", NF, content)), NF
        )


@pytest.mark.parametrize(
    ("result", "condition", "kind"),
    [
        ("FormError", "not-acceptable", "modify"),
        ("InsufficientPrivileges", "forbidden", "auth"),
        ("Locked", "conflict", "wait"),
        ("NotFound", "item-not-found", "cancel"),
        ("NotImplemented", "feature-not-implemented", "cancel"),
        ("OtherError", "internal-server-error", "wait"),
        ("Tired", "undefined-condition", "cancel"),
    ],
)
def test_a_failure_in_band_is_raised(result: str, condition: str, kind: str) -> None:
    """XEP-0326's results are what a stanza error says."""
    told = from_text(answer("getNodesResponse", XSF, more=f"result='{result}'"))
    with pytest.raises(RemoteError) as error:
        decode_answer(Operation.GET_NODES, told, XSF)
    assert (error.value.remote_condition, error.value.remote_kind) == (condition, kind)


@pytest.mark.parametrize("operation", Operation)
def test_our_own_failures_are_understood(operation: Operation) -> None:
    """Whatever stands in them for the schema's sake is not taken for an answer."""
    asked = request(operation, XSF, OPERATIONS[operation])
    told = encode_failure(asked, ItemNotFound("Not here."), XSF)
    with pytest.raises(RemoteError) as error:
        decode_answer(operation, told, XSF)
    assert error.value.remote_condition == "item-not-found"


def test_a_rejected_form_says_what_is_wrong() -> None:
    """By parameter, and what is of none of them as text."""
    content = "<error var='a'>No.</error><error var=''>Neither.</error><error var='b'/>"
    failure = decode_failure(
        from_text(
            answer("executeNodeCommandResponse", XSF, content, "result='FormError'")
        ),
        XSF,
    )
    assert failure is not None
    assert failure.parameters == {"a": "No.", "b": ""}
    assert failure.text == "Neither."


def test_our_rejections_are_understood() -> None:
    """What the house says of a form is what its asker reads."""
    asked = request(
        "setNodeParametersAfterEdit", XSF, OPERATIONS[Operation.SET_NODE_PARAMETERS]
    )
    told = encode_failure(asked, NotAcceptable(parameters={"name": "In use."}), XSF)
    with pytest.raises(RemoteError) as error:
        decode_answer(Operation.SET_NODE_PARAMETERS, told, XSF)
    assert error.value.parameters == {"name": "In use."}


def test_reasons_are_bounded() -> None:
    """A peer that complains about everything is heard so far."""
    content = "".join(f"<error var='{n}'/>" for n in range(MAX_ERRORS + 5))
    told = from_text(
        answer("createNewNodeResponse", XSF, content, "result='FormError'")
    )
    failure = decode_failure(told, XSF)
    assert failure is not None
    assert len(failure.parameters) == MAX_ERRORS


@each_dialect
def test_an_answer_without_result_is_no_failure(dialect: Dialect) -> None:
    """Not all of XEP-0326's answers have one by its schema."""
    assert decode_failure(from_text(answer("anything", dialect)), dialect) is None
    name = dialect.answers[Operation.GET_CAPABILITIES]
    told = from_text(answer(name, dialect, "<value>getNode</value><x/>"))
    assert decode_answer(Operation.GET_CAPABILITIES, told, dialect) == Capabilities(
        ("getNode",)
    )


def test_a_form_has_to_be_there() -> None:
    """An answer without the form that was asked for is none."""
    told = from_text(answer("getCommandParametersResponse", XSF, more="result='OK'"))
    with pytest.raises(BadRequest):
        decode_answer(Operation.GET_COMMAND_PARAMETERS, told, XSF)


def test_a_query_has_to_be_named() -> None:
    """Nobody could tell its messages from others'."""
    told = from_text(answer("executeNodeQueryResponse", XSF, more="result='OK'"))
    with pytest.raises(BadRequest):
        decode_answer(Operation.EXECUTE_NODE_QUERY, told, XSF)


def test_a_node_may_say_little() -> None:
    """What is left out is empty, false or unknown; what is not known is left out."""
    content = (
        "<quantity id='q' name='Q' value='1'/><string xmlns='other' id='a' value='b'/>"
    )
    told = from_text(answer("nodeInfo", NF, content, "id='a'"))
    ref = NodeRef("a")
    assert decode_answer(Operation.GET_NODE, told, NF) == Nodes(
        (NodeInfo(ref=ref, node_type="", display_name=""),)
    )


def test_a_thing_without_ancestors_in_kind_is_one() -> None:
    """Base classes and interfaces that are left out are none."""
    told = from_text(answer("inheritance", NF))
    assert decode_answer(Operation.GET_NODE_INHERITANCE, told, NF) == Inheritance(())
