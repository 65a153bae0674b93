"""Long readouts leave room: never more on the way than the server reads, and others' words between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
import logging
import ssl

import pytest

from custom_components.xmpp_iot.wire import connection
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.model import Field, NodeRef, Reading, ValueType
from custom_components.xmpp_iot.wire.outbox import WINDOW, Outbox
from custom_components.xmpp_iot.wire.service import IoTService

from .conversation import FRIEND, Conversation, House, read
from .hostile import FULL
from .online import FRIEND as PEER, PING, managed, online

NF, _, _, XSF = FAMILIES
GUEST = replace(FRIEND, jid="guest@example.org/1")
LARGE = Reading(
    node=NodeRef("sensor.hall", "entities"),
    at=datetime(2026, 11, 21, 6, tzinfo=UTC),
    fields=tuple(
        Field(name=f"F{n}", type=ValueType.STRING, value="x" * 1000) for n in range(40)
    ),
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(300):
        await asyncio.sleep(0)


async def test_readouts_share_what_may_be_on_the_way(
    conversation: Conversation,
) -> None:
    """Eight readouts together are never further ahead of the server than one."""
    conversation.house.steps = tuple([LARGE] for _ in range(5))
    for number in range(8):
        await conversation.ask(read(NF, str(number)))
    await settle()
    assert len(conversation.said()) == 8 * 5
    assert conversation.line.most_unread <= WINDOW + 1000


async def test_a_server_that_reads_nothing_gets_nothing_more(
    conversation: Conversation,
) -> None:
    """The rest waits, and is not even read from the house, until the server has taken what was sent."""
    conversation.house.steps = tuple([LARGE] for _ in range(5))
    conversation.line.reads.clear()
    await conversation.ask(read(NF))
    await settle()
    assert len(conversation.said()) == 1
    assert conversation.house.closed == 0
    conversation.line.reads.set()
    await settle()
    assert len(conversation.said()) == 4
    assert conversation.house.closed == 1


async def test_readouts_take_turns(conversation: Conversation) -> None:
    """A short readout does not wait for the end of a long one."""
    conversation.house.steps = tuple([LARGE] for _ in range(6))
    conversation.line.reads.clear()
    await conversation.ask(read(NF))
    await settle()
    conversation.house.steps = ([LARGE],)
    await conversation.ask(read(NF), caller=GUEST)
    conversation.line.sent.clear()
    conversation.line.reads.set()
    await settle()
    recipients = [to for to, _ in conversation.line.sent]
    assert recipients.index(GUEST.jid) <= 2
    assert len(recipients) == 6


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_readout_ends_while_it_waits(
    conversation: Conversation, cancelled: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Cancelled or without an answer of the server, it sends nothing more, and others have their turn."""
    conversation.house.steps = tuple([LARGE] for _ in range(5))
    conversation.line.reads.clear()
    await conversation.ask(read(NF))
    await settle()
    if cancelled:
        await conversation.ask(f"<cancel xmlns='{NF.sensor_data}' id='7'/>")
    else:
        conversation.line.down = True
    conversation.line.reads.set()
    await settle()
    assert len(conversation.said()) == 1
    assert conversation.house.closed == 1
    conversation.line.down = False
    await conversation.ask(read(NF))
    await settle()
    assert len(conversation.said()) == 5
    assert all(record.levelno < logging.WARNING for record in caplog.records)


@pytest.mark.usefixtures("socket_enabled")
async def test_the_house_outlives_a_server_that_reads_slowly(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A readout of many megabytes costs no session, and a contact is answered in the midst of it."""
    monkeypatch.setattr(connection, "MAX_UNSENT", 100_000)
    async with online(context, trust, managed) as house:
        begun = asyncio.Event()

        async def begin() -> None:
            begun.set()

        service = IoTService(house.session, House(steps=[begin, *[[LARGE]] * 300]))
        service.start()
        house.peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        house.peer.send(
            f"<iq type='get' id='r' from='{PEER}' to='{FULL}'>{read(XSF)}</iq>"
        )
        await begun.wait()
        await asyncio.sleep(0.2)  # in which all of it would be sent
        assert house.session.connected
        house.peer.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await house.ask(PING)

        def messages() -> int:
            return sum(one.tag.endswith("}message") for one in house.peer.stanzas)

        assert messages() < 300
        await house.until(lambda: messages() == 300)
        await service.stop()
        assert house.events == [("online", False)]


class Slow:
    """A server that reads when it is told to, and an outbox that waits for it."""

    def __init__(self) -> None:
        """Have nothing to read."""
        self.sent: list[str] = []
        self.reads = asyncio.Event()
        self.outbox = Outbox(lambda to, _: self.sent.append(to), self._flush)

    async def _flush(self) -> None:
        await self.reads.wait()

    async def posts(self, *recipients: str) -> list[asyncio.Task[bool]]:
        """Post a message that is as much as may be on the way to each, in that order."""
        tasks = [
            asyncio.create_task(self.outbox.post(to, "x" * WINDOW)) for to in recipients
        ]
        await settle()
        return tasks


async def test_recipients_take_turns() -> None:
    """First come, first served, for each; whoever had a turn has the next one after all others."""
    slow = Slow()
    tasks = await slow.posts(
        "a@x/1", "a@x/1", "a@x/2", "a@x/1", "b@x/1", "c@x/1", "b@x/1"
    )
    slow.reads.set()
    await asyncio.gather(*tasks)
    assert slow.sent == ["a@x/1", "a@x/1", "b@x/1", "c@x/1", "a@x/2", "b@x/1", "a@x/1"]


async def test_who_waits_no_more_has_no_turn() -> None:
    """Others have theirs, whether one or all messages for somebody are given up."""
    slow = Slow()
    tasks = await slow.posts("a@x", "a@x", "b@x", "c@x", "b@x", "d@x")
    for number in (2, 3):
        tasks[number].cancel()
    await settle()
    slow.reads.set()
    await asyncio.wait(tasks)
    assert slow.sent == ["a@x", "a@x", "b@x", "d@x"]
    assert [number for number, task in enumerate(tasks) if task.cancelled()] == [2, 3]
    await slow.posts("e@x")
    assert slow.sent[-1] == "e@x"


@pytest.mark.parametrize("earlier", [True, False])
async def test_a_turn_is_passed_on_by_who_does_not_want_it(earlier: bool) -> None:
    """One that is given up in the moment in which its turn comes holds up nobody."""
    slow = Slow()
    first, second, third, fourth = await slow.posts("a@x", "a@x", "b@x", "c@x")
    if earlier:
        third.cancel()
        second.cancel()
    else:
        second.cancel()
        await asyncio.sleep(0)
        third.cancel()
    slow.reads.set()
    await asyncio.wait((first, second, third, fourth))
    assert slow.sent == ["a@x", "c@x"]
    assert third.cancelled()
