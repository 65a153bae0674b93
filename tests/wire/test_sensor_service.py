"""Readouts asked for later: accepted, then begun at their time, ended at any."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.readouts import MAX_RUNNING
from custom_components.xmpp_iot.wire.sensor_service import MAX_DELAY

from .conversation import FRIEND, Conversation, cancel, read
from .readings import is_last, reading, settle
from .schemas import assert_valid

SOON = timedelta(milliseconds=50)
LATER = timedelta(hours=1)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def read_in(dialect: Dialect, delay: timedelta, request_id: str = "7") -> str:
    """Return a request to read the hall after some time."""
    when = datetime.now(UTC) + delay
    return read(dialect, request_id, more=f"when='{when.isoformat()}'")


@each_dialect
async def test_a_readout_begins_at_its_time(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Queued, then started, then the data, in messages whatever its size; nothing is read before."""
    begun = asyncio.Event()

    async def begin() -> None:
        begun.set()

    conversation.house.steps = (begin, [reading()])
    asked_at = datetime.now(UTC)
    answer = await conversation.ask(read_in(dialect, SOON))
    assert answer.startswith(f'<accepted xmlns="{dialect.sensor_data}"')
    assert 'queued="true"' in answer
    assert conversation.said() == []
    assert conversation.house.requests == []
    async with asyncio.timeout(2):
        await begun.wait()
    assert datetime.now(UTC) - asked_at > SOON * 0.9
    await settle()
    started, data = conversation.said()
    assert started.startswith(f'<started xmlns="{dialect.sensor_data}"')
    assert "21.4" in data
    assert is_last(data, dialect)
    assert_valid(answer, started, data)
    assert conversation.house.closed == 1


@each_dialect
async def test_what_is_refused_by_then_is_told(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Who has lost the right to it meanwhile is told what everybody is told, in the data."""
    begun = asyncio.Event()

    async def begin() -> None:
        begun.set()

    conversation.house.steps = (begin, ItemNotFound("There is no such node."))
    await conversation.ask(read_in(dialect, SOON))
    async with asyncio.timeout(2):
        await begun.wait()
    await settle()
    started, refusal = conversation.said()
    assert "There is no such node." in refusal
    assert is_last(refusal, dialect)
    assert_valid(started, refusal)


@each_dialect
async def test_a_queued_readout_is_cancelled(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A cancel ends it before it has begun, and its id is free."""
    await conversation.ask(read_in(dialect, LATER))
    await settle()
    with pytest.raises(Conflict):
        await conversation.ask(read_in(dialect, LATER))
    await conversation.ask(cancel(dialect))
    await conversation.ask(read_in(dialect, LATER))
    await conversation.ask(cancel(dialect))
    await settle()
    assert conversation.said() == []
    assert conversation.house.requests == []


@each_dialect
async def test_a_queued_readout_ends_when_the_asker_is_gone(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What waits for somebody who is gone waits for nothing."""
    await conversation.ask(read_in(dialect, LATER))
    conversation.line.lose(FRIEND.jid)
    await settle()
    await conversation.ask(read_in(dialect, LATER))


async def test_queued_readouts_count(conversation: Conversation) -> None:
    """What waits is as much as what runs; a service that stops ends both."""
    dialect = FAMILIES[0]
    for number in range(MAX_RUNNING):
        await conversation.ask(read_in(dialect, LATER, str(number)))
    with pytest.raises(ResourceConstraint):
        await conversation.ask(read(dialect, "more"))
    guest = replace(FRIEND, jid="guest@example.org/1")
    await conversation.ask(read_in(dialect, LATER), caller=guest)
    await conversation.service.stop()
    assert conversation.said() == []


@each_dialect
async def test_a_readout_is_not_queued_for_ever(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Within a day, or not at all."""
    with pytest.raises(BadRequest):
        await conversation.ask(read_in(dialect, MAX_DELAY + timedelta(minutes=1)))
    await conversation.ask(read_in(dialect, MAX_DELAY - timedelta(minutes=1)))
