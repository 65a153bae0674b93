"""The form for a new account: what is refused and why, and that it can be mended."""

from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.xmpp_iot.const import (
    CONF_CA_CERTIFICATE,
    CONF_FINGERPRINT,
    CONF_JID,
    CONF_TLS,
    SECTION_SERVER,
)
from custom_components.xmpp_iot.wire.errors import (
    AuthenticationFailed,
    CertificateRejected,
    EncryptionUnavailable,
    LoginError,
    NoMechanism,
    Unreachable,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from scripts.support.ports import free_ports

from .forms import JID, PASSWORD, PLAIN, is_collapsed, start, submit, suggested


@pytest.mark.server
@pytest.mark.usefixtures("socket_enabled")
async def test_an_account_is_kept_once_its_log_in_worked(
    hass: HomeAssistant, server: dict[str, Any], set_up: AsyncMock
) -> None:
    """The form's values are kept flat, and the account is set up."""
    form = await start(hass)
    assert is_collapsed(form)

    result = await submit(
        hass, form, jid=f" {JID.upper()}", password=PASSWORD, server=server
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == JID
    assert result["result"].unique_id == JID
    assert result["data"] == {CONF_JID: JID, CONF_PASSWORD: PASSWORD, **server}
    assert isinstance(result["data"][CONF_PORT], int)
    assert set_up.call_count == 1


@pytest.mark.server
@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("jid", "password"),
    [(JID, "wrong"), (JID, ""), (JID, "a\x00b"), (f"nobody.{JID}", PASSWORD)],
)
async def test_a_wrong_password_is_said_and_can_be_mended(
    hass: HomeAssistant, server: dict[str, Any], jid: str, password: str
) -> None:
    """The form keeps everything as typed, the password too."""
    form = await start(hass)

    form = await submit(hass, form, jid=jid, password=password, server=server)

    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": "invalid_auth"}
    assert suggested(form) == {CONF_JID: jid, CONF_PASSWORD: password, **server}
    assert not is_collapsed(form)
    result = await submit(hass, form, jid=JID, password=PASSWORD, server=server)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.server
@pytest.mark.usefixtures("socket_enabled")
async def test_a_certificate_of_an_unknown_authority_is_refused_with_the_reason(
    hass: HomeAssistant, server: dict[str, Any]
) -> None:
    """What is wrong with the certificate is in the error; with the CA it works."""
    unknown = {key: server[key] for key in (CONF_HOST, CONF_PORT, CONF_TLS)}
    form = await start(hass)

    form = await submit(hass, form, jid=JID, password=PASSWORD, server=unknown)

    assert form["errors"] == {"base": "certificate_not_trusted"}
    assert form["description_placeholders"] is not None
    assert "certificate" in form["description_placeholders"]["reason"]
    result = await submit(hass, form, jid=JID, password=PASSWORD, server=server)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.server
@pytest.mark.usefixtures("socket_enabled")
async def test_an_unreachable_server_is_said_and_can_be_mended(
    hass: HomeAssistant, server: dict[str, Any]
) -> None:
    """Nothing listens at the port; then the right port is given."""
    form = await start(hass)
    nobody = {**server, CONF_PORT: free_ports(1)[0]}

    form = await submit(hass, form, jid=JID, password=PASSWORD, server=nobody)

    assert form["errors"] == {"base": "cannot_connect"}
    result = await submit(hass, form, jid=JID, password=PASSWORD, server=server)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (AuthenticationFailed("no"), "invalid_auth"),
        (CertificateRejected("self-signed certificate"), "certificate_not_trusted"),
        (EncryptionUnavailable("no TLS"), "no_encryption"),
        (LoginError("something else"), "cannot_connect"),
        (NoMechanism("PLAIN only"), "no_mechanism"),
        (Unreachable("nobody there"), "cannot_connect"),
    ],
)
async def test_every_reason_a_log_in_fails_for_has_its_words(
    hass: HomeAssistant, log_in: AsyncMock, error: LoginError, problem: str
) -> None:
    """Each kind of error is one key, with the text as placeholder; and the form goes on."""
    log_in.side_effect = error
    form = await start(hass)

    form = await submit(hass, form, jid=JID, password=PASSWORD, server=PLAIN)

    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"base": problem}
    assert form["description_placeholders"] == {"reason": str(error)}
    assert suggested(form) == {CONF_JID: JID, CONF_PASSWORD: PASSWORD, **PLAIN}
    log_in.side_effect = None
    result = await submit(hass, form, jid=JID, password=PASSWORD, server=PLAIN)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("typed", "place", "problem"),
    [
        ({CONF_JID: "home"}, CONF_JID, "invalid_jid"),
        ({CONF_JID: "prosody.example"}, CONF_JID, "invalid_jid"),
        ({CONF_JID: f"{JID}/resource"}, CONF_JID, "invalid_jid"),
        ({CONF_JID: ""}, CONF_JID, "invalid_jid"),
        (
            {SECTION_SERVER: {**PLAIN, CONF_CA_CERTIFICATE: "no certificate"}},
            "base",
            "invalid_certificate",
        ),
        (
            {SECTION_SERVER: {**PLAIN, CONF_CA_CERTIFICATE: "kein Zertifikät"}},
            "base",
            "invalid_certificate",
        ),
        (
            {SECTION_SERVER: {**PLAIN, CONF_FINGERPRINT: "12:34"}},
            "base",
            "invalid_fingerprint",
        ),
        (
            {SECTION_SERVER: {**PLAIN, CONF_HOST: "one.example two.example"}},
            "base",
            "invalid_host",
        ),
    ],
)
async def test_what_cannot_be_right_is_refused_without_asking_a_server(
    hass: HomeAssistant,
    log_in: AsyncMock,
    typed: dict[str, Any],
    place: str,
    problem: str,
) -> None:
    """A bad address, certificate or fingerprint is found here; then it is mended."""
    good = {CONF_JID: JID, CONF_PASSWORD: PASSWORD, SECTION_SERVER: PLAIN}
    form = await start(hass)

    form = await submit(hass, form, **{**good, **typed})

    assert form["errors"] == {place: problem}
    assert is_collapsed(form) is (place == CONF_JID)
    assert log_in.call_count == 0
    result = await submit(hass, form, **good)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert log_in.call_count == 1


