"""Queries: begun, told in order, ended before their time, counted, and always over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InternalServerError,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import (
    Caller,
    NodeRef,
    Operation,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.progress import Item, decode_progress
from custom_components.xmpp_iot.wire.queries import MAX_RUNNING
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Level,
    MessageKind,
    Outcome,
    Progress,
    Records,
    ReportMessage,
    Status,
    Title,
)
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, Conversation
from .schemas import assert_valid

NF, NFI, IEEE, XSF = FAMILIES
DESK = NodeRef("light.desk", "entities")
GUEST = replace(FRIEND, jid="guest@example.org/1")
FORM = (
    "<x xmlns='jabber:x:data' type='submit'>"
    "<field var='hours'><value>24</value></field></x>"
)
ROW = (Cell(ValueType.STRING, "x" * 1000),)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(100):
        await asyncio.sleep(0)


def forever() -> asyncio.Future[None]:
    """Return what never comes."""
    return asyncio.get_running_loop().create_future()


def query(dialect: Dialect, query_id: str = "f3a9", content: str = "") -> str:
    """Return a request for the desk's history."""
    named = f"queryId='{query_id}'" if dialect.client_query_ids else ""
    return (
        f"<executeNodeQuery xmlns='{dialect.concentrator}' {dialect.node_id}='light.desk'"
        f" {dialect.source}='entities' command='history' {named}>{content}</executeNodeQuery>"
    )


async def begin(
    conversation: Conversation,
    dialect: Dialect = NF,
    query_id: str = "f3a9",
    caller: Caller = FRIEND,
) -> str:
    """Begin a query and return its id."""
    answer = await conversation.ask(query(dialect, query_id), kind="set", caller=caller)
    return from_text(answer).get("queryId", "") if answer else query_id


def told(conversation: Conversation, dialect: Dialect = NF) -> list[Progress]:
    """Return what was told until now, all of it valid."""
    messages = conversation.said()
    assert_valid(*messages)
    return [decode_progress(from_text(one), dialect) for one in messages]


def items(conversation: Conversation, dialect: Dialect = NF) -> list[Item]:
    """Return everything that was said until now."""
    return [item for one in told(conversation, dialect) for item in one.items]


