"""A linked house that goes and comes, and a house here that does: nothing is lost, nothing is made anew."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.remote import link as link_module, visit as visit_module
from custom_components.xmpp_iot.remote.link import Connection, Link
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE, Platform
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from scripts.support.servers import XmppServer

from .cable import Cable, cable
from .conftest import House
from .linked import (
    connection,
    entities_of,
    is_linked,
    link_of,
    mirror,
    mirrors,
    open_cabin,
    until,
)

pytestmark = pytest.mark.parametrize("server", ["prosody"], indirect=True)
KITCHEN = "light.kitchen_lights"
BED = "light.bed_light"


@pytest.fixture
def platforms() -> list[Platform]:
    """Return what is enough here."""
    return [Platform.LIGHT]


@pytest.fixture
async def line(server: XmppServer, socket_enabled: None) -> AsyncGenerator[Cable]:
    """Return what connects the house that links with its server."""
    port = server.accounts["cabin"].port or server.port
    async with cable(server.host, port) as line:
        yield line


async def test_a_house_that_restarts_is_away_and_comes_back(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """Its last values are kept meanwhile; it comes back with those it has, and nothing is made anew."""
    registered = entities_of(hass, cabin)
    lamp = mirror(hass, link, KITCHEN).entity_id
    made: list[str] = []

    @callback
    def note(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if event.data["entity_id"] in registered:
            made.append(event.data["action"])

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)

    assert await hass.config_entries.async_unload(house.entry.entry_id)
    await until(hass, lambda: connection(hass, link).state == Connection.AWAY)
    assert mirror(hass, link, KITCHEN).state == "unavailable"
    said = connection(hass, link).attributes
    assert said["last_value"][lamp] == "on"
    assert said["last_seen"]
    with pytest.raises(HomeAssistantError) as refused:
        await link.execute(next(iter(link.store)), "turn_on", {})
    assert refused.value.translation_key == "not_connected"

    hass.states.async_set(KITCHEN, "off")
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await is_linked(hass, link)

    assert mirror(hass, link, KITCHEN).state == "off"
    assert mirror(hass, link, BED).state == "off"
    assert "last_value" not in connection(hass, link).attributes
    assert entities_of(hass, cabin) >= registered
    assert set(made) <= {"update"}


async def test_what_a_house_had_not_when_it_came_back_is_kept(
    hass: HomeAssistant,
    house: House,
    cabin: MockConfigEntry,
    link: Link,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is unavailable, until it is there again or it is certain that it is not."""
    monkeypatch.setattr(visit_module, "CERTAIN_AFTER", 1.0)
    registry = er.async_get(hass)
    lamp, bed = mirrors(hass, link)[KITCHEN], mirrors(hass, link)[BED]
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    # (no state, as in a Home Assistant that has only just started)
    states = {one: hass.states.get(one) for one in (KITCHEN, BED)}
    for one in states:
        hass.states.async_remove(one)
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await is_linked(hass, link)
    assert registry.async_get(lamp)
    assert registry.async_get(bed)
    state = hass.states.get(lamp)
    assert state
    assert state.state == "unavailable"

    hass.states.async_set(KITCHEN, "on", {"friendly_name": "Kitchen Lights"})

    await until(hass, lambda: mirrors(hass, link).get(KITCHEN) == lamp)
    await until(hass, lambda: mirror(hass, link, KITCHEN).state == "on")
    await until(hass, lambda: registry.async_get(bed) is None)
    assert registry.async_get(lamp)


async def test_a_reload_here_changes_nothing(
    hass: HomeAssistant, house: House, cabin: MockConfigEntry, link: Link
) -> None:
    """And what has gone meanwhile is unavailable, not forgotten."""
    before = entities_of(hass, cabin)
    lamp = mirror(hass, link, KITCHEN).entity_id
    assert await hass.config_entries.async_unload(cabin.entry_id)
    state = hass.states.get(lamp)
    assert state
    assert state.state == "unavailable"

    assert await hass.config_entries.async_setup(cabin.entry_id)
    link = link_of(cabin)
    await is_linked(hass, link)

    assert entities_of(hass, cabin) >= before
    assert mirror(hass, link, KITCHEN).entity_id == lamp
    assert mirror(hass, link, KITCHEN).state == "on"


async def test_states_are_kept_for_the_final_write_when_home_assistant_stops(
    hass: HomeAssistant, house: House, link: Link
) -> None:
    """What is restored at the next start is what was, not that everything was unavailable."""
    lamp = mirror(hass, link, KITCHEN).entity_id
    at_the_end: list[str] = []

    @callback
    def note(_: Event) -> None:
        state = hass.states.get(lamp)
        at_the_end.append(state.state if state else "")

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, note)
    await hass.async_stop(force=True)

    assert at_the_end == ["on"]
    hass.set_state(CoreState.not_running)


async def test_a_short_cut_of_the_line_is_not_seen(
    hass: HomeAssistant, house: House, line: Cable
) -> None:
    """The session resumes, and with it the visit: what changed meanwhile comes late, and nothing is read."""
    async with open_cabin(house, port=line.port) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        visit = link._visit
        changes: list[bool] = []
        link.listen(lambda: changes.append(link.online))

        lost = asyncio.Event()
        cabin.runtime_data.session.on_offline(lost.set)
        line.cut()
        await lost.wait()
        hass.states.async_set(KITCHEN, "off")

        await until(hass, lambda: mirror(hass, link, KITCHEN).state == "off")
        assert link._visit is visit
        assert changes == []


async def test_a_line_that_stays_cut_makes_the_house_away(
    hass: HomeAssistant,
    house: House,
    line: Cable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a moment; and it comes back with the line, in whatever session."""
    monkeypatch.setattr(link_module, "GRACE", 0.1)
    async with open_cabin(house, port=line.port) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)

        line.broken = True
        line.cut()
        await until(hass, lambda: connection(hass, link).state == Connection.AWAY)
        assert mirror(hass, link, KITCHEN).state == "unavailable"
        hass.states.async_set(KITCHEN, "off")

        line.broken = False
        await is_linked(hass, link)
        assert mirror(hass, link, KITCHEN).state == "off"


async def test_a_new_session_begins_anew(
    hass: HomeAssistant, house: House, line: Cable
) -> None:
    """With a visit of its own, and the same entities."""
    async with open_cabin(house, port=line.port) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)
        before = entities_of(hass, cabin)
        away: list[str] = []
        link.listen(lambda: away.append(connection(hass, link).state))

        # As if the server had forgotten the session.
        cabin.runtime_data.session._stream._ledger.forget()
        line.cut()
        await until(hass, lambda: away)
        await is_linked(hass, link)

        assert entities_of(hass, cabin) >= before
        assert mirror(hass, link, KITCHEN).state == "on"


async def test_a_house_is_linked_when_it_comes_later(
    hass: HomeAssistant, house: House
) -> None:
    """Platforms and all: nothing is reloaded for it."""
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    async with open_cabin(house) as cabin:
        link = link_of(cabin)
        await is_linked(hass, link)

        assert mirror(hass, link, KITCHEN).state == "on"
        async_fire_time_changed(hass)
