"""What was read at once and is worked on piece by piece, so that others have their turn in between.

One read from a socket brings thousands of stanzas. While some of it waits nothing more is read: the server
keeps the rest.
"""

import asyncio
from collections.abc import Callable
import time
from typing import Final

PIECE: Final = 8_192  # bytes; about a hundred of the smallest stanzas
TURN: Final = 0.005  # seconds after which others are let in


class Backlog:
    """Hands what was read to `work`, in order and in pieces, for a few milliseconds at a time."""

    def __init__(self, work: Callable[[bytes], None]) -> None:
        self._work = work
        self._data = b""
        self._begin = 0  # of what waits
        self._next: asyncio.Handle | None = None
        self._transport: asyncio.ReadTransport | None = None  # while it is stopped

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return self._begin < len(self._data)

    def put(self, data: bytes, transport: asyncio.ReadTransport | None) -> None:
        """Take what `transport` has read, and begin with it unless something waits."""
        self._data, self._begin = self._data[self._begin :] + data, 0
        if self._next is None:
            self._turn(transport)

    def clear(self) -> None:
        """Forget what waits: nobody wants it any more."""
        self._data, self._begin = b"", 0
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._read_on()

    def _turn(self, transport: asyncio.ReadTransport | None) -> None:
        self._next = None
        until = time.monotonic() + TURN
        waits = False
        try:
            while self and not waits:
                self._work(self._piece())
                waits = bool(self) and time.monotonic() >= until
        finally:
            # (after an exception, too: what follows half of a stanza ends the stream, and does not stop it)
            if waits:
                self._wait(transport)
            else:
                self.clear()

    def _piece(self) -> bytes:
        piece = self._data[self._begin : self._begin + PIECE]
        self._begin += len(piece)
        return piece

    def _wait(self, transport: asyncio.ReadTransport | None) -> None:
        if self._transport is None and transport is not None:
            transport.pause_reading()
            self._transport = transport
        self._next = asyncio.get_running_loop().call_soon(self._turn, transport)

    def _read_on(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.resume_reading()