async def test_blank_fields_are_not_kept(
    hass: HomeAssistant, log_in: AsyncMock
) -> None:
    """A field that was filled in and emptied again is as one never touched."""
    form = await start(hass)
    server = {**PLAIN, CONF_HOST: "", CONF_CA_CERTIFICATE: "", CONF_FINGERPRINT: ""}

    result = await submit(hass, form, jid=JID, password=PASSWORD, server=server)

    assert result["data"] == {CONF_JID: JID, CONF_PASSWORD: PASSWORD, **PLAIN}
    assert log_in.call_count == 1


async def test_an_account_is_set_up_once(
    hass: HomeAssistant, log_in: AsyncMock, entry: ConfigEntry
) -> None:
    """The same address in other letters is the same account."""
    form = await start(hass)

    result = await submit(hass, form, jid=JID.upper(), password="x", server=PLAIN)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data[CONF_PASSWORD] == PASSWORD
    assert log_in.call_count == 0


async def test_a_forgotten_form_does_not_block_the_next_one(
    hass: HomeAssistant, log_in: AsyncMock
) -> None:
    """A first form with a wrong password stays open while a second one succeeds."""
    log_in.side_effect = AuthenticationFailed
    await submit(hass, await start(hass), jid=JID, password="x", server=PLAIN)
    log_in.side_effect = None

    result = await submit(
        hass, await start(hass), jid=JID, password=PASSWORD, server=PLAIN
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not hass.config_entries.flow.async_progress()
