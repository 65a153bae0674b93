"""Subscriptions to sources: who is told what, in which order, and until when."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
import logging

import pytest

from custom_components.xmpp_iot.wire import source_events
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent
from custom_components.xmpp_iot.wire.model import Caller
from custom_components.xmpp_iot.wire.node_events import decode_node_event
from custom_components.xmpp_iot.wire.source_events import MAX_SUBSCRIPTIONS
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, NOON, Conversation
from .schemas import assert_valid
from .test_node_events import EVENTS, MORNING

NF, NFI, IEEE, XSF = FAMILIES
ADDED, UPDATED, STATUS, REMOVED, *_ = EVENTS
GUEST = replace(FRIEND, jid="guest@example.org/1")
LAPTOP = replace(FRIEND, jid="friend@example.org/laptop")
SINCE = "getEventsSince='2026-11-21T06:00:00Z'"

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)
each_nf = pytest.mark.parametrize("dialect", FAMILIES[:3], ids=lambda one: one.name)


@pytest.fixture
async def conversation() -> AsyncIterator[Conversation]:
    """Return a conversation that leaves nothing behind."""
    async with Conversation.held() as conversation:
        yield conversation


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(100):
        await asyncio.sleep(0)


async def ask(
    conversation: Conversation,
    dialect: Dialect = NF,
    more: str = "",
    *,
    name: str = "subscribe",
    source: str = "entities",
    ttl: int | None = 60,
    caller: Caller = FRIEND,
) -> str:
    """Subscribe, or end it, and return the answer."""
    lasting = f"ttl='{ttl}'" if ttl is not None and dialect is not XSF else ""
    return await conversation.ask(
        f"<{name} xmlns='{dialect.concentrator}' {dialect.source}='{source}' {lasting} {more}/>",
        kind="set",
        caller=caller,
    )


def happen(conversation: Conversation, *events: NodeEvent) -> None:
    """Let something happen in the house."""
    for _, happened in tuple(conversation.house.node_followers):
        happened(events)


def told(conversation: Conversation, dialect: Dialect = NF) -> list[NodeEvent]:
    """Return what was told until now, all of it valid."""
    messages = conversation.said()
    assert_valid(*messages)
    return [
        decode_node_event(from_text(one), dialect, received=MORNING) for one in messages
    ]


def kinds(conversation: Conversation, dialect: Dialect = NF) -> list[Happening]:
    """Return of what kinds it was."""
    return [event.kind for event in told(conversation, dialect)]


def followers(conversation: Conversation) -> int:
    """Return how many subscriptions there are."""
    return len(conversation.house.node_followers)


@each_dialect
async def test_a_subscriber_is_told(
    conversation: Conversation, dialect: Dialect
) -> None:
    """What happens after the answer is told in the namespace of the request, to who asked."""
    answer = await ask(conversation, dialect)
    assert (answer != "") == (dialect is XSF)
    if answer:
        assert_valid(answer)
    happen(conversation, *EVENTS)
    await settle()
    assert {to for to, _ in conversation.line.sent} == {"", FRIEND.jid}
    assert kinds(conversation, dialect) == [event.kind for event in EVENTS]
    assert conversation.house.requests == ["entities"]


@each_dialect
async def test_details_are_told_to_who_wants_them(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Parameters and messages of a node are left out unless they were asked for; renewing adds them."""
    await ask(conversation, dialect)
    happen(conversation, ADDED)
    await settle()
    await ask(conversation, dialect, "parameters='true'")
    happen(conversation, ADDED)
    await settle()
    await ask(conversation, dialect, "messages='true'")
    happen(conversation, ADDED)
    await settle()
    infos = [event.info for event in told(conversation, dialect)]
    assert [(bool(one.parameters), bool(one.messages)) for one in infos if one] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert followers(conversation) == 1


async def test_a_change_of_status_says_why(conversation: Conversation) -> None:
    """Its messages are the event, wanted or not."""
    await ask(conversation)
    happen(conversation, STATUS)
    await settle()
    assert told(conversation) == [STATUS]


