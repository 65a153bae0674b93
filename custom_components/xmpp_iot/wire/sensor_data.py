"""Sensor data (XEP-0323 and its Neuro-Foundation sibling): requests in, readings out.

Readings are rendered as text, fragment by fragment, and composed: the same fragments serve an IQ result,
the messages of a long readout and the feeds, so there is one way from a reading to XML.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Final

from .dialects import Dialect, decode_node
from .errors import ResourceConstraint
from .model import (
    CancelRead,
    Category,
    Field,
    NodeRef,
    Quality,
    Reading,
    ReadRequest,
    ValueType,
)
from .xml import (
    Element,
    clark,
    element,
    escape,
    flag,
    format_date_time,
    format_value,
    instant,
    parse_value,
    required,
)

MAX_NODES: Final = 1000
MAX_FIELDS: Final = 1000

_INTEGERS: Final = frozenset({ValueType.INT, ValueType.LONG})


def decode_read(request: Element, dialect: Dialect) -> ReadRequest:
    """Return what a `req` asks for; without any category that is all but historical."""
    return ReadRequest(
        id=_request_id(request, dialect),
        nodes=distinct(decode_nodes(request, dialect.sensor_data, dialect)),
        fields=_field_filter(request, dialect),
        categories=_categories(request, dialect),
        when=instant(request, "when"),
    )


def decode_cancel(request: Element, dialect: Dialect) -> CancelRead:
    """Return which readout a `cancel` means."""
    return CancelRead(_request_id(request, dialect))


def decode_nodes(
    request: Element, namespace: str, dialect: Dialect
) -> tuple[NodeRef, ...]:
    """Return the nodes a request lists; ResourceConstraint for more than a thousand."""
    found = request.findall(clark(namespace, dialect.node))
    if len(found) > MAX_NODES:
        raise ResourceConstraint(f"A request names at most {MAX_NODES} nodes.")
    return tuple(decode_node(node, dialect) for node in found)


def distinct(nodes: tuple[NodeRef, ...]) -> tuple[NodeRef, ...]:
    """Return each node once, where it is first: what is asked a thousand times is answered once."""
    return tuple(dict.fromkeys(nodes))


def encode_accepted(request_id: str, dialect: Dialect) -> Element:
    """Return the answer that the data will follow in messages."""
    return _reference("accepted", request_id, dialect)


def encode_cancelled(request_id: str, dialect: Dialect) -> Element | None:
    """Return the answer to a `cancel`; None for an empty result."""
    if not dialect.cancelled:
        return None
    return _reference(dialect.cancelled, request_id, dialect)


def render_reading(reading: Reading, dialect: Dialect) -> str:
    """Return the fields of one node as text of an element without xmlns.

    Where the dialect has errors among the fields, the reading's error is there too.
    """
    parts = [_field(field, dialect) for field in reading.fields]
    if reading.error and dialect.inline_errors:
        parts.append(_inline_error(reading.error))
    return _node(reading, "".join(parts), dialect)


def render_error(reading: Reading, dialect: Dialect) -> str:
    """Return why one node could not be read as text of an element without xmlns."""
    if dialect.inline_errors:
        return _node(reading, _inline_error(reading.error), dialect)
    address = _address(reading.node, dialect)
    when = f'timestamp="{format_date_time(reading.at)}"'
    return f"<error{address} {when}>{escape(reading.error)}</error>"


def render_fields(
    fragments: Iterable[str], dialect: Dialect, request_id: str, *, last: bool = True
) -> str:
    """Return rendered readings as one message of the readout `request_id`, the last one or not."""
    return _message(dialect.fields, fragments, dialect, request_id, last=last)


def render_failure(
    fragments: Iterable[str], dialect: Dialect, request_id: str, *, last: bool = True
) -> str:
    """Return rendered errors as one message of the readout `request_id`, the last one or not."""
    name = dialect.fields if dialect.inline_errors else "failure"
    return _message(name, fragments, dialect, request_id, last=last)


def render_refusal(reason: str, at: datetime, dialect: Dialect, request_id: str) -> str:
    """Return, where errors stand among fields, an answer that no node was read at all."""
    refusal = _timed(at, _inline_error(reason), dialect)
    return render_fields((refusal,), dialect, request_id)


def _request_id(request: Element, dialect: Dialect) -> str:
    text = required(request, dialect.request_id)
    return str(parse_value(dialect.request_id_type, text))


def _field_filter(request: Element, dialect: Dialect) -> frozenset[str]:
    found = request.findall(clark(dialect.sensor_data, dialect.field_filter))
    if len(found) > MAX_FIELDS:
        raise ResourceConstraint(f"A request names at most {MAX_FIELDS} fields.")
    return frozenset(required(field, dialect.field_name) for field in found)


def _categories(request: Element, dialect: Dialect) -> frozenset[Category]:
    if flag(request, "all"):
        return frozenset(Category)
    return frozenset(
        category
        for attribute, category in dialect.requested.items()
        if flag(request, attribute)
    )


def _reference(name: str, request_id: str, dialect: Dialect) -> Element:
    return element(clark(dialect.sensor_data, name), {dialect.request_id: request_id})


def _message(
    name: str,
    fragments: Iterable[str],
    dialect: Dialect,
    request_id: str,
    *,
    last: bool,
) -> str:
    mark, on_last = dialect.last_mark
    marked = f' {mark}="true"' if last is on_last else ""
    reference = f'{dialect.request_id}="{escape(request_id)}"{marked}'
    content = "".join(fragments)
    return f'<{name} xmlns="{dialect.sensor_data}" {reference}>{content}</{name}>'


def _node(reading: Reading, content: str, dialect: Dialect) -> str:
    address = _address(reading.node, dialect)
    timed = _timed(reading.at, content, dialect)
    return f"<{dialect.node}{address}>{timed}</{dialect.node}>"


def _timed(at: datetime, content: str, dialect: Dialect) -> str:
    when = f'{dialect.time_value}="{format_date_time(at)}"'
    return f"<{dialect.timestamp} {when}>{content}</{dialect.timestamp}>"


def _address(node: NodeRef, dialect: Dialect) -> str:
    source = f' {dialect.source}="{escape(node.source)}"' if node.source else ""
    partition = (
        f' {dialect.partition}="{escape(node.partition)}"' if node.partition else ""
    )
    return f' {dialect.node_id}="{escape(node.id)}"{source}{partition}'


def _inline_error(text: str) -> str:
    return f"<err>{escape(text)}</err>"


def _field(field: Field, dialect: Dialect) -> str:
    # Integers carry no unit on the wire: one with a unit is a quantity.
    kind = ValueType.DOUBLE if field.unit and field.type in _INTEGERS else field.type
    return (
        f'<{dialect.field_elements[kind]} {dialect.field_name}="{escape(field.name)}"'
        f"{_flags(dialect, field.category, field.quality, field.writable)}"
        f' {dialect.field_value}="{escape(format_value(kind, field.value))}"'
        f"{_annotation(field, kind, dialect)}/>"
    )


def _annotation(field: Field, kind: ValueType, dialect: Dialect) -> str:
    """Return the unit of a quantity, or the type of an enumeration's value."""
    if kind is ValueType.DOUBLE and (field.unit or dialect.unit_required):
        return f' {dialect.unit}="{escape(field.unit)}"'
    if kind is ValueType.ENUM:
        return f' {dialect.data_type}="{escape(field.data_type)}"'
    return ""


@cache
def _flags(
    dialect: Dialect, category: Category, quality: Quality, writable: bool
) -> str:
    control = f' {dialect.writable}="true"' if writable else ""
    kind, quality_name = dialect.categories[category], dialect.qualities[quality]
    return f' {kind}="true" {quality_name}="true"{control}'
