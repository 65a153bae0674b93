"""Whoever shows nodes, with care: one that cannot be shown does not keep the others from it.

What another house says is checked where it is taken. Should something of ours fail all the same, it is in the
log once, and everything else goes on.
"""

from collections.abc import Callable
from functools import partial
import logging
from typing import Final

from ..wire.model import NodeInfo
from .node import RemoteNode
from .nodes import Follower

_LOGGER = logging.getLogger(__name__)

MOST_SAID: Final = 100  # failures that are in the log


class Careful:
    """A follower that never fails (implements nodes.Follower)."""

    def __init__(self, follower: Follower) -> None:
        """Tell `follower` what there is to show."""
        self._follower = follower
        self._said: set[str] = set()  # what failed already

    def added(self, node: RemoteNode) -> bool:
        """Show a node; one that cannot be shown is not, and tried again when there is more to show."""
        return bool(node.attempt(partial(self._follower.added, node)))

    def removed(self, node: RemoteNode) -> None:
        """Show a node no more."""
        node.attempt(partial(self._follower.removed, node))

    def moved(self, node: RemoteNode) -> None:
        """Take over that a node is in another now."""
        node.attempt(partial(self._follower.moved, node))

    def described(self, info: NodeInfo) -> None:
        """Take over what is said anew of a node that others are in."""
        self._attempt(info.ref.id, partial(self._follower.described, info))

    def misses(self) -> bool:
        """Return whether something is remembered that is not among the nodes."""
        return bool(self._attempt("What is missing", self._follower.misses))

    def settled(self) -> None:
        """Forget what is not among the nodes."""
        self._attempt("What has gone", self._follower.settled)

    def _attempt[Result](self, what: str, tell: Callable[[], Result]) -> Result | None:
        try:
            return tell()
        except Exception:
            if what not in self._said and len(self._said) < MOST_SAID:
                self._said.add(what)
                _LOGGER.exception("%s cannot be shown", what)
            return None
