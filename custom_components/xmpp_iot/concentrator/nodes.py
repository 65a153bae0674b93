"""What this house says of its nodes (XEP-0326 section 3.2)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.sensor.const import DOMAIN as SENSOR
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.json import json_bytes

from ..contacts.grants import Level, Permits
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
from .issues import Finding, Issues
from .parameter import Offered, always, by_name
from .tree import AREA_PREFIX, DEVICE_PREFIX, NodeId, Tree

SOURCE: Final = "entities"
UID: Final = "uid"
PRECISION: Final = "suggested_display_precision"
AREA_TYPE: Final = "homeassistant.area"
DEVICE_TYPE: Final = "homeassistant.device"

# What a state without a value says of its entity: the node's state, and a message (kind, event, text).
_STATES: Final = {
    STATE_UNAVAILABLE: (NodeState.ERROR_UNSIGNED, "Error", "Unavailable"),
    STATE_UNKNOWN: (NodeState.WARNING_UNSIGNED, "Warning", "Unknown"),
}
# The worst one is the node's.
_RANK: Final = {state: rank for rank, state in enumerate(NodeState)}


@dataclass(frozen=True, slots=True)
class Sight:
    """How one contact sees the house now."""

    tree: Tree
    permits: Permits
    offers: Permits  # what it may, and what it may ask the owner for
    issues: Issues


def ref(node: NodeId) -> NodeRef:
    """Return the address of a node of this house."""
    return NodeRef(node, SOURCE)


def is_entity(node: NodeId) -> bool:
    """Return whether a node is an entity's."""
    return not node.startswith((AREA_PREFIX, DEVICE_PREFIX))


def text_parameter(name: str, value: str) -> NodeParameter:
    """Return a node parameter that is a text."""
    return NodeParameter(name, name, ValueType.STRING, value)


def status(state: State) -> NodeState:
    """Return how an entity is by its state alone."""
    found = _STATES.get(state.state)
    return NodeState.NONE if found is None else found[0]


class NodeDescriber:
    """Describes areas, devices and entities, without any language: parameters are named by their ids."""

    def __init__(self, hass: HomeAssistant, commanded: Offered = always) -> None:
        """Describe what the registries and states of `hass` hold; `commanded` says what has commands."""
        self._hass = hass
        self._commanded = commanded

    def sight(
        self, tree: Tree, permits: Permits, offers: Permits | None = None
    ) -> Sight:
        """Return how a contact with that tree and these permissions sees the house now.

        `offers` says what it may do or ask the owner for, where that is more.
        """
        issues = Issues(self._hass, permits)
        return Sight(tree, permits, offers or permits, issues)

    def describe(self, node: NodeId, sight: Sight) -> NodeInfo | None:
        """Return what a node is to a contact; None if it has just gone."""
        if node.startswith(AREA_PREFIX):
            return self._area(node)
        if node.startswith(DEVICE_PREFIX):
            return self._device(node, sight)
        return self._entity(node, sight)

    def _area(self, node: NodeId) -> NodeInfo | None:
        area = ar.async_get(self._hass).async_get_area(node.removeprefix(AREA_PREFIX))
        if area is None:
            return None
        return NodeInfo(
            ref=ref(node),
            node_type=AREA_TYPE,
            display_name=area.name,
            has_children=True,
            last_changed=area.modified_at,
            parameters=(text_parameter(UID, area.id),),
        )

    def _device(self, node: NodeId, sight: Sight) -> NodeInfo | None:
        device = dr.async_get(self._hass).async_get(node.removeprefix(DEVICE_PREFIX))
        if device is None:
            return None
        # Not more than what it may command can a contact be told the troubles of.
        trusted = all(
            sight.permits(one, Level.COMMAND)
            for one in sight.tree.below(node)
            if is_entity(one)
        )
        findings = sight.issues.of_device(device) if trusted else ()
        return NodeInfo(
            ref=ref(node),
            node_type=DEVICE_TYPE,
            display_name=device.name_by_user or device.name or "",
            state=_worst(NodeState.NONE, findings),
            has_children=True,
            is_readable=True,
            parent=_parent(node, sight.tree),
            last_changed=device.modified_at,
            parameters=(text_parameter(UID, device.id),),
            messages=tuple(message for message, _ in findings),
        )

    def _entity(self, node: NodeId, sight: Sight) -> NodeInfo | None:
        if (state := self._hass.states.get(node)) is None:
            return None
        domain = domain_of(node)
        entry = er.async_get(self._hass).async_get(node)
        findings = sight.issues.of_entity(node)
        return NodeInfo(
            ref=ref(node),
            node_type=f"homeassistant.{state.domain}",
            display_name=str(state.name),  # configuration may have a number
            state=_worst(status(state), findings),
            is_readable=True,
            is_controllable=bool(by_name(domain.parameters, state))
            and sight.offers(node, Level.CONTROL),
            has_commands=self._commanded(state) and sight.offers(node, Level.COMMAND),
            parent=_parent(node, sight.tree),
            last_changed=entry.modified_at if entry else state.last_changed,
            parameters=(
                *_registry_parameters(entry),
                *self._labels(entry),
                *static_parameters(state),
            ),
            messages=(*_messages(state), *(message for message, _ in findings)),
        )

    def _labels(self, entry: er.RegistryEntry | None) -> Iterator[NodeParameter]:
        """Yield the names of an entity's labels as a list, if it has any."""
        registry = lr.async_get(self._hass)
        found = (
            registry.async_get_label(one) for one in (entry.labels if entry else ())
        )
        if names := sorted(label.name for label in found if label):
            yield text_parameter("labels", json_bytes(names).decode())


def _parent(node: NodeId, tree: Tree) -> NodeRef | None:
    parent = tree.parents[node]
    return None if parent is None else ref(parent)


def _registry_parameters(entry: er.RegistryEntry | None) -> tuple[NodeParameter, ...]:
    if entry is None:
        return ()
    facts = {UID: entry.id, "entity_category": entry.entity_category}
    texts = (text_parameter(name, str(value)) for name, value in facts.items() if value)
    return (*texts, *_precision(entry))


def _precision(entry: er.RegistryEntry) -> tuple[NodeParameter, ...]:
    """Return how many decimals a sensor is to be shown with, where its integration or its owner says so."""
    options: Mapping[str, Any] = entry.options.get(SENSOR, {})
    for name in ("display_precision", PRECISION):
        if isinstance(decimals := options.get(name), int):
            return (NodeParameter(PRECISION, PRECISION, ValueType.INT, decimals),)
    return ()


def _messages(state: State) -> tuple[NodeMessage, ...]:
    if (found := _STATES.get(state.state)) is None:
        return ()
    _, kind, event_id = found
    return (
        NodeMessage(
            at=state.last_changed, kind=kind, text=f"{event_id}.", event_id=event_id
        ),
    )


def _worst(state: NodeState, findings: Sequence[Finding]) -> NodeState:
    return max((state, *(one for _, one in findings)), key=_RANK.__getitem__)
