"""What the owner of a node asks its server about those who have subscribed, and what it makes of the answers."""

from collections import deque
from typing import Any

import pytest

from custom_components.xmpp_iot.wire.errors import RemoteError
from custom_components.xmpp_iot.wire.pubsub import OWNER, PORTION, PubSub, Subscription
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

HOME = "home@example.org"
GUEST = "guest@example.org"


class Line:
    """A session that keeps what is asked, and answers as it is told."""

    bare = HOME

    def __init__(self) -> None:
        """Say nothing but yes."""
        self.asked: list[tuple[str, str]] = []
        self.answers: deque[str | Exception] = deque()

    async def iq(
        self, to: str, payload: Element, *, kind: str = "get", timeout: float
    ) -> Element | None:
        """Keep the request."""
        assert (to, timeout > 0) == (HOME, True)
        self.asked.append((kind, to_text(payload)))
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else from_text(answer)


@pytest.fixture
def line() -> Line:
    """Return a session."""
    return Line()


@pytest.fixture
def pubsub(line: Line) -> PubSub:
    """Return the nodes of that session's account."""
    session: Any = line
    return PubSub(session)


def owner(content: str) -> str:
    """Return what an owner asks, as it is sent."""
    return to_text(from_text(f"<pubsub xmlns='{OWNER}'>{content}</pubsub>"))


async def test_who_has_subscribed(line: Line, pubsub: PubSub) -> None:
    """With the id where the server gives one, under a list with a node or without; not who has ended it."""
    line.answers.append(
        f"<pubsub xmlns='{OWNER}'><subscriptions node='feed'>"
        f"<subscription jid='{GUEST}/a' subscription='subscribed'/>"
        f"<subscription node='feed' jid='{GUEST}/b' subscription='pending' subid='7'/>"
        f"<subscription jid='{GUEST}/c' subscription='none'/>"
        "<subscription subscription='subscribed'/>"
        "</subscriptions></pubsub>"
    )

    found = await pubsub.subscribers("feed")

    assert found == (Subscription(f"{GUEST}/a"), Subscription(f"{GUEST}/b", "7"))
    assert {one.bare for one in found} == {GUEST}
    assert line.asked == [("get", owner("<subscriptions node='feed'/>"))]


async def test_an_empty_answer_is_nobody(pubsub: PubSub) -> None:
    """A server may leave out what has nothing in it."""
    assert await pubsub.subscribers("feed") == ()


async def test_a_server_that_does_not_tell(line: Line, pubsub: PubSub) -> None:
    """It is the server's error that says so."""
    line.answers.append(RemoteError("feature-not-implemented", "cancel"))
    with pytest.raises(RemoteError) as raised:
        await pubsub.subscribers("feed")
    assert raised.value.remote_condition == "feature-not-implemented"


async def test_subscriptions_are_ended(line: Line, pubsub: PubSub) -> None:
    """An id goes back as it came."""
    await pubsub.dismiss("feed", [Subscription(f"{GUEST}/a"), Subscription(GUEST, "7")])
    assert line.asked == [
        (
            "set",
            owner(
                "<subscriptions node='feed'>"
                f"<subscription jid='{GUEST}/a' subscription='none'/>"
                f"<subscription jid='{GUEST}' subscription='none' subid='7'/>"
                "</subscriptions>"
            ),
        )
    ]


async def test_many_are_ended_in_portions(line: Line, pubsub: PubSub) -> None:
    """One after the other; and nothing is asked for none."""
    many = [Subscription(f"{GUEST}/{number}") for number in range(2 * PORTION + 1)]
    await pubsub.dismiss("feed", many)
    await pubsub.dismiss("feed", [])
    counts = [text.count("<subscription ") for _, text in line.asked]
    assert counts == [PORTION, PORTION, 1]


async def test_what_has_ended_already_keeps_nothing_alive(
    line: Line, pubsub: PubSub
) -> None:
    """A server refuses all of a portion for one; and what it lists without having it has to be made first."""
    line.answers.append(RemoteError("unexpected-request", "modify"))
    await pubsub.dismiss(
        "feed", [Subscription(f"{GUEST}/a"), Subscription(f"{GUEST}/b")]
    )
    states = ("subscribed", "none")
    each = "".join(
        f"<subscription jid='{GUEST}/{one}' subscription='{state}'/>"
        for one in "ab"
        for state in states
    )
    assert line.asked[1:] == [
        ("set", owner(f"<subscriptions node='feed'>{each}</subscriptions>"))
    ]


async def test_who_may_not_end_them_is_told_so(line: Line, pubsub: PubSub) -> None:
    """And does not try again."""
    line.answers.append(RemoteError("forbidden", "auth"))
    with pytest.raises(RemoteError):
        await pubsub.dismiss("feed", [Subscription(GUEST)])
    assert len(line.asked) == 1


async def test_a_member_is_expelled(line: Line, pubsub: PubSub) -> None:
    """From one node."""
    await pubsub.expel("feed", GUEST)
    assert line.asked == [
        (
            "set",
            owner(
                "<affiliations node='feed'>"
                f"<affiliation jid='{GUEST}' affiliation='none'/></affiliations>"
            ),
        )
    ]
