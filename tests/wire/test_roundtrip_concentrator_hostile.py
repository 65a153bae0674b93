"""Hostile concentrators and clients: whatever well-formed XML arrives is understood or refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from hypothesis import given, settings

from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator import (
    OPERATIONS,
    decode_tree,
    encode_tree,
)
from custom_components.xmpp_iot.wire.concentrator_client import decode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import StanzaError
from custom_components.xmpp_iot.wire.failures import decode_failure, encode_failure
from custom_components.xmpp_iot.wire.node_events import (
    decode_node_event,
    decode_subscribe,
    decode_unsubscribe,
    encode_node_event,
    encode_subscribe,
)
from custom_components.xmpp_iot.wire.progress import (
    decode_progress,
    pack,
    render_progress,
)
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .mutation import mutated
from .strategies import quick
from .test_concentrator import ANSWERS, request
from .test_failures import ERRORS
from .test_node_events import EVENTS, WISH
from .test_progress import QUERY, REPORT

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)

DECODERS: Final[tuple[Callable[[Element, Dialect], object], ...]] = (
    decode_tree,
    decode_failure,
    decode_subscribe,
    decode_unsubscribe,
    decode_progress,
    lambda payload, dialect: decode_node_event(payload, dialect, received=NOON),
)


def samples(dialect: Dialect) -> list[str]:
    """Return one of everything in a dialect, rich."""
    asked = [request(name, dialect, parts) for name, parts in OPERATIONS.items()]
    elements = (
        *(encode_tree(decode_tree(one, dialect), dialect) for one in asked),
        *(encode_answer(name, answer, dialect) for name, answer in ANSWERS.items()),
        *(encode_failure(asked[-2], error, dialect) for error in ERRORS),
        *(encode_node_event(event, dialect) for event in EVENTS),
        encode_subscribe(WISH, dialect),
    )
    (content,) = pack(REPORT, dialect)
    return [
        *(to_text(one) for one in elements if one is not None),
        render_progress(QUERY, 1, content, dialect),
    ]


SAMPLES: Final = [sample for dialect in FAMILIES for sample in samples(dialect)]


@settings(quick, max_examples=250)
@given(mutated(SAMPLES))
def test_what_is_damaged_is_understood_or_refused(payload: Element) -> None:
    """No damage makes a decoder fail in another way."""
    for dialect in FAMILIES:
        for decode in DECODERS:
            try:
                decode(payload, dialect)
            except StanzaError:
                continue


@settings(quick, max_examples=250)
@given(mutated(SAMPLES))
def test_damaged_answers_are_understood_or_refused(payload: Element) -> None:
    """Whatever operation it answers."""
    for dialect in FAMILIES:
        for operation in OPERATIONS:
            try:
                decode_answer(operation, payload, dialect)
            except StanzaError:
                continue
