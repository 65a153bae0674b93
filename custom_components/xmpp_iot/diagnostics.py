"""What helps to find a fault, without what identifies people."""

from collections import Counter
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant

from .const import (
    CONF_ALL_ENTITIES,
    CONF_CA_CERTIFICATE,
    CONF_FEED_SECRET,
    CONF_FINGERPRINT,
    CONF_JID,
    CONF_USER_ID,
    SUBENTRY_CONTACT,
)
from .contacts.grants import Contact
from .models import XmppIotConfigEntry, XmppIotData
from .remote.link import Link

_SECRET: Final = frozenset(
    {
        CONF_CA_CERTIFICATE,
        CONF_FEED_SECRET,
        CONF_FINGERPRINT,
        CONF_HOST,
        CONF_JID,
        CONF_PASSWORD,
        CONF_USER_ID,
    }
)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: XmppIotConfigEntry
) -> dict[str, Any]:
    """Return the state of an account; passwords, certificates and all JIDs are left out."""
    data = entry.runtime_data
    contacts = [
        Contact.from_subentry(subentry)
        for subentry in entry.get_subentries_of_type(SUBENTRY_CONTACT)
    ]
    return {
        "account": async_redact_data(dict(entry.data), _SECRET),
        "session": {
            "connected": data.session.connected,
            "queued_changes": data.feeds.queued,
        },
        "audiences": sorted(len(view) for view in data.grants.audiences()),
        "contacts": [_describe(contact, data) for contact in contacts],
        "houses": [_describe_house(link) for link in data.links],
    }


def _describe(contact: Contact, data: XmppIotData) -> dict[str, Any]:
    """Return what matters about a contact, but not who it is."""
    return {
        "level": contact.level.value,
        CONF_ALL_ENTITIES: contact.all_entities,
        "targets": {kind: len(ids) for kind, ids in contact.target.items()},
        "visible_entities": len(data.grants.view(contact.jid)),
        "subscription": data.session.roster().get(contact.jid),
        "online_resources": len(data.session.resources(contact.jid)),
    }


def _describe_house(link: Link) -> dict[str, Any]:
    """Return what matters about a linked house, but not which it is."""
    return {
        "online": link.online,
        "last_seen": link.last_seen.isoformat() if link.last_seen else None,
        "nodes": len(link.store),
        "unavailable": sum(not node.available for node in link.store),
        "types": dict(sorted(Counter(node.domain for node in link.store).items())),
    }
