"""Orders that come again: done once, and answered each time."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import time

import pytest

from custom_components.xmpp_iot.wire import once as once_module
from custom_components.xmpp_iot.wire.assurance import is_answered
from custom_components.xmpp_iot.wire.errors import (
    Asked,
    BadRequest,
    Conflict,
    Forbidden,
    InternalServerError,
    RemoteError,
    RemoteTimeout,
    ResourceConstraint,
    ServiceUnavailable,
    StanzaError,
)
from custom_components.xmpp_iot.wire.once import LONGEST, MOST_TEXT, Once, Unfinished
from custom_components.xmpp_iot.wire.order_token import MAX_TOKEN, OrderToken
from custom_components.xmpp_iot.wire.xml import element

FRIEND = "friend@example.org"
TOKEN = OrderToken("t1")


@dataclass
class Doer:
    """Whoever does what is ordered, and how often."""

    once: Once = field(default_factory=Once)
    done: int = 0
    fails: Exception | None = None
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Take no time."""
        self.goes_on.set()

    async def do(
        self,
        token: OrderToken | None = TOKEN,
        *,
        sender: str = FRIEND,
        within: timedelta = timedelta(seconds=10),
        what: str = "lock",
    ) -> None:
        """Give an order; each time with the same expiry."""
        expires = self.began + within
        await self.once.do(sender, token, expires, what=what, deed=self._deed)

    async def _deed(self) -> None:
        self.done += 1
        await self.goes_on.wait()
        if self.fails is not None:
            raise self.fails

    async def refused(self, kind: type[StanzaError], **order: object) -> StanzaError:
        """Give an order that is refused."""
        with pytest.raises(kind) as refusal:
            await self.do(**order)  # type: ignore[arg-type]
        return refusal.value


@pytest.fixture
async def doer() -> Doer:
    """Return somebody who has done nothing yet."""
    return Doer()


async def test_a_token_is_of_one_order(doer: Doer) -> None:
    """Whoever uses it for another is not told that this was done, and it is not."""
    await doer.do(what="light")
    await doer.refused(Conflict, what="lock")
    assert doer.done == 1


async def test_token_and_expiry_are_one_stamp(doer: Doer) -> None:
    """Whoever stamps each repeat anew would outlast what is remembered."""
    await doer.do()
    await doer.refused(Conflict, within=timedelta(minutes=15))
    assert doer.done == 1


DAY = timedelta(days=1)


