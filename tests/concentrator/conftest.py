"""A house with Home Assistant's demo entities, and callers with different rights."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.concentrator.actions import Actions
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.house import Concentrator
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.concentrator.uploads import Uploads
from custom_components.xmpp_iot.const import DOMAIN, EVENT_COMMAND, EVENT_COMMAND_FAILED
from custom_components.xmpp_iot.contacts.grants import Contact, Grants, Level
from custom_components.xmpp_iot.contacts.record import Record
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components import demo as demo_component
from homeassistant.const import Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from tests.people import contact, records
from tests.storage import Line

from .actor import Actor, settings

__all__ = ["Actor", "settings"]

EVERYTHING = list(demo_component.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM)
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
    if platforms != EVERYTHING:
        monkeypatch.setattr(demo_component, "COMPONENTS_WITH_DEMO_PLATFORM", [])
    assert await async_setup_component(hass, "homeassistant", {})
    # Before the demo, which would set up some of them its own way.
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    assert await async_setup_component(hass, "demo", {"demo": {}})
    await hass.async_block_till_done()
    return hass


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

    async def settle(self, freezer: FrozenDateTimeFactory) -> None:
        """Let everybody take in what has changed: the gate first, and then who follows nodes."""
        for _ in range(2):
            await self.hass.async_block_till_done()
            freezer.tick(timedelta(seconds=0.3))
            async_fire_time_changed(self.hass)
            await self.hass.async_block_till_done()

    def grant(self, *contacts: Contact) -> None:
        """Have these contacts and no others."""
        self.grants.async_set_contacts(contacts)


FRIEND = contact(
    jid="friend@example.org",
    name="Friend",
    level=Level.COMMAND,
    all_entities=True,
    dangerous=True,
)
GUEST = contact(
    jid="guest@example.org",
    name="Guest",
    level=Level.READ,
    target={},
    all_entities=True,
)
NEIGHBOUR = contact(
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
    grants = Grants(demo, records(demo))
    grants.async_set_contacts((FRIEND, GUEST, NEIGHBOUR))
    grants.async_start()
    addresses: list[tuple[str, str]] = []

    async def feed_address(bare: str, namespace: str) -> str | None:
        addresses.append((bare, namespace))
        return f"xmpp:feed;{bare}" if bare != NEIGHBOUR.jid else None

    record = Record(demo, lambda _: user.id)
    house = Concentrator(
        demo,
        grants,
        Actions(demo, entry, grants, record),
        FieldReader(demo, SOURCE),
        feed_address=feed_address,
        uploads=Uploads(demo, Line()),  # to a server that stores nothing
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
    record.async_stop()
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
