"""An account that is set up, and log-ins that go as the test says."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot import link_flow
from custom_components.xmpp_iot.const import (
    CONF_CA_CERTIFICATE,
    CONF_JID,
    CONF_TLS,
    CONF_USER_ID,
    DOMAIN,
    SUBENTRY_CONCENTRATOR,
)
from custom_components.xmpp_iot.remote.directory import Directory
from custom_components.xmpp_iot.wire.peer import Peers
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryDataWithId
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority, Prosody

from ..remote.street import CABIN, Street
from .forms import JID, PASSWORD, PLAIN
from .linking import BARN, KITCHEN


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have progress end when it ends: nobody looks at it here."""
    monkeypatch.setattr(link_flow, "SEEN", 0)


@pytest.fixture(autouse=True)
def set_up() -> Generator[AsyncMock]:
    """Keep entries from being set up: these tests are about the forms."""
    mock = AsyncMock(return_value=True)
    with patch.multiple(
        "custom_components.xmpp_iot",
        create=True,
        async_setup_entry=mock,
        async_unload_entry=AsyncMock(return_value=True),
    ):
        yield mock


@dataclass
class Linked:
    """Who can be linked, and who is."""

    directory: Directory
    links: list[Any] = field(default_factory=list)

    def __iter__(self) -> Iterator[Any]:
        """Return the links."""
        return iter(self.links)


@pytest.fixture
def log_in() -> Generator[AsyncMock]:
    """Replace the log-in, for what a real server cannot be made to answer."""
    with patch("custom_components.xmpp_iot.config_flow.try_login") as mock:
        yield mock


@pytest.fixture
def server(
    prosody: Prosody, certificate_authority: CertificateAuthority
) -> dict[str, Any]:
    """Return the section of the form that leads to the real server."""
    return {
        CONF_HOST: prosody.host,
        CONF_PORT: prosody.port,
        CONF_TLS: "starttls",
        CONF_CA_CERTIFICATE: certificate_authority.pem.decode(),
    }


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account that is set up, at a server whose address is given."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=JID,
        unique_id=JID,
        data={
            CONF_JID: JID,
            CONF_PASSWORD: PASSWORD,
            CONF_USER_ID: "abc",
            CONF_HOST: "192.0.2.1",
            **PLAIN,
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def street() -> Street:
    """Return a street without houses."""
    return Street()


@pytest.fixture
def cabin(hass: HomeAssistant, street: Street) -> MockConfigEntry:
    """Return an account that is online in the street, and links the kitchen of a barn."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=CABIN,
        data={CONF_JID: CABIN, CONF_PASSWORD: PASSWORD, **PLAIN},
        subentries_data=[
            ConfigSubentryDataWithId(
                subentry_id="barn",
                subentry_type=SUBENTRY_CONCENTRATOR,
                title="Barn",
                unique_id=f"concentrator:{BARN}",
                data={CONF_JID: BARN, **KITCHEN},
            )
        ],
    )
    entry.add_to_hass(hass)
    entry.mock_state(hass, ConfigEntryState.LOADED)
    directory = Directory(street, Peers(street))
    entry.runtime_data = SimpleNamespace(links=Linked(directory))
    return entry


@pytest.fixture
def directory(cabin: MockConfigEntry) -> Directory:
    """Return who the account can link."""
    directory: Directory = cabin.runtime_data.links.directory
    return directory


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody."""
    monkeypatch.setattr(link_flow, "SEARCH_WITHIN", 0.01)
    monkeypatch.setattr(link_flow, "FRIENDS_WITHIN", 0.01)
