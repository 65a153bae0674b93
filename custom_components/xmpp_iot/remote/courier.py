"""Brings orders to other houses, as surely as is wanted of each, and says what became of it.

Each ends in one of four ways: done; refused; expired, which is never done; or unknown, when it was sent and
nobody answered. Then the state is read before anything is told, or sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..wire.assurance import is_answered, is_bounce
from ..wire.errors import Conflict, NoAnswer, NotConnected, RemoteError, WireError
from ..wire.session import Session
from .delivery import Delivery
from .errors import NotSent
from .thing import Thing

_LOGGER = logging.getLogger(__name__)

REPEAT_AFTER: Final = 3.0  # seconds without an answer
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
# Seconds after the expiry in which it is asked what has become of an order: it is not done any more then.
SETTLE: Final = 10.0
MOST_KEPT: Final = 100  # orders that wait for a house to come
MOST_WAITING: Final = 100  # kinds of orders for one node that wait for their turn
_UNKNOWN: Final = "remote-server-timeout"
# What is said of who is not there now, or cannot be reached, whatever type the error has.
_PASSING: Final = frozenset(
    {
        "internal-server-error",
        "recipient-unavailable",
        "remote-server-not-found",
        "remote-server-timeout",
        "resource-constraint",
        "service-unavailable",
    }
)


@dataclass(slots=True, eq=False)
class Standing:
    """The place of an order that has not ended, among those for its node."""

    node: Thing
    changed: asyncio.Event
    """Set when there is something new: somebody comes, or this is overtaken, or the first of its line."""
    overtaken: bool = False
    """Whether a newer order for the node was sent: this is not to be done after it."""

    def overtake(self) -> None:
        """Say that a newer one is sent."""
        self.overtaken = True
        self.changed.set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order[Result]:
    """What is to be done."""

    node: Thing
    """For which node of which house."""
    kind: Hashable
    """Which orders for the node it makes needless: older ones of the same kind."""
    give: Callable[[], Awaitable[Result]]
    """Send it, once more, and return the answer; raises as `wire.peer.Peer` does."""
    look: Callable[[], Awaitable[None]]
    """Read how the node is."""
    expires: datetime
    stamped: bool = False
    """Whether it has a token: then a house like ours says that it is the house that answers."""
    kept: Standing | None = None
    """Its place among those that were kept for the node, if it was."""


class Courier:
    """Brings the orders of an account."""

    def __init__(self, session: Session) -> None:
        """Bring them over `session`, until `stop`."""
        self._session = session
        self._queues: dict[Thing, dict[Hashable, Order[object]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Event] = set()
        self._insisting: list[Standing] = []
        self._line: list[Standing] = []
        """Those that are kept, in the order they were given."""
        self._stopped = False

    async def stop(self) -> None:
        """Bring nothing more: what waits for a house is told so, and what waits for its turn is dropped."""
        self._stopped = True
        for event in self._waiting:
            event.set()
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    async def deliver[Result](
        self, order: Order[Result], delivery: Delivery
    ) -> Result | None:
        """Have an order carried out and return the answer; None where it is not waited for.

        RemoteError where it was refused, or came too late; NotConnected where it was not sent; NoAnswer, and
        the RemoteError that says so, where it is not known whether it was done.
        """
        if order.kept is None:
            self.overtake(order.node)
            if delivery is not Delivery.LATEST:
                self._drop(order.node)
        if not self._session.connected or self._stopped:
            raise NotConnected("There is no session now.")
        if dt_util.utcnow() >= order.expires:
            raise NotSent("order_expired")
        self._take_turn(order)
        if delivery is Delivery.LATEST:
            self._queue(order)
            return None
        self._drop(order.node)
        insists = delivery is Delivery.EXACTLY_ONCE and order.stamped
        try:
            return await (self._insist(order) if insists else order.give())
        except WireError as err:
            if not _is_unknown(err, order):
                raise
            await order.look()
            if isinstance(err, RemoteError) and is_bounce(err):
                raise NoAnswer(str(err)) from err
            raise

    def overtake(self, thing: Thing) -> None:
        """See to it that nothing is done, or repeated, that was given for a thing until now and waits.

        For an order that is given now, whatever becomes of it: who wanted a door locked, and could not have it, does
        not want it unlocked afterwards.
        """
        for one in (*self._insisting, *self._line):
            if one.node.may_be(thing):
                one.overtake()

    def _take_turn(self, order: Order[Any]) -> None:
        """See to it that no older order is repeated after one that was kept; NotSent if there was a newer one."""
        if order.kept is None:
            return
        if order.kept.overtaken:
            raise NotSent("order_overtaken")
        # (it is the first of those that are kept for the node: the others are newer)
        for one in self._insisting:
            if one.node.may_be(order.node):
                one.overtake()

    async def _insist[Result](self, order: Order[Result]) -> Result:
        """Give an order until the house itself has answered, or its time is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _seconds_to(order.expires) + SETTLE
        pause, is_unknown = FIRST_PAUSE, False
        with self._noticing() as changed, self._overtakable(order, changed) as standing:
            while True:
                if is_unknown and (standing.overtaken or self._stopped):
                    raise NoAnswer("Whether it was done is not known.")
                changed.clear()
                try:
                    return await _within(REPEAT_AFTER, order)
                except (NoAnswer, NotConnected, RemoteError) as err:
                    # What a server says now says nothing of what was sent before.
                    if isinstance(err, RemoteError) and is_answered(err):
                        if is_unknown and err.remote_condition == Conflict.condition:
                            # (it says only that this is no repeat of what was sent before)
                            raise NoAnswer(str(err)) from err
                        raise
                    is_unknown = is_unknown or _is_unknown(err, order)
                    if not is_unknown:
                        raise
                    if self._stopped or loop.time() >= until:
                        raise NoAnswer(str(err)) from err
                await _wait(changed, min(pause, max(0.0, until - loop.time())))
                pause = min(LONGEST_PAUSE, 2 * pause)

    @contextmanager
    def _overtakable(
        self, order: Order[Any], changed: asyncio.Event
    ) -> Generator[Standing]:
        """Provide what says that there is a newer order for the node: the older is not repeated after it."""
        standing = Standing(order.node, changed)
        self._insisting.append(standing)
        try:
            yield standing
        finally:
            self._insisting.remove(standing)

    # The newest only

    def _queue(self, order: Order[object]) -> None:
        """Give an order when those before it for the node are answered, unless there is a newer one by then."""
        queue = next(self._queues_of(order.node), None)
        if queue is None:
            queue = self._queues[order.node] = {}
            task = asyncio.create_task(
                self._give_all(order.node, queue), name="xmpp_iot orders"
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.pop(order.kind, None)
        queue[order.kind] = order
        if len(queue) > MOST_WAITING:
            del queue[next(iter(queue))]

    def _drop(self, thing: Thing) -> None:
        """Drop what waits for its turn: it is older."""
        for queue in self._queues_of(thing):
            queue.clear()

    def _queues_of(self, thing: Thing) -> Iterator[dict[Hashable, Order[object]]]:
        """Yield what waits for its turn, of a thing."""
        return (queue for node, queue in self._queues.items() if node.may_be(thing))

    async def _give_all(
        self, node: Thing, queue: dict[Hashable, Order[object]]
    ) -> None:
        try:
            while queue:
                order = queue.pop(next(iter(queue)))
                if dt_util.utcnow() >= order.expires:
                    _LOGGER.warning("An order expired before its turn came")
                    continue
                try:
                    await order.give()
                except WireError as err:
                    _LOGGER.debug("What was sent was not done: %s", err)
                    if _is_unknown(err, order):
                        await order.look()
        finally:
            del self._queues[node]

    # For whoever is not there

    @contextmanager
    def kept(self, node: Thing) -> Generator[Standing]:
        """Give an order that is to be kept its place, behind those for the node that were given before.

        The next one has its turn at the end of this, when what became of this one is known. NotSent where too
        many wait already.
        """
        if len(self._line) >= MOST_KEPT:
            raise NotSent("order_crowded")
        with self._noticing() as changed:
            standing = Standing(node, changed)
            self._line.append(standing)
            try:
                yield standing
            finally:
                self._line.remove(standing)
                for one in self._line:
                    if one.node.may_be(node):
                        one.changed.set()

    async def keep[Found](
        self,
        standing: Standing,
        find: Callable[[], Awaitable[Found]],
        expires: datetime,
    ) -> Found:
        """Return what `find` finds as soon as it is the turn of a kept order, and somebody is there.

        Nothing was sent until then. NotSent when nobody came in time, when a newer order was sent meanwhile,
        and when this is stopped; WireError where whoever is there says that it will not be done.
        """
        while True:
            standing.changed.clear()
            self._check(standing, expires)
            if self._session.connected and self._is_first(standing):
                with _waiting_for_better():
                    return await find()
            await _wait(standing.changed, min(LONGEST_PAUSE, _seconds_to(expires)))

    def _is_first(self, standing: Standing) -> bool:
        """Return whether nothing waits for the same node that was given before."""
        first = next(one for one in self._line if one.node.may_be(standing.node))
        return first is standing

    async def rest(self) -> None:
        """Return in a moment, or when somebody comes."""
        with self._noticing() as changed:
            await _wait(changed, FIRST_PAUSE)

    def _check(self, standing: Standing, expires: datetime) -> None:
        if self._stopped:
            raise NotSent("order_cancelled")
        if standing.overtaken:
            raise NotSent("order_overtaken")
        if dt_util.utcnow() >= expires:
            raise NotSent("order_expired")

    @contextmanager
    def _noticing(self) -> Generator[asyncio.Event]:
        """Return what is set when somebody comes, or the connection does, or this is stopped."""
        changed = asyncio.Event()
        ends = [
            self._session.on_presence(lambda *_: changed.set()),
            self._session.on_online(lambda _: changed.set()),
        ]
        self._waiting.add(changed)
        try:
            yield changed
        finally:
            self._waiting.discard(changed)
            for end in ends:
                end()


def passes(err: WireError) -> bool:
    """Return whether an error says only that nobody is there now: later it may be another one, or none."""
    if isinstance(err, RemoteError):
        return err.remote_kind == "wait" or err.remote_condition in _PASSING
    return isinstance(err, (NoAnswer, NotConnected))


@contextmanager
def _waiting_for_better() -> Generator[None]:
    """Go on after what passes."""
    try:
        yield
    except WireError as err:
        if not passes(err):
            raise


def _is_unknown(err: WireError, order: Order[object]) -> bool:
    """Return whether nobody knows after an error whether an order was carried out."""
    if isinstance(err, RemoteError):
        timeout = err.remote_condition == _UNKNOWN
        return timeout or (order.stamped and is_bounce(err))
    return isinstance(err, NoAnswer)


async def _within[Result](seconds: float, order: Order[Result]) -> Result:
    """Give an order; NoAnswer where none came in time."""
    try:
        async with asyncio.timeout(seconds):
            return await order.give()
    except TimeoutError:
        raise NoAnswer("There is no answer yet.") from None


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()


def _seconds_to(moment: datetime) -> float:
    return max(0.0, (moment - dt_util.utcnow()).total_seconds())
