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
from .errors import (
    AuthenticationFailed,
    Ended,
    LoginError,
    NoAnswer,
    NotConnected,
    Replaced,
    SentAway,
    Unreachable,
)
from .network import Network
from .quality import Quality
from .requests import Requests
from .rival import is_taken
from .signals import Signal
from .stream import Stream
from .watch import Watch
from .xml import element

_LOGGER = logging.getLogger(__name__)

PING_TIMEOUT: Final = 10.0  # seconds the server has to end a doubt
LOGIN_TIMEOUT: Final = 30.0  # seconds for one attempt to come back
LASTED: Final = 60.0  # seconds after which a session counts as a good one
BRIEF: Final = 5.0  # seconds in which a new session that ends was in vain
PEACE: Final = 600.0  # seconds after which nobody else seems to want the house's place


@dataclass(frozen=True, slots=True, eq=False)
class _Doubt:
    """The server may have kept what comes now since it was heard last, in this session.

    By two clocks: somebody may set the one (`since`, seconds since 1970), and the other (`heard`, loop time)
    stands still while this machine sleeps.
    """

    since: float
    heard: float
    epoch: int


class Link:
    """Keeps `stream` logged in; `begin` sets up each new session before the house counts as online.

    `went_online` says whether the session resumed, `was_refused` that the server refuses the password,
    `was_replaced` that somebody else has taken the house's place, `has_lasted` that a connection has been
    a good one for a while.
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
        self._sent_away = False  # since the last attempt began
        self._in_vain = False  # that attempt, or what came of it
        self._why = ""  # there is no session
        self._told = False  # that it is sent away, in this trouble
        self._replaced = False  # and nobody has seen yet that the place is free
        self._long_pause: float | None = None  # after that
        self._hurry = asyncio.Event()  # to try at once
        self._down = asyncio.Event()
        self._online_since = 0.0
        self._resumed = False
        self._doubt: _Doubt | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._network: asyncio.Task[None] | None = None
        self._watch: Watch | None = None  # the connection there is
        self._connection: set[asyncio.Task[None]] = set()  # tasks that end with it
        self._puzzled = False  # an unexpected failure is in the log
        self.online = False
        self.went_online: Signal[bool] = Signal()
        self.went_offline: Signal[()] = Signal()
        self.was_refused: Signal[()] = Signal()
        self.was_replaced: Signal[()] = Signal()
        self.has_lasted: Signal[()] = Signal()

    @property
    def quality(self) -> Quality:
        """What is measured of the connections."""
        return self._stream.quality

    @property
    def heard_at(self) -> datetime | None:
        """When the server was heard last; None before the first time."""
        heard = self._stream.heard_at
        return datetime.fromtimestamp(heard, UTC) if heard else None

    async def connect(self, timeout: float) -> None:
        """Log in, and from then on come back until `close`; LoginError says why it failed."""
        await self._log_in(timeout)
        network = Network(lambda: self._stream.peer_address, self.check)
        self._keeper = asyncio.create_task(self._keep())
        self._network = asyncio.create_task(network.watch())

    def check(self) -> None:
        """Look at once whether the server is there still, or is there again: something has changed."""
        _LOGGER.debug("%s looks at its connection", self._name)
        if self._watch is not None:
            self._watch.check()
        self._hurry.set()

    async def close(self) -> None:
        """Say good-bye; afterwards there is no task, timer or socket."""
        self.online = False
        tasks: set[asyncio.Task[Any]] = set(self._connection)
        tasks.update(one for one in (self._keeper, self._network) if one is not None)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._stream.hang_up()
        self._requests.abandon()

    def sent_at(self) -> datetime:
        """Return since when a stanza that arrives now may have been under way."""
        doubt, sent = self._doubt, time.time()
        if doubt is not None and doubt.epoch == self._stream.epoch:
            ago = asyncio.get_running_loop().time() - doubt.heard
            sent = min(doubt.since, sent - ago)
        return datetime.fromtimestamp(sent, UTC)

    def lost(self, why: LoginError) -> None:
        """Note at once that nothing can be sent: the stream says so."""
        for task in self._connection:
            task.cancel()
        self._watch = None
        self.quality.round_trip = self.quality.connected_since = None
        if not self.online or not self._stream.resumable:
            self._requests.abandon()
        self._doubt = self._doubt_after_loss()
        self._note(why)
        self._in_vain |= self.online and not self._resumed and self._lasted < BRIEF
        if self.online:
            self.online = False
            self.quality.lost += 1
            _LOGGER.info("%s lost its connection: %s", self._name, why)
            self.went_offline.fire()
        self._down.set()

    @property
    def _lasted(self) -> float:
        """How many seconds ago the house was online for the first time in this connection."""
        return asyncio.get_running_loop().time() - self._online_since

    def _doubt_after_loss(self) -> _Doubt:
        since, heard = self._stream.heard_at, self._stream.heard
        epoch = self._stream.epoch
        if (doubt := self._doubt) is not None and doubt.epoch == epoch:
            since, heard = min(since, doubt.since), min(heard, doubt.heard)
        return _Doubt(since, heard, epoch)

    async def _log_in(self, timeout: float) -> bool:
        """Log in, and return whether the session resumed."""
        self._down.clear()
        resumed = await self._stream.log_in(timeout)
        if not resumed:
            self._doubt = None
            self._requests.abandon()
            await self._begin_anew()
        self._hurry.clear()
        self.online, self._resumed = True, resumed
        self._online_since = asyncio.get_running_loop().time()
        self.quality.connected_since = datetime.now(UTC)
        self._watch = Watch(self._stream, self._ping)
        self._start(self._watch.run())
        self._start(self._last())
        if self._doubt is not None:
            self._start(self._settle(self._doubt))
        self.went_online.fire(resumed)
        return resumed

    async def _begin_anew(self) -> None:
        """Set up a new session; one that cannot begin does not stay in the way of the next attempt."""
        begun = False
        try:
            await self._begin()
            begun = True
        finally:
            if not begun:
                self._in_vain = True
                self._stream.forget()  # nobody is to go on with it
                await self._stream.drop()

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._connection.add(task)
        task.add_done_callback(self._connection.discard)

    async def _keep(self) -> None:
        """Come back whenever the connection is lost."""
        while True:
            await self._down.wait()
            lasted = self._lasted
            if lasted > BRIEF:
                self._backoff.note_session()
            if lasted > LASTED:
                self._backoff.reset()
                self._told = False
            if lasted > PEACE:
                self._backoff.peace()
            if not await self._come_back():
                return

    async def _come_back(self) -> bool:
        """Try until it works, and return False if the server refuses the password."""
        while True:
            await self._wait()
            # The boundary of this loop: whatever goes wrong in an attempt, even a defect of ours, another
            # follows, for nobody else would bring the house back. Cancelling this cancels the attempt.
            (failure,) = await asyncio.gather(self._attempt(), return_exceptions=True)
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
                    self._note(failure)
                    _LOGGER.debug("%s is not back yet: %s", self._name, failure)
                case _:
                    self._note(failure)
                    self._note_unexpected(failure)

    async def _attempt(self) -> None:
        """Log in again, unless somebody else is there as the house."""
        if self._replaced and await is_taken(self._stream.account):
            raise SentAway("somebody else is logged in with the same resource")
        self._replaced = False
        if await self._log_in(LOGIN_TIMEOUT):
            self.quality.resumed += 1
        else:
            self.quality.renewed += 1

    def _note(self, why: BaseException) -> None:
        """Note what the next attempt has to wait for: where nobody answered, somebody may in a moment."""
        self._why = str(why)
        self._in_vain |= isinstance(why, Ended)
        self._sent_away |= isinstance(why, SentAway) or not isinstance(why, Unreachable)
        if isinstance(why, Replaced) and not self._replaced:
            self._replaced = True
            self._long_pause = self._backoff.next_replaced()
            self.quality.replaced += 1
            _LOGGER.warning(
                "Somebody else has logged in as %s with the same resource; it waits until they leave",
                self._name,
            )
            self.was_replaced.fire()

    async def _wait(self) -> None:
        """Wait until the next attempt: at most until something has changed, unless the house was sent away."""
        sent_away, self._sent_away = self._sent_away, False
        in_vain, self._in_vain = self._in_vain, False
        sent_away |= in_vain and self._backoff.note_vain()
        pause = self._pause(sent_away=sent_away)
        if sent_away:
            self._tell()
            await asyncio.sleep(pause)
            return
        try:
            async with asyncio.timeout(pause):
                await self._hurry.wait()
        except TimeoutError:
            return
        self._hurry.clear()

    def _tell(self) -> None:
        """Say once in a trouble that it is not the network."""
        if not self._told and not self._replaced:
            self._told = True
            _LOGGER.warning(
                "The server of %s is there and does not let it in; it tries again ever more seldom: %s",
                self._name,
                self._why,
            )

    def _pause(self, *, sent_away: bool) -> float:
        """Return the seconds until the next attempt."""
        if self._replaced:
            pause, self._long_pause = self._long_pause, None
            return self._backoff.next_look() if pause is None else pause
        now = asyncio.get_running_loop().time()
        return self._backoff.next(now, sent_away=sent_away)

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

    async def _last(self) -> None:
        """Say so when the connection has been a good one for a while."""
        await asyncio.sleep(LASTED)
        self.has_lasted.fire()

    async def _settle(self, doubt: _Doubt) -> None:
        """End a doubt: what the server kept comes before its answer to a ping sent after the resume."""
        try:
            await self._ping(PING_TIMEOUT)
        except NoAnswer, NotConnected:
            return
        if self._doubt is doubt:
            self._doubt = None

    async def _ping(self, timeout: float) -> None:
        """Ask the server anything: an error is an answer too."""
        await self._requests.exchange(
            self._stream.boundjid.domain, element(PING_QUERY), timeout=timeout
        )
