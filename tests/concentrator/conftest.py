"""A house with Home Assistant's demo entities, and callers with different rights."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.xmpp_iot.concentrator.actions import Actions
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.house import Concentrator
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.const import DOMAIN, EVENT_COMMAND, EVENT_COMMAND_FAILED
from custom_components.xmpp_iot.contacts.grants import Contact, Grants, Level
from custom_components.xmpp_iot.wire.model import (
    Caller,
    Category,
    Command,
    Commands,
    Contains,
    ControlFormRequest,
    ControlRequest,
    Done,
    Field,
    Form,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    Reading,
    ReadRequest,
    Setting,
    Submission,
    TreeAnswer,
    TreeRequest,
    Value,
    ValueType,
)
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components import demo as demo_component
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

CONFIGURED = "COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM"

HELPERS: dict[str, Any] = {
    "input_boolean": {"away": {"name": "Away"}},
    "input_button": {"ring": {"name": "Ring"}},
    "input_datetime": {
        "wake_up": {"has_date": False, "has_time": True},
        "holiday": {"has_date": True, "has_time": False},
        "meeting": {"has_date": True, "has_time": True},
    },
    "input_number": {"target": {"min": 5, "max": 30, "step": 0.5}},
    "input_select": {"mood": {"options": ["calm", "party"]}},
    "input_text": {
        "note": {"min": 2, "max": 10, "initial": "hello"},
        "secret": {"mode": "password", "initial": "hidden"},
    },
    "scene": [{"name": "Evening", "entities": {"input_boolean.away": "on"}}],
    "script": {
        "fan_on": {
            "alias": "Fan on",
            "sequence": [
                {"action": "input_boolean.turn_on", "entity_id": "input_boolean.away"}
            ],
        }
    },
}


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the demo integration's own timers be; ours are counted in tests/test_init.py."""
    return True


