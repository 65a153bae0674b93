"""From what the config entry keeps to an account that can log in, and why it cannot."""

from collections.abc import Mapping
import ssl
from typing import Any, ClassVar, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant

from .const import CONF_CA_CERTIFICATE, CONF_FINGERPRINT, CONF_JID, CONF_TLS
from .wire.account import Account, TlsMode, parse_hosts
from .wire.errors import (
    AuthenticationFailed,
    CertificateRejected,
    EncryptionUnavailable,
    InvalidAddress,
    LoginError,
    NoMechanism,
    Unreachable,
)
from .wire.tls import create_ssl_context, parse_fingerprint

_PROBLEMS: Final[Mapping[type[LoginError], str]] = {
    AuthenticationFailed: "invalid_auth",
    CertificateRejected: "certificate_not_trusted",
    EncryptionUnavailable: "no_encryption",
    InvalidAddress: "invalid_jid",
    NoMechanism: "no_mechanism",
    Unreachable: "cannot_connect",
}


class InvalidSetting(ValueError):
    """A setting of the account cannot be used; `problem` is the key of its translation."""

    problem: ClassVar[str]


class InvalidCertificate(InvalidSetting):
    """The CA certificate is not a certificate in PEM form."""

    problem = "invalid_certificate"


class InvalidHost(InvalidSetting):
    """What is given as hosts are not names or addresses, separated by commas."""

    problem = "invalid_host"


class InvalidFingerprint(InvalidSetting):
    """The fingerprint is not a SHA-256 digest in hexadecimal digits."""

    problem = "invalid_fingerprint"


def login_problem(error: LoginError) -> str:
    """Return the translation key of why the log-in failed.

    The key is the same under the errors of the config flow and under `exceptions`; the placeholder
    `reason` of both is the text of `error`.
    """
    return _PROBLEMS.get(type(error), "cannot_connect")


async def async_account(hass: HomeAssistant, data: Mapping[str, Any]) -> Account:
    """Return the account that a config entry's `data` describes.

    Certificates are read from disk and parsed in the executor. Raises InvalidSetting when the CA
    certificate or the fingerprint cannot be used.
    """
    fingerprint = _fingerprint(data.get(CONF_FINGERPRINT))
    jid: str = data[CONF_JID]
    port: int | None = data.get(CONF_PORT)
    host: str | None = data.get(CONF_HOST)
    if port is not None and host is None:
        # A port alone means the machine named like the domain: an SRV record names its own port.
        host = jid.rpartition("@")[2]
    if host is not None:
        try:
            parse_hosts(host)
        except ValueError as err:
            raise InvalidHost(host) from err
    return Account(
        jid=jid,
        password=data[CONF_PASSWORD],
        ssl_context=await hass.async_add_executor_job(
            _ssl_context, data.get(CONF_CA_CERTIFICATE), fingerprint
        ),
        host=host,
        port=port,
        tls=TlsMode(data[CONF_TLS]),
        fingerprint=fingerprint,
    )


def _fingerprint(text: str | None) -> str | None:
    """Return the fingerprint's digits."""
    if text is None:
        return None
    try:
        return parse_fingerprint(text)
    except CertificateRejected as err:
        raise InvalidFingerprint(text) from err


def _ssl_context(ca_certificate: str | None, fingerprint: str | None) -> ssl.SSLContext:
    """Build the SSL context; blocks."""
    try:
        return create_ssl_context(ca_certificate, fingerprint)
    except (CertificateRejected, TypeError) as err:
        # TypeError: Python's ssl takes text of ASCII characters only.
        raise InvalidCertificate(str(err)) from err
