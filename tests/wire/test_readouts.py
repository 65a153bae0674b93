"""Readouts: in the answer or in messages after it, cancelled, counted, and always ended."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
import logging

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    FeatureNotImplemented,
    Forbidden,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import Field, NodeRef, Reading, ValueType
from custom_components.xmpp_iot.wire.readouts import MAX_RUNNING, Packer
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, Conversation, cancel, read
from .schemas import assert_valid

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
NF, NFI, _, XSF = FAMILIES
HALL = NodeRef("sensor.hall", "entities")
GUEST = replace(FRIEND, jid="guest@example.org/1")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_nf = pytest.mark.parametrize("dialect", FAMILIES[:3], ids=lambda one: one.name)


def reading(text: str = "21.4", *, error: str = "", count: int = 1) -> Reading:
    """Return a reading of the hall with `count` fields of `text`."""
    fields = tuple(
        Field(name=f"F{n}", type=ValueType.STRING, value=text) for n in range(count)
    )
    return Reading(node=HALL, at=MORNING, fields=fields, error=error)


FAILED = Reading(node=HALL, at=MORNING, error="Offline.")
LARGE = reading("x" * 1000, count=40)  # more than an answer, less than a message


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(100):
        await asyncio.sleep(0)


def is_last(message: str, dialect: Dialect) -> bool:
    """Return whether a message says that it is the last."""
    mark, on_last = dialect.last_mark
    return (from_text(message).get(mark) == "true") is on_last


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
    assert answer.count("<nd ") == 2
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
    assert fields.count("<node ") == 2
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
    conversation.house.steps = ([reading()] + [FAILED] * 1000,)
    await conversation.ask(read(dialect))
    await settle()
    messages = conversation.said()
    assert len(messages) > 1
    assert [is_last(one, dialect) for one in messages].count(True) == 1
    assert is_last(messages[-1], dialect)
    assert sum(one.count("Offline.") for one in messages) == 1000
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
async def test_readouts_are_made_now(
    conversation: Conversation, dialect: Dialect
) -> None:
    """A time that has passed is now; later is not offered."""
    await conversation.ask(read(dialect, more="when='2020-01-01T00:00:00Z'"))
    with pytest.raises(FeatureNotImplemented):
        await conversation.ask(read(dialect, more="when='2999-01-01T00:00:00Z'"))


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


@each_dialect
@pytest.mark.parametrize("size", [1, 400, 3000])
def test_packages_have_a_limit(dialect: Dialect, size: int) -> None:
    """A reading too large for a message is split by fields; a field too large becomes an error."""
    packer = Packer("7", dialect, limit=1000)
    messages = [
        *packer.add(reading("x" * size, error="And more.", count=7)),
        *packer.finish(),
    ]
    assert all(len(message.encode()) < 1200 for message in messages)
    assert [is_last(one, dialect) for one in messages].count(True) == 1
    assert is_last(messages[-1], dialect)
    text = "".join(messages)
    assert "And more." in text
    for number in range(7):
        assert f"F{number}" in text
    assert ("F6 is too large to be sent." in text) == (size == 3000)
    assert_valid(*messages)


def test_an_error_too_large_is_cut() -> None:
    """What cannot be said at length is said in short."""
    packer = Packer("7", NF, limit=2000)
    messages = [*packer.add(replace(FAILED, error="x" * 5000)), *packer.finish()]
    assert "".join(messages).count("x") < 1100
