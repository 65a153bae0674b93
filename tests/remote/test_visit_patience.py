"""A stay at a house that is busy, slow or hostile: it goes on, and is not led by the nose."""

import asyncio
from collections.abc import Callable

import pytest

from custom_components.xmpp_iot.remote import nodes, visit as visit_module
from custom_components.xmpp_iot.remote.visit import Visit
from custom_components.xmpp_iot.wire.errors import NoAnswer
from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent

from .far import NODE, NOON, described, ref, state, until
from .stay import Stay

_SOON = 0.05  # seconds


async def kept_busy(visit: Visit, until: Callable[[], bool]) -> None:
    """Give a visit something to do all the time, until something is so."""
    async with asyncio.timeout(5):
        while not until():
            visit.read_new()
            await asyncio.sleep(0)


def silent(*_: object) -> None:
    """Do not answer in time, as a PubSub service that is out of reach."""
    raise NoAnswer("It did not answer in time.")


async def test_who_always_has_something_to_say_is_read_now_and_then_all_the_same(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no feed: what happens to nodes says nothing of values."""
    monkeypatch.setattr(visit_module, "POLL_EVERY", _SOON)
    stay.far.session.refuses_feed = "not-allowed"
    visit = await stay.begin()
    rounds = iter(range(100))
    await kept_busy(
        visit, lambda: next(rounds, None) is None
    )  # no reading is under way
    stay.far.house.states["light.lamp"] = state("light.lamp", "off")

    await kept_busy(visit, lambda: stay.says("light.lamp") == "off")


async def test_the_feed_of_a_busy_house_is_asked_whether_it_knows_of_us(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of any other."""
    monkeypatch.setattr(visit_module, "CHECK_EVERY", _SOON)
    visit = await stay.begin()
    stay.far.session.subscribed.clear()

    await kept_busy(visit, lambda: bool(stay.far.session.subscribed))

    assert stay.far.session.subscribed == {(NODE, stay.far.session.jid)}


async def test_a_house_whose_feed_does_not_answer_is_read_now_and_then(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers itself; the feed is tried again each time."""
    monkeypatch.setattr(visit_module, "POLL_EVERY", 0)
    with monkeypatch.context() as patch:
        patch.setattr(stay.far.session, "_service", silent)
        await stay.begin()
        stay.far.house.states["light.lamp"] = state("light.lamp", "off")
        await until(lambda: stay.says("light.lamp") == "off")
    await until(lambda: bool(stay.far.session.subscribed))

    assert stay.task
    assert not stay.task.done()


async def test_a_connection_that_is_lost_is_no_fault_of_the_feed(
    stay: Stay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The visit ends, and nothing is said against the house."""

    def lost(_: object) -> None:
        stay.far.session.connected = False
        raise NoAnswer("The session ended before the answer.")

    monkeypatch.setattr(stay.far.session, "_service", lost)
    await stay.come()

    assert stay.task
    with pytest.raises(NoAnswer):
        await stay.task
    assert "does not let us follow" not in caplog.text


async def test_a_feed_that_does_not_say_whether_it_knows_of_us_ends_no_visit(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the house is there is not for its feed's service to say: what may be missed is read."""
    monkeypatch.setattr(visit_module, "CHECK_EVERY", 0)
    await stay.begin()
    stay.read()
    monkeypatch.setattr(stay.far.session, "_service", silent)

    await until(lambda: bool(stay.far.house.reads))

    assert stay.task
    assert not stay.task.done()


async def test_nodes_that_are_not_taken_in_are_not_remembered_to_be_read(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, while the visit waits for an answer."""
    visit = await stay.begin()
    monkeypatch.setattr(nodes, "MAX_NODES", 4)

    for number in range(50):
        info = described(f"sensor.more_{number}", uid=f"more{number}")
        for kind in (Happening.ADDED, Happening.UPDATED):
            visit._happened(NodeEvent(kind=kind, at=NOON, node=info.ref, info=info))

    assert not visit._new


async def test_a_house_that_has_begun_anew_gets_time_again_for_what_is_missing(
    stay: Stay,
) -> None:
    """What it had not yet when it was looked for again may still come."""
    visit = await stay.begin()
    del stay.far.house.nodes["sensor.rain"]
    stay.far.move("")  # it begins anew
    await stay.far.settle()
    look = visit._again
    assert look

    stay.far.move("")  # and once more
    await stay.far.settle()

    assert look.cancelled()
    assert visit._again
    assert not visit._again.cancelled()


async def test_a_house_that_begins_anew_when_it_is_looked_at_has_lost_nothing(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look that would have been certain is one at a house that has just started."""
    visit = await stay.begin()
    del stay.far.house.nodes["sensor.rain"]
    monkeypatch.setattr(visit_module, "CERTAIN_AFTER", 0)
    visit._look_again()
    await until(lambda: visit._again is None)
    monkeypatch.undo()

    stay.far.move("")
    await stay.far.settle()

    assert stay.store.info(ref("sensor.rain"))
    assert "removed sensor.rain" not in stay.shown.told
