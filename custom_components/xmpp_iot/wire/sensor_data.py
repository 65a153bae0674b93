"""Sensor data (XEP-0323 and its Neuro-Foundation sibling): requests in, readings out.

Readings are rendered as text, fragment by fragment, and composed: the same fragments serve an IQ result,
the messages of a long readout and the feeds, so there is one way from a reading to XML.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

from .dialects import Dialect, decode_node
from .errors import BadRequest, ResourceConstraint
from .model import (
    HISTORICAL,
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
_ALL: Final = frozenset(Category)
_UNSAID: Final = _ALL - HISTORICAL  # what a request without categories asks for


def decode_read(request: Element, dialect: Dialect) -> ReadRequest:
    """Return what a `req` asks for; without any category that is all but historical.

    BadRequest for a span that ends before it begins.
    """
    start, end = instant(request, "from"), instant(request, "to")
    if start and end and start > end:
        raise BadRequest("The span ends before it begins.")
    return ReadRequest(
        id=request_id(request, dialect),
        nodes=distinct(decode_nodes(request, dialect.sensor_data, dialect)),
        fields=_field_filter(request, dialect),
        categories=decode_categories(request, dialect),
        when=instant(request, "when"),
        start=start,
        end=end,
    )


def encode_read(request: ReadRequest, dialect: Dialect) -> Element:
    """Return the `req` that asks for a readout.

    Categories are always said: the deployed implementation takes none for nothing. Where the dialect has
    one word for all that is historical, it asks for more than was wanted.
    """
    return element(
        clark(dialect.sensor_data, "req"),
        {
            dialect.request_id: request.id,
            **encode_categories(request.categories or _UNSAID, dialect),
            "from": _moment(request.start),
            "to": _moment(request.end),
            "when": _moment(request.when),
        },
        *encode_nodes(request.nodes, dialect.sensor_data, dialect),
        *(
            element(
                clark(dialect.sensor_data, dialect.field_filter),
                {dialect.field_name: name},
            )
            for name in sorted(request.fields)
        ),
    )


def decode_cancel(request: Element, dialect: Dialect) -> CancelRead:
    """Return which readout a `cancel` means."""
    return CancelRead(request_id(request, dialect))


def encode_cancel(request: CancelRead, dialect: Dialect) -> Element:
    """Return the `cancel` that stops a readout."""
    return _reference("cancel", request.id, dialect)


def request_id(payload: Element, dialect: Dialect) -> str:
    """Return the id of the readout that `payload` is about; BadRequest without, or where it is no id."""
    text = required(payload, dialect.request_id)
    return str(parse_value(dialect.request_id_type, text))


def decode_nodes(
    request: Element, namespace: str, dialect: Dialect
) -> tuple[NodeRef, ...]:
    """Return the nodes a request lists; ResourceConstraint for more than a thousand."""
    found = request.findall(clark(namespace, dialect.node))
    if len(found) > MAX_NODES:
        raise ResourceConstraint(f"A request names at most {MAX_NODES} nodes.")
    return tuple(decode_node(node, dialect) for node in found)


def encode_nodes(
    nodes: Iterable[NodeRef], namespace: str, dialect: Dialect
) -> tuple[Element, ...]:
    """Return the nodes a request is about, as its children."""
    return tuple(
        element(
            clark(namespace, dialect.node),
            {
                dialect.node_id: node.id,
                dialect.source: node.source or None,
                dialect.partition: node.partition or None,
            },
        )
        for node in nodes
    )


def distinct(nodes: tuple[NodeRef, ...]) -> tuple[NodeRef, ...]:
    """Return each node once, where it is first: what is asked a thousand times is answered once."""
    return tuple(dict.fromkeys(nodes))


def encode_accepted(
    identifier: str, dialect: Dialect, *, queued: bool = False
) -> Element:
    """Return the answer that the data will follow in messages, at once or (`queued`) at its time."""
    answer = _reference("accepted", identifier, dialect)
    if queued:
        answer.set("queued", "true")
    return answer


def encode_started(identifier: str, dialect: Dialect) -> Element:
    """Return the message that a queued readout begins."""
    return _reference("started", identifier, dialect)


def encode_cancelled(identifier: str, dialect: Dialect) -> Element | None:
    """Return the answer to a `cancel`; None for an empty result."""
    if not dialect.cancelled:
        return None
    return _reference(dialect.cancelled, identifier, dialect)


def render_reading(reading: Reading, dialect: Dialect) -> str:
    """Return the fields of one node as text of an element without xmlns.

    Where the dialect has errors among the fields, the reading's error is there too.
    """
    start, end = node_tags(reading.node, dialect)
    return f"{start}{render_moment(reading, dialect)}{end}"


def render_moment(reading: Reading, dialect: Dialect) -> str:
    """Return the same without the node's element, which several readings of the node can share."""
    content = "".join([_field(field, dialect) for field in reading.fields])
    if reading.error and dialect.inline_errors:
        content += _inline_error(reading.error)
    return _timed(reading.at, content, dialect)


