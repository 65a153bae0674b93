"""What another house has and says, and what is shown of it: made up, in few words."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.model import (
    Field,
    NodeInfo,
    NodeParameter,
    NodeRef,
    Reading,
    ValueType,
)

CABIN = "cabin@example.org"
HOME = "home@example.org"
FULL = f"{HOME}/homeassistant"
NODE = "feed-1"
FEED = f"xmpp:{HOME}?;node={NODE}"
SOURCE = "entities"
NOON = datetime(2025, 11, 21, 12, tzinfo=UTC)
PUBSUB = "http://jabber.org/protocol/pubsub"
DIALECT: Dialect = FAMILIES[0]


def ref(node_id: str) -> NodeRef:
    """Return the address of a node."""
    return NodeRef(node_id, SOURCE)


def described(
    node_id: str,
    *,
    name: str = "",
    parent: str = "",
    kind: str = "",
    **parameters: str,
) -> NodeInfo:
    """Return a node as the far house describes it: an entity, unless its id or `kind` says otherwise."""
    domain = node_id.partition(":" if ":" in node_id else ".")[0]
    is_entity = ":" not in node_id
    return NodeInfo(
        ref=ref(node_id),
        node_type=kind or f"homeassistant.{domain}",
        display_name=name or node_id,
        has_children=not is_entity,
        is_readable=domain != "area",
        parent=ref(parent) if parent else None,
        parameters=tuple(
            NodeParameter(one, one, ValueType.STRING, value)
            for one, value in parameters.items()
        ),
    )


def state(
    node_id: str,
    value: str,
    *,
    at: datetime = NOON,
    error: str = "",
    name: str = "state",
) -> Reading:
    """Return the reading of a node that has one field."""
    fields = () if error else (Field(name=name, type=ValueType.STRING, value=value),)
    return Reading(node=ref(node_id), at=at, fields=fields, error=error)


@dataclass
class Shown:
    """What is shown of a house (a nodes.Follower)."""

    nodes: list[RemoteNode] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    shows: bool = True
    missed: bool = False

    def added(self, node: RemoteNode) -> bool:
        """Show a node."""
        if self.shows:
            self.nodes.append(node)
            self.told.append(f"added {node.id}")
        return self.shows

    def removed(self, node: RemoteNode) -> None:
        """Show a node no more."""
        self.nodes.remove(node)
        self.told.append(f"removed {node.id}")

    def moved(self, node: RemoteNode) -> None:
        """Note it."""
        self.told.append(f"moved {node.id}")

    def described(self, info: NodeInfo) -> None:
        """Note it."""
        self.told.append(f"described {info.ref.id}")

    def misses(self) -> bool:
        """Say so."""
        return self.missed

    def settled(self) -> None:
        """Note it."""
        self.told.append("settled")


def everything(_: NodeStore, info: NodeInfo) -> bool:
    """Choose every entity."""
    return not info.has_children


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that happens without any time passing."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("It does not happen.")
