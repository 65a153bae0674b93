"""What helps to find a fault, without what identifies people."""

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .const import (
    CONF_ALL_ENTITIES,
    CONF_ASK,
    CONF_CA_CERTIFICATE,
    CONF_DANGEROUS,
    CONF_FEED_SECRET,
    CONF_FINGERPRINT,
    CONF_JID,
    CONF_LEVEL,
    CONF_UNTIL,
    CONF_USER_ID,
    SUBENTRY_CONTACT,
)
from .contacts.grants import Contact, Grant
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
            **_describe_link(data),
        },
        "audiences": sorted(len(view) for view in data.grants.audiences()),
        "contacts": [_describe(contact, data) for contact in contacts],
        "houses": [_describe_house(link) for link in data.links],
    }


def _describe_link(data: XmppIotData) -> dict[str, Any]:
    """Return how good the connection is, and what became of what was under way when it broke."""
    link = data.session.link
    said = asdict(link.quality)
    since = link.quality.connected_since
    return {
        **said,
        "connected_since": since.isoformat() if since else None,
        "last_heard": link.heard_at.isoformat() if link.heard_at else None,
    }


def _describe(contact: Contact, data: XmppIotData) -> dict[str, Any]:
    """Return what matters about a contact, but not who it is."""
    return {
        "grants": [_describe_grant(grant, data) for grant in contact.grants],
        "visible_entities": len(data.grants.view(contact.jid)),
        "subscription": data.session.roster().get(contact.jid),
        "online_resources": len(data.session.resources(contact.jid)),
    }


def _describe_grant(grant: Grant, data: XmppIotData) -> dict[str, Any]:
    """Return what matters about a grant, but not what it is of."""
    window = grant.window
    return {
        CONF_LEVEL: grant.level.value,
        CONF_ALL_ENTITIES: grant.all_entities,
        "targets": {kind: len(ids) for kind, ids in grant.target.items()},
        CONF_DANGEROUS: grant.dangerous,
        CONF_ASK: grant.ask,
        CONF_UNTIL: window.until.isoformat() if window.until else None,
        "weekly": bool(window.days or window.begin),
        "uses_left": data.grants.uses_left(grant),
        "open": window.is_open(dt_util.utcnow()),
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
