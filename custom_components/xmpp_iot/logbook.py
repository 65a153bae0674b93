"""The logbook says who did what by XMPP."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .const import (
    ATTR_ACTION,
    ATTR_CONTACT,
    ATTR_REASON,
    CONF_JID,
    DOMAIN,
    EVENT_COMMAND,
    EVENT_COMMAND_FAILED,
)

# Home Assistant's logbook is not translated: these are the words its own entries use.
_DONE: Final[Mapping[str, str]] = {
    "close_cover": "closed {name}",
    "lock": "locked {name}",
    "move": "moved {name}",
    "open": "opened {name}",
    "open_cover": "opened {name}",
    "press": "pressed {name}",
    "rename": "renamed {name}",
    "stop_cover": "stopped {name}",
    "toggle": "toggled {name}",
    "turn_off": "turned off {name}",
    "turn_on": "turned on {name}",
    "unlock": "unlocked {name}",
}


def _phrase(data: Mapping[str, Any]) -> str:
    """Return what was done to which entity, such as 'turned on Kitchen lights'."""
    action: str = data[ATTR_ACTION]
    generic = f"used {action.replace('_', ' ')} on {{name}}"
    return _DONE.get(action, generic).format(name=data[ATTR_NAME])


def _entry(data: Mapping[str, Any], message: str) -> dict[str, Any]:
    # Without the entity's id: beside one, the frontend shows the entity's name in place of ours.
    return {
        LOGBOOK_ENTRY_NAME: f"{data[ATTR_CONTACT]} ({data[CONF_JID]})",
        LOGBOOK_ENTRY_MESSAGE: message,
        LOGBOOK_ENTRY_ICON: "mdi:account-arrow-right",
    }


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe the events of this integration (homeassistant.components.logbook)."""

    @callback
    def command(event: Event) -> dict[str, Any]:
        """Describe an action somebody asked for."""
        return _entry(event.data, f"{_phrase(event.data)} by XMPP")

    @callback
    def failed(event: Event) -> dict[str, Any]:
        """Describe an action that was begun and failed."""
        reason = event.data[ATTR_REASON]
        return _entry(event.data, f"{_phrase(event.data)} by XMPP: failed, {reason}")

    async_describe_event(DOMAIN, EVENT_COMMAND, command)
    async_describe_event(DOMAIN, EVENT_COMMAND_FAILED, failed)
