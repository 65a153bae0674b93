"""A stay at another house: what is read, what is followed, and what is read again."""

from datetime import timedelta
import logging

import pytest

from custom_components.xmpp_iot.remote import visit as visit_module
from custom_components.xmpp_iot.remote.nodes import MARGIN
from custom_components.xmpp_iot.wire.errors import Forbidden, RemoteError

from .far import HOME, NODE, NOON, described, state, until
from .stay import Stay


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
