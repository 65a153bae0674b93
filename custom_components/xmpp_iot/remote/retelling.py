"""What is in a device or an area of another house is let know when that has changed: it shows that, too.

A house may change a device with thousands of nodes many times a second. So they are let know once for all
that has changed by then, and in parts, between which others have their turn.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from ..wire.model import NodeInfo, NodeRef
from .addresses import Addresses
from .later import Later

AT_A_TIME: Final = 500  # nodes that are put in the queue at once


@dataclass(slots=True, eq=False)
class Retelling:
    """Lets nodes know that what they are in is another now."""

    later: Later
    infos: Addresses
    described: Callable[[NodeRef], None]
    """Tells of what has changed."""
    look_again: Callable[[NodeRef], None]
    """Has a node look at what it is in."""
    _changed: dict[NodeRef, None] = field(default_factory=dict)
    """What is another now, which those in it do not know yet."""
    _told: dict[NodeRef, None] = field(default_factory=dict)
    """What of that they are just let know."""

    def __len__(self) -> int:
        """Return of how many those in them do not know."""
        return len(self._changed) + len(self._told)

    def want(self, changed: Iterable[NodeRef]) -> None:
        """Have what is in these nodes let know."""
        self._changed |= dict.fromkeys(changed)
        if self._changed and not self._told:
            self.later.do(self._begin)

    def forget(self, ref: NodeRef) -> None:
        """Have a node that is not there any more let nobody know."""
        self._changed.pop(ref, None)

    def waits(self, info: NodeInfo) -> bool:
        """Return whether a node does not know yet that what it is in is another now."""
        if self.later.waits(self.look_again, info.ref):
            return True
        return bool(self) and any(
            above.ref in self._changed or above.ref in self._told
            for above in self.infos.ancestors(info)
        )

    def _begin(self) -> None:
        self._told, self._changed = self._changed, {}
        for ref in self._told:
            self.described(ref)
        self._go_on(self.infos.below(self._told))

    def _go_on(self, below: Iterator[NodeInfo]) -> None:
        """Let some of those below know, and the others after what waits."""
        for info in islice(below, AT_A_TIME):
            self.later.do(self.look_again, info.ref)
        if (following := next(below, None)) is not None:
            self.later.do(self._go_on, chain((following,), below))
            return
        self._told = {}
        self.want(())