def node_tags(node: NodeRef, dialect: Dialect) -> tuple[str, str]:
    """Return how the element of a node begins and ends, without xmlns."""
    return f"<{dialect.node}{_address(node, dialect)}>", f"</{dialect.node}>"


def render_error(reading: Reading, dialect: Dialect) -> str:
    """Return why one node could not be read as text of an element without xmlns."""
    if dialect.inline_errors:
        return render_reading(replace(reading, fields=()), dialect)
    address = _address(reading.node, dialect)
    when = f'timestamp="{format_date_time(reading.at)}"'
    return f"<error{address} {when}>{escape(reading.error)}</error>"


def render_fields(
    fragments: Iterable[str], dialect: Dialect, identifier: str, *, last: bool = True
) -> str:
    """Return rendered readings as one message of the readout `identifier`, the last one or not."""
    return _message(dialect.fields, fragments, dialect, identifier, last=last)


def render_failure(
    fragments: Iterable[str], dialect: Dialect, identifier: str, *, last: bool = True
) -> str:
    """Return rendered errors as one message of the readout `identifier`, the last one or not."""
    name = dialect.fields if dialect.inline_errors else "failure"
    return _message(name, fragments, dialect, identifier, last=last)


def render_refusal(reason: str, at: datetime, dialect: Dialect, identifier: str) -> str:
    """Return, where errors stand among fields, an answer that no node was read at all."""
    refusal = _timed(at, _inline_error(reason), dialect)
    return render_fields((refusal,), dialect, identifier)


def _field_filter(request: Element, dialect: Dialect) -> frozenset[str]:
    found = request.findall(clark(dialect.sensor_data, dialect.field_filter))
    if len(found) > MAX_FIELDS:
        raise ResourceConstraint(f"A request names at most {MAX_FIELDS} fields.")
    return frozenset(required(field, dialect.field_name) for field in found)


def decode_categories(request: Element, dialect: Dialect) -> frozenset[Category]:
    """Return the categories that a request asks for; none where it says none."""
    if flag(request, "all"):
        return _ALL
    return frozenset[Category]().union(
        *(
            categories
            for attribute, categories in dialect.requested.items()
            if flag(request, attribute)
        )
    )


def encode_categories(
    categories: frozenset[Category], dialect: Dialect
) -> dict[str, str | None]:
    """Return the attributes of a request that ask for these categories."""
    if categories == _ALL:
        return {"all": "true"}
    return {
        dialect.categories[category]: "true"
        for category in Category
        if category in categories
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else format_date_time(at)


def _reference(name: str, identifier: str, dialect: Dialect) -> Element:
    return element(clark(dialect.sensor_data, name), {dialect.request_id: identifier})


def _message(
    name: str,
    fragments: Iterable[str],
    dialect: Dialect,
    identifier: str,
    *,
    last: bool,
) -> str:
    mark, on_last = dialect.last_mark
    marked = f' {mark}="true"' if last is on_last else ""
    reference = f'{dialect.request_id}="{escape(identifier)}"{marked}'
    content = "".join(fragments)
    return f'<{name} xmlns="{dialect.sensor_data}" {reference}>{content}</{name}>'


def _timed(at: datetime, content: str, dialect: Dialect) -> str:
    when = f'{dialect.time_value}="{format_date_time(at)}"'
    return f"<{dialect.timestamp} {when}>{content}</{dialect.timestamp}>"


def _address(node: NodeRef, dialect: Dialect) -> str:
    where = _place(node.source, node.partition, dialect)
    return f' {dialect.node_id}="{escape(node.id)}"{where}'


@lru_cache(maxsize=64)
def _place(source: str, partition: str, dialect: Dialect) -> str:
    """Return the part of an address that thousands of nodes share."""
    return "".join(
        f' {name}="{escape(value)}"'
        for name, value in ((dialect.source, source), (dialect.partition, partition))
        if value
    )


def _inline_error(text: str) -> str:
    return f"<err>{escape(text)}</err>"


def _field(field: Field, dialect: Dialect) -> str:
    # Integers carry no unit on the wire: one with a unit is a quantity.
    kind = ValueType.DOUBLE if field.unit and field.type in _INTEGERS else field.type
    return (
        f'<{dialect.field_elements[kind]} {dialect.field_name}="{escape(field.name)}"'
        f"{_flags(dialect, field.category, field.qualities, field.writable)}"
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
    dialect: Dialect,
    category: Category,
    qualities: frozenset[Quality],
    writable: bool,
) -> str:
    names = [dialect.categories[category]]
    names += (name for one, name in dialect.qualities.items() if one in qualities)
    if writable:
        names.append(dialect.writable)
    return "".join(f' {name}="{dialect.yes}"' for name in names)
