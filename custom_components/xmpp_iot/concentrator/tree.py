"""The tree of nodes a contact sees: area → device → entity, cut to the contact's view.

A view is a set of entities. Areas and devices are there for the sake of the entities behind them: one
without a visible entity does not exist. Contacts with the same view share one tree.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)

AREA_PREFIX: Final = "area:"
DEVICE_PREFIX: Final = "device:"

type NodeId = str


@dataclass(frozen=True, slots=True)
class Tree:
    """Who is whose parent; the key None of `children` is the root."""

    parents: Mapping[NodeId, NodeId | None]
    children: Mapping[NodeId | None, tuple[NodeId, ...]]

    def __contains__(self, node: NodeId) -> bool:
        """Return whether the node is in this tree."""
        return node in self.parents

    def ancestors(self, node: NodeId) -> tuple[NodeId, ...]:
        """Return the node itself, its parent, and so on up to a root (XEP-0326 getAncestors)."""
        found = [node]
        while (parent := self.parents[found[-1]]) is not None:
            found.append(parent)
        return tuple(found)

    def below(self, node: NodeId) -> Iterator[NodeId]:
        """Yield all that is under a node, each after its parent."""
        for child in self.children.get(node, ()):
            yield child
            yield from self.below(child)


class Trees:
    """The trees of all views, made when first asked for and forgotten when a registry changes."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; `async_start` listens."""
        self._hass = hass
        self._trees: dict[frozenset[str], Tree] = {}
        self._unsubscribe: list[Callable[[], None]] = []

    @callback
    def async_start(self) -> None:
        """Follow the registries."""
        listen = self._hass.bus.async_listen
        self._unsubscribe = [
            listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._registry_updated),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._registry_updated),
            listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_updated),
        ]

    @callback
    def async_stop(self) -> None:
        """Stop following the registries."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._trees.clear()

    @callback
    def _registry_updated(self, _: Event[Any]) -> None:
        self._trees.clear()

    def last_changed(self, tree: Tree) -> datetime | None:
        """Return when anything in a tree was changed last, None for one that nobody registered.

        What happens to the rest of the house is not seen in it.
        """
        return max(filter(None, map(self._changed, tree.parents)), default=None)

    def _changed(self, node: NodeId) -> datetime | None:
        entry: ar.AreaEntry | dr.AnyDeviceEntry | er.RegistryEntry | None
        if node.startswith(AREA_PREFIX):
            areas = ar.async_get(self._hass)
            entry = areas.async_get_area(node.removeprefix(AREA_PREFIX))
        elif node.startswith(DEVICE_PREFIX):
            devices = dr.async_get(self._hass)
            entry = devices.async_get(node.removeprefix(DEVICE_PREFIX))
        else:
            entry = er.async_get(self._hass).async_get(node)
        return None if entry is None else entry.modified_at

    @callback
    def of(self, view: frozenset[str]) -> Tree:
        """Return the tree of a view."""
        if (tree := self._trees.get(view)) is None:
            # Views come and go with grants: old ones must not pile up between registry changes.
            if len(self._trees) >= 100:
                self._trees.clear()
            tree = self._trees[view] = self._build(view)
        return tree

    def _build(self, view: frozenset[str]) -> Tree:
        parents: dict[NodeId, NodeId | None] = {}
        for entity_id in sorted(view):
            self._plant(entity_id, self._entity_parent(entity_id), parents)
        children: dict[NodeId | None, list[NodeId]] = {}
        for node, parent in parents.items():
            children.setdefault(parent, []).append(node)
        return Tree(
            MappingProxyType(parents),
            MappingProxyType(
                {parent: tuple(nodes) for parent, nodes in children.items()}
            ),
        )

    def _plant(
        self,
        node: NodeId,
        parent: NodeId | None,
        parents: dict[NodeId, NodeId | None],
    ) -> None:
        """Put a node and all above it into `parents`."""
        chain: list[tuple[NodeId, NodeId | None]] = [(node, parent)]
        while parent is not None and parent not in parents:
            node, parent = parent, self._structure_parent(parent)
            chain.append((node, parent))
        parents.update(reversed(chain))

    def _entity_parent(self, entity_id: str) -> NodeId | None:
        entry = er.async_get(self._hass).async_get(entity_id)
        if entry is None:
            return None
        device = (
            dr.async_get(self._hass).async_get(entry.device_id)
            if entry.device_id
            else None
        )
        if device is None:
            return _area_node(entry.area_id)
        # An entity put into an area of its own is looked for there, not with its device.
        if entry.area_id and entry.area_id != dr.async_get_effective_area_id(
            self._hass, device
        ):
            return _area_node(entry.area_id)
        return DEVICE_PREFIX + device.id

    def _structure_parent(self, node: NodeId) -> NodeId | None:
        """Return the parent of an area or device."""
        if node.startswith(AREA_PREFIX):
            return None
        device = dr.async_get(self._hass).async_get(node.removeprefix(DEVICE_PREFIX))
        if device is None:
            return None
        if isinstance(device, dr.ChildDeviceEntry):
            return DEVICE_PREFIX + device.parent_device_id
        return _area_node(device.area_id)


def _area_node(area_id: str | None) -> NodeId | None:
    return AREA_PREFIX + area_id if area_id else None
