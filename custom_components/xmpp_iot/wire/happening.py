"""What happens, as the model has it: to values (event subscriptions), and to nodes (source events)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .model import Category, NodeInfo, NodeMessage, NodeRef, NodeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A field to follow, and by how much it must change to be told (Neuro-Foundation events).

    Without any threshold every change is told. Booleans count as 0 and 1.
    """

    name: str
    baseline: float | None = None  # the value the subscriber has now
    by: float | None = None
    up: float | None = None
    down: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSubscription:
    """A wish to be told when fields change; no `fields` means all of the `categories`."""

    id: str
    nodes: tuple[NodeRef, ...]
    fields: tuple[Watched, ...] = ()
    categories: frozenset[Category] = frozenset()
    max_age: timedelta | None = None
    min_interval: timedelta | None = None
    max_interval: timedelta | None = None
    immediately: bool = False  # tell the present values at once, too


class Happening(StrEnum):
    """What can happen to a node, by its element name in both dialects (XEP-0326 section 3.7)."""

    ADDED = "nodeAdded"
    UPDATED = "nodeUpdated"
    STATUS_CHANGED = "nodeStatusChanged"
    REMOVED = "nodeRemoved"
    MOVED_UP = "nodeMovedUp"
    MOVED_DOWN = "nodeMovedDown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEvent:
    """Something happened to a node.

    What is not of the event is empty: `info` is for added and updated nodes, `old_id` for those updated
    by a rename, `after` for nodes added behind another, `state` and `messages` for changes of status.
    """

    kind: Happening
    at: datetime
    node: NodeRef
    info: NodeInfo | None = None
    old_id: str = ""
    after: NodeRef | None = None
    state: NodeState = NodeState.NONE
    messages: tuple[NodeMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSubscription:
    """A wish to be told what happens to the nodes of a source, or (unsubscribing) not to be any more."""

    source: str
    kinds: frozenset[Happening]
    lifetime: timedelta | None = None  # None: as long as both are present
    parameters: bool = False
    messages: bool = False
    since: datetime | None = None
