"""Contacts for tests, with one grant each."""

from collections.abc import Mapping
from typing import Any

from custom_components.xmpp_iot.contacts.grants import Contact, Grant, Level
from custom_components.xmpp_iot.contacts.records import Records
from homeassistant.core import HomeAssistant


def contact(
    *,
    jid: str,
    level: Level,
    name: str = "",
    target: Mapping[str, Any] | None = None,
    all_entities: bool = False,
    **more: Any,
) -> Contact:
    """Return a contact whose only grant goes as far as `level`; `more` are other fields of the grant."""
    grant = Grant(
        id=f"grant of {jid}",
        level=level,
        target=target or {},
        all_entities=all_entities,
        **more,
    )
    return Contact(jid=jid, name=name or jid, grants=(grant,))


def records(hass: HomeAssistant) -> Records:
    """Return records of nothing yet."""
    return Records(hass, "entry of a test")
