"""A house whose registries change, and a gate that follows them."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.contacts.grants import Contact, Grants, Level
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from tests import people

ANNA = "anna@example.org"
BEN = "ben@example.org"
CLEO = "cleo@example.org"


type Target = dict[str, list[str]]


class House:
    """A house with registries, a gate, and a count of the changes the gate reported."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Build the house, and start the gate."""
        self.hass = hass
        self.freezer = freezer
        self.entities = er.async_get(hass)
        self.areas = ar.async_get(hass)
        self.devices = dr.async_get(hass)
        self.entry = MockConfigEntry(domain="demo")
        self.entry.add_to_hass(hass)
        self.grants = Grants(hass, people.records(hass))
        self.grants.async_start()
        self.changes = 0
        self.stop_listening = self.grants.async_listen(self.count)

    @callback
    def count(self) -> None:
        """Count a change of the index."""
        self.changes += 1

    def plain(self, *entity_ids: str) -> None:
        """Let entities without a registry entry have a state."""
        for entity_id in entity_ids:
            self.hass.states.async_set(entity_id, "on")

    def registered(self, name: str, **details: Any) -> er.RegistryEntry:
        """Register an entity; it has no state yet."""
        domain, object_id = name.split(".")
        platform = details.pop("platform", "demo")
        changes = {
            key: details.pop(key) for key in ("area_id", "labels") if key in details
        }
        entry = self.entities.async_get_or_create(
            domain, platform, object_id, suggested_object_id=object_id, **details
        )
        return self.entities.async_update_entity(entry.entity_id, **changes)

    def device(self, name: str) -> dr.DeviceEntry:
        """Register a device."""
        return self.devices.async_get_or_create(
            config_entry_id=self.entry.entry_id, identifiers={("demo", name)}
        )

    async def settle(self) -> None:
        """Let the gate take in what has changed."""
        await self.hass.async_block_till_done()
        self.freezer.tick(timedelta(seconds=0.3))
        async_fire_time_changed(self.hass)
        await self.hass.async_block_till_done()


def contact(
    jid: str = ANNA,
    level: Level = Level.READ,
    *,
    all_entities: bool = False,
    target: Target | None = None,
) -> Contact:
    """Return a contact with a grant."""
    return people.contact(
        jid=jid, level=level, target=target, all_entities=all_entities
    )
