"""The way back: whatever goes wrong on it, another attempt follows."""

import logging
import ssl

import pytest

from custom_components.xmpp_iot.wire import connection, targets, watch
from custom_components.xmpp_iot.wire.account import Account
from custom_components.xmpp_iot.wire.targets import Target
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import DOMAIN, SASL, Peer, answer_as_a_server, well_behaved
from .online import online

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEW = ("online", False)
MESSAGE = "failed unexpectedly to come back"
HEAD = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='s1'"
    f" xmlns:stream='http://etherx.jabber.org/streams' from='{DOMAIN}' version='1.0'>"
)


async def test_a_defect_on_the_way_back_is_not_the_end(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged once an outage, with its origin, and the house comes back."""
    async with online(context, trust) as house:
        attempts = 0

        async def find_targets(account: Account) -> list[Target]:
            nonlocal attempts
            attempts += 1
            if attempts % 3:
                raise RuntimeError("a defect of a resolver")
            return await targets.find_targets(account)

        monkeypatch.setattr(connection, "find_targets", find_targets)
        for outage in (1, 2):
            house.peer.writer.transport.abort()
            await house.until(lambda: house.events[-1] == "offline")
            await house.until(lambda: house.events[-1] == NEW)
            await house.alive()
            logged = [one for one in caplog.records if MESSAGE in one.message]
            errors = [one for one in logged if one.levelno == logging.ERROR]
            assert (len(logged), len(errors)) == (2 * outage, outage)
            assert errors[0].exc_info
    assert "a defect of a resolver" in caplog.text


async def test_a_session_that_cannot_begin_is_given_up(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A defect after the log-in ends that connection; the next one is tried like after any other."""
    async with online(context, trust) as house:
        roster = house.session._roster
        load = roster.load

        def fail_once(query: Element) -> None:
            monkeypatch.setattr(type(roster), "load", lambda _, query: load(query))
            raise ValueError("a defect of ours")

        monkeypatch.setattr(type(roster), "load", lambda _, query: fail_once(query))
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        await house.alive()
        assert len(house.server.peers) == 3
    assert [one.levelname for one in caplog.records if MESSAGE in one.message] == [
        "ERROR"
    ]


async def test_a_system_without_files_is_waited_for(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that cannot be asked is like any server that cannot be reached."""
    async with online(context, trust) as house:
        failures = [OSError(24, "Too many open files")] * 3

        def resolver(_: object) -> None:
            raise failures.pop()

        async def get_srv(*_: object, **__: object) -> list[tuple[str, str, int]]:
            return [("xmpp-client", "127.0.0.1", house.server.port)]

        def default(loop: object) -> None:
            if failures:
                resolver(loop)

        house.session._stream._account = Account(
            jid=f"home@{DOMAIN}", password="", ssl_context=trust
        )
        monkeypatch.setattr(targets, "default_resolver", default)
        monkeypatch.setattr(targets, "get_SRV", get_srv)
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert not failures
        await house.alive()


ERROR = "<stream:error><{} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"


@pytest.mark.parametrize(
    ("condition", "sent_away"),
    [
        ("connection-timeout", 0),
        ("host-unknown", 0),
        ("internal-server-error", 0),
        ("system-shutdown", 0),
        ("policy-violation", 1),
        ("resource-constraint", 1),
        ("something-new", 1),
    ],
)
async def test_who_sends_the_house_away_is_left_alone(
    context: ssl.SSLContext, trust: ssl.SSLContext, condition: str, sent_away: int
) -> None:
    """A server that wants the house not is asked more seldom than one that only goes."""
    async with online(context, trust) as house:
        house.peer.send(ERROR.format(condition))
        await house.until(lambda: len(house.events) == 3)
        assert house.session._link._backoff.sent_away == sent_away
        await house.alive()


async def test_who_sends_the_house_away_at_its_door_is_left_alone(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """It counts also before the session has begun, and whatever else goes wrong by it."""

    async def script(peer: Peer) -> None:
        match len(peer.server.peers):
            case 2:
                await peer.secure()
                peer.send(HEAD + ERROR.format("policy-violation"))
                await peer.until("never")
            case 3:
                await peer.admit()
                peer.send(ERROR.format("not-authorized"))
                await peer.until("never")
            case 4:
                await peer.secure()
                await peer.offer("SCRAM-SHA-256")
                await peer.challenge()
                peer.send(f"<failure {SASL}><temporary-auth-failure/></failure>")
                await peer.until("never")
        await well_behaved(peer)

    async with online(context, trust, script) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert len(house.server.peers) == 5
        assert house.session._link._backoff.sent_away == 3
        await house.alive()


async def test_a_server_without_encryption_is_left_alone(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What somebody has to repair takes its time."""

    async def script(peer: Peer) -> None:
        if len(peer.server.peers) == 2:
            await peer.greet("")
            await peer.until("never")
        await well_behaved(peer)

    async with online(context, trust, script) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert house.session._link._backoff.sent_away == 1


async def test_a_server_that_is_away_is_asked_at_once_and_again(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A server that ends while the house logs in is one that only goes."""

    async def script(peer: Peer) -> None:
        if len(peer.server.peers) in {2, 3}:
            await peer.secure()
            return
        await well_behaved(peer)

    async with online(context, trust, script) as house:
        house.peer.send(ERROR.format("system-shutdown"))
        await house.until(lambda: len(house.events) == 3)
        assert len(house.server.peers) == 4
        assert house.session._link._backoff.sent_away == 0
        since = house.session._link._backoff.since
        house.peer.writer.transport.abort()  # the trouble goes on
        await house.until(lambda: len(house.events) == 5)
        assert house.session._link._backoff.since == since


async def test_closes_in_the_midst_of_an_attempt(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Closing waits until the attempt under way has cleaned up behind itself."""

    def answer(peer: Peer, request: Element) -> None:
        if len(peer.server.peers) == 1:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.peer.writer.transport.abort()
        # In the second connection the roster is asked for, and never comes.
        await house.until(lambda: len(house.server.peers) == 2 and house.peer.stanzas)


async def test_a_link_cut_before_it_is_noticed(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch that finds no session leaves it to the way back."""
    monkeypatch.setattr(watch, "IDLE", 0.02)
    async with online(context, trust) as house:
        house.session._stream.ready = False
        await house.until(lambda: len(house.events) == 3)
        await house.alive()
