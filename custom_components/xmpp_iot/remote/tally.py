"""What another house has, counted: by area, by kind and by label, for whoever is to choose from it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..wire.model import NodeInfo
from .node import RemoteNode
from .nodes import NodeStore, uid_of
from .selection import AREA, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many nodes there are to choose from, and in what."""

    count: int
    areas: Mapping[str, tuple[str, int]]
    """By the area's uid: its name, and how many nodes are in it."""
    domains: Mapping[str, int]
    """How many nodes there are of each Home Assistant domain; those of none are under the empty one."""
    labels: Mapping[str, int]
    nodes: Mapping[str, str]
    """By the node's uid: its name, with its id."""


def tally(nodes: Sequence[NodeInfo]) -> Tally:
    """Count what a survey has found: just the nodes that a choice of everything would choose."""
    store = NodeStore(lambda _store, _info: False)
    for info in nodes:
        store.put(info)
    everything = Selection()
    areas: dict[str, NodeInfo] = {}
    in_areas: Counter[str] = Counter()
    domains: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    names: dict[str, str] = {}
    for info in nodes:
        if info.node_type == AREA:
            areas[uid_of(info)] = info
        if not everything.chooses(store, info):
            continue
        node = RemoteNode(info)
        above = (one for one in store.ancestors(info) if one.node_type == AREA)
        in_areas.update(uid_of(area) for area in above)
        domains[node.domain] += 1
        labels.update(_texts(node.list_parameter("labels")))
        names[node.uid] = _name(info)
    return Tally(
        count=len(names),
        areas={
            uid: (area.display_name or uid, in_areas[uid])
            for uid, area in areas.items()
        },
        domains=domains,
        labels=labels,
        nodes=names,
    )


def _texts(said: Iterable[object]) -> set[str]:
    return {one for one in said if isinstance(one, str)}


def _name(info: NodeInfo) -> str:
    """Return what a node is called, so that two of the same name can be told apart."""
    if info.display_name in {"", info.ref.id}:
        return info.ref.id
    return f"{info.display_name} ({info.ref.id})"
