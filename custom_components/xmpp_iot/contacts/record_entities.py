"""An event entity for each contact: each thing it wanted done is an event, with what became of it."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.event import EventEntity
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME, EntityCategory
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import (
    ATTR_ACTION,
    ATTR_COUNT,
    ATTR_GRANTED_BY,
    ATTR_REASON,
    ATTR_RESOURCE,
    CONF_JID,
    DOMAIN,
    SUBENTRY_CONTACT,
)
from .deed import Result
from .record import Record

ATTR_GRANT: Final = "grant"

# What an event says, by the name it has in the data of Home Assistant's own event. An entity's own name is a
# state attribute of the entity that says it, so that of another one is its target.
_SAID: Final = {
    ATTR_ACTION: ATTR_ACTION,
    "target": ATTR_ENTITY_ID,
    "target_name": ATTR_NAME,
    ATTR_GRANT: ATTR_GRANTED_BY,
    ATTR_REASON: ATTR_REASON,
    ATTR_COUNT: ATTR_COUNT,
    CONF_JID: CONF_JID,
    ATTR_RESOURCE: ATTR_RESOURCE,
}


class RequestsEvent(EventEntity):
    """What a contact wanted done last, and what became of it."""

    _attr_event_types = [one.value for one in Result]
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, account: str, contact: ConfigSubentry, record: Record) -> None:
        """Tell of what `record` has of a contact of an account, a bare JID."""
        self._jid: str = contact.data[CONF_JID]
        self._record = record
        identifier = identifier_of(account, self._jid)
        self._attr_entity_category = EntityCategory.DIAGNOSTIC
        self._attr_translation_key = "requests"
        self._attr_unique_id = f"{identifier[1]}:requests"
        self._attr_device_info = DeviceInfo(
            identifiers={identifier},
            entry_type=DeviceEntryType.SERVICE,
            name=contact.title,
            manufacturer="XMPP IoT",
            model="Contact",
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the record."""
        self.async_on_remove(self._record.async_listen(self._jid, self._happened))

    @callback
    def _happened(
        self, result: Result, data: Mapping[str, object], context: Context
    ) -> None:
        said = {name: data[key] for name, key in _SAID.items() if data.get(key)}
        self._trigger_event(result, said)
        # The logbook takes what it says of the event from the event that has the same.
        self.async_set_context(context)
        self.async_write_ha_state()


def identifier_of(account: str, jid: str) -> tuple[str, str]:
    """Return what tells the device of an account's contact from all others (no linked house's has two colons)."""
    return DOMAIN, f"{account}:{SUBENTRY_CONTACT}:{jid}"


class RecordEntities:
    """The entities of all contacts of an account, made and renamed with them; Home Assistant removes them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], account: str, record: Record
    ) -> None:
        """Make none until the platform is ready."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._record = record
        self._add: AddConfigEntryEntitiesCallback | None = None
        self._made: set[str] = set()  # by the ids of subentries

    @callback
    def async_show(self, add: AddConfigEntryEntitiesCallback) -> None:
        """Make them, now that Home Assistant's platform is ready to `add` some."""
        self._add = add
        self.async_follow_entry()

    @callback
    def async_follow_entry(self) -> None:
        """Make those of new contacts, and call devices as people call the contacts now."""
        if self._add is None:
            return
        contacts = {
            one.subentry_id: one
            for one in self._entry.get_subentries_of_type(SUBENTRY_CONTACT)
        }
        for subentry_id in contacts.keys() - self._made:
            made = RequestsEvent(self._account, contacts[subentry_id], self._record)
            self._add([made], config_subentry_id=subentry_id)
        for subentry_id in contacts.keys() & self._made:
            self._rename(contacts[subentry_id])
        self._made = set(contacts)

    def _rename(self, contact: ConfigSubentry) -> None:
        registry = dr.async_get(self._hass)
        identifier = identifier_of(self._account, contact.data[CONF_JID])
        device = registry.async_get_device_by_identifier(
            identifier, self._entry.entry_id
        )
        if device is not None and device.name != contact.title:
            registry.async_update_device(device.id, name=contact.title)
