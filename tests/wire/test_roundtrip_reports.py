"""Reports and source events both ways: everything arrives as far as a dialect can say it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.happening import (
    Happening,
    NodeEvent,
    SourceSubscription,
)
from custom_components.xmpp_iot.wire.node_events import (
    decode_node_event,
    decode_subscribe,
    decode_unsubscribe,
    encode_node_event,
    encode_subscribe,
    encode_unsubscribe,
)
from custom_components.xmpp_iot.wire.progress import (
    Item,
    decode_progress,
    pack,
    render_progress,
)
from custom_components.xmpp_iot.wire.report import Progress, QueryRef
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .strategies import TEXTS, nodes, quick
from .tree_strategies import (
    arrived_info,
    arrived_item,
    node_events,
    report_items,
    source_subscriptions,
)

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

queries: Final = st.builds(QueryRef, node=nodes, command=st.just(""), id=TEXTS)
reports: Final = st.lists(report_items, min_size=1, max_size=5).map(tuple)
events: Final = st.sampled_from(Happening).flatmap(node_events)


@each_dialect
@quick
@given(queries, st.integers(1, 2**31), reports)
def test_progress_goes_both_ways(
    dialect: Dialect, query: QueryRef, number: int, items: tuple[Item, ...]
) -> None:
    """What a query tells arrives, with its number where the dialect has one."""
    (content,) = pack(items, dialect)
    text = render_progress(query, number, content, dialect)
    assert decode_progress(from_text(text), dialect) == Progress(
        node=query.node,
        id=query.id,
        sequence=number if dialect.query_sequence else None,
        items=tuple(map(arrived_item, items)),
    )


@each_dialect
@quick
@given(events)
def test_events_go_both_ways(dialect: Dialect, event: NodeEvent) -> None:
    """What happened arrives; in XSF the time it did so is that of its arrival."""
    text = to_text(encode_node_event(event, dialect))
    assert decode_node_event(from_text(text), dialect, received=NOON) == replace(
        event,
        at=event.at if dialect.event_time else NOON,
        info=event.info and arrived_info(event.info),
    )


@each_dialect
@quick
@given(source_subscriptions)
def test_subscriptions_go_both_ways(dialect: Dialect, wish: SourceSubscription) -> None:
    """A wish arrives, in XSF without a time to live; its end says the source and the kinds."""
    text = to_text(encode_subscribe(wish, dialect))
    lifetime = wish.lifetime if dialect.source_ttl else None
    assert decode_subscribe(from_text(text), dialect) == replace(
        wish, lifetime=lifetime
    )
    end = to_text(encode_unsubscribe(wish, dialect))
    assert decode_unsubscribe(from_text(end), dialect) == SourceSubscription(
        source=wish.source, kinds=wish.kinds
    )
