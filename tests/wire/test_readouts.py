"""Readouts: in the answer or in messages after it, cancelled, counted, and always ended."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import logging

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import Reading
from custom_components.xmpp_iot.wire.readouts import MAX_RUNNING
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, Conversation, cancel, read
from .readings import FAILED, LARGE, is_last, reading, settle
from .schemas import assert_valid

NF, NFI, _, XSF = FAMILIES
GUEST = replace(FRIEND, jid="guest@example.org/1")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_nf = pytest.mark.parametrize("dialect", FAMILIES[:3], ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


@each_nf
@pytest.mark.parametrize("kind", ["get", "set"])
async def test_a_small_readout_is_the_answer(
    conversation: Conversation, dialect: Dialect, kind: str
) -> None:
    """NF peers get data, errors too, in the result; no message follows."""
    conversation.house.steps = ([reading()], [FAILED])
    answer = await conversation.ask(
        read(dialect), kind="set" if kind == "set" else "get"
    )
    assert answer.startswith(f'<resp xmlns="{dialect.sensor_data}" id="7"><nd ')
    assert answer.count("<ts ") == 2
    assert "<err>Offline.</err>" in answer
    assert_valid(answer)
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1


async def test_a_small_readout_in_xsf_follows(conversation: Conversation) -> None:
    """XSF peers get accepted, then fields, then failures, and only the very last is the last."""
    conversation.house.steps = ([reading(), FAILED, reading()], [FAILED])
    answer = await conversation.ask(read(XSF))
    assert answer == '<accepted xmlns="urn:xmpp:iot:sensordata" seqnr="7"/>'
    await settle()
    recipients = [to for to, _ in conversation.line.sent]
    assert recipients == ["", FRIEND.jid, FRIEND.jid]  # never before the answer
    fields, failure = conversation.said()
    assert fields.startswith("<fields ")
    assert fields.count("<timestamp ") == 2
    assert failure.startswith("<failure ")
    assert failure.count("<error ") == 2
    assert [is_last(one, XSF) for one in (fields, failure)] == [False, True]
    assert_valid(answer, fields, failure)
    assert conversation.house.closed == 1


@pytest.mark.parametrize(
    ("readings", "names"),
    [
        ([], ["fields"]),
        ([reading()], ["fields"]),
        ([FAILED], ["failure"]),
        ([reading(error="Half of it.")], ["fields", "failure"]),
    ],
)
async def test_xsf_always_ends(
    conversation: Conversation, readings: list[Reading], names: list[str]
) -> None:
    """Whatever was read, one message is the last."""
    conversation.house.steps = (readings,)
    await conversation.ask(read(XSF))
    await settle()
    messages = conversation.said()
    assert [from_text(one).tag.partition("}")[2] for one in messages] == names
    assert [is_last(one, XSF) for one in messages] == [False, True][-len(names) :]
    assert_valid(*messages)


@each_dialect
async def test_a_large_readout_comes_in_messages(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Each below the limit, in order, the last one marked, all in the request's namespace."""
    conversation.house.steps = tuple([LARGE] for _ in range(5))
    answer = await conversation.ask(read(dialect))
    assert answer.startswith(f'<accepted xmlns="{dialect.sensor_data}"')
    await settle()
    messages = conversation.said()
    assert len(messages) == 5
    assert [is_last(one, dialect) for one in messages] == [False] * 4 + [True]
    assert all(len(one.encode()) < 62_000 for one in messages)
    assert_valid(*messages)


