"""Subscriptions to what happens to the nodes of a source, served (XEP-0326 section 3.7 and its NF sibling).

A subscription of XSF lasts as long as its subscriber is present, one of Neuro-Foundation until its time is
over; both end when no message reaches the subscriber any more. What happened before, as far as it was asked
for, is told first, what happens then after it: everything once and in order.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
import logging
from typing import Any, Final

from .call import HIDING, Call, Routes, answers_sent, note_answering, seen
from .dialects import Dialect
from .errors import (
    FeatureNotImplemented,
    NoAnswer,
    NotConnected,
    ResourceConstraint,
    StanzaError,
)
from .failures import in_kind
from .happening import Happening, NodeEvent, SourceSubscription
from .model import Caller
from .node_events import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    decode_subscribe,
    decode_unsubscribe,
    encode_node_event,
)
from .outbox import Outbox
from .provider import Provider, Transport
from .xml import Element, clark, element, to_text

_LOGGER = logging.getLogger(__name__)

MAX_SUBSCRIPTIONS: Final = 20  # of one contact
MAX_WAITING: Final = 20_000  # events for one contact that wait for their turn

type _Key = tuple[str, str, str]  # full JID, source, dialect


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event that waits to be told, and whether its node could be read when it happened: areas cannot."""

    event: NodeEvent
    readable: bool


@dataclass(slots=True, eq=False)
class _Subscription:
    """Who is told what, and what waits to be told."""

    key: _Key
    caller: Caller
    dialect: Dialect
    wish: SourceSubscription
    waiting: deque[_Waiting] = field(default_factory=deque)
    answering: set[asyncio.Task[Any]] = field(default_factory=set)
    unfollow: Callable[[], None] | None = None
    timer: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None  # tells what waits
    ended: bool = False
    renewed_at: float = 0.0  # by the event loop's time

    def renew(self, wish: SourceSubscription) -> None:
        """Add what is wished, and begin to count the time again."""
        self.renewed_at = asyncio.get_running_loop().time()
        self.wish = replace(
            wish,
            kinds=self.wish.kinds | wish.kinds,
            parameters=self.wish.parameters or wish.parameters,
            messages=self.wish.messages or wish.messages,
        )

    def trimmed(self, event: NodeEvent) -> NodeEvent:
        """Return the event with as much of the node as is wished."""
        if event.info is None:
            return event
        parameters = event.info.parameters if self.wish.parameters else ()
        messages = event.info.messages if self.wish.messages else ()
        info = replace(event.info, parameters=parameters, messages=messages)
        return replace(event, info=info)

    def end(self) -> None:
        """Listen no more; what waits is forgotten."""
        self.ended = True
        self.waiting.clear()
        if self.timer is not None:
            self.timer.cancel()
        if self.unfollow is not None:
            self.unfollow()


