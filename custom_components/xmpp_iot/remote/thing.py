"""What orders are for: of those for one thing the newest counts, whatever it is called by then."""

from dataclasses import dataclass
from typing import Self

from ..wire.model import NodeRef
from .node import RemoteNode


@dataclass(frozen=True, slots=True)
class Thing:
    """A node of somebody."""

    house: str
    """Whose it is: a bare JID."""
    address: NodeRef
    """What it was called when the order was given."""
    uid: str = ""
    """What stays when it is renamed; empty where it is not shown here, so that nobody knows."""

    @classmethod
    def of(cls, house: str, node: RemoteNode) -> Self:
        """Return a node that is shown here."""
        return cls(house, node.info.ref, node.uid)

    def may_be(self, other: Thing) -> bool:
        """Return whether it is the same, as far as is known: where it may be, nothing older is done to it."""
        if self.house != other.house:
            return False
        if self.uid and other.uid:
            return self.uid == other.uid
        one, another = self.address, other.address
        # (not everybody says the source)
        is_source = one.source == another.source or not (one.source and another.source)
        return is_source and (one.id, one.partition) == (another.id, another.partition)
