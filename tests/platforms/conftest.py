"""Nodes of a house that is not there, shown by our entities in a Home Assistant that is.

What the other house says is made by our own concentrator from a state, rendered and read again: a mirror
is compared with its original, over all that lies between.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
import json
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockEntityPlatform,
)

from custom_components.xmpp_iot.concentrator.fields import (
    FieldReader,
    static_parameters,
)
from custom_components.xmpp_iot.concentrator.responses import report
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.house import RemoteHouse
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.fragments import decode_fragment
from custom_components.xmpp_iot.wire.model import (
    NodeInfo,
    NodeParameter,
    NodeRef,
    Reading,
    ValueType,
)
from custom_components.xmpp_iot.wire.node_info import decode_node_info, encode_node_info
from custom_components.xmpp_iot.wire.progress import (
    decode_progress,
    pack,
    render_progress,
)
from custom_components.xmpp_iot.wire.report import Outcome, QueryRef, ReportItem
from custom_components.xmpp_iot.wire.sensor_data import (
    render_error,
    render_failure,
    render_fields,
    render_reading,
)
from custom_components.xmpp_iot.wire.xml import clark, from_text, to_text
from homeassistant.const import ATTR_FRIENDLY_NAME
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.json import json_bytes
from homeassistant.setup import async_setup_component

SOURCE = "entities"
DIALECT: Dialect = FAMILIES[0]

# What a node says of its entity that is not in the entity's state.
_OF_THE_REGISTRY = frozenset({"uid", "entity_category"})

type Sent = tuple[str, str, dict[str, Any]]
"""A command that left the house: node, action, data."""


@dataclass
class FakeHouse:
    """Another house: it remembers what it was asked, and answers what it was told to."""

    commands: list[Sent] = field(default_factory=list)
    queries: list[Sent] = field(default_factory=list)
    settings: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    report: Sequence[ReportItem] = ()
    refusal: Exception | None = None
    online: bool = True
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when the house comes or goes."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def go(self, *, online: bool) -> None:
        """Come or go."""
        self.online = online
        for listener in tuple(self.listeners):
            listener()

    def unique_id(self, node: RemoteNode) -> str:
        """Return the node's own id."""
        return node.uid

    def device_info(self, node: RemoteNode) -> DeviceInfo:
        """Return the house as the device."""
        return DeviceInfo(identifiers={(DOMAIN, "home")}, name="Home")

    def entity_name(self, node: RemoteNode) -> tuple[bool, str | None]:
        """Return the node's name."""
        return False, node.info.display_name

    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Remember a command."""
        self._refuse()
        self.commands.append((node.id, action, dict(data)))

    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Remember a query, and answer it."""
        self._refuse()
        self.queries.append((node.id, action, dict(data)))
        return self.report

    async def control(self, node: RemoteNode, parameters: Mapping[str, Any]) -> None:
        """Remember control parameters."""
        self._refuse()
        self.settings.append((node.id, dict(parameters)))

    def _refuse(self) -> None:
        if self.refusal:
            raise self.refusal


