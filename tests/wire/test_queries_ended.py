"""Queries that end before their time: by an abort, without their asker, with the house."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
import logging
from typing import override

import pytest

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ServiceUnavailable
from custom_components.xmpp_iot.wire.model import Caller, Operation, TreeRequest
from custom_components.xmpp_iot.wire.outbox import Outbox
from custom_components.xmpp_iot.wire.queries import Queries
from custom_components.xmpp_iot.wire.report import (
    Outcome,
    Records,
    ReportItem,
    Status,
    Title,
)

from .conversation import FRIEND, Conversation, House, Line
from .schemas import assert_valid
from .test_queries import (
    DESK,
    GUEST,
    NF,
    ROW,
    XSF,
    begin,
    each_dialect,
    forever,
    items,
    settle,
    told,
)

REQUEST = TreeRequest(
    operation=Operation.EXECUTE_NODE_QUERY, nodes=(DESK,), command="history"
)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


def abortion(dialect: Dialect, query_id: str = "f3a9") -> str:
    """Return a request to end it."""
    return (
        f"<abortNodeQuery xmlns='{dialect.concentrator}' {dialect.node_id}='light.desk'"
        f" {dialect.source}='entities' command='history' queryId='{query_id}'/>"
    )


@each_dialect
async def test_a_query_is_ended_before_its_time(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The answer first, then that it is over; its source is told too."""
    conversation.house.reports = ([Title("History")], forever, [Status("Never")])
    query_id = await begin(conversation, dialect)
    await settle()
    conversation.line.sent.clear()
    answer = await conversation.ask(abortion(dialect, query_id), kind="set")
    assert (answer != "") == (dialect is XSF)
    if answer:
        assert_valid(answer)
    await settle()
    assert [to for to, _ in conversation.line.sent] == ["", FRIEND.jid]
    assert items(conversation, dialect) == [Outcome.ABORTED]
    assert conversation.house.closed == 1


async def test_an_abort_stops_within_one_message(conversation: Conversation) -> None:
    """Of a long table that is on its way no more is sent than what is sent already."""
    conversation.house.reports = ([Records("t", (ROW,) * 500)], [Status("Never")])
    conversation.line.reads.clear()
    await begin(conversation)
    await settle()
    before = len(conversation.line.sent)
    await conversation.ask(abortion(NF), kind="set")
    conversation.line.reads.set()
    await settle()
    assert len([to for to, _ in conversation.line.sent if to]) <= before + 1
    parts = told(conversation)
    assert parts[-1].items == (Outcome.ABORTED,)
    assert [part.sequence for part in parts] == [*range(1, len(parts) + 1)]


async def test_a_query_is_ended_before_it_has_begun(conversation: Conversation) -> None:
    """While the house still looks, the query is ended: it has begun and is over."""
    conversation.house.reports = (forever,)
    beginning = asyncio.create_task(begin(conversation))
    await settle()
    await conversation.ask(abortion(NF), kind="set")
    assert await beginning == "f3a9"
    await settle()
    assert items(conversation) == [Outcome.STARTED, Outcome.ABORTED]


async def test_an_abort_at_once_keeps_what_has_begun(
    conversation: Conversation,
) -> None:
    """What the answer has promised to begin, begins; and is over after the next answer."""
    conversation.house.reports = ([Title("History")], [Status("Never")])
    await begin(conversation)
    await conversation.ask(abortion(NF), kind="set")
    await settle()
    assert items(conversation) == [Outcome.STARTED, Title("History"), Outcome.ABORTED]


@each_dialect
async def test_what_is_not_under_way_is_not_ended(
    conversation: Conversation, dialect: Dialect
) -> None:
    """An unknown query is not found, nor is that of another."""
    with pytest.raises(ItemNotFound):
        await conversation.ask(abortion(dialect), kind="set")
    conversation.house.reports = ([Title("History")], forever)
    query_id = await begin(conversation, dialect)
    with pytest.raises(ItemNotFound):
        await conversation.ask(abortion(dialect, query_id), kind="set", caller=GUEST)
    await settle()
    assert Outcome.ABORTED not in items(conversation, dialect)


