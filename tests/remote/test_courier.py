"""Orders are brought as surely as is wanted, and each ends in one of four ways."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.remote import courier as courier_module
from custom_components.xmpp_iot.remote.courier import Courier
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.remote.errors import NotSent
from custom_components.xmpp_iot.wire.errors import (
    Conflict,
    Expired,
    NoAnswer,
    NotConnected,
    RemoteError,
    StanzaError,
    WireError,
)
from custom_components.xmpp_iot.wire.once import Once
from custom_components.xmpp_iot.wire.order_token import OrderToken
from homeassistant.util import dt as dt_util

from .asked import FULL, Line, Somebody
from .far_nodes import until
from .ordering import BOUNCE, SURELY, TIMEOUT, UNREACHED, House, ends, from_house, thing


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """Return the connection, on which little time is lost."""
    monkeypatch.setattr(courier_module, "REPEAT_AFTER", 0.05)
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(courier_module, "SETTLE", 0.2)
    return Line(Somebody())


@pytest.fixture
async def courier(line: Line) -> AsyncGenerator[Courier]:
    """Return the courier."""
    yield line.courier
    await line.courier.stop()
    assert not line.comings


@pytest.mark.parametrize(
    ("says", "kind", "is_unknown"),
    [
        (NoAnswer("Silence."), NoAnswer, True),
        (TIMEOUT, RemoteError, True),
        (BOUNCE, NoAnswer, True),
        (from_house(Expired("Late.")), RemoteError, False),
        (RemoteError("forbidden", "auth"), RemoteError, False),
        (NotConnected("Gone."), NotConnected, False),
    ],
)
async def test_what_is_not_known_is_looked_at_before_it_is_told(
    courier: Courier, says: WireError, kind: type[WireError], is_unknown: bool
) -> None:
    """And it is not sent again."""
    house = House([says])

    assert type(await ends(courier, house.order(), Delivery.ACKNOWLEDGED)) is kind
    assert house.given == ["order"]
    assert house.looked == is_unknown


async def test_of_who_does_not_say_who_answers_an_error_is_its_own(
    courier: Courier,
) -> None:
    """There is no token with which it would."""
    house = House([BOUNCE])

    order = house.order(stamped=False)
    assert await ends(courier, order, SURELY) is BOUNCE
    assert not house.looked


@pytest.mark.parametrize("doubt", [NoAnswer("Silence."), BOUNCE, TIMEOUT])
async def test_what_is_to_be_sure_is_sent_until_it_is_answered(
    courier: Courier, doubt: WireError
) -> None:
    """What a server says meanwhile, and a connection that is lost, are no answers."""
    house = House([doubt, NotConnected("Gone."), UNREACHED, doubt, None])

    assert await ends(courier, house.order(), SURELY) == "order"
    assert len(house.given) == 5
    assert not house.looked


async def test_silence_is_not_waited_out(courier: Courier) -> None:
    """It is sent again before its time is over."""
    house = House()
    delivered = asyncio.create_task(courier.deliver(house.order(), SURELY))
    async with asyncio.timeout(5):
        await house.given_twice.wait()
    house.says.append(None)

    assert await delivered == "order"


async def test_what_the_house_says_in_the_end_counts(courier: Courier) -> None:
    """Also that it came too late: then it was not done before either."""
    late = from_house(Expired("Late."))
    house = House([NoAnswer("Silence."), late])

    assert await ends(courier, house.order(), SURELY) is late


@pytest.mark.parametrize(
    "refusal", [NotConnected("Gone."), RemoteError("forbidden", "auth"), UNREACHED]
)
async def test_what_was_never_sent_or_was_refused_is_not_sent_again(
    courier: Courier, refusal: WireError
) -> None:
    """Nothing is in doubt."""
    house = House([refusal, None])

    assert await ends(courier, house.order(), SURELY) is refusal
    assert house.given == ["order"]


async def test_that_a_repeat_is_taken_for_another_order_is_no_refusal(
    courier: Courier,
) -> None:
    """Whether what was sent at first was done is not known; the first one itself would be refused."""
    other = from_house(Conflict("This token is another order's."))
    house = House([NoAnswer("Silence."), other])
    assert type(await ends(courier, house.order(), SURELY)) is NoAnswer
    assert (len(house.given), house.looked) == (2, 1)

    house = House([other])
    assert await ends(courier, house.order(), SURELY) is other


async def test_an_older_order_is_not_repeated_after_a_newer_that_could_not_be_sent(
    courier: Courier, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is one that waits for its turn: it is known what is wanted by now."""
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 60)
    house = House([NoAnswer("Silence."), None])
    unlock = asyncio.create_task(courier.deliver(house.order("unlock"), SURELY))
    await until(lambda: house.given)
    line.connected = False
    with pytest.raises(NotConnected):
        await courier.deliver(house.order("lock"), SURELY)
    line.connected = True

    async with asyncio.timeout(5):
        with pytest.raises(NoAnswer):
            await unlock
    assert house.given == ["unlock"]


async def test_what_waits_for_its_turn_is_dropped_for_a_newer_order(
    courier: Courier, line: Line
) -> None:
    """Also where that one could not be sent."""
    house = House()
    for name in ("open", "close"):
        await courier.deliver(house.order(name), Delivery.LATEST)
        await asyncio.sleep(0)
    line.connected = False
    with pytest.raises(NotConnected):
        await courier.deliver(house.order("open again"), Delivery.ACKNOWLEDGED)
    house.silent.set()
    await until(lambda: not courier._queues)

    assert house.given == ["open"]


