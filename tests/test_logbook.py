"""What the logbook says of a contact's actions."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from custom_components.xmpp_iot.const import (
    EVENT_COMMAND,
    EVENT_COMMAND_DONE,
    EVENT_COMMAND_FAILED,
    EVENT_REFUSED,
)
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


def data(action: str, **more: object) -> Mapping[str, Any]:
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


async def test_an_action_says_by_which_grant(
    descriptions: dict[str, Describe],
) -> None:
    """In the words the event has."""
    event = Event(EVENT_COMMAND, data("unlock", granted_by="Control: Front door"))
    entry = descriptions[EVENT_COMMAND](event)
    assert entry["message"] == "unlocked Front {door} by XMPP (Control: Front door)"


def refusal(said: Mapping[str, Any]) -> Event:
    """Return the event of a refusal."""
    return Event(EVENT_REFUSED, said)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "was refused turn on of Front {door} by XMPP: Access denied."),
        (
            {"count": 17},
            "was refused turn on of Front {door} by XMPP (17 times): Access denied.",
        ),
        (
            {"name": "", "action": "many {requests}"},
            "was refused many {requests} by XMPP: Access denied.",
        ),
    ],
)
async def test_a_refusal_says_what_and_why(
    descriptions: dict[str, Describe], more: dict[str, object], message: str
) -> None:
    """How often, where it was more than once; some are about nothing in particular."""
    said = {**data("turn_on", reason="Access denied.", count=1), **more}
    assert descriptions[EVENT_REFUSED](refusal(said)) == {
        "name": "Friend (friend@example.org)",
        "message": message,
        "icon": "mdi:account-cancel",
    }


async def test_what_somebody_calls_an_action_is_no_template(
    descriptions: dict[str, Describe],
) -> None:
    """Braces are braces."""
    entry = descriptions[EVENT_COMMAND](Event(EVENT_COMMAND, data("{name}")))
    assert entry["message"] == "used {name} on Front {door} by XMPP"


async def test_what_is_done_is_one_entry(descriptions: dict[str, Describe]) -> None:
    """It was written before; the event entity says that it was done."""
    assert EVENT_COMMAND_DONE not in descriptions
