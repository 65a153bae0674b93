"""All event subscriptions: changes of values become messages, each read by the rights of its moment.

Each subscription has one task at work at a time. What changes while it sends is looked at together when it
is done, so that a storm goes as fast as the server takes it and the last value wins.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
import logging
from typing import Final

from .call import HIDING, seen
from .dialects import Dialect
from .errors import (
    ItemNotFound,
    NoAnswer,
    NotConnected,
    ResourceConstraint,
    StanzaError,
)
from .happening import EventSubscription
from .memory import Memory, Names
from .model import HISTORICAL, Caller, NodeRef, Reading, ReadRequest
from .outbox import Post
from .packer import Packer
from .provider import Provider
from .subscription import Key, Subscription

_LOGGER = logging.getLogger(__name__)

MAX_SUBSCRIPTIONS: Final = 50  # of one contact
MAX_FOLLOWED: Final = 5000  # nodes of one contact, in all of its subscriptions
_TURN: Final = 50  # nodes read before others get their turn
_NOTHING: Final = "There is no such node."


class NoSuchSubscription(ItemNotFound):
    """There is no subscription with that id; the asker can mend the id."""

    kind = "modify"


class _Outdated(Exception):
    """What was prepared shows what may not be seen any more."""


class Subscriptions:
    """The event subscriptions of all contacts, by full JID and id."""

    def __init__(
        self, provider: Provider, post: Post, is_present: Callable[[str], bool]
    ) -> None:
        """Follow the values of `provider`; send what happens by `post`, which waits for its turn.

        `is_present` says of a full JID whether it shows its presence.
        """
        self._provider = provider
        self._is_present = is_present
        self._post = post
        self._all: dict[Key, Subscription] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # Coming and going

    async def subscribe(
        self, caller: Caller, wish: EventSubscription, dialect: Dialect
    ) -> None:
        """Follow what the caller may see of the wish, in the place of an older one with the same id.

        ItemNotFound where it sees nothing of it. Nothing is sent before the task this runs in is done.
        """
        subscription = self._admit(caller, wish, dialect)
        begun = False
        try:
            await self._learn(subscription)
            begun = True
        finally:
            if not begun:
                self._drop(subscription)
        answering = asyncio.current_task()
        assert answering is not None
        # The session sends the answer from such a callback too, and has asked for it before.
        answering.add_done_callback(lambda _: self._begin(subscription))

    def unsubscribe(self, caller: Caller, identifier: str) -> None:
        """End a subscription of the caller; NoSuchSubscription if it has none with that id."""
        if (subscription := self._all.get((caller.jid, identifier))) is None:
            raise NoSuchSubscription("There is no subscription with this id.")
        self._drop(subscription)

    def gone(self, jid: str | None) -> None:
        """End the subscriptions of a full JID; None is everybody's."""
        for subscription in tuple(self._all.values()):
            if jid is None or jid == subscription.caller.jid:
                self._drop(subscription)

    def rights_changed(self) -> None:
        """End what may not be seen any more, and send nothing of it that is prepared."""
        for subscription in tuple(self._all.values()):
            narrowed = self._restrict(subscription, subscription.nodes)
            # The task prepares a message, or waits for its turn to send one.
            if narrowed and subscription.task is not None:
                subscription.task.cancel()

    async def stop(self) -> None:
        """End all subscriptions."""
        self.gone(None)
        if tasks := tuple(self._tasks):
            await asyncio.wait(tasks)

    def _admit(
        self, caller: Caller, wish: EventSubscription, dialect: Dialect
    ) -> Subscription:
        nodes = dict.fromkeys(self._provider.visible(caller, wish.nodes))
        if not nodes:
            raise ItemNotFound(_NOTHING)
        older = self._all.get((caller.jid, wish.id))
        self._check_room(caller, len(nodes), older)
        if older is not None:
            self._drop(older)
        subscription = Subscription(
            caller=caller,
            wish=wish,
            dialect=dialect,
            memory=Memory(wish.fields),
            nodes=nodes,
            unfollow=_follow_nothing,
        )
        self._follow(subscription)
        self._all[subscription.key] = subscription
        return subscription

    def _check_room(
        self, caller: Caller, nodes: int, older: Subscription | None
    ) -> None:
        """Raise ResourceConstraint where the caller has too much without the older one to be replaced."""
        others = [
            len(other.nodes)
            for other in self._all.values()
            if other.caller.bare == caller.bare and other is not older
        ]
        if len(others) >= MAX_SUBSCRIPTIONS:
            raise ResourceConstraint(
                f"A contact has at most {MAX_SUBSCRIPTIONS} subscriptions."
            )
        if sum(others) + nodes > MAX_FOLLOWED:
            raise ResourceConstraint(f"A contact follows at most {MAX_FOLLOWED} nodes.")

    def _follow(self, subscription: Subscription) -> None:
        subscription.unfollow()
        subscription.unfollow = self._provider.follow_values(
            subscription.nodes, partial(self._changed, subscription)
        )

    def _drop(self, subscription: Subscription) -> None:
        if subscription.ended:
            return
        subscription.end()
        del self._all[subscription.key]
        task = subscription.task
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _restrict(self, subscription: Subscription, nodes: Iterable[NodeRef]) -> bool:
        """Follow only those of the nodes that may still be seen; return whether any may not."""
        asked = dict.fromkeys(nodes)
        hidden = asked.keys() - seen(self._provider, subscription.caller, asked)
        if not hidden:
            return False
        kept = [node for node in subscription.nodes if node not in hidden]
        subscription.restrict(kept)
        if kept:
            self._follow(subscription)
        else:
            self._drop(subscription)
        return True

    # What happens

    def _begin(self, subscription: Subscription) -> None:
        if not subscription.ended:
            subscription.begin(_now())
            self._go_on(subscription)

    def _changed(self, subscription: Subscription, node: NodeRef) -> None:
        subscription.look_at(node)
        self._go_on(subscription)

    def _wake(self, subscription: Subscription) -> None:
        subscription.timer = None
        subscription.wake(_now())
        self._go_on(subscription)

    def _go_on(self, subscription: Subscription) -> None:
        """Have what there is to do done, or wait until there is something to do."""
        if (
            subscription.task is not None
            or subscription.ended
            or subscription.began_at is None
        ):
            return
        if subscription.has_work(_now()):
            self._work_on(subscription)
        else:
            self._wait(subscription)

    def _wait(self, subscription: Subscription) -> None:
        if subscription.timer is not None:
            subscription.timer.cancel()
            subscription.timer = None
        if (at := subscription.wake_at()) is not None:
            loop = asyncio.get_running_loop()
            subscription.timer = loop.call_at(at, self._wake, subscription)

    def _work_on(self, subscription: Subscription) -> None:
        task = asyncio.create_task(
            self._work(subscription), name=f"xmpp_iot events {subscription.wish.id}"
        )
        subscription.task = task
        self._tasks.add(task)
        task.add_done_callback(partial(self._worked, subscription))

    def _worked(self, subscription: Subscription, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        subscription.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            # Once until it works again: what is under way is tried anew.
            level = logging.DEBUG if subscription.failures else logging.ERROR
            jid = subscription.caller.jid
            _LOGGER.log(level, "A subscription of %s failed", jid, exc_info=error)
            subscription.failed(_now())
        self._go_on(subscription)

    # Telling

    async def _work(self, subscription: Subscription) -> None:
        """Look at what has changed and tell what is due, until there is nothing to do."""
        while not subscription.ended and subscription.has_work(_now()):
            if self._has_hidden(subscription):
                self._drop(subscription)
                return
            firing = subscription.may_fire(_now())
            work = subscription.take(firing=firing)
            finished = False
            try:
                await self._turn(subscription, work, firing=firing)
                finished = True
            except _Outdated:
                pass  # begun anew with what may be seen
            except (NoAnswer, NotConnected) as error:
                _LOGGER.debug("No event for %s: %s", subscription.caller.jid, error)
                subscription.failed(_now())
            finally:
                if not finished:
                    subscription.resume(work)

    def _has_hidden(self, subscription: Subscription) -> bool:
        """Return whether nobody knows for too long that the subscriber is there."""
        began = subscription.began_at
        return (
            began is not None
            and _now() >= began + HIDING
            and not self._is_present(subscription.caller.jid)
        )

    async def _turn(
        self, subscription: Subscription, work: dict[NodeRef, Names], *, firing: bool
    ) -> None:
        """Read the nodes of `work`, note there what is to be told, and tell it or owe it."""
        read: dict[NodeRef, Sequence[Reading]] = {}
        for count, node in enumerate(tuple(work), 1):
            read[node] = await self._read(subscription, node)
            work[node] |= subscription.memory.changed(node, read[node])
            if count % _TURN == 0:
                await asyncio.sleep(0)
        if not firing:
            subscription.owe(work)
        elif any(work.values()):
            await self._tell(subscription, read, work)
            subscription.fired(work, _now())

    async def _tell(
        self,
        subscription: Subscription,
        read: Mapping[NodeRef, Sequence[Reading]],
        work: Mapping[NodeRef, Names],
    ) -> None:
        """Send what is to be told of the readings, and note that it is known."""
        packer = Packer(subscription.wish.id, subscription.dialect)
        messages: list[str] = []
        for node, readings in read.items():
            for reading in map(work[node].of, readings):
                if reading.fields or reading.error:
                    messages.extend(packer.add(reading))
        if packer.size:
            messages.extend(packer.finish())
        for message in messages:
            # Asked at the last moment: what is prepared may have become invisible.
            if self._restrict(subscription, read):
                raise _Outdated
            await self._post(subscription.caller.jid, message)
        for node, readings in read.items():
            subscription.memory.told(node, readings, work[node])

    async def _learn(self, subscription: Subscription) -> None:
        """Take what the nodes are now as known: what changes from here on is told."""
        for count, node in enumerate(tuple(subscription.nodes), 1):
            if subscription.ended:
                break  # by who asked, for another; or it is gone
            readings = await self._read(subscription, node)
            if node not in subscription.nodes:
                continue  # taken from the caller meanwhile
            subscription.memory.begin(node, readings)
            if subscription.memory.changed(node, readings):
                subscription.look_at(node)  # the subscriber believes otherwise
            if count % _TURN == 0:
                await asyncio.sleep(0)
        if not subscription.nodes:
            raise ItemNotFound(_NOTHING)

    async def _read(
        self, subscription: Subscription, node: NodeRef
    ) -> Sequence[Reading]:
        """Read a node now, by the rights of now; why it cannot be read is a reading too.

        Alone, because a reading may give the node's address in another form than it was asked in.
        """
        now = datetime.now(UTC)
        caller = replace(subscription.caller, sent_at=now)
        request = ReadRequest(
            id=subscription.wish.id,
            nodes=(node,),
            fields=subscription.fields,
            categories=subscription.wish.categories - HISTORICAL,
        )
        try:
            return [
                reading
                async for batch in self._provider.read(caller, request)
                for reading in batch
            ]
        except StanzaError as error:
            return [Reading(node=node, at=now, error=error.text or error.condition)]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _follow_nothing() -> None:
    """End nothing: nothing is followed yet."""
