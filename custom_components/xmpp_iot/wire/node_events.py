"""Source events (XEP-0326 section 3.7 and its Neuro-Foundation sibling): subscriptions and events, both ways."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from .content import Content
from .dialects import Dialect, decode_node
from .errors import BadRequest
from .happening import Happening, NodeEvent, SourceSubscription
from .model import NodeInfo, NodeRef
from .node_info import (
    address,
    decode_node_info,
    decode_node_messages,
    decode_state,
    encode_node_info,
    encode_node_message,
)
from .xml import (
    Element,
    clark,
    element,
    flag,
    format_date_time,
    instant,
    optional,
    parse_boolean,
    parse_long,
    required,
    split_tag,
)

SUBSCRIBE: Final = "subscribe"
UNSUBSCRIBE: Final = "unsubscribe"
EVENT_REQUESTS: Final = frozenset({SUBSCRIBE, UNSUBSCRIBE})
MAX_LIFETIME: Final = timedelta(days=365)
"""The longest a subscription lasts. It ends anyway when its subscriber is gone, so that a long one costs
nothing; who asks for more gets this, and who wants it as long as it can be asks for this."""

_DESCRIBED: Final = frozenset({Happening.ADDED, Happening.UPDATED})


def decode_subscribe(request: Element, dialect: Dialect) -> SourceSubscription:
    """Return what somebody wants to be told; BadRequest without source, or without time to live in NF."""
    return replace(
        decode_unsubscribe(request, dialect),
        lifetime=_lifetime(request, dialect) if dialect.source_ttl else None,
        parameters=flag(request, "parameters"),
        messages=flag(request, "messages"),
        since=instant(request, "getEventsSince"),
    )


def decode_unsubscribe(request: Element, dialect: Dialect) -> SourceSubscription:
    """Return of what somebody does not want to be told any more."""
    return SourceSubscription(
        source=required(request, dialect.source),
        kinds=frozenset(
            kind
            for kind in Happening
            if parse_boolean(request.get(kind, "true"))  # each is on unless it is off
        ),
    )


def encode_subscribe(wish: SourceSubscription, dialect: Dialect) -> Element:
    """Return the request to be told; where it has to end it does so as late as can be unless it says when."""
    lifetime = wish.lifetime or MAX_LIFETIME
    ttl = {dialect.source_ttl: str(max(1, int(lifetime.total_seconds())))}
    return element(
        clark(dialect.concentrator, SUBSCRIBE),
        {
            dialect.source: wish.source,
            **(ttl if dialect.source_ttl else {}),
            "getEventsSince": format_date_time(wish.since) if wish.since else None,
            "parameters": "true" if wish.parameters else None,
            "messages": "true" if wish.messages else None,
            **_switched_off(wish),
        },
    )


def encode_unsubscribe(wish: SourceSubscription, dialect: Dialect) -> Element:
    """Return the request not to be told any more."""
    return element(
        clark(dialect.concentrator, UNSUBSCRIBE),
        {dialect.source: wish.source, **_switched_off(wish)},
    )


def encode_node_event(event: NodeEvent, dialect: Dialect) -> Element:
    """Return what happened to a node."""
    times = {dialect.event_time: format_date_time(event.at)}
    return _content(event, dialect).within(
        clark(dialect.concentrator, event.kind),
        {**address(event.node, dialect), **(times if dialect.event_time else {})},
    )


def decode_node_event(
    message: Element, dialect: Dialect, *, received: datetime
) -> NodeEvent:
    """Return what a peer says has happened; at the time it was `received` where it does not say when.

    BadRequest for what is no event.
    """
    namespace, name = split_tag(message.tag)
    if namespace != dialect.concentrator or name not in Happening:
        raise BadRequest("There is no such event.")
    kind = Happening(name)
    node = decode_node(message, dialect)
    at = instant(message, dialect.event_time) if dialect.event_time else None
    event = NodeEvent(kind=kind, at=at or received, node=node)
    if kind is Happening.STATUS_CHANGED:
        return replace(
            event,
            state=decode_state(message),
            messages=decode_node_messages(message, dialect),
        )
    if kind not in _DESCRIBED:
        return event
    return replace(
        event,
        info=decode_node_info(message, dialect),
        old_id=optional(message, dialect.old_id),
        after=_after(message, node, dialect),
    )


def _lifetime(request: Element, dialect: Dialect) -> timedelta:
    seconds = parse_long(required(request, dialect.source_ttl))
    if seconds <= 0:
        raise BadRequest("A subscription lasts at least a second.")
    return timedelta(seconds=min(seconds, MAX_LIFETIME.total_seconds()))


def _switched_off(wish: SourceSubscription) -> dict[str, str]:
    return {kind: "false" for kind in Happening if kind not in wish.kinds}


def _content(event: NodeEvent, dialect: Dialect) -> Content:
    if event.kind is Happening.STATUS_CHANGED:
        messages = (encode_node_message(one, dialect) for one in event.messages)
        return Content({"state": event.state}, tuple(messages))
    if event.kind not in _DESCRIBED:
        return Content()
    # Where nothing else is known, what the schema demands is all that is said.
    info = event.info or NodeInfo(ref=event.node, node_type="", display_name="")
    content = encode_node_info(replace(info, ref=event.node), dialect)
    place = dict(_place(event, dialect))
    return Content({**content.attributes, **place}, content.children)


def _place(event: NodeEvent, dialect: Dialect) -> Iterator[tuple[str, str | None]]:
    """Yield where an updated node was before, and behind what an added one stands."""
    if event.kind is Happening.UPDATED:
        yield dialect.old_id, event.old_id or None
    elif event.after is not None:
        yield dialect.after_id, event.after.id
        yield dialect.after_partition, event.after.partition or None


def _after(message: Element, node: NodeRef, dialect: Dialect) -> NodeRef | None:
    if dialect.after_id not in message.attrib:
        return None
    partition = optional(message, dialect.after_partition)
    return NodeRef(required(message, dialect.after_id), node.source, partition)
