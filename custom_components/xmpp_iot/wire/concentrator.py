"""Requests of the concentrator's operations (XEP-0326 and its Neuro-Foundation sibling), in and out."""

from collections.abc import Iterator, Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import Final

from .dialects import Dialect, decode_node
from .errors import BadRequest, FeatureNotImplemented, ResourceConstraint
from .form_model import Submission
from .forms import X, decode_submission, encode_submission
from .model import NodeRef, Operation, TreeRequest
from .node_info import address
from .paging import decode_page, encode_page
from .sensor_data import decode_nodes
from .xml import (
    Element,
    bounded,
    clark,
    element,
    flag,
    format_boolean,
    optional,
    parse_boolean,
    required,
    split_tag,
)

MAX_TYPES: Final = 100  # node types to filter by
MAX_SORT_ORDERS: Final = 10


class Part(Flag):
    """What a request of an operation consists of."""

    NOTHING = 0
    NODE = auto()
    NODES = auto()
    SOURCE = auto()
    DETAILS = auto()  # whether to add node parameters and messages
    TYPES = auto()
    ORDER = auto()
    COMMAND = auto()
    FORM = auto()  # where the operation wants one
    EDIT = auto()  # a form in any case
    NEW_QUERY = auto()  # the id of a query to begin, where the asker names it
    QUERY = auto()  # the id of a query under way; what command it is of may be left out
    PAGE = auto()  # how much of a list is wanted


_LIST: Final = Part.DETAILS | Part.ORDER | Part.PAGE

OPERATIONS: Final[Mapping[Operation, Part]] = MappingProxyType(
    {
        Operation.GET_CAPABILITIES: Part.NOTHING,
        Operation.GET_ALL_DATA_SOURCES: Part.NOTHING,
        Operation.GET_ROOT_DATA_SOURCES: Part.NOTHING,
        Operation.GET_CHILD_DATA_SOURCES: Part.SOURCE,
        Operation.CONTAINS_NODE: Part.NODE,
        Operation.CONTAINS_NODES: Part.NODES,
        Operation.GET_NODE: Part.NODE | Part.DETAILS,
        Operation.GET_NODES: Part.NODES | Part.DETAILS,
        Operation.GET_ALL_NODES: Part.SOURCE | Part.TYPES | _LIST,
        Operation.GET_ROOT_NODES: Part.SOURCE | _LIST,
        Operation.GET_CHILD_NODES: Part.NODE | _LIST,
        Operation.GET_ANCESTORS: Part.NODE | Part.DETAILS,
        Operation.GET_NODE_INHERITANCE: Part.NODE,
        Operation.GET_NODE_COMMANDS: Part.NODE,
        Operation.GET_COMMAND_PARAMETERS: Part.NODE | Part.COMMAND,
        Operation.EXECUTE_NODE_COMMAND: Part.NODE | Part.COMMAND | Part.FORM,
        Operation.GET_NODE_PARAMETERS: Part.NODE,
        Operation.SET_NODE_PARAMETERS: Part.NODE | Part.FORM | Part.EDIT,
        Operation.EXECUTE_NODE_QUERY: (
            Part.NODE | Part.COMMAND | Part.FORM | Part.NEW_QUERY
        ),
        Operation.ABORT_NODE_QUERY: Part.NODE | Part.QUERY,
    }
)

ACTUATIONS: Final = frozenset(
    {
        Operation.EXECUTE_NODE_COMMAND,
        Operation.SET_NODE_PARAMETERS,
        Operation.EXECUTE_NODE_QUERY,
        Operation.ABORT_NODE_QUERY,
    }
)
"""Operations that do something, and so are an IQ of type set."""

ADDABLE_TYPES: Final = "getAddableNodeTypes"
"""Answered without asking anybody: nothing can be added anywhere, and clients take an error badly."""

UNIMPLEMENTED: Final = frozenset(
    {
        "abortCommonNodeQuery",
        "createNewNode",
        "destroyNode",
        "executeCommonNodeCommand",
        "executeCommonNodeQuery",
        "getAllIndexValues",
        "getCommonCommandParameters",
        "getCommonNodeCommands",
        "getCommonNodeParametersForEdit",
        "getDatabaseReadoutParameters",
        "getDatabases",
        "getIndices",
        "getNodesFromIndex",
        "getNodesFromIndices",
        "getParametersForNewNode",
        "moveNodeDown",
        "moveNodeUp",
        "moveNodesDown",
        "moveNodesUp",
        "registerSniffer",
        "setCommonNodeParametersAfterEdit",
        "startDatabaseReadout",
        "unregisterSniffer",
    }
)
"""Operations of either dialect that are known and not performed here."""

REQUESTS: Final = frozenset(OPERATIONS) | UNIMPLEMENTED | {ADDABLE_TYPES}
"""The elements of all concentrator requests but those about events (node_events.py)."""

_ONLY_DERIVED: Final = "onlyIfDerivedFrom"
_SORT_ORDER: Final = "sortOrder"


