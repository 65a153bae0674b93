"""Source events as they are written and read: subscriptions, and what happens to nodes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest
from custom_components.xmpp_iot.wire.happening import (
    Happening,
    NodeEvent,
    SourceSubscription,
)
from custom_components.xmpp_iot.wire.model import (
    NodeInfo,
    NodeMessage,
    NodeRef,
    NodeState,
)
from custom_components.xmpp_iot.wire.node_events import (
    MAX_LIFETIME,
    decode_node_event,
    decode_subscribe,
    decode_unsubscribe,
    encode_node_event,
    encode_subscribe,
    encode_unsubscribe,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

from .schemas import assert_valid
from .test_concentrator import NODE

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NF, _, _, XSF = FAMILIES
ALL = frozenset(Happening)
SWITCH = NodeRef("switch.x", "entities", "east")
MESSAGES = (
    NodeMessage(at=MORNING, kind="Error", text="No contact.", event_id="Unavailable"),
)
INFO = replace(NODE, ref=SWITCH)
EVENTS = (
    NodeEvent(
        kind=Happening.ADDED,
        at=MORNING,
        node=SWITCH,
        info=INFO,
        after=NodeRef("sensor.hall", "entities", "west"),
    ),
    NodeEvent(
        kind=Happening.UPDATED,
        at=MORNING,
        node=SWITCH,
        info=NodeInfo(ref=SWITCH, node_type="t", display_name="X"),
        old_id="switch.w",
    ),
    NodeEvent(
        kind=Happening.STATUS_CHANGED,
        at=MORNING,
        node=SWITCH,
        state=NodeState.ERROR_UNSIGNED,
        messages=MESSAGES,
    ),
    *(
        NodeEvent(kind=kind, at=MORNING, node=SWITCH)
        for kind in (Happening.REMOVED, Happening.MOVED_UP, Happening.MOVED_DOWN)
    ),
)
WISH = SourceSubscription(
    source="entities",
    kinds=ALL - {Happening.MOVED_UP, Happening.MOVED_DOWN},
    lifetime=timedelta(hours=1),
    parameters=True,
    messages=True,
    since=MORNING,
)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda one: one.kind.value)


def subscribe(
    dialect: Dialect, more: str = "ttl='60'", name: str = "subscribe"
) -> Element:
    """Return a request about the source."""
    return from_text(
        f"<{name} xmlns='{dialect.concentrator}' {dialect.source}='entities' {more}/>"
    )


@each_dialect
def test_a_subscription_is_written_and_read(dialect: Dialect) -> None:
    """All of it arrives, but for the time to live where presence is what counts."""
    asked = encode_subscribe(WISH, dialect)
    assert_valid(asked)
    expected = replace(WISH, lifetime=None) if dialect is XSF else WISH
    assert decode_subscribe(asked, dialect) == expected


@each_dialect
def test_the_end_of_a_subscription_is_written_and_read(dialect: Dialect) -> None:
    """It says of which events there are to be no more."""
    asked = encode_unsubscribe(WISH, dialect)
    assert_valid(asked)
    assert decode_unsubscribe(asked, dialect) == SourceSubscription(
        source="entities", kinds=WISH.kinds
    )


@each_dialect
def test_everything_is_told_unless_it_is_switched_off(dialect: Dialect) -> None:
    """Who says nothing about events wants all of them, and nodes without details."""
    wish = decode_subscribe(subscribe(dialect), dialect)
    assert wish.kinds == ALL
    assert wish.since is None
    assert not wish.parameters
    assert not wish.messages


def test_neuro_foundation_has_to_say_when_it_ends() -> None:
    """Who wants it as long as can be says the longest there is."""
    endless = replace(WISH, lifetime=None)
    assert decode_subscribe(encode_subscribe(endless, NF), NF).lifetime == MAX_LIFETIME
    short = replace(WISH, lifetime=timedelta(milliseconds=1))
    assert decode_subscribe(encode_subscribe(short, NF), NF).lifetime == timedelta(0, 1)


def test_a_subscription_lasts_a_year_at_most() -> None:
    """Whoever asks for more gets that."""
    assert (
        decode_subscribe(subscribe(NF, f"ttl='{2**62}'"), NF).lifetime == MAX_LIFETIME
    )


@pytest.mark.parametrize(
    "more", ["", "ttl='0'", "ttl='-5'", "ttl='long'", "ttl='1' getEventsSince='now'"]
)
def test_a_time_that_is_none_is_refused(more: str) -> None:
    """A subscription without time to live would have no end."""
    with pytest.raises(BadRequest):
        decode_subscribe(subscribe(NF, more), NF)


@each_dialect
@pytest.mark.parametrize("name", ["subscribe", "unsubscribe"])
def test_a_source_is_named(dialect: Dialect, name: str) -> None:
    """There is no telling apart subscriptions to nothing."""
    asked = from_text(f"<{name} xmlns='{dialect.concentrator}' ttl='60'/>")
    with pytest.raises(BadRequest):
        decode_unsubscribe(asked, dialect)


@each_dialect
@each_event
def test_events_are_written_and_read(event: NodeEvent, dialect: Dialect) -> None:
    """Every event is valid and arrives whole; where it has no time, that of its arrival counts."""
    told = encode_node_event(event, dialect)
    assert_valid(told)
    read = decode_node_event(told, dialect, received=NOON)
    assert read.at == (NOON if dialect is XSF else MORNING)
    assert _comparable(read) == _comparable(event)


def _comparable(event: NodeEvent) -> NodeEvent:
    """Return the event without its time, and without what no dialect says of parameters."""
    info = event.info and replace(event.info, parameters=())
    return replace(event, at=MORNING, info=info)


@each_dialect
def test_an_event_without_description_is_valid(dialect: Dialect) -> None:
    """Where nothing else is known of a node, the least is said."""
    told = encode_node_event(
        NodeEvent(kind=Happening.ADDED, at=MORNING, node=SWITCH), dialect
    )
    assert_valid(told)


def test_a_rename_and_a_place_in_neuro_foundation() -> None:
    """The names the deployed implementation looks for."""
    texts = [to_text(encode_node_event(event, NF)) for event in EVENTS]
    assert 'aid="sensor.hall" apt="west"' in texts[0]
    assert 'ts="2026-11-21T06:00:00Z"' in texts[0]
    assert 'oid="switch.w"' in texts[1]
    assert texts[3] == (
        '<nodeRemoved xmlns="urn:nf:iot:concentrator:1.0" id="switch.x" src="entities"'
        ' pt="east" ts="2026-11-21T06:00:00Z"/>'
    )


def test_events_of_xsf_name_their_source() -> None:
    """Nodes in XSF's lists do not; nodes in its events do."""
    text = to_text(encode_node_event(EVENTS[0], XSF))
    assert 'sourceId="entities"' in text
    assert 'afterNodeId="sensor.hall" afterNodeCacheType="west"' in text
    assert "ts=" not in text


