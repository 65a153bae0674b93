"""What is taken from somebody's sight is not sent any more: not even what was read before and waits for its turn."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import Conflict
from custom_components.xmpp_iot.wire.happening import Happening
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.report import Outcome, Records

from .conversation import FRIEND, Conversation, read
from .readings import LARGE, is_last, reading, settle
from .schemas import assert_valid
from .test_queries import DESK, ROW, begin, each_dialect, items
from .test_sensor_service import SOON, read_in
from .test_source_events import ADDED, NF, REMOVED, ask, happen, kinds

HALL = NodeRef("sensor.hall")  # as the request names it


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def last_is_a_refusal(said: list[str], dialect: Dialect) -> bool:
    """Return whether only the last message says something, and that is that it is over."""
    assert_valid(*said)
    return "has changed; read again." in said[-1] and is_last(said[-1], dialect)


@each_dialect
async def test_of_a_readout(conversation: Conversation, dialect: Dialect) -> None:
    """A message that waits for its turn is not sent; the asker learns that there is no more."""
    conversation.house.steps = ([LARGE], [reading("secret" * 9000)], [LARGE])
    conversation.line.reads.clear()
    await conversation.ask(read(dialect))
    await settle()
    assert len(conversation.said()) == 1
    conversation.house.hidden.add(HALL)
    conversation.line.reads.set()
    await settle()
    said = conversation.said()
    assert len(said) == 1
    assert last_is_a_refusal(said, dialect)
    assert "secret" not in said[0]
    assert conversation.house.closed == 1


async def test_of_an_answer(conversation: Conversation) -> None:
    """Data that would stand in the answer is not there if it was taken away while it was read."""
    go = asyncio.Event()
    conversation.house.steps = ([reading("secret")], go.wait)
    asking = asyncio.create_task(conversation.ask(read(NF)))
    await settle()
    conversation.house.hidden.add(HALL)
    go.set()
    with pytest.raises(Conflict):
        await asking
    assert conversation.house.closed == 1


@each_dialect
async def test_before_a_readout_begins(
    conversation: Conversation, dialect: Dialect
) -> None:
    """One that waited for its time is made by the rights of that time."""
    conversation.house.steps = ([reading()],)
    await conversation.ask(read_in(dialect, SOON))
    conversation.house.hidden.add(HALL)
    await asyncio.sleep(SOON.total_seconds() * 2)
    await settle()
    _, data = conversation.said()
    assert "21.4" in data  # this house reads everything


@each_dialect
async def test_of_a_report(conversation: Conversation, dialect: Dialect) -> None:
    """A report that waits for its turn ends when its node is taken away."""
    conversation.house.reports = ([Records("t", (ROW,) * 500)],) * 3
    conversation.line.reads.clear()
    await begin(conversation, dialect)
    await settle()
    conversation.line.sent.clear()
    conversation.house.hidden.add(DESK)
    conversation.line.reads.set()
    await settle()
    assert items(conversation, dialect) == []
    assert conversation.house.closed == 1


async def test_of_a_report_whose_asker_is_gone(conversation: Conversation) -> None:
    """Servers keep what is sent to nobody, so a message that waits for its turn is not sent."""
    conversation.house.reports = ([Records("t", (ROW,) * 500)],) * 3
    conversation.line.reads.clear()
    await begin(conversation)
    await settle()
    assert items(conversation)[0] == Outcome.STARTED
    conversation.line.lose(FRIEND.jid)
    conversation.line.reads.set()
    await settle()
    assert conversation.said() == []


async def stuck(conversation: Conversation) -> None:
    """Subscribe, and have an event wait for its turn."""
    await ask(conversation)
    conversation.house.steps = ([reading("x" * 59_000)], [reading("x" * 59_000)])
    conversation.line.reads.clear()
    await conversation.ask(read(NF))
    await settle()
    conversation.said()
    happen(conversation, ADDED)
    await settle()
    assert conversation.said() == []


@pytest.mark.parametrize("area", [False, True])
async def test_of_what_happened(conversation: Conversation, area: bool) -> None:
    """What happened to a node is told to who sees it still, or never could read it: so areas are."""
    if area:
        conversation.house.hidden.add(ADDED.node)
    await stuck(conversation)
    conversation.house.hidden.add(ADDED.node)
    happen(conversation, REMOVED)
    conversation.line.reads.set()
    await settle()
    told = [one for one in conversation.said() if "<node" in one]
    assert ["nodeAdded" in one for one in told] == ([True, False] if area else [False])


@pytest.mark.parametrize("gone", [True, False])
async def test_of_what_nobody_wants_to_know(
    conversation: Conversation, gone: bool
) -> None:
    """Who is gone or has unsubscribed is not told what waited for its turn."""
    await stuck(conversation)
    if gone:
        conversation.line.lose(FRIEND.jid)
    else:
        await ask(conversation, name="unsubscribe")
    conversation.line.reads.set()
    await settle()
    assert [one for one in conversation.said() if "<node" in one] == []


async def test_what_is_seen_goes_on(conversation: Conversation) -> None:
    """That something else was taken away is nothing to what waits."""
    await stuck(conversation)
    conversation.house.hidden.add(NodeRef("light.other", "entities"))
    conversation.line.reads.set()
    await settle()
    conversation.line.sent = [
        one for one in conversation.line.sent if "<node" in one[1]
    ]
    assert kinds(conversation) == [Happening.ADDED]
