"""The connection's life: logged in once, watched, and brought back whenever it breaks."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
import time
from typing import Any, Final

from .backoff import Backoff
from .disco import PING_QUERY
from .errors import AuthenticationFailed, LoginError, NoAnswer, NotConnected
from .requests import Requests
from .signals import Signal
from .stream import Stream
from .xml import element

_LOGGER = logging.getLogger(__name__)

IDLE: Final = (
    60.0  # seconds of silence after which the server is asked whether it is there
)
PING_TIMEOUT: Final = 10.0  # seconds it has to answer
LOGIN_TIMEOUT: Final = 30.0  # seconds for one attempt to come back
LASTED: Final = 60.0  # seconds after which a session counts as a good one


@dataclass(frozen=True, slots=True, eq=False)
class _Doubt:
    """The server may have kept what comes now since this time (seconds since 1970), in this session."""

    since: float
    epoch: int


class Link:
    """Keeps `stream` logged in; `begin` sets up each new session before the house counts as online.

    `went_online` says whether the session resumed, `was_refused` that the server refuses the password.
    """

    def __init__(
        self,
        stream: Stream,
        requests: Requests,
        begin: Callable[[], Awaitable[None]],
    ) -> None:
        self._stream = stream
        self._requests = requests
        self._begin = begin
        self._name = stream.boundjid.bare
        self._backoff = Backoff()
        self._down = asyncio.Event()
        self._online_since = 0.0
        self._doubt: _Doubt | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._connection: set[asyncio.Task[None]] = set()  # tasks that end with it
        self._puzzled = False  # an unexpected failure is in the log
        self.online = False
        self.went_online: Signal[bool] = Signal()
        self.went_offline: Signal[()] = Signal()
        self.was_refused: Signal[()] = Signal()

    async def connect(self, timeout: float) -> None:
        """Log in, and from then on come back until `close`; LoginError says why it failed."""
        await self._log_in(timeout)
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Say good-bye; afterwards there is no task, timer or socket."""
        self.online = False
        tasks: set[asyncio.Task[Any]] = set(self._connection)
        if self._keeper is not None:
            tasks.add(self._keeper)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._stream.hang_up()
        self._requests.abandon()

    def sent_at(self) -> datetime:
        """Return since when a stanza that arrives now may have been under way."""
        doubt = self._doubt
        if doubt is not None and doubt.epoch == self._stream.epoch:
            return datetime.fromtimestamp(doubt.since, UTC)
        return datetime.fromtimestamp(time.time(), UTC)

    def lost(self, reason: str) -> None:
        """Note at once that nothing can be sent: the stream says so."""
        for task in self._connection:
            task.cancel()
        if not self.online or not self._stream.resumable:
            self._requests.abandon()
        self._doubt = self._doubt_after_loss()
        if self.online:
            self.online = False
            _LOGGER.info("%s lost its connection: %s", self._name, reason)
            self.went_offline.fire()
        self._down.set()

    def _doubt_after_loss(self) -> _Doubt:
        since, epoch = self._stream.heard_at, self._stream.epoch
        if (doubt := self._doubt) is not None and doubt.epoch == epoch:
            since = min(since, doubt.since)
        return _Doubt(since, epoch)

    async def _log_in(self, timeout: float) -> None:
        self._down.clear()
        resumed = await self._stream.log_in(timeout)
        if not resumed:
            self._doubt = None
            self._requests.abandon()
            await self._begin_anew()
        self.online = True
        self._online_since = asyncio.get_running_loop().time()
        self._start(self._watch())
        if self._doubt is not None:
            self._start(self._settle(self._doubt))
        self.went_online.fire(resumed)

    async def _begin_anew(self) -> None:
        """Set up a new session; one that cannot begin does not stay in the way of the next attempt."""
        begun = False
        try:
            await self._begin()
            begun = True
        finally:
            if not begun:
                await self._stream.drop()

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._connection.add(task)
        task.add_done_callback(self._connection.discard)

    async def _keep(self) -> None:
        """Come back whenever the connection is lost."""
        while True:
            await self._down.wait()
            if asyncio.get_running_loop().time() - self._online_since > LASTED:
                self._backoff.reset()
            if not await self._come_back():
                return

    async def _come_back(self) -> bool:
        """Try until it works, and return False if the server refuses the password."""
        while True:
            await asyncio.sleep(self._backoff.next())
            # The boundary of this loop: whatever goes wrong in an attempt, even a defect of ours, another
            # follows, for nobody else would bring the house back. Cancelling this cancels the attempt.
            (failure,) = await asyncio.gather(
                self._log_in(LOGIN_TIMEOUT), return_exceptions=True
            )
            match failure:
                case None:
                    _LOGGER.info("%s is connected again", self._name)
                    self._puzzled = False
                    return True
                case AuthenticationFailed():
                    _LOGGER.debug("%s may not come back: %s", self._name, failure)
                    self._requests.abandon()
                    self.was_refused.fire()
                    return False
                case LoginError():
                    _LOGGER.debug("%s is not back yet: %s", self._name, failure)
                case _:
                    self._note_unexpected(failure)

    def _note_unexpected(self, failure: BaseException) -> None:
        """Log what should not have happened, once until the house is back."""
        level = logging.DEBUG if self._puzzled else logging.ERROR
        self._puzzled = True
        _LOGGER.log(
            level,
            "%s failed unexpectedly to come back, and tries again",
            self._name,
            exc_info=failure,
        )

    async def _watch(self) -> None:
        """Notice a peer that is gone without a word (a router that forgot, a cable)."""
        loop = asyncio.get_running_loop()
        while True:
            heard = self._stream.heard
            await asyncio.sleep(max(0.0, heard + IDLE - loop.time()))
            if self._stream.heard != heard:
                continue
            try:
                await self._ping()
            except NoAnswer, NotConnected:
                if self._stream.heard == heard:
                    self._stream.lose("the server does not answer any more")

    async def _settle(self, doubt: _Doubt) -> None:
        """End a doubt: what the server kept comes before its answer to a ping sent after the resume."""
        try:
            await self._ping()
        except NoAnswer, NotConnected:
            return
        if self._doubt is doubt:
            self._doubt = None

    async def _ping(self) -> None:
        """Ask the server anything: an error is an answer too."""
        await self._requests.exchange(
            self._stream.boundjid.domain, element(PING_QUERY), timeout=PING_TIMEOUT
        )
