"""What this house says of its nodes (XEP-0326 section 3.2)."""

from collections.abc import Callable
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)

from ..contacts.grants import Level
from ..wire.model import (
    NodeInfo,
    NodeMessage,
    NodeParameter,
    NodeRef,
    NodeState,
    ValueType,
)
from .domains import domain_of
from .fields import static_parameters
from .parameter import by_name
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId, Tree

SOURCE: Final = "entities"
UID: Final = "uid"

_STATES: Final = {
    STATE_UNAVAILABLE: NodeState.ERROR_UNSIGNED,
    STATE_UNKNOWN: NodeState.WARNING_UNSIGNED,
}
_MESSAGES: Final = {STATE_UNAVAILABLE: ("Error", "Unavailable", "Unavailable.")}

type Permits = Callable[[str, Level], bool]  # entity id, what


def ref(node: NodeId) -> NodeRef:
    """Return the address of a node of this house."""
    return NodeRef(node, SOURCE)


def text_parameter(name: str, value: str) -> NodeParameter:
    """Return a node parameter that is a text."""
    return NodeParameter(name, name, ValueType.STRING, value)


class NodeDescriber:
    """Describes areas, devices and entities."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Describe what the registries and states of `hass` hold."""
        self._hass = hass

    def describe(self, node: NodeId, tree: Tree, permits: Permits) -> NodeInfo | None:
        """Return what a node is to a contact with that tree; None if it has just gone."""
        if node.startswith(AREA_PREFIX):
            return self._area(node)
        if node.startswith(DEVICE_PREFIX):
            return self._device(node, tree)
        return self._entity(node, tree, permits)

    def _area(self, node: NodeId) -> NodeInfo | None:
        area = ar.async_get(self._hass).async_get_area(node.removeprefix(AREA_PREFIX))
        if area is None:
            return None
        return NodeInfo(
            ref=ref(node),
            node_type="homeassistant.area",
            display_name=area.name,
            has_children=True,
            last_changed=area.modified_at,
            parameters=(text_parameter(UID, area.id),),
        )

    def _device(self, node: NodeId, tree: Tree) -> NodeInfo | None:
        device = dr.async_get(self._hass).async_get(node.removeprefix(DEVICE_PREFIX))
        if device is None:
            return None
        return NodeInfo(
            ref=ref(node),
            node_type="homeassistant.device",
            display_name=device.name_by_user or device.name or "",
            has_children=True,
            is_readable=True,
            parent=_parent(node, tree),
            last_changed=device.modified_at,
            parameters=(text_parameter(UID, device.id),),
        )

    def _entity(self, node: NodeId, tree: Tree, permits: Permits) -> NodeInfo | None:
        if (state := self._hass.states.get(node)) is None:
            return None
        domain = domain_of(node)
        entry = er.async_get(self._hass).async_get(node)
        return NodeInfo(
            ref=ref(node),
            node_type=f"homeassistant.{state.domain}",
            display_name=state.name,
            state=_STATES.get(state.state, NodeState.NONE),
            is_readable=True,
            is_controllable=bool(by_name(domain.parameters, state))
            and permits(node, Level.CONTROL),
            has_commands=bool(domain.actions) and permits(node, Level.COMMAND),
            parent=_parent(node, tree),
            last_changed=entry.modified_at if entry else state.last_changed,
            parameters=(*_registry_parameters(entry), *static_parameters(state)),
            messages=_messages(state),
        )


def _parent(node: NodeId, tree: Tree) -> NodeRef | None:
    parent = tree.parents[node]
    return None if parent is None else ref(parent)


def _registry_parameters(entry: er.RegistryEntry | None) -> tuple[NodeParameter, ...]:
    if entry is None:
        return ()
    facts = {UID: entry.id, "entity_category": entry.entity_category}
    return tuple(
        text_parameter(name, str(value)) for name, value in facts.items() if value
    )


def _messages(state: State) -> tuple[NodeMessage, ...]:
    if (message := _MESSAGES.get(state.state)) is None:
        return ()
    kind, event_id, text = message
    return (
        NodeMessage(at=state.last_changed, kind=kind, text=text, event_id=event_id),
    )
