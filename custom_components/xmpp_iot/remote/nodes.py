"""The nodes of another house that this one has chosen, by their addresses and by what stays when those change.

What is said of them is taken in at once. What that changes for whoever shows them is told in turns with
everything else, where it is much: each of them looks at the nodes as they are by then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from typing import Final

from ..wire.model import Field, NodeInfo, NodeRef, Reading
from .addresses import Addresses, Identity, Name, concern_of, identity_of, is_nameless
from .follower import Follower
from .inquiry import MAX_NODES
from .later import Later
from .node import RemoteNode, joined, own_uid, uid_of
from .retelling import Retelling
from .tidings import Tidings

__all__ = ["EVER", "MARGIN", "Follower", "NodeStore", "uid_of"]

_LOGGER = logging.getLogger(__name__)

# How much older than others a change may be that comes later: a feed sends what it has as fast as it can.
MARGIN: Final = timedelta(minutes=5)

EVER: Final = datetime.min.replace(tzinfo=UTC)

type Choice = Callable[[NodeStore, NodeInfo], bool]


class NodeStore:
    """All nodes the other house shows us, of which the chosen ones are shown here.

    A chosen node is shown when it is announced: with its first values, not before them. One that is not
    among the others is missing, and removed when that is certain: a house that has only just started has
    not all of its nodes yet.
    """

    def __init__(self, chosen: Choice) -> None:
        """Know nothing; `chosen` says which nodes are to be shown."""
        self.later = Later()
        """What is told of many nodes at once."""
        self._chosen = chosen
        self._infos = Addresses()
        self._tidings = Tidings(self.later, self._infos)
        self._identities: dict[NodeRef, Mapping[str, Field]] = {}
        self._nodes: dict[NodeRef, RemoteNode] = {}
        self._missing: set[NodeRef] = set()
        self._displaced: dict[str, RemoteNode] = {}  # by uid
        self._newest: datetime | None = None  # by the other house's clock
        self.missed_since: datetime | None = None
        """Changes since then may not be known, by the other house's clock; None: all of them are."""
        self._has_refused = False  # that was said
        self._retelling = Retelling(
            self.later, self._infos, self._tidings.described, self._look_again
        )

    def __iter__(self) -> Iterator[RemoteNode]:
        """Return the nodes that are chosen."""
        return iter(tuple(self._nodes.values()))

    def __len__(self) -> int:
        """Return how many nodes are chosen."""
        return len(self._nodes)

    def get(self, name: Name) -> RemoteNode | None:
        """Return a node that is chosen."""
        info = self._infos.get(name)
        return None if info is None else self._nodes.get(info.ref)

    def info(self, name: Name) -> NodeInfo | None:
        """Return what any node is, chosen or not."""
        return self._infos.get(name)

    def identity(self, name: Name) -> Mapping[str, Field]:
        """Return what a node that others are in, such as a device, says of itself."""
        info = self._infos.get(name)
        return {} if info is None else self._identities.get(info.ref, {})

    def ancestors(self, info: NodeInfo) -> Iterator[NodeInfo]:
        """Yield what is above a node, nearest first."""
        return self._infos.ancestors(info)

    @property
    def announced(self) -> tuple[RemoteNode, ...]:
        """The nodes that are shown."""
        return tuple(node for node in self if node in self._tidings.announced)

    @property
    def missing(self) -> bool:
        """Whether there are nodes that were here and are not among the others now."""
        return bool(self._missing or self._displaced) or any(
            follower.misses() for follower in self._tidings.followers
        )

    @property
    def readable(self) -> tuple[NodeRef, ...]:
        """The addresses of all that is to be read: what nodes belong to comes before them."""
        above: dict[NodeRef, None] = {}
        nodes = [node.info for node in self if node.info.ref not in self._missing]
        for node in nodes:
            for info in self.ancestors(node):
                if info.is_readable and info.ref not in self._missing:
                    above[info.ref] = None
        refs = (*above, *(node.ref for node in nodes if node.is_readable))
        return tuple(dict.fromkeys(refs))

    @property
    def unread(self) -> tuple[NodeRef, ...]:
        """The addresses of what is to be read and of which nothing is known."""
        return tuple(ref for ref in self.readable if not self._is_known(ref))

    def _is_known(self, ref: NodeRef) -> bool:
        node = self._nodes.get(ref)
        return ref in self._identities if node is None else node.known

    def follow(self, follower: Follower) -> Callable[[], None]:
        """Tell `follower` of nodes that come and go, first of those that are there."""
        self._tidings.followers.append(follower)
        for node in self.announced:
            follower.added(node)
        return lambda: self._tidings.followers.remove(follower)

    def choose(self, chosen: Choice) -> None:
        """Have other nodes shown: those that are chosen no more go at once."""
        self._chosen = chosen
        for info in self._infos:
            self._consider(info)

    def miss(self, now: datetime) -> None:
        """Changes may be missed from `now` on, by this house's clock."""
        if self.missed_since is None and self._newest is not None:
            # (the other house's clock may have been ahead, and be set; absurd times are the beginning of time)
            self.missed_since = max(min(self._newest, now), EVER + MARGIN) - MARGIN

    def rewind(self) -> None:
        """Take whatever is read next: the other house's clock may have been set meanwhile."""
        for node in self:
            node.at = None

    def replace_all(self, infos: Iterable[NodeInfo], *, final: bool) -> None:
        """Have these nodes: what is not among them has gone, or, if this is not final, is missing."""
        distinct = self._distinct({info.ref: info for info in infos}.values())
        self._rename_all(distinct)
        new = {info.ref: info for info in distinct.values()}
        for ref in [one.ref for one in self._infos if one.ref not in new]:
            if final:
                self._remove(ref)
            else:
                self._miss(ref)
        self._retelling.want([ref for ref, info in new.items() if self._take_in(info)])
        if final:
            displaced, self._displaced = self._displaced, {}
            for node in displaced.values():
                self._tidings.removed(node)

    def _distinct(self, infos: Iterable[NodeInfo]) -> Mapping[Identity, NodeInfo]:
        """Return nodes by what they are: of those that say to be the same, the one that was until now."""
        distinct: dict[Identity, NodeInfo] = {}
        for info in infos:
            if is_nameless(info):
                continue
            first = distinct.setdefault(identity := identity_of(info), info)
            if first.ref == info.ref:
                continue
            self._refuse(info, first.ref)
            if self._infos.owner(identity) == info.ref:
                distinct[identity] = info
        return distinct

    def settle(self) -> None:
        """Have the followers forget what is not there."""
        for follower in tuple(self._tidings.followers):
            follower.settled()

    def put(self, info: NodeInfo) -> None:
        """Have a node as it is described; parents come before their children.

        One without an id, or that says to be another one, changes nothing; nor does one too many: whoever
        tells of ever more nodes is not listened to without end.
        """
        self._have(info, None)

    def rename(self, old_id: str, info: NodeInfo) -> None:
        """Have a node under another id: to whoever shows it, it stays the same."""
        ref = replace(info.ref, id=old_id)
        self._have(info, self._infos.find(ref))

    def _have(self, info: NodeInfo, old: NodeRef | None) -> None:
        """Have a node that was at `old`, unless that is another one."""
        if old is not None and not self._is_same(old, info):
            old = None
        owner = self._infos.owner(identity_of(info))
        if owner in self._missing:
            old = owner
        if self._refuses(info, owner, old):
            return
        node = self._displaced.pop(uid_of(info), None)
        if old is not None and old != info.ref:
            node = self._leave(old) or node
        if node is not None:
            self._place(node, info)
        if self._take_in(info):
            self._retelling.want([info.ref])

    def _is_same(self, old: NodeRef, info: NodeInfo) -> bool:
        """Return whether who was at an address may be another one's former self."""
        known = self._infos.get(old)
        if known is None:
            return False
        return uid_of(known) == uid_of(info) or not own_uid(known)

    def _refuses(
        self, info: NodeInfo, owner: NodeRef | None, old: NodeRef | None
    ) -> bool:
        if is_nameless(info):
            return True
        if owner is not None and owner not in {info.ref, old}:
            self._refuse(info, owner)
            return True
        is_new = info.ref not in self._infos and old is None
        return is_new and len(self._infos) >= MAX_NODES

    def _refuse(self, info: NodeInfo, other: NodeRef) -> None:
        """Say once that there are nodes that cannot be told apart."""
        if not self._has_refused:
            self._has_refused = True
            _LOGGER.warning(
                "%s says to be the same as %s; only one of such nodes is shown",
                info.ref,
                other,
            )

    def _take_in(self, info: NodeInfo) -> bool:
        """Have a node as it is described; return whether what is in it has to know."""
        ref = info.ref
        node = self._nodes.get(ref)
        if node is not None and node.uid != uid_of(info):
            self._remove(ref)  # another one has its address now
        old = self._infos.get(ref)
        self._infos.have(info)
        self._missing.discard(ref)
        self._consider(info)
        return (
            old is not None
            and info.has_children
            and concern_of(old) != concern_of(info)
        )

    def _consider(self, info: NodeInfo) -> None:
        """Have a node or not, as it is chosen."""
        node = self._nodes.get(info.ref)
        if not self._chosen(self, info):
            if node is not None:
                del self._nodes[info.ref]
                self._tidings.removed(node)
        elif node is None:
            self._nodes[info.ref] = RemoteNode(info)
        else:
            parent = node.info.parent
            self._describe(node, info)
            if info.parent != parent:
                self._tidings.moved(node)

    def _describe(self, node: RemoteNode, info: NodeInfo) -> None:
        """Have said anew what a node is."""
        if info != node.info:
            node.info = info
            self._tidings.changed(node)

    def _look_again(self, ref: NodeRef) -> None:
        """Have a node know that what it is in is another now."""
        if ref in self._infos:
            self._consider(self._infos[ref])
            if (node := self._nodes.get(ref)) is not None:
                node.describe_again()

    def describe_again(self) -> None:
        """Have all that is shown described anew: something else goes with it now."""
        for node in self.announced:
            self.later.do(node.describe_again)

    def announce(self, most: int | None = None) -> bool:
        """Show what is chosen, is known and was not shown yet, so many at `most`; return whether that was all.

        What is shown no more goes before something new comes, which may be the same.
        """
        if self.later.clearing:
            return False
        shown, is_all = 0, True
        for node in self:
            if not node.known or node in self._tidings.announced:
                continue
            if shown == most:
                return False
            if self._retelling.waits(node.info):
                is_all = False
                continue
            showing = [follower.added(node) for follower in self._tidings.followers]
            if any(showing):
                self._tidings.announced.add(node)
                shown += 1
        return is_all

    def _rename_all(self, new: Mapping[Identity, NodeInfo]) -> None:
        """Have nodes under their new addresses, which may be those that others had."""
        moved = [
            (node, info)
            for node in (*self._nodes.values(), *self._displaced.values())
            if (info := new.get(identity_of(node.info))) is not None
            and self._nodes.get(info.ref) is not node
        ]
        for node, _ in moved:
            if self._nodes.get(node.info.ref) is node:
                self._leave(node.info.ref)
            self._displaced.pop(node.uid, None)
        for node, info in moved:
            self._place(node, info)

    def _leave(self, ref: NodeRef) -> RemoteNode | None:
        """Have nobody at an address; return who was there, if it is chosen."""
        self._infos.drop(ref)
        self._retelling.forget(ref)
        self._missing.discard(ref)
        return self._nodes.pop(ref, None)

    def _place(self, node: RemoteNode, info: NodeInfo) -> None:
        """Put a node at its new address; who is there waits for a new one of its own."""
        occupant = self._nodes.get(info.ref)
        if occupant is not None and occupant is not node:
            self._lose(occupant)
            self._displaced[occupant.uid] = occupant
        self._nodes[info.ref] = node
        self._describe(node, info)

    def _miss(self, ref: NodeRef) -> None:
        if ref not in self._missing:
            self._missing.add(ref)
            if (node := self._nodes.get(ref)) is not None:
                self._lose(node)

    def _lose(self, node: RemoteNode) -> None:
        """Know nothing of a node until it is read again."""
        node.at, node.known = None, False
        self._tidings.changed(node)

    def remove(self, name: Name) -> None:
        """Have a node no more."""
        if (ref := self._infos.find(name)) is not None:
            self._remove(ref)

    def _remove(self, ref: NodeRef) -> None:
        self._identities.pop(ref, None)
        if (node := self._leave(ref)) is not None:
            self._tidings.removed(node)

    def take(self, readings: Iterable[Reading]) -> None:
        """Take what was read."""
        for reading in readings:
            self._newest = max(self._newest or reading.at, reading.at)
            if (info := self._infos.get(reading.node)) is None:
                continue
            if (node := self._nodes.get(info.ref)) is not None:
                if node.domain:
                    node.take(reading)
                else:
                    node.merge(reading)
            elif info.has_children:
                self._identify(info, reading)

    def take_parts(
        self, readings: Iterable[Reading], *, fitting: bool
    ) -> Iterable[NodeRef]:
        """Take what has changed of nodes, if it is `fitting`: nothing was missed before.

        Return the nodes that are to be read: what is said goes with something else than what is known.
        """
        unfit: list[NodeRef] = []
        for reading in readings:
            self._newest = max(self._newest or reading.at, reading.at)
            if (node := self.get(reading.node)) is None:
                continue
            if not node.domain:
                node.merge(reading)
            elif not node.take_part(reading, fitting=fitting):
                unfit.append(node.info.ref)
        return unfit

    def _identify(self, info: NodeInfo, reading: Reading) -> None:
        """Take what a node that others are in says of itself."""
        known = self._identities.get(info.ref)
        said = {} if reading.error else {field.name: field for field in reading.fields}
        self._identities[info.ref] = joined(known or {}, said)
        if known is not None and self._identities[info.ref] != known:
            self._tidings.described(info.ref)
