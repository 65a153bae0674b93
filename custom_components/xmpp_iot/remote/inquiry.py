"""Asking another concentrator for its nodes, thousands of them maybe, without asking too much of it.

What does not come in one answer is asked for page by page where the other side can do that (XEP-0059). Others
limit how much may be asked of them, or are busy now and then: then it is asked again, a few times, after a
pause.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from ..wire.errors import BadRequest, RemoteError
from ..wire.model import NodeInfo, Nodes, TreeAnswer, TreeRequest
from ..wire.page import Page, Place
from ..wire.peer import Peer

# Seconds for one answer: servers let as little as a few thousand bytes a second through.
ANSWER_WITHIN: Final = 60.0
AT_A_TIME: Final = 8  # requests under way
# How many requests may come at once, and in a second after these: few enough for houses like this one.
AT_ONCE: Final = 300
A_SECOND: Final = 50
# Seconds after which is asked again what was refused for now.
PAUSES: Final = (1.0, 2.0, 4.0, 8.0)
PAGE: Final = 200  # nodes
BEGINNINGS: Final = 5  # of a list that changes while it is read
MAX_NODES: Final = 20_000

# What is said of an answer that is too large, and by those who are asked too much.
_TOO_LARGE: Final = "resource-constraint"
_FOR_NOW: Final = frozenset({_TOO_LARGE, "policy-violation"})


@dataclass(slots=True, eq=False)
class Inquiry:
    """Asks one concentrator for nodes; everything raises as the peer does.

    BadRequest for what is no list of nodes, or one of more than MAX_NODES.
    """

    peer: Peer
    in_pages: bool
    """Whether it says that lists can be had in pages."""
    _turns: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(AT_A_TIME)
    )
    _due: float = (
        0.0  # when the next request may be sent, without those that may come at once
    )

    async def at_once(self, request: TreeRequest) -> list[NodeInfo]:
        """Return all nodes of a list, in one answer."""
        return list(_of(await self._ask(request), request))

    async def whole(self, request: TreeRequest) -> list[NodeInfo]:
        """Return all nodes of a list, in one answer or, where that is too large, in pages."""
        if not self.in_pages:
            return list(_of(await self._patiently(request), request))
        try:
            return await self.at_once(request)
        except RemoteError as err:
            if err.remote_condition != _TOO_LARGE:
                raise
        return await self.paged(request)

    async def paged(self, request: TreeRequest) -> list[NodeInfo]:
        """Return all nodes of a list, page by page; from the beginning where the last one seen has gone."""
        for _ in range(BEGINNINGS - 1):
            try:
                return await self._pages(request)
            except _Gone:
                continue
        return await self._pages(request)

    async def _pages(self, request: TreeRequest) -> list[NodeInfo]:
        found: list[NodeInfo] = []
        page = Page(PAGE)
        while True:
            try:
                answer = await self._patiently(replace(request, page=page))
            except RemoteError as err:
                if page.after and err.remote_condition == "item-not-found":
                    raise _Gone(err.remote_condition, err.remote_kind) from err
                raise
            nodes = list(_of(answer, request))
            found += nodes
            check(found)
            place = answer.place if isinstance(answer, Nodes) else None
            if not nodes or _is_last(place, len(nodes), page):
                return found
            assert place is not None
            page = replace(page, after=place.last)

    async def _patiently(self, request: TreeRequest) -> TreeAnswer:
        for pause in PAUSES:
            try:
                return await self._ask(request)
            except RemoteError as err:
                if err.remote_kind != "wait" or err.remote_condition not in _FOR_NOW:
                    raise
            await asyncio.sleep(pause)
        return await self._ask(request)

    async def _ask(self, request: TreeRequest) -> TreeAnswer:
        async with self._turns:
            await self._pace()
            return await self.peer.tree(request, timeout=ANSWER_WITHIN)

    async def _pace(self) -> None:
        """Wait until one more request is not too much."""
        now = asyncio.get_running_loop().time()
        self._due = max(self._due, now - AT_ONCE / A_SECOND) + 1 / A_SECOND
        if self._due > now:
            await asyncio.sleep(self._due - now)


class _Gone(RemoteError):
    """What a list was to go on after is not in it any more."""


def check(found: list[NodeInfo]) -> None:
    """Raise BadRequest for too many nodes."""
    if len(found) > MAX_NODES:
        raise BadRequest(f"There are more than {MAX_NODES} nodes.")


def _is_last(place: Place | None, count: int, page: Page) -> bool:
    """Return whether nothing follows a page; one that goes on where it was does not go on."""
    if place is None or place.last in {"", page.after}:
        return True
    if place.index is None or place.count is None:
        return False
    return place.index + count >= place.count


def _of(answer: TreeAnswer, request: TreeRequest) -> Iterator[NodeInfo]:
    """Yield the nodes of an answer; one dialect does not repeat their source."""
    if not isinstance(answer, Nodes):
        raise BadRequest("The peer does not answer with nodes.")
    source = request.source or (request.nodes[0].source if request.nodes else "")
    for node in answer.nodes:
        ref = node.ref if node.ref.source else replace(node.ref, source=source)
        yield replace(node, ref=ref)