@pytest.mark.parametrize("jid", [FRIEND.jid, None])
async def test_nobody_is_told_who_is_gone(
    conversation: Conversation, jid: str | None
) -> None:
    """A query ends with its asker, or with the session, without a word."""
    conversation.house.reports = ([Title("History")], forever)
    await begin(conversation)
    await settle()
    conversation.said()
    conversation.line.lose(jid)
    await settle()
    assert told(conversation) == []
    assert conversation.house.closed == 1


async def test_the_queries_of_others_go_on(conversation: Conversation) -> None:
    """That one is gone is nothing to another."""
    conversation.house.reports = ([Title("History")], forever)
    await begin(conversation)
    conversation.line.lose(GUEST.jid)
    await settle()
    assert items(conversation) == [Outcome.STARTED, Title("History")]
    assert conversation.house.closed == 0


async def test_who_is_gone_before_the_answer_is_told_nothing(
    conversation: Conversation,
) -> None:
    """A query that has not begun never does."""
    conversation.house.reports = (forever,)
    beginning = asyncio.create_task(begin(conversation))
    await settle()
    conversation.line.lose(FRIEND.jid)
    with pytest.raises(ServiceUnavailable):
        await beginning
    await settle()
    assert told(conversation) == []
    assert conversation.house.closed == 1


async def test_what_is_not_seen_any_more_is_not_told(
    conversation: Conversation,
) -> None:
    """A report ends in the midst when its node is taken from the asker's sight."""

    def hide() -> asyncio.Future[None]:
        conversation.house.hidden.add(DESK)
        done = forever()
        done.set_result(None)
        return done

    conversation.house.reports = ([Title("History")], hide, [Status("Secret")])
    await begin(conversation)
    await settle()
    assert items(conversation) == [Outcome.STARTED, Title("History")]
    assert conversation.house.closed == 1


@pytest.mark.parametrize("begun", [True, False])
async def test_stopping_ends_queries(begun: bool) -> None:
    """Nothing is under way any more when the service has stopped, whether the answer had left or not."""
    async with Conversation.held() as conversation:
        steps: tuple[list[Title] | Callable[[], object], ...] = (
            ([Title("History")],) if begun else ()
        )
        conversation.house.reports = (*steps, forever)
        beginning = asyncio.create_task(begin(conversation))
        await settle()
        await conversation.service.stop()
        assert beginning.done() == begun
        await asyncio.wait((beginning,))
        assert isinstance(beginning.exception(), ServiceUnavailable) == (not begun)
        assert conversation.house.closed == 1


async def test_a_report_nobody_began_to_tell_is_closed() -> None:
    """At once, and not only when it is forgotten."""
    house = House(reports=([Title("History")],))
    report = house.query(FRIEND, REQUEST)

    class Keeping(House):
        @override
        def query(
            self, caller: Caller, request: TreeRequest
        ) -> AsyncIterator[Sequence[ReportItem]]:
            return report

    queries = Queries(Keeping(), Outbox(Line().send_message, Line().flush).post)
    await queries.begin(FRIEND, REQUEST, NF)
    await queries.stop()
    assert house.closed == 1


async def test_without_a_session_the_report_ends(
    conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is kept for an asker who is out of reach, and it is no error."""
    caplog.set_level(logging.INFO)
    conversation.house.reports = ([Title("History")], forever)
    conversation.line.down = True
    await begin(conversation)
    await settle()
    assert conversation.house.closed == 1
    assert caplog.text == ""


async def test_an_answer_given_up_closes_the_report(conversation: Conversation) -> None:
    """When the session ends while the house still looks, it looks no more."""
    conversation.house.reports = (forever,)
    beginning = asyncio.create_task(begin(conversation))
    await settle()
    asking = next(
        task for task in asyncio.all_tasks() if "_call" in str(task.get_coro())
    )
    asking.cancel()
    await asyncio.wait((beginning,))
    assert conversation.house.closed == 1
    conversation.house.reports = ()
    assert await begin(conversation) == "f3a9"
