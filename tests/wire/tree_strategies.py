"""Anything the model can say of trees, reports and what happens, for property tests (hypothesis).

`arrived_…` is what of it a peer can know: dialects have fewer types than the model.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st

from custom_components.xmpp_iot.wire.concentrator import OPERATIONS, Part
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.happening import (
    Happening,
    NodeEvent,
    SourceSubscription,
)
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
from custom_components.xmpp_iot.wire.node_events import MAX_LIFETIME
from custom_components.xmpp_iot.wire.page import MAX_ITEMS, Page
from custom_components.xmpp_iot.wire.progress import Item
from custom_components.xmpp_iot.wire.report import (
    Alignment,
    Cell,
    Column,
    Level,
    MessageKind,
    Outcome,
    Records,
    ReportMessage,
    ReportObject,
    SectionBegun,
    SectionEnded,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from custom_components.xmpp_iot.wire.xml import format_value

from .strategies import MOMENTS, TEXTS, VALUES, forms, nodes, some_nodes, submissions

_texts: Final = st.lists(TEXTS, max_size=3).map(tuple)
_messages: Final = st.lists(
    st.builds(NodeMessage, at=MOMENTS, kind=TEXTS, text=TEXTS, event_id=TEXTS),
    max_size=2,
).map(tuple)


@st.composite
def _parameters(draw: st.DrawFn) -> NodeParameter:
    kind = draw(st.sampled_from(ValueType))
    return NodeParameter(draw(TEXTS), draw(TEXTS), kind, draw(VALUES[kind]))


@st.composite
def node_infos(draw: st.DrawFn) -> NodeInfo:
    """Draw what a concentrator says of a node; its parent is of the same source."""
    ref = draw(nodes)
    parent = NodeRef(draw(TEXTS), ref.source, draw(TEXTS))
    return NodeInfo(
        ref=ref,
        node_type=draw(TEXTS),
        display_name=draw(TEXTS),
        state=draw(st.sampled_from(NodeState)),
        has_children=draw(st.booleans()),
        is_readable=draw(st.booleans()),
        is_controllable=draw(st.booleans()),
        has_commands=draw(st.booleans()),
        parent=draw(st.sampled_from([None, parent])),
        last_changed=draw(st.none() | MOMENTS),
        parameters=draw(st.lists(_parameters(), max_size=2).map(tuple)),
        messages=draw(_messages),
    )


def arrived_info(info: NodeInfo) -> NodeInfo:
    """Return what is known of a node: enumerations and dates are text, colours have no alpha."""
    return replace(info, parameters=tuple(map(_arrived_parameter, info.parameters)))


def _arrived_parameter(parameter: NodeParameter) -> NodeParameter:
    text = format_value(parameter.type, parameter.value)
    match parameter.type:
        case ValueType.COLOR:
            return replace(parameter, value=text[:6])
        case ValueType.DATE | ValueType.ENUM:
            return replace(parameter, type=ValueType.STRING, value=text)
    return parameter


def arrived_listed(info: NodeInfo, dialect: Dialect) -> NodeInfo:
    """Return what is known of a node in an answer, where XSF does not name the source."""
    info = arrived_info(info)
    if dialect.node_info_source:
        return info
    parent = info.parent and replace(info.parent, source="")
    return replace(info, ref=replace(info.ref, source=""), parent=parent)


_pages: Final = st.none() | st.builds(Page, st.integers(0, MAX_ITEMS), TEXTS)


@st.composite
def tree_requests(draw: st.DrawFn, operation: Operation) -> TreeRequest:
    """Draw a request of an operation, with all it can have."""
    parts = OPERATIONS[operation]
    ordering = st.lists(st.tuples(TEXTS, st.booleans()), max_size=3).map(tuple)
    query = Part.QUERY in parts
    asked: tuple[NodeRef, ...] = ()
    if Part.NODE in parts:
        asked = (draw(nodes),)
    elif Part.NODES in parts:
        asked = draw(some_nodes)
    return TreeRequest(
        operation=operation,
        nodes=asked,
        source=draw(TEXTS) if Part.SOURCE in parts else "",
        parameters=Part.DETAILS in parts and draw(st.booleans()),
        messages=Part.DETAILS in parts and draw(st.booleans()),
        derived_from=draw(st.frozensets(TEXTS.map(str.strip), max_size=2))
        if Part.TYPES in parts
        else frozenset(),
        sort_order=draw(ordering) if Part.ORDER in parts else (),
        page=draw(_pages) if Part.PAGE in parts else None,
        command=draw(TEXTS) if query or Part.COMMAND in parts else "",
        form=draw(submissions if Part.EDIT in parts else st.none() | submissions)
        if Part.FORM in parts
        else None,
        query_id=draw(TEXTS) if query or Part.NEW_QUERY in parts else "",
    )


_sources: Final = st.builds(
    DataSource,
    id=TEXTS,
    name=TEXTS,
    has_children=st.booleans(),
    last_changed=st.none() | MOMENTS,
)
_commands: Final = st.builds(
    Command,
    id=TEXTS,
    name=TEXTS,
    type=st.sampled_from(CommandType),
    sort_category=TEXTS,
    sort_key=TEXTS,
    confirmation=TEXTS,
    success=TEXTS,
    failure=TEXTS,
)
_some_sources: Final = st.lists(_sources, max_size=3).map(tuple).map(DataSources)
_some_infos: Final = st.lists(node_infos(), max_size=2).map(tuple).map(Nodes)
_one_info: Final = node_infos().map(lambda one: Nodes((one,)))

ANSWERS: Final[dict[Operation, st.SearchStrategy[TreeAnswer]]] = {
    Operation.GET_CAPABILITIES: st.builds(Capabilities, _texts),
    Operation.GET_ALL_DATA_SOURCES: _some_sources,
    Operation.GET_ROOT_DATA_SOURCES: _some_sources,
    Operation.GET_CHILD_DATA_SOURCES: _some_sources,
    Operation.CONTAINS_NODE: st.booleans().map(lambda one: Contains((one,))),
    Operation.CONTAINS_NODES: st.lists(st.booleans()).map(tuple).map(Contains),
    Operation.GET_NODE: _one_info,
    Operation.GET_NODES: _some_infos,
    Operation.GET_ALL_NODES: _some_infos,
    Operation.GET_ROOT_NODES: _some_infos,
    Operation.GET_CHILD_NODES: _some_infos,
    Operation.GET_ANCESTORS: _some_infos,
    Operation.GET_NODE_INHERITANCE: st.builds(Inheritance, _texts, _texts),
    Operation.GET_NODE_COMMANDS: st.lists(_commands, max_size=3)
    .map(tuple)
    .map(Commands),
    Operation.GET_COMMAND_PARAMETERS: forms,
    Operation.EXECUTE_NODE_COMMAND: st.just(Done()),
    Operation.GET_NODE_PARAMETERS: forms,
    Operation.SET_NODE_PARAMETERS: _one_info,
    Operation.EXECUTE_NODE_QUERY: st.builds(QueryBegun, TEXTS),
    Operation.ABORT_NODE_QUERY: st.just(Done()),
}


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Draw a cell of any type, or an empty one."""
    kind = draw(st.sampled_from(ValueType))
    return Cell(kind, draw(st.none() | VALUES[kind]))


