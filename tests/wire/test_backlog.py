"""What comes in one piece is worked on in many, and others have their turn in between."""

import asyncio
from collections.abc import Callable
import ssl
from typing import override

import pytest

from custom_components.xmpp_iot.wire import backlog as module
from custom_components.xmpp_iot.wire.backlog import PIECE, Backlog

from .hostile import DOMAIN, FULL
from .online import FRIEND, PING, STRANGER, managed, online


class Transport(asyncio.ReadTransport):
    """A transport that notes whether it is to read."""

    def __init__(self) -> None:
        """Read."""
        super().__init__()
        self.noted: list[str] = []

    @override
    def pause_reading(self) -> None:
        self.noted.append("pause")

    @override
    def resume_reading(self) -> None:
        self.noted.append("resume")


class Slow:
    """Work that takes all of its time with each piece."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have nothing done."""
        monkeypatch.setattr(module, "TURN", 0.0)
        self.done: list[bytes] = []
        self.then: Callable[[], None] = lambda: None
        self.transport = Transport()
        self.backlog = Backlog(self._work)

    def _work(self, piece: bytes) -> None:
        self.done.append(piece)
        self.then()

    async def settle(self) -> None:
        """Let everything that can run have run."""
        for _ in range(30):
            await asyncio.sleep(0)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Return such work."""
    return Slow(monkeypatch)


async def test_a_small_piece_is_worked_on_at_once(slow: Slow) -> None:
    """Nothing waits, and nothing is stopped."""
    slow.backlog.put(b"x" * PIECE, slow.transport)
    assert slow.done == [b"x" * PIECE]
    assert slow.transport.noted == []
    assert not slow.backlog


async def test_a_large_one_leaves_the_loop_to_others(slow: Slow) -> None:
    """One part in each turn, in order; meanwhile nothing more is read."""
    data = bytes(range(256)) * 128
    slow.backlog.put(data, slow.transport)
    for count in range(1, 5):
        assert len(slow.done) == count
        await asyncio.sleep(0)
    assert b"".join(slow.done) == data
    assert slow.transport.noted == ["pause", "resume"]


async def test_what_comes_meanwhile_comes_after(slow: Slow) -> None:
    """A transport may still have something when it is stopped."""
    slow.backlog.put(b"a" * 3 * PIECE, slow.transport)
    slow.backlog.put(b"b", slow.transport)
    assert len(slow.done) == 1
    await slow.settle()
    assert b"".join(slow.done) == b"a" * 3 * PIECE + b"b"
    assert slow.transport.noted == ["pause", "resume"]


async def test_what_nobody_wants_is_forgotten(slow: Slow) -> None:
    """Whoever works on it may end it; what comes then is worked on again."""
    slow.then = slow.backlog.clear
    slow.backlog.put(b"a" * 3 * PIECE, slow.transport)
    assert len(slow.done) == 1
    slow.then = lambda: None
    slow.backlog.put(b"b" * 2 * PIECE, slow.transport)
    slow.backlog.clear()
    await slow.settle()
    assert len(slow.done) == 2
    assert slow.transport.noted == ["pause", "resume"]


async def test_a_failure_stops_nothing_for_ever(slow: Slow) -> None:
    """What follows it is forgotten, for nobody knows what it belongs to; reading goes on."""

    def fail() -> None:
        raise ZeroDivisionError

    slow.backlog.put(b"a" * 3 * PIECE, slow.transport)
    slow.then = fail
    with pytest.raises(ZeroDivisionError):
        slow.backlog._turn(slow.transport)
    assert not slow.backlog
    assert slow.transport.noted == ["pause", "resume"]


async def test_without_a_transport_there_is_nothing_to_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rest waits all the same."""
    slow = Slow(monkeypatch)
    slow.backlog.put(b"a" * 2 * PIECE, None)
    assert len(slow.done) == 1
    await slow.settle()
    assert len(slow.done) == 2


@pytest.mark.usefixtures("socket_enabled")
async def test_ten_thousand_stanzas_in_one_read(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others have many turns meanwhile, everything is counted, and what comes after it is answered."""
    monkeypatch.setattr(module, "TURN", 0.0)
    async with online(context, trust, managed) as house:
        management = house.session._stream.plugin["xep_0198"]
        counted = management.handled
        turns = 0

        async def others() -> None:
            nonlocal turns
            while not house.hears("after"):
                turns += 1
                await asyncio.sleep(0)

        flood = "".join(
            f"<message from='{FRIEND if number % 2 else STRANGER}'><body/></message>"
            for number in range(10_000)
        )
        house.session._stream.data_received(
            f"{flood}<iq type='get' id='after' from='{FULL}'>{PING}</iq>".encode()
        )
        assert management.handled - counted < 1_000
        await others()
        assert management.handled - counted == 10_001
        assert turns > 50
        assert house.events == [("online", False)]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("given_up", [True, False])
async def test_a_lost_connection_loses_what_waits(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    given_up: bool,
) -> None:
    """It is not counted, so that the server sends it again; the session goes on without a trace of it."""
    monkeypatch.setattr(module, "TURN", 0.0)
    async with online(context, trust, managed) as house:
        stream = house.session._stream
        message = f"<message from='{DOMAIN}'><body/></message>"
        stream.data_received(message.encode() * 1_000)
        assert stream._backlog
        handled = stream.plugin["xep_0198"].handled
        assert stream.transport is not None
        if given_up:
            stream.lose("of a test")
        else:
            stream.transport.abort()
        await house.until(lambda: house.events[-1] == ("online", True))
        assert not stream._backlog
        assert handled < 1_000
        await house.alive()
