"""A cable carries what goes in, and each of its faults is what it says."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from scripts.support.cable import Cable, cable
from scripts.support.ports import LOOPBACK

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(100):
            writer.write(data)
    writer.close()


@asynccontextmanager
async def laid() -> AsyncGenerator[Cable]:
    """Provide a cable to who says everything again."""
    async with await asyncio.start_server(_echo, LOOPBACK) as server:
        port = server.sockets[0].getsockname()[1]
        async with cable(LOOPBACK, port) as line:
            yield line


@asynccontextmanager
async def connected(line: Cable) -> AsyncGenerator[Ends]:
    """Provide a connection by the cable."""
    reader, writer = await asyncio.open_connection(LOOPBACK, line.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def says(ends: Ends, words: bytes) -> bool:
    """Return whether what is said comes back soon."""
    reader, writer = ends
    writer.write(words)
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(0.2):
            return await reader.read(100) == words
    return False


async def test_what_is_silenced_stays_silent_and_the_next_connection_is_not() -> None:
    """Nobody is told: the connection is there still."""
    async with laid() as line, connected(line) as ends:
        assert await says(ends, b"one")
        line.silence()
        assert not await says(ends, b"two")
        async with connected(line) as others:
            assert await says(others, b"three")
        assert not ends[0].at_eof()


async def test_what_is_held_up_comes_through_later() -> None:
    """Nothing of it is lost, and it is in order."""
    async with laid() as line, connected(line) as ends:
        line.hold()
        assert not await says(ends, b"one ")
        ends[1].write(b"two")
        line.release()
        assert await ends[0].readexactly(7) == b"one two"


async def test_what_is_cut_has_ended_and_can_be_made_anew() -> None:
    """At once, in both directions, even where it was held up."""
    async with laid() as line, connected(line) as ends:
        assert await says(ends, b"one")
        line.hold()
        line.cut()
        assert not await says(ends, b"two")
        async with connected(line) as others:
            assert await says(others, b"three")


async def test_who_finds_no_server_is_sent_away() -> None:
    """As one who finds none without a cable."""
    async with laid() as line:
        line.target = line.port + 1  # where nobody is, for it was given to nobody
        async with connected(line) as ends:
            assert not await says(ends, b"one")
        line.broken = True
        async with connected(line) as ends:
            assert not await says(ends, b"two")
