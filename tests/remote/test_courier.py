"""Orders are brought as surely as is wanted, and each ends in one of four ways."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.remote import courier as courier_module
from custom_components.xmpp_iot.remote.courier import Courier, Order
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.remote.errors import NotSent
from custom_components.xmpp_iot.wire.assurance import answered
from custom_components.xmpp_iot.wire.errors import (
    Expired,
    NoAnswer,
    NotConnected,
    RemoteError,
    StanzaError,
    WireError,
)
from homeassistant.util import dt as dt_util

from .asked import FULL, Line, Somebody
from .far_nodes import until

SURELY = Delivery.EXACTLY_ONCE
BOUNCE = RemoteError("recipient-unavailable", "wait")
TIMEOUT = RemoteError("remote-server-timeout", "wait")
UNREACHED = RemoteError("remote-server-not-found", "cancel")


def from_house(error: StanzaError) -> RemoteError:
    """Return the error as it comes from the house itself."""
    made = RemoteError(error.condition, error.kind, error.text)
    made.children = answered(error).children
    return made


@dataclass
class House:
    """Who is given orders, and what is seen of it."""

    says: list[WireError | None] = field(default_factory=list)
    """What it answers, one after the other; None is that it is done. Then nothing any more."""
    given: list[str] = field(default_factory=list)
    looked: int = 0
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    given_twice: asyncio.Event = field(default_factory=asyncio.Event)

    def order(
        self,
        name: str = "order",
        *,
        node: str = "lamp",
        kind: str = "",
        within: float = 10,
        stamped: bool = True,
    ) -> Order[str]:
        """Return an order."""

        async def give() -> str:
            self.given.append(name)
            if len(self.given) == 2:
                self.given_twice.set()
            if not self.says:
                await self.silent.wait()
            elif (error := self.says.pop(0)) is not None:
                raise error
            return name

        async def look() -> None:
            self.looked += 1

        return Order(
            node=node,
            kind=kind or name,
            give=give,
            look=look,
            expires=dt_util.utcnow() + timedelta(seconds=within),
            stamped=stamped,
        )


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


async def ends(courier: Courier, order: Order[str], delivery: Delivery) -> object:
    """Return how an order ends: what is answered, or what is raised."""
    try:
        return await courier.deliver(order, delivery)
    except WireError as err:
        return err


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


# Who is waited for


def finding(line: Line) -> Callable[[], object]:
    """Return what finds somebody who is online."""

    async def find() -> str:
        if not line.resources("home@example.org"):
            raise NotConnected("Nobody.")
        return "found"

    return find


async def keep(courier: Courier, line: Line, within: float = 10) -> object:
    """Wait for somebody."""
    expires = dt_util.utcnow() + timedelta(seconds=within)
    try:
        return await courier.keep(finding(line), expires)  # type: ignore[arg-type]
    except NotSent as err:
        return err.key


async def test_who_is_waited_for_is_found_when_they_come(
    courier: Courier, line: Line
) -> None:
    """At once where they are there; not before there is a connection."""
    assert await keep(courier, line) == "found"
    line.online.clear()
    line.connected = False
    kept = asyncio.create_task(keep(courier, line))
    await asyncio.sleep(0)
    line.come()
    await asyncio.sleep(0)
    assert not kept.done()
    line.come(FULL)

    assert await kept == "found"


async def test_who_does_not_come_in_time_is_not_waited_for_any_longer(
    courier: Courier, line: Line
) -> None:
    """Nothing was sent."""
    line.online.clear()

    assert await keep(courier, line, within=0.02) == "order_expired"


async def test_waiting_ends_with_the_courier(courier: Courier, line: Line) -> None:
    """Nothing was sent."""
    line.online.clear()
    kept = asyncio.create_task(keep(courier, line))
    await asyncio.sleep(0)
    await courier.stop()

    assert await kept == "order_cancelled"


async def test_not_any_number_of_orders_wait(
    courier: Courier, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused; there is room again when one has ended."""
    monkeypatch.setattr(courier_module, "MOST_KEPT", 1)
    line.online.clear()
    kept = asyncio.create_task(keep(courier, line))
    await asyncio.sleep(0)
    assert await keep(courier, line) == "order_crowded"
    line.come(FULL)
    assert await kept == "found"

    assert await keep(courier, line) == "found"


async def test_an_older_order_is_not_repeated_after_a_newer_one(
    courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a door that was locked last would be unlocked: what became of the older is not known."""
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 0.2)
    house = House([NoAnswer("Silence."), None])
    unlock = asyncio.create_task(courier.deliver(house.order("unlock"), SURELY))
    await until(lambda: house.given)
    await courier.deliver(house.order("lock", kind="lock"), SURELY)

    with pytest.raises(NoAnswer):
        await unlock
    assert house.given == ["unlock", "lock"]


@pytest.mark.parametrize("delivery", Delivery)
async def test_nothing_is_sent_after_its_expiry(
    courier: Courier, delivery: Delivery
) -> None:
    """Also to somebody who knows of none."""
    house = House()
    with pytest.raises(NotSent):
        await courier.deliver(house.order(within=-1, stamped=False), delivery)
    assert not house.given
