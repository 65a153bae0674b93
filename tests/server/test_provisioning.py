"""Provisioning over a real server: the house asks a server that is not ours, and is asked by a device."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from xml.etree import ElementTree as ET

import pytest
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from custom_components.xmpp_iot.contacts.opinion import SecondOpinion
from custom_components.xmpp_iot.wire.errors import Forbidden
from custom_components.xmpp_iot.wire.model import Category, NodeRef, ReadRequest
from custom_components.xmpp_iot.wire.provisioning import FEATURES
from custom_components.xmpp_iot.wire.provisioning_model import Question, Ruling
from custom_components.xmpp_iot.wire.provisioning_service import ProvisioningService
from custom_components.xmpp_iot.wire.service import IoTService
from custom_components.xmpp_iot.wire.session import Session
from scripts.support.servers import Prosody
from tests.wire.conversation import House as Provider

from .client import Client
from .test_session import account

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

GUEST = "guest@example.net"
HALL, DESK = NodeRef("sensor.hall", "entities"), NodeRef("light.desk", "entities")
READ = ReadRequest(
    id="1",
    nodes=(HALL, DESK),
    fields=frozenset({"Temperature", "Power"}),
    categories=frozenset({Category.MOMENTARY}),
)
# What the server answers in each dialect: namespace, and the lists of a narrowed yes to reading.
WORDS = {
    "urn:nf:iot:prov:d:1.0": "m='true'><nd id='sensor.hall' src='entities'/>"
    "<f n='Temperature'/>",
    "urn:xmpp:iot:provisioning": "momentary='true'>"
    "<node nodeId='sensor.hall' sourceId='entities'/><field name='Temperature'/>",
}


class Arbiter:
    """A little provisioning server, in plain XML."""

    def __init__(self, client: Client, namespace: str) -> None:
        """Say no to everything."""
        self.client = client
        self.namespace = namespace
        self.asked: list[str] = []
        self.result, self.lists = "false", ">"
        client.xmpp.plugin["xep_0030"].add_feature(namespace)
        for name in ("isFriend", "canRead", "canControl"):
            path = f"{{jabber:client}}iq/{{{namespace}}}{name}"
            client.xmpp.register_handler(
                Callback(f"rule {name}", MatchXPath(path), self._rule)
            )

    def _rule(self, stanza: StanzaBase) -> None:
        iq: ET.Element[str] = stanza.xml
        name = iq[0].tag.rpartition("}")[2]
        self.asked.append(name)
        self.client.xmpp.send_raw(
            f"<iq type='result' to='{iq.get('from')}' id='{iq.get('id')}'>"
            f"<{name}Response xmlns='{self.namespace}' jid='{iq[0].get('jid')}'"
            f" result='{self.result}' {self.lists}</{name}Response></iq>"
        )


@asynccontextmanager
async def house_of(
    prosody: Prosody, admits: Callable[[str], bool]
) -> AsyncGenerator[Session]:
    """Have the house online."""
    session = Session(
        account(prosody, "home"), name="home", admits=admits, features=FEATURES
    )
    try:
        yield session
    finally:
        await session.close()


async def sees(session: Session, client: Client) -> None:
    """Wait until the house sees somebody, who lets it."""
    arrived = asyncio.Event()
    unsubscribe = session.on_presence(lambda *_: arrived.set())
    client.xmpp.send_presence(pto=session.jid)
    async with asyncio.timeout(10):
        await arrived.wait()
    unsubscribe()


@pytest.mark.parametrize("namespace", WORDS)
async def test_a_server_gives_a_second_opinion(
    prosody: Prosody, namespace: str
) -> None:
    """A no, a narrowed yes, a whole yes, each remembered until the cache is cleared; away is a no."""
    troubles: list[str | None] = []
    server = prosody.accounts["cabin"].jid
    async with house_of(prosody, server.__eq__) as session:
        opinion = SecondOpinion(
            session,
            source="entities",
            on_trouble=lambda _, why: troubles.append(why),
        )
        opinion.async_name(server)
        opinion.async_start()
        await session.connect()
        async with Client.logged_in(prosody, "cabin", "provisioning") as client:
            arbiter = Arbiter(client, namespace)
            await sees(session, client)
            with pytest.raises(Forbidden):
                await opinion.async_reads(GUEST, READ)
            assert not await opinion.async_befriends(GUEST)

            arbiter.result, arbiter.lists = "true", WORDS[namespace]
            with pytest.raises(Forbidden):
                await opinion.async_reads(GUEST, READ)
            assert arbiter.asked == ["canRead", "isFriend"]

            clear = f"<clearCache xmlns='{namespace}'/>"
            await client.result(session.jid, clear, "set")
            narrowed = await opinion.async_reads(GUEST, READ)
            assert narrowed.nodes == (HALL,)
            assert narrowed.fields == {"Temperature"}

            arbiter.lists = ">"
            await opinion.async_controls(GUEST, (DESK,), ("Lamp",))
            assert await opinion.async_befriends(GUEST)
            assert await opinion.async_reads(GUEST, READ) == narrowed
            assert troubles == []
        with pytest.raises(Forbidden):
            await opinion.async_controls(GUEST, (DESK,), ("Color",))
        assert len(troubles) == 1
        assert troubles[0]
        await opinion.async_stop()


class Owner:
    """The judge of one device, whose word changes."""

    def __init__(self, device: str) -> None:
        """Allow nothing."""
        self.device = device
        self.ruling = Ruling(allowed=False)
        self.changed: Callable[[], None] = lambda: None

    def devices(self) -> frozenset[str]:
        """Return the device."""
        return frozenset({self.device})

    def rule(self, device: str, question: Question) -> Ruling:
        """Rule."""
        return self.ruling

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Keep the follower."""
        self.changed = changed
        return lambda: None


async def test_the_house_rules_on_its_device(prosody: Prosody) -> None:
    """A device asks, is told to forget it when rights change, and is told otherwise then."""
    owner = Owner(prosody.accounts["cabin"].jid)
    question = "<canRead xmlns='urn:nfi:iot:prov:d:1.0' jid='guest@example.net' m='1'/>"
    async with (
        house_of(prosody, owner.devices().__contains__) as session,
        Client.logged_in(prosody, "cabin", "lamp") as device,
    ):
        service = IoTService(
            session, Provider(), (ProvisioningService(owner, session),)
        )
        service.start()
        await session.connect()
        await sees(session, device)
        answer = await device.result(session.jid, question)
        assert answer is not None
        assert answer.get("result") == "false"

        cleared = asyncio.Event()
        path = "{jabber:client}iq/{urn:nfi:iot:prov:d:1.0}clearCache"
        device.xmpp.register_handler(
            Callback("clear", MatchXPath(path), lambda _: cleared.set())
        )
        owner.ruling = Ruling(allowed=True, names=frozenset({"Temperature"}))
        owner.changed()
        async with asyncio.timeout(10):
            await cleared.wait()
        answer = await device.result(session.jid, question)
        assert answer is not None
        assert answer.get("result") == "true"
        assert [one.get("n") for one in answer] == ["Temperature"]
        await service.stop()
