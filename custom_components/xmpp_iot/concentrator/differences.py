"""What happened to a contact's nodes between two looks at them (XEP-0326 section 3.7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from ..wire.happening import Happening, NodeEvent
from ..wire.model import NodeInfo, NodeRef, NodeState
from .nodes import UID
from .tree import NodeId, Tree

type Nodes = Mapping[NodeId, NodeInfo]  # parents before their children


def differences(
    before: Nodes, after: Nodes, tree: Tree, at: datetime
) -> Sequence[NodeEvent]:
    """Return what made `after`, nodes of `tree`, of `before`.

    Told in this order somebody's picture of the tree is never without a parent: what comes has its parent
    before it, what goes goes after its children. A node whose id another one has now goes first.
    """
    known = {_identity(node): node for node in before.values()}
    left = dict(known)
    for node in after.values():
        left.pop(_identity(node), None)
    gone = [node.ref for node in left.values()]
    return (
        *(_removed(ref, at) for ref in reversed(gone) if ref.id in after),
        *_come_or_changed(known, after, tree, at),
        *(_removed(ref, at) for ref in reversed(gone) if ref.id not in after),
    )


def _identity(node: NodeInfo) -> str:
    """Return what stays the same when a node gets another id: its registry entry, if it has one."""
    for parameter in node.parameters:
        if parameter.id == UID:
            return f"{node.node_type} {parameter.value}"
    return node.ref.id


def _come_or_changed(
    known: Mapping[str, NodeInfo], after: Nodes, tree: Tree, at: datetime
) -> Iterator[NodeEvent]:
    neighbours: Mapping[NodeId, NodeRef] | None = None
    for node_id, node in after.items():
        old = known.get(_identity(node))
        if old is None:
            if neighbours is None:
                neighbours = _neighbours(after, tree)
            yield NodeEvent(
                kind=Happening.ADDED,
                at=at,
                node=node.ref,
                info=node,
                after=neighbours.get(node_id),
            )
            continue
        if old is node:  # it was not looked at again: most are not
            continue
        if _standing(old) != _standing(node):
            yield NodeEvent(
                kind=Happening.UPDATED,
                at=at,
                node=node.ref,
                info=node,
                old_id="" if old.ref == node.ref else old.ref.id,
            )
        if (old.state, old.messages) != (node.state, node.messages):
            yield NodeEvent(
                kind=Happening.STATUS_CHANGED,
                at=at,
                node=node.ref,
                state=node.state,
                messages=node.messages,
            )


def _standing(node: NodeInfo) -> NodeInfo:
    """Return a node without what changes by itself, and without its status, which is told apart."""
    return replace(node, state=NodeState.NONE, messages=(), last_changed=None)


def _neighbours(after: Nodes, tree: Tree) -> Mapping[NodeId, NodeRef]:
    """Return for each node the one before it that has the same parent."""
    found: dict[NodeId, NodeRef] = {}
    for siblings in tree.children.values():
        present = [one for one in siblings if one in after]
        found |= {right: after[left].ref for left, right in pairwise(present)}
    return found


def _removed(node: NodeRef, at: datetime) -> NodeEvent:
    return NodeEvent(kind=Happening.REMOVED, at=at, node=node)
