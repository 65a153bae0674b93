"""Event entities of other houses: what triggers this house's automations, and what does not."""

from collections.abc import Callable

import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.xmpp_iot.event import XmppIotEvent
from custom_components.xmpp_iot.remote.node import RemoteNode
from homeassistant.core import ServiceCall
from homeassistant.setup import async_setup_component

from .conftest import Cabin

FIRST, SECOND, THIRD = (
    f"2026-11-21T06:00:00.{part}+00:00" for part in ("100", "101", "102")
)
BELL = {"event_types": ["ring", "knock"], "event_type": "ring"}


@pytest.fixture
def bell(cabin: Cabin) -> RemoteNode:
    """Return a bell that rang."""
    return cabin.node("event.bell", FIRST, **BELL)


@pytest.fixture
async def notices(cabin: Cabin) -> list[ServiceCall]:
    """Return what an automation did on each ring of the bell."""
    calls: list[ServiceCall] = async_mock_service(cabin.hass, "test", "notice")
    assert await async_setup_component(
        cabin.hass,
        "automation",
        {
            "automation": {
                "triggers": {
                    "trigger": "event.received",
                    "target": {"entity_id": "event.home_bell"},
                    "options": {"event_type": ["ring"]},
                },
                "actions": {
                    "action": "test.notice",
                    "data": {"state": "{{ trigger.to_state.state }}"},
                },
            }
        },
    )
    await cabin.hass.async_block_till_done()
    return calls


async def _shown(cabin: Cabin, bell: RemoteNode) -> Callable[[], str]:
    entity_id = (await cabin.show(bell, XmppIotEvent)).entity_id
    return lambda: cabin.state(entity_id).state


async def test_an_event_there_is_an_event_here(
    cabin: Cabin, bell: RemoteNode, notices: list[ServiceCall]
) -> None:
    """Each new event triggers once, with its own time; the first one that is read is not new."""
    await _shown(cabin, bell)

    cabin.change(bell, SECOND)
    cabin.change(bell, THIRD)
    await cabin.hass.async_block_till_done()

    assert [call.data["state"] for call in notices] == [SECOND, THIRD]


async def test_its_type_tells_events_apart(
    cabin: Cabin, bell: RemoteNode, notices: list[ServiceCall]
) -> None:
    """An event of another type is none of those that were waited for."""
    await _shown(cabin, bell)

    cabin.change(bell, SECOND, event_type="knock")
    await cabin.hass.async_block_till_done()

    assert not notices


async def test_what_is_read_again_is_not_new(
    cabin: Cabin, bell: RemoteNode, notices: list[ServiceCall]
) -> None:
    """The same moment is the same event, whatever else is said of it."""
    await _shown(cabin, bell)

    cabin.change(bell, FIRST)
    cabin.change(bell, FIRST, battery=12)
    await cabin.hass.async_block_till_done()

    assert not notices


async def test_what_was_missed_does_not_happen_now(
    cabin: Cabin, bell: RemoteNode, notices: list[ServiceCall]
) -> None:
    """What happened while the other house was away is shown, and triggers nothing any more."""
    state = await _shown(cabin, bell)

    cabin.house.go(online=False)
    cabin.change(bell, SECOND)
    assert state() == "unavailable"
    cabin.house.go(online=True)
    await cabin.hass.async_block_till_done()

    assert state() == SECOND
    assert not notices


async def test_the_first_event_ever_is_one(
    cabin: Cabin, notices: list[ServiceCall]
) -> None:
    """A bell that never rang before rings."""
    bell = cabin.node("event.bell", "unknown", **{**BELL, "event_type": None})
    state = await _shown(cabin, bell)
    assert state() == "unknown"

    cabin.change(bell, FIRST, event_type="ring")
    await cabin.hass.async_block_till_done()

    assert len(notices) == 1
