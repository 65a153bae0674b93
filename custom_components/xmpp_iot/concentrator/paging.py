"""Nodes in pages (XEP-0059): a house of thousands does not fit into one answer.

Pages go by the nodes' ids where no other order is wanted: so whoever goes on after the last one it has seen
gets all that were there all the time, each once, whatever comes and goes meanwhile.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..wire.errors import ItemNotFound
from ..wire.model import Nodes
from ..wire.page import Page, Place
from .tree import NodeId

GONE: Final = "The node to go on after is not there any more."

type Describe = Callable[[Sequence[NodeId]], Awaitable[Nodes]]


async def by_id(ids: Sequence[NodeId], page: Page, describe: Describe) -> Nodes:
    """Return a page of nodes of which only the ids are known; ItemNotFound for one after what has gone."""
    ordered = sorted(ids)
    begin = _begin(ordered, page)
    while True:
        end = begin + page.most
        found = await describe(ordered[begin:end])
        # (of some there may be nothing to say now; an empty page would be the end)
        if found.nodes or not page.most or end >= len(ordered):
            return Nodes(found.nodes, Place(count=len(ordered), index=begin))
        begin = end


def part_of(answer: Nodes, page: Page) -> Nodes:
    """Return a page of nodes in the order they are in; ItemNotFound for one after what has gone."""
    begin = _begin([one.ref.id for one in answer.nodes], page)
    return Nodes(
        answer.nodes[begin : begin + page.most],
        Place(count=len(answer.nodes), index=begin),
    )


def _begin(ids: Sequence[NodeId], page: Page) -> int:
    """Return how many are before a page."""
    if not page.after:
        return 0
    try:
        return ids.index(page.after) + 1
    except ValueError:
        raise ItemNotFound(GONE) from None
