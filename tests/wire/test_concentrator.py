"""The concentrator: operations in, answers and failures out, in all dialects."""

from datetime import UTC, datetime, time, timedelta

import pytest

from custom_components.xmpp_iot.wire.answers import (
    encode_answer,
    encode_no_addable_types,
)
from custom_components.xmpp_iot.wire.concentrator import (
    OPERATIONS,
    Part,
    decode_tree,
    encode_tree,
)
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    ResourceConstraint,
    StanzaError,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.model import (
    Capabilities,
    Command,
    Commands,
    CommandType,
    Contains,
    DataSource,
    DataSources,
    Done,
    Inheritance,
    NodeInfo,
    NodeMessage,
    NodeParameter,
    NodeRef,
    Nodes,
    NodeState,
    Operation,
    QueryBegun,
    TreeAnswer,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

from .schemas import assert_valid

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
NF, NFI, _, XSF = FAMILIES
HALL = NodeRef("sensor.hall", "entities")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_operation = pytest.mark.parametrize("operation", Operation)

NODE = NodeInfo(
    ref=NodeRef("sensor.hall", "entities", "east"),
    node_type="homeassistant.sensor",
    display_name="Hall <temperature>",
    state=NodeState.WARNING_UNSIGNED,
    has_children=True,
    is_readable=True,
    is_controllable=True,
    has_commands=True,
    parent=NodeRef("area:hall", "entities", "east"),
    last_changed=MORNING,
    parameters=tuple(
        NodeParameter(kind, kind.title(), kind, value)
        for kind, value in (
            (ValueType.BOOLEAN, True),
            (ValueType.COLOR, "FF880080"),
            (ValueType.DATE, MORNING.date()),
            (ValueType.DATE_TIME, MORNING),
            (ValueType.DOUBLE, 1.5),
            (ValueType.DURATION, timedelta(seconds=10)),
            (ValueType.ENUM, "heat"),
            (ValueType.INT, 17),
            (ValueType.LONG, 2**40),
            (ValueType.STRING, "ACME"),
            (ValueType.TIME, time(6, 30)),
        )
    ),
    messages=(
        NodeMessage(at=MORNING, kind="Warning", text="Battery is low.", event_id="Low"),
        NodeMessage(at=MORNING, kind="Error", text="No contact."),
    ),
)
PLAIN = NodeInfo(ref=HALL, node_type="homeassistant.device", display_name="Hall")

ANSWERS: dict[Operation, TreeAnswer] = {
    Operation.GET_CAPABILITIES: Capabilities(("getCapabilities", "getNode")),
    Operation.GET_CHILD_DATA_SOURCES: DataSources(()),
    Operation.CONTAINS_NODE: Contains((True,)),
    Operation.CONTAINS_NODES: Contains((True, False)),
    Operation.GET_NODE: Nodes((NODE,)),
    Operation.GET_NODE_COMMANDS: Commands(
        (
            Command(id="toggle", name="Toggle"),
            Command(
                id="turn_on",
                name="Turn on…",
                type=CommandType.PARAMETERIZED,
                sort_category="Control",
                sort_key="1",
                confirmation="Turn it on?",
                success="It is on.",
                failure="It is not on.",
            ),
            Command(id="history", name="History", type=CommandType.QUERY),
        )
    ),
    Operation.GET_COMMAND_PARAMETERS: Form("Turn on", (FormField(var="brightness"),)),
    Operation.EXECUTE_NODE_COMMAND: Done(),
    Operation.GET_NODE_INHERITANCE: Inheritance(
        ("homeassistant.sensor", "entity"), ("urn:nfi:iot:hi:sensor:temperature:1.0",)
    ),
    Operation.GET_NODE_PARAMETERS: Form("Hall", (FormField(var="name"),)),
    Operation.SET_NODE_PARAMETERS: Nodes((NODE,)),
    Operation.EXECUTE_NODE_QUERY: QueryBegun("f3a9"),
    Operation.ABORT_NODE_QUERY: Done(),
    **dict.fromkeys(
        (Operation.GET_ALL_DATA_SOURCES, Operation.GET_ROOT_DATA_SOURCES),
        DataSources(
            (
                DataSource(id="entities", name="Entities", last_changed=MORNING),
                DataSource(id="x", name="X", has_children=True),
            )
        ),
    ),
    **dict.fromkeys(
        (
            Operation.GET_NODES,
            Operation.GET_ALL_NODES,
            Operation.GET_ROOT_NODES,
            Operation.GET_CHILD_NODES,
            Operation.GET_ANCESTORS,
        ),
        Nodes((NODE, PLAIN)),
    ),
}

SORT_ORDER = "<sortOrder parameterName='name'/>"
FORM = (
    "<x xmlns='jabber:x:data' type='submit'>"
    "<field var='brightness'><value>300</value></field></x>"
)


def request(name: str, dialect: Dialect, parts: Part) -> Element:
    """Return a request with all that `parts` says it has."""
    address = f"{dialect.node_id}='sensor.hall' {dialect.source}='entities'"
    attributes = {
        Part.NODE: address,
        Part.SOURCE: f"{dialect.source}='entities'",
        Part.DETAILS: "parameters='true' messages='1'",
        Part.COMMAND: "command='turn_on'",
        Part.NEW_QUERY: "queryId='f3a9'",
        Part.QUERY: "queryId='f3a9'",
    }
    children = {
        Part.NODES: f"<{dialect.node} {address}/><{dialect.node} {dialect.node_id}='b'/>",
        Part.TYPES: "<onlyIfDerivedFrom> homeassistant.light </onlyIfDerivedFrom>",
        Part.ORDER: (
            "<sortOrder parameterName='name'/>"
            "<sortOrder parameterName='uid' ascending='false'/>"
        ),
        Part.FORM: FORM,
    }
    return from_text(
        f"<{name} xmlns='{dialect.concentrator}' "
        + " ".join(text for part, text in attributes.items() if part in parts)
        + ">"
        + "".join(text for part, text in children.items() if part in parts)
        + f"</{name}>"
    )


@each_dialect
@each_operation
def test_requests_are_read(operation: Operation, dialect: Dialect) -> None:
    """Every operation's request arrives whole, and nothing in it that it does not use."""
    parts = OPERATIONS[operation]
    nodes = {Part.NODE: (HALL,), Part.NODES: (HALL, NodeRef("b"))}
    begins = Part.NEW_QUERY in parts and dialect is not XSF
    assert decode_tree(request(operation, dialect, parts), dialect) == TreeRequest(
        operation=operation,
        nodes=next((found for part, found in nodes.items() if part in parts), ()),
        source="entities" if Part.SOURCE in parts else "",
        parameters=Part.DETAILS in parts,
        messages=Part.DETAILS in parts,
        derived_from=frozenset(
            {"homeassistant.light"} if Part.TYPES in parts else set[str]()
        ),
        sort_order=(("name", True), ("uid", False)) if Part.ORDER in parts else (),
        command="turn_on" if Part.COMMAND in parts else "",
        form={"brightness": ("300",)} if Part.FORM in parts else None,
        query_id="f3a9" if begins or Part.QUERY in parts else "",
        dialect=dialect.concentrator,
    )


@each_dialect
def test_a_source_may_be_left_out(dialect: Dialect) -> None:
    """With one source, the source goes without saying."""
    asked = from_text(f"<getRootNodes xmlns='{dialect.concentrator}'/>")
    assert decode_tree(asked, dialect).source == ""


@each_dialect
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<getNode xmlns='{ns}'/>", BadRequest),
        ("<getNode xmlns='{ns}' {id}='a' messages='some'/>", BadRequest),
        ("<getCommandParameters xmlns='{ns}' {id}='a'/>", BadRequest),
        (
            (
                "<executeNodeCommand xmlns='{ns}' {id}='a' command='c'>"
                "<x xmlns='jabber:x:data' type='submit'/><x xmlns='jabber:x:data' type='submit'/>"
                "</executeNodeCommand>"
            ),
            BadRequest,
        ),
        (
            f"<getAllNodes xmlns='{{ns}}'>{'<onlyIfDerivedFrom/>' * 101}</getAllNodes>",
            ResourceConstraint,
        ),
        (
            f"<getChildNodes xmlns='{{ns}}' {{id}}='a'>{SORT_ORDER * 11}</getChildNodes>",
            ResourceConstraint,
        ),
        (
            "<getRootNodes xmlns='{ns}'><sortOrder ascending='true'/></getRootNodes>",
            BadRequest,
        ),
        ("<abortNodeQuery xmlns='{ns}' {id}='a' command='c'/>", BadRequest),
        ("<setNodeParametersAfterEdit xmlns='{ns}' {id}='a'/>", BadRequest),
        ("<makeCoffee xmlns='{ns}'/>", FeatureNotImplemented),
        ("<destroyNode xmlns='{ns}' {id}='a'/>", FeatureNotImplemented),
    ],
    ids=[
        "id",
        "flag",
        "command",
        "forms",
        "types",
        "orders",
        "order",
        "query",
        "edit",
        "unknown",
        "not performed",
    ],
)
def test_malformed_requests_are_refused(
    text: str, error: type[StanzaError], dialect: Dialect
) -> None:
    """What is missing, too much or not known is an error of its kind."""
    asked = from_text(text.format(ns=dialect.concentrator, id=dialect.node_id))
    with pytest.raises(error):
        decode_tree(asked, dialect)


