"""A component for benches: what was called and what came of it, on the disk at once, whoever is killed then.

`journal: {slips: 5}` in the configuration makes so many texts (`text.slip_1` ...). Whoever sets one names the
command in its value: `c17`, `c17/2.5` for one that takes as many seconds after its effect, `c17/no` for one
that is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
import os
from pathlib import Path
import time
from typing import Any, Final

from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_CALL_SERVICE,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.discovery import async_load_platform

DOMAIN: Final = "journal"
FILE: Final = "journal.txt"
SLIPS: Final = "slips"
REFUSED: Final = "no"

EFFECT: Final = "effect"
CALLED: Final = "called"
PASSED_OVER: Final = "passed-over"
"""Called, for an entity that is not there, of which Home Assistant says nothing."""

# Where an action's data have what is to be set, by how it is called.
_PLACES: Final = ((), ("form",), ("parameters",))


@dataclass(frozen=True, slots=True)
class Journal:
    """Lines in a file: a word, a command and when it was, in seconds since 1970."""

    file: int

    def note(self, word: str, command: str) -> None:
        """Write a line, which is there even if this process ends right now."""
        os.write(self.file, f"{word} {command} {time.time():.4f}\n".encode())


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


async def async_setup(hass: HomeAssistant, config: dict[str, Any]) -> bool:
    """Begin to write, and make the slips."""
    path = Path(hass.config.path(FILE))
    journal = Journal(await hass.async_add_executor_job(_opened, path))

    @callback
    def called(event: Event) -> None:
        if (command := _command(event.data["service_data"])) is not None:
            there = _is_there(hass, event.data["service_data"])
            journal.note(CALLED if there else PASSED_OVER, command)

    hass.bus.async_listen(EVENT_CALL_SERVICE, called)
    hass.data[DOMAIN] = journal
    count = config[DOMAIN][SLIPS]
    hass.async_create_task(
        async_load_platform(hass, Platform.TEXT, DOMAIN, {SLIPS: count}, config)
    )
    return True


def _command(data: Mapping[str, Any]) -> str | None:
    """Return which command an action's data are of, if any."""
    for place in _PLACES:
        found: Any = data
        for name in place:
            found = found.get(name)
            if not isinstance(found, Mapping):
                break
        else:
            if isinstance(value := found.get("value"), str):
                return value.partition("/")[0]
    return None


def _is_there(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Return whether the entities that an action is for can be used."""
    ids = data.get(ATTR_ENTITY_ID, ())
    states = [hass.states.get(one) for one in ([ids] if isinstance(ids, str) else ids)]
    return all(one is not None and one.state != STATE_UNAVAILABLE for one in states)
