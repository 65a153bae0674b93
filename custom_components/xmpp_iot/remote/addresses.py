"""The nodes of another house by their addresses, and who of them is who.

A node's address has three parts (XEP-0326 section 2.3), of which not everybody repeats the source: then what
is said has to fit one node only.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from ..wire.fragments import DEVICE as ITSELF
from ..wire.model import NodeInfo, NodeRef
from .node import HOME_ASSISTANT, uid_of

# What others are in has uids of its own: an area may be called as an entity is.
_STRUCTURE: Final = frozenset({f"{HOME_ASSISTANT}area", f"{HOME_ASSISTANT}device"})
# Of those with the same id, by who does not say which: a house has a handful of sources.
MOST_LOOKED_AT: Final = 100
MOST_ABOVE: Final = (
    50  # of a node: whoever says that more is above it is not listened to without end
)

type Name = NodeRef | str
"""An address, or a node's id where there is one of it only."""
type Identity = tuple[str, str]  # what it is, where that matters, and its uid
type _Place = tuple[str, str]  # id and partition: the source is not always said


def identity_of(info: NodeInfo) -> Identity:
    """Return what no two nodes of a house have in common."""
    kind = info.node_type if info.node_type in _STRUCTURE else ""
    return kind, uid_of(info)


def concern_of(info: NodeInfo) -> tuple[object, ...]:
    """Return what of a node concerns those in it."""
    return info.node_type, info.display_name, info.parent, info.parameters


def is_nameless(info: NodeInfo) -> bool:
    """Return whether a node has no id; a device without a concentrator needs none."""
    return not info.ref.id and (
        info.ref != ITSELF or info.node_type.startswith(HOME_ASSISTANT)
    )


@dataclass(slots=True, eq=False)
class Addresses:
    """What nodes are, by their addresses."""

    _infos: dict[NodeRef, NodeInfo] = field(default_factory=dict)
    _same: dict[str, dict[NodeRef, None]] = field(default_factory=dict)  # by id
    _owners: dict[Identity, NodeRef] = field(default_factory=dict)
    _inside: dict[_Place, dict[NodeRef, None]] = field(default_factory=dict)
    """By what they say to be in."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._infos)

    def __iter__(self) -> Iterator[NodeInfo]:
        """Yield what they are; what comes and goes meanwhile is not noticed."""
        return iter(tuple(self._infos.values()))

    def __contains__(self, ref: NodeRef) -> bool:
        """Return whether a node is there, by its whole address."""
        return ref in self._infos

    def __getitem__(self, ref: NodeRef) -> NodeInfo:
        """Return what a node is that is there."""
        return self._infos[ref]

    def get(self, name: Name) -> NodeInfo | None:
        """Return what a node is."""
        ref = self.find(name)
        return None if ref is None else self._infos[ref]

    def find(self, name: Name) -> NodeRef | None:
        """Return the whole address of what somebody names; None where nothing is meant, or more than one."""
        if isinstance(name, str):
            found = list(islice(self._same.get(name, ()), 2))
        elif name in self._infos:
            return name
        else:
            same = islice(self._same.get(name.id, ()), MOST_LOOKED_AT)
            found = [one for one in same if _fits(name, one)]
        return found[0] if len(found) == 1 else None

    def owner(self, identity: Identity) -> NodeRef | None:
        """Return who has an identity."""
        return self._owners.get(identity)

    def parent(self, info: NodeInfo) -> NodeInfo | None:
        """Return what a node is in: it is of the same source."""
        if info.parent is None:
            return None
        parent = info.parent
        if not parent.source:
            parent = replace(parent, source=info.ref.source)
        return self.get(parent)

    def ancestors(self, info: NodeInfo) -> Iterator[NodeInfo]:
        """Yield what is above a node, nearest first."""
        seen = {info.ref}
        above = self.parent(info)
        while above is not None and above.ref not in seen and len(seen) <= MOST_ABOVE:
            seen.add(above.ref)
            yield above
            above = self.parent(above)

    def below(self, refs: Iterable[NodeRef]) -> Iterator[NodeInfo]:
        """Yield what is in nodes, and in that, each once; nodes may come and go meanwhile."""
        above = dict.fromkeys(ref for ref in refs if ref in self._infos)
        seen: set[NodeRef] = set()
        for _ in range(MOST_ABOVE):
            level: dict[NodeRef, None] = {}
            for place in dict.fromkeys(map(_place, above)):
                for ref in tuple(self._inside.get(place, ())):
                    if ref not in seen and self._is_in(ref, above):
                        seen.add(ref)
                        level[ref] = None
                        yield self._infos[ref]
            if not (above := level):
                return

    def _is_in(self, ref: NodeRef, above: Container[NodeRef]) -> bool:
        """Return whether a node is there, and in one of those."""
        info = self._infos.get(ref)
        parent = None if info is None else self.parent(info)
        return parent is not None and parent.ref in above

    def have(self, info: NodeInfo) -> None:
        """Have a node as it is described; its identity is its own from now on."""
        identity = identity_of(info)
        old = self._infos.get(info.ref)
        if old is not None and identity_of(old) != identity:
            self.drop(info.ref)
        elif old is not None:
            self._take_out(old)
        if info.parent is not None:
            self._inside.setdefault(_place(info.parent), {})[info.ref] = None
        self._infos[info.ref] = info
        self._same.setdefault(info.ref.id, {})[info.ref] = None
        self._owners[identity] = info.ref

    def drop(self, ref: NodeRef) -> NodeInfo | None:
        """Have a node no more; return what it was."""
        if (info := self._infos.pop(ref, None)) is None:
            return None
        self._same[ref.id].pop(ref)
        if not self._same[ref.id]:
            del self._same[ref.id]
        if self._owners.get(identity := identity_of(info)) == ref:
            del self._owners[identity]
        self._take_out(info)
        return info

    def _take_out(self, info: NodeInfo) -> None:
        """Have a node in nothing."""
        if info.parent is None:
            return
        place = _place(info.parent)
        inside = self._inside[place]
        del inside[info.ref]
        if not inside:
            del self._inside[place]


def _place(ref: NodeRef) -> _Place:
    return ref.id, ref.partition


def _fits(said: NodeRef, ref: NodeRef) -> bool:
    """Return whether an address may be meant: not everybody repeats its source."""
    return said.partition == ref.partition and (not said.source or not ref.source)
