"""Friendship at its end: nothing is sent without a session, and nothing is waited for after it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected
from custom_components.xmpp_iot.wire.friendship import Friendship
from custom_components.xmpp_iot.wire.requests import Requests
from custom_components.xmpp_iot.wire.roster import Roster
from custom_components.xmpp_iot.wire.stream import Stream
from custom_components.xmpp_iot.wire.xml import Element, element


@dataclass
class Wire:
    """What is sent, and how it is answered."""

    ready: bool = True
    sent: list[str] = field(default_factory=list)
    failure: Exception | None = None
    asked: int = 0

    def send_stanza(self, stanza: str) -> None:
        """Keep it."""
        self.sent.append(stanza)

    async def ask(self, *_: Any, **__: Any) -> None:
        """Fail, or never answer."""
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        await asyncio.Event().wait()


@pytest.fixture
def wire() -> Wire:
    """Return a wire."""
    return Wire()


@pytest.fixture
def friendship(wire: Wire) -> Friendship:
    """Return the friendship of an account with nobody in its roster."""
    stream, requests = cast(Stream, wire), cast(Requests, wire)
    return Friendship("home@example.org", stream, requests, Roster())


async def test_nothing_is_sent_without_a_session(
    wire: Wire, friendship: Friendship
) -> None:
    """Whoever asks is told."""
    wire.ready = False

    with pytest.raises(NotConnected):
        friendship.befriend("friend@example.org", "Friend")

    assert wire.sent == []


async def test_an_answer_is_not_waited_for_after_the_end(
    wire: Wire, friendship: Friendship
) -> None:
    """The request ends with the session."""
    friendship.befriend("friend@example.org", "Friend")
    (task,) = friendship._tasks
    await asyncio.sleep(0)
    assert wire.asked == 1
    assert len(wire.sent) == 2

    friendship.close()
    await asyncio.wait({task})

    assert task.cancelled()
    assert not friendship._tasks


async def test_a_roster_that_does_not_change_is_in_the_log(
    wire: Wire, friendship: Friendship, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked again when there is a reason."""
    wire.failure = NoAnswer("Not in time.")
    friendship.befriend("friend@example.org", "Friend")
    (task,) = friendship._tasks
    await asyncio.wait({task})

    assert "was not changed: Not in time." in caplog.text


def pushed(jid: str, **attributes: str) -> Element:
    """Return a roster push about somebody."""
    item = element("{jabber:iq:roster}item", {"jid": jid} | attributes)
    return element("{jabber:iq:roster}query", {}, item)


async def test_a_question_without_an_answer_is_taken_back(
    wire: Wire, friendship: Friendship
) -> None:
    """By itself the server would leave it with them."""
    friendship.pushed(
        pushed("friend@example.org", subscription="none", ask="subscribe")
    )
    wire.failure = NoAnswer("Not in time.")
    friendship.unfriend("friend@example.org")
    assert wire.sent == ['<presence type="unsubscribe" to="friend@example.org"/>']
    await asyncio.wait(friendship._tasks)

    friendship.pushed(pushed("friend@example.org", subscription="remove"))
    friendship.unfriend("friend@example.org")
    assert wire.sent[1:] == ['<presence type="unsubscribed" to="friend@example.org"/>']


async def test_who_agrees_and_is_not_known_to_be_there_is_asked_after(
    wire: Wire, friendship: Friendship
) -> None:
    """Once, when they agree."""
    jid = "friend@example.org"
    for subscription in ("none", "to", "both", "from"):
        friendship.pushed(pushed(jid, subscription=subscription))
    assert wire.sent == [f'<presence type="probe" to="{jid}"/>']

    friendship._roster.arrived(jid, f"{jid}/phone")
    friendship.pushed(pushed(jid, subscription="both"))
    assert len(wire.sent) == 1
