"""When subscribers are told: not too often, not too seldom, and never all at once."""

import asyncio
from collections.abc import AsyncIterator
import logging

import pytest

from custom_components.xmpp_iot.wire import packer, subscriptions
from custom_components.xmpp_iot.wire.errors import ItemNotFound, ServiceUnavailable
from custom_components.xmpp_iot.wire.event_subscription import decode_subscribe
from custom_components.xmpp_iot.wire.memory import ALL, Memory, Names
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.subscription import Subscription
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND
from .schemas import assert_valid
from .watching import ATTIC, HALL, NF, Clock, Watch, settle, told

BOTH = "<nd id='sensor.hall' src='entities'/><nd id='sensor.attic' src='entities'/>"


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the time."""
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock.now)
    return clock


@pytest.fixture
async def watch(clock: Clock) -> AsyncIterator[Watch]:
    """Return a conversation that leaves nothing behind."""
    async with Watch.held() as watch:
        yield watch


async def test_a_trigger_waits_for_its_time(watch: Watch, clock: Clock) -> None:
    """Between events there is a time; what happened in it is told once, with the values after it."""
    await watch.subscribe(BOTH, "minInt='PT5S'")
    watch.house.change(HALL, T=22.0)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}
    for value in (23.0, 24.0):
        watch.house.change(HALL, T=value)
        await clock.advance(2)
        await watch.silence()
    await clock.advance(1)
    assert await watch.event() == {"sensor.hall": {"T": "24.0"}}
    await clock.advance(100)
    await watch.silence()


async def test_a_trigger_is_not_taken_back(watch: Watch, clock: Clock) -> None:
    """A value that came and went while nothing could be told is told as it is then."""
    await watch.subscribe(
        "<nd id='sensor.hall' src='entities'/><f n='T' by='1'/>", "minInt='PT5S'"
    )
    watch.house.change(HALL, T=22.0)
    await watch.event()
    for value in (25.0, 22.1):
        watch.house.change(HALL, T=value)
        await watch.silence()
    await clock.advance(5)
    assert await watch.event() == {"sensor.hall": {"T": "22.1"}}


async def test_a_failure_that_ended_unheard_is_no_event(
    watch: Watch, clock: Clock
) -> None:
    """What nobody was told of needs no word when it is over."""
    await watch.subscribe(BOTH, "minInt='PT5S'")
    watch.house.change(ATTIC, T=6.0)
    await watch.event()
    values = watch.house.values[HALL]
    for state in ("Unavailable.", values):
        watch.house.values[HALL] = state
        watch.house.tell(HALL)
        await watch.silence()
    await clock.advance(5)
    await watch.silence()


async def test_silence_has_an_end(watch: Watch, clock: Clock) -> None:
    """After the longest time without an event everything is told again."""
    await watch.subscribe(BOTH, "maxInt='PT10S'")
    await clock.advance(9)
    watch.house.change(ATTIC, T=6.0)
    await watch.event()
    await clock.advance(9)
    await watch.silence()
    for seconds in (1, 10):
        await clock.advance(seconds)
        assert await watch.event() == {
            "sensor.hall": {"T": "21.0", "M": "false"},
            "sensor.attic": {"T": "6.0"},
        }


async def test_what_is_old_is_told_again(watch: Watch, clock: Clock) -> None:
    """A value that was told too long ago is told anew, whatever else was told meanwhile."""
    await watch.subscribe(BOTH, "maxAge='PT1H'")
    await clock.advance(3599)
    watch.house.change(HALL, T=22.0)
    await watch.event()
    await clock.advance(1)
    assert await watch.event() == {
        "sensor.hall": {"T": "22.0", "M": "false"},
        "sensor.attic": {"T": "5.0"},
    }
    await clock.advance(3599)
    await watch.silence()


async def test_changes_meanwhile_are_put_together(watch: Watch) -> None:
    """While the server does not read, changes pile up to one event with the last values."""
    await watch.subscribe(BOTH)
    watch.line.reads.clear()
    watch.house.change(HALL, M="x" * 50_000)
    await settle()
    watch.house.change(HALL, M="y" * 50_000)
    await settle()
    for value in range(100):
        watch.house.change(HALL, T=float(value))
        watch.house.change(ATTIC, T=float(value))
        await settle()
    assert len(watch.events()) == 1
    watch.line.reads.set()
    await settle()
    late = watch.events()
    assert set(late[0]["sensor.hall"]) == {"M"}
    assert late[1] == {"sensor.hall": {"T": "99.0"}, "sensor.attic": {"T": "99.0"}}
    assert len(late) == 2


async def test_a_large_event_comes_in_pieces(watch: Watch) -> None:
    """No message is too large, and only the last does not promise more."""
    nodes = [NodeRef(f"sensor.n{number}", "entities") for number in range(120)]
    for node in nodes:
        watch.house.values[node] = {"T": "x" * 1000}
    wish = "".join(f"<nd id='{node.id}' src='entities'/>" for node in nodes)
    await watch.subscribe(wish, "req='true'")
    await settle()
    said = watch.talk.said()
    assert_valid(*said)
    assert len(said) == 3
    assert all(len(one) < packer.MESSAGE_BYTES + 200 for one in said)
    assert ["more='true'" in one or 'more="true"' in one for one in said] == [
        True,
        True,
        False,
    ]
    assert set().union(*map(told, said)) == {node.id for node in nodes}


async def test_an_event_that_could_not_be_sent_is_sent_later(
    watch: Watch, clock: Clock
) -> None:
    """Without a session the newest values wait for one; once they are told, that is all."""
    await watch.subscribe(BOTH)
    watch.line.down = True
    watch.house.change(HALL, T=22.0)
    await watch.silence()
    await clock.advance(2)
    watch.house.change(HALL, T=23.0)
    await clock.advance(3)
    watch.line.down = False
    await watch.silence()
    await clock.advance(1)
    assert await watch.event() == {"sensor.hall": {"T": "23.0"}}
    await clock.advance(100)
    await watch.silence()


async def test_a_defect_is_logged_once_and_survived(
    watch: Watch, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """An error nobody expected is in the log; the subscription tries again after pauses."""
    await watch.subscribe(BOTH)
    watch.house.values[HALL] = RuntimeError("a bug")
    watch.house.tell(HALL)
    for seconds in (0, 2, 4):
        asked = len(watch.house.requests)
        await clock.advance(seconds)
        assert len(watch.house.requests) == asked + 1
    watch.house.values[HALL] = {"T": 22.0}
    await clock.advance(8)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}
    logged = [
        one.message
        for one in caplog.records
        if one.name == subscriptions.__name__ and one.levelno >= logging.WARNING
    ]
    assert logged == [f"A subscription of {FRIEND.jid} failed"]
    assert "a bug" in caplog.text


async def test_a_defect_at_the_beginning_leaves_nothing(watch: Watch) -> None:
    """A subscription that could not begin is not there."""
    watch.house.values[HALL] = RuntimeError("a bug")
    with pytest.raises(RuntimeError):
        await watch.subscribe()
    assert watch.house.value_followers == []
    with pytest.raises(ItemNotFound):
        await watch.unsubscribe()


async def test_who_leaves_at_the_beginning_leaves_nothing(watch: Watch) -> None:
    """A subscriber that is gone before its answer has no subscription."""
    watch.house.readable.clear()
    asked = asyncio.create_task(watch.subscribe(BOTH, "req='true' maxInt='PT10S'"))
    await settle()
    watch.line.lose(FRIEND.jid)
    watch.house.readable.set()
    await asked
    assert watch.house.value_followers == []
    await watch.silence()


async def test_sights_lost_at_the_beginning(watch: Watch) -> None:
    """What is taken away before the answer does not exist, or is not followed."""
    watch.house.readable.clear()
    both = asyncio.create_task(watch.subscribe(BOTH, identifier="both"))
    one = asyncio.create_task(watch.subscribe())
    await settle()
    watch.house.hide(HALL)
    watch.house.readable.set()
    assert "accepted" in await both
    with pytest.raises(ItemNotFound):
        await one
    assert [nodes for nodes, _ in watch.house.value_followers] == [(ATTIC,)]


async def test_what_is_hidden_is_not_followed(watch: Watch, clock: Clock) -> None:
    """Rights that end reduce a subscription; with nothing left it ends."""
    await watch.subscribe(BOTH, "maxInt='PT20S' maxAge='PT20S'")
    watch.house.hide(HALL)
    watch.house.change(HALL, T=1.0)
    await clock.advance(20)
    assert await watch.event() == {"sensor.attic": {"T": "5.0"}}
    watch.house.hide()
    assert len(watch.house.value_followers) == 1
    watch.house.hide(ATTIC)
    assert watch.house.value_followers == []
    await clock.advance(20)
    await watch.silence()
    with pytest.raises(ItemNotFound):
        await watch.unsubscribe()


async def test_who_is_not_let_in_any_more(watch: Watch) -> None:
    """A contact that is none any more has no subscriptions, and gets none."""
    await watch.subscribe(BOTH)
    watch.house.closed_to_all = True
    watch.house.hide()
    assert watch.house.value_followers == []
    with pytest.raises(ServiceUnavailable):
        await watch.subscribe(BOTH)


async def test_what_is_prepared_is_not_sent_when_hidden(watch: Watch) -> None:
    """An event that waits for its turn is made anew without what was taken away."""
    await watch.subscribe(BOTH)
    watch.line.reads.clear()
    watch.house.change(HALL, M="x" * 50_000)
    await settle()
    watch.house.change(HALL, M="secret" * 8_000)
    watch.house.change(ATTIC, T=6.0)
    await settle()
    watch.talk.said()
    watch.house.hide(HALL)
    watch.line.reads.set()
    await settle()
    assert watch.events() == [{"sensor.attic": {"T": "6.0"}}]


async def test_what_is_hidden_without_a_word_is_not_sent(watch: Watch) -> None:
    """Asked at the last moment, the house says what may be seen."""
    await watch.subscribe(BOTH)
    await watch.subscribe(identifier="hall")
    watch.house.readable.clear()
    watch.house.change(HALL, T=1.0)
    watch.house.change(ATTIC, T=6.0)
    await settle()
    watch.house.hidden.add(HALL)
    watch.house.readable.set()
    assert await watch.event() == {"sensor.attic": {"T": "6.0"}}
    assert [nodes for nodes, _ in watch.house.value_followers] == [(ATTIC,)]


async def test_stopping_ends_what_waits(watch: Watch) -> None:
    """Neither timers nor messages that wait outlive the service."""
    await watch.subscribe(BOTH, "maxInt='PT1H'")
    watch.line.reads.clear()
    for text in ("x" * 50_000, "y" * 50_000):
        watch.house.change(HALL, M=text)
        await settle()
    await watch.talk.service.stop()
    await watch.talk.service.stop()
    watch.line.reads.set()
    await settle()
    assert len(watch.talk.said()) == 1


def _subscription(attributes: str) -> Subscription:
    """Return a subscription to the hall and the attic that began at 100."""
    request = f"<subscribe xmlns='{NF.events}' id='s' {attributes}>{BOTH}</subscribe>"
    wish = decode_subscribe(from_text(request), NF)
    made = Subscription(
        caller=FRIEND,
        wish=wish,
        dialect=NF,
        memory=Memory(()),
        nodes=dict.fromkeys(wish.nodes),
        unfollow=lambda: None,
    )
    made.begin(100.0)
    return made


def test_pauses_grow_and_end() -> None:
    """After each failure there is a longer pause, up to a limit; a success ends that."""
    one = _subscription("")
    one.owe({HALL: ALL})
    pauses = []
    for _ in range(8):
        one.failed(100.0)
        at = one.wake_at()
        assert at is not None
        pauses.append(at - 100)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
    one.fired({}, 200.0)
    one.failed(200.0)
    assert one.wake_at() == 202


def test_the_next_beat() -> None:
    """The longest silence counts from the last event, age from when all of a node was told."""
    assert _subscription("").wake_at() is None
    one = _subscription("maxInt='PT10S' maxAge='PT60S'")
    assert one.wake_at() == 110
    one.wake(109.0)
    assert not one.has_work(109.0)
    one.fired({HALL: Names(frozenset({"T"}))}, 155.0)
    assert one.wake_at() == 160
    one.wake(160.0)
    assert one.take(firing=True) == {HALL: ALL, ATTIC: ALL}
    one.fired({HALL: ALL, NodeRef("gone"): ALL}, 160.0)
    one.wake(165.0)
    assert one.take(firing=True) == {ATTIC: ALL}


def test_a_beat_waits_for_the_shortest_time() -> None:
    """Who wants both gets no event before the time between events has passed."""
    one = _subscription("minInt='PT1M' maxInt='PT0S'")
    one.fired({}, 100.0)
    assert one.wake_at() == 160
    assert not one.may_fire(159.9)