class SourceEvents:
    """Answers subscriptions to sources, and tells their subscribers."""

    def __init__(
        self, provider: Provider, transport: Transport, outbox: Outbox
    ) -> None:
        """Tell by `outbox` what `provider` says, as long as `transport` reaches who is told."""
        self._provider = provider
        self._transport = transport
        self._outbox = outbox
        self._subscriptions: dict[_Key, _Subscription] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unregister: Callable[[], None] | None = None

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers."""
        return {
            clark(dialect.concentrator, SUBSCRIBE): self._subscribe,
            clark(dialect.concentrator, UNSUBSCRIBE): self._unsubscribe,
        }

    def start(self) -> None:
        """Begin to notice who is gone."""
        self._unregister = self._transport.on_gone(self._gone)

    async def stop(self) -> None:
        """End all subscriptions."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        self._gone(None)
        for task in tuple(self._tasks):
            task.cancel()
            await asyncio.wait((task,))

    async def _subscribe(self, call: Call) -> Element | None:
        try:
            wish = decode_subscribe(call.payload, call.dialect)
            await self._provider.prepare_events(call.caller, wish.source)
            self._renew(call, wish)
        except StanzaError as error:
            raise in_kind(call, error) from error
        return _done(SUBSCRIBE, call.dialect)

    async def _unsubscribe(self, call: Call) -> Element | None:
        try:
            wish = decode_unsubscribe(call.payload, call.dialect)
        except StanzaError as error:
            raise in_kind(call, error) from error
        if subscription := self._subscriptions.get(_key(call, wish)):
            left = subscription.wish.kinds - wish.kinds
            subscription.wish = replace(subscription.wish, kinds=left)
            if not left:
                self._end(subscription)
        return _done(UNSUBSCRIBE, call.dialect)

    def _renew(self, call: Call, wish: SourceSubscription) -> None:
        """Begin a subscription or add to the one there is; nothing changes where it is refused."""
        found = self._subscriptions.get(_key(call, wish))
        subscription = found or self._begin(call, wish)
        try:
            past = self._past(call, wish)
        except StanzaError:
            if found is None:
                subscription.end()
            raise
        self._subscriptions[subscription.key] = subscription
        subscription.renew(wish)
        if not subscription.wish.kinds:
            self._end(subscription)
            return
        self._limit(subscription)
        # What waits already may be in the past asked for: it is told once, in its place.
        told = frozenset(past)
        waiting = (one for one in subscription.waiting if one.event not in told)
        subscription.waiting = deque((*self._noted(subscription, past), *waiting))
        note_answering(subscription.answering)
        self._tell(subscription)

    def _begin(self, call: Call, wish: SourceSubscription) -> _Subscription:
        others = sum(
            other.caller.bare == call.caller.bare
            for other in self._subscriptions.values()
        )
        if others >= MAX_SUBSCRIPTIONS:
            raise ResourceConstraint(f"There are {MAX_SUBSCRIPTIONS} already.")
        subscription = _Subscription(_key(call, wish), call.caller, call.dialect, wish)
        subscription.unfollow = self._provider.follow_nodes(
            call.caller, wish.source, partial(self._happened, subscription)
        )
        return subscription

    def _past(self, call: Call, wish: SourceSubscription) -> Sequence[NodeEvent]:
        """Return what happened since the time asked for."""
        if wish.since is None:
            return ()
        past = self._provider.happened_since(call.caller, wish.source, wish.since)
        if past is None and call.dialect.history_or_error:
            raise FeatureNotImplemented("What happened since then is not known.")
        return past or ()

    def _limit(self, subscription: _Subscription) -> None:
        """Let the subscription end when its time is over."""
        if subscription.timer is not None:
            subscription.timer.cancel()
        if (lifetime := subscription.wish.lifetime) is not None:
            subscription.timer = asyncio.get_running_loop().call_later(
                lifetime.total_seconds(), self._end, subscription
            )

    def _happened(
        self, subscription: _Subscription, events: Sequence[NodeEvent]
    ) -> None:
        if subscription.ended:  # others of those who are being told have ended it
            return
        subscription.waiting.extend(self._noted(subscription, events))
        if self._waiting_for(subscription.caller) > MAX_WAITING:
            # Who is told half of it knows less than who is told nothing.
            _LOGGER.warning(
                "%s does not keep up with what happens and is told no more",
                subscription.caller.jid,
            )
            self._end(subscription)
            return
        self._tell(subscription)

    def _waiting_for(self, caller: Caller) -> int:
        """Return how many events wait for a contact, on whichever of its devices."""
        return sum(
            len(other.waiting)
            for other in self._subscriptions.values()
            if other.caller.bare == caller.bare
        )

    def _noted(
        self, subscription: _Subscription, events: Sequence[NodeEvent]
    ) -> Iterator[_Waiting]:
        """Yield the events as they wait, each with what may be read now."""
        nodes = {event.node for event in events}
        readable = seen(self._provider, subscription.caller, nodes)
        return (_Waiting(event, event.node in readable) for event in events)

    def _gone(self, jid: str | None) -> None:
        for subscription in tuple(self._subscriptions.values()):
            if jid in {None, subscription.caller.jid}:
                self._end(subscription)

    def _end(self, subscription: _Subscription) -> None:
        del self._subscriptions[subscription.key]
        subscription.end()

    def _tell(self, subscription: _Subscription) -> None:
        """See to it that what waits is told."""
        if subscription.waiting and subscription.task is None:
            subscription.task = asyncio.create_task(
                self._run(subscription), name="xmpp_iot source events"
            )
            self._tasks.add(subscription.task)
            subscription.task.add_done_callback(
                partial(self._told, subscription.caller.jid)
            )

    def _told(self, jid: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOGGER.error("Events for %s could not be told", jid, exc_info=error)

    async def _run(self, subscription: _Subscription) -> None:
        """Tell what waits, until nothing does."""
        try:
            while True:
                await answers_sent(subscription.answering)
                if not subscription.waiting:
                    return
                if self._has_hidden(subscription):
                    self._end(subscription)
                    return
                await self._post(subscription, subscription.waiting.popleft())
        except (NoAnswer, NotConnected) as error:
            # In a new session nobody is subscribed; in the same one it is told with what happens next.
            _LOGGER.debug("Events for %s wait: %s", subscription.caller.jid, error)
        finally:
            subscription.task = None

    def _has_hidden(self, subscription: _Subscription) -> bool:
        """Return whether nobody knows for too long that the subscriber is there."""
        now = asyncio.get_running_loop().time()
        return (
            now >= subscription.renewed_at + HIDING
            and not self._transport.is_present(subscription.caller.jid)
        )

    async def _post(self, subscription: _Subscription, waiting: _Waiting) -> None:
        event = subscription.trimmed(waiting.event)
        still = partial(self._is_wanted, subscription, waiting)
        if not still():
            return
        message = to_text(encode_node_event(event, subscription.dialect))
        try:
            await self._outbox.post(subscription.caller.jid, message, still)
        except NoAnswer, NotConnected:
            subscription.waiting.appendleft(waiting)
            raise

    def _is_wanted(self, subscription: _Subscription, waiting: _Waiting) -> bool:
        """Return whether an event is to be told still: to somebody who wants it, and sees the node still.

        That a node is not there any more is for those who do not see it.
        """
        event = waiting.event
        if subscription.ended or event.kind not in subscription.wish.kinds:
            return False
        if event.kind is Happening.REMOVED or not waiting.readable:
            return True
        return bool(seen(self._provider, subscription.caller, (event.node,)))


def _key(call: Call, wish: SourceSubscription) -> _Key:
    return call.caller.jid, wish.source, call.dialect.name


def _done(request: str, dialect: Dialect) -> Element | None:
    if not dialect.in_band_results:
        return None
    name = clark(dialect.concentrator, f"{request}Response")
    return element(name, dialect.answer_result)
