"""Answers of the concentrator's operations (XEP-0326 and its Neuro-Foundation sibling).

An answer is first its content, the same in all dialects, and then put into the element the dialect wants.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, assert_never

from .concentrator import ADDABLE_TYPES
from .dialects import Dialect
from .forms import encode_form
from .model import (
    Capabilities,
    Command,
    Commands,
    Contains,
    DataSource,
    DataSources,
    Done,
    Form,
    NodeInfo,
    NodeMessage,
    NodeParameter,
    Nodes,
    Operation,
    TreeAnswer,
    ValueType,
)
from .xml import (
    NO_ATTRIBUTES,
    Element,
    clark,
    element,
    format_boolean,
    format_date_time,
    format_value,
)


@dataclass(frozen=True, slots=True)
class Content:
    """What an answer says, before it is in an element."""

    attributes: Mapping[str, str | None] = NO_ATTRIBUTES
    children: tuple[Element, ...] = ()
    text: str = ""

    def within(self, tag: str, results: Mapping[str, str]) -> Element:
        """Return the element `tag` with this content and the attributes `results`."""
        return element(
            tag, {**results, **self.attributes}, *self.children, text=self.text
        )


def encode_answer(
    operation: Operation, answer: TreeAnswer, dialect: Dialect
) -> Element | None:
    """Return the answer to `operation`; None for an empty result."""
    content = _content(operation, answer, dialect)
    if (name := dialect.answers.get(operation)) is None:
        return next(iter(content.children), None)
    return content.within(clark(dialect.concentrator, name), dialect.answer_result)


def encode_no_addable_types(dialect: Dialect) -> Element:
    """Return the answer that no type of node can be added."""
    name = f"{ADDABLE_TYPES}Response" if dialect.in_band_results else "nodeTypes"
    return element(clark(dialect.concentrator, name), dialect.answer_result)


def _content(operation: Operation, answer: TreeAnswer, dialect: Dialect) -> Content:
    match answer:
        case Capabilities(names):
            return _items("value", names, dialect)
        case DataSources(sources):
            return Content(
                children=tuple(_data_source(one, dialect) for one in sources)
            )
        case Contains(found) if operation is Operation.CONTAINS_NODE:
            return Content(text=format_boolean(found[0]))
        case Contains(found):
            return _items(dialect.boolean_item, map(format_boolean, found), dialect)
        case Nodes(nodes) if operation is Operation.GET_NODE:
            return _node(nodes[0], dialect)
        case Nodes(nodes):
            tag = clark(dialect.concentrator, dialect.node_info)
            return Content(
                children=tuple(_node(node, dialect).within(tag, {}) for node in nodes)
            )
        case Commands(commands):
            return Content(children=tuple(_command(one, dialect) for one in commands))
        case Form():
            return Content(children=(encode_form(answer, dialect),))
        case Done():
            return Content()
        case _:
            assert_never(answer)


def _items(name: str, texts: Iterable[str], dialect: Dialect) -> Content:
    tag = clark(dialect.concentrator, name)
    return Content(children=tuple(element(tag, text=text) for text in texts))


def _data_source(source: DataSource, dialect: Dialect) -> Element:
    return element(
        clark(dialect.concentrator, "dataSource"),
        {
            dialect.source: source.id,
            "name": source.name,
            "hasChildren": format_boolean(source.has_children),
            "lastChanged": format_date_time(source.last_changed)
            if source.last_changed
            else None,
        },
    )


def _node(node: NodeInfo, dialect: Dialect) -> Content:
    parameters = (_node_parameter(one, dialect) for one in node.parameters)
    messages = (_node_message(one, dialect) for one in node.messages)
    return Content(dict(_node_attributes(node, dialect)), (*parameters, *messages))


def _node_attributes(
    node: NodeInfo, dialect: Dialect
) -> Iterator[tuple[str, str | None]]:
    """Yield a node's attributes; optional booleans only where they are true."""
    yield dialect.node_id, node.ref.id
    if dialect.node_info_source:
        yield dialect.node_info_source, node.ref.source or None
    yield dialect.partition, node.ref.partition or None
    yield "nodeType", node.node_type
    yield "displayName", node.display_name
    yield "state", node.state
    yield "hasChildren", format_boolean(node.has_children)
    yield "isReadable", "true" if node.is_readable else None
    yield "isControllable", "true" if node.is_controllable else None
    yield "hasCommands", "true" if node.has_commands else None
    if node.parent:
        yield "parentId", node.parent.id
        yield dialect.parent_partition, node.parent.partition or None
    if node.last_changed:
        yield "lastChanged", format_date_time(node.last_changed)


# Node parameters know fewer types than fields do; in all dialects the same.
_PARAMETER_ELEMENTS: Final[Mapping[ValueType, str]] = MappingProxyType(
    {
        **{kind: kind.value for kind in ValueType},
        ValueType.DATE: "string",
        ValueType.ENUM: "string",
    }
)


def _node_parameter(parameter: NodeParameter, dialect: Dialect) -> Element:
    value = format_value(parameter.type, parameter.value)
    return element(
        clark(dialect.concentrator, _PARAMETER_ELEMENTS[parameter.type]),
        {
            "id": parameter.id,
            "name": parameter.name,
            # A node parameter's colour has no alpha.
            "value": value[:6] if parameter.type is ValueType.COLOR else value,
        },
    )


def _node_message(message: NodeMessage, dialect: Dialect) -> Element:
    return element(
        clark(dialect.concentrator, "message"),
        {
            "timestamp": format_date_time(message.at),
            "type": message.kind,
            "eventId": message.event_id or None,
        },
        text=message.text,
    )


def _command(command: Command, dialect: Dialect) -> Element:
    return element(
        clark(dialect.concentrator, "command"),
        {
            "command": command.id,
            "name": command.name,
            "type": dialect.command_types[command.type],
            "sortCategory": command.sort_category or None,
            "sortKey": command.sort_key or None,
            "confirmationString": command.confirmation or None,
            "failureString": command.failure or None,
            "successString": command.success or None,
        },
    )
