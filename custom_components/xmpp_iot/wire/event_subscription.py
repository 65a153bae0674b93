"""Event subscription (Neuro-Foundation only): wishes to be told when fields change, in and out.

What is told then is sensor data, in the sibling namespace. XSF has no equivalent: a dialect without one has
no namespace for it.
"""

from collections.abc import Iterator
from datetime import timedelta
import math
from typing import Final

from .dialects import Dialect
from .errors import BadRequest, ResourceConstraint
from .happening import EventSubscription, Watched
from .sensor_data import (
    MAX_FIELDS,
    decode_categories,
    decode_nodes,
    distinct,
    encode_categories,
    encode_nodes,
    request_id,
)
from .xml import (
    Element,
    clark,
    element,
    flag,
    format_double,
    format_duration,
    parse_double,
    parse_duration,
    required,
)

SUBSCRIBE: Final = "subscribe"
UNSUBSCRIBE: Final = "unsubscribe"

_AT_ONCE: Final = "req"
_BY: Final = "by"
_UP: Final = "up"
_DOWN: Final = "dn"


def decode_subscribe(request: Element, dialect: Dialect) -> EventSubscription:
    """Return what a `subscribe` wishes; BadRequest for thresholds and times that make no sense."""
    return EventSubscription(
        id=request_id(request, dialect),
        nodes=distinct(decode_nodes(request, dialect.events, dialect)),
        fields=_fields(request, dialect),
        categories=decode_categories(request, dialect),
        max_age=_span(request, "maxAge"),
        min_interval=_span(request, "minInt"),
        max_interval=_span(request, "maxInt"),
        immediately=flag(request, _AT_ONCE),
    )


def encode_subscribe(wish: EventSubscription, dialect: Dialect) -> Element:
    """Return the `subscribe` that says this wish."""
    return element(
        clark(dialect.events, SUBSCRIBE),
        {
            dialect.request_id: wish.id,
            **encode_categories(wish.categories, dialect),
            "maxAge": _duration(wish.max_age),
            "minInt": _duration(wish.min_interval),
            "maxInt": _duration(wish.max_interval),
            _AT_ONCE: "true" if wish.immediately else None,
        },
        *encode_nodes(wish.nodes, dialect.events, dialect),
        *(_field(one, dialect) for one in wish.fields),
    )


def decode_unsubscribe(request: Element, dialect: Dialect) -> str:
    """Return the id of the subscription an `unsubscribe` ends."""
    return request_id(request, dialect)


def encode_unsubscribe(identifier: str, dialect: Dialect) -> Element:
    """Return the `unsubscribe` that ends the subscription with that id."""
    return element(clark(dialect.events, UNSUBSCRIBE), {dialect.request_id: identifier})


def _fields(request: Element, dialect: Dialect) -> tuple[Watched, ...]:
    found = request.findall(clark(dialect.events, dialect.field_filter))
    if len(found) > MAX_FIELDS:
        raise ResourceConstraint(f"A subscription names at most {MAX_FIELDS} fields.")
    fields = tuple(_watched(field, dialect) for field in found)
    if len({field.name for field in fields}) < len(fields):
        raise BadRequest("A field is followed in one way.")
    return fields


def _watched(field: Element, dialect: Dialect) -> Watched:
    return Watched(
        name=required(field, dialect.field_name),
        baseline=_number(field, dialect.field_value),
        by=_threshold(field, _BY),
        up=_threshold(field, _UP),
        down=_threshold(field, _DOWN),
    )


def _field(field: Watched, dialect: Dialect) -> Element:
    return element(
        clark(dialect.events, dialect.field_filter),
        {
            dialect.field_name: field.name,
            **dict(_numbers(field, dialect)),
        },
    )


def _numbers(field: Watched, dialect: Dialect) -> Iterator[tuple[str, str]]:
    for name, value in (
        (dialect.field_value, field.baseline),
        (_BY, field.by),
        (_UP, field.up),
        (_DOWN, field.down),
    ):
        if value is not None:
            yield name, format_double(value)


def _number(field: Element, name: str) -> float | None:
    if (text := field.get(name)) is None:
        return None
    if not math.isfinite(number := parse_double(text)):
        raise BadRequest(f"{name} is a finite number.")
    return number


def _threshold(field: Element, name: str) -> float | None:
    if (number := _number(field, name)) is not None and number <= 0:
        raise BadRequest(f"{name} is more than 0.")
    return number


def _span(request: Element, name: str) -> timedelta | None:
    if (text := request.get(name)) is None:
        return None
    if (span := parse_duration(text)) < timedelta():
        raise BadRequest(f"{name} is not less than no time.")
    return span


def _duration(span: timedelta | None) -> str | None:
    return None if span is None else format_duration(span)
