"""An account that is set up, and log-ins that go as the test says."""

from collections.abc import Generator
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import (
    CONF_CA_CERTIFICATE,
    CONF_JID,
    CONF_TLS,
    CONF_USER_ID,
    DOMAIN,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority, Prosody

from .forms import JID, PASSWORD, PLAIN


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
