"""Feeds through trouble: no PubSub service, cut links, restarts, meddling with the node."""

import asyncio
from collections.abc import AsyncGenerator, Generator

import pytest

from custom_components.xmpp_iot.concentrator import publisher
from homeassistant.core import HomeAssistant
from scripts.support.servers import CertificateAuthority, Prosody, XmppServer
from tests.conftest import USERS, sockets_allowed

from .cable import Cable
from .client import Client
from .conftest import House, LogIn, open_house
from .dialects import ITEMS, NF, event, field, follow, settled

LIGHT = "light.kitchen_lights"
PUBSUB = "http://jabber.org/protocol/pubsub"
DISCO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"


@pytest.fixture
async def far_house(
    hass: HomeAssistant, server: XmppServer, line: Cable
) -> AsyncGenerator[House]:
    """Return a house on a link that can be cut."""
    async with open_house(hass, server, port=line.port) as house:
        yield house


@pytest.mark.parametrize("server", ["prosody", "ejabberd"], indirect=True)
async def test_what_changed_during_a_cut_arrives_after_it(
    far_house: House, line: Cable, log_in: LogIn
) -> None:
    """Behind a cut link the dirty set keeps the newest value, and it arrives when the link is back."""
    friend: Client = await log_in("friend")
    await friend.sees(far_house.bare)
    node = await follow(friend, far_house.jid, NF)
    session = far_house.entry.runtime_data.session
    gone, back = asyncio.Event(), asyncio.Event()
    session.on_offline(gone.set)
    session.on_online(lambda resumed: back.set())

    line.broken = True
    line.cut()
    await asyncio.wait_for(gone.wait(), 10)
    for value in (1, 2, 3):
        far_house.hass.states.async_set("number.volume", str(value))
    assert far_house.entry.runtime_data.feeds.queued == 1
    line.broken = False
    await asyncio.wait_for(back.wait(), 20)

    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "3"
    assert far_house.entry.runtime_data.feeds.queued == 0


async def test_a_follower_goes_on_after_a_restart_of_the_house(
    house: House, friend: Client
) -> None:
    """The node and its subscriptions outlive a reload; a new epoch says that something was missed."""
    node = await follow(friend, house.jid, NF)
    house.hass.states.async_set(LIGHT, "off")
    first = await event(friend, node)

    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await friend.sees(house.bare)
    await settled(house.entry.runtime_data.feeds)
    house.hass.states.async_set(LIGHT, "on")
    second = await event(friend, node)
    epochs = {item.get("id", "").split("-")[0] for item in (first, second)}
    assert len(epochs) == 2


async def test_a_stale_feed_is_removed_at_start(
    house: House, friend: Client, log_in: LogIn
) -> None:
    """A node of contacts who are none any more does not outlive the next start."""
    node = await follow(friend, house.jid, NF)
    entry = house.entry
    assert await house.hass.config_entries.async_unload(entry.entry_id)
    for subentry_id in tuple(entry.subentries):
        house.hass.config_entries.async_remove_subentry(entry, subentry_id)
    assert await house.hass.config_entries.async_setup(entry.entry_id)
    await settled(house.entry.runtime_data.feeds)
    owner: Client = await log_in("home", "second")
    items = await owner.result(
        house.bare, "<query xmlns='http://jabber.org/protocol/disco#items'/>"
    )
    assert items is not None
    assert node not in {item.get("node") for item in items}
    deleted = "{http://jabber.org/protocol/pubsub#event}delete"
    for _ in friend.unclaimed():
        await friend.message(deleted)


