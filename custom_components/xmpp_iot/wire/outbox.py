"""What is long leaves in turns, so that it neither fills the connection nor holds up what is short.

A server that limits its clients' rate reads a few thousand bytes a second. Whatever waits in front of it
is read first: the answer to a command would come minutes later, behind a long readout.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

WINDOW: Final = 64_000  # bytes on the way that the server is not known to have read


class Post(Protocol):
    """Sends a message when it is its turn."""

    async def __call__(
        self, to: str, message: str, still: Callable[[], bool] = ..., /
    ) -> bool:
        """Send `message`, and return whether `still` was true of it then."""
        ...


def _always() -> bool:
    return True


class Outbox:
    """Sends messages one after the other, first come, first served, as fast as the server reads them."""

    def __init__(
        self, send: Callable[[str, str], None], flush: Callable[[], Awaitable[None]]
    ) -> None:
        """Send by `send`; `flush` returns when the server has read what was sent until then."""
        self._send = send
        self._flush = flush
        self._turn = asyncio.Lock()  # serves in the order of arrival
        self._under_way = 0  # bytes since the last flush

    async def post(
        self, to: str, message: str, still: Callable[[], bool] = _always, /
    ) -> bool:
        """Send a message as soon as there is room for it, and return True.

        `still` is asked at the last moment, for a turn may be a minute away: where it says no, the message
        is not sent and this returns False. NotConnected without session, NoAnswer where the server does not read what was sent before.
        """
        size = len(message.encode())
        async with self._turn:
            if self._under_way and self._under_way + size > WINDOW:
                await self._flush()
                self._under_way = 0
            if sent := still():
                self._send(to, message)
                self._under_way += size
        # A long readout leaves the loop to others, and to its own cancellation.
        await asyncio.sleep(0)
        return sent
