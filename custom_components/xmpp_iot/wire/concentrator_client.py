"""Answers of the concentrator's operations as they arrive: what answers.py says, understood.

Requests are encoded in concentrator.py. An answer that tells a failure is raised as what the peer's stanza
error would have been; one that is malformed is a BadRequest, as anything malformed is.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from .dialects import Dialect
from .errors import BadRequest
from .failures import decode_failure
from .forms import X, decode_form
from .model import (
    Capabilities,
    Command,
    Commands,
    CommandType,
    Contains,
    DataSource,
    DataSources,
    Done,
    Inheritance,
    Nodes,
    Operation,
    QueryBegun,
    TreeAnswer,
)
from .node_info import decode_node_info
from .paging import decode_place
from .xml import (
    Element,
    bounded,
    clark,
    flag,
    instant,
    optional,
    parse_boolean,
    required,
)

# One implementation has a spelling of its own; peers may use either in any namespace.
_COMMAND_TYPES: Final[Mapping[str, CommandType]] = MappingProxyType(
    {
        **{kind.value: kind for kind in CommandType},
        "Parametrized": CommandType.PARAMETERIZED,
    }
)


def decode_answer(
    operation: Operation, answer: Element | None, dialect: Dialect
) -> TreeAnswer:
    """Return what a peer answers to `operation`; None is an empty result.

    RemoteError where the answer tells a failure, BadRequest where it is not what the operation wants.
    """
    if answer is None:
        if operation not in _EMPTY:
            raise BadRequest("The answer is empty.")
        return _EMPTY[operation]
    if failure := decode_failure(answer, dialect):
        raise failure
    name = dialect.answers.get(operation)
    if name is not None and answer.tag != clark(dialect.concentrator, name):
        raise BadRequest("This answers something else.")
    return _READERS[operation](answer, dialect)


def _read_capabilities(answer: Element, dialect: Dialect) -> TreeAnswer:
    return Capabilities(_texts(answer, "value", dialect))


def _read_sources(answer: Element, dialect: Dialect) -> TreeAnswer:
    found = answer.findall(clark(dialect.concentrator, "dataSource"))
    return DataSources(tuple(_source(one, dialect) for one in found))


def _source(source: Element, dialect: Dialect) -> DataSource:
    return DataSource(
        id=required(source, dialect.source),
        name=optional(source, "name"),
        has_children=flag(source, "hasChildren"),
        last_changed=instant(source, "lastChanged"),
    )


def _read_contained(answer: Element, _: Dialect) -> TreeAnswer:
    return Contains((parse_boolean(answer.text or ""),))


def _read_contains(answer: Element, dialect: Dialect) -> TreeAnswer:
    return Contains(
        tuple(map(parse_boolean, _texts(answer, dialect.boolean_item, dialect)))
    )


def _read_node(answer: Element, dialect: Dialect) -> TreeAnswer:
    return Nodes((decode_node_info(answer, dialect),))


def _read_nodes(answer: Element, dialect: Dialect) -> TreeAnswer:
    found = answer.findall(clark(dialect.concentrator, dialect.node_info))
    return Nodes(
        tuple(decode_node_info(one, dialect) for one in found), decode_place(answer)
    )


def _read_edited(answer: Element, dialect: Dialect) -> TreeAnswer:
    """Return the node as it is after an edit; dialects differ in whether it is in a list."""
    if Operation.SET_NODE_PARAMETERS in dialect.node_answers:
        return _read_node(answer, dialect)
    return _read_nodes(answer, dialect)


def _read_inheritance(answer: Element, dialect: Dialect) -> TreeAnswer:
    base_classes, interfaces = (
        () if found is None else _texts(found, "value", dialect)
        for name in ("baseClasses", "interfaces")
        for found in (answer.find(clark(dialect.concentrator, name)),)
    )
    return Inheritance(base_classes, interfaces)


def _read_commands(answer: Element, dialect: Dialect) -> TreeAnswer:
    found = answer.findall(clark(dialect.concentrator, "command"))
    return Commands(tuple(_command(one) for one in found))


def _command(command: Element) -> Command:
    kind = command.get("type", "")
    if kind not in _COMMAND_TYPES:
        raise BadRequest("There is no such type of command.")
    return Command(
        id=required(command, "command"),
        name=optional(command, "name"),
        type=_COMMAND_TYPES[kind],
        sort_category=optional(command, "sortCategory"),
        sort_key=optional(command, "sortKey"),
        confirmation=optional(command, "confirmationString"),
        success=optional(command, "successString"),
        failure=optional(command, "failureString"),
    )


def _read_form(answer: Element, _: Dialect) -> TreeAnswer:
    """Return the form, which is the answer itself or in it."""
    if (form := answer if answer.tag == X else answer.find(X)) is None:
        raise BadRequest("The answer has no form.")
    return decode_form(form)


def _read_query(answer: Element, _: Dialect) -> TreeAnswer:
    return QueryBegun(required(answer, "queryId"))


def _read_done(_answer: Element, _dialect: Dialect) -> TreeAnswer:
    return Done()


def _texts(parent: Element, name: str, dialect: Dialect) -> tuple[str, ...]:
    found = parent.findall(clark(dialect.concentrator, name))
    return tuple(bounded(one.text or "") for one in found)


_READERS: Final[Mapping[Operation, Callable[[Element, Dialect], TreeAnswer]]] = (
    MappingProxyType(
        {
            Operation.GET_CAPABILITIES: _read_capabilities,
            Operation.GET_ALL_DATA_SOURCES: _read_sources,
            Operation.GET_ROOT_DATA_SOURCES: _read_sources,
            Operation.GET_CHILD_DATA_SOURCES: _read_sources,
            Operation.CONTAINS_NODE: _read_contained,
            Operation.CONTAINS_NODES: _read_contains,
            Operation.GET_NODE: _read_node,
            Operation.GET_NODES: _read_nodes,
            Operation.GET_ALL_NODES: _read_nodes,
            Operation.GET_ROOT_NODES: _read_nodes,
            Operation.GET_CHILD_NODES: _read_nodes,
            Operation.GET_ANCESTORS: _read_nodes,
            Operation.GET_NODE_INHERITANCE: _read_inheritance,
            Operation.GET_NODE_COMMANDS: _read_commands,
            Operation.GET_COMMAND_PARAMETERS: _read_form,
            Operation.EXECUTE_NODE_COMMAND: _read_done,
            Operation.GET_NODE_PARAMETERS: _read_form,
            Operation.SET_NODE_PARAMETERS: _read_edited,
            Operation.EXECUTE_NODE_QUERY: _read_query,
            Operation.ABORT_NODE_QUERY: _read_done,
        }
    )
)
_EMPTY: Final[Mapping[Operation, TreeAnswer]] = MappingProxyType(
    {
        Operation.EXECUTE_NODE_COMMAND: Done(),
        Operation.EXECUTE_NODE_QUERY: QueryBegun(""),  # its id is what the asker chose
        Operation.ABORT_NODE_QUERY: Done(),
    }
)