_columns: Final = st.builds(
    Column,
    id=TEXTS,
    header=TEXTS,
    alignment=st.none() | st.sampled_from(Alignment),
    decimals=st.none() | st.integers(0, 20),
    source=TEXTS,
    partition=TEXTS,
)
_rows: Final = st.lists(cells(), max_size=3).map(tuple)
report_items: Final[st.SearchStrategy[Item]] = st.one_of(
    st.sampled_from(Outcome),
    st.builds(Title, TEXTS),
    st.builds(Status, TEXTS),
    st.builds(SectionBegun, TEXTS),
    st.just(SectionEnded()),
    st.builds(TableBegun, TEXTS, TEXTS, st.lists(_columns, max_size=3).map(tuple)),
    st.builds(Records, TEXTS, st.lists(_rows, min_size=1, max_size=3).map(tuple)),
    st.builds(TableEnded, TEXTS),
    st.builds(ReportObject, TEXTS, st.binary(max_size=50)),
    st.builds(
        ReportMessage,
        text=TEXTS,
        kind=st.sampled_from(MessageKind),
        level=st.sampled_from(Level),
    ),
)


def arrived_item(item: Item) -> Item:
    """Return what is known of an item: cells know no enumerations, and colours without alpha."""
    if not isinstance(item, Records):
        return item
    return Records(item.table, tuple(tuple(map(_arrived_cell, r)) for r in item.rows))


def _arrived_cell(cell: Cell) -> Cell:
    if cell.value is None:
        return Cell()
    match cell.type:
        case ValueType.COLOR:
            return Cell(cell.type, str(cell.value)[:6])
        case ValueType.ENUM:
            return Cell(ValueType.STRING, cell.value)
    return cell


@st.composite
def node_events(draw: st.DrawFn, kind: Happening) -> NodeEvent:
    """Draw something that happened to a node."""
    info = draw(node_infos())
    after = NodeRef(draw(TEXTS), info.ref.source, draw(TEXTS))
    described = kind in {Happening.ADDED, Happening.UPDATED}
    changed = kind is Happening.STATUS_CHANGED
    return NodeEvent(
        kind=kind,
        at=draw(MOMENTS),
        node=info.ref,
        info=info if described else None,
        old_id=draw(TEXTS) if kind is Happening.UPDATED else "",
        after=draw(st.sampled_from([None, after])) if kind is Happening.ADDED else None,
        state=draw(st.sampled_from(NodeState)) if changed else NodeState.NONE,
        messages=draw(_messages) if changed else (),
    )


source_subscriptions: Final = st.builds(
    SourceSubscription,
    source=TEXTS,
    kinds=st.frozensets(st.sampled_from(Happening)),
    lifetime=st.integers(1, int(MAX_LIFETIME.total_seconds())).map(
        lambda seconds: timedelta(seconds=seconds)
    ),
    parameters=st.booleans(),
    messages=st.booleans(),
    since=st.none() | MOMENTS,
)
