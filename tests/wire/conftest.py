"""The servers of this room's tests, and a peer to talk to."""

import asyncio
from collections.abc import AsyncGenerator
import ssl

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.peer import Peers
from custom_components.xmpp_iot.wire.session import create_ssl_context

from .certificates import Certificate
from .conversation import Conversation
from .hostile import DOMAIN
from .talk import HOME, Road, Session, Talk


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


@pytest.fixture(params=FAMILIES, ids=lambda one: str(one.name))
async def talk(request: pytest.FixtureRequest) -> AsyncGenerator[Talk]:
    """Return a peer in each dialect."""
    road = Road()
    far = Conversation(line=road)
    session = Session(far)
    road.session = session
    peers = Peers(session)
    peers.start()
    yield Talk(far, session, peers, peers.peer(HOME, request.param), road)
    await peers.stop()
    await far.service.stop()
    assert not session.handlers
    assert not session.gone
    assert not [one for one in asyncio.all_tasks() if "farewell" in one.get_name()]