def decode_tree(request: Element, dialect: Dialect) -> TreeRequest:
    """Return what a concentrator request asks for; FeatureNotImplemented for unknown operations."""
    namespace, name = split_tag(request.tag)
    if name not in OPERATIONS:
        raise FeatureNotImplemented(f"{name[:100]} is not performed here.")
    operation = Operation(name)
    parts = OPERATIONS[operation]
    return TreeRequest(
        operation=operation,
        nodes=_nodes(request, parts, dialect),
        source=optional(request, dialect.source) if Part.SOURCE in parts else "",
        parameters=Part.DETAILS in parts and flag(request, "parameters"),
        messages=Part.DETAILS in parts and flag(request, "messages"),
        derived_from=_types(request, dialect) if Part.TYPES in parts else frozenset(),
        sort_order=_sort_order(request, dialect) if Part.ORDER in parts else (),
        command=_command(request, parts),
        form=_form(request, parts),
        query_id=_query_id(request, parts, dialect),
        page=decode_page(request) if Part.PAGE in parts else None,
        dialect=namespace,
    )


def decode_submitted(request: Element) -> Submission | None:
    """Return what was submitted with a request, or None without a form."""
    forms = request.findall(X)
    if len(forms) > 1:
        raise BadRequest("A command takes one form.")
    return decode_submission(forms[0]) if forms else None


def encode_tree(request: TreeRequest, dialect: Dialect) -> Element:
    """Return the request in a dialect; what the dialect has no words for is left out."""
    parts = OPERATIONS[request.operation]
    return element(
        clark(dialect.concentrator, request.operation),
        dict(_attributes(request, parts, dialect)),
        *_children(request, parts, dialect),
    )


def _nodes(request: Element, parts: Part, dialect: Dialect) -> tuple[NodeRef, ...]:
    if Part.NODE in parts:
        return (decode_node(request, dialect),)
    if Part.NODES in parts:
        return decode_nodes(request, dialect.concentrator, dialect)
    return ()


def _types(request: Element, dialect: Dialect) -> frozenset[str]:
    found = request.findall(clark(dialect.concentrator, _ONLY_DERIVED))
    if len(found) > MAX_TYPES:
        raise ResourceConstraint(f"A request names at most {MAX_TYPES} node types.")
    return frozenset(bounded((node.text or "").strip()) for node in found)


def _sort_order(request: Element, dialect: Dialect) -> tuple[tuple[str, bool], ...]:
    found = request.findall(clark(dialect.concentrator, _SORT_ORDER))
    if len(found) > MAX_SORT_ORDERS:
        raise ResourceConstraint(f"Sort by at most {MAX_SORT_ORDERS} parameters.")
    return tuple(
        (required(one, "parameterName"), parse_boolean(one.get("ascending", "true")))
        for one in found
    )


def _command(request: Element, parts: Part) -> str:
    if Part.COMMAND in parts:
        return required(request, "command")
    # XEP-0326 has it in an example of abortNodeQuery, and not in its schema.
    return optional(request, "command") if Part.QUERY in parts else ""


def _form(request: Element, parts: Part) -> Submission | None:
    form = decode_submitted(request) if Part.FORM in parts else None
    if form is None and Part.EDIT in parts:
        raise BadRequest("An edit comes in a form.")
    return form


def _query_id(request: Element, parts: Part, dialect: Dialect) -> str:
    named = Part.NEW_QUERY in parts and dialect.client_query_ids
    return required(request, "queryId") if named or Part.QUERY in parts else ""


def _attributes(
    request: TreeRequest, parts: Part, dialect: Dialect
) -> Iterator[tuple[str, str | None]]:
    if Part.NODE in parts:
        yield from address(request.nodes[0], dialect).items()
    if Part.SOURCE in parts:
        yield dialect.source, request.source
    if Part.DETAILS in parts:
        yield "parameters", "true" if request.parameters else None
        yield "messages", "true" if request.messages else None
    if Part.COMMAND in parts or Part.QUERY in parts:
        yield "command", request.command
    if Part.QUERY in parts or (Part.NEW_QUERY in parts and dialect.client_query_ids):
        yield "queryId", request.query_id


def _children(request: TreeRequest, parts: Part, dialect: Dialect) -> Iterator[Element]:
    if Part.NODES in parts:
        tag = clark(dialect.concentrator, dialect.node)
        yield from (element(tag, address(node, dialect)) for node in request.nodes)
    if Part.TYPES in parts:
        tag = clark(dialect.concentrator, _ONLY_DERIVED)
        yield from (element(tag, text=name) for name in sorted(request.derived_from))
    if request.operation in dialect.sorted_operations:
        tag = clark(dialect.concentrator, _SORT_ORDER)
        for name, ascending in request.sort_order:
            order = {"parameterName": name, "ascending": format_boolean(ascending)}
            yield element(tag, order)
    if Part.FORM in parts and request.form is not None:
        yield encode_submission(request.form)
    if Part.PAGE in parts and request.page is not None:
        yield encode_page(request.page)
