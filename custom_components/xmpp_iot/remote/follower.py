"""What whoever shows the nodes of another house is told of them."""

from typing import Protocol

from ..wire.model import NodeInfo
from .node import RemoteNode


class Follower(Protocol):
    """Who shows nodes."""

    def added(self, node: RemoteNode) -> bool:
        """Show a node; return whether it can be shown as it is now."""

    def removed(self, node: RemoteNode) -> None:
        """Show a node no more."""

    def moved(self, node: RemoteNode) -> None:
        """Take over that a node is in another now."""

    def described(self, info: NodeInfo) -> None:
        """Take over what is said anew of a node that others are in."""

    def misses(self) -> bool:
        """Return whether something is remembered that is not among the nodes."""

    def settled(self) -> None:
        """Forget what is not among the nodes: it has gone."""