@each_dialect
async def test_many_failures_come_in_messages(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Failures are packed as fields are, after them."""
    conversation.house.steps = ([reading()] + [FAILED] * 2000,)
    await conversation.ask(read(dialect))
    await settle()
    messages = conversation.said()
    assert len(messages) > 1
    assert [is_last(one, dialect) for one in messages].count(True) == 1
    assert is_last(messages[-1], dialect)
    assert sum(one.count("Offline.") for one in messages) == 2000
    assert_valid(*messages)


@each_dialect
async def test_a_large_batch_is_kept_until_accepted(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Messages that are full before the answer has left wait for it."""
    conversation.house.steps = ([LARGE] * 4,)
    await conversation.ask(read(dialect))
    assert conversation.said() == []
    await settle()
    assert len(conversation.said()) == 4


@each_dialect
async def test_nothing_read_is_an_answer(
    conversation: Conversation, dialect: Dialect
) -> None:
    """No node, no field: still an end."""
    answer = await conversation.ask(read(dialect))
    await settle()
    assert_valid(answer, *conversation.said())


@each_dialect
async def test_a_refused_readout_is_an_error(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What the house refuses before the first reading is the IQ's error, and over."""
    conversation.house.steps = (ItemNotFound(),)
    for _ in range(2):
        with pytest.raises(ItemNotFound):
            await conversation.ask(read(dialect))
    assert conversation.house.closed == 2


@each_dialect
async def test_an_error_in_the_midst_is_told(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What goes wrong after the answer is the last of the data."""
    conversation.house.steps = ([LARGE], Forbidden("Not any more."))
    await conversation.ask(read(dialect))
    await settle()
    messages = conversation.said()
    assert "Not any more." in messages[-1]
    assert is_last(messages[-1], dialect)
    assert_valid(*messages)


async def test_a_defect_in_the_midst_is_logged(
    conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect of ours is not the asker's: it is logged, and the id is free again."""
    conversation.house.steps = ([LARGE], ValueError("defect"))
    await conversation.ask(read(XSF))
    await settle()
    (record,) = caplog.records
    assert (record.levelno, "defect" in caplog.text) == (logging.ERROR, True)
    await conversation.ask(read(XSF))


@each_dialect
async def test_offline_ends_a_readout(
    conversation: Conversation, dialect: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is kept for an asker who is gone, and nothing is wrong."""
    conversation.house.steps = ([LARGE], [LARGE])
    await conversation.ask(read(dialect))
    conversation.line.down = True
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1
    assert all(record.levelno < logging.WARNING for record in caplog.records)


@each_nf
async def test_neuro_foundation_is_told_that_nodes_are_missing(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A request without nodes reads nothing; NF has words for that."""
    answer = await conversation.ask(f"<req xmlns='{dialect.sensor_data}' id='7'/>")
    assert "<err>Name the nodes to read.</err>" in answer
    assert_valid(answer)
    assert conversation.house.requests == []


async def test_xsf_refuses_that_nodes_are_missing(conversation: Conversation) -> None:
    """A request without nodes reads nothing; XSF has an error for that."""
    with pytest.raises(BadRequest):
        await conversation.ask("<req xmlns='urn:xmpp:iot:sensordata' seqnr='7'/>")


@each_dialect
async def test_what_has_passed_is_now(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A time that has passed is no reason to wait, or to refuse."""
    conversation.house.steps = ([reading()],)
    answer = await conversation.ask(
        read(dialect, more="when='2020-01-01T00:00:00Z'"), kind="get"
    )
    assert "queued" not in answer
    await settle()
    assert "21.4" in "".join((answer, *conversation.said()))


@each_dialect
@pytest.mark.parametrize("kind", ["get", "set"])
async def test_a_running_readout_is_cancelled(
    conversation: Conversation, dialect: Dialect, kind: str
) -> None:
    """Nothing is sent after a cancel, and the source of the readings is closed."""
    conversation.house.steps = ([LARGE], [LARGE], asyncio.Event().wait, [LARGE])
    await conversation.ask(read(dialect))
    await settle()
    assert len(conversation.said()) == 1
    answer = await conversation.ask(
        cancel(dialect), kind="set" if kind == "set" else "get"
    )
    confirmed = '<cancelled xmlns="urn:xmpp:iot:sensordata" seqnr="7"/>'
    assert answer == (confirmed if dialect is XSF else "")
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1


@each_dialect
async def test_a_readout_is_cancelled_before_it_sends(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A cancel right after the answer finds the readout not yet begun."""
    conversation.house.steps = ([LARGE], [LARGE])
    await conversation.ask(read(dialect))
    await conversation.ask(cancel(dialect))
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1


@each_dialect
async def test_a_readout_is_cancelled_before_it_is_answered(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A cancel that overtakes the answer counts too."""
    go = asyncio.Event()
    conversation.house.steps = (go.wait, [reading()])
    asking = asyncio.create_task(conversation.ask(read(dialect)))
    await settle()
    await conversation.ask(cancel(dialect))
    go.set()
    assert (await asking).startswith("<accepted ")
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1


async def test_only_the_asker_cancels(conversation: Conversation) -> None:
    """The same id of another resource is another readout."""
    tablet = replace(FRIEND, jid="friend@example.org/tablet")
    conversation.house.steps = ([LARGE], [LARGE])
    await conversation.ask(read(NF))
    assert await conversation.ask(cancel(NF), caller=tablet) == ""
    await conversation.ask(read(NF), caller=tablet)
    await settle()
    assert len(conversation.said()) == 4


@each_dialect
async def test_a_batch_of_many_messages_is_cancelled_between_two(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A cancel does not wait for the end of what has been read."""
    conversation.house.steps = ([LARGE], [LARGE] * 9)
    conversation.line.reads.clear()
    await conversation.ask(read(dialect))
    await settle()
    assert len(conversation.said()) == 1  # the server reads no more
    await conversation.ask(cancel(dialect))
    conversation.line.reads.set()
    await settle()
    assert conversation.said() == []


@each_dialect
@pytest.mark.parametrize("gone", [FRIEND.jid, None])
async def test_a_readout_ends_when_the_asker_is_gone(
    conversation: Conversation, dialect: Dialect, gone: str | None
) -> None:
    """Nobody is there for the data, so it is not read any more."""
    conversation.house.steps = ([LARGE], [LARGE], asyncio.Event().wait)
    await conversation.ask(read(dialect))
    await settle()
    assert len(conversation.said()) == 1
    conversation.line.lose("somebody@example.org/else")
    await settle()
    assert conversation.house.closed == 0
    conversation.line.lose(gone)
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 1


@each_dialect
async def test_the_asker_is_gone_before_the_answer(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Neither what is being read nor what has just been accepted is sent to nobody."""
    go = asyncio.Event()
    conversation.house.steps = (go.wait, [LARGE], [LARGE])
    asking = asyncio.create_task(conversation.ask(read(dialect)))
    await settle()
    conversation.line.lose(FRIEND.jid)
    go.set()
    await asking
    await conversation.ask(read(dialect, "8"))
    conversation.line.lose(FRIEND.jid)
    await settle()
    assert conversation.said() == []
    assert conversation.house.closed == 2


@each_dialect
async def test_an_id_is_used_once_at_a_time(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The readout under way goes on; its id is free when it has ended."""
    conversation.house.steps = ([LARGE], [LARGE])
    await conversation.ask(read(dialect))
    with pytest.raises(Conflict):
        await conversation.ask(read(dialect))
    await settle()
    assert len(conversation.said()) == 2
    await conversation.ask(read(dialect))


async def test_readouts_of_a_contact_are_counted(conversation: Conversation) -> None:
    """All resources of a contact together; others have their own."""
    conversation.house.steps = ([LARGE], asyncio.Event().wait)
    for number in range(MAX_RUNNING):
        caller = replace(FRIEND, jid=f"friend@example.org/{number}")
        await conversation.ask(read(NF), caller=caller)
    with pytest.raises(ResourceConstraint):
        await conversation.ask(read(NF))
    await conversation.ask(read(NF), caller=GUEST)
    await conversation.service.stop()
    assert conversation.house.closed == MAX_RUNNING + 1
