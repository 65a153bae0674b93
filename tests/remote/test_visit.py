"""A stay at another house: what is read, what is followed, and what is read again."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import logging

import pytest

from custom_components.xmpp_iot.remote import visit as visit_module
from custom_components.xmpp_iot.remote.acquaintance import meet
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import MARGIN, NodeStore
from custom_components.xmpp_iot.remote.visit import Visit
from custom_components.xmpp_iot.wire.errors import BadRequest, Forbidden, RemoteError
from custom_components.xmpp_iot.wire.happening import Happening
from custom_components.xmpp_iot.wire.model import NodeState

from .far import (
    FEED,
    FULL,
    HOME,
    NODE,
    NOON,
    Far,
    Shown,
    described,
    everything,
    ref,
    state,
    until,
)


@dataclass
class Stay:
    """Visits to the far house, one after the other, with one memory."""

    far: Far
    store: NodeStore = field(default_factory=lambda: NodeStore(everything))
    shown: Shown = field(default_factory=Shown)
    arrived: list[Visit] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    async def begin(self) -> Visit:
        """Visit, and return when everything is known."""
        await self.come()
        await until(lambda: self.arrived)
        await self.far.settle()
        return self.arrived[0]

    async def come(self) -> None:
        """Visit."""
        known = await meet(self.far.session, FULL)
        assert known is not None
        self.arrived.clear()
        visit = Visit(self.far.neighbourhood, known, self.store, self.arrived.append)
        self.task = asyncio.create_task(visit.stay())

    async def end(self) -> None:
        """Leave."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait({self.task})

    def node(self, node_id: str) -> RemoteNode:
        """Return a node."""
        found = self.store.get(node_id)
        assert found is not None
        return found

    def says(self, node_id: str) -> str | None:
        """Return the state of a node."""
        return self.node(node_id).text("state")

    def read(self) -> list[tuple[datetime | None, set[str]]]:
        """Return what was read until now and since when, and forget it."""
        asked = [
            (one.start, {node.id for node in one.nodes}) for one in self.far.house.reads
        ]
        self.far.house.reads.clear()
        return asked


@pytest.fixture
async def stay(far: Far) -> AsyncGenerator[Stay]:
    """Return a stay that has not begun."""
    stay = Stay(far)
    stay.store.follow(stay.shown)
    yield stay
    await stay.end()
    assert not far.neighbourhood._happened
    assert not far.neighbourhood.subscriber._listeners


async def test_everything_is_read_once_and_shown(stay: Stay) -> None:
    """One survey and one readout, areas left out; then nothing is asked any more."""
    await stay.begin()

    assert stay.says("light.lamp") == "on"
    assert stay.store.identity("device:1")["manufacturer"].value == "Acme"
    assert sorted(stay.shown.told) == ["added light.lamp", "added sensor.rain"]
    assert stay.far.house.surveys == 1
    assert stay.read() == [(None, {"device:1", "light.lamp", "sensor.rain"})]
    assert stay.far.session.subscribed == {(NODE, stay.far.session.jid)}


async def test_changes_come_by_the_feed(stay: Stay) -> None:
    """And nothing is read for them."""
    await stay.begin()
    stay.read()

    stay.far.publish(state("light.lamp", "off", at=NOON + timedelta(seconds=1)))
    stay.far.publish(
        state("light.lamp", "", at=NOON + timedelta(seconds=2), error="Unavailable."),
        state("lock.unknown", "locked"),
    )
    await stay.far.settle()

    assert not stay.node("light.lamp").available
    assert stay.read() == []


async def test_a_gap_is_read_again_as_far_as_it_has_changed(stay: Stay) -> None:
    """With a margin, for a feed brings old changes after new ones."""
    far = stay.far
    await stay.begin()
    stay.read()

    far.publish(state("light.lamp", "off", at=NOON + timedelta(hours=1)))
    far.publish(state("sensor.rain", "wet", at=NOON + timedelta(hours=1)), lost=True)
    far.publish(state("light.lamp", "on", at=NOON + timedelta(hours=2)))
    await far.settle()

    ((since, nodes),) = stay.read()
    assert since == NOON + timedelta(hours=1) - MARGIN
    assert nodes == {"device:1", "light.lamp", "sensor.rain"}
    assert stay.says("sensor.rain") == "wet"
    assert far.house.surveys == 1


