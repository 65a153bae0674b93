"""Requests of the concentrator's operations (XEP-0326 and its Neuro-Foundation sibling)."""

from collections.abc import Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import Final

from .dialects import Dialect, decode_node
from .errors import BadRequest, FeatureNotImplemented, ResourceConstraint
from .forms import X, decode_submission
from .model import NodeRef, Operation, Submission, TreeRequest
from .sensor_data import decode_nodes
from .xml import Element, bounded, clark, flag, optional, required, split_tag

MAX_TYPES: Final = 100  # node types to filter by


class Part(Flag):
    """What a request of an operation consists of."""

    NOTHING = 0
    NODE = auto()
    NODES = auto()
    SOURCE = auto()
    DETAILS = auto()  # whether to add node parameters and messages
    TYPES = auto()
    COMMAND = auto()
    FORM = auto()


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
        Operation.GET_ALL_NODES: Part.SOURCE | Part.DETAILS | Part.TYPES,
        Operation.GET_ROOT_NODES: Part.SOURCE | Part.DETAILS,
        Operation.GET_CHILD_NODES: Part.NODE | Part.DETAILS,
        Operation.GET_ANCESTORS: Part.NODE | Part.DETAILS,
        Operation.GET_NODE_COMMANDS: Part.NODE,
        Operation.GET_COMMAND_PARAMETERS: Part.NODE | Part.COMMAND,
        Operation.EXECUTE_NODE_COMMAND: Part.NODE | Part.COMMAND | Part.FORM,
    }
)

ACTUATIONS: Final = frozenset({Operation.EXECUTE_NODE_COMMAND})
"""Operations that do something, and so are an IQ of type set."""

ADDABLE_TYPES: Final = "getAddableNodeTypes"
"""Answered without asking anybody: nothing can be added anywhere, and clients take an error badly."""

UNIMPLEMENTED: Final = frozenset(
    {
        "abortCommonNodeQuery",
        "abortNodeQuery",
        "createNewNode",
        "destroyNode",
        "executeCommonNodeCommand",
        "executeCommonNodeQuery",
        "executeNodeQuery",
        "getAllIndexValues",
        "getCommonCommandParameters",
        "getCommonNodeCommands",
        "getCommonNodeParametersForEdit",
        "getDatabaseReadoutParameters",
        "getDatabases",
        "getIndices",
        "getNodeInheritance",
        "getNodeParametersForEdit",
        "getNodesFromIndex",
        "getNodesFromIndices",
        "getParametersForNewNode",
        "moveNodeDown",
        "moveNodeUp",
        "moveNodesDown",
        "moveNodesUp",
        "registerSniffer",
        "setCommonNodeParametersAfterEdit",
        "setNodeParametersAfterEdit",
        "startDatabaseReadout",
        "subscribe",
        "unregisterSniffer",
        "unsubscribe",
    }
)
"""Operations of either dialect that are known and not performed here."""

REQUESTS: Final = frozenset(OPERATIONS) | UNIMPLEMENTED | {ADDABLE_TYPES}
"""The elements of all concentrator requests."""


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
        command=required(request, "command") if Part.COMMAND in parts else "",
        form=decode_form(request) if Part.FORM in parts else None,
        dialect=namespace,
    )


def decode_form(request: Element) -> Submission | None:
    """Return what was submitted with a request, or None without a form."""
    forms = request.findall(X)
    if len(forms) > 1:
        raise BadRequest("A command takes one form.")
    return decode_submission(forms[0]) if forms else None


def _nodes(request: Element, parts: Part, dialect: Dialect) -> tuple[NodeRef, ...]:
    if Part.NODE in parts:
        return (decode_node(request, dialect),)
    if Part.NODES in parts:
        return decode_nodes(request, dialect.concentrator, dialect)
    return ()


def _types(request: Element, dialect: Dialect) -> frozenset[str]:
    found = request.findall(clark(dialect.concentrator, "onlyIfDerivedFrom"))
    if len(found) > MAX_TYPES:
        raise ResourceConstraint(f"A request names at most {MAX_TYPES} node types.")
    return frozenset(bounded((node.text or "").strip()) for node in found)
