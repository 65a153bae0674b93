"""What Home Assistant's system information says about the accounts."""

from typing import Any

from slixmpp import __version__

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Say what `system_health_info` returns (homeassistant.components.system_health)."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how many accounts there are and how their connections are; no address is in it."""
    entries = hass.config_entries.async_entries(
        DOMAIN, include_ignore=False, include_disabled=False
    )
    sessions = [
        entry.runtime_data.session
        for entry in entries
        if entry.state is ConfigEntryState.LOADED
    ]
    qualities = [session.link.quality for session in sessions]
    return {
        "accounts": len(entries),
        "connected": sum(session.connected for session in sessions),
        "reconnects": sum(one.returns for one in qualities),
        "slixmpp": __version__,
    }