async def test_a_feed_that_begins_anew_is_a_house_that_may_have_been_away(
    stay: Stay,
) -> None:
    """Its nodes are looked at again, and the changes read."""
    far = stay.far
    await stay.begin()
    far.publish(state("light.lamp", "off", at=NOON + timedelta(hours=1)))
    far.house.have(described("fan.new", uid="fan"), state("fan.new", "on"))
    stay.read()

    far.publish(state("light.lamp", "on", at=NOON + timedelta(hours=2)), epoch="e2")
    await far.settle()

    assert far.house.surveys == 2
    assert stay.says("fan.new") == "on"
    assert stay.shown.told[-1] == "added fan.new"
    assert [since for since, _ in stay.read()] == [
        None,  # of the new one
        NOON + timedelta(hours=1) - MARGIN,
    ]


async def test_a_clock_that_was_set_back_makes_everything_be_read(stay: Stay) -> None:
    """Else what the house says would look older than what is known."""
    far = stay.far
    await stay.begin()
    await stay.end()
    await stay.begin()
    stay.read()
    old = NOON - timedelta(hours=1)
    far.house.states["sensor.rain"] = state("sensor.rain", "wet", at=old)

    far.publish(state("light.lamp", "off", at=old))
    await far.settle()

    assert stay.says("light.lamp") == "off"
    assert stay.says("sensor.rain") == "wet"
    ((since, nodes),) = stay.read()
    assert since is None
    assert nodes == {"device:1", "light.lamp", "sensor.rain"}


async def test_a_new_visit_reads_what_has_changed_meanwhile(stay: Stay) -> None:
    """The tree once more, and of the values those that are new."""
    far = stay.far
    await stay.begin()
    await stay.end()
    stay.read()
    later = NOON + timedelta(hours=1)
    far.house.states["sensor.rain"] = state("sensor.rain", "wet", at=later)

    await stay.begin()

    assert stay.says("sensor.rain") == "wet"
    assert stay.says("light.lamp") == "on"
    assert [since for since, _ in stay.read()] == [NOON - MARGIN]
    assert len(stay.shown.nodes) == 2


async def test_a_visit_that_failed_is_made_good_by_the_next(stay: Stay) -> None:
    """What the failed one should have read is read by that."""
    far = stay.far
    await stay.begin()
    await stay.end()
    later = NOON + timedelta(hours=1)
    far.house.states["sensor.rain"] = state("sensor.rain", "wet", at=later)
    far.house.blind = Forbidden("Not now.")

    await stay.come()
    assert stay.task
    with pytest.raises(RemoteError, match="Not now"):
        await stay.task
    far.house.blind = None
    await stay.begin()

    assert stay.says("sensor.rain") == "wet"


async def test_a_feed_that_moves_is_followed(stay: Stay) -> None:
    """To where it says, and what it may have said meanwhile is read."""
    far = stay.far
    await stay.begin()
    stay.read()

    far.move(f"xmpp:{HOME}?;node=feed-2")
    await far.settle()

    assert far.session.subscribed == {("feed-2", far.session.jid)}
    assert far.house.surveys == 1
    assert [since for since, _ in stay.read()] == [NOON - MARGIN]


async def test_a_feed_that_ends_is_looked_for(stay: Stay) -> None:
    """The nodes say where there is another."""
    far = stay.far
    await stay.begin()

    far.move("")
    await far.settle()

    assert far.house.surveys == 2
    assert far.session.subscribed == {(NODE, far.session.jid)}


@pytest.mark.parametrize("uri", [f"xmpp:{HOME}?;node=feed-2", "http://example.org"])
async def test_a_feed_that_does_not_take_us_where_it_sends_us(
    stay: Stay, uri: str
) -> None:
    """The nodes may know better; in the end they are read now and then."""
    far = stay.far
    await stay.begin()
    far.session.refuses_feed = "forbidden"

    far.move(uri)
    await far.settle()

    assert far.house.surveys == 2
    assert far.session.subscribed == set()
    assert stay.says("light.lamp") == "on"


