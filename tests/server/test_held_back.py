"""What a server reads in pieces comes through at once, and not with what is said next."""

import pytest

from custom_components.xmpp_iot.wire import watch
from custom_components.xmpp_iot.wire.disco import PING_QUERY
from custom_components.xmpp_iot.wire.xml import element
from scripts.support.servers import XmppServer

from .test_session import online

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture(autouse=True)
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing said that the test does not say."""
    monkeypatch.setattr(watch, "SOON", 60.0)


@pytest.mark.parametrize("server", ["prosody", "ejabberd"], indirect=True)
async def test_a_long_attribute_is_read(server: XmppServer) -> None:
    """Prosody 13 reads 4 kB at a time, and would wait for as much again."""
    async with online(server, "home") as home:
        for size in (5_000, 9_000, 20_000, 100_000):
            question = element(PING_QUERY, {"long": "x" * size})
            await home.iq(home.domain, question, timeout=2)