@each_dialect
async def test_a_query_is_begun_and_told(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The answer first, then what is reported as it comes, in the namespace of the request, to the end."""
    conversation.house.reports = (
        [Title("History"), Status("Reading")],
        [],
        [Status("Done")],
    )
    answer = await conversation.ask(query(dialect, content=FORM), kind="set")
    if dialect is XSF:
        assert_valid(answer)
        query_id = from_text(answer).get("queryId", "")
        assert len(query_id) == 16
    else:
        assert answer == ""
        query_id = "f3a9"
    assert conversation.house.requests == [
        TreeRequest(
            operation=Operation.EXECUTE_NODE_QUERY,
            nodes=(DESK,),
            command="history",
            form={"hours": ("24",)},
            query_id="f3a9" if dialect.client_query_ids else "",
            dialect=dialect.concentrator,
        )
    ]
    assert conversation.line.sent == [("", "answer")]
    await settle()
    assert [to for to, _ in conversation.line.sent] == ["", *[FRIEND.jid] * 3]
    counted = (None, None, None) if dialect is XSF else (1, 2, 3)
    contents: tuple[tuple[Item, ...], ...] = (
        (Outcome.STARTED, Title("History"), Status("Reading")),
        (Status("Done"),),
        (Outcome.DONE,),
    )
    assert told(conversation, dialect) == [
        Progress(node=DESK, id=query_id, sequence=number, items=content)
        for number, content in zip(counted, contents, strict=True)
    ]
    assert conversation.house.closed == 1


@each_dialect
async def test_a_query_is_no_question(
    conversation: Conversation, dialect: Dialect
) -> None:
    """An IQ of type get begins nothing."""
    with pytest.raises(BadRequest):
        await conversation.ask(query(dialect))
    assert conversation.house.requests == []


async def test_an_empty_report_is_a_report(conversation: Conversation) -> None:
    """It begins and ends."""
    await begin(conversation)
    await settle()
    assert items(conversation) == [Outcome.STARTED, Outcome.DONE]


@each_dialect
async def test_a_refused_query_says_nothing(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What the house refuses at once is the answer, told in band too in XSF, and no message."""
    conversation.house.reports = (Forbidden("You may not."),)
    with pytest.raises(Forbidden) as error:
        await begin(conversation, dialect)
    assert (error.value.payload is not None) == (dialect is XSF)
    if error.value.payload is not None:
        assert_valid(error.value.payload)
    await settle()
    assert told(conversation) == []


async def test_a_refused_query_may_be_asked_again(conversation: Conversation) -> None:
    """Its id is free again."""
    conversation.house.reports = (Forbidden(),)
    with pytest.raises(Forbidden):
        await begin(conversation)
    conversation.house.reports = ()
    assert await begin(conversation) == "f3a9"


@pytest.mark.parametrize(
    ("error", "text", "kind"),
    [
        (
            InternalServerError("The recorder is away."),
            "The recorder is away.",
            MessageKind.ERROR,
        ),
        (ItemNotFound(), "item-not-found", MessageKind.ERROR),
        (ValueError("secret"), "The report failed.", MessageKind.EXCEPTION),
    ],
)
async def test_an_error_in_the_midst_is_told(
    conversation: Conversation,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    text: str,
    kind: MessageKind,
) -> None:
    """A message says what went wrong, and the query is over; what nobody foresaw is in our log only."""
    conversation.house.reports = ([Title("History")], error)
    await begin(conversation)
    await settle()
    assert items(conversation)[-2:] == [
        ReportMessage(text=text, kind=kind, level=Level.MAJOR),
        Outcome.ABORTED,
    ]
    assert ("secret" in caplog.text) == (kind is MessageKind.EXCEPTION)


async def test_an_id_is_used_once_at_a_time(conversation: Conversation) -> None:
    """Two queries of one asker with one id could not be told apart; those of two can."""
    conversation.house.reports = ([Title("History")], forever)
    await begin(conversation)
    with pytest.raises(Conflict):
        await begin(conversation)
    await begin(conversation, caller=GUEST)


async def test_queries_of_a_contact_are_counted(conversation: Conversation) -> None:
    """All its resources together have so many, others have theirs."""
    conversation.house.reports = ([Title("History")], forever)
    for number in range(MAX_RUNNING):
        await begin(conversation, query_id=str(number))
    other = replace(FRIEND, jid="friend@example.org/laptop")
    with pytest.raises(ResourceConstraint):
        await begin(conversation, XSF, caller=other)
    await begin(conversation, caller=GUEST)


async def test_a_report_is_sent_as_fast_as_it_is_read(
    conversation: Conversation,
) -> None:
    """No more than a window of it is under way, in messages of limited size."""
    conversation.house.reports = ([Records("t", (ROW,) * 300)],)
    conversation.line.reads.clear()
    await begin(conversation)
    await settle()
    assert len([to for to, _ in conversation.line.sent if to]) == 1
    conversation.line.reads.set()
    await settle()
    assert conversation.line.most_unread < 64_000
    parts = told(conversation)
    assert (
        sum(len(r.rows) for p in parts for r in p.items if isinstance(r, Records))
        == 300
    )


async def test_a_report_that_cannot_be_sent_is_in_the_log(
    conversation: Conversation,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What nobody foresaw in the sending is told to us, and the query is over."""
    conversation.house.reports = ([Title("History")],)

    def fail(*_: object, **__: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(conversation.house, "visible", fail)
    await begin(conversation)
    await settle()
    assert "A query of friend@example.org/phone failed" in caplog.text
    assert conversation.house.closed == 1
