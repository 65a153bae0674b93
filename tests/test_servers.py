"""The servers that the other tests run on are what those tests believe them to be."""

import pytest
from slixmpp import JID

from scripts.support.friends import logged_in
from scripts.support.servers import Ejabberd, Prosody, XmppServer

from .servers import VERSIONS

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture(params=VERSIONS)
def server(request: pytest.FixtureRequest) -> XmppServer:
    """Return each version of the servers that is here in turn."""
    server = request.getfixturevalue(request.param)
    assert isinstance(server, (Prosody, Ejabberd))
    return server


async def test_an_ordinary_user_has_a_pubsub_service(server: XmppServer) -> None:
    """A user logs in over verified TLS, and the account offers PubSub."""
    account = server.accounts["friend"]

    async with logged_in(server, account, "test") as client:
        info = await client.plugin["xep_0030"].get_info(jid=JID(account.jid))

    identities = {(kind[0], kind[1]) for kind in info["disco_info"]["identities"]}
    assert ("pubsub", "pep") in identities
