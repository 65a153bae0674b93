"""What goes wrong at this end of a link: it is said once, tried again, and hides nothing but what is wrong."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.remote import acquaintance, link as module
from custom_components.xmpp_iot.remote.link import Connection
from custom_components.xmpp_iot.remote.nodes import EVER
from custom_components.xmpp_iot.wire.errors import Forbidden

from .far import HOME, NOON, state, until
from .linked import Linked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long is waited between visits; it takes no time here."""
    found: list[float] = []
    sleep = asyncio.sleep

    async def at_once(delay: float) -> None:
        if delay:
            found.append(delay)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", at_once)
    return found


@pytest.fixture
async def away(linked: Linked) -> Linked:
    """Return a link to a house that has left."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()
    return linked


async def broken(*_: Any) -> None:
    """Fail as nobody expects it."""
    raise ZeroDivisionError


async def test_a_failure_of_ours_is_said_once_and_tried_again(
    away: Linked,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After pauses that grow to a longest one; nobody has to come for it."""
    with monkeypatch.context() as patch:
        patch.setattr(acquaintance, "meet", broken)
        away.far.arrive()
        await until(lambda: len(pauses) > 9)
        assert away.link.connection is Connection.READING
    await away.is_linked()

    assert pauses[:9] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert "ZeroDivisionError" in caplog.text
    assert caplog.text.count("cannot be shown, and is tried again") == 1


async def test_a_visit_that_fails_after_it_has_begun_does_not_go_in_circles(
    away: Linked, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pauses grow also where the house was there for a moment."""
    presented = 0

    async def breaks(visit: Any) -> None:
        nonlocal presented
        presented += 1
        visit.arrived(visit)
        raise ZeroDivisionError

    monkeypatch.setattr(
        "custom_components.xmpp_iot.remote.visit.Visit._present", breaks
    )
    away.far.arrive()
    await until(lambda: presented > 3)

    assert pauses[:3] == [2, 4, 8]


async def test_a_visit_that_lasted_makes_the_next_pause_short_again(
    away: Linked,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And what ends it is another trouble, which is said."""
    away.far.house.blind = Forbidden("Not now.")
    away.far.arrive()
    await until(lambda: len(pauses) > 3)
    away.far.house.blind = None
    await away.is_linked()
    monkeypatch.setattr(module, "LASTED", -1.0)
    pauses.clear()

    away.far.house.blind = Forbidden("Not any more.")
    away.far.move("")  # so that it is read again
    await until(lambda: pauses)

    assert pauses[0] == module.FIRST_PAUSE
    assert caplog.text.count("cannot be read") == 2


async def test_trouble_with_a_house_that_was_there_meanwhile_is_said_again(
    away: Linked,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once each time: nobody would know else why it is not there."""
    monkeypatch.setattr(module, "LASTED", -1.0)
    for _ in range(2):
        away.far.house.blind = Forbidden("Not now.")
        away.far.arrive()
        pauses.clear()
        await until(lambda: len(pauses) > 3)
        away.far.house.blind = None
        await away.is_linked()
        away.far.leave()
        await away.far.settle()

    assert caplog.text.count("cannot be read") == 2


async def test_a_house_that_leaves_while_it_cannot_be_read_is_away(
    away: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is visited as soon as it comes back, without the rest of the pause."""
    with monkeypatch.context() as patch:
        patch.setattr(acquaintance, "meet", broken)
        away.far.arrive()
        await away.far.settle()
        assert how(away) == "reading"
        away.far.leave()
        await away.far.settle()
    assert how(away) == "away"

    away.far.arrive()
    await away.is_linked()


async def test_a_node_that_cannot_be_shown_hides_no_other(
    linked: Linked, caplog: pytest.LogCaptureFixture
) -> None:
    """It is said once, however often it changes, and the house stays linked."""
    await linked.is_linked()
    seen: list[str | None] = []
    lamp, rain = linked.node(), linked.node("sensor.rain")

    def breaks() -> None:
        raise ZeroDivisionError

    lamp.listen(breaks)
    lamp.listen(lambda: seen.append("lamp"))
    rain.listen(lambda: seen.append(rain.text("state")))
    for value in ("a", "b"):
        linked.far.publish(
            *(
                _said(node_id, value, linked.far.number)
                for node_id in ("light.lamp", "sensor.rain")
            )
        )
        await linked.far.settle()

    assert seen == ["lamp", "a", "lamp", "b"]
    assert caplog.text.count("light.lamp cannot be shown") == 1
    assert linked.told == [True]


async def test_who_cannot_be_told_keeps_nobody_from_being_told(
    linked: Linked, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither of the house, nor of how it is; it is said once."""

    def breaks() -> None:
        raise ZeroDivisionError

    linked.link.listen(breaks)
    online: list[bool] = []
    linked.link.listen(lambda: online.append(linked.link.online))
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()

    assert online == [True, False]
    assert caplog.text.count(f"Not all of {HOME} can be shown") == 1


@pytest.mark.parametrize("subscription", ["none", "from", None])
async def test_a_house_that_has_not_said_yes_is_waited_for(
    away: Linked, subscription: str | None
) -> None:
    """It was asked to be a friend; that it is one now is told."""
    if subscription is None:
        away.far.session.friends.clear()
    else:
        away.far.session.befriend(HOME, subscription)
    away.seen.clear()
    assert how(away) == "waiting"

    away.far.session.befriend(HOME, "to")
    await away.far.settle()
    assert away.seen == [Connection.AWAY]

    away.far.arrive()
    await away.is_linked()
    away.far.session.befriend(HOME, "none")
    assert how(away) == "linked"  # as long as it is there


async def test_without_a_session_nobody_knows_who_has_said_yes(away: Linked) -> None:
    """Then the house is away, as all of them are."""
    away.far.session.befriend(HOME, "none")

    away.far.lose_connection()

    assert away.link.connection is Connection.AWAY


def how(linked: Linked) -> str:
    """Return how things are with the house."""
    return linked.link.connection.value


def _said(node_id: str, value: str, number: int) -> Any:
    """Return a state, each one later than the last."""
    return state(node_id, value, at=NOON + timedelta(minutes=number + 1))


async def test_what_comes_and_cannot_be_taken_ends_the_visit_only(
    linked: Linked,
    pauses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever reads the stream calls us: the connection goes on, and so does the house, in another visit."""
    await linked.is_linked()
    with monkeypatch.context() as patch:
        patch.setattr(linked.link.store, "take", _breaks)
        linked.far.publish(_said("light.lamp", "off", 1))
        await until(lambda: pauses)
    await linked.is_linked()

    assert linked.node().text("state") == "off"
    assert linked.told == [True, False, True]
    assert "ZeroDivisionError" in caplog.text


async def test_a_house_from_the_beginning_of_time_is_read_from_then(
    linked: Linked,
) -> None:
    """Before it there is nothing to be read."""
    await linked.is_linked()
    for node_id in ("device:1", "light.lamp", "sensor.rain"):
        linked.far.house.states[node_id] = state(node_id, "old", at=EVER)
    linked.link.store._newest = None
    linked.link.store.rewind()
    linked.far.publish(state("light.lamp", "on", at=EVER))
    await linked.far.settle()
    linked.far.leave()
    await linked.far.settle()
    assert linked.link.store.missed_since == EVER

    linked.far.arrive()
    await linked.is_linked()
    assert linked.told == [True, False, True]


def _breaks(_: Any) -> None:
    raise ZeroDivisionError
