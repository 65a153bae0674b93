"""The account as the wire wants it, made of what the config entry keeps."""

import ssl

import pytest

from custom_components.xmpp_iot.account import (
    InvalidCertificate,
    InvalidFingerprint,
    InvalidHost,
    async_account,
    login_problem,
)
from custom_components.xmpp_iot.wire.account import TlsMode
from custom_components.xmpp_iot.wire.errors import LoginError, NoMechanism, Unreachable
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority

DATA = {"jid": "home@example.org", "password": "secret", "tls": "starttls"}
DIGITS = "0123456789abcdef" * 4


async def test_little_is_needed(hass: HomeAssistant) -> None:
    """Without settings the server is looked up, and public authorities are trusted."""
    account = await async_account(hass, DATA)

    assert account.jid == "home@example.org"
    assert account.password == "secret"
    assert (account.host, account.port, account.fingerprint) == (None, None, None)
    assert account.tls is TlsMode.STARTTLS
    assert account.ssl_context.verify_mode is ssl.CERT_REQUIRED
    assert account.ssl_context.check_hostname


async def test_settings_are_passed_on(
    hass: HomeAssistant, certificate_authority: CertificateAuthority
) -> None:
    """The server's address, direct TLS, and the CA instead of the public authorities."""
    account = await async_account(
        hass,
        {
            **DATA,
            "host": "xmpp.example.org",
            "port": 5270,
            "tls": "direct",
            "ca_certificate": certificate_authority.pem.decode(),
        },
    )

    assert (account.host, account.port) == ("xmpp.example.org", 5270)
    assert account.tls is TlsMode.DIRECT
    (trusted,) = account.ssl_context.get_ca_certs()
    assert "xmpp_iot test authority" in str(trusted["subject"])


async def test_a_port_alone_is_a_port_of_the_domain(hass: HomeAssistant) -> None:
    """An SRV record names its own port, so there is nothing to look up."""
    account = await async_account(hass, {**DATA, "port": 5270})

    assert (account.host, account.port) == ("example.org", 5270)


@pytest.mark.parametrize(
    "host", ["one example", "one,", "xmpp://one", "one:0", ",".join("abcdefghi")]
)
async def test_hosts_that_are_none_are_refused(hass: HomeAssistant, host: str) -> None:
    """Whoever mistypes one is told before anybody is asked for it."""
    with pytest.raises(InvalidHost) as caught:
        await async_account(hass, {**DATA, "host": host})
    assert caught.value.problem == "invalid_host"


async def test_a_fingerprint_is_taken_as_people_copy_it(hass: HomeAssistant) -> None:
    """Colons, spaces and capital letters do not matter."""
    text = ":".join(DIGITS.upper()[at : at + 2] for at in range(0, len(DIGITS), 2))

    account = await async_account(hass, {**DATA, "fingerprint": f"{text} "})

    assert account.fingerprint == DIGITS


@pytest.mark.parametrize("text", ["12", "g" * 64, DIGITS + "0", " "])
async def test_what_is_no_fingerprint_is_refused(
    hass: HomeAssistant, text: str
) -> None:
    """It is an error, never a certificate that is not checked."""
    with pytest.raises(InvalidFingerprint):
        await async_account(hass, {**DATA, "fingerprint": text})


@pytest.mark.parametrize(
    "text",
    [
        "nothing of the kind",
        "Zertifikät",
        " ",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ],
)
async def test_what_is_no_certificate_is_refused(
    hass: HomeAssistant, text: str
) -> None:
    """It is an error, never the public authorities instead."""
    with pytest.raises(InvalidCertificate):
        await async_account(hass, {**DATA, "ca_certificate": text})


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (NoMechanism(), "no_mechanism"),
        (Unreachable(), "cannot_connect"),
        (LoginError(), "cannot_connect"),
    ],
)
def test_a_failed_log_in_has_a_translation(error: LoginError, problem: str) -> None:
    """An error of a kind not known yet counts as one of the connection."""
    assert login_problem(error) == problem
