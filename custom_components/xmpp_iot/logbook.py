"""The logbook says who did what by XMPP, by which grant, and who was refused what.

What was done is one entry, written before: so the entries of the entities that it changed say who. What failed has
another one. That an action was done, too, is in the event entity of the contact, which says of each request what
became of it.
"""

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
    ATTR_COUNT,
    ATTR_GRANTED_BY,
    ATTR_REASON,
    CONF_JID,
    DOMAIN,
    EVENT_COMMAND,
    EVENT_COMMAND_FAILED,
    EVENT_REFUSED,
)

_ICON: Final = "mdi:account-arrow-right"
_ICON_REFUSED: Final = "mdi:account-cancel"

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
    generic = f"used {_words(action)} on {{name}}"
    return _DONE.get(action, generic).format(name=data[ATTR_NAME])


def _words(action: str) -> str:
    # Others have chosen it, so that it is no text to fill in.
    return action.replace("_", " ").replace("{", "{{").replace("}", "}}")


def _entry(data: Mapping[str, Any], message: str, icon: str = _ICON) -> dict[str, Any]:
    # Without the entity's id: beside one, the frontend shows the entity's name in place of ours.
    return {
        LOGBOOK_ENTRY_NAME: f"{data[ATTR_CONTACT]} ({data[CONF_JID]})",
        LOGBOOK_ENTRY_MESSAGE: message,
        LOGBOOK_ENTRY_ICON: icon,
    }


@callback
def _command(event: Event) -> dict[str, Any]:
    """Describe an action somebody asked for."""
    data = event.data
    message = f"{_phrase(data)} by XMPP"
    if grant := data.get(ATTR_GRANTED_BY):
        message += f" ({grant})"
    return _entry(data, message)


@callback
def _failed(event: Event) -> dict[str, Any]:
    """Describe an action that was begun and failed."""
    reason = event.data[ATTR_REASON]
    return _entry(event.data, f"{_phrase(event.data)} by XMPP: failed, {reason}")


@callback
def _refused(event: Event) -> dict[str, Any]:
    """Describe what was refused, such as 'was refused unlock of Front door by XMPP'."""
    data = event.data
    wish = data[ATTR_ACTION].replace("_", " ")
    about = f" of {name}" if (name := data[ATTR_NAME]) else ""
    times = f" ({count} times)" if (count := data.get(ATTR_COUNT, 1)) > 1 else ""
    message = f"was refused {wish}{about} by XMPP{times}: {data[ATTR_REASON]}"
    return _entry(data, message, _ICON_REFUSED)


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe the events of this integration (homeassistant.components.logbook)."""
    async_describe_event(DOMAIN, EVENT_COMMAND, _command)
    async_describe_event(DOMAIN, EVENT_COMMAND_FAILED, _failed)
    async_describe_event(DOMAIN, EVENT_REFUSED, _refused)