# What can be controlled, and something to read: the others cost time in every test.
CONTROLLABLE = [
    Platform.BUTTON,
    Platform.CLIMATE,
    Platform.COVER,
    Platform.FAN,
    Platform.LIGHT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Return the demo's platforms that a test wants."""
    return CONTROLLABLE


@pytest.fixture
async def demo(
    hass: HomeAssistant, platforms: list[Platform], monkeypatch: pytest.MonkeyPatch
) -> HomeAssistant:
    """Return Home Assistant with demo entities and a helper of each kind."""
    monkeypatch.setattr(demo_component, CONFIGURED, platforms)
    if platforms is CONTROLLABLE:
        monkeypatch.setattr(demo_component, "COMPONENTS_WITH_DEMO_PLATFORM", [])
    assert await async_setup_component(hass, "homeassistant", {})
    # Before the demo, which would set up some of them its own way.
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    assert await async_setup_component(hass, "demo", {"demo": {}})
    await hass.async_block_till_done()
    return hass


def settings(**values: Value) -> tuple[Setting, ...]:
    """Return settings, each in the wire type of its Python type."""
    return tuple(
        Setting(name, _TYPES[type(value)], value) for name, value in values.items()
    )


@dataclass(frozen=True, slots=True)
class Actor:
    """A contact asking the house, in words."""

    house: Concentrator
    jid: str

    def caller(self, sent_at: datetime | None = None, language: str = "en") -> Caller:
        """Return who asks."""
        return Caller(
            jid=f"{self.jid}/phone",
            language=language,
            sent_at=sent_at or dt_util.utcnow(),
        )

    async def tree(self, operation: Operation, *nodes: str, **more: Any) -> TreeAnswer:
        """Perform a concentrator operation on nodes of the house."""
        request = TreeRequest(
            operation=operation,
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            dialect="urn:nf:iot:concentrator:1.0",
            **more,
        )
        return await self.house.tree(self.caller(), request)

    async def nodes(
        self, operation: Operation, *nodes: str, **more: Any
    ) -> tuple[NodeInfo, ...]:
        """Perform an operation that answers with nodes."""
        answer = await self.tree(operation, *nodes, **more)
        assert isinstance(answer, Nodes)
        return answer.nodes

    async def node(self, node: str) -> NodeInfo:
        """Return everything about one node."""
        (info,) = await self.nodes(
            Operation.GET_NODE, node, parameters=True, messages=True
        )
        return info

    async def contains(self, *nodes: str) -> tuple[bool, ...]:
        """Return whether nodes exist for this contact."""
        answer = await self.tree(Operation.CONTAINS_NODES, *nodes)
        assert isinstance(answer, Contains)
        return answer.found

    async def readings(
        self,
        *nodes: str,
        fields: Sequence[str] = (),
        categories: Sequence[Category] = (),
    ) -> list[Reading]:
        """Read nodes."""
        request = ReadRequest(
            id="1",
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            fields=frozenset(fields),
            categories=frozenset(categories),
        )
        return [
            reading
            async for readings in self.house.read(self.caller(), request)
            for reading in readings
        ]

    async def fields(self, node: str, *names: str) -> dict[str, Field]:
        """Return the fields of one node by name."""
        (reading,) = await self.readings(node, fields=names)
        assert not reading.error
        return {field.name: field for field in reading.fields}

    async def read(self, node: str, field: str) -> Value:
        """Return the value of one field."""
        return (await self.fields(node, field))[field].value

    async def control(self, *nodes: str, **values: Value) -> None:
        """Set parameters."""
        await self.set(*nodes, settings=settings(**values))

    async def set(
        self,
        *nodes: str,
        settings: tuple[Setting, ...] = (),
        form: Submission | None = None,
        sent_at: datetime | None = None,
    ) -> None:
        """Set parameters, typed or by form."""
        request = ControlRequest(
            nodes=tuple(NodeRef(node, SOURCE) for node in nodes),
            settings=settings,
            form=form,
        )
        await self.house.control(self.caller(sent_at), request)

    async def control_form(self, *nodes: str) -> Form:
        """Return the form of the nodes' common parameters."""
        request = ControlFormRequest(tuple(NodeRef(node, SOURCE) for node in nodes))
        return await self.house.control_form(self.caller(), request)

    async def commands(self, node: str) -> dict[str, Command]:
        """Return the commands of a node by id."""
        answer = await self.tree(Operation.GET_NODE_COMMANDS, node)
        assert isinstance(answer, Commands)
        return {command.id: command for command in answer.commands}

    async def command_form(self, node: str, command: str) -> Form:
        """Return the form of a command."""
        answer = await self.tree(
            Operation.GET_COMMAND_PARAMETERS, node, command=command
        )
        assert isinstance(answer, Form)
        return answer

    async def execute(
        self, node: str, command: str, form: Submission | None = None
    ) -> None:
        """Execute a command."""
        answer = await self.tree(
            Operation.EXECUTE_NODE_COMMAND, node, command=command, form=form
        )
        assert isinstance(answer, Done)


_TYPES: dict[type, ValueType] = {
    bool: ValueType.BOOLEAN,
    int: ValueType.INT,
    float: ValueType.DOUBLE,
    str: ValueType.STRING,
    datetime: ValueType.DATE_TIME,
}


@dataclass(frozen=True, slots=True)
class Home:
    """The house, its rights and its records."""

    hass: HomeAssistant
    house: Concentrator
    grants: Grants
    user_id: str
    commands: list[Event]
    failures: list[Event]
    addresses: list[tuple[str, str]]

    def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state.state

    def attribute(self, entity_id: str, name: str) -> Any:
        """Return an attribute of an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state.attributes.get(name)


FRIEND = Contact(
    jid="friend@example.org",
    name="Friend",
    level=Level.COMMAND,
    target={},
    all_entities=True,
)
GUEST = Contact(
    jid="guest@example.org",
    name="Guest",
    level=Level.READ,
    target={},
    all_entities=True,
)
NEIGHBOUR = Contact(
    jid="neighbour@example.org",
    name="Neighbour",
    level=Level.CONTROL,
    target={"entity_id": ["light.kitchen_lights"]},
)


@pytest.fixture
async def home(demo: HomeAssistant) -> AsyncGenerator[Home]:
    """Return the house with its contacts."""
    user = await demo.auth.async_create_system_user(
        "XMPP IoT", group_ids=[GROUP_ID_USER]
    )
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(demo)
    grants = Grants(demo)
    grants.async_set_contacts((FRIEND, GUEST, NEIGHBOUR))
    grants.async_start()
    addresses: list[tuple[str, str]] = []

    async def feed_address(bare: str, namespace: str) -> str | None:
        addresses.append((bare, namespace))
        return f"xmpp:feed;{bare}" if bare != NEIGHBOUR.jid else None

    house = Concentrator(
        demo,
        grants,
        Actions(demo, entry, user.id),
        FieldReader(demo, SOURCE),
        feed_address,
    )
    house.start()
    yield Home(
        demo,
        house,
        grants,
        user.id,
        async_capture_events(demo, EVENT_COMMAND),
        async_capture_events(demo, EVENT_COMMAND_FAILED),
        addresses,
    )
    house.stop()
    grants.async_stop()


@pytest.fixture
def friend(home: Home) -> Actor:
    """Return somebody who may do everything."""
    return Actor(home.house, FRIEND.jid)


@pytest.fixture
def guest(home: Home) -> Actor:
    """Return somebody who may look."""
    return Actor(home.house, GUEST.jid)


@pytest.fixture
def neighbour(home: Home) -> Actor:
    """Return somebody who may control one light."""
    return Actor(home.house, NEIGHBOUR.jid)


@pytest.fixture
def stranger(home: Home) -> Actor:
    """Return somebody without grants (the session's gate would have stopped them before)."""
    return Actor(home.house, "stranger@example.org")
