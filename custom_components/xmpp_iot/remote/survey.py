"""What another concentrator has: its sources and nodes, as far as they show themselves to this account."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from ..wire.errors import BadRequest, RemoteError
from ..wire.model import (
    DataSources,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    TreeAnswer,
    TreeRequest,
)
from ..wire.peer import Peer

# Seconds for one answer: servers let as little as a few thousand bytes a second through.
ANSWER_WITHIN: Final = 60.0
AT_A_TIME: Final = 8  # requests under way while a tree is walked
MAX_NODES: Final = 20_000

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
    peer: Peer, among: Iterable[str] | None = None
) -> tuple[NodeInfo, ...]:
    """Return all nodes of the sources `among`, of all there are where it does not say; parents come first.

    In one answer for each source where the concentrator can, else level by level. RemoteError, NoAnswer and
    NotConnected as the peer raises them; BadRequest for more than MAX_NODES nodes.
    """
    found: list[NodeInfo] = []
    for source in await sources(peer) if among is None else among:
        found.extend(await _nodes(peer, source))
        if len(found) > MAX_NODES:
            raise BadRequest(f"There are more than {MAX_NODES} nodes.")
    return tuple(_ordered(found))


async def describe(peer: Peer, node: NodeRef) -> NodeInfo:
    """Return what one node is."""
    request = TreeRequest(operation=Operation.GET_NODE, nodes=(node,), parameters=True)
    (info,) = _of(await peer.tree(request), node.source)
    return info


async def sources(peer: Peer) -> tuple[str, ...]:
    """Return the ids of a concentrator's data sources; raises as `survey` does."""
    answer = await peer.tree(TreeRequest(operation=Operation.GET_ALL_DATA_SOURCES))
    if not isinstance(answer, DataSources):
        raise BadRequest("The peer does not name its data sources.")
    return tuple(source.id for source in answer.sources)


async def _nodes(peer: Peer, source: str) -> list[NodeInfo]:
    request = TreeRequest(
        operation=Operation.GET_ALL_NODES, source=source, parameters=True
    )
    try:
        answer = await peer.tree(request, timeout=ANSWER_WITHIN)
    except RemoteError as err:
        if err.remote_condition not in _TOO_MUCH:
            raise
        return await _walk(peer, source)
    return list(_of(answer, source))


async def _walk(peer: Peer, source: str) -> list[NodeInfo]:
    """Return the nodes of a source, asked for level by level."""
    turns = asyncio.Semaphore(AT_A_TIME)

    async def ask(request: TreeRequest) -> tuple[NodeInfo, ...]:
        async with turns:
            answer = await peer.tree(request, timeout=ANSWER_WITHIN)
        return tuple(_of(answer, source))

    level = await ask(
        TreeRequest(operation=Operation.GET_ROOT_NODES, source=source, parameters=True)
    )
    found = list(level)
    while parents := [node.ref for node in level if node.has_children]:
        answers = await asyncio.gather(
            *(
                ask(
                    TreeRequest(
                        operation=Operation.GET_CHILD_NODES,
                        nodes=(parent,),
                        parameters=True,
                    )
                )
                for parent in parents
            )
        )
        level = tuple(node for nodes in answers for node in nodes)
        found.extend(level)
        if len(found) > MAX_NODES:
            raise BadRequest(f"There are more than {MAX_NODES} nodes.")
    return found


def _of(answer: TreeAnswer, source: str) -> Iterator[NodeInfo]:
    """Yield the nodes of an answer; one dialect does not repeat their source."""
    if not isinstance(answer, Nodes):
        raise BadRequest("The peer does not answer with nodes.")
    for node in answer.nodes:
        ref = node.ref if node.ref.source else replace(node.ref, source=source)
        yield replace(node, ref=ref)


def _ordered(nodes: Iterable[NodeInfo]) -> Iterator[NodeInfo]:
    """Yield each node once, after its parent; those whose parent is not there are roots."""
    waiting: dict[str | None, list[NodeInfo]] = {}
    known = {node.ref.id: node for node in nodes}
    for node in known.values():
        parent = node.parent.id if node.parent else None
        waiting.setdefault(parent if parent in known else None, []).append(node)
    todo = waiting.pop(None, [])
    while todo:
        yield from todo
        todo = [child for node in todo for child in waiting.pop(node.ref.id, ())]
