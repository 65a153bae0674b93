"""Two houses, one of which shows the other's entities: what the tests of that look at."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from types import MappingProxyType

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONCENTRATOR
from custom_components.xmpp_iot.remote.link import Connection, Link
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er

from .conftest import House, account_data, add_contact, contact


@asynccontextmanager
async def open_cabin(
    house: House, **account: object
) -> AsyncGenerator[MockConfigEntry]:
    """Open the house of another account, in the same Home Assistant, that links the first one."""
    await add_contact(house, contact(house.server, "cabin", "command"))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        unique_id=house.server.accounts["cabin"].jid,
        data=account_data(house.server, "cabin") | account,
    )
    entry.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    hass = house.hass
    hass.config_entries.async_add_subentry(entry, concentrator(house.bare, "Home"))
    await hass.async_block_till_done()
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        for subentry_id in tuple(entry.subentries):
            hass.config_entries.async_remove_subentry(entry, subentry_id)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_unload(entry.entry_id)


def link_of(entry: MockConfigEntry) -> Link:
    """Return the only link of an account."""
    (found,) = entry.runtime_data.links
    assert isinstance(found, Link)
    return found


def mirrors(hass: HomeAssistant, link: Link) -> dict[str, str]:
    """Return the entity that shows each node."""
    registered = {
        entry.unique_id: entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN
    }
    shown = ((node.id, link.unique_id(node)) for node in link.store)
    return {node: registered[one] for node, one in shown if one in registered}


def mirror(hass: HomeAssistant, link: Link, entity_id: str) -> State:
    """Return what shows an entity of the other house."""
    found = hass.states.get(mirrors(hass, link)[entity_id])
    assert found is not None
    return found


def connection(hass: HomeAssistant, link: Link) -> State:
    """Return what the sensor of the house says."""
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, link.devices.connection_id
    )
    assert entity_id
    found = hass.states.get(entity_id)
    assert found is not None
    return found


async def until(
    hass: HomeAssistant, condition: Callable[[], object], timeout: float = 10
) -> None:
    """Wait until something that ends in a change of a state is so."""
    changed = asyncio.Event()

    @callback
    def note(_: Event) -> None:
        changed.set()

    unsubscribe = hass.bus.async_listen(MATCH_ALL, note)
    try:
        async with asyncio.timeout(timeout):
            while not condition():
                changed.clear()
                await changed.wait()
    finally:
        unsubscribe()


async def is_linked(hass: HomeAssistant, link: Link) -> None:
    """Wait until the house is there, and all that is to be shown is shown."""
    await until(
        hass, lambda: connection(hass, link).state == Connection.LINKED, timeout=20
    )
    await hass.async_block_till_done()


def concentrator(jid: str, title: str, **data: object) -> ConfigSubentry:
    """Return the subentry of a linked house."""
    return ConfigSubentry(
        data=MappingProxyType({"jid": jid, **data}),
        subentry_type=SUBENTRY_CONCENTRATOR,
        title=title,
        unique_id=f"concentrator:{jid}",
    )


def entities_of(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the entities that an account has registered of the houses it links."""
    registry = er.async_get(hass)
    return {
        one.entity_id
        for one in er.async_entries_for_config_entry(registry, entry.entry_id)
        if one.config_subentry_id is not None
    }
