"""The way back: whatever goes wrong on it, another attempt follows."""

import logging
import ssl

import pytest

from custom_components.xmpp_iot.wire import connection, link, targets
from custom_components.xmpp_iot.wire.account import Account
from custom_components.xmpp_iot.wire.targets import Target
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import DOMAIN, Peer, answer_as_a_server
from .online import online

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEW = ("online", False)
MESSAGE = "failed unexpectedly to come back"


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
    monkeypatch.setattr(link, "IDLE", 0.02)
    async with online(context, trust) as house:
        house.session._stream.ready = False
        await house.until(lambda: len(house.events) == 3)
        await house.alive()