async def test_a_house_without_a_feed_is_read_now_and_then(
    stay: Stay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All of it, by whatever clock it has; that there is no feed is said once."""
    monkeypatch.setattr(visit_module, "POLL_EVERY", 0)
    caplog.set_level(logging.WARNING)
    far = stay.far
    far.session.refuses_feed = "not-allowed"
    await stay.begin()

    far.house.states["light.lamp"] = state("light.lamp", "off")
    await until(lambda: stay.says("light.lamp") == "off")

    assert {since for since, _ in stay.read()} == {None}
    assert caplog.text.count("does not let us follow its feed") == 1


async def test_a_house_that_names_no_feed_is_read_now_and_then(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked for one."""
    monkeypatch.setattr(visit_module, "POLL_EVERY", 0)
    far = stay.far
    for node_id in ("light.lamp", "sensor.rain"):
        far.house.have(described(node_id, uid=node_id))
    await stay.begin()

    far.house.states["light.lamp"] = state("light.lamp", "off")
    await until(lambda: stay.says("light.lamp") == "off")

    assert HOME not in [to for to, _ in far.session.asked]


async def test_a_service_that_has_forgotten_us_is_noticed(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked now and then; what it did not send is read."""
    monkeypatch.setattr(visit_module, "CHECK_EVERY", 0)
    far = stay.far
    await stay.begin()
    far.session.subscribed.clear()
    later = NOON + timedelta(hours=1)
    far.house.states["sensor.rain"] = state("sensor.rain", "wet", at=later)

    await until(lambda: stay.says("sensor.rain") == "wet")

    assert far.session.subscribed == {(NODE, far.session.jid)}


async def test_a_service_that_does_not_say_who_follows_is_believed(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read for that."""
    monkeypatch.setattr(visit_module, "CHECK_EVERY", 0)
    far = stay.far
    far.session.knows_subscriptions = False
    await stay.begin()
    stay.read()

    await far.settle()

    assert stay.read() == []


async def test_an_item_that_cannot_be_read_counts_as_missed(
    stay: Stay, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, and the next one shows the gap."""
    caplog.set_level(logging.WARNING)
    far = stay.far
    await stay.begin()
    stay.read()
    far.publish(state("light.lamp", "off", at=NOON + timedelta(seconds=1)))

    far.number += 2
    far.tell("<item id='e1-2'><nonsense xmlns='urn:x'/></item>")
    far.tell("<item id='e1-3'><nonsense xmlns='urn:x'/></item>")
    far.publish(state("light.lamp", "on", at=NOON + timedelta(seconds=2)))
    await far.settle()

    assert len(stay.read()) == 1
    assert caplog.text.count("cannot be read") == 1


async def test_a_new_node_is_read_and_shown(stay: Stay) -> None:
    """Without another survey."""
    far = stay.far
    await stay.begin()
    stay.read()
    far.house.states["fan.new"] = state("fan.new", "on")

    await far.happens(Happening.ADDED, described("fan.new", uid="fan"))

    assert stay.says("fan.new") == "on"
    assert stay.shown.told[-1] == "added fan.new"
    assert stay.read() == [(None, {"fan.new"})]
    assert far.house.surveys == 1


async def test_a_renamed_node_stays(stay: Stay) -> None:
    """The same one, under another id."""
    await stay.begin()
    lamp = stay.node("light.lamp")
    stay.far.house.states["light.new"] = state("light.new", "off")

    await stay.far.happens(
        Happening.UPDATED,
        described("light.new", parent="device:1", uid="lamp", pubsub=FEED),
        old_id="light.lamp",
    )

    assert stay.node("light.new") is lamp
    assert lamp.text("state") == "off"
    assert len(stay.shown.told) == 2


async def test_an_updated_node_is_described_anew(stay: Stay) -> None:
    """And its listeners are told."""
    await stay.begin()

    await stay.far.happens(
        Happening.UPDATED, described("sensor.rain", name="Rain", uid="rain")
    )

    assert stay.node("sensor.rain").info.display_name == "Rain"


async def test_a_removed_node_goes(stay: Stay) -> None:
    """At once."""
    await stay.begin()

    await stay.far.happens(Happening.REMOVED, described("sensor.rain", uid="rain"))

    assert stay.shown.told[-1] == "removed sensor.rain"


async def test_a_node_that_went_while_it_was_to_be_read(stay: Stay) -> None:
    """That it is not found is no reason to leave the house."""
    far = stay.far
    await stay.begin()
    info = described("fan.new", uid="fan")
    stay.store.put(info)  # as if told of, and gone over there

    stay.arrived[0]._read_soon(info.ref)
    await far.settle()

    assert stay.task
    assert not stay.task.done()
    assert len(stay.shown.nodes) == 2


async def test_a_node_out_of_order_is_unavailable_at_once(stay: Stay) -> None:
    """It is read, too: it may be in order again, and have said so before."""
    far = stay.far
    await stay.begin()
    lamp, told = stay.node("light.lamp"), list[bool]()
    lamp.listen(lambda: told.append(lamp.available))

    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.ERROR_UNSIGNED
    )
    assert told == [False, True]

    far.house.states["light.lamp"] = state("light.lamp", "", error="Unavailable.")
    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.ERROR_UNSIGNED
    )
    assert told == [False, True, False, False]


async def test_a_node_in_order_again_is_read(stay: Stay) -> None:
    """And one of which only something else is said is not."""
    far = stay.far
    await stay.begin()
    lamp = stay.node("light.lamp")
    lamp.status(NodeState.ERROR_SIGNED, NOON)
    stay.read()

    await far.happens(Happening.STATUS_CHANGED, lamp.info)
    assert lamp.available
    assert stay.read() == [(None, {"light.lamp"})]

    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.WARNING_SIGNED
    )
    await far.happens(Happening.STATUS_CHANGED, described("lock.unknown"))
    assert stay.read() == []


async def test_an_old_status_does_not_count_against_a_newer_reading(
    stay: Stay,
) -> None:
    """It says when it became so."""
    await stay.begin()
    lamp = stay.node("light.lamp")

    lamp.status(NodeState.ERROR_SIGNED, NOON - timedelta(seconds=1))

    assert lamp.available


async def test_what_is_missing_is_removed_when_a_second_look_confirms_it(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it is unavailable."""
    far = stay.far
    await stay.begin()
    await stay.end()
    rain = stay.node("sensor.rain")
    del far.house.nodes["sensor.rain"]

    await stay.begin()
    assert not rain.available
    assert stay.shown.told[2:] == []
    await stay.end()

    monkeypatch.setattr(visit_module, "CERTAIN_AFTER", 0)
    await stay.begin()
    await until(lambda: len(stay.shown.told) > 2)

    assert stay.shown.told[2:] == ["removed sensor.rain", "settled"]
    assert far.house.surveys == 4


async def test_what_was_only_late_is_not_removed(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The far house had only just started."""
    far = stay.far
    await stay.begin()
    await stay.end()
    info = far.house.nodes.pop("sensor.rain")
    await stay.begin()

    await far.happens(Happening.ADDED, info)
    stay.arrived[0]._look_again()  # a second wish changes nothing
    await far.settle()

    assert stay.node("sensor.rain").available
    assert sorted(stay.shown.told) == ["added light.lamp", "added sensor.rain"]


async def test_what_is_chosen_meanwhile_is_read(stay: Stay) -> None:
    """And shown."""
    stay.store.choose(lambda _, info: info.ref == ref("sensor.rain"))
    visit = await stay.begin()
    stay.read()

    stay.store.choose(everything)
    visit.read_new()
    await stay.far.settle()

    assert stay.shown.told == ["added sensor.rain", "added light.lamp"]
    assert {"light.lamp", "device:1"} in [nodes for _, nodes in stay.read()]


async def test_a_house_that_tells_nothing_of_its_nodes_is_followed_all_the_same(
    stay: Stay,
) -> None:
    """By its feed."""
    stay.far.house.tells = False
    await stay.begin()

    stay.far.publish(state("light.lamp", "off", at=NOON + timedelta(seconds=1)))

    assert stay.says("light.lamp") == "off"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda far: far.tell("<item id='e1-9'/>", sender="somebody@example.org"),
        lambda far: far.session.receive(FULL, far.session.asked[-1][1]),
    ],
)
async def test_what_others_say_changes_nothing(
    stay: Stay, spoil: Callable[[Far], None]
) -> None:
    """Only who was asked counts."""
    await stay.begin()
    stay.read()

    spoil(stay.far)
    await stay.far.settle()

    assert stay.read() == []


async def test_a_feed_at_no_address_is_refused(stay: Stay) -> None:
    """There is nobody to ask."""
    visit = await stay.begin()

    with pytest.raises(BadRequest):
        await visit._feed.begin("xmpp:?;node=")
