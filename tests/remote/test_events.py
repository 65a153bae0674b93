"""Following by event subscription."""

from collections.abc import AsyncGenerator, Sequence
from time import monotonic

import pytest

from custom_components.xmpp_iot.remote import events as events_module
from custom_components.xmpp_iot.remote.events import Events
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.dialect_nf import NF
from custom_components.xmpp_iot.wire.errors import RemoteError
from custom_components.xmpp_iot.wire.fragments import DEVICE
from custom_components.xmpp_iot.wire.model import Reading
from custom_components.xmpp_iot.wire.peer import Peers
from custom_components.xmpp_iot.wire.xml import Element, from_text
from tests.wire.schemas import assert_valid

from .foreign_nodes import said, thing
from .things import THING, Things

EVENT = (
    "<resp xmlns='urn:nf:iot:sd:1.0' id='{}'><nd id='thing' src='things'>"
    "<ts v='2026-11-21T06:00:00Z'><b n='Open' m='true' v='true'/></ts></nd></resp>"
)


@pytest.fixture
async def things() -> Things:
    """Return somebody who takes subscriptions."""

    def accept(request: Element) -> str:
        return f"<accepted xmlns='{NF.sensor_data}' id='{request.get('id')}'/>"

    return Things({"subscribe": accept})


@pytest.fixture
async def readings() -> list[Reading]:
    """Return what was told."""
    return []


@pytest.fixture
async def events(things: Things, readings: list[Reading]) -> AsyncGenerator[Events]:
    """Return the subscriptions there."""
    peers = Peers(things)
    peers.start()
    yield Events(peers, peers.peer(THING, NF), readings.extend)
    await peers.stop()


def wished(things: Things) -> Sequence[Element]:
    """Return what was sent, and forget it."""
    sent = [from_text(text) for text in things.asked]
    for text in things.asked:
        assert_valid(text)
    things.asked.clear()
    return sent


@pytest.fixture
def node() -> RemoteNode:
    """Return a thing."""
    return thing(said("Open", False), said("Level", 1))


async def test_its_fields_are_followed_by_name(
    events: Events, things: Things, readings: list[Reading], node: RemoteNode
) -> None:
    """Nodes are followed with the fields that are known of them, and what is told is taken."""
    await events.follow([node])

    (wish,) = wished(things)
    assert [(one.get("id"), one.get("n")) for one in wish] == [
        ("thing", None),
        (None, "Open"),
        (None, "Level"),
    ]
    assert (wish.get("req"), wish.get("maxInt")) == ("true", "PT5M")
    assert events.active
    things.tell(EVENT.format(wish.get("id")))
    things.tell(EVENT.format("other"))
    things.tell(EVENT.format(wish.get("id")), "other@example.org/thing")
    assert [one.node for one in readings] == [node.info.ref]


async def test_what_is_followed_is_not_followed_twice(
    events: Events, things: Things, node: RemoteNode
) -> None:
    """A new wish is made only when there is something else to follow, in place of the old one."""
    await events.follow([node])
    await events.follow([node])
    (old,) = wished(things)

    await events.follow([node, thing(said("Open", True), node_id="other")])

    end, new = wished(things)
    assert end.tag == f"{{{NF.events}}}unsubscribe"
    assert end.get("id") == old.get("id") != new.get("id")


async def test_many_nodes_are_several_subscriptions(
    events: Events, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subscription has as many nodes as fit; what cannot be read is in none."""
    monkeypatch.setattr(events_module, "NODES_AT_A_TIME", 2)
    nodes = [thing(said("A", 1), node_id=str(number)) for number in range(3)]

    await events.follow([*nodes, thing(node_id="mute")])

    assert [
        [one.get("id") for one in wish if one.get("id")] for wish in wished(things)
    ] == [["0", "1"], ["2"]]


async def test_where_there_is_nothing_to_follow_nothing_is_active(
    events: Events, things: Things
) -> None:
    """Without readable nodes nothing is asked."""
    await events.follow([])

    assert not events.active
    assert things.asked == []


async def test_who_refuses_is_not_followed(
    events: Events, things: Things, node: RemoteNode
) -> None:
    """A refusal is no error: such a house is read now and then."""
    things.answers["subscribe"] = RemoteError("forbidden", "auth")

    await events.follow([node])

    assert not events.active


async def test_who_has_forgotten_us_is_asked_anew(
    events: Events, things: Things, node: RemoteNode
) -> None:
    """An old subscription that is not known there does not hinder a new one."""
    await events.follow([node])
    things.answers["unsubscribe"] = RemoteError("item-not-found", "cancel")

    await events.follow([thing(said("B", 1))])

    assert events.active


async def test_silence_is_noticed(
    events: Events, things: Things, node: RemoteNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who says nothing for longer than it may has forgotten us."""
    await events.follow([node])
    (wish,) = wished(things)
    later = monotonic() + 601
    monkeypatch.setattr(events_module, "monotonic", lambda: later)
    assert events.is_silent
    things.tell(EVENT.format(wish.get("id")))
    assert not events.is_silent


async def test_what_makes_no_sense_is_dropped(
    events: Events, things: Things, readings: list[Reading], node: RemoteNode
) -> None:
    """An event that cannot be read is not taken, and nothing is after the end."""
    await events.follow([node])
    (wish,) = wished(things)
    identifier = wish.get("id")

    things.tell(
        f"<resp xmlns='{NF.sensor_data}' id='{identifier}'><ts v='soon'/></resp>"
    )
    events.forget()
    things.tell(EVENT.format(identifier))

    assert readings == []


async def test_a_device_by_itself_is_followed(
    events: Events, things: Things, readings: list[Reading]
) -> None:
    """A device has no nodes to name, and what it tells is of itself."""
    device = thing(said("Open", False), node_id="")
    device.info = device.info.__class__(
        ref=DEVICE, node_type="", display_name="", is_readable=True
    )

    await events.follow([device])

    (wish,) = wished(things)
    assert [one.get("n") for one in wish] == ["Open"]
    things.tell(EVENT.format(wish.get("id")))
    assert [one.node for one in readings] == [DEVICE]
