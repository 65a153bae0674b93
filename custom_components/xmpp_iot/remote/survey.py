"""What another concentrator has: its sources and nodes, as far as they show themselves to this account."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..wire.errors import BadRequest, NoAnswer, RemoteError
from ..wire.model import DataSources, NodeInfo, NodeRef, Operation, TreeRequest
from ..wire.peer import Peer
from .inquiry import Inquiry, check

MAX_SOURCES: Final = 100
# Seconds for all answers, however many and late they are.
SURVEY_WITHIN: Final = 1800.0

# What a concentrator says that cannot give all nodes in one answer, or at all.
_TOO_MUCH: Final = frozenset(
    {
        "feature-not-implemented",
        "policy-violation",
        "resource-constraint",
        "service-unavailable",
    }
)


async def survey(
    peer: Peer, among: Iterable[str] | None = None, *, in_pages: bool = False
) -> tuple[NodeInfo, ...]:
    """Return all nodes of the sources `among`, of all there are where it does not say; parents come first.

    Page by page for each source where the concentrator says that it can (see `in_pages`), else in one answer; level
    by level where it can do neither. RemoteError, NoAnswer and NotConnected as the peer raises them, NoAnswer
    also where it does not come to an end; BadRequest for more than MAX_NODES nodes.
    """
    found: list[NodeInfo] = []
    inquiry = Inquiry(peer, in_pages)
    try:
        async with asyncio.timeout(SURVEY_WITHIN):
            for source in await sources(peer) if among is None else among:
                found.extend(await _nodes(inquiry, source))
                check(found)
    except TimeoutError:
        raise NoAnswer("The tree did not come to an end in time.") from None
    return tuple(_ordered(found))


async def describe(peer: Peer, node: NodeRef) -> NodeInfo:
    """Return what one node is."""
    request = TreeRequest(operation=Operation.GET_NODE, nodes=(node,), parameters=True)
    (info,) = await Inquiry(peer, in_pages=False).at_once(request)
    return info


async def sources(peer: Peer) -> tuple[str, ...]:
    """Return the ids of a concentrator's data sources; raises as `survey` does."""
    answer = await peer.tree(TreeRequest(operation=Operation.GET_ALL_DATA_SOURCES))
    if not isinstance(answer, DataSources):
        raise BadRequest("The peer does not name its data sources.")
    if len(answer.sources) > MAX_SOURCES:
        raise BadRequest(f"There are more than {MAX_SOURCES} data sources.")
    return tuple(source.id for source in answer.sources)


async def _nodes(inquiry: Inquiry, source: str) -> list[NodeInfo]:
    request = TreeRequest(
        operation=Operation.GET_ALL_NODES, source=source, parameters=True
    )
    # (an answer that turns out to be too large is as much work for the other side as one that is not)
    way = inquiry.paged if inquiry.in_pages else inquiry.at_once
    try:
        return await way(request)
    except RemoteError as err:
        if err.remote_condition not in _TOO_MUCH:
            raise
    return await _walk(inquiry, source)


async def _walk(inquiry: Inquiry, source: str) -> list[NodeInfo]:
    """Return the nodes of a source, asked for level by level."""
    level = await inquiry.whole(
        TreeRequest(operation=Operation.GET_ROOT_NODES, source=source, parameters=True)
    )
    found = list(level)
    while parents := [node.ref for node in level if node.has_children]:
        level = await _inside(inquiry, parents)
        found.extend(level)
        check(found)
    return found


async def _inside(inquiry: Inquiry, parents: Iterable[NodeRef]) -> list[NodeInfo]:
    """Return what is in nodes; the first failure is raised, and nothing more is asked then."""
    requests = [
        TreeRequest(
            operation=Operation.GET_CHILD_NODES, nodes=(parent,), parameters=True
        )
        for parent in parents
    ]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(inquiry.whole(one)) for one in requests]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [node for task in tasks for node in task.result()]


def _ordered(nodes: Iterable[NodeInfo]) -> Iterator[NodeInfo]:
    """Yield each node once, after its parent; those whose parent is not there are roots."""
    waiting: dict[NodeRef | None, list[NodeInfo]] = {}
    known = {node.ref: node for node in nodes}
    for node in known.values():
        # (it is of the same source, which not everybody says)
        parent = replace(node.parent, source=node.ref.source) if node.parent else None
        waiting.setdefault(parent if parent in known else None, []).append(node)
    todo = waiting.pop(None, [])
    while todo:
        yield from todo
        todo = [child for node in todo for child in waiting.pop(node.ref, ())]