def test_a_bare_update_is_understood() -> None:
    """The deployed implementation leaves out type and name."""
    event = decode_node_event(
        from_text(
            f"<nodeUpdated xmlns='{NF.concentrator}' id='a' src='b' state='None'"
            " hasChildren='false'/>"
        ),
        NF,
        received=NOON,
    )
    ref = NodeRef("a", "b")
    assert event == NodeEvent(
        kind=Happening.UPDATED,
        at=NOON,
        node=ref,
        info=NodeInfo(ref=ref, node_type="", display_name=""),
    )


@pytest.mark.parametrize(
    "text",
    [
        "<nodeRemoved xmlns='{ns}'/>",
        "<nodePainted xmlns='{ns}' id='a'/>",
        "<nodeRemoved xmlns='other' id='a'/>",
        "<nodeRemoved xmlns='{ns}' id='a' ts='then'/>",
        "<nodeAdded xmlns='{ns}' id='a' hasChildren='some'/>",
        "<nodeStatusChanged xmlns='{ns}' id='a' state='Fine'/>",
        "<nodeStatusChanged xmlns='{ns}' id='a'><message type='Error'/></nodeStatusChanged>",
        "<nodeAdded xmlns='{ns}' id='a'><int id='b' name='B'/></nodeAdded>",
        "<nodeAdded xmlns='{ns}' id='a'><int id='b' name='B' value='x'/></nodeAdded>",
    ],
)
def test_malformed_events_are_refused(text: str) -> None:
    """What is no event, or one nobody understands, is an error of the peer's."""
    with pytest.raises(BadRequest):
        decode_node_event(from_text(text.format(ns=NF.concentrator)), NF, received=NOON)
