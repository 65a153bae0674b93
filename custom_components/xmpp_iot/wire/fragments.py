"""Sensor data as it arrives: what a peer says of a readout, in answers and in messages.

Peers differ in how they fill the schema, so this is lenient with a field and strict with the frame around
it: a field that is not understood is left out and the others count, but whose data it is and of when must
be clear.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from .dialects import Dialect, decode_node
from .errors import BadRequest, RemoteError, StanzaError
from .model import Category, Field, NodeRef, Quality, Reading, ValueType
from .sensor_data import request_id
from .xml import (
    Element,
    clark,
    element,
    flag,
    optional,
    parse_date_time,
    parse_value,
    required,
    split_tag,
)

MAX_ERROR: Final = 1000  # characters kept of why something could not be read
MAX_TEXT: Final = 65_536  # characters of a value

DEVICE: Final = NodeRef("")
"""The peer itself: a device that is not divided into nodes gives no address with its data."""

_NO_REASON: Final = "The peer gives no reason."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of what a peer says of a readout."""

    id: str
    readings: tuple[Reading, ...] = ()
    last: bool = False  # nothing more follows
    queued: bool = False  # accepted, and will begin later


def decode_fragment(payload: Element, dialect: Dialect) -> Fragment:
    """Return what the payload of an IQ result or of a message says of a readout.

    BadRequest for what is no piece of one; RemoteError for a refusal as peers of 2013 put it.
    """
    namespace, name = split_tag(payload.tag)
    # The deployed implementation confirms some subscriptions in the namespace of events.
    if namespace not in (dialect.sensor_data, dialect.events):
        raise BadRequest("This is no sensor data.")
    identifier = request_id(payload, dialect)
    match name:
        case "accepted":
            return Fragment(id=identifier, queued=flag(payload, "queued"))
        case "started":
            return Fragment(id=identifier)
        case "done":
            return Fragment(id=identifier, last=True)
        case dialect.fields:
            readings = _readings(payload, namespace, dialect)
        case "failure":
            readings = _failures(payload, namespace, dialect)
        case "rejected":
            reason = payload.findtext(clark(namespace, "error"), "")
            raise RemoteError("undefined-condition", "cancel", reason[:MAX_ERROR])
        case _:
            raise BadRequest(f"{name[:100]} is no part of a readout.")
    mark, on_last = dialect.last_mark
    return Fragment(
        id=identifier, readings=tuple(readings), last=flag(payload, mark) is on_last
    )


def _readings(payload: Element, namespace: str, dialect: Dialect) -> Iterator[Reading]:
    """Yield what was read, node by node and moment by moment; others' elements are not for us."""
    node_tag = clark(namespace, dialect.node)
    moment_tag = clark(namespace, dialect.timestamp)
    for child in payload:
        if child.tag == moment_tag:
            yield _reading(DEVICE, child, namespace, dialect)
        elif child.tag == node_tag:
            node = decode_node(child, dialect)
            for moment in child:
                if moment.tag == moment_tag:
                    yield _reading(node, moment, namespace, dialect)


def _failures(payload: Element, namespace: str, dialect: Dialect) -> Iterator[Reading]:
    """Yield the nodes that could not be read."""
    for error in payload.iterfind(clark(namespace, "error")):
        yield Reading(
            node=decode_node(error, dialect),
            at=parse_date_time(required(error, "timestamp")),
            error=_reason(error),
        )


def _reading(
    node: NodeRef, moment: Element, namespace: str, dialect: Dialect
) -> Reading:
    fields, errors = [], []
    error_tag = clark(namespace, "err")
    for child in moment:
        if child.tag == error_tag:
            errors.append(_reason(child))
        elif (field := _field(child, namespace, dialect)) is not None:
            fields.append(field)
    return Reading(
        node=node,
        at=parse_date_time(required(moment, dialect.time_value)),
        fields=tuple(fields),
        error="\n".join(errors)[:MAX_ERROR],
    )


def _reason(error: Element) -> str:
    return (error.text or _NO_REASON)[:MAX_ERROR]


def _field(said: Element, namespace: str, dialect: Dialect) -> Field | None:
    """Return one field; None for what is none, or is not understood."""
    kind = _types(dialect, namespace).get(said.tag)
    text = said.get(dialect.field_value)
    if kind is None or text is None or len(text) > MAX_TEXT:
        return None
    names = _marks(dialect)
    marks = tuple([one for one in said.items() if one[0] in names])
    try:
        category, qualities, writable = _meaning(marks, dialect)
        return Field(
            name=required(said, dialect.field_name),
            type=kind,
            value=parse_value(kind, text),
            unit=optional(said, dialect.unit) if kind is ValueType.DOUBLE else "",
            data_type=optional(said, dialect.data_type)
            if kind is ValueType.ENUM
            else "",
            category=category,
            qualities=qualities,
            writable=writable,
        )
    except StanzaError:
        return None


@lru_cache(maxsize=1024)
def _meaning(
    marks: tuple[tuple[str, str], ...], dialect: Dialect
) -> tuple[Category, frozenset[Quality], bool]:
    """Return what a field's attributes that mark it say; thousands of fields have the same."""
    said = element("field", dict(marks))
    return (
        _category(said, dialect),
        _qualities(said, dialect),
        flag(said, dialect.writable),
    )


def _category(field: Element, dialect: Dialect) -> Category:
    """Return the first of a field's categories; momentary where it has none, or all."""
    names = _categories(dialect)
    return next(
        (category for name, category in names.items() if flag(field, name)),
        Category.MOMENTARY,
    )


def _qualities(field: Element, dialect: Dialect) -> frozenset[Quality]:
    return frozenset(
        quality for quality, name in dialect.qualities.items() if flag(field, name)
    )


@cache
def _marks(dialect: Dialect) -> frozenset[str]:
    """Return the attributes of a field that are true or false."""
    return frozenset(
        {
            *dialect.categories.values(),
            *dialect.qualities.values(),
            dialect.writable,
        }
    )


@cache
def _types(dialect: Dialect, namespace: str) -> Mapping[str, ValueType]:
    """Return the types by their elements in one of a dialect's namespaces; a colour cannot be told from text."""
    types = {
        **dialect.former_fields,
        **{
            name: kind
            for kind, name in dialect.field_elements.items()
            if kind is not ValueType.COLOR
        },
    }
    return {clark(namespace, name): kind for name, kind in types.items()}


@cache
def _categories(dialect: Dialect) -> Mapping[str, Category]:
    """Return the categories by their attributes; a name of several means the last, least precise one."""
    return {dialect.categories[category]: category for category in Category}
