"""A house in which another one is linked, and its actions; who is asked is made up."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.xmpp_iot.const import (
    DOMAIN,
    SUBENTRY_CONCENTRATOR,
    SUBENTRY_CONTACT,
)
from custom_components.xmpp_iot.remote.statistics_import import Imported
from custom_components.xmpp_iot.wire.model import Field, ValueType
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from tests.remote.asked import Line, LinkedHouse, LinkedHouses, Somebody, reading
from tests.remote.street import CABIN, HOME, node

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FRIEND = "friend@example.org"
LAMP = node("light.lamp", "Lamp", uid="lamp")
METER = node("sensor.energy", "Energy", uid="meter", state_class="total")
STATE = Field(name="state", type=ValueType.BOOLEAN, value=True)


class Importer:
    """Somebody who imports statistics, and remembers which."""

    def __init__(self) -> None:
        """Find three hours of everything."""
        self.possible = True
        self.refused: dict[str, str] = {}
        self.asked: list[tuple[list[str], datetime | None]] = []

    async def import_now(
        self, link: object, nodes: list[Any], since: datetime | None
    ) -> Imported:
        """Import."""
        self.asked.append(([one.id for one in nodes], since))
        return Imported({f"xmpp_iot:{one.uid}": 3 for one in nodes}, self.refused)


@dataclass
class Cabin:
    """This house, in which the other one is linked."""

    hass: HomeAssistant
    entry: MockConfigEntry
    home: LinkedHouse
    line: Line
    importer: Importer

    @property
    def somebody(self) -> Somebody:
        """Who is asked."""
        return self.line.somebody

    def shows(self, platform: str, unique_id: str, **more: Any) -> str:
        """Return the entity that shows something of the other house."""
        registry = er.async_get(self.hass)
        made = registry.async_get_or_create(
            platform, DOMAIN, unique_id, config_entry=self.entry, **more
        )
        return made.entity_id

    async def act(
        self, action: str, *, user: MockUser | None = None, **data: Any
    ) -> Any:
        """Perform an action, and return what it answers."""
        return await self.hass.services.async_call(
            DOMAIN,
            action,
            data,
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id) if user else None,
        )

    async def refuses(self, action: str, **data: Any) -> str:
        """Return why an action with such data makes no sense."""
        with pytest.raises(ServiceValidationError) as refusal:
            await self.act(action, **data)
        return str(refusal.value.translation_key)


@pytest.fixture
async def cabin(hass: HomeAssistant) -> Cabin:
    """Return this house."""
    assert await async_setup_component(hass, DOMAIN, {})
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        unique_id=CABIN,
        state=ConfigEntryState.LOADED,
        subentries_data=[
            ConfigSubentryData(
                data={"jid": jid}, subentry_type=kind, title=title, unique_id=jid
            )
            for jid, kind, title in (
                (HOME, SUBENTRY_CONCENTRATOR, "Home"),
                (FRIEND, SUBENTRY_CONTACT, "Friend"),
            )
        ],
    )
    entry.add_to_hass(hass)
    home = LinkedHouse(LAMP, METER, node("pump", "Pump", kind="Pump"))
    line = Line(Somebody(readings=lambda _: [reading("light.lamp", NOW, STATE)]))
    importer = Importer()
    entry.runtime_data = SimpleNamespace(
        links=LinkedHouses(line, [home]), statistics=importer
    )
    return Cabin(hass, entry, home, line, importer)
