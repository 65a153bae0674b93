"""The concentrator's operations that tell of sources and nodes (XEP-0326 sections 3.1 and 3.2)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..wire.errors import ItemNotFound
from ..wire.model import (
    Caller,
    Contains,
    DataSource,
    DataSources,
    Inheritance,
    NodeRef,
    Nodes,
    Operation,
    TreeAnswer,
    TreeRequest,
)
from .guard import NOT_FOUND, Guard, check_source
from .interfaces import device_interfaces, entity_interfaces
from .listing import Listing, Pick
from .nodes import AREA_TYPE, DEVICE_TYPE, SOURCE
from .paging import by_id, part_of
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId, Trees

type Perform = Callable[[Caller, TreeRequest], Awaitable[TreeAnswer]]
type Performs = Mapping[Operation, Perform]

_ENTITY_TYPE: Final = "homeassistant.entity"
# What a node is, by how its id begins; all others are entities.
_BASES: Final = {AREA_PREFIX: AREA_TYPE, DEVICE_PREFIX: DEVICE_TYPE}


class TreeOperations:
    """Tells callers of the nodes they see."""

    def __init__(
        self, hass: HomeAssistant, guard: Guard, trees: Trees, listing: Listing
    ) -> None:
        """Tell by `listing` of what `guard` lets a caller see in `trees`."""
        self._hass = hass
        self._guard = guard
        self._trees = trees
        self._listing = listing

    @property
    def operations(self) -> Performs:
        """Who performs what."""
        return {
            Operation.GET_ALL_DATA_SOURCES: self._data_sources,
            Operation.GET_ROOT_DATA_SOURCES: self._data_sources,
            Operation.GET_CHILD_DATA_SOURCES: self._child_data_sources,
            Operation.CONTAINS_NODE: self._contains,
            Operation.CONTAINS_NODES: self._contains,
            Operation.GET_NODE: self._get_nodes,
            Operation.GET_NODES: self._get_nodes,
            Operation.GET_ALL_NODES: self._all_nodes,
            Operation.GET_ROOT_NODES: self._root_nodes,
            Operation.GET_CHILD_NODES: self._child_nodes,
            Operation.GET_ANCESTORS: self._ancestors,
            Operation.GET_NODE_INHERITANCE: self._inheritance,
        }

    def interfaces(self, caller: Caller, node: NodeRef) -> tuple[str, ...]:
        """Return the interoperability interfaces of a node; the house itself, without an id, has none."""
        if not node.id:
            self._guard.contact(caller)
            return ()
        return self._interfaces(self._guard.node(caller, node))

    def _interfaces(self, node: NodeId) -> tuple[str, ...]:
        if node.startswith(DEVICE_PREFIX):
            devices = dr.async_get(self._hass)
            device = devices.async_get(node.removeprefix(DEVICE_PREFIX))
            found = () if device is None else device_interfaces(device)
        else:
            state = self._hass.states.get(node)
            found = () if state is None else entity_interfaces(state)
        return tuple(one.urn for one in found)

    async def _data_sources(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        changed = self._trees.last_changed(self._guard.tree(caller))
        source = DataSource(id=SOURCE, name="Entities", last_changed=changed)
        return DataSources((source,))

    async def _child_data_sources(
        self, caller: Caller, request: TreeRequest
    ) -> TreeAnswer:
        check_source(request.source)
        return DataSources(())

    async def _contains(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        existing = await self._listing.existing(caller, request.nodes)
        return Contains(tuple(node in existing for node in request.nodes))

    async def _get_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        # (each once, however often it is asked for)
        nodes = dict.fromkeys(self._guard.node(caller, node) for node in request.nodes)
        answer = await self._listing.nodes(caller, request, lambda _: nodes)
        if len(answer.nodes) < len(nodes):  # one has gone meanwhile
            raise ItemNotFound(NOT_FOUND)
        return answer

    async def _all_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        check_source(request.source)
        return await self._listed(caller, request, lambda tree: tree.parents)

    async def _root_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        check_source(request.source)
        return await self._listed(
            caller, request, lambda tree: tree.children.get(None, ())
        )

    async def _child_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._guard.node(caller, request.nodes[0])
        return await self._listed(
            caller, request, lambda tree: tree.children.get(node, ())
        )

    async def _listed(self, caller: Caller, request: TreeRequest, pick: Pick) -> Nodes:
        """Return what is picked, or the page of it that is asked for."""
        if request.page is None:
            return await self._kept(caller, request, pick)
        if request.sort_order or request.derived_from:  # what nodes are says which
            return part_of(await self._kept(caller, request, pick), request.page)

        async def describe(nodes: Sequence[NodeId]) -> Nodes:
            return await self._listing.nodes(caller, request, lambda _: nodes)

        ids = tuple(pick(self._guard.tree(caller)))
        return await by_id(ids, request.page, describe)

    async def _kept(self, caller: Caller, request: TreeRequest, pick: Pick) -> Nodes:
        """Return what is picked and of the types asked for."""
        answer = await self._listing.nodes(caller, request, pick)
        if not request.derived_from:
            return answer
        kept = (one for one in answer.nodes if one.node_type in request.derived_from)
        return Nodes(tuple(kept))

    async def _ancestors(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._guard.node(caller, request.nodes[0])
        return await self._listing.nodes(
            caller,
            request,
            lambda tree: tree.ancestors(node) if node in tree else (),
        )

    async def _inheritance(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._guard.node(caller, request.nodes[0])
        base = next(
            (kind for prefix, kind in _BASES.items() if node.startswith(prefix)),
            _ENTITY_TYPE,
        )
        return Inheritance((base,), self._interfaces(node))
