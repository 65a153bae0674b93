"""The session on real servers: Prosody and ejabberd."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from itertools import product
import ssl
from xml.etree import ElementTree as ET

import pytest
from slixmpp import JID
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from custom_components.xmpp_iot.wire.errors import (
    AuthenticationFailed,
    CertificateRejected,
    RemoteError,
)
from custom_components.xmpp_iot.wire.roster import removal
from custom_components.xmpp_iot.wire.session import (
    Account,
    IqRequest,
    Limit,
    Limits,
    Session,
    TlsMode,
    create_ssl_context,
    try_login,
)
from custom_components.xmpp_iot.wire.tls import fingerprint_of
from custom_components.xmpp_iot.wire.xml import XML_LANG, Element, from_text
from scripts.support.friends import logged_in
from scripts.support.servers import XmppServer

from .cable import cable

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

PING = "<ping xmlns='urn:xmpp:ping'/>"
INFO = "http://jabber.org/protocol/disco#info"
QUESTION = "<q xmlns='urn:q' xmlns:p='urn:p' p:a='1'><r>&lt;</r>s</q>"


def account(server: XmppServer, user: str, **changes: object) -> Account:
    """Return the account of a user, with changes."""
    given = {
        "jid": server.accounts[user].jid,
        "password": server.accounts[user].password,
        "ssl_context": create_ssl_context(server.ca_file.read_text()),
        "host": server.host,
        "port": server.accounts[user].port or server.port,
    }
    return Account(**(given | changes))  # type: ignore[arg-type]


@asynccontextmanager
async def online(
    server: XmppServer,
    user: str,
    *friends: str,
    port: int | None = None,
    connected: bool = True,
) -> AsyncGenerator[Session]:
    """Have a user online who admits some others; not `connected`, it is to be logged in."""
    admitted = {server.accounts[friend].jid for friend in friends}
    who = account(server, user, port=port or server.accounts[user].port or server.port)
    session = Session(who, name=user, admits=admitted.__contains__)
    session._link._backoff.first = 0.01
    if connected:
        await session.connect()
    try:
        yield session
    finally:
        await session.close()


async def until(
    session: Session, condition: Callable[[], object], timeout: float = 10
) -> None:
    """Wait for something that a callback of the session changes."""
    news = asyncio.Event()
    takes_off = [
        session.on_roster(news.set),
        session.on_online(lambda _: news.set()),
        session.on_presence(lambda *_: news.set()),
    ]
    try:
        async with asyncio.timeout(timeout):
            while not condition():
                await news.wait()
                news.clear()
    finally:
        for take_off in takes_off:
            take_off()


@pytest.mark.parametrize("mode", TlsMode)
async def test_logs_in(server: XmppServer, mode: TlsMode) -> None:
    """Both kinds of TLS work, wrong passwords and certificates are told apart, pins hold."""
    port = server.port if mode is TlsMode.STARTTLS else server.tls_port

    async def log_in(**changes: object) -> None:
        await try_login(account(server, "home", tls=mode, port=port, **changes))

    await log_in()
    with pytest.raises(AuthenticationFailed):
        await log_in(password="wrong")
    with pytest.raises(CertificateRejected, match="self-signed"):
        await log_in(ssl_context=create_ssl_context())
    certificate = ssl.PEM_cert_to_DER_cert(
        server._certificate.certificate.read_text().partition("-----END")[0]
        + "-----END CERTIFICATE-----\n"
    )
    pin = fingerprint_of(certificate)
    await log_in(ssl_context=create_ssl_context(None, pin), fingerprint=pin)
    other = "00" * 32
    with pytest.raises(CertificateRejected, match=pin):
        await log_in(ssl_context=create_ssl_context(None, other), fingerprint=other)


def shape(answer: Element) -> str:
    """Return what a stranger can see in an answer.

    Prosody writes the language of the stream, 'en', on every stanza of a client; its own answers have none
    and inherit it.
    """
    copy = deepcopy(answer)
    for name in ("id", "from", "to"):
        copy.attrib.pop(name, None)
    copy.set(XML_LANG, copy.get(XML_LANG, "en"))
    return ET.canonicalize(ET.tostring(copy, "unicode"))


async def test_a_stranger_meets_nobody(server: XmppServer) -> None:
    """Whatever a stranger asks the house, it cannot be told from a resource that does not exist."""
    reached = []

    async def handler(request: IqRequest) -> None:
        reached.append(request)

    async with (
        online(server, "home", "friend") as home,
        online(server, "stranger") as stranger,
    ):
        home.handle_iq(["{urn:q}q", "{jabber:iq:version}query"], handler)
        payloads = (
            PING,
            QUESTION,
            f"<query xmlns='{INFO}'/>",
            "<query xmlns='jabber:iq:version'/>",
            f"<q xmlns='urn:q'>{'<a>' * 60}{'</a>' * 60}</q>",
        )
        for payload, language in product(payloads, (None, "de", "xx")):
            answers = [
                await stranger._requests.exchange(
                    to, payload, kind="set", language=language
                )
                for to in (home.jid, f"{home.bare}/doesnotexist")
            ]
            assert shape(answers[0]) == shape(answers[1])
            assert [one.get("from") for one in answers] == [
                home.jid,
                f"{home.bare}/doesnotexist",
            ]
        assert not reached


async def test_messages_of_strangers_do_nothing(server: XmppServer) -> None:
    """A stranger who writes or is present gets no stanza back."""
    async with (
        online(server, "home") as home,
        logged_in(server, server.accounts["stranger"], "x") as stranger,
    ):
        heard: list[JID] = []

        def hear(stanza: StanzaBase) -> StanzaBase:
            heard.append(stanza["from"])
            return stanza

        stranger.add_filter("in", hear)
        house, domain = JID(home.jid), JID(server.domain)
        for kind in ("chat", "normal", "headline"):
            stranger.send_message(house, "hello", mtype=kind)
        stranger.send_presence(pto=home.jid)
        stranger.send_presence(pto=home.jid, ptype="unavailable")
        await stranger.plugin["xep_0199"].ping(domain)
        assert await home.iq(None, from_text(PING)) is None
        await stranger.plugin["xep_0199"].ping(domain)
        assert house not in heard


async def test_a_contact_is_answered(server: XmppServer) -> None:
    """A contact finds the house, and asks it; requests too deep are refused and break nothing."""
    async with (
        online(server, "home", "friend") as home,
        online(server, "friend", "home") as friend,
    ):

        async def handler(request: IqRequest) -> Element:
            assert request.caller.jid == friend.jid
            return request.payload

        home.handle_iq(["{urn:q}q"], handler)
        assert await friend.iq(home.jid, from_text(PING)) is None
        info = await friend.iq(home.jid, from_text(f"<query xmlns='{INFO}'/>"))
        assert info is not None
        assert {one.get("category") for one in info[:2]} == {"automation", "client"}
        back = await friend.iq(home.jid, from_text("<q xmlns='urn:q' a='&lt;'>ä</q>"))
        assert back is not None
        assert (back.get("a"), back.text) == ("<", "ä")
        deep = f"<q xmlns='urn:q'>{'<a>' * 2000}{'</a>' * 2000}</q>"
        with pytest.raises(RemoteError) as caught:
            await friend.iq_text(home.jid, deep)
        assert caught.value.remote_condition == "resource-constraint"
        assert await friend.iq(home.jid, from_text(PING)) is None


async def test_befriends_and_parts(server: XmppServer) -> None:
    """Two accounts that befriend each other see each other, and do not any more afterwards."""
    async with (
        online(server, "home", "friend") as home,
        online(server, "friend", "home") as friend,
    ):
        home.on_subscription_request(lambda request: home.approve(request.bare))
        # One after the other, as people do: servers do not promise what comes of both at once.
        friend.on_subscription_request(
            lambda request: friend.befriend(request.bare, "Home")
        )
        home.befriend(friend.bare, "Friend")
        await until(home, lambda: home.roster().get(friend.bare) == "both")
        await until(friend, lambda: friend.resources(home.bare) == (home.jid,))
        await until(home, lambda: home.resources(friend.bare) == (friend.jid,))

        home.unfriend(friend.bare)
        friend.unfriend(home.bare)
        await until(home, lambda: friend.bare not in home.roster())
        await until(friend, lambda: home.bare not in friend.roster())


async def test_who_is_asked_and_not_wanted_any_more_is_told_so(
    server: XmppServer,
) -> None:
    """A question that waits for its answer is taken back: nobody is asked by it at a later log-in."""
    house = server.accounts["home"].jid
    async with online(server, "friend", "home") as friend:
        friend.befriend(house, "Home")
        await until(friend, lambda: house in friend._roster.asked)
        friend.unfriend(house)
        await until(friend, lambda: house not in friend.roster())
        await friend.iq(JID(house).domain, from_text(PING))  # it has come there
        async with online(server, "home", connected=False) as home:
            asked: list[str] = []
            home.on_subscription_request(lambda request: asked.append(request.bare))
            await home.connect()
            await home.iq(None, from_text(PING))
            assert asked == []


async def test_who_had_agreed_before_is_seen(server: XmppServer) -> None:
    """Also by an account that has forgotten that it asked: the server answers in their place."""
    async with (
        online(server, "home", "friend") as home,
        online(server, "friend", "home") as friend,
    ):
        asked = asyncio.Event()
        home.on_subscription_request(lambda _: asked.set())
        friend.befriend(home.bare, "Home")
        await asked.wait()
        friend._friendship._set(removal(home.bare))
        await until(friend, lambda: home.bare not in friend.roster())
        await friend.iq(home.jid, from_text(PING))  # it has come there
        home.on_subscription_request(lambda request: home.approve(request.bare))
        home.approve(friend.bare)  # what nobody asks any more
        await home.iq(friend.jid, from_text(PING))

        friend.befriend(home.bare, "Home")

        await until(friend, lambda: friend.resources(home.bare) == (home.jid,))
        friend.unfriend(home.bare)
        await until(friend, lambda: home.bare not in friend.roster())
        await friend.iq(home.jid, from_text(PING))


async def test_nothing_is_lost_or_repeated(server: XmppServer) -> None:
    """Across a dead cable messages arrive once and in order, and the session is the same."""
    async with (
        cable(server.host, server.port) as wire,
        online(server, "home", "friend", port=wire.port) as home,
        logged_in(server, server.accounts["friend"], "x") as friend,
    ):
        heard: list[str] = []
        complete = asyncio.Event()

        def hear(message: StanzaBase) -> None:
            heard.append(message.xml[0].get("n", ""))
            if len(heard) == 30:
                complete.set()

        friend.register_handler(
            Callback("numbers", MatchXPath("{jabber:client}message/{urn:n}n"), hear)
        )

        def count(numbers: range) -> None:
            for number in numbers:
                payload = f"<n xmlns='urn:n' n='{number}'/>"
                home.send_message(friend.boundjid.full, payload, kind="headline")

        resumed: list[bool] = []
        home.on_online(resumed.append)
        count(range(10))
        await home.iq(None, from_text(PING))
        wire.dead = True
        count(range(10, 20))
        await asyncio.sleep(0.1)  # the time it takes to be lost
        wire.cut()
        await until(home, lambda: resumed)
        count(range(20, 30))
        async with asyncio.timeout(10):
            await complete.wait()

        assert resumed == [True]
        assert heard == [str(number) for number in range(30)]
        for _ in range(3):
            resumed.clear()
            wire.cut()
            await until(home, lambda: resumed)
            assert resumed == [True]
        assert await home.iq(None, from_text(PING)) is None
        assert len(heard) == 30


async def test_a_crowd_of_strangers(server: XmppServer) -> None:
    """Strangers in more languages than the house learns are all refused, and it stays online."""
    async with (
        online(server, "home") as home,
        online(server, "stranger") as stranger,
    ):
        many = Limit(1_000, 1_000)
        home.set_limits(Limits(domain=many, strangers=many))
        answers = await asyncio.gather(
            *(
                stranger._requests.exchange(home.jid, PING, language=f"x-{number % 50}")
                for number in range(150)
            )
        )
        assert {one.get("type") for one in answers} == {"error"}
        assert home.connected
