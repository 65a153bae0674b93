"""A house with demo entities on a real XMPP server, and people with clients of their own."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import (
    DOMAIN,
    SUBENTRY_CONCENTRATOR,
    SUBENTRY_CONTACT,
)
from custom_components.xmpp_iot.remote.link import Connection, Link
from homeassistant.components import demo as demo_component
from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryData,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from scripts.support.servers import XmppServer

from .cable import Cable, cable
from .client import Client


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the demo integration's own timers be."""
    return True


# What the tests name: the others cost time in every test.
NAMED = [
    Platform.LIGHT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]
EVERYTHING = list(demo_component.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM)


@pytest.fixture
def platforms() -> list[Platform]:
    """Return the demo's platforms that a test wants."""
    return NAMED


@pytest.fixture(autouse=True)
def demo_entities(platforms: list[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo integration have entities of those platforms."""
    if platforms != EVERYTHING:
        configured = "COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM"
        monkeypatch.setattr(demo_component, configured, platforms)
        monkeypatch.setattr(demo_component, "COMPONENTS_WITH_DEMO_PLATFORM", [])


@pytest.fixture(params=["prosody", "ejabberd"])
def server(request: pytest.FixtureRequest) -> XmppServer:
    """Return each of the servers in turn."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, XmppServer)
    return running


def contact(
    server: XmppServer, user: str, level: str, *entities: str
) -> ConfigSubentryData:
    """Return the subentry of a contact; without entities it is granted all of them."""
    jid = server.accounts[user].jid
    return ConfigSubentryData(
        data={
            "jid": jid,
            "nickname": user.title(),
            "grants": [
                {
                    "id": user,
                    "level": level,
                    "all_entities": not entities,
                    "target": {"entity_id": list(entities)} if entities else {},
                    "dangerous": True,
                }
            ],
        },
        subentry_type=SUBENTRY_CONTACT,
        title=user.title(),
        unique_id=f"contact:{jid}",
    )


def account_data(server: XmppServer, user: str) -> dict[str, Any]:
    """Return what the config flow keeps of an account."""
    account = server.accounts[user]
    return {
        "jid": account.jid,
        "password": account.password,
        "host": server.host,
        "port": account.port or server.port,
        "tls": "starttls",
        "ca_certificate": server.ca_file.read_text(),
    }


@dataclass(frozen=True, slots=True)
class House:
    """A house online."""

    hass: HomeAssistant
    entry: MockConfigEntry
    server: XmppServer

    @property
    def jid(self) -> str:
        """The house's full JID."""
        return f"{self.bare}/homeassistant"

    @property
    def bare(self) -> str:
        """The house's address."""
        return self.server.accounts["home"].jid

    def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state.state


@asynccontextmanager
async def open_house(
    hass: HomeAssistant, server: XmppServer, **account: object
) -> AsyncGenerator[House]:
    """Open a house whose friend may do everything and whose guest may look at it."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "demo", {"demo": {}})
    await hass.async_block_till_done()
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id=server.accounts["home"].jid,
        data=account_data(server, "home") | account,
        subentries_data=[
            contact(server, "friend", "command"),
            contact(server, "guest", "read"),
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    yield House(hass, entry, server)
    if entry.state is ConfigEntryState.LOADED:
        # The servers go on: the next house there begins without contacts in its roster.
        for subentry_id in tuple(entry.subentries):
            hass.config_entries.async_remove_subentry(entry, subentry_id)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def house(
    hass: HomeAssistant, server: XmppServer, socket_enabled: None
) -> AsyncGenerator[House]:
    """Return that house."""
    async with open_house(hass, server) as house:
        yield house


async def add_contact(house: House, data: ConfigSubentryData) -> str:
    """Add a contact as the subentry flow does; return the subentry's id."""
    subentry = ConfigSubentry(
        data=MappingProxyType(dict(data["data"])),
        subentry_type=data["subentry_type"],
        title=data["title"],
        unique_id=data["unique_id"],
    )
    house.hass.config_entries.async_add_subentry(house.entry, subentry)
    await house.hass.async_block_till_done()
    return subentry.subentry_id


@pytest.fixture
async def cabin(house: House) -> AsyncGenerator[MockConfigEntry]:
    """Return the account of another house, in the same Home Assistant, that links the first one."""
    await add_contact(house, contact(house.server, "cabin", "command"))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        unique_id=house.server.accounts["cabin"].jid,
        data=account_data(house.server, "cabin"),
        subentries_data=[
            ConfigSubentryData(
                data={"jid": house.bare, "prefix": ""},
                subentry_type=SUBENTRY_CONCENTRATOR,
                title="Home",
                unique_id=f"concentrator:{house.bare}",
            )
        ],
    )
    entry.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    yield entry
    for subentry_id in tuple(entry.subentries):
        house.hass.config_entries.async_remove_subentry(entry, subentry_id)
    await house.hass.async_block_till_done()
    assert await house.hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def link(hass: HomeAssistant, cabin: MockConfigEntry) -> Link:
    """Return the link of that house to the first one, with everything shown."""
    (found,) = cabin.runtime_data.links
    assert isinstance(found, Link)
    changed = asyncio.Event()
    unsubscribe = found.watch(changed.set)
    async with asyncio.timeout(30):
        while found.connection is not Connection.LINKED:
            changed.clear()
            await changed.wait()
    unsubscribe()
    await hass.async_block_till_done()
    return found


@pytest.fixture
async def line(server: XmppServer, socket_enabled: None) -> AsyncGenerator[Cable]:
    """Return what connects the house with its server."""
    async with cable(server.host, server.port) as line:
        yield line


type LogIn = Callable[..., Any]


@pytest.fixture
async def log_in(server: XmppServer, socket_enabled: None) -> AsyncGenerator[LogIn]:
    """Return what logs a person in until the end of the test."""
    async with AsyncExitStack() as stack:

        async def enter(user: str, resource: str = "phone") -> Client:
            return await stack.enter_async_context(
                Client.logged_in(server, user, resource)
            )

        yield enter


@pytest.fixture
async def friend(house: House, log_in: LogIn) -> Client:
    """Return the friend, who sees the house online."""
    client: Client = await log_in("friend")
    await client.sees(house.bare)
    return client


@pytest.fixture
async def guest(house: House, log_in: LogIn) -> Client:
    """Return the guest, who sees the house online."""
    client: Client = await log_in("guest")
    await client.sees(house.bare)
    return client


@pytest.fixture
async def stranger(house: House, log_in: LogIn) -> Client:
    """Return somebody the house does not know."""
    client: Client = await log_in("stranger")
    return client