NOTHING_TO_SAY = {
    Operation.EXECUTE_NODE_COMMAND,
    Operation.EXECUTE_NODE_QUERY,
    Operation.ABORT_NODE_QUERY,
}


@each_dialect
def test_a_query_is_ended_without_its_command(dialect: Dialect) -> None:
    """XEP-0326's schema has no command there: the id is enough."""
    asked = request("abortNodeQuery", dialect, Part.NODE | Part.QUERY)
    assert decode_tree(asked, dialect).command == ""


def test_neuro_foundation_names_its_queries() -> None:
    """A query nobody could end or tell from others is refused."""
    with pytest.raises(BadRequest, match="queryId"):
        decode_tree(request("executeNodeQuery", NF, Part.NODE | Part.COMMAND), NF)


@each_dialect
@each_operation
def test_requests_of_ours_are_valid(operation: Operation, dialect: Dialect) -> None:
    """Every request we send is what the dialect's schema allows."""
    asked = decode_tree(request(operation, dialect, OPERATIONS[operation]), dialect)
    assert_valid(encode_tree(asked, dialect))


@each_dialect
@each_operation
def test_answers_are_valid(operation: Operation, dialect: Dialect) -> None:
    """Every answer is what the dialect's schema allows."""
    answer = encode_answer(operation, ANSWERS[operation], dialect)
    if answer is None:
        assert operation in NOTHING_TO_SAY
        assert dialect is not XSF
        return
    assert_valid(answer)


