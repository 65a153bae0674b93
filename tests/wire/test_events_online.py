"""Events and messages over a real server: what a client that is not ours says and hears, and when it is gone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from custom_components.xmpp_iot.wire.model import ControlRequest, NodeRef
from custom_components.xmpp_iot.wire.service import IoTService, features
from custom_components.xmpp_iot.wire.session import Account, Session, create_ssl_context
from custom_components.xmpp_iot.wire.xml import to_text
from scripts.support.servers import Prosody

from .schemas import assert_valid
from .test_service_online import Friend, names
from .watching import HALL, NF, Home, told

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

SUBSCRIBE = (
    f"<subscribe xmlns='{NF.events}' id='s'><nd id='sensor.hall' src='entities'/>"
    "</subscribe>"
)
SWITCH = (
    "<set xmlns='urn:xmpp:iot:control'><node nodeId='light.desk'/>"
    "<boolean name='power' value='true'/></set>"
)


@dataclass
class There:
    """A house that is online, and who it was told is gone."""

    session: Session
    home: Home
    gone: list[str | None] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, jid: str | None) -> None:
        """Note that somebody is gone."""
        self.gone.append(jid)
        self.changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that is noted."""
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


def account(server: Prosody) -> Account:
    """Return the house's account."""
    given = server.accounts["home"]
    return Account(
        jid=given.jid,
        password=given.password,
        ssl_context=create_ssl_context(server.ca_file.read_text()),
        host=server.host,
        port=server.port,
    )


@asynccontextmanager
async def online(server: Prosody) -> AsyncGenerator[There]:
    """Have the house online, which admits the friend."""
    session = Session(
        await asyncio.to_thread(account, server),
        name="Home",
        admits=lambda jid: jid == server.accounts["friend"].jid,
        features=features(),
    )
    there = There(session, Home())
    service = IoTService(session, there.home)
    service.start()
    session.on_gone(there.note)
    try:
        await session.connect()
        yield there
    finally:
        await service.stop()
        await session.close()


@pytest.fixture
async def there(prosody: Prosody) -> AsyncIterator[There]:
    """Put the house online."""
    async with online(prosody) as there:
        await there.until(lambda: there.gone == [None])
        yield there


async def test_events_reach_a_client(prosody: Prosody, there: There) -> None:
    """After the answer comes each change, in a message to the full JID."""
    async with Friend.online(prosody) as friend:
        accepted = await friend.ask(there.session.jid, SUBSCRIBE, kind="set")
        there.home.change(HALL, T=22.5)
        event = await friend.hear()
    assert names(accepted) == ("iq", "accepted")
    assert names(event) == ("message", "resp")
    assert (event.get("type"), event.get("to")) == ("normal", friend.xmpp.boundjid.full)
    assert told(to_text(event[0])) == {"sensor.hall": {"T": "22.5"}}
    assert_valid(accepted, event)


async def test_a_client_that_leaves_is_gone(prosody: Prosody, there: There) -> None:
    """The server says that it is unavailable, however it left; its subscriptions end with that."""
    async with Friend.online(prosody) as friend:
        friend.xmpp.send_raw(f"<presence to='{there.session.jid}'/>")
        await friend.ask(there.session.jid, SUBSCRIBE, kind="set")
        assert there.home.value_followers
    await there.until(lambda: friend.xmpp.boundjid.full in there.gone)
    assert there.home.value_followers == []


async def test_a_message_that_comes_back(prosody: Prosody, there: There) -> None:
    """A subscriber who is not there any more is noticed by an event, without any presence.

    It has blocked the house: else Prosody keeps the messages for it in place of returning them.
    """
    blocking = "xmlns='urn:xmpp:blocking'"
    house, own = there.session, prosody.accounts["friend"].jid
    async with Friend.online(prosody) as friend:
        await friend.ask(house.jid, SUBSCRIBE, kind="set")
        full = friend.xmpp.boundjid.full
        block = f"<block {blocking}><item jid='{house.bare}'/></block>"
        await friend.ask(own, block, kind="set")
    async with asyncio.timeout(10):
        for value in count(30.0):  # it may take a moment until the server notices
            there.home.change(HALL, T=value)
            await house.flush()
            if full in there.gone:
                break
    assert there.home.value_followers == []
    async with Friend.online(prosody) as friend:
        await friend.ask(own, f"<unblock {blocking}/>", kind="set")


async def test_control_by_message(prosody: Prosody, there: There) -> None:
    """It is done, and nothing is said of it."""
    async with Friend.online(prosody) as friend:
        friend.xmpp.send_raw(f"<message to='{there.session.jid}'>{SWITCH}</message>")
        answer = await friend.ask(there.session.jid, "<ping xmlns='urn:xmpp:ping'/>")
    assert answer.get("id") == "q1"
    (request,) = there.home.requests
    assert isinstance(request, ControlRequest)
    assert request.nodes == (NodeRef("light.desk"),)
    assert datetime.now(UTC) - there.home.callers[0].sent_at < timedelta(seconds=10)


async def test_a_message_that_was_kept_is_old(prosody: Prosody) -> None:
    """What the server kept while the house was away is as old as the server says."""
    async with Friend.online(prosody) as friend:
        home = prosody.accounts["home"].jid
        friend.xmpp.send_raw(f"<message to='{home}'>{SWITCH}</message>")
        await friend.ask(prosody.domain, "<ping xmlns='urn:xmpp:ping'/>")
    before = datetime.now(UTC)
    async with online(prosody) as there:
        async with asyncio.timeout(10):
            while not there.home.callers:
                await there.session.flush()
    assert there.home.callers[0].sent_at <= before
