"""A server that is gone without a word, and the acknowledgements it is asked for."""

import asyncio
import ssl

import pytest

from custom_components.xmpp_iot.wire import backoff, link, rival, watch
from custom_components.xmpp_iot.wire.account import Account
from custom_components.xmpp_iot.wire.backoff import Backoff
from custom_components.xmpp_iot.wire.errors import (
    NoAnswer,
    NotConnected,
    Replaced,
    SentAway,
    Unreachable,
)
from custom_components.xmpp_iot.wire.login import try_login
from custom_components.xmpp_iot.wire.quality import Quality
from custom_components.xmpp_iot.wire.rate import Leaky

from .hostile import BARE, SM, Peer, account, hostile
from .online import FRIEND, House, element, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWS = "<news xmlns='urn:q'/>"
QUESTION = element("<q xmlns='urn:q'/>")


def quality(house: House) -> Quality:
    """Return what is measured of the house's connections."""
    return house.session.link.quality


async def measured(house: House) -> None:
    """Wait until the server has answered what it was asked."""
    async with asyncio.timeout(5):
        while quality(house).round_trip is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_is_said_is_acknowledged_soon(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for all that was said in a moment; the time it takes is the round trip."""
    monkeypatch.setattr(watch, "SOON", 0.05)
    async with online(context, trust, managed) as house:
        session = house.session
        for _ in range(3):
            session.send_message(FRIEND, NEWS)
        await measured(house)
        assert session._stream.settled
        assert 0 < (quality(house).round_trip or 0) < 1


@pytest.mark.parametrize("acknowledges", [True, False])
async def test_a_server_that_says_nothing_at_all_is_given_up(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    acknowledges: bool,
) -> None:
    """Soon after something was said, whether it acknowledges or is pinged; and the house comes back."""
    monkeypatch.setattr(watch, "SOON", 0.02)
    monkeypatch.setattr(watch, "PATIENCE", 0.1)

    async def script(peer: Peer) -> None:
        if acknowledges:
            await managed(peer)
        else:
            await peer.admit()
            await peer.serve()

    async with online(context, trust, script) as house:
        await asyncio.sleep(0.1)
        house.peer.swallows = True
        house.session.send_message(FRIEND, NEWS)
        await house.until(lambda: "offline" in house.events)
        assert quality(house).round_trip is None
        await house.until(lambda: len(house.events) == 3)
        assert quality(house).lost == quality(house).returns == 1


async def test_whatever_comes_is_a_sign_of_life(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is slow to acknowledge but goes on talking is not given up."""
    monkeypatch.setattr(watch, "SOON", 0.01)
    monkeypatch.setattr(watch, "PATIENCE", 0.1)
    async with online(context, trust, managed) as house:
        await asyncio.sleep(0.1)
        peer = house.peer
        peer.acknowledges = False
        house.session.send_message(FRIEND, NEWS)
        for _ in range(15):
            await asyncio.sleep(0.03)
            peer.send(" ")
        assert house.events == [("online", False)]


async def test_a_connection_in_doubt_is_looked_at_at_once(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of the network nobody waits for the silence to last."""
    monkeypatch.setattr(watch, "CHECK", 0.05)
    async with online(context, trust, managed) as house:
        await asyncio.sleep(0.01)
        house.session.link.check()
        await measured(house)
        assert house.events == [("online", False)]
        house.peer.swallows = True
        house.session.link.check()
        await house.until(lambda: "offline" in house.events)


async def test_a_changed_network_ends_the_wait(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Who waits for the next attempt makes it at once."""
    async with online(context, trust) as house:
        house.session._link._backoff.first = 1e6
        house.session._link._backoff.since = 0.0
        house.peer.writer.transport.abort()
        await house.until(lambda: house.events[-1] == "offline")
        house.session.link.check()
        await house.until(lambda: len(house.events) == 3)
        await house.alive()


def test_a_server_with_much_to_read_has_more_time() -> None:
    """As much as the slowest server needs for it, up to a minute."""

    class Stream:
        unread = Leaky(2_000, clock=lambda: 0.0)

    watched = watch.Watch.__new__(watch.Watch)
    watched._stream = Stream()  # type: ignore[assignment]
    watched._doubted = False
    found = []
    for more in (0, 20_000, 10**9):
        watched._stream.unread.put(more)
        found.append(watched._patience())
    assert found == [9.0, 19.0, 60.0]


@pytest.mark.parametrize(
    ("said", "error", "counts"),
    [
        ("h='{}'", NotConnected, (1, 0)),
        ("h='9999'", NoAnswer, (0, 1)),
        ("h='x'", NoAnswer, (0, 1)),
        ("", NoAnswer, (0, 1)),
    ],
)
async def test_what_was_under_way_when_a_session_ended(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    said: str,
    error: type[Exception],
    counts: tuple[int, int],
) -> None:
    """What the server says it has not got was not done; of the rest nobody knows."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.authenticate()
        if len(peer.server.peers) == 1:
            await peer.bind(managed=True)
        else:
            await peer.greet(
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" + f"<sm {SM}/>"
            )
            await peer.until("<resume [^>]*>")
            handled = said.format(peer.server.peers[0].counted)
            peer.send(f"<failed {SM} {handled}/>")
            request = await peer.until(r"<iq [^>]*id=\"([^\"]*)\".*?</iq>")
            peer.send(
                f"<iq type='result' id='{request[1]}'>"
                "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                f"<jid>{BARE}/homeassistant</jid></bind></iq>"
            )
            await peer.until("<enable [^>]*>")
            peer.send(f"<enabled {SM} id='other' resume='true'/>")
        await peer.serve()

    async with online(context, trust, script) as house:
        await house.alive()
        house.session.link.check()  # and so everything until now is acknowledged
        await measured(house)
        house.peer.swallows = True
        asked = asyncio.create_task(
            house.session.iq(FRIEND, QUESTION, kind="set", timeout=60)
        )
        await house.until(lambda: house.peer.stanzas[-1].get("type") == "set")
        house.peer.writer.transport.abort()
        with pytest.raises(error, match="ended"):
            await asked
        await house.until(lambda: len(house.events) == 3)
        found = quality(house)
        assert (found.undelivered, found.uncertain) == counts
        assert (found.resumed, found.renewed) == (0, 1)


REFUSAL = (
    "<iq type='error' id='{}'>{}</iq>",
    "<error type='cancel'><{} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (REFUSAL[1].format("conflict"), Replaced),
        (REFUSAL[1].format("not-allowed"), SentAway),
        ("", SentAway),
    ],
)
async def test_a_server_that_gives_no_resource(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    content: str,
    error: type[Exception],
) -> None:
    """Some servers let whoever was there first stay (RFC 6120 section 7.7.2.2)."""

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.authenticate()
        await peer.greet("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
        request = await peer.until(r"<iq [^>]*id=\"([^\"]*)\".*?</iq>")
        peer.send(REFUSAL[0].format(request[1], content))
        await peer.until("never")

    async with hostile(context, script) as server:
        with pytest.raises(error, match="no resource") as caught:
            await try_login(account(server.port, trust))
        assert type(caught.value) is error


async def test_where_nobody_can_look_the_house_waits(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A house that was replaced comes back only when it has seen that its place is free."""
    monkeypatch.setattr(backoff, "FIRST_REPLACED", 0.02)
    monkeypatch.setattr(backoff, "LONGEST_SENT_AWAY", 0.02)
    answers: list[bool | Exception] = [Unreachable("gone"), True, False]
    replaced = []

    async def look(_: Account) -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(link, "is_taken", look)
    async with online(context, trust) as house:
        house.session.link.was_replaced.add(lambda: replaced.append(True))
        house.peer.send(
            "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
            "</stream:error>"
        )
        await house.until(lambda: len(house.events) == 3)
        assert (answers, replaced, len(house.server.peers)) == ([], [True], 2)
        assert quality(house).replaced == 1


async def test_a_look_that_gets_no_answer_says_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whether the place is taken is not guessed."""

    async def script(peer: Peer) -> None:
        await peer.admit()

    async with hostile(context, script) as server:
        with pytest.raises(Unreachable):
            await rival.is_taken(account(server.port, trust))


def test_who_is_replaced_waits_ever_longer() -> None:
    """An hour at most, and from the beginning after a long peace."""
    waiting = Backoff()
    waits = [waiting.next_replaced() for _ in range(50)]
    assert 30 <= waits[0] <= 60 <= waits[1] <= 120
    assert all(1800 <= one <= 3600 for one in waits[10:])
    waiting.reset()
    assert waiting.next_replaced() >= 1800
    waiting.peace()
    assert waiting.next_replaced() <= 60
    assert 150 <= waiting.next_look() <= 300
