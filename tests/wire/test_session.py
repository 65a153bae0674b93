"""The session's life: online, lost, back; and that nothing is said too late."""

import asyncio
import ssl
import subprocess
import sys

import pytest

from custom_components.xmpp_iot.wire import connection, ledger, link, watch
from custom_components.xmpp_iot.wire.errors import (
    AuthenticationFailed,
    NoAnswer,
    NotConnected,
    RemoteError,
    ResourceConstraint,
    Unreachable,
)
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import (
    BARE,
    DOMAIN,
    FULL,
    NOBODY,
    Hung,
    Peer,
    account,
    answer_as_a_server,
    hostile,
    well_behaved,
)
from .online import FRIEND, House, element, is_down, managed, online, others

pytestmark = pytest.mark.usefixtures("socket_enabled")

QUESTION = element("<q xmlns='urn:q'/>")
ROSTER = "{jabber:iq:roster}query"


def tags(house: House) -> list[str]:
    """Return what the house sent, by the payload's tag or the stanza's."""
    return [(one[0] if len(one) else one).tag for one in house.peer.stanzas]


async def test_comes_online(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """A session asks for the roster, is present with its capabilities, and says so."""
    async with online(context, trust) as house:
        session = house.session
        await house.until(lambda: house.events)
        await house.until(lambda: "{http://jabber.org/protocol/caps}c" in tags(house))

        assert house.events == [("online", False)]
        assert session.connected
        assert (session.jid, session.bare, session.domain) == (FULL, BARE, DOMAIN)
        assert ROSTER in tags(house)


async def test_a_first_log_in_that_fails_leaves_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Connecting raises the reason, and then the session is closed."""
    async with hostile(context, well_behaved) as server:
        session = Session(
            account(server.port, trust, password="wrong"),
            name="Home",
            admits=lambda _: False,
        )
        with pytest.raises(AuthenticationFailed):
            await session.connect()

        assert not session.connected
        assert not others()


async def test_a_server_without_a_roster_is_none(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A server that refuses the roster cannot be used."""

    def answer(peer: Peer, request: Element) -> None:
        peer.send(f"<iq type='error' id='{request.get('id')}'>{NOBODY}</iq>")

    async with hostile(context, well_behaved, answer=answer) as server:
        session = Session(account(server.port, trust), name="H", admits=lambda _: False)
        with pytest.raises(Unreachable, match="roster"):
            await session.connect()
        assert not others()


@pytest.mark.parametrize("end", ["abort", "close"])
async def test_comes_back(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
    end: str,
) -> None:
    """A connection that breaks is made anew, with one line in the log for each."""
    async with online(context, trust) as house:
        if end == "abort":
            house.peer.writer.transport.abort()
        else:
            house.peer.send("</stream:stream>")
        await house.until(lambda: len(house.events) == 3)

        assert house.events == [("online", False), "offline", ("online", False)]
        await house.alive()
    lines = [line for line in caplog.messages if line.startswith(BARE)]
    assert len([line for line in lines if "lost its connection" in line]) == 1
    assert len([line for line in lines if "connected again" in line]) == 1


async def test_tries_until_the_server_is_back(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Attempts that fail, for whatever reason, are followed by others."""

    async def script(peer: Peer) -> None:
        if len(peer.server.peers) in {2, 3}:
            raise Hung
        await well_behaved(peer)

    async with online(context, trust, script) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert len(house.server.peers) == 4


async def test_stops_when_the_password_is_refused(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A password that was changed is reported once, and not tried again."""
    async with online(context, trust) as house:
        house.session.on_authentication_failed(lambda: house.note("refused"))
        house.session._stream.password = "changed"
        house.peer.writer.transport.abort()
        await house.until(lambda: "refused" in house.events)

        assert house.session._link._keeper is not None
        await house.session._link._keeper
        assert len(house.server.peers) == 2


async def test_refuses_to_send_without_a_session(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """While the connection is down nothing is taken, and nothing is delivered afterwards."""
    async with online(context, trust) as house:
        session = house.session
        house.peer.writer.transport.abort()
        await house.until(lambda: "offline" in house.events)
        assert not session.connected

        with pytest.raises(NotConnected):
            await session.iq(FRIEND, QUESTION)
        with pytest.raises(NotConnected):
            await session.iq_text(FRIEND, "<late xmlns='urn:q'/>")
        for send in (session.befriend, session.unfriend):
            with pytest.raises(NotConnected):
                send(*(["x@y"] if send == session.unfriend else ["x@y", "X"]))
        assert is_down(session)
        await house.until(lambda: house.events[-1] == ("online", False))
        await house.alive()

        assert "{urn:q}late" not in tags(house)
        assert b"urn:q" not in house.server.heard


async def test_answers_to_requests(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A request ends with the payload of its result, an error, or no answer in time."""

    def answer(peer: Peer, request: Element) -> None:
        if request[0].tag != "{urn:q}q":
            answer_as_a_server(peer, request)
            return
        identifier, mode = request.get("id"), request[0].get("mode")
        head = f"<iq from='{FRIEND}' id='{identifier}'"
        forged = head.replace("friend@", "other@")
        peer.send(f"{forged} type='result'><forged xmlns='urn:q'/></iq>")
        match mode:
            case "result":
                peer.send(
                    f"{head} type='result'><a xmlns='urn:q'/></iq>{head} type='result'/>"
                )
            case "empty":
                peer.send(f"{head} type='result'/>")
            case "error":
                peer.send(
                    f"{head} type='error'><inband xmlns='urn:q'/><error type='wait'>"
                    "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
                    "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>busy</text>"
                    "<more xmlns='urn:q'/></error></iq>"
                )
            case "bare error":
                peer.send(f"{head} type='error'/>")

    def question(mode: str) -> Element:
        return element(f"<q xmlns='urn:q' mode='{mode}'/>")

    async with online(context, trust, answer=answer) as house:
        session = house.session
        answered = await session.iq(FRIEND, question("result"))
        assert answered is not None
        assert answered.tag == "{urn:q}a"
        assert await session.iq(FRIEND, question("empty"), kind="set") is None
        await session.iq_text(FRIEND, "<q xmlns='urn:q' mode='result'/>")

        with pytest.raises(RemoteError, match="busy") as caught:
            await session.iq(FRIEND, question("error"))
        error = caught.value
        assert (error.remote_condition, error.remote_kind) == ("conflict", "wait")
        assert [child.tag for child in error.children] == ["{urn:q}more"]
        assert error.payload is not None
        with pytest.raises(RemoteError, match="undefined-condition"):
            await session.iq_text(FRIEND, "<q xmlns='urn:q' mode='bare error'/>")
        with pytest.raises(NoAnswer):
            await session.iq(FRIEND, question("silence"), timeout=0.05)
        with pytest.raises(RemoteError, match="@"):
            await session.iq("@", QUESTION)
        with pytest.raises(ResourceConstraint):
            await session.iq(FRIEND, element(f"<q xmlns='urn:q'>{'x' * 300_000}</q>"))
        assert not session._requests._pending


async def test_notices_a_peer_that_is_gone(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After silence the server is asked, and given up if it does not answer."""
    monkeypatch.setattr(watch, "IDLE", 0.05)
    monkeypatch.setattr(watch, "PATIENCE", 0.05)

    def answer(peer: Peer, request: Element) -> None:
        deaf = request[0].tag == "{urn:xmpp:ping}ping" and request.get("to") == DOMAIN
        if not deaf or len(peer.server.peers) > 1:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        await house.until(lambda: len(house.events) == 3)
        pings = tags(house).count("{urn:xmpp:ping}ping")
        await house.until(lambda: tags(house).count("{urn:xmpp:ping}ping") > pings + 2)
        assert house.events == [("online", False), "offline", ("online", False)]


async def test_gives_up_on_a_server_that_acknowledges_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for an acknowledgement is bounded."""
    monkeypatch.setattr(ledger, "MAX_UNACKNOWLEDGED", 10)

    async def script(peer: Peer) -> None:
        peer.acknowledges = False
        await managed(peer)

    async with online(context, trust, script) as house:
        for _ in range(11):
            if house.session._stream.ready:
                house.session.send_message(FRIEND, "<x xmlns='urn:x'/>")
        await house.until(lambda: "offline" in house.events)


async def test_gives_up_on_a_server_that_reads_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in the socket's buffer is bounded."""
    monkeypatch.setattr(connection, "MAX_UNSENT", 100_000)
    async with online(context, trust) as house:
        house.peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        body = f"<x xmlns='urn:x'>{'x' * 100_000}</x>"
        while not is_down(house.session):
            house.session.send_message(FRIEND, body)
        await house.until(lambda: "offline" in house.events)


async def test_closes_while_it_comes_back(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Closing ends an attempt to come back that is under way."""

    async def script(peer: Peer) -> None:
        if len(peer.server.peers) > 1:
            await peer.until("never")
        await well_behaved(peer)

    async with online(context, trust, script) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.server.peers) == 2)


async def test_closes_without_the_server(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not say good-bye is not waited for."""
    monkeypatch.setattr(connection, "CLOSE_TIMEOUT", 0.05)

    async def script(peer: Peer) -> None:
        await peer.admit()
        serving = asyncio.create_task(peer.serve())
        try:
            await asyncio.Event().wait()
        finally:
            serving.cancel()

    async with online(context, trust, script) as house:
        house.peer.writer.transport.set_write_buffer_limits(0)
        house.peer.send = lambda text: None  # type: ignore[method-assign]


async def test_callbacks_end_where_they_are_taken_off(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A callback that is taken off is not called any more, not even for what has happened already."""
    async with online(context, trust) as house:
        session = house.session
        removers = [
            session.on_online(lambda _: house.note("no")),
            session.on_offline(lambda: house.note("no")),
        ]
        session._link.went_offline.fire()
        for remove in removers:
            remove()
            remove()
        await house.until(lambda: "offline" in house.events)
        assert "no" not in house.events


async def test_a_session_that_lasted_comes_back_at_once(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The waits between attempts begin anew after a good session."""
    monkeypatch.setattr(link, "LASTED", 0.0)
    async with online(context, trust) as house:
        house.session._link._backoff.since = -1e6
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        await house.alive()
        assert (house.session._link._backoff.since or 0) > 0


def test_imports_nothing_in_the_event_loop() -> None:
    """Making a session loads no module: that would block Home Assistant."""
    program = """
import ssl, sys
from custom_components.xmpp_iot.wire.session import Account, Session
account = Account(jid="a@b.example", password="", ssl_context=ssl.create_default_context())
before = set(sys.modules)
import asyncio
async def make():
    Session(account, name="", admits=bool)
asyncio.run(make())
print(sorted(name for name in set(sys.modules) - before if "slixmpp" in name))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
