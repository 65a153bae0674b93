"""The nodes of another house that this one has chosen, by their ids and by what stays when those change."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from ..wire.model import Field, NodeInfo, NodeRef, Reading
from .node import RemoteNode, joined
from .survey import MAX_NODES

# How much older than others a change may be that comes later: a feed sends what it has as fast as it can.
MARGIN: Final = timedelta(minutes=5)

EVER: Final = datetime.min.replace(tzinfo=UTC)

type Choice = Callable[[NodeStore, NodeInfo], bool]


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


class NodeStore:
    """All nodes the other house shows us, of which the chosen ones are shown here.

    A chosen node is shown when it is announced: with its first values, not before them. One that is not
    among the others is missing, and removed when that is certain: a house that has only just started has
    not all of its nodes yet.
    """

    def __init__(self, chosen: Choice) -> None:
        """Know nothing; `chosen` says which nodes are to be shown."""
        self._chosen = chosen
        self._infos: dict[str, NodeInfo] = {}
        self._identities: dict[str, Mapping[str, Field]] = {}
        self._nodes: dict[str, RemoteNode] = {}
        self._announced: set[RemoteNode] = set()
        self._missing: set[str] = set()
        self._displaced: dict[str, RemoteNode] = {}  # by uid
        self._newest: datetime | None = None  # by the other house's clock
        self.missed_since: datetime | None = None
        """Changes since then may not be known, by the other house's clock; None: all of them are."""
        self._followers: list[Follower] = []

    def __iter__(self) -> Iterator[RemoteNode]:
        """Return the nodes that are chosen."""
        return iter(tuple(self._nodes.values()))

    def __len__(self) -> int:
        """Return how many nodes are chosen."""
        return len(self._nodes)

    def get(self, node_id: str) -> RemoteNode | None:
        """Return a node that is chosen."""
        return self._nodes.get(node_id)

    def info(self, node_id: str) -> NodeInfo | None:
        """Return what any node is, chosen or not."""
        return self._infos.get(node_id)

    def identity(self, node_id: str) -> Mapping[str, Field]:
        """Return what a node that others are in, such as a device, says of itself."""
        return self._identities.get(node_id, {})

    def ancestors(self, info: NodeInfo) -> Iterator[NodeInfo]:
        """Yield what is above a node, nearest first."""
        seen = {info.ref.id}
        while info.parent and info.parent.id not in seen:
            seen.add(info.parent.id)
            if (parent := self._infos.get(info.parent.id)) is None:
                return
            yield parent
            info = parent

    @property
    def announced(self) -> tuple[RemoteNode, ...]:
        """The nodes that are shown."""
        return tuple(node for node in self if node in self._announced)

    @property
    def missing(self) -> bool:
        """Whether there are nodes that were here and are not among the others now."""
        return bool(self._missing or self._displaced) or any(
            follower.misses() for follower in self._followers
        )

    @property
    def readable(self) -> tuple[NodeRef, ...]:
        """The addresses of all that is to be read: what nodes belong to comes before them."""
        above: dict[NodeRef, None] = {}
        nodes = [node.info for node in self if node.id not in self._missing]
        for node in nodes:
            for info in self.ancestors(node):
                if info.is_readable and info.ref.id not in self._missing:
                    above[info.ref] = None
        refs = (*above, *(node.ref for node in nodes if node.is_readable))
        return tuple(dict.fromkeys(refs))

    @property
    def unread(self) -> tuple[NodeRef, ...]:
        """The addresses of what is to be read and of which nothing is known."""
        return tuple(ref for ref in self.readable if not self._is_known(ref.id))

    def _is_known(self, node_id: str) -> bool:
        node = self._nodes.get(node_id)
        return node_id in self._identities if node is None else node.known

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Tell `follower` of nodes that come and go, first of those that are there."""
        self._followers.append(follower)
        for node in self.announced:
            follower.added(node)
        return lambda: self._followers.remove(follower)

    def choose(self, chosen: Choice) -> None:
        """Have other nodes shown: those that are chosen no more go at once."""
        self._chosen = chosen
        for info in tuple(self._infos.values()):
            self._consider(info)

    def miss(self, now: datetime) -> None:
        """Changes may be missed from `now` on, by this house's clock."""
        if self.missed_since is None and self._newest is not None:
            # (the other house's clock may have been ahead, and be set)
            self.missed_since = min(self._newest, now) - MARGIN

    def rewind(self) -> None:
        """Take whatever is read next: the other house's clock may have been set meanwhile."""
        for node in self:
            node.at = None

    def replace_all(self, infos: Iterable[NodeInfo], *, final: bool) -> None:
        """Have these nodes: what is not among them has gone, or, if this is not final, is missing."""
        new = {info.ref.id: info for info in infos}
        self._rename_all({uid_of(info): info for info in new.values()})
        for node_id in self._infos.keys() - new.keys():
            if final:
                self.remove(node_id)
            else:
                self._miss(node_id)
        changed = [info for info in new.values() if self._take_in(info)]
        if changed:
            self._retell(changed)
        if final:
            displaced, self._displaced = self._displaced, {}
            for node in displaced.values():
                self._hide(node)

    def settle(self) -> None:
        """Have the followers forget what is not there."""
        for follower in tuple(self._followers):
            follower.settled()

    def put(self, info: NodeInfo) -> None:
        """Have a node as it is described; parents come before their children."""
        if self._take_in(info):
            self._retell([info])

    def _take_in(self, info: NodeInfo) -> bool:
        """Have a node as it is described; return whether what is in it has to know.

        One too many is left out: whoever tells of ever more nodes is not listened to without end.
        """
        node_id = info.ref.id
        if node_id not in self._infos and len(self._infos) >= MAX_NODES:
            return False
        node = self._nodes.get(node_id)
        if node is not None and node.uid != uid_of(info):
            self.remove(node_id)  # another one has its id now
        old = self._infos.get(node_id)
        self._infos[node_id] = info
        self._missing.discard(node_id)
        self._consider(info)
        return old is not None and info.has_children and _said(old) != _said(info)

    def _consider(self, info: NodeInfo) -> None:
        """Have a node or not, as it is chosen."""
        node = self._nodes.get(info.ref.id)
        if not self._chosen(self, info):
            if node is not None:
                del self._nodes[info.ref.id]
                self._hide(node)
        elif node is None:
            self._nodes[info.ref.id] = RemoteNode(info)
        else:
            parent = node.info.parent
            node.describe(info)
            if info.parent != parent and node in self._announced:
                for follower in tuple(self._followers):
                    follower.moved(node)

    def _retell(self, changed: Sequence[NodeInfo]) -> None:
        """Have what is in nodes know that they are others now."""
        for info in changed:
            for follower in tuple(self._followers):
                follower.described(info)
        ids = {info.ref.id for info in changed}
        for below in tuple(self._infos.values()):
            if any(one.ref.id in ids for one in self.ancestors(below)):
                self._consider(below)
                if (node := self._nodes.get(below.ref.id)) is not None:
                    node.describe_again()

    def announce(self, most: int | None = None) -> bool:
        """Show what is chosen, is known and was not shown yet, so many at `most`; return whether that was all."""
        shown = 0
        for node in self:
            if not node.known or node in self._announced:
                continue
            if shown == most:
                return False
            showing = [follower.added(node) for follower in self._followers]
            if any(showing):
                self._announced.add(node)
                shown += 1
        return True

    def rename(self, old_id: str, info: NodeInfo) -> None:
        """Have a node under another id: to whoever shows it, it stays the same."""
        uid = uid_of(info)
        node = self._displaced.pop(uid, None)
        if (old := self._infos.get(old_id)) is not None and uid_of(old) in {
            uid,
            old_id,  # it has no word of its own for what stays the same
        }:
            del self._infos[old_id]
            self._missing.discard(old_id)
            node = self._nodes.pop(old_id, node)
        if node is not None:
            self._place(node, info)
        self.put(info)

    def _rename_all(self, by_uid: Mapping[str, NodeInfo]) -> None:
        """Have nodes under their new ids, which may be those that others had."""
        moved = [
            (node, info)
            for node in (*self._nodes.values(), *self._displaced.values())
            if (info := by_uid.get(node.uid)) is not None
            and self._nodes.get(info.ref.id) is not node
        ]
        for node, _ in moved:
            if self._nodes.get(node.id) is node:
                del self._nodes[node.id]
                self._infos.pop(node.id, None)
                self._missing.discard(node.id)
            self._displaced.pop(node.uid, None)
        for node, info in moved:
            self._place(node, info)

    def _place(self, node: RemoteNode, info: NodeInfo) -> None:
        """Put a node at its new id; who is there waits for a new one of its own."""
        occupant = self._nodes.get(info.ref.id)
        if occupant is not None and occupant is not node:
            occupant.lose()
            self._displaced[occupant.uid] = occupant
        self._nodes[info.ref.id] = node
        node.describe(info)

    def _miss(self, node_id: str) -> None:
        if node_id not in self._missing:
            self._missing.add(node_id)
            if (node := self._nodes.get(node_id)) is not None:
                node.lose()

    def remove(self, node_id: str) -> None:
        """Have a node no more."""
        self._infos.pop(node_id, None)
        self._identities.pop(node_id, None)
        self._missing.discard(node_id)
        if (node := self._nodes.pop(node_id, None)) is not None:
            self._hide(node)

    def _hide(self, node: RemoteNode) -> None:
        if node in self._announced:
            self._announced.discard(node)
            for follower in tuple(self._followers):
                follower.removed(node)

    def take(self, readings: Iterable[Reading]) -> None:
        """Take what was read."""
        for reading in readings:
            self._newest = max(self._newest or reading.at, reading.at)
            if (node := self._nodes.get(reading.node.id)) is not None:
                if node.domain:
                    node.take(reading, complete=True)
                else:
                    node.merge(reading)
            elif (info := self._infos.get(reading.node.id)) and info.has_children:
                self._identify(info, reading)

    def _identify(self, info: NodeInfo, reading: Reading) -> None:
        """Take what a node that others are in says of itself."""
        known = self._identities.get(info.ref.id)
        said = {} if reading.error else {field.name: field for field in reading.fields}
        self._identities[info.ref.id] = joined(known or {}, said)
        if known is not None and self._identities[info.ref.id] != known:
            for follower in tuple(self._followers):
                follower.described(info)


def _said(info: NodeInfo) -> tuple[object, ...]:
    """Return what of a node concerns those in it."""
    return info.node_type, info.display_name, info.parent, info.parameters


def uid_of(info: NodeInfo) -> str:
    """Return what stays the same when a node is renamed."""
    return RemoteNode(info).uid