@dataclass
class Cabin:
    """This house: it shows nodes of the other one."""

    hass: HomeAssistant
    entry: MockConfigEntry
    house: FakeHouse = field(default_factory=FakeHouse)
    originals: dict[str, State] = field(default_factory=dict)

    def node(self, entity_id: str, state: str, **attributes: Any) -> RemoteNode:
        """Return the node of an entity over there that has this state and attributes."""
        return self.node_of(State(entity_id, state, attributes))

    def node_of(self, original: State, **parameters: str) -> RemoteNode:
        """Return the node of an entity over there, and what its registry says of it."""
        node = RemoteNode(_described(original, parameters))
        self.originals[node.id] = original
        node.take(self.said(original))
        return node

    def change(
        self, node: RemoteNode, state: str | None = None, **attributes: Any
    ) -> State:
        """Have the entity over there become like this, keeping its other attributes; return what it is."""
        old = self.originals[node.id]
        new = State(old.entity_id, state or old.state, {**old.attributes, **attributes})
        self.originals[node.id] = new
        kept = [one for one in node.info.parameters if one.id in _OF_THE_REGISTRY]
        node.describe(
            replace(node.info, parameters=(*kept, *_described(new, {}).parameters))
        )
        node.take(self.said(new))
        return new

    def said(self, original: State) -> Reading:
        """Return the reading of an entity as it comes out of the wire."""
        reading = FieldReader(self.hass, SOURCE).entity(original)
        if reading.error:
            text = render_failure((render_error(reading, DIALECT),), DIALECT, "1")
        else:
            text = render_fields((render_reading(reading, DIALECT),), DIALECT, "1")
        return decode_fragment(from_text(text), DIALECT).readings[0]

    async def show(
        self, node: RemoteNode, entity: Callable[[RemoteHouse, RemoteNode], Entity]
    ) -> State:
        """Add the entity that shows a node, with its platform's actions, and return its state."""
        made = entity(self.house, node)
        domain = next(
            kind.__module__.split(".")[2]
            for kind in type(made).__mro__
            if kind.__module__.startswith("homeassistant.components.")
        )
        assert await async_setup_component(self.hass, domain, {})
        platform = MockEntityPlatform(self.hass, domain=domain, platform_name=DOMAIN)
        platform.config_entry = self.entry
        await platform.async_add_entities([made])
        await self.hass.async_block_till_done()
        return self.state(made.entity_id)

    def state(self, entity_id: str) -> State:
        """Return what this house shows."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def act(self, action: str, entity_id: str, **data: Any) -> list[Sent]:
        """Perform an action here, and return the commands that left the house for it."""
        self.house.commands.clear()
        domain, name = action.split(".")
        await self.hass.services.async_call(
            domain, name, {"entity_id": entity_id, **data}, blocking=True
        )
        return self.house.commands


def _described(original: State, parameters: Mapping[str, str]) -> NodeInfo:
    """Return the description of an entity as it comes out of the wire."""
    info = NodeInfo(
        ref=NodeRef(original.entity_id, SOURCE),
        node_type=f"homeassistant.{original.domain}",
        display_name=original.name,
        is_readable=True,
        parameters=(
            *(
                NodeParameter(name, name, ValueType.STRING, value)
                for name, value in parameters.items()
            ),
            *static_parameters(original),
        ),
    )
    tag = clark(DIALECT.concentrator, DIALECT.node)
    element = encode_node_info(info, DIALECT).within(tag, {})
    return decode_node_info(from_text(to_text(element)), DIALECT)


@pytest.fixture
async def cabin(hass: HomeAssistant) -> Cabin:
    """Return this house."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    return Cabin(hass, entry)


_IDS_OF_OTHERS: Final = frozenset(
    {"device_trackers", "entity_id", "group_members", "persons", "sensors"}
)


def differences(original: State, mirror: State, *except_for: str) -> dict[str, Any]:
    """Return what the mirror shows in another way than the original: state and attributes, both sides.

    Names are left out: Home Assistant makes them of the device's too, and that is the house's to say. So are
    ids of other entities, which never leave a house.
    """
    one = {"state": original.state, **original.attributes}
    other = {"state": mirror.state, **mirror.attributes}
    return {
        name: (one.get(name), other.get(name))
        for name in sorted(one.keys() | other.keys())
        if name not in {ATTR_FRIENDLY_NAME, *_IDS_OF_OTHERS, *except_for}
        and not _same(one.get(name), other.get(name))
    }


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same for whoever gets them as JSON."""
    return bool(json.loads(json_bytes(one)) == json.loads(json_bytes(other)))


def reported(answer: Mapping[str, object]) -> tuple[ReportItem, ...]:
    """Return the report of what an action over there answers, as it comes out of the wire."""
    items = (item for part in report("Somewhere", answer) for item in part)
    return tuple(
        item
        for content in pack(items, DIALECT)
        for item in carried(content)
        if not isinstance(item, Outcome)
    )


def carried(content: str) -> tuple[ReportItem | Outcome, ...]:
    """Return what a message of a query says."""
    query = QueryRef(node=NodeRef("a.b", SOURCE), command="c", id="1")
    message = render_progress(query, 1, content, DIALECT)
    return decode_progress(from_text(message), DIALECT).items