async def test_an_older_order_is_not_repeated_after_one_that_was_kept(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one was given later, however long it has waited."""
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 60)
    house = House([NoAnswer("Silence."), None])
    unlock = asyncio.create_task(courier.deliver(house.order("unlock"), SURELY))
    await until(lambda: house.given)
    with courier.kept(thing("lamp")) as standing:
        await courier.deliver(house.order("lock", kept=standing), SURELY)

    async with asyncio.timeout(5):
        with pytest.raises(NoAnswer):
            await unlock


async def test_an_order_is_given_up_some_time_after_its_expiry(
    courier: Courier,
) -> None:
    """What has become of it is not known then."""
    house = House([NoAnswer("Silence.")] * 1000)

    assert type(await ends(courier, house.order(within=0.2), SURELY)) is NoAnswer
    assert len(house.given) > 1
    assert house.looked == 1


async def test_who_comes_back_is_asked_at_once(
    courier: Courier, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the pause is by then."""
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 60)
    house = House([NoAnswer("Silence."), None])
    delivered = asyncio.create_task(courier.deliver(house.order(), SURELY))
    await until(lambda: house.given and not house.looked)
    await asyncio.sleep(0)
    line.come(FULL)

    assert await delivered == "order"


async def test_of_the_newest_only_what_waits_makes_room(courier: Courier) -> None:
    """One is under way for a node; the order of the others is kept, and nobody waits for them."""
    house = House()
    for name, kind in (("1", "a"), ("2", "a"), ("3", "b"), ("4", "a"), ("5", "b")):
        order = house.order(name, kind=kind)
        assert await courier.deliver(order, Delivery.LATEST) is None
        await asyncio.sleep(0)
    other = house.order("other", node="fan")
    await courier.deliver(other, Delivery.LATEST)
    await asyncio.sleep(0)
    assert house.given == ["1", "other"]

    house.says = [None] * 10
    house.silent.set()
    await until(lambda: len(house.given) == 4)
    assert house.given == ["1", "other", "4", "5"]
    await until(lambda: not courier._queues)


async def test_who_does_not_wait_is_told_nothing(courier: Courier) -> None:
    """But what is not known is looked at, and the next one is given."""
    house = House([NoAnswer("Silence."), RemoteError("forbidden", "auth"), None])
    for name in "abc":
        await courier.deliver(house.order(name), Delivery.LATEST)
    await until(lambda: not courier._queues)

    assert house.given == ["a", "b", "c"]
    assert house.looked == 1


async def test_few_wait_for_their_turn(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest goes."""
    monkeypatch.setattr(courier_module, "MOST_WAITING", 2)
    house = House()
    for name in "abcd":
        await courier.deliver(house.order(name), Delivery.LATEST)
        await asyncio.sleep(0)
    house.says = [None] * 10
    house.silent.set()
    await until(lambda: not courier._queues)

    assert house.given == ["a", "c", "d"]


@pytest.mark.parametrize("delivery", Delivery)
async def test_without_a_connection_nothing_is_sent(
    courier: Courier, line: Line, delivery: Delivery
) -> None:
    """Nor when this is over."""
    house = House([None])
    line.connected = False
    assert type(await ends(courier, house.order(), delivery)) is NotConnected
    line.connected = True
    await courier.stop()
    assert type(await ends(courier, house.order(), delivery)) is NotConnected
    assert not house.given


async def test_what_is_under_way_ends_with_the_courier(courier: Courier) -> None:
    """Nothing goes on; what was sent is not known then."""
    house = House()
    await courier.deliver(house.order("latest"), Delivery.LATEST)
    house.says = [NoAnswer("Silence.")] * 2
    sure = asyncio.create_task(ends(courier, house.order("sure"), SURELY))
    await until(lambda: len(house.given) == 2)
    await courier.stop()

    assert type(await sure) is NoAnswer
    assert not courier._tasks
    assert not courier._queues


async def test_an_older_order_is_not_repeated_after_a_newer_one(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a door that was locked last would be unlocked: what became of the older is not known."""
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 60)
    house = House([NoAnswer("Silence."), None])
    unlock = asyncio.create_task(courier.deliver(house.order("unlock"), SURELY))
    await until(lambda: house.given)
    await courier.deliver(house.order("lock", kind="lock"), SURELY)

    async with asyncio.timeout(5):  # at once, not after its pause
        with pytest.raises(NoAnswer):
            await unlock
    assert house.given == ["unlock", "lock"]


async def test_that_another_repeat_waits_decides_nothing(courier: Courier) -> None:
    """So the house says to a repeat that it is under way: it is sent again later."""
    once, goes_on = Once(), asyncio.Event()
    expires = dt_util.utcnow() + timedelta(seconds=10)
    token, house = OrderToken("t1"), House()

    async def deed() -> None:
        house.given.append("done")
        await goes_on.wait()

    async def arrive() -> None:
        await once.do("cabin", token, expires, what="lock", deed=deed)

    first = asyncio.create_task(arrive())
    await until(lambda: house.given)
    relieved, waits = (asyncio.create_task(arrive()) for _ in range(2))
    await asyncio.wait([relieved])
    said = relieved.exception()
    assert isinstance(said, StanzaError)
    error = RemoteError(said.condition, said.kind, said.text)
    error.children = said.children
    far = House([error, None])

    assert await ends(courier, far.order(), SURELY) == "order"
    goes_on.set()
    await asyncio.gather(first, waits)
    assert house.given == ["done"]


@pytest.mark.parametrize("delivery", Delivery)
async def test_nothing_is_sent_after_its_expiry(
    courier: Courier, delivery: Delivery
) -> None:
    """Also to somebody who knows of none."""
    house = House()
    with pytest.raises(NotSent):
        await courier.deliver(house.order(within=-1, stamped=False), delivery)
    assert not house.given
