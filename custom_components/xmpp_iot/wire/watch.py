"""Noticing a server that is gone without a word: a router that forgot, a cable, a machine that froze.

While something was sent and nothing came back it is noticed within ten seconds, in an idle connection within
a minute. Where the server acknowledges what it gets (XEP-0198) it is asked for that, once for all that was
said in half a second, else it is pinged; whatever comes from it is a sign of life. In an idle connection
that is one packet in 45 seconds: cheap on mobile links.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from .connection import SLOWEST
from .errors import NoAnswer, NotConnected
from .stream import Stream

IDLE: Final = 45.0  # seconds of silence after which the server is asked
SOON: Final = 0.5  # seconds after something was said
PATIENCE: Final = 9.0  # seconds it has to answer
CHECK: Final = 3.0  # seconds where there is a reason to doubt it
LONGEST: Final = 60.0  # seconds, however much it has to read before the question


class Watch:
    """Watches one connection of `stream`; `ping` asks a server that acknowledges nothing, for some seconds."""

    def __init__(
        self, stream: Stream, ping: Callable[[float], Awaitable[object]]
    ) -> None:
        self._stream = stream
        self._ping = ping
        self._loop = asyncio.get_running_loop()
        self._doubted = False

    def check(self) -> None:
        """Ask the server at once."""
        self._doubted = True
        self._stream.news.set()

    async def run(self) -> None:
        """Watch until the connection is lost, or this is cancelled."""
        stream = self._stream
        stream.said = None
        stream.unread.leave(0)
        while True:
            await self._until_due()
            if self._is_wanted:
                await self._ask()
                if not stream.ready:
                    return
            else:
                stream.said = None

    async def _until_due(self) -> None:
        """Wait until there is a reason to ask."""
        stream = self._stream
        while (due := self._due()) > self._loop.time():
            stream.news.clear()
            try:
                async with asyncio.timeout_at(due):
                    await stream.news.wait()
            except TimeoutError:
                continue

    def _due(self) -> float:
        """Return when there is a reason to ask, unless something happens before."""
        if self._doubted:
            return 0.0
        if (said := self._stream.said) is not None:
            return said + SOON
        return self._stream.heard + IDLE

    @property
    def _is_wanted(self) -> bool:
        """Whether the server has to say anything: it may have said all by itself meanwhile."""
        stream = self._stream
        if self._doubted or stream.said is None:
            return True
        if stream.acknowledges:
            return not stream.settled
        return stream.heard <= stream.said

    async def _ask(self) -> None:
        """Ask the server, and give it up if nothing comes from it any more."""
        stream = self._stream
        patience = self._patience()
        self._doubted, stream.said = False, None
        asked, written = self._loop.time(), stream.written
        try:
            await self._answer(patience)
        except NoAnswer, NotConnected:
            silent = max(asked, stream.heard) + patience <= self._loop.time()
            if silent or not stream.ready:
                stream.lose("the server does not answer any more")
            return
        stream.quality.round_trip = self._loop.time() - asked
        stream.unread.leave(stream.written - written)

    def _patience(self) -> float:
        """Return how many seconds the server has to answer: it reads first what it was sent before."""
        patience = CHECK if self._doubted else PATIENCE
        return min(LONGEST, patience + self._stream.unread.amount / SLOWEST)

    async def _answer(self, patience: float) -> None:
        """Return when the server has answered; NoAnswer where nothing at all has come for that long."""
        stream = self._stream
        if not stream.acknowledges:
            await self._ping(patience)
            return
        answer = stream.ask()
        deadline = self._loop.time() + patience
        while not answer.done():
            await asyncio.wait({answer}, timeout=deadline - self._loop.time())
            if not answer.done() and deadline <= self._loop.time():
                deadline = stream.heard + patience
                if deadline <= self._loop.time():
                    raise NoAnswer