@pytest.mark.parametrize("jump", [2 * DAY, -2 * DAY, timedelta(minutes=11)])
async def test_a_clock_that_is_set_makes_nobody_forget(
    doer: Doer, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    """It was done: that is what whoever repeats it is told."""
    monkeypatch.setattr(once_module, "_TIDY_EVERY", 0)
    await doer.do()
    set_clock(monkeypatch, jump)
    doer.fails = Forbidden("Another one.")
    await doer.refused(StanzaError, token=OrderToken("t2"))  # (which tidies up)

    doer.fails = None
    await doer.do()
    assert "t1" in doer.once._senders[FRIEND].known


async def test_a_clock_that_is_set_back_makes_nobody_remember_longer(
    doer: Doer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is forgotten is in time again by it, but is not done."""
    monkeypatch.setattr(once_module, "_TIDY_EVERY", 0)
    monkeypatch.setattr(once_module, "KEPT", timedelta(0))
    await doer.do(within=timedelta(milliseconds=1))
    await asyncio.sleep(0.002)
    set_clock(monkeypatch, -DAY)
    await doer.do(OrderToken("t2"))
    assert doer.once._senders[FRIEND].known.keys() == {"t2"}

    await doer.refused(RemoteTimeout, within=timedelta(milliseconds=1))
    assert doer.done == 2


def set_clock(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """Set the clock that people see."""
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + ahead.total_seconds())


async def test_what_comes_again_is_done_once(doer: Doer) -> None:
    """However often; and another order is another one, also one of somebody else."""
    for _ in range(3):
        await doer.do()
    assert doer.done == 1

    await doer.do(OrderToken("t2"))
    await doer.do(sender="guest@example.org")
    assert doer.done == 3


async def test_without_a_token_it_is_done_as_often_as_it_comes(doer: Doer) -> None:
    """Others use their ids again as they like."""
    for _ in range(3):
        await doer.do(None)
    assert doer.done == 3

    doer.fails = Forbidden("No.")
    assert not (await doer.refused(Forbidden, token=None)).children


async def test_what_comes_again_meanwhile_waits_for_the_first(doer: Doer) -> None:
    """Both are answered when it is done; who waits no more takes nothing away from it."""
    doer.goes_on.clear()
    first, gone = (asyncio.create_task(doer.do()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    again = asyncio.create_task(doer.do())
    await asyncio.sleep(0)
    assert not first.done()
    assert not again.done()

    doer.goes_on.set()
    await asyncio.gather(first, again)
    assert doer.done == 1


async def test_one_repeat_waits(doer: Doer) -> None:
    """The latest; one that waits no more is told to wait, in no words that decide anything."""
    doer.goes_on.clear()
    first = asyncio.create_task(doer.do())
    await asyncio.sleep(0)
    repeats = [asyncio.create_task(doer.do()) for _ in range(5)]
    *relieved, last = repeats
    await asyncio.wait(relieved)
    assert not last.done()
    for one in relieved:
        error = one.exception()
        assert isinstance(error, RemoteTimeout)
        assert error.kind == "wait"
        assert error.on_record
        assert not error.children

    doer.goes_on.set()
    await asyncio.gather(first, last)
    assert doer.done == 1


async def test_a_refusal_is_said_again(doer: Doer) -> None:
    """In the same words, as the house's own; it is on record already."""
    doer.fails = Forbidden("No.", parameters={"power": "Not that."})
    first = await doer.refused(Forbidden)
    doer.fails = None
    again = await doer.refused(Forbidden)

    assert doer.done == 1
    assert (again.text, again.parameters) == (first.text, first.parameters)
    assert not first.on_record
    assert again.on_record
    for one in (first, again):
        error = RemoteError("forbidden", "auth")
        error.children = one.children
        assert is_answered(error)


async def test_of_a_refusal_as_much_is_kept_as_says_why(doer: Doer) -> None:
    """For hours, of thousands: neither all of its words, nor what belongs to one answer only."""
    doer.fails = Forbidden(
        "x" * 10_000,
        parameters={"a": "short", "b" * 10_000: "", "c": "z" * 10_000},
        children=(element("{urn:o}note"),),
        payload=element("{urn:o}form"),
    )
    first = await doer.refused(Forbidden)
    again = await doer.refused(Forbidden)

    assert first.text == "x" * 10_000
    assert again.text == str(again) == "x" * MOST_TEXT
    assert again.parameters == {"a": "short"}
    assert again.payload is None
    assert len(again.children) == 1
    (kept,) = doer.once._senders[FRIEND].known.values()
    assert kept.said is not None
    assert not kept.said.children


async def test_what_takes_too_long_is_told_when_it_has_ended(doer: Doer) -> None:
    """To whoever repeats the order: until then it is unknown."""
    for number, fails in enumerate((None, Forbidden("No." + "x" * 1000))):
        token = OrderToken(f"t{number}")
        slow = Unfinished("Slow.")
        slow.end = asyncio.get_running_loop().create_future()
        doer.fails = slow
        await doer.refused(RemoteTimeout, token=token)
        again = await doer.refused(RemoteTimeout, token=token)
        assert again.text == "Slow."

        slow.end.set_result(fails)
        await asyncio.sleep(0)
        if fails is None:
            await doer.do(token)
        else:
            error = await doer.refused(Forbidden, token=token)
            assert len(error.text) == MOST_TEXT
    assert doer.done == 2


async def test_what_nobody_will_know_stays_unknown(doer: Doer) -> None:
    """Where it is not told how it ends."""
    doer.fails = Unfinished("Slow.")
    for _ in range(2):
        await doer.refused(RemoteTimeout)
    assert doer.done == 1


async def test_for_who_is_nobody_here_nobody_answers(doer: Doer) -> None:
    """That looks the same as an empty place."""
    doer.fails = ServiceUnavailable()

    assert not (await doer.refused(ServiceUnavailable)).children


async def test_what_the_owner_has_not_allowed_yet_can_be_asked_again(
    doer: Doer,
) -> None:
    """Nothing was done."""
    doer.goes_on.clear()
    doer.fails = Asked("Ask again.", children=(element("{urn:o}asked"),))
    first, waiting = (asyncio.create_task(doer.refused(Asked)) for _ in range(2))
    await asyncio.sleep(0)
    doer.goes_on.set()
    for error in (await first, await waiting):
        assert error.children[0].tag == "{urn:o}asked"
    doer.fails = None

    await doer.do()
    assert doer.done == 2


async def test_a_failure_of_ours_is_one_for_who_repeats_it_too(doer: Doer) -> None:
    """It is not tried again: half of it may be done."""
    doer.fails = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await doer.do()

    await doer.refused(InternalServerError)
    assert doer.done == 1


async def test_what_was_stopped_half_way_is_unknown(doer: Doer) -> None:
    """To who repeats it."""
    doer.goes_on.clear()
    first = asyncio.create_task(doer.do())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])

    await doer.refused(RemoteTimeout)
    assert doer.done == 1


