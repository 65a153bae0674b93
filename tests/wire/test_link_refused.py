"""A server that lets the house in and then will not have it: it is asked ever more seldom, and that is said once."""

from collections.abc import Awaitable, Callable
import logging
import ssl

import pytest

from custom_components.xmpp_iot.wire import link
from custom_components.xmpp_iot.wire.backoff import EXPLAINED, Backoff
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import NOBODY, Peer, answer_as_a_server, well_behaved
from .online import House, online
from .test_link import ERROR

pytestmark = pytest.mark.usefixtures("socket_enabled")

TOLD = "does not let it in"
TIMES = 6


def backoff_of(house: House) -> Backoff:
    """Return what says how long the house waits."""
    return house.session._link._backoff


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of it."""
    return [
        one.message
        for one in caplog.records
        if TOLD in one.message and one.levelno == logging.WARNING
    ]


async def test_a_refused_roster_is_a_refusal(
    context: ssl.SSLContext, trust: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """Not a server that is away."""

    def answer(peer: Peer, request: Element) -> None:
        number = len(peer.server.peers)
        if request[0].tag == "{jabber:iq:roster}query" and 1 < number <= TIMES:
            peer.send(f"<iq type='error' id='{request.get('id')}'>{NOBODY}</iq>")
        else:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert len(house.server.peers) == TIMES + 1
        assert backoff_of(house).sent_away == TIMES - 1
        await house.alive()
    assert len(told(caplog)) == 1
    assert "gives no roster: service-unavailable" in told(caplog)[0]


def ends(by: Callable[[Peer], None]) -> Callable[[Peer], Awaitable[None]]:
    """Return the script of a server that ends some sessions as soon as they are there."""

    async def script(peer: Peer) -> None:
        if 1 < len(peer.server.peers) <= TIMES:
            answered = peer.server.answer

            def answer(peer: Peer, request: Element) -> None:
                answered(peer, request)
                if request[0].tag == "{jabber:iq:roster}query":
                    by(peer)
                    peer.server.answer = answered

            peer.server.answer = answer
        await well_behaved(peer)

    return script


WAYS: dict[str, Callable[[Peer], None]] = {
    "an error that passes": lambda peer: peer.send(
        ERROR.format("internal-server-error")
    ),
    "the end of the stream": lambda peer: peer.send("</stream:stream>"),
    "not a word": lambda peer: peer.writer.close(),
}


@pytest.mark.parametrize("way", WAYS)
async def test_sessions_that_end_at_once_are_refusals(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
    way: str,
) -> None:
    """After a few: a server that starts anew does that, too."""
    async with online(context, trust, ends(WAYS[way])) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.server.peers) == TIMES + 1)
        await house.until(lambda: house.events[-1] == ("online", False))
        # (the first that was in vain is the one the test ended)
        assert backoff_of(house).sent_away == TIMES - EXPLAINED
        await house.alive()
    assert len(told(caplog)) == 1


async def test_a_session_that_lasts_a_while_was_not_in_vain(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that comes and goes is not a server that will not have the house."""
    monkeypatch.setattr(link, "BRIEF", 0.0)
    async with online(context, trust) as house:
        for number in range(1, TIMES):
            house.peer.writer.transport.abort()
            await house.until(lambda: len(house.events) == 2 * number + 1)  # noqa: B023
        assert (backoff_of(house).sent_away, backoff_of(house).in_vain) == (0, 0)


def test_a_refusal_is_no_reason_to_hurry() -> None:
    """Within twenty seconds a server that refuses the house sees it a few times."""
    backoff, now, attempts = Backoff(), 0.0, 0
    while now < 20:
        attempts += 1
        now += backoff.next(now, sent_away=backoff.note_vain())
    assert attempts <= EXPLAINED + 7