@each_dialect
async def test_kinds_add_up_and_are_taken_away(
    conversation: Conversation, dialect: Dialect
) -> None:
    """Renewing adds kinds of events, unsubscribing takes them away, and none left is the end."""
    off = "nodeUpdated='0' nodeStatusChanged='0' nodeMovedUp='0' nodeMovedDown='0'"
    await ask(conversation, dialect, f"{off} nodeRemoved='0'")
    await ask(conversation, dialect, f"{off} nodeAdded='0'")
    happen(conversation, *EVENTS)
    await settle()
    assert kinds(conversation, dialect) == [Happening.ADDED, Happening.REMOVED]
    answer = await ask(
        conversation, dialect, f"{off} nodeRemoved='0'", name="unsubscribe"
    )
    assert (answer != "") == (dialect is XSF)
    if answer:
        assert_valid(answer)
    happen(conversation, *EVENTS)
    await settle()
    assert kinds(conversation, dialect) == [Happening.REMOVED]
    await ask(conversation, dialect, name="unsubscribe")
    assert followers(conversation) == 0


async def test_a_wish_for_nothing_is_kept_by_nobody(conversation: Conversation) -> None:
    """With all kinds switched off there is nothing to tell."""
    await ask(conversation, NF, " ".join(f"{kind}='false'" for kind in Happening))
    assert followers(conversation) == 0


