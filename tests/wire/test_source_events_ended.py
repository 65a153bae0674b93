"""Subscriptions to sources that end: by request, by time, without their subscriber, with the house."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire.dialects import Dialect

from .conversation import FRIEND, Conversation
from .test_source_events import (
    ADDED,
    GUEST,
    XSF,
    ask,
    each_dialect,
    each_nf,
    followers,
    happen,
    settle,
    told,
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


@each_dialect
async def test_who_is_not_subscribed_may_end_it(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Ending what is not there is no error, and asks nobody."""
    await ask(conversation, dialect, name="unsubscribe")
    assert conversation.house.requests == []


@each_nf
async def test_time_runs_out(conversation: Conversation, dialect: Dialect) -> None:
    """A subscription that is not renewed ends without a word; one that is lasts from then."""
    loop = asyncio.get_running_loop()
    await ask(conversation, dialect, ttl=60)
    (first,) = timers(loop)
    await ask(conversation, dialect, ttl=120)
    (second,) = timers(loop)
    assert first.cancelled()
    assert second.when() - loop.time() == pytest.approx(120, abs=5)
    second._run()
    second.cancel()
    assert followers(conversation) == 0
    assert told(conversation, dialect) == []


def timers(loop: asyncio.AbstractEventLoop) -> list[asyncio.TimerHandle]:
    """Return the timers of subscriptions that run."""
    scheduled: list[asyncio.TimerHandle] = loop._scheduled  # type: ignore[attr-defined]
    return [
        one
        for one in scheduled
        if not one.cancelled() and "SourceEvents._end" in repr(one)
    ]


async def test_presence_has_no_timer(conversation: Conversation) -> None:
    """In XSF a subscription lasts as long as both are there."""
    await ask(conversation, XSF)
    assert timers(asyncio.get_running_loop()) == []


@each_dialect
@pytest.mark.parametrize("jid", [FRIEND.jid, None])
async def test_who_is_gone_is_told_no_more(
    conversation: Conversation, dialect: Dialect, jid: str | None
) -> None:
    """A subscription ends with its subscriber, and all of them with the session."""
    await ask(conversation, dialect)
    happen(conversation, ADDED)
    conversation.line.lose(GUEST.jid)
    assert followers(conversation) == 1
    conversation.line.lose(jid)
    assert followers(conversation) == 0
    assert timers(asyncio.get_running_loop()) == []
    await settle()
    assert told(conversation, dialect) == []


async def test_stopping_ends_subscriptions() -> None:
    """Nothing waits, follows or counts time any more when the service has stopped."""
    async with Conversation.held() as conversation:
        conversation.line.reads.clear()
        await ask(conversation)
        large = replace(ADDED, old_id="x")
        happen(conversation, *([large] * 200))
        await settle()
        await conversation.service.stop()
        assert timers(asyncio.get_running_loop()) == []


async def test_an_end_in_the_midst_counts_at_once(conversation: Conversation) -> None:
    """Who is gone while the house tells its followers is not told by mistake."""
    await ask(conversation)
    ((_, happened),) = conversation.house.node_followers
    conversation.line.lose(FRIEND.jid)
    happened((ADDED,))
    await settle()
    assert told(conversation) == []
