"""Feeds when the server hangs, refuses or forgets: nothing is lost, nothing is repeated at once."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator import feeds, publisher
from custom_components.xmpp_iot.concentrator.feed import Feed
from custom_components.xmpp_iot.concentrator.feeds import Feeds
from custom_components.xmpp_iot.concentrator.publisher import Publisher
from custom_components.xmpp_iot.wire import pubsub
from custom_components.xmpp_iot.wire.errors import (
    NoAnswer,
    NotConnected,
    RemoteError,
    WireError,
)
from homeassistant.core import HomeAssistant
from scripts.support.servers import XmppServer

from .cable import Cable
from .client import Client
from .conftest import House, LogIn, add_contact, contact, open_house
from .dialects import ITEMS, NF, XSF, event, field, follow, settled

LIGHT = "light.kitchen_lights"
DELETED = "{http://jabber.org/protocol/pubsub#event}delete"
REDIRECT = "{http://jabber.org/protocol/pubsub#event}redirect"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up and try again soon."""
    monkeypatch.setattr(pubsub, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(publisher, "PAUSE", 0.1)
    monkeypatch.setattr(feeds, "RETRY", 0.3)


@pytest.fixture
async def house(
    hass: HomeAssistant, server: XmppServer, line: Cable
) -> AsyncGenerator[House]:
    """Return a house on a link that can go dead."""
    async with open_house(hass, server, port=line.port) as house:
        yield house


def feeds_of(house: House) -> Feeds:
    """Return the feeds of a house."""
    found: Feeds = house.entry.runtime_data.feeds
    return found


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Return what is set when a publish has been given up for now."""
    given_up = asyncio.Event()
    original = Publisher.pause

    def noted(self: Publisher, feed: Feed) -> None:
        original(self, feed)
        given_up.set()

    monkeypatch.setattr(Publisher, "pause", noted)
    return given_up


async def test_a_hanging_server_is_not_flooded(
    house: House,
    line: Cable,
    friend: Client,
    pause: asyncio.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without an answer the newest values wait; they arrive when the link is back."""
    node = await follow(friend, house.jid, NF)
    line.dead = True
    house.hass.states.async_set("number.volume", "1")
    await asyncio.wait_for(pause.wait(), 10)
    house.hass.states.async_set("number.volume", "2")
    assert feeds_of(house).queued == 1
    line.cut()
    newest = ""
    while newest != "2":
        item = await event(friend, node)
        newest = field(item, NF, "state").get("v", "")
    assert caplog.text.count("did not take a state change") == 1
    for _ in (
        friend.unclaimed()
    ):  # what was sent before the link died, and arrived after all
        await friend.message(ITEMS)


async def test_a_revocation_is_completed_when_the_link_is_back(
    house: House, line: Cable, friend: Client, log_in: LogIn
) -> None:
    """A contact taken off while the server hangs is off, and those who stay are told where to go."""
    subentry_id = await add_contact(house, contact(house.server, "cabin", "read"))
    old = await follow(friend, house.jid, NF)
    line.dead = True
    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.hass.async_block_till_done()
    house.hass.states.async_set(LIGHT, "off")
    assert not [feed for feed in feeds_of(house)._feeds.values() if feed.view]
    line.cut()

    notice = (await friend.message(REDIRECT)).find(f".//{REDIRECT}")
    assert notice is not None
    new = await follow(friend, house.jid, NF)
    assert new != old
    assert notice.get("uri", "").endswith(new)
    await settled(house.entry.runtime_data.feeds)
    house.hass.states.async_set(LIGHT, "on")
    while (await event(friend, new)) is None:
        pass
    for left in friend.unclaimed():
        await friend.message(DELETED if "delete" in left else ITEMS)


async def test_nothing_is_published_after_stop(house: House, friend: Client) -> None:
    """A feed that is stopped stays so, whatever changes."""
    await follow(friend, house.jid, NF)
    stopped = feeds_of(house)
    await stopped.async_stop()
    house.hass.states.async_set(LIGHT, "off")
    for feed in stopped._feeds.values():
        feed.note(LIGHT, None)
        stopped._publisher.kick(feed)
        assert feed.task is None
    stopped._settle()
    assert stopped._settling is None


async def test_a_failure_of_our_own_is_logged_and_tried_again(
    house: House,
    friend: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Even a bug in rendering does not end a feed in silence."""
    node = await follow(friend, house.jid, NF)
    renderer = feeds_of(house)._publisher.renderer
    render = renderer.render
    failures = iter([RuntimeError("a bug")])

    def fail_once(*arguments: object) -> object:
        for failure in failures:
            raise failure
        return render(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(renderer, "render", fail_once)
    house.hass.states.async_set(LIGHT, "off")
    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "false"
    assert "A feed failed unexpectedly" in caplog.text


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Return what is set when settling has been put off."""
    put_off = asyncio.Event()
    original = Feeds._settle_later

    def noted(self: Feeds, err: WireError) -> None:
        original(self, err)
        put_off.set()

    monkeypatch.setattr(Feeds, "_settle_later", noted)
    return put_off


async def test_a_hanging_server_is_asked_again(
    house: House, line: Cable, friend: Client, later: asyncio.Event
) -> None:
    """While the server hangs there is no feed to be had; what was to be settled is settled later."""
    dead = feeds_of(house)
    await follow(friend, house.jid, NF)
    line.dead = True
    assert await dead.async_address("friend@nowhere", NF.sd) is None
    assert await dead.async_address(friend.bare, XSF.sd) is None
    dead._online(False)  # as at the begin of a session whose server then hangs
    await asyncio.wait_for(later.wait(), 10)
    line.cut()
    async with asyncio.timeout(20):
        while await dead.async_address(friend.bare, XSF.sd) is None:
            await friend.result(None, "<query xmlns='jabber:iq:roster'/>")


async def refuse(*_: object) -> frozenset[str]:
    """Answer as a server that will not."""
    raise RemoteError("forbidden", "auth")


async def still_works(house: House, friend: Client, node: str) -> None:
    """Expect a change to arrive by the server's own service."""
    house.hass.states.async_set(LIGHT, "off")
    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "false"
    service = feeds_of(house)._pubsub
    assert feeds_of(house).carrier is service
    assert await feeds_of(house).async_address(friend.bare, NF.sd) == service.uri(node)


async def test_a_refused_feed_does_not_undo_the_others(
    house: House, friend: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has feeds and refuses one more keeps those it has."""
    node = await follow(friend, house.jid, NF)
    with monkeypatch.context() as meddling:
        meddling.setattr(feeds_of(house)._pubsub, "open", refuse)
        assert await feeds_of(house).async_address(friend.bare, XSF.sd) is None
    await still_works(house, friend, node)


async def test_a_feed_that_was_not_opened_is_opened_later(
    house: House,
    friend: Client,
    later: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a new session nothing is published to a node that may not be there; then all is told, not a part."""
    node = await follow(friend, house.jid, NF)
    found = feeds_of(house)
    (feed,) = found._feeds.values()
    feed.told.add(LIGHT)

    async def hang(*_: object) -> None:
        raise NoAnswer

    with monkeypatch.context() as meddling:
        meddling.setattr(found._pubsub, "open", hang)
        found._online(False)
        await asyncio.wait_for(later.wait(), 10)
        await settled(found)
        assert [one.is_open for one in found._feeds.values()] == [False]
    found._settle()
    await settled(found)
    assert [one.is_open for one in found._feeds.values()] == [True]
    assert not feed.told
    await still_works(house, friend, node)


async def test_a_refused_deletion_is_tried_again(
    house: House,
    friend: Client,
    later: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A node that could not be deleted is deleted later."""
    node = await follow(friend, house.jid, NF)
    found = feeds_of(house)
    found._stale.add("stale")
    with monkeypatch.context() as meddling:
        meddling.setattr(found._pubsub, "close", refuse)
        found._settle()
        await asyncio.wait_for(later.wait(), 10)
        assert found._stale == {"stale"}
    later.clear()
    found._settle()
    await settled(found)
    assert found._stale == set()
    await still_works(house, friend, node)


async def test_a_session_whose_server_lists_nothing(
    house: House, friend: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not say which nodes there are has those that are followed."""
    node = await follow(friend, house.jid, NF)
    with monkeypatch.context() as meddling:
        meddling.setattr(feeds_of(house)._pubsub, "nodes", refuse)
        feeds_of(house)._online(False)
        await settled(feeds_of(house))
    await still_works(house, friend, node)


async def test_a_link_that_breaks_during_a_publish(
    house: House, friend: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be sent is still to be sent."""
    node = await follow(friend, house.jid, NF)
    service = feeds_of(house)._pubsub
    publish = service.publish
    failures = iter([NotConnected("gone")])

    async def break_once(*what: Any) -> None:
        for failure in failures:
            raise failure
        await publish(*what)

    monkeypatch.setattr(service, "publish", break_once)
    house.hass.states.async_set(LIGHT, "off")
    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "false"


async def test_a_bug_in_settling_is_logged(
    house: House,
    friend: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Settling that fails unexpectedly says so, and the next time it is done."""
    found = feeds_of(house)

    async def fail() -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(found, "_settle_feeds", fail)
        found._settle()
        await settled(found)
    assert "Feeds could not be settled" in caplog.text
    node = await follow(friend, house.jid, NF)
    house.hass.states.async_set(LIGHT, "off")
    assert await event(friend, node) is not None


async def test_a_stop_ends_what_waits(
    house: House,
    line: Cable,
    friend: Client,
    pause: asyncio.Event,
    later: asyncio.Event,
) -> None:
    """Timers for another try do not outlive the feeds."""
    await follow(friend, house.jid, NF)
    line.dead = True
    house.hass.states.async_set(LIGHT, "off")
    feeds_of(house)._settle()
    await asyncio.wait_for(pause.wait(), 10)
    await asyncio.wait_for(later.wait(), 10)
    await feeds_of(house).async_stop()
    timers = [feed.pause for feed in feeds_of(house)._feeds.values()]
    for timer in (*timers, feeds_of(house)._later):
        assert timer is None or timer.cancelled()
    line.cut()
    for _ in friend.unclaimed():
        await friend.message(ITEMS)


async def test_what_goes_out_of_sight_during_a_publish_is_not_sent(
    house: House, friend: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of two items ends after the first when what is in the second was taken away meanwhile."""
    node = await follow(friend, house.jid, XSF)
    found = feeds_of(house)
    (feed,) = found._feeds.values()
    publish = found._pubsub.publish

    async def take_away(*what: Any) -> None:
        await publish(*what)
        feed.view -= {"light.bed_light"}

    monkeypatch.setattr(found._pubsub, "publish", take_away)
    found._fits = False  # so that both go in one batch
    house.hass.states.async_set(LIGHT, "off")
    house.hass.states.async_set("light.bed_light", "unavailable")
    found._fits = True
    found._publisher.kick(feed)
    for _ in range(2):  # the first item, and the same again without what was taken away
        item = await event(friend, node)
        assert field(item, XSF, "state").get("value") == "false"
    await friend.result(friend.bare, "<query xmlns='jabber:iq:roster'/>")
    assert friend.unclaimed() == []
    assert found.queued == 0
