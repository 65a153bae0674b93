"""What the logbook says of a contact's actions."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from custom_components.xmpp_iot.const import EVENT_COMMAND, EVENT_COMMAND_FAILED
from custom_components.xmpp_iot.logbook import async_describe_events
from homeassistant.core import Event, HomeAssistant

type Describe = Callable[[Event], dict[str, Any]]


@pytest.fixture
def descriptions(hass: HomeAssistant) -> dict[str, Describe]:
    """Return what describes each of our events."""
    found: dict[str, Describe] = {}

    def collect(domain: str, event: str, describe: Describe) -> None:
        assert domain == "xmpp_iot"
        found[event] = describe

    async_describe_events(hass, collect)
    return found


def data(action: str, **more: str) -> Mapping[str, Any]:
    """Return an event's data."""
    return {
        "entity_id": "lock.front_door",
        "name": "Front {door}",
        "action": action,
        "contact": "Friend",
        "jid": "friend@example.org",
        **more,
    }


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("unlock", "unlocked Front {door} by XMPP"),
        ("set_value", "used set value on Front {door} by XMPP"),
    ],
)
async def test_an_action_is_told_in_words(
    descriptions: dict[str, Describe], action: str, message: str
) -> None:
    """The usual actions have words of their own, others their name."""
    entry = descriptions[EVENT_COMMAND](Event(EVENT_COMMAND, data(action)))
    assert entry == {
        "name": "Friend (friend@example.org)",
        "message": message,
        "icon": "mdi:account-arrow-right",
    }


async def test_a_failure_says_its_reason(descriptions: dict[str, Describe]) -> None:
    """What was begun and failed says so."""
    event = Event(EVENT_COMMAND_FAILED, data("unlock", reason="jammed"))
    entry = descriptions[EVENT_COMMAND_FAILED](event)
    assert entry["message"] == "unlocked Front {door} by XMPP: failed, jammed"
