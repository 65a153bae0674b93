"""Which nodes of another house are wanted here: all of them, or some areas, kinds, labels and single ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from ..wire.model import NodeInfo
from .node import HOME_ASSISTANT, RemoteNode
from .nodes import NodeStore

CONF_EVERYTHING: Final = "everything"
CONF_AREAS: Final = "areas"
CONF_DOMAINS: Final = "domains"
CONF_LABELS: Final = "labels"
CONF_NODES: Final = "nodes"
CONF_PREFIX: Final = "prefix"
CONF_STATISTICS: Final = "statistics"
CONF_SUGGEST_AREAS: Final = "suggest_areas"

AREA: Final = f"{HOME_ASSISTANT}area"
DEVICE: Final = f"{HOME_ASSISTANT}device"
_STRUCTURE: Final = frozenset({AREA, DEVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What somebody chose; a node is wanted when any part of the choice names it."""

    everything: bool = True
    areas: frozenset[str] = frozenset()  # uids of areas
    domains: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()  # uids

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return what a subentry keeps."""
        return cls(
            everything=data.get(CONF_EVERYTHING, True),
            areas=frozenset(data.get(CONF_AREAS, ())),
            domains=frozenset(data.get(CONF_DOMAINS, ())),
            labels=frozenset(data.get(CONF_LABELS, ())),
            nodes=frozenset(data.get(CONF_NODES, ())),
        )

    def chooses(self, store: NodeStore, info: NodeInfo) -> bool:
        """Return whether a node is wanted; areas and devices come with what is in them."""
        if info.node_type in _STRUCTURE or not _is_of_use(info):
            return False
        if self.everything:
            return True
        node = RemoteNode(info)
        if node.uid in self.nodes or node.domain in self.domains:
            return True
        if not self.labels.isdisjoint(node.list_parameter("labels")):
            return True
        return any(
            RemoteNode(above).uid in self.areas for above in store.ancestors(info)
        )


def _is_of_use(info: NodeInfo) -> bool:
    """Return whether there is something to show of a node."""
    return info.is_readable or info.is_controllable or info.has_commands