@each_dialect
def test_that_nothing_can_be_added_is_valid(dialect: Dialect) -> None:
    """An empty list, which clients take better than an error."""
    assert_valid(encode_no_addable_types(dialect))


def test_answers_in_neuro_foundation() -> None:
    """An element for each kind of answer, without a result."""
    texts = {
        operation: to_text(encoded)
        for operation, answer in ANSWERS.items()
        if (encoded := encode_answer(operation, answer, NF)) is not None
    }
    start = ' xmlns="urn:nf:iot:concentrator:1.0">'
    assert texts[Operation.CONTAINS_NODE] == f"<bool{start}true</bool>"
    assert texts[Operation.CONTAINS_NODES] == (
        f"<bools{start}<bool>true</bool><bool>false</bool></bools>"
    )
    assert texts[Operation.GET_CAPABILITIES] == (
        f"<strings{start}<value>getCapabilities</value><value>getNode</value></strings>"
    )
    assert texts[Operation.GET_ROOT_DATA_SOURCES].startswith(
        f'<dataSources{start}<dataSource src="entities" name="Entities"'
        ' hasChildren="false" lastChanged="2026-11-21T06:00:00Z"/>'
    )
    assert texts[Operation.GET_ROOT_NODES].startswith(
        f'<nodeInfos{start}<nodeInfo id="sensor.hall" src="entities" pt="east" '
    )
    assert texts[Operation.GET_COMMAND_PARAMETERS].startswith(
        '<x xmlns="jabber:x:data" type="form">'
    )
    assert 'type="Parametrized"' in texts[Operation.GET_NODE_COMMANDS]
    assert texts[Operation.GET_NODE_INHERITANCE].startswith(
        f"<inheritance{start}<baseClasses><value>homeassistant.sensor</value>"
    )
    assert texts[Operation.SET_NODE_PARAMETERS].startswith("<nodeInfo ")


def test_answers_in_xsf() -> None:
    """An element for each operation, with its result."""
    texts = {
        operation: to_text(encoded)
        for operation, answer in ANSWERS.items()
        if (encoded := encode_answer(operation, answer, XSF)) is not None
    }
    start = 'Response xmlns="urn:xmpp:iot:concentrators" result="OK"'
    for operation, text in texts.items():
        assert text.startswith(f"<{operation}{start}")
    assert f"{start}>true</" in texts[Operation.CONTAINS_NODE]
    assert (
        f"{start}><value>true</value><value>false</value><"
        in (texts[Operation.CONTAINS_NODES])
    )
    assert "sourceId" not in texts[Operation.GET_NODE]
    assert 'parentCacheType="east"' in texts[Operation.GET_NODE]
    assert 'type="Parameterized"' in texts[Operation.GET_NODE_COMMANDS]
    assert 'queryId="f3a9"' in texts[Operation.EXECUTE_NODE_QUERY]
    assert (
        f'{start}><node nodeId="sensor.hall"' in (texts[Operation.SET_NODE_PARAMETERS])
    )


def test_a_plain_node_says_only_what_is_so() -> None:
    """What is false or unknown is left out, but for what the schema wants said."""
    answer = encode_answer(Operation.GET_NODE, Nodes((PLAIN,)), NF)
    assert answer is not None
    assert to_text(answer) == (
        '<nodeInfo xmlns="urn:nf:iot:concentrator:1.0" id="sensor.hall" src="entities"'
        ' nodeType="homeassistant.device" displayName="Hall" state="None" hasChildren="false"/>'
    )


def test_a_nodes_colour_has_no_alpha() -> None:
    """Six digits are all a node parameter has room for."""
    answer = encode_answer(Operation.GET_NODE, Nodes((NODE,)), NF)
    assert answer is not None
    assert '<color id="color" name="Color" value="FF8800"/>' in to_text(answer)
