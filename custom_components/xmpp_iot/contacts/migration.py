"""Contacts as earlier versions kept them, in the form of today."""

import logging
import secrets
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from ..const import (
    CONF_ALL_ENTITIES,
    CONF_GRANTS,
    CONF_ID,
    CONF_JID,
    CONF_LEVEL,
    CONF_NICKNAME,
    CONF_TARGET,
    SUBENTRY_CONTACT,
)

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
MINOR_VERSION: Final = 2


def new_id() -> str:
    """Return the id of a new grant."""
    return secrets.token_hex(4)


@callback
def async_migrate(hass: HomeAssistant, entry: ConfigEntry[Any]) -> bool:
    """Bring an entry into the form of today; False for one of a later version, which is left as it is."""
    if entry.version > VERSION:
        return False
    if entry.minor_version < MINOR_VERSION:
        for subentry in entry.get_subentries_of_type(SUBENTRY_CONTACT):
            hass.config_entries.async_update_subentry(
                entry, subentry, data=_in_rows(subentry)
            )
        hass.config_entries.async_update_entry(entry, minor_version=MINOR_VERSION)
    return True


def _in_rows(subentry: ConfigSubentry) -> dict[str, Any]:
    """Return a contact with its only grant, of minor version 1, as a row."""
    data = subentry.data
    if CONF_GRANTS in data:
        return dict(data)
    _LOGGER.info(
        "%s keeps its grant, without what opens, unlocks or disarms: that is a switch of its own now",
        data[CONF_JID],
    )
    row = {
        CONF_ID: new_id(),
        CONF_LEVEL: data[CONF_LEVEL],
        CONF_ALL_ENTITIES: data.get(CONF_ALL_ENTITIES, False),
        CONF_TARGET: data.get(CONF_TARGET, {}),
    }
    nickname = data.get(CONF_NICKNAME, "")
    return {CONF_JID: data[CONF_JID], CONF_NICKNAME: nickname, CONF_GRANTS: [row]}
