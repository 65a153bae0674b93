"""The actions that tell the owner what a contact can do, and what would become of one request."""

from collections.abc import Iterator
from typing import Any, Final, cast

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    CONF_TARGET,
)
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    State,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import (
    async_get_config_entry,
    async_register_admin_service,
)

from .concentrator.control import plan
from .concentrator.nodes import SOURCE
from .const import ATTR_ACTION, ATTR_CONTACT, CONF_JID, DOMAIN, SUBENTRY_CONTACT
from .contacts.grants import Contact, Grants, Level
from .contacts.record_entities import identifier_of
from .contacts.rights import Rights
from .contacts.wording import Wording
from .models import XmppIotConfigEntry
from .service_targets import invalid
from .wire.errors import StanzaError
from .wire.model import ControlRequest, NodeRef

WHAT_CAN: Final = "what_can"
DRY_RUN: Final = "dry_run"

ATTR_PARAMETER: Final = "parameter"
ATTR_VALUE: Final = "value"

_WHO: Final = {
    vol.Exclusive(ATTR_CONTACT, ATTR_CONTACT): cv.string,
    vol.Exclusive(ATTR_DEVICE_ID, ATTR_CONTACT): cv.string,
    vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
}
_SOMEBODY: Final = cv.has_at_least_one_key(ATTR_CONTACT, ATTR_DEVICE_ID)
_WHAT_CAN: Final = vol.All(
    vol.Schema({**_WHO, vol.Optional(ATTR_ENTITY_ID, default=list): cv.entity_ids}),
    _SOMEBODY,
)


def _complete(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of an action; a parameter is set to a value."""
    if (ATTR_PARAMETER in data) != (ATTR_VALUE in data):
        raise vol.Invalid("A parameter and its value belong together.")
    return data


_DRY_RUN: Final = vol.All(
    vol.Schema(
        {
            **_WHO,
            vol.Required(ATTR_ENTITY_ID): cv.entity_id,
            vol.Exclusive(ATTR_ACTION, CONF_TARGET): cv.string,
            vol.Exclusive(ATTR_PARAMETER, CONF_TARGET): cv.string,
            vol.Optional(ATTR_VALUE): vol.Any(bool, int, float, str),
        }
    ),
    _SOMEBODY,
    _complete,
)


@callback
def async_setup_contact_services(hass: HomeAssistant) -> None:
    """Offer the actions, to administrators: they tell what others may do."""
    for name, perform, schema in (
        (WHAT_CAN, _what_can, _WHAT_CAN),
        (DRY_RUN, _dry_run, _DRY_RUN),
    ):
        async_register_admin_service(
            hass, DOMAIN, name, perform, schema, SupportsResponse.ONLY
        )


async def _what_can(call: ServiceCall) -> ServiceResponse:
    """Answer what a contact can do now."""
    rights = await _rights(call)
    return rights.async_all(call.data[ATTR_ENTITY_ID])


async def _dry_run(call: ServiceCall) -> ServiceResponse:
    """Answer what would become of one request now: without an action or a parameter, of reading."""
    rights = await _rights(call)
    entity_id: str = call.data[ATTR_ENTITY_ID]
    if (action := call.data.get(ATTR_ACTION)) is not None:
        known = _action(call.hass, entity_id, action)
        return rights.async_one(entity_id, Level.COMMAND, known)
    if (parameter := call.data.get(ATTR_PARAMETER)) is not None:
        planned = _planned(call, entity_id, parameter)
        return rights.async_one(entity_id, Level.CONTROL, planned)
    return rights.async_one(entity_id, Level.READ, None)


async def _rights(call: ServiceCall) -> Rights:
    grants, contact = _contact(call)
    wording = await Wording.of(call.hass)
    return Rights(call.hass, grants, wording, contact)


def _action(hass: HomeAssistant, entity_id: str, action: str) -> str:
    """Return the name of an action of an entity's domain, which may stand before it."""
    domain = entity_id.partition(".")[0]
    name = action.removeprefix(f"{domain}.")
    if not hass.services.has_service(domain, name):
        raise invalid("unknown_action", action=action, entity=entity_id)
    return name


def _planned(call: ServiceCall, entity_id: str, parameter: str) -> str:
    """Return the action that sets a parameter to a value, as it would for the contact."""
    if (state := call.hass.states.get(entity_id)) is None:
        raise invalid("unknown_entity", entity=entity_id)
    try:
        return _plan(state, parameter, call.data[ATTR_VALUE])
    except StanzaError as err:
        raise invalid(
            "invalid_parameter", parameter=parameter, reason=err.text
        ) from err


def _plan(state: State, parameter: str, value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    nodes = (NodeRef(state.entity_id, SOURCE),)
    request = ControlRequest(nodes=nodes, form={parameter: (text,)})
    ((action, _),) = plan(request, state)
    return action


def _contact(call: ServiceCall) -> tuple[Grants, Contact]:
    """Return the contact meant, and the gate that knows it; ServiceValidationError where it is not one."""
    meant = _by_device(call) if ATTR_DEVICE_ID in call.data else _by_name(call)
    found = [
        (entry.runtime_data.grants, contact)
        for entry, jid in meant
        if (contact := entry.runtime_data.grants.contact(jid)) is not None
    ]
    named = call.data.get(ATTR_CONTACT) or call.data[ATTR_DEVICE_ID]
    if not found:
        raise invalid("unknown_contact", contact=named)
    if len(found) > 1:
        raise invalid("ambiguous_contact", contact=named)
    return found[0]


def _by_name(call: ServiceCall) -> Iterator[tuple[XmppIotConfigEntry, str]]:
    """Yield the accounts and addresses of those who are called so, or have that address."""
    wanted = call.data[ATTR_CONTACT].strip().casefold()
    for entry, contact in _known(call):
        jid: str = contact.data[CONF_JID]
        if wanted in {contact.title.casefold(), contact.subentry_id.casefold(), jid}:
            yield entry, jid


def _by_device(call: ServiceCall) -> Iterator[tuple[XmppIotConfigEntry, str]]:
    """Yield the account and address of the contact that has this device."""
    device = dr.async_get(call.hass).async_get(call.data[ATTR_DEVICE_ID])
    identifiers = set() if device is None else device.identifiers
    for entry, contact in _known(call):
        jid: str = contact.data[CONF_JID]
        if identifier_of(entry.unique_id or "", jid) in identifiers:
            yield entry, jid


def _known(call: ServiceCall) -> Iterator[tuple[XmppIotConfigEntry, ConfigSubentry]]:
    """Yield the contacts that may be meant, each with its account."""
    entries = call.hass.config_entries.async_loaded_entries(DOMAIN)
    if (entry_id := call.data.get(ATTR_CONFIG_ENTRY_ID)) is not None:
        entries = [async_get_config_entry(call.hass, DOMAIN, entry_id)]
    for entry in cast(list[XmppIotConfigEntry], entries):
        for contact in entry.get_subentries_of_type(SUBENTRY_CONTACT):
            yield entry, contact
