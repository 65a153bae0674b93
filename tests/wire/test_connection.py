"""What comes to a connection when it is over, or before it is there."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.connection import _why_lost
from custom_components.xmpp_iot.wire.errors import LoginError
from custom_components.xmpp_iot.wire.stream import Stream
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import Peer, account, answer_as_a_server
from .online import online

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_without_a_connection_nothing_happens(trust: ssl.SSLContext) -> None:
    """Nothing is written, read, secured or busy, and a loss is none."""
    lost: list[LoginError] = []
    stream = Stream(account(1, trust), resource="home", on_lost=lost.append)
    stream.send_raw("<presence/>")
    stream.data_received(b"<presence/>")
    stream.connection_lost(None)
    assert not await stream.start_tls()
    assert not stream.busy
    assert stream._tls is None
    assert lost == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "the server closed the connection"),
        (ConnectionResetError("reset"), "the server closed the connection"),
        (OSError("no route to host"), "no route to host"),
    ],
)
def test_why_a_connection_ended(error: Exception | None, reason: str) -> None:
    """What the system knows beyond 'gone' is told."""
    assert _why_lost(error) == reason


async def test_timers_end_with_the_connection(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What slixmpp has planned on a connection is not done on the next one."""
    async with online(context, trust) as house:
        house.session._stream.schedule("bell", 60, house.note, args=("bell",))
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert not house.session._stream.scheduled_events


async def test_closes_while_the_roster_is_changed(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A change the server does not confirm is not waited for."""

    def answer(peer: Peer, request: Element) -> None:
        if request.get("type") == "get":
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.session.befriend("x@x.example", "X")
        await house.until(lambda: house.peer.stanzas[-1].get("type") == "set")
        assert house.session.befriended() == frozenset()
