"""Which servers are trusted, and what is wrong with those that are not.

Two ways only: the certificate is verified against authorities for the account's domain, or it is exactly
the one whose fingerprint the person gave. There is no third way that accepts anything.
"""

from hashlib import sha256
import hmac
import re
import ssl
from typing import Final

from .errors import CertificateRejected, EncryptionUnavailable, LoginError, Unreachable

_FINGERPRINT: Final = re.compile("[0-9a-f]{64}")


def create_ssl_context(
    ca_certificate: str | None = None, fingerprint: str | None = None
) -> ssl.SSLContext:
    """Return the context of one account; reads files, so call it in an executor.

    `ca_certificate` is PEM text and replaces the system's authorities. With a `fingerprint` the certificate
    is not verified here but compared in `check_fingerprint`. CertificateRejected for unusable text.
    """
    context = _create_context(ca_certificate)
    context.set_alpn_protocols(["xmpp-client"])  # XEP-0368 section 4
    if fingerprint:
        parse_fingerprint(fingerprint)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _create_context(ca_certificate: str | None) -> ssl.SSLContext:
    if not ca_certificate:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cadata=ca_certificate)
    except (ssl.SSLError, TypeError) as error:  # TypeError: not ASCII
        raise CertificateRejected("The CA certificate is not PEM text.") from error
    # Home-made authorities often lack the extensions RFC 5280 asks for; Python checks them since 3.13.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def parse_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as 64 lower-case digits; CertificateRejected where it is none."""
    digits = text.replace(":", "").replace(" ", "").lower()
    if not _FINGERPRINT.fullmatch(digits):
        raise CertificateRejected("A SHA-256 fingerprint has 64 hexadecimal digits.")
    return digits


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 fingerprint of a certificate in DER."""
    return sha256(certificate).hexdigest()


def check_fingerprint(fingerprint: str, certificate: bytes | None) -> None:
    """Raise CertificateRejected unless `certificate` (DER) is the one with `fingerprint`."""
    found = fingerprint_of(certificate or b"")
    if not hmac.compare_digest(found, parse_fingerprint(fingerprint)):
        raise CertificateRejected(f"The certificate has the fingerprint {found}.")


def explain(error: OSError | UnicodeError) -> LoginError:
    """Return what a failure to connect or to start TLS means for the person who set up the account."""
    match error:
        case ssl.SSLCertVerificationError():
            return CertificateRejected(error.verify_message)
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return Unreachable("no TLS on this port; is it the one for STARTTLS?")
        case ssl.SSLError():
            return EncryptionUnavailable(f"TLS failed: {error.reason or error}")
        case TimeoutError():
            return Unreachable("The server did not answer in time.")
    detail = error.strerror if isinstance(error, OSError) else None
    return Unreachable(detail or str(error) or type(error).__name__)
