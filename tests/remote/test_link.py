"""A linked house: when it is visited, and when it is away."""

import logging
from typing import Any

import pytest

from custom_components.xmpp_iot.remote import acquaintance, link as module
from custom_components.xmpp_iot.remote.acquaintance import meet
from custom_components.xmpp_iot.remote.link import Connection
from custom_components.xmpp_iot.wire.errors import Forbidden, RemoteError
from homeassistant.core import CoreState, HomeAssistant

from .far import FULL, HOME, until
from .linked import Linked

PHONE = f"{HOME}/phone"


async def test_a_house_that_is_there_is_visited(linked: Linked) -> None:
    """And everybody is told as it comes."""
    assert linked.link.connection is Connection.READING
    await linked.is_linked()

    assert linked.told == [True]
    assert linked.seen == [Connection.READING, Connection.LINKED]
    assert linked.link.last_seen is None


async def test_a_house_that_leaves_is_away_at_once(linked: Linked) -> None:
    """Another of its resources makes no difference, nor do other people."""
    await linked.is_linked()
    linked.far.arrive("other@example.org/homeassistant")
    linked.far.arrive(PHONE)
    linked.far.leave(PHONE)
    assert linked.told == [True]

    linked.far.leave()

    assert linked.told == [True, False]
    assert not linked.link.online
    assert linked.link.last_seen is not None
    await linked.far.settle()
    assert linked.link.connection is Connection.AWAY


async def test_a_house_that_comes_back_is_visited_anew(linked: Linked) -> None:
    """Even if it comes before its former visit has ended."""
    await linked.is_linked()
    linked.far.leave()
    linked.far.arrive()
    await linked.is_linked()

    assert linked.told == [True, False, True]
    assert linked.link.last_seen is None
    assert linked.link.last_values == {}


async def test_the_resource_that_speaks_our_language_is_visited(
    linked: Linked,
) -> None:
    """The first of them may be a chat client, or not answer."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()
    linked.far.session.online.append(PHONE)  # which the far service does not know

    linked.far.arrive()
    await linked.is_linked()

    assert linked.told == [True, False, True]


async def test_a_house_that_speaks_nothing_is_not_asked_again(
    linked: Linked,
) -> None:
    """Until somebody comes."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()
    linked.far.session.features = ("urn:other",)
    asked = len(linked.far.session.asked)

    linked.far.arrive()
    await linked.far.settle()

    assert len(linked.far.session.asked) == asked + 1
    assert linked.link.connection is Connection.AWAY


async def test_who_comes_while_another_is_asked_is_asked_too(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is overlooked."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()

    async def meets(session: Any, jid: str) -> Any:
        if jid != PHONE:
            return await meet(session, jid)
        if FULL not in linked.far.session.online:
            linked.far.arrive()
        return None

    monkeypatch.setattr(acquaintance, "meet", meets)
    linked.far.arrive(PHONE)
    await linked.is_linked()


async def test_a_house_that_cannot_be_read_is_tried_again(
    linked: Linked,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a pause that grows; it is said once."""
    caplog.set_level(logging.WARNING)
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()
    monkeypatch.setattr(module, "FIRST_PAUSE", 0)
    linked.far.house.blind = Forbidden("Not now.")

    linked.far.arrive()
    await until(lambda: linked.far.session.asked.count)
    for _ in range(5):
        await linked.far.settle()
    assert linked.link.connection is Connection.READING
    linked.far.house.blind = None
    await linked.is_linked()

    assert caplog.text.count("cannot be read") == 1


async def test_a_disco_that_fails_is_tried_again(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be that only the answer was lost."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()
    monkeypatch.setattr(module, "FIRST_PAUSE", 0)
    linked.far.session.online.append(FULL)
    answer = linked.far.session.iq
    failures = [RemoteError("remote-server-timeout", "wait")]

    async def iq(*args: Any, **kwargs: Any) -> Any:
        if failures:
            raise failures.pop()
        return await answer(*args, **kwargs)

    monkeypatch.setattr(linked.far.session, "iq", iq)
    linked.link._look_for_it()
    await linked.is_linked()

    assert not failures


async def test_a_lost_connection_is_forgiven_for_a_moment(linked: Linked) -> None:
    """If it resumes, nothing was."""
    await linked.is_linked()
    visit = linked.link._visit

    linked.far.lose_connection()
    linked.far.lose_connection()
    linked.far.come_back(resumed=True)
    await linked.far.settle()

    assert linked.told == [True]
    assert linked.link._visit is visit
    assert linked.link._grace is None


async def test_a_connection_that_stays_lost_makes_the_house_away(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is looked for when the session is back."""
    monkeypatch.setattr(module, "GRACE", 0)
    await linked.is_linked()

    linked.far.lose_connection()
    await until(lambda: linked.told == [True, False])
    await linked.far.settle()
    assert linked.link.connection is Connection.AWAY

    linked.far.come_back(resumed=True)
    await linked.is_linked()


async def test_a_new_session_begins_anew(linked: Linked) -> None:
    """The house is told of anew in it."""
    await linked.is_linked()

    linked.far.lose_connection()
    linked.far.come_back(resumed=False)
    assert linked.told == [True, False]
    await linked.far.settle()
    assert linked.link.connection is Connection.AWAY

    linked.far.arrive()
    await linked.is_linked()


async def test_a_visit_that_ends_without_a_connection_waits_for_it(
    linked: Linked,
) -> None:
    """Nobody goes round in circles meanwhile."""
    await linked.is_linked()
    linked.far.lose_connection()
    visit = linked.link._visit
    assert visit is not None

    visit._read_soon(linked.node().info.ref)
    await linked.far.settle()
    assert linked.told == [True, False]

    linked.far.come_back(resumed=True)
    await linked.is_linked()


async def test_nothing_is_told_when_home_assistant_stops(
    hass: HomeAssistant, linked: Linked
) -> None:
    """What is shown then is what it begins with the next time."""
    await linked.is_linked()
    hass.set_state(CoreState.stopping)

    linked.far.leave()
    await linked.far.settle()

    assert linked.told == [True]
    hass.set_state(CoreState.running)


async def test_a_failure_of_ours_is_in_the_log(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And the next time the house comes it is visited again."""
    await linked.is_linked()
    linked.far.leave()
    await linked.far.settle()

    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(acquaintance, "meet", broken)
        linked.far.arrive()
        await linked.far.settle()
    assert "ZeroDivisionError" in caplog.text
    linked.far.leave()
    linked.far.arrive()
    await linked.is_linked()


async def test_what_is_shown_is_counted_once_for_many(linked: Linked) -> None:
    """A thousand nodes are one news."""
    await linked.is_linked()
    linked.seen.clear()

    linked.link.recount()
    linked.link.recount()
    await linked.far.settle()

    assert linked.seen == [Connection.LINKED]


async def test_who_listens_no_more_is_told_no_more(linked: Linked) -> None:
    """However often that is said."""
    told: list[bool] = []
    stop = linked.link.listen(lambda: told.append(True))
    stop()
    stop()
    await linked.is_linked()

    assert told == []
    linked.link.read_new()


async def test_there_is_nothing_to_read_of_a_house_that_is_away(
    linked: Linked,
) -> None:
    """It will all be read when it comes."""
    linked.far.leave()
    linked.link.read_new()

    assert linked.far.house.reads == []
