"""Messages are worked on in order, within bounds, and whatever becomes of them is nobody's trouble."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
import logging

import pytest

from custom_components.xmpp_iot.wire import inbox as module, work
from custom_components.xmpp_iot.wire.errors import Forbidden
from custom_components.xmpp_iot.wire.inbox import Inbox, MessageNotice
from custom_components.xmpp_iot.wire.reader import Received
from custom_components.xmpp_iot.wire.work import Work
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import NOON

FRIEND = "friend@example.org/phone"
NEWS = "<news xmlns='urn:n'/>"
TAG = "{urn:n}news"


@dataclass
class Post:
    """An inbox, and what came out of it."""

    bounced: list[str] = field(default_factory=list)
    notices: list[MessageNotice] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether handlers come to an end."""
    work: Work = field(default_factory=Work)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        """Begin with handlers that do not wait."""
        self.inbox = Inbox(self.bounced.append, self.work)
        self.free.set()

    async def take(self, notice: MessageNotice) -> None:
        """Keep a message, and wait if that is wanted."""
        self.notices.append(notice)
        await self.free.wait()

    def comes(
        self, content: str, attributes: str = "", *, excessive: bool = False
    ) -> None:
        """Receive a message of the friend."""
        text = f"<message xmlns='jabber:client' {attributes}>{content}</message>"
        self.inbox.receive(Received(from_text(text), excessive), FRIEND, NOON)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """Return an inbox in which news are taken; at the end nothing of it is left."""
    post = Post()
    post.inbox.handle([TAG], post.take)
    yield post
    await post.work.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(30):
        await asyncio.sleep(0)


async def test_a_message_reaches_its_handler(post: Post) -> None:
    """The handler learns who wrote it, in which language, and when at the latest it was sent."""
    post.comes(f"<body>hi</body>{NEWS}", "type='chat' xml:lang='de'")
    await settle()
    (notice,) = post.notices
    assert notice.payload.tag == TAG
    caller = notice.caller
    assert (caller.jid, caller.language, caller.sent_at) == (FRIEND, "de", NOON)


@pytest.mark.parametrize(
    ("content", "attributes"),
    [
        ("<body>hi</body>", ""),
        (NEWS, "type='groupchat'"),
        (NEWS, "type='error'"),
        ("", ""),
    ],
)
async def test_what_nobody_handles_is_dropped(
    post: Post, content: str, attributes: str
) -> None:
    """Chat, rooms and what came back are not for handlers."""
    post.comes(content, attributes)
    await settle()
    assert post.notices == []


async def test_what_is_excessive_is_dropped(post: Post) -> None:
    """A message with too many levels or elements is not worked on, nor is one that came back so."""
    post.comes(NEWS, excessive=True)
    post.comes(NEWS, "type='error'", excessive=True)
    await settle()
    assert post.notices == []
    assert post.bounced == []


async def test_the_first_that_is_handled_decides(post: Post) -> None:
    """A message is worked on once, whatever else is in it."""
    others: list[MessageNotice] = []

    async def take(notice: MessageNotice) -> None:
        others.append(notice)

    post.inbox.handle(["{urn:o}other"], take)
    post.comes(f"<other xmlns='urn:o'/>{NEWS}")
    await settle()
    assert len(others) == 1
    assert post.notices == []


async def test_a_handler_can_be_taken_off(post: Post) -> None:
    """Then others may handle the same; before, they may not."""
    with pytest.raises(ValueError, match="urn:n"):
        post.inbox.handle([TAG], post.take)
    remove = post.inbox.handle(["{urn:o}other"], post.take)
    remove()
    remove()
    post.comes("<other xmlns='urn:o'/>")
    await settle()
    assert post.notices == []
    post.inbox.handle(["{urn:o}other"], post.take)


async def test_a_message_that_came_back_is_told(post: Post) -> None:
    """Its recipient, by full JID, is gone; who is only a bare JID was never there."""
    post.comes(NEWS, "type='error'")
    bounce = from_text("<message xmlns='jabber:client' type='error'/>")
    post.inbox.receive(Received(bounce), "friend@example.org", NOON)
    assert post.bounced == [FRIEND]


async def test_messages_begin_in_the_order_of_arrival(post: Post) -> None:
    """None gets before another to where it first waits."""
    post.free.clear()
    for number in range(20):
        post.comes(f"<news xmlns='urn:n' n='{number}'/>")
    await settle()
    assert [one.payload.get("n") for one in post.notices] == [*map(str, range(20))]


@pytest.mark.parametrize(
    ("stamps", "age"),
    [
        (("2026-11-21T11:00:00Z",), timedelta(hours=1)),
        (("2026-11-21T13:00:00Z",), timedelta()),
        (
            ("2026-11-21T11:30:00Z", "2026-11-21T10:00:00+00:00"),
            timedelta(hours=2),
        ),
        ((None,), timedelta()),
    ],
)
async def test_a_stamp_makes_older_only(
    post: Post, stamps: tuple[str | None, ...], age: timedelta
) -> None:
    """The earliest stamp counts; one of the future, or none, changes nothing."""
    delays = "".join(
        f"<delay xmlns='urn:xmpp:delay'{f" stamp='{stamp}'" if stamp else ''}/>"
        for stamp in stamps
    )
    post.comes(delays + NEWS)
    await settle()
    (notice,) = post.notices
    assert notice.caller.sent_at == NOON - age


async def test_a_stamp_that_says_nothing_stops_the_message(post: Post) -> None:
    """How old it is cannot be known, so nothing is done."""
    post.comes(f"<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>{NEWS}")
    await settle()
    assert post.notices == []


async def test_too_many_are_dropped_and_logged_once(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A contact has a number of messages under way; when some end, others are taken again."""
    monkeypatch.setattr(work, "MAX_RUNNING", 2)
    monkeypatch.setattr(work, "MAX_WAITING", 0)
    post.free.clear()
    for _ in range(5):
        post.comes(NEWS)
    await settle()
    assert len(post.notices) == 2
    post.free.set()
    await settle()
    post.comes(NEWS)
    await settle()
    assert len(post.notices) == 3
    assert [one for one in caplog.messages if "more messages" in one] == [
        f"{FRIEND} sends more messages than the house can work on; some are dropped"
    ]


async def test_a_refusal_is_for_debugging(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for an answer, so what was refused is in the debug log only."""

    async def refuse(_: MessageNotice) -> None:
        raise Forbidden("Access denied.")

    post.inbox.handle(["{urn:o}other"], refuse)
    with caplog.at_level(logging.DEBUG, module.__name__):
        post.comes("<other xmlns='urn:o'/>")
        await settle()
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert "forbidden Access denied." in record.message


async def test_a_bug_is_logged_once(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    """An error nobody expected is in the log with its origin, once for each kind of message."""

    async def fail(_: MessageNotice) -> None:
        raise RuntimeError("a bug")

    post.inbox.handle(["{urn:o}other"], fail)
    for _ in range(3):
        post.comes("<other xmlns='urn:o'/>")
    await settle()
    errors = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert [one.message for one in errors] == [
        f"A message of {FRIEND} failed unexpectedly"
    ]
    assert "a bug" in caplog.text


async def test_closing_ends_what_is_under_way(post: Post) -> None:
    """No task outlives the inbox."""
    post.free.clear()
    post.comes(NEWS)
    await settle()
    await post.work.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
