"""Subscribers that show no presence: nobody says when they leave, so they are told for a while only."""

import asyncio
from collections.abc import AsyncIterator
import weakref

import pytest

from custom_components.xmpp_iot.wire.call import HIDING
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, Asked, Conversation
from .test_source_events import ADDED, ask, each_dialect, followers, happen, told
from .watching import HALL, NF, Clock, Watch, settle


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the time."""
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock.now)
    return clock


@pytest.fixture
async def watch(clock: Clock) -> AsyncIterator[Watch]:
    """Return a conversation that leaves nothing behind."""
    async with Watch.held() as watch:
        yield watch


@pytest.fixture
async def conversation(clock: Clock) -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def test_events_to_who_hides_end(watch: Watch, clock: Clock) -> None:
    """After a while the next change ends the subscription; until then, and when it is renewed, it is told."""
    watch.line.hiding.add(FRIEND.jid)
    await watch.subscribe()
    await clock.advance(HIDING - 1)
    watch.house.change(HALL, T=22.0)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}
    await watch.subscribe()
    await clock.advance(HIDING - 1)
    watch.house.change(HALL, T=23.0)
    assert await watch.event() == {"sensor.hall": {"T": "23.0"}}
    await clock.advance(1)
    watch.house.change(HALL, T=24.0)
    await watch.silence()
    assert watch.house.value_followers == []


async def test_events_to_who_is_present_do_not_end(watch: Watch, clock: Clock) -> None:
    """Who shows its presence is told until it leaves, also if it showed itself only later."""
    watch.line.hiding.add(FRIEND.jid)
    await watch.subscribe()
    watch.line.hiding.clear()
    await clock.advance(HIDING)
    watch.house.change(HALL, T=22.0)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}


async def test_the_beat_is_slower_for_many_nodes(watch: Watch, clock: Clock) -> None:
    """However often somebody wants everything, time alone has so many nodes read and no more."""
    nodes = "".join(
        f"<nd id='sensor.n{number}' src='entities'/>" for number in range(100)
    )
    for number in range(100):
        node = NodeRef(f"sensor.n{number}", "entities")
        watch.house.values[node] = {"T": 1.0}
    await watch.subscribe(nodes, "maxInt='PT1S' maxAge='PT1S'")
    await clock.advance(4)
    await watch.silence()
    await clock.advance(1)
    assert len(await watch.event()) == 100


@each_dialect
async def test_source_events_to_who_hides_end(
    conversation: Conversation, clock: Clock, dialect: Dialect
) -> None:
    """A subscription that is not renewed for a while ends with what happens next."""
    conversation.line.hiding.add(FRIEND.jid)
    await ask(conversation, dialect, ttl=86_400)
    await clock.advance(HIDING - 1)
    happen(conversation, ADDED)
    await settle()
    assert len(told(conversation, dialect)) == 1
    await ask(conversation, dialect, ttl=86_400)
    await clock.advance(HIDING)
    happen(conversation, ADDED)
    await settle()
    assert told(conversation, dialect) == []
    assert followers(conversation) == 0


async def test_source_events_to_who_is_present_do_not_end(
    conversation: Conversation, clock: Clock
) -> None:
    """Who shows its presence is told as long as it wishes."""
    await ask(conversation, ttl=86_400)
    await clock.advance(HIDING)
    happen(conversation, ADDED)
    await settle()
    assert len(told(conversation)) == 1


async def test_renewing_keeps_nothing_of_the_answers(
    conversation: Conversation,
) -> None:
    """However often it is renewed while nothing happens, a subscription remembers no request that is answered."""
    request = from_text(
        f"<subscribe xmlns='{NF.concentrator}' src='entities' ttl='60'/>"
    )

    async def answer() -> None:
        await conversation.line.handlers[request.tag](Asked(FRIEND, "set", request))

    task = asyncio.create_task(answer())
    answered = weakref.ref(task)
    await task
    del task
    await settle()
    assert followers(conversation) == 1
    assert answered() is None
