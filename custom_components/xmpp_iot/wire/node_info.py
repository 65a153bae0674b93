"""What a concentrator says of a node (XEP-0326 section 2.4), out and in: address, properties, messages."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from .content import Content
from .dialects import Dialect, decode_node
from .errors import BadRequest
from .model import NodeInfo, NodeMessage, NodeParameter, NodeRef, NodeState, ValueType
from .xml import (
    Element,
    clark,
    element,
    flag,
    format_boolean,
    format_date_time,
    format_value,
    instant,
    optional,
    parse_date_time,
    parse_value,
    required,
    split_tag,
)

MESSAGE: Final = "message"

# Node parameters know fewer types than fields do; in all dialects the same.
_PARAMETER_ELEMENTS: Final[Mapping[ValueType, str]] = MappingProxyType(
    {
        **{kind: kind.value for kind in ValueType},
        ValueType.DATE: "string",
        ValueType.ENUM: "string",
    }
)
_PARAMETER_TYPES: Final[Mapping[str, ValueType]] = MappingProxyType(
    {kind.value: kind for kind, name in _PARAMETER_ELEMENTS.items() if name == kind}
)


def address(node: NodeRef, dialect: Dialect) -> dict[str, str | None]:
    """Return the attributes that name a node; the source always, which XEP-0326 requires."""
    return {
        dialect.node_id: node.id,
        dialect.source: node.source,
        dialect.partition: node.partition or None,
    }


def encode_node_info(node: NodeInfo, dialect: Dialect) -> Content:
    """Return what is said of a node, for the element that says it."""
    parameters = (_encode_parameter(one, dialect) for one in node.parameters)
    messages = (encode_node_message(one, dialect) for one in node.messages)
    return Content(dict(_attributes(node, dialect)), (*parameters, *messages))


def _attributes(node: NodeInfo, dialect: Dialect) -> Iterator[tuple[str, str | None]]:
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


def _encode_parameter(parameter: NodeParameter, dialect: Dialect) -> Element:
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


def encode_node_message(message: NodeMessage, dialect: Dialect) -> Element:
    """Return a message about a node."""
    return element(
        clark(dialect.concentrator, MESSAGE),
        {
            "timestamp": format_date_time(message.at),
            "type": message.kind,
            "eventId": message.event_id or None,
        },
        text=message.text,
    )


def decode_node_info(node: Element, dialect: Dialect) -> NodeInfo:
    """Return what a peer says of a node; what it leaves out is empty or false.

    In lists of XEP-0326 nodes carry no source: it is that of the request then, and empty here.
    """
    ref = decode_node(node, dialect)
    return NodeInfo(
        ref=ref,
        node_type=optional(node, "nodeType"),
        display_name=optional(node, "displayName"),
        state=decode_state(node),
        has_children=flag(node, "hasChildren"),
        is_readable=flag(node, "isReadable"),
        is_controllable=flag(node, "isControllable"),
        has_commands=flag(node, "hasCommands"),
        parent=_decode_parent(node, ref, dialect),
        last_changed=instant(node, "lastChanged"),
        parameters=tuple(_decode_parameters(node, dialect)),
        messages=decode_node_messages(node, dialect),
    )


def decode_state(node: Element) -> NodeState:
    """Return a node's state; BadRequest for one that nobody specified."""
    text = node.get("state", NodeState.NONE)
    if text not in NodeState:
        raise BadRequest("There is no such node state.")
    return NodeState(text)


def decode_node_messages(node: Element, dialect: Dialect) -> tuple[NodeMessage, ...]:
    """Return the messages about a node."""
    return tuple(
        NodeMessage(
            at=parse_date_time(required(message, "timestamp")),
            kind=required(message, "type"),
            text=message.text or "",
            event_id=optional(message, "eventId"),
        )
        for message in node.findall(clark(dialect.concentrator, MESSAGE))
    )


def _decode_parent(node: Element, ref: NodeRef, dialect: Dialect) -> NodeRef | None:
    """Return a node's parent, which is of the same source."""
    if "parentId" not in node.attrib:
        return None
    partition = optional(node, dialect.parent_partition)
    return NodeRef(required(node, "parentId"), ref.source, partition)


def _decode_parameters(node: Element, dialect: Dialect) -> Iterator[NodeParameter]:
    for child in node:
        namespace, name = split_tag(child.tag)
        if namespace != dialect.concentrator or name not in _PARAMETER_TYPES:
            continue
        kind = _PARAMETER_TYPES[name]
        if (value := child.get("value")) is None:
            raise BadRequest("A node parameter has no value.")
        yield NodeParameter(
            required(child, "id"),
            optional(child, "name"),
            kind,
            parse_value(kind, value),
        )