@each_dialect
async def test_a_source_that_is_not_there(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The house's refusal is the answer, in XSF in band too, and there is no subscription."""
    conversation.house.answer = ItemNotFound()
    with pytest.raises(ItemNotFound) as error:
        await ask(conversation, dialect)
    if error.value.payload is not None:
        assert_valid(error.value.payload)
    assert (error.value.payload is not None) == (dialect is XSF)
    conversation.house.answer = None
    await ask(conversation, dialect)
    assert followers(conversation) == 1


@each_dialect
@pytest.mark.parametrize("name", ["subscribe", "unsubscribe"])
async def test_a_malformed_request_is_refused(
    conversation: Conversation, dialect: Dialect, name: str
) -> None:
    """And told in band too where failures are."""
    with pytest.raises(BadRequest) as error:
        await ask(conversation, dialect, "nodeAdded='perhaps'", name=name)
    assert (error.value.payload is not None) == (dialect is XSF)
    assert followers(conversation) == 0


async def test_each_resource_and_dialect_has_its_own(
    conversation: Conversation,
) -> None:
    """Subscriptions are told apart by who asked, for what, and in which language."""
    await ask(conversation)
    await ask(conversation, XSF)
    await ask(conversation, caller=LAPTOP)
    await ask(conversation, source="other")
    assert followers(conversation) == 4


async def test_subscriptions_of_a_contact_are_counted(
    conversation: Conversation,
) -> None:
    """All its resources together have so many, renewing is always possible, and others have theirs."""
    for number in range(MAX_SUBSCRIPTIONS):
        await ask(conversation, source=str(number))
    with pytest.raises(ResourceConstraint):
        await ask(conversation, caller=LAPTOP)
    await ask(conversation, source="0")
    await ask(conversation, caller=GUEST)


@each_dialect
async def test_the_past_is_told_first(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The answer, what happened since, then what happens: everything once, and in order."""
    conversation.house.history = (ADDED, UPDATED)
    await ask(conversation, dialect, SINCE)
    happen(conversation, STATUS)
    happen(conversation, REMOVED)
    await settle()
    assert [to for to, _ in conversation.line.sent] == ["", *[FRIEND.jid] * 4]
    assert kinds(conversation, dialect) == [
        event.kind for event in (ADDED, UPDATED, STATUS, REMOVED)
    ]


async def test_the_past_asked_for_again_is_told_once(
    conversation: Conversation,
) -> None:
    """What still waits to be told when somebody asks for the past is in it, not beside it."""
    await ask(conversation)
    conversation.line.down = True
    happen(conversation, UPDATED, STATUS)
    await settle()
    conversation.line.down = False
    conversation.house.history = (ADDED, UPDATED)
    await ask(conversation, NF, SINCE)
    happen(conversation, REMOVED)
    await settle()
    assert kinds(conversation) == [
        event.kind for event in (ADDED, UPDATED, STATUS, REMOVED)
    ]


async def test_only_the_past_that_is_wanted(conversation: Conversation) -> None:
    """Kinds that are switched off are not told of the past either."""
    conversation.house.history = (ADDED, REMOVED)
    await ask(conversation, NF, f"{SINCE} nodeAdded='false'")
    await settle()
    assert kinds(conversation) == [Happening.REMOVED]


async def test_a_lost_past_in_xsf_is_an_error(conversation: Conversation) -> None:
    """Who wants the past or nothing gets nothing; a subscription there was is as it was."""
    with pytest.raises(FeatureNotImplemented) as error:
        await ask(conversation, XSF, SINCE)
    assert error.value.payload is not None
    assert_valid(error.value.payload)
    assert followers(conversation) == 0
    await ask(conversation, XSF, "nodeAdded='false'")
    with pytest.raises(FeatureNotImplemented):
        await ask(conversation, XSF, SINCE)
    happen(conversation, ADDED, REMOVED)
    await settle()
    assert kinds(conversation, XSF) == [Happening.REMOVED]


@each_nf
async def test_a_lost_past_in_neuro_foundation_is_left_out(
    conversation: Conversation, dialect: Dialect
) -> None:
    """The subscription begins now."""
    await ask(conversation, dialect, SINCE)
    happen(conversation, ADDED)
    await settle()
    assert kinds(conversation, dialect) == [Happening.ADDED]


async def test_what_could_not_be_told_is_told_later(
    conversation: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    """While the line is down nothing is lost: it comes with what happens next, in order."""
    caplog.set_level(logging.INFO)
    await ask(conversation)
    conversation.line.down = True
    happen(conversation, ADDED)
    await settle()
    conversation.line.down = False
    happen(conversation, REMOVED)
    await settle()
    assert kinds(conversation) == [Happening.ADDED, Happening.REMOVED]
    assert caplog.text == ""


async def test_who_does_not_keep_up_is_told_no_more(
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What waits is bounded; with a gap in it, the rest is worth nothing."""
    monkeypatch.setattr(source_events, "MAX_WAITING", 2)
    await ask(conversation)
    happen(conversation, ADDED, UPDATED)
    assert followers(conversation) == 1
    happen(conversation, STATUS)
    assert followers(conversation) == 0
    assert "friend@example.org/phone does not keep up" in caplog.text
    await settle()
    assert told(conversation) == []


async def test_devices_of_a_contact_share_what_may_wait(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many subscriptions a contact has no more waiting than with one; others do not count."""
    monkeypatch.setattr(source_events, "MAX_WAITING", 3)
    await ask(conversation)
    await ask(conversation, caller=replace(FRIEND, jid="friend@example.org/tablet"))
    await ask(conversation, caller=replace(FRIEND, jid="guest@example.org/phone"))
    happen(conversation, ADDED, UPDATED)
    assert followers(conversation) == 2


async def test_many_events_leave_in_turns(conversation: Conversation) -> None:
    """A storm fills the connection no more than a readout does."""
    conversation.line.reads.clear()
    await ask(conversation)
    happen(conversation, *(replace(ADDED, at=NOON + timedelta(n)) for n in range(200)))
    await settle()
    assert conversation.line.most_unread <= 64_000
    conversation.line.reads.set()
    await asyncio.sleep(0.01)
    await settle()
    assert len(told(conversation)) == 200


async def test_what_cannot_be_said_is_in_the_log(
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An event that breaks the telling is told to us, and the others go on."""

    def fail(*_: object) -> None:
        raise ValueError("broken")

    await ask(conversation)
    with monkeypatch.context() as patch:
        patch.setattr(source_events, "encode_node_event", fail)
        happen(conversation, ADDED)
        await settle()
    assert "Events for friend@example.org/phone could not be told" in caplog.text
    happen(conversation, REMOVED)
    await settle()
    assert kinds(conversation) == [Happening.REMOVED]
