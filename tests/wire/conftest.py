"""The servers of this room's tests."""

import ssl

import pytest

from custom_components.xmpp_iot.wire.session import create_ssl_context

from .certificates import Certificate
from .hostile import DOMAIN


@pytest.fixture(scope="session")
def authority() -> Certificate:
    """Return the authority the house trusts."""
    return Certificate.make("authority")


@pytest.fixture(scope="session")
def certificate(authority: Certificate) -> Certificate:
    """Return a good certificate for the domain."""
    return Certificate.make(DOMAIN, issuer=authority)


@pytest.fixture(scope="session")
def context(
    certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> ssl.SSLContext:
    """Return the context of a server with the good certificate."""
    return certificate.server_context(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def trust(authority: Certificate) -> ssl.SSLContext:
    """Return the context of a house that trusts the authority."""
    return create_ssl_context(authority.pem)