async def test_what_was_for_another_life_is_not_done(doer: Doer) -> None:
    """It may have been done before: the house has forgotten all with its restart."""
    await doer.do(OrderToken("t1", doer.once.life))
    assert doer.done == 1
    doer.once = Once()

    await doer.refused(RemoteTimeout, token=OrderToken("t1", "0badbeef"))
    assert doer.done == 1


async def test_an_order_that_cannot_be_remembered_long_enough_is_refused(
    doer: Doer,
) -> None:
    """Before it is done."""
    error = await doer.refused(BadRequest, within=LONGEST + timedelta(hours=1))

    assert "order_token" in error.parameters
    assert doer.done == 0


async def test_more_than_can_be_remembered_is_refused(
    doer: Doer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sender takes nothing from another; and what has expired makes room."""
    monkeypatch.setattr(once_module, "MOST", 2)
    await doer.do(OrderToken("a"), within=timedelta(0))
    await doer.do(OrderToken("b"))
    await doer.do(OrderToken("c"))  # for which the first is forgotten
    await doer.refused(ResourceConstraint, token=OrderToken("d"))
    await doer.do(OrderToken("d"), sender="guest@example.org")
    assert doer.done == 4

    # Whether what is forgotten was done nobody knows, but it is not done again.
    await doer.refused(
        RemoteTimeout, token=OrderToken("a"), within=-timedelta(seconds=1)
    )
    assert doer.done == 4


async def test_what_is_long_over_is_forgotten(
    doer: Doer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some time after its expiry, and not while it is under way."""
    monkeypatch.setattr(once_module, "_TIDY_EVERY", 0)
    past = -timedelta(minutes=1)
    await doer.do(OrderToken("a"), within=past)
    await doer.do(OrderToken("b"))
    await doer.do(OrderToken("a"), within=past)  # remembered
    assert doer.done == 2

    monkeypatch.setattr(once_module, "KEPT", timedelta(0))
    doer.goes_on.clear()
    slow = asyncio.create_task(
        doer.do(OrderToken("slow"), within=-timedelta(seconds=1))
    )
    await asyncio.sleep(0)
    last = asyncio.create_task(doer.do(OrderToken("c")))
    await asyncio.sleep(0)
    known = doer.once._senders[FRIEND].known
    assert known.keys() == {"b", "slow", "c"}
    doer.goes_on.set()
    await asyncio.gather(slow, last)


def test_tokens_are_read_as_they_are_written() -> None:
    """With the life they are for, or without; each new one is another."""
    for token in (OrderToken.new(), OrderToken.new("beef"), TOKEN):
        assert OrderToken.parse(str(token)) == token
    assert OrderToken.new() != OrderToken.new()


@pytest.mark.parametrize("text", ["", "x", "/", "beef/", "/" + "x" * MAX_TOKEN])
def test_what_is_no_token_is_refused(text: str) -> None:
    """By its name."""
    with pytest.raises(BadRequest) as refusal:
        OrderToken.parse(text)
    assert "order_token" in refusal.value.parameters
