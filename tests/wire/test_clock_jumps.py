"""Somebody sets this machine's clock, while the house is connected and while it is not."""

import asyncio
import ssl
import time

import pytest

from custom_components.xmpp_iot.wire import link, watch
from custom_components.xmpp_iot.wire.xml import Element, from_text

from .hostile import DOMAIN, Peer, answer_as_a_server
from .online import PING, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOUR = 3600.0


class WallClock:
    """The clock that people see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be right."""
        self.ahead = 0.0
        right = time.time
        monkeypatch.setattr(time, "time", lambda: right() + self.ahead)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    """Return the clock on the wall."""
    return WallClock(monkeypatch)


async def test_a_connection_does_not_notice(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    clock: WallClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither in what the server is asked, nor in the time it has for its answer."""
    monkeypatch.setattr(watch, "SOON", 0.01)
    monkeypatch.setattr(watch, "IDLE", 0.05)
    async with online(context, trust, managed) as house:
        for ahead in (HOUR, -HOUR, 0.0):
            clock.ahead = ahead
            asked = len(house.peer.stanzas)
            await house.session.iq(DOMAIN, from_text(PING))
            await asyncio.sleep(0.1)  # (in which it is asked in silence, too)
            assert len(house.peer.stanzas) == asked + 1
            assert 0 < (house.session.link.quality.round_trip or 0) < 1
        await house.alive()
        assert house.events == [("online", False)]


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_the_way_back_takes_no_longer(
    context: ssl.SSLContext, trust: ssl.SSLContext, clock: WallClock, ahead: float
) -> None:
    """The waits between attempts are by another clock."""
    async with online(context, trust) as house:
        clock.ahead = ahead
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        await house.alive()


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_what_the_server_kept_is_no_younger(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    clock: WallClock,
    monkeypatch: pytest.MonkeyPatch,
    ahead: float,
) -> None:
    """It is dated back at least as long as it may have waited: nothing is done later than it may be."""
    monkeypatch.setattr(link, "PING_TIMEOUT", 0.02)

    def answer(peer: Peer, request: Element) -> None:
        if len(peer.server.peers) == 1:  # then there is no end of the doubt
            answer_as_a_server(peer, request)

    async with online(context, trust, managed, answer=answer) as house:
        await house.alive()
        heard = house.session._stream.heard
        house.peer.writer.transport.abort()
        clock.ahead = ahead
        await house.until(lambda: house.events[-1] == ("online", True))
        waited = asyncio.get_running_loop().time() - heard
        said = house.session._link.sent_at().timestamp()
        assert time.time() - said >= waited
