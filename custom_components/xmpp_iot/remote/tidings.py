"""What is told of the nodes of another house to whoever shows them, in turns where it is much.

Whatever waits is told as it is by then. Of a node that nobody listens to, and of one that has gone meanwhile,
there is nothing to tell: so no more waits than there are nodes, however often they change.
"""

from dataclasses import dataclass, field

from ..wire.model import NodeRef
from .addresses import Addresses
from .follower import Follower
from .later import Later
from .node import RemoteNode


@dataclass(slots=True, eq=False)
class Tidings:
    """Who is told of nodes, and what they show."""

    later: Later
    infos: Addresses
    followers: list[Follower] = field(default_factory=list)
    announced: set[RemoteNode] = field(default_factory=set)
    """The nodes that are shown."""

    def changed(self, node: RemoteNode) -> None:
        """Tell of another state, or description, of a node."""
        if node.is_heard:
            self.later.do(node.changed)

    def moved(self, node: RemoteNode) -> None:
        """Tell that a node is in another one now."""
        if node in self.announced:
            self.later.do(self._tell_moved, node)

    def described(self, ref: NodeRef) -> None:
        """Tell how a node that others are in is described now."""
        self.later.do(self._tell_described, ref)

    def removed(self, node: RemoteNode) -> None:
        """Tell that a node is shown no more: that makes room for what comes, which may be the same."""
        if node in self.announced:
            self.announced.discard(node)
            self.later.clear(self._tell_removed, node)

    def _tell_moved(self, node: RemoteNode) -> None:
        if node in self.announced:
            for follower in tuple(self.followers):
                follower.moved(node)

    def _tell_described(self, ref: NodeRef) -> None:
        if ref in self.infos:
            for follower in tuple(self.followers):
                follower.described(self.infos[ref])

    def _tell_removed(self, node: RemoteNode) -> None:
        for follower in tuple(self.followers):
            follower.removed(node)
