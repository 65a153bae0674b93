"""The connection's life on real servers: silent, cut, taken by somebody else, again and again."""

import asyncio
import gc
import logging
import time

import pytest

from custom_components.xmpp_iot.wire import backoff
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected
from custom_components.xmpp_iot.wire.rival import is_taken
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import from_text
from scripts.support.friends import logged_in
from scripts.support.servers import Ejabberd, XmppServer

from .cable import Cable, cable
from .test_session import PING, account, online, until

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("socket_enabled")]

NEWS = "<news xmlns='urn:n'/>"


async def lost(session: Session) -> None:
    """Wait until the session has lost its connection."""
    gone = asyncio.Event()
    take_off = session.on_offline(gone.set)
    if session.connected:
        await gone.wait()
    take_off()


async def test_a_silent_link_is_noticed_while_something_is_sent(
    prosody: XmppServer, ejabberd: XmppServer
) -> None:
    """What goes into a half-open link and is not acknowledged ends it within ten seconds, and it resumes."""

    async def notices(server: XmppServer) -> float:
        async with (
            cable(server.host, server.port) as wire,
            online(server, "home", "friend", port=wire.port) as home,
        ):
            await home.iq(None, from_text(PING))
            await asyncio.sleep(0.6)  # what was asked of the server is answered
            wire.dead = True
            begun = time.monotonic()
            home.send_message(
                f"{server.accounts['friend'].jid}/x", NEWS, kind="headline"
            )
            await lost(home)
            took = time.monotonic() - begun
            wire.cut()
            await until(home, lambda: home.connected)
            assert (home.link.quality.resumed, home.link.quality.renewed) == (1, 0)
            return took

    took = await asyncio.gather(notices(prosody), notices(ejabberd))
    assert max(took) <= 10.5
    assert min(took) > 5


def resumes_within(server: XmppServer) -> float:
    """Return how many seconds the server itself takes to resume a session: ejabberd 26 one, always."""
    return 1.1 if isinstance(server, Ejabberd) and server.programs else 0.0


async def test_a_cut_link_is_back_in_a_second(server: XmppServer) -> None:
    """Nothing has to be noticed, and the first attempt is made at once."""
    async with (
        cable(server.host, server.port) as wire,
        online(server, "home", "friend", port=wire.port) as home,
    ):
        home._link._backoff.first = backoff.FIRST
        for _ in range(3):
            home._link._backoff.reset()
            wire.cut()
            begun = time.monotonic()
            await lost(home)
            await until(home, lambda: home.connected)
            assert time.monotonic() - begun < 1 + resumes_within(server)
        assert home.link.quality.resumed == 3


async def test_who_is_replaced_waits_until_the_other_leaves(
    server: XmppServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second client with the house's resource is not sent away, however often the house looks."""
    monkeypatch.setattr(backoff, "FIRST_REPLACED", 0.2)
    monkeypatch.setattr(backoff, "LONGEST_SENT_AWAY", 0.2)
    told: list[str] = []
    async with online(server, "home") as home:
        home.link.was_replaced.add(lambda: told.append("replaced"))
        assert await is_taken(account(server, "home"))
        async with logged_in(server, server.accounts["home"], "homeassistant") as other:
            ended = asyncio.Event()
            other.add_event_handler("disconnected", lambda _: ended.set())
            await lost(home)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2):
                    await ended.wait()
            assert not home.connected
            assert told == ["replaced"]
        await until(home, lambda: home.connected)
        assert told == ["replaced"]
        assert home.link.quality.replaced == 1
    assert not await is_taken(account(server, "home"))


async def test_what_was_under_way_when_a_session_ended_is_accounted_for(
    server: XmppServer,
) -> None:
    """Where the server does not know the session any more, nobody waits, and what was not acknowledged counts."""
    async with (
        cable(server.host, server.port) as wire,
        online(server, "home", "friend", port=wire.port) as home,
    ):
        await home.iq(None, from_text(PING))
        wire.dead = True
        asked = asyncio.create_task(
            home.iq(f"{server.accounts['friend'].jid}/x", from_text(PING), timeout=60)
        )
        await asyncio.sleep(0.1)
        home._stream.plugin["xep_0198"].sm_id = "unknown-to-it"
        wire.cut()
        with pytest.raises((NoAnswer, NotConnected)):
            await asked
        await until(home, lambda: home.connected)
        quality = home.link.quality
        assert (quality.resumed, quality.renewed) == (0, 1), quality
        assert quality.undelivered + quality.uncertain >= 1


def objects() -> int:
    """Return how many objects of ours and of slixmpp's there are."""
    gc.collect()
    modules = (type(one).__module__ or "" for one in gc.get_objects())
    return sum(one.startswith(("custom_components.", "slixmpp.")) for one in modules)


async def test_many_reconnects_leave_nothing_behind(
    server: XmppServer, caplog: pytest.LogCaptureFixture
) -> None:
    """After thirty of them there are as many tasks and objects as after the first few."""
    caplog.set_level(logging.CRITICAL)  # each record would be kept

    async def reconnect(home: Session, wire: Cable, times: int) -> tuple[int, int]:
        for _ in range(times):
            home._link._backoff.reset()
            wire.cut()
            await lost(home)
            await until(home, lambda: home.connected)
            await home.iq(None, from_text(PING))
        await asyncio.sleep(0.6)  # what was asked of the server is answered
        return len(asyncio.all_tasks()), objects()

    async with (
        cable(server.host, server.port) as wire,
        online(server, "home", port=wire.port) as home,
    ):
        tasks, before = await reconnect(home, wire, 5)
        tasks_later, after = await reconnect(home, wire, 30)
        assert tasks_later == tasks
        assert after - before < 10
