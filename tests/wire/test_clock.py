"""Clocks: the time is said at once and exactly, and what it tells of another clock is right."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import time

import pytest

from custom_components.xmpp_iot.wire.clock import (
    ClockTime,
    decode_source,
    decode_time,
    difference,
    encode_source_request,
    encode_time,
    encode_time_request,
)
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, ItemNotFound
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .conversation import NOON, Conversation
from .schemas import assert_valid

NF = FAMILIES[0]
each_dialect = pytest.mark.parametrize(
    "dialect",
    [dialect for dialect in FAMILIES if dialect.synchronization],
    ids=lambda one: one.name,
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


@each_dialect
async def test_the_house_says_the_time(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The time is now, and the ticks are of a clock with a known frequency."""
    request = encode_time_request(dialect)
    before, ticks = datetime.now(UTC), time.perf_counter_ns()
    answer = await conversation.ask(to_text(request))
    after, later = datetime.now(UTC), time.perf_counter_ns()
    assert_valid(request, answer)
    said = decode_time(from_text(answer), dialect)
    assert before <= said.at <= after
    assert said.ticks is not None
    assert ticks <= said.ticks <= later
    assert said.frequency == 1_000_000_000


@each_dialect
async def test_the_house_names_no_source(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The house's clock follows none that could be asked."""
    request = encode_source_request(dialect)
    assert_valid(request)
    with pytest.raises(ItemNotFound):
        await conversation.ask(to_text(request))


def test_a_clock_may_have_no_ticks_and_many_digits() -> None:
    """The deployed implementation says seven digits of a second."""
    answer = f"<resp xmlns='{NF.synchronization}'>2026-11-21T12:00:00.1234567Z</resp>"
    assert decode_time(from_text(answer), NF) == ClockTime(
        NOON + timedelta(microseconds=123456)
    )
    assert_valid(encode_time(ClockTime(NOON), NF))


def test_a_source_is_named() -> None:
    """Who has a source says its address."""
    answer = f"<sourceResp xmlns='{NF.synchronization}'> time@example.org </sourceResp>"
    assert decode_source(from_text(answer), NF) == "time@example.org"


@pytest.mark.parametrize(
    "content",
    [
        "<resp/>",
        "<resp>noon</resp>",
        "<resp hf='fast'>2026-11-21T12:00:00Z</resp>",
        "<sourceResp/>",
        "<req/>",
    ],
)
def test_what_says_nothing_is_refused(content: str) -> None:
    """An answer without a time, or without a source, is none."""
    answer = from_text(f"<w xmlns='{NF.synchronization}'>{content}</w>")[0]
    with pytest.raises(BadRequest):
        decode_time(answer, NF)
    with pytest.raises(BadRequest):
        decode_source(answer, NF)


def test_the_difference_of_clocks() -> None:
    """Half of the way there and back is the latency; what is left is the clock's."""
    second = timedelta(seconds=1)
    found = difference(NOON, NOON + 12 * second, NOON + 4 * second)
    assert (found.offset, found.latency) == (10 * second, 2 * second)
    same = difference(NOON, NOON + second, NOON + 2 * second)
    assert (same.offset, same.latency) == (timedelta(), second)
