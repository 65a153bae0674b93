"""What is long leaves in turns, so that it neither fills the connection nor holds up what is short.

A server that limits its clients' rate reads a few thousand bytes a second. Whatever waits in front of it
is read first: the answer to a command would come minutes later, behind a long readout. And whoever has a
hundred messages coming waits for ninety-nine of them, nobody else does.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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


class _Turns:
    """A lock that goes round: from recipient to recipient, and for each first come, first served."""

    def __init__(self) -> None:
        self._taken = False
        # By recipient; the one whose turn it is next is the first.
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def one(self, whose: str) -> AsyncIterator[None]:
        """Have a turn of `whose`, when it comes."""
        if self._taken:
            await self._wait(whose)
        self._taken = True
        try:
            yield
        finally:
            self._pass_on(whose)

    async def _wait(self, whose: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(whose, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._forget(whose, turn)
            else:  # it came in the same moment
                self._pass_on(whose)
            raise

    def _pass_on(self, whose: str) -> None:
        """Give the turn to the next one who still waits; `whose` it was comes last."""
        if waiting := self._waiting.pop(whose, None):
            self._waiting[whose] = waiting
        while self._waiting:
            whose, waiting = next(iter(self._waiting.items()))
            turn = waiting.popleft()
            if not waiting:
                del self._waiting[whose]
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._taken = False

    def _forget(self, whose: str, turn: asyncio.Future[None]) -> None:
        """Let nobody wait for a turn that is not wanted any more, unless it was passed over already."""
        waiting = self._waiting.get(whose, deque())
        if turn in waiting:
            waiting.remove(turn)
            if not waiting:
                del self._waiting[whose]


class Outbox:
    """Sends messages one after the other, in turns of their recipients, as fast as the server reads them."""

    def __init__(
        self, send: Callable[[str, str], None], flush: Callable[[], Awaitable[None]]
    ) -> None:
        """Send by `send`; `flush` returns when the server has read what was sent until then."""
        self._send = send
        self._flush = flush
        self._turns = _Turns()
        self._under_way = 0  # bytes since the last flush

    async def post(
        self, to: str, message: str, still: Callable[[], bool] = _always, /
    ) -> bool:
        """Send a message as soon as there is room for it, and return True.

        `still` is asked at the last moment, for a turn may be a minute away: where it says no, the message
        is not sent and this returns False. NotConnected without session, NoAnswer where the server does not read what was sent before.
        """
        size = len(message.encode())
        async with self._turns.one(to.partition("/")[0]):
            if self._under_way and self._under_way + size > WINDOW:
                await self._flush()
                self._under_way = 0
            if sent := still():
                self._send(to, message)
                self._under_way += size
        # A long readout leaves the loop to others, and to its own cancellation.
        await asyncio.sleep(0)
        return sent
