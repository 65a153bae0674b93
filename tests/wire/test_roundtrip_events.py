"""Events, clocks and interfaces both ways, and what hostile peers make of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xmpp_iot.wire.clock import (
    ClockTime,
    decode_source,
    decode_time,
    difference,
    encode_time,
)
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import StanzaError
from custom_components.xmpp_iot.wire.event_subscription import (
    decode_subscribe,
    decode_unsubscribe,
    encode_subscribe,
    encode_unsubscribe,
)
from custom_components.xmpp_iot.wire.happening import EventSubscription, Watched
from custom_components.xmpp_iot.wire.interfaces import (
    decode_interfaces,
    decode_request,
    encode_interfaces,
    encode_request,
)
from custom_components.xmpp_iot.wire.model import HISTORICAL, Category, NodeRef
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

from .conversation import NOON
from .mutation import mutated
from .strategies import MOMENTS, TEXTS, nodes, quick, some_nodes
from .test_event_subscription import SPEAKING, WISH, each_dialect
from .test_interfaces import HALL, NAMES

NF: Final = SPEAKING[0]

numbers: Final = st.floats(allow_nan=False, allow_infinity=False)
thresholds: Final = st.none() | numbers.filter(lambda number: number > 0)
spans: Final = st.none() | st.timedeltas(min_value=timedelta())
watched: Final = st.builds(
    Watched,
    name=TEXTS,
    baseline=st.none() | numbers,
    by=thresholds,
    up=thresholds,
    down=thresholds,
)
wishes: Final = st.builds(
    EventSubscription,
    id=TEXTS,
    nodes=some_nodes,
    fields=st.lists(watched, max_size=3, unique_by=lambda one: one.name).map(tuple),
    # The dialect has one word for all that was.
    categories=st.frozensets(st.sampled_from([*(frozenset(Category) - HISTORICAL)]))
    | st.sampled_from([HISTORICAL, frozenset(Category)]),
    max_age=spans,
    min_interval=spans,
    max_interval=spans,
    immediately=st.booleans(),
)
longs: Final = st.none() | st.integers(-(2**63), 2**63 - 1)


@each_dialect
@quick
@given(wishes)
def test_wishes_go_both_ways(dialect: Dialect, wish: EventSubscription) -> None:
    """Whatever can be wished arrives as it was."""
    text = to_text(encode_subscribe(wish, dialect))
    assert decode_subscribe(from_text(text), dialect) == wish


@each_dialect
@quick
@given(TEXTS)
def test_ends_go_both_ways(dialect: Dialect, identifier: str) -> None:
    """Whatever names a subscription ends it."""
    text = to_text(encode_unsubscribe(identifier, dialect))
    assert decode_unsubscribe(from_text(text), dialect) == identifier


@each_dialect
@quick
@given(st.builds(ClockTime, MOMENTS, longs, longs))
def test_times_go_both_ways(dialect: Dialect, time: ClockTime) -> None:
    """To the microsecond, and to the tick."""
    text = to_text(encode_time(time, dialect))
    assert decode_time(from_text(text), dialect) == time


@quick
@given(
    st.timedeltas(timedelta(days=-1), timedelta(days=1)),
    st.timedeltas(timedelta(), timedelta(hours=1)),
)
def test_differences_are_found(offset: timedelta, latency: timedelta) -> None:
    """A clock that is ahead by so much, so far away, is found to be."""
    found = difference(NOON, NOON + latency + offset, NOON + 2 * latency)
    assert (found.offset, found.latency) == (offset, latency)


@pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
@quick
@given(st.none() | nodes, st.lists(TEXTS, max_size=4).map(tuple))
def test_interfaces_go_both_ways(
    dialect: Dialect, node: NodeRef | None, names: tuple[str, ...]
) -> None:
    """Whatever is asked and answered arrives as it was."""
    asked = to_text(encode_request(node, dialect))
    assert decode_request(from_text(asked), dialect) == node
    answered = to_text(encode_interfaces(names, dialect))
    assert decode_interfaces(from_text(answered), dialect) == names


DECODERS: Final[tuple[Callable[[Element, Dialect], object], ...]] = (
    decode_subscribe,
    decode_unsubscribe,
    decode_time,
    decode_source,
    decode_request,
    decode_interfaces,
)
SAMPLES: Final = [
    to_text(one)
    for one in (
        encode_subscribe(WISH, NF),
        encode_unsubscribe("s", NF),
        encode_time(ClockTime(NOON, 1, 2), NF),
        from_text(f"<sourceResp xmlns='{NF.synchronization}'>a@b</sourceResp>"),
        encode_request(HALL, NF),
        encode_interfaces(NAMES, NF),
    )
]


@settings(quick, max_examples=400)
@given(mutated(SAMPLES))
def test_nothing_else_ever_escapes(payload: Element) -> None:
    """What others made of a message is understood or refused, by every decoder, and never else."""
    for decode in DECODERS:
        try:
            decode(payload, NF)
        except StanzaError:
            continue
