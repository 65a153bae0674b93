"""Nodes as an answer: what a caller sees of them, in its language, and where to follow them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Final
from weakref import WeakValueDictionary

from ..wire.errors import ResourceConstraint
from ..wire.model import Caller, NodeInfo, NodeRef, Nodes, TreeRequest
from ..wire.rate import Buckets, Limit
from .commands import Commands
from .guard import Guard, known
from .localize import Localizer
from .nodes import NodeDescriber, text_parameter
from .sorting import in_order
from .tree import NodeId, Tree

type FeedAddress = Callable[[str, str], Awaitable[str | None]]  # bare JID, namespace
type Pick = Callable[[Tree], Iterable[NodeId]]

# How many nodes are described before others get their turn.
_CHUNK: Final = 25

# Nodes are what takes time, not requests: a contact may be told of all there is for it so many times at once and
# once more, and then so many times in so many seconds. (A house that links another asks twice; again after an outage.)
# Everybody else waits while a server reads an answer about thousands of nodes.
_AT_ONCE: Final = 2
_WALKS: Final = 10
_WALKS_PERIOD: Final = 60
_FEWEST: Final = 100  # nodes: there are so many at least
_LONGEST_PAUSE: Final = 8.0  # seconds: who asks waits ten for an answer
# A page of which all had to be looked at counts as one of so many at least.
_PAGES: Final = 20


class Listing:
    """Describes nodes to callers."""

    def __init__(
        self,
        guard: Guard,
        describer: NodeDescriber,
        localizer: Localizer,
        commands: Commands,
        feed_address: FeedAddress,
    ) -> None:
        """Tell of what `guard` lets a caller see; `feed_address` says where to follow it."""
        self._commands = commands
        self._guard = guard
        self._describer = describer
        self._localizer = localizer
        self._feed_address = feed_address
        self._busy: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._told = Buckets(_limit(0))
        self._pausing: set[str] = set()  # bare JIDs

    async def nodes(self, caller: Caller, request: TreeRequest, pick: Pick) -> Nodes:
        """Return the nodes that `pick` finds in the caller's tree, in the order it asks for.

        With parameters asked for, each says where to follow it. It is one answer after the other to a contact,
        for a house has thousands of nodes: many at once would make everybody else wait for all of them. So
        would one after the other for ever: a contact that was told of many waits for a few seconds, and for
        what else it asks for meanwhile there is ResourceConstraint.
        """
        await self._may_be_told(caller, request, pick)
        async with self._busy.setdefault(caller.bare, asyncio.Lock()):
            return await self._nodes(caller, request, pick)

    async def one(self, caller: Caller, request: TreeRequest, node: NodeId) -> Nodes:
        """Return one node, or none where it is not there any more: an answer that nobody has to wait for.

        It tells what has been done already, so it must not end in that it cannot be told.
        """
        async with self._busy.setdefault(caller.bare, asyncio.Lock()):
            return await self._nodes(caller, request, lambda _: (node,))

    async def _may_be_told(
        self, caller: Caller, request: TreeRequest, pick: Pick
    ) -> None:
        """Return when it is not too much for the caller to be told of what `pick` finds."""
        if self._takes(caller, request, pick):
            return
        due = self._told.due(caller.bare)
        if caller.bare not in self._pausing and due <= _LONGEST_PAUSE:
            self._pausing.add(caller.bare)
            try:
                await asyncio.sleep(due)
            finally:
                self._pausing.remove(caller.bare)
            if self._takes(caller, request, pick):
                return
        raise ResourceConstraint("Too much is asked for; ask again later.")

    def _takes(self, caller: Caller, request: TreeRequest, pick: Pick) -> bool:
        """Return whether the caller may be told of that now; it counts then."""
        tree = self._guard.tree(caller)
        self._told.limit = _limit(len(tree.parents))
        return self._told.take(caller.bare, _price(tree, request, pick))

    async def _nodes(self, caller: Caller, request: TreeRequest, pick: Pick) -> Nodes:
        address = None
        if request.parameters:
            address = await self._feed_address(caller.bare, request.dialect)
        await self._commands.refresh()
        language = await self._localizer.load(caller, pick(self._guard.tree(caller)))
        found = in_order(await self._described(caller, pick), request.sort_order)
        answer: list[NodeInfo] = []
        for some in batched(found, _CHUNK, strict=False):
            answer += (language.node(_trimmed(one, request, address)) for one in some)
            await asyncio.sleep(0)
        # Looked up again: what was taken from the caller meanwhile is not there any more.
        tree = self._guard.tree(caller)
        return Nodes(tuple(one for one in answer if one.ref.id in tree))

    async def _described(self, caller: Caller, pick: Pick) -> Sequence[NodeInfo]:
        """Return the nodes as they are to the caller."""
        while True:
            rights = self._guard.rights(caller)
            found: list[NodeInfo] = []
            for some in batched(
                tuple(pick(self._guard.tree(caller))), _CHUNK, strict=False
            ):
                found += self._seen(caller, some)
                await asyncio.sleep(0)
            # With other rights it is told of other things.
            if self._guard.rights(caller) is rights:
                return found

    def _seen(self, caller: Caller, nodes: Iterable[NodeId]) -> Iterator[NodeInfo]:
        tree = self._guard.tree(caller)
        sight = self._describer.sight(
            tree,
            self._guard.permits(caller.bare),
            self._guard.permits(caller.bare, asking=True),
        )
        for node in nodes:
            if node in tree and (seen := self._describer.describe(node, sight)):
                yield seen

    async def existing(
        self, caller: Caller, nodes: Sequence[NodeRef]
    ) -> frozenset[NodeRef]:
        """Return those of the nodes that exist for the caller and can be described now."""
        found: set[NodeRef] = set()
        for some in batched(nodes, _CHUNK, strict=False):
            tree = self._guard.tree(caller)
            asked = [node for node in some if known(node, tree)]
            seen = {it.ref.id for it in self._seen(caller, (it.id for it in asked))}
            found.update(node for node in asked if node.id in seen)
            await asyncio.sleep(0)
        # Looked up again: what was taken from the caller meanwhile is not there any more.
        tree = self._guard.tree(caller)
        return frozenset(node for node in found if known(node, tree))


def _limit(nodes: int) -> Limit:
    """Return of how many a contact is told for which there are so many."""
    whole = max(nodes, _FEWEST)
    return Limit(_WALKS * whole / _WALKS_PERIOD, _AT_ONCE * whole)


def _price(tree: Tree, request: TreeRequest, pick: Pick) -> int:
    """Return for how many nodes an answer counts.

    A page in another order than that of ids is taken out of all, but who reads all pages asks for each node once.
    """
    picked = sum(1 for _ in pick(tree))
    if request.page is None:
        return picked
    return max(min(picked, request.page.most), picked // _PAGES)


def _trimmed(node: NodeInfo, request: TreeRequest, feed: str | None) -> NodeInfo:
    """Return a node with no more than was asked for, and the address of its feed if there is one."""
    followed = () if feed is None else (text_parameter("pubsub", feed),)
    return replace(
        node,
        parameters=(*node.parameters, *followed) if request.parameters else (),
        messages=node.messages if request.messages else (),
    )
