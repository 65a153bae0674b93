"""Feeds when the server hangs, refuses or forgets: nothing is lost, nothing is repeated at once."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.xmpp_iot.concentrator import feeds
from custom_components.xmpp_iot.concentrator.feed import Feed
from custom_components.xmpp_iot.concentrator.feeds import Feeds
from custom_components.xmpp_iot.wire import pubsub
from homeassistant.core import HomeAssistant
from scripts.support.servers import XmppServer

from .cable import Cable, cable
from .client import Client
from .conftest import House, LogIn, add_contact, contact, open_house
from .dialects import ITEMS, NF, event, field, follow, settled

LIGHT = "light.kitchen_lights"
DELETED = "{http://jabber.org/protocol/pubsub#event}delete"
REDIRECT = "{http://jabber.org/protocol/pubsub#event}redirect"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up and try again soon."""
    monkeypatch.setattr(pubsub, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(feeds, "PAUSE", 0.1)
    monkeypatch.setattr(feeds, "RETRY", 0.3)


@pytest.fixture
async def line(server: XmppServer, socket_enabled: None) -> AsyncGenerator[Cable]:
    """Return what connects the house with its server."""
    async with cable(server.host, server.port) as line:
        yield line


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
    original = Feeds._pause

    def noted(self: Feeds, feed: Feed) -> None:
        original(self, feed)
        given_up.set()

    monkeypatch.setattr(Feeds, "_pause", noted)
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
    while newest != "2.0":
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
        feed.dirty[LIGHT] = None
        stopped._kick(feed)
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
    renderer = feeds_of(house)._renderer
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
