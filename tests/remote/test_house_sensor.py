"""The sensor of a linked house: what it remembers over a restart."""

from typing import Any, cast

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockEntityPlatform,
    mock_restore_cache_with_extra_data,
)

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.house_sensor import HouseSensor
from custom_components.xmpp_iot.remote.link import Link
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.registry import Registered
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import EntityPlatform

from .far import HOME, Far, everything, until

SENSOR = "sensor.home_connection"
SEEN = "2025-11-21T12:00:00+00:00"


@pytest.fixture
def link(hass: HomeAssistant, far: Far) -> Link:
    """Return a link that has not begun."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    devices = Devices(
        own="cabin@example.org", house=HOME, store=NodeStore(everything), title="Home"
    )
    registered = Registered(hass, entry, None, devices)  # type: ignore[arg-type]
    return Link(hass, entry, far.neighbourhood, registered, devices)


async def show(hass: HomeAssistant, link: Link) -> HouseSensor:
    """Show the sensor, and return it."""
    platform = MockEntityPlatform(hass, domain="sensor", platform_name=DOMAIN)
    platform.config_entry = link._entry
    er.async_get(hass).async_get_or_create(
        "sensor",
        DOMAIN,
        link.devices.connection_id,
        suggested_object_id="home_connection",
    )
    sensor = HouseSensor(link)
    await cast(EntityPlatform, platform).async_add_entities([sensor])
    return sensor


def attributes(hass: HomeAssistant) -> dict[str, Any]:
    """Return what the sensor says."""
    found = hass.states.get(SENSOR)
    assert found
    return dict(found.attributes)


@pytest.mark.parametrize(
    ("stored", "seen", "values"),
    [
        (None, None, {}),
        ({}, None, {}),
        ({"last_seen": SEEN, "last_value": {"light.a": "on"}}, SEEN, {"light.a": "on"}),
        ({"last_seen": 7, "last_value": "nonsense"}, None, {}),
    ],
)
async def test_what_was_before_a_restart_is_shown_until_the_house_comes(
    hass: HomeAssistant,
    link: Link,
    stored: dict[str, Any] | None,
    seen: str | None,
    values: dict[str, str],
) -> None:
    """As far as it can be read."""
    if stored is not None:
        mock_restore_cache_with_extra_data(hass, ((State(SENSOR, "away"), stored),))
    await show(hass, link)

    said = attributes(hass)
    assert (said["last_seen"], said["last_value"]) == (seen, values)
    assert said["entities"] == 0
    found = hass.states.get(SENSOR)
    assert found
    assert found.state == "away"


async def test_what_is_stored_is_how_it_is_when_home_assistant_stops(
    hass: HomeAssistant, far: Far, link: Link
) -> None:
    """Of a house that is here, that is now; of one that is away, when it left."""
    sensor = await show(hass, link)
    assert sensor.extra_restore_state_data.as_dict() == {
        "last_seen": None,
        "last_value": {},
    }
    link.start()
    await until(lambda: link.online)
    assert sensor.extra_restore_state_data.as_dict()["last_seen"]
    found = hass.states.get(SENSOR)
    assert found
    assert found.state == "linked"

    far.leave()

    assert (
        sensor.extra_restore_state_data.as_dict()["last_seen"]
        == (attributes(hass)["last_seen"])
    )
    await link.stop()


async def test_a_house_that_is_here_needs_nothing_restored(
    hass: HomeAssistant, link: Link
) -> None:
    """What was is of no interest then."""
    link.start()
    await until(lambda: link.online)
    stored = {"last_seen": SEEN, "last_value": {"light.a": "on"}}
    mock_restore_cache_with_extra_data(hass, ((State(SENSOR, "away"), stored),))

    await show(hass, link)

    assert "last_value" not in attributes(hass)
    assert link.last_values == {}
    assert link.last_seen is None
    await link.stop()