async def test_an_opened_node_is_closed_before_anything_is_said(
    house: House, friend: Client, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node whose access somebody opened gets nothing until it is whitelisted again."""
    monkeypatch.setattr(publisher, "PAUSE", 0.1)
    node = await follow(friend, house.jid, NF)
    owner: Client = await log_in("home", "second")
    await owner.result(
        house.bare,
        f"<pubsub xmlns='{PUBSUB}#owner'><configure node='{node}'>"
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
        f"<value>{PUBSUB}#node_config</value></field><field var='pubsub#access_model'>"
        "<value>open</value></field></x></configure></pubsub>",
        "set",
    )
    house.hass.states.async_set(LIGHT, "off")
    item = await event(friend, node)
    assert field(item, NF, "state").get("v") == "false"
    form = await owner.result(
        house.bare,
        f"<pubsub xmlns='{PUBSUB}#owner'><configure node='{node}'/></pubsub>",
    )
    assert form is not None
    values = {
        one.get("var"): one.findtext("{jabber:x:data}value")
        for one in form.iter("{jabber:x:data}field")
    }
    assert values["pubsub#access_model"] == "whitelist"
    for _ in (
        owner.unclaimed()
    ):  # ejabberd sends the account's own events to all its resources
        await owner.message(ITEMS)
    for _ in friend.unclaimed():
        await friend.message("{http://jabber.org/protocol/pubsub#event}configuration")


class TestWithoutPubSub:
    """On a server without a PubSub service the house sends to each subscriber itself."""

    @pytest.fixture(scope="class")
    def plain(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        certificate_authority: CertificateAuthority,
    ) -> Generator[Prosody]:
        """Run a Prosody without PEP."""
        directory = tmp_path_factory.mktemp("plain") / "server"
        with sockets_allowed():
            running = Prosody(
                directory, "plain.example", certificate_authority, USERS, pubsub=False
            ).start()
        yield running
        running.stop()

    @pytest.fixture
    def server(self, plain: Prosody) -> XmppServer:
        """Return that server only."""
        return plain

    async def test_events_come_from_the_house_itself(
        self, house: House, friend: Client
    ) -> None:
        """The address is the house's own; subscribing there brings the same events."""
        node = await follow(friend, house.jid, NF)
        house.hass.states.async_set(LIGHT, "off")
        item = await event(friend, node)
        assert field(item, NF, "state").get("v") == "false"

        await friend.result(
            house.jid,
            f"<pubsub xmlns='{PUBSUB}'><unsubscribe node='{node}' jid='{friend.jid}'/>"
            "</pubsub>",
            "set",
        )
        house.hass.states.async_set(LIGHT, "on")
        await friend.result(house.jid, "<ping xmlns='urn:xmpp:ping'/>")
        assert friend.unclaimed() == []

    async def test_only_members_subscribe(
        self, house: House, friend: Client, guest: Client
    ) -> None:
        """Somebody else's node, another's JID and other requests are refused."""
        node = await follow(friend, house.jid, NF)

        def subscribe(name: str, jid: str) -> str:
            return (
                f"<pubsub xmlns='{PUBSUB}'><subscribe node='{name}' jid='{jid}'/>"
                "</pubsub>"
            )

        ask = guest.refusal
        assert await ask(house.jid, subscribe(node, friend.jid), "set") == "bad-request"
        assert (
            await ask(house.jid, subscribe("none", guest.jid), "set")
            == "item-not-found"
        )
        payload = f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"
        assert await ask(house.jid, payload) == "feature-not-implemented"

    async def test_who_leaves_is_forgotten(self, house: House, log_in: LogIn) -> None:
        """A subscriber that goes offline gets nothing more."""
        friend: Client = await log_in("friend")
        await friend.sees(house.bare)
        other: Client = await log_in("friend", "tablet")
        await other.sees(house.bare)
        node = await follow(friend, house.jid, NF)
        assert await follow(other, house.jid, NF) == node
        other.xmpp.send_presence(ptype="unavailable")
        await other.result(house.bare, DISCO)
        await friend.until(lambda: None if other.jid in friend.online else True)
        house.hass.states.async_set(LIGHT, "off")
        assert await event(friend, node) is not None
        assert other.unclaimed() == []
