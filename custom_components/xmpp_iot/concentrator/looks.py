"""A look at all nodes of a contact, in as many turns of the event loop as it takes: a house may have thousands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from ..contacts.grants import Powers
from ..wire.model import NodeInfo
from .tree import NodeId, Tree

MOMENT: Final = 0.01  # seconds of one turn

type Describe = Callable[[NodeId], NodeInfo | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """A contact's nodes as they were at some time, parents before their children."""

    powers: Powers = frozenset()
    parents: Mapping[NodeId, NodeId | None] = field(default_factory=dict)
    nodes: Mapping[NodeId, NodeInfo] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Look:
    """What is known already of the next picture.

    Only what may be another than in the picture `before` is described. What changes after it was described
    belongs to the next look: who notices changes asks for one. The tree is that of the end of the look.
    """

    before: Picture
    powers: Powers = frozenset()
    is_new: bool = True
    """Whether all of it is: to who may do other things now, the nodes are others."""
    _dirty: set[NodeId] = field(default_factory=set)
    _fresh: dict[NodeId, tuple[NodeId | None, NodeInfo | None]] = field(
        default_factory=dict
    )
    """What was described, and in which parent; None for what has just gone."""
    _left: list[NodeId] = field(default_factory=list)

    def again(self, nodes: frozenset[NodeId]) -> None:
        """Look at these nodes, also where that was done already."""
        self._dirty |= nodes
        for node in nodes:
            self._fresh.pop(node, None)

    def seen_with(self, powers: Powers) -> None:
        """Look as one with these powers; begin again if those were others until now."""
        if powers != self.powers:
            self.powers, self.is_new = powers, powers != self.before.powers
            self._fresh.clear()
            self._left.clear()

    def go_on(self, tree: Tree, describe: Describe, until: float) -> Picture | None:
        """Describe until then, by the clock of `perf_counter`, one node at least; None if that was not all."""
        while self._left or self._find(tree):
            node = self._left.pop()
            if node in tree:
                self._fresh[node] = tree.parents[node], describe(node)
            if self._left and perf_counter() >= until:
                return None
        after = ((node, self._known(node)) for node in tree.parents)
        nodes = {node: info for node, info in after if info is not None}
        return Picture(self.powers, tree.parents, nodes)

    def _find(self, tree: Tree) -> bool:
        """Find what is to be described; return whether there is anything."""
        self._left = [
            node for node, parent in tree.parents.items() if self._is_new(node, parent)
        ]
        return bool(self._left)

    def _is_new(self, node: NodeId, parent: NodeId | None) -> bool:
        if (fresh := self._fresh.get(node)) is not None:
            return fresh[0] != parent
        return (
            self.is_new
            or node in self._dirty
            or node not in self.before.nodes
            or self.before.parents.get(node) != parent
        )

    def _known(self, node: NodeId) -> NodeInfo | None:
        fresh = self._fresh.get(node)
        return self.before.nodes[node] if fresh is None else fresh[1]
