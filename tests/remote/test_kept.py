"""Orders that are kept for who is not there: they wait, go out in the order they were given, and end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.remote import courier as courier_module
from custom_components.xmpp_iot.remote.courier import Courier
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.remote.errors import NotSent
from custom_components.xmpp_iot.wire.errors import (
    FeatureNotImplemented,
    NoAnswer,
    NotConnected,
    RemoteError,
    WireError,
)
from homeassistant.util import dt as dt_util

from .asked import FULL, Line, Somebody
from .far_nodes import until
from .ordering import BOUNCE, SURELY, UNREACHED, House, thing
from .street import HOME

type Find = Callable[[], Awaitable[str]]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """Return the connection, over which nobody is there yet."""
    monkeypatch.setattr(courier_module, "REPEAT_AFTER", 0.05)
    monkeypatch.setattr(courier_module, "FIRST_PAUSE", 0.01)
    made = Line(Somebody())
    made.online.clear()
    return made


@pytest.fixture
async def courier(line: Line) -> AsyncGenerator[Courier]:
    """Return the courier; nothing of what was kept is left in the end."""
    yield line.courier
    await line.courier.stop()
    assert not line.comings
    assert not line.courier._line


def finding(line: Line) -> Find:
    """Return what finds somebody who is online."""

    async def find() -> str:
        if not line.resources(HOME):
            raise NotConnected("Nobody.")
        return "found"

    return find


async def keep(
    line: Line,
    *,
    find: Find | None = None,
    within: float = 10,
    node: str = "lamp",
) -> object:
    """Wait for somebody; return who is found, or why nobody is."""
    courier = line.courier
    expires = dt_util.utcnow() + timedelta(seconds=within)
    try:
        with courier.kept(thing(node)) as standing:
            return await courier.keep(standing, find or finding(line), expires)
    except NotSent as err:
        return err.key
    except WireError as err:
        return err


async def turns() -> None:
    """Let everybody do what there is to do."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_is_waited_for_is_found_when_they_come(
    courier: Courier, line: Line
) -> None:
    """At once where they are there; not before there is a connection."""
    line.connected = False
    kept = asyncio.create_task(keep(line))
    await turns()
    line.come()
    await turns()
    assert not kept.done()
    line.come(FULL)

    assert await kept == "found"
    assert await keep(line) == "found"


async def test_who_does_not_come_in_time_is_not_waited_for_any_longer(
    courier: Courier, line: Line
) -> None:
    """Nothing was sent."""
    assert await keep(line, within=0.02) == "order_expired"


async def test_waiting_ends_with_the_courier(courier: Courier, line: Line) -> None:
    """Nothing was sent."""
    kept = asyncio.create_task(keep(line))
    await turns()
    await courier.stop()

    assert await kept == "order_cancelled"


async def test_not_any_number_of_orders_wait(
    courier: Courier, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is refused, whatever it is for; there is room again when one has ended."""
    monkeypatch.setattr(courier_module, "MOST_KEPT", 1)
    kept = asyncio.create_task(keep(line))
    await turns()
    assert await keep(line, node="fan") == "order_crowded"
    line.come(FULL)
    assert await kept == "found"

    assert await keep(line) == "found"


@pytest.mark.parametrize(
    "passing", [NoAnswer("Silence."), BOUNCE, UNREACHED, RemoteError("a", "wait")]
)
async def test_what_passes_is_waited_out(
    courier: Courier, line: Line, passing: WireError
) -> None:
    """Nobody is there, or has time."""
    said: list[WireError] = [passing]

    async def find() -> str:
        if said:
            raise said.pop()
        return "found"

    kept = asyncio.create_task(keep(line, find=find))
    await until(lambda: not said)
    line.come(FULL)
    assert await kept == "found"


@pytest.mark.parametrize(
    "refusal",
    [
        RemoteError("feature-not-implemented", "cancel"),
        RemoteError("forbidden", "auth"),
        FeatureNotImplemented("It speaks none of the IoT protocols."),
    ],
)
async def test_who_says_no_is_not_asked_until_the_expiry(
    courier: Courier, line: Line, refusal: WireError
) -> None:
    """It is refused, with the reason."""

    async def find() -> str:
        raise refusal

    assert await keep(line, find=find) is refusal


class Deliveries:
    """Orders that are kept, and delivered when somebody comes."""

    def __init__(self, line: Line) -> None:
        """Have none."""
        self.line = line
        self.house = House()
        self.ended: dict[str, str] = {}
        self.tasks: list[asyncio.Task[None]] = []

    async def give(self, name: str, *, node: str = "lamp") -> None:
        """Give an order, to be kept."""
        self.tasks.append(asyncio.create_task(self._deliver(name, node)))
        await turns()

    async def _deliver(self, name: str, node: str) -> None:
        courier, expires = self.line.courier, dt_util.utcnow() + timedelta(seconds=10)
        try:
            with courier.kept(thing(node)) as standing:
                await courier.keep(standing, finding(self.line), expires)
                order = self.house.order(name, node=node, kept=standing)
                self.ended[name] = str(await courier.deliver(order, SURELY))
        except NotSent as err:
            self.ended[name] = err.key
        except WireError as err:
            self.ended[name] = type(err).__name__

    async def end(self) -> None:
        """Wait until all have ended."""
        async with asyncio.timeout(5):
            await asyncio.gather(*self.tasks)


@pytest.fixture
def deliveries(courier: Courier, line: Line) -> Deliveries:
    """Return some orders, none yet."""
    return Deliveries(line)


async def test_what_waits_for_one_thing_goes_out_in_the_order_it_was_given(
    deliveries: Deliveries, line: Line
) -> None:
    """Each when it is known what became of the one before; other things do not wait for it."""
    for name in ("unlock", "lock", "unlock again"):
        await deliveries.give(name)
    await deliveries.give("fan", node="fan")
    line.come(FULL)
    await until(lambda: len(deliveries.house.given) == 2)
    assert deliveries.house.given == ["unlock", "fan"]
    deliveries.house.says = [NoAnswer("Silence.")] * 4 + [None] * 4
    deliveries.house.silent.set()
    await deliveries.end()

    order = [one for one in deliveries.house.given if one != "fan"]
    assert [*dict.fromkeys(order)] == ["unlock", "lock", "unlock again"]
    assert order == sorted(order, key=[*dict.fromkeys(order)].index)
    assert deliveries.ended == {name: name for name in deliveries.ended}


async def test_one_that_ends_without_being_sent_lets_the_next_one_go(
    deliveries: Deliveries, line: Line
) -> None:
    """Nobody waits for what does not come any more."""
    await deliveries.give("first")
    await deliveries.give("second")
    deliveries.house.says = [None]
    deliveries.tasks.pop(0).cancel()
    await turns()
    line.come(FULL)
    await deliveries.end()

    assert deliveries.house.given == ["second"]


@pytest.mark.parametrize("delivery", Delivery)
async def test_what_waits_is_not_sent_after_a_newer_order_that_did_not(
    deliveries: Deliveries, line: Line, delivery: Delivery
) -> None:
    """It ends at once, and it is said that nothing was sent; what is for another thing waits on."""
    for name in ("unlock", "unlock again"):
        await deliveries.give(name)
    await deliveries.give("fan", node="fan")
    deliveries.house.says = [None, None]
    await line.courier.deliver(deliveries.house.order("lock"), delivery)
    await until(lambda: len(deliveries.ended) == 2)
    line.come(FULL)
    await deliveries.end()

    assert deliveries.house.given == ["lock", "fan"]
    assert deliveries.ended == {
        "unlock": "order_overtaken",
        "unlock again": "order_overtaken",
        "fan": "fan",
    }


async def test_what_was_overtaken_while_it_was_made_ready_is_not_sent(
    courier: Courier, line: Line
) -> None:
    """Somebody was there, and asked for the form, when the newer one was sent."""
    house = House([None])
    with courier.kept(thing("lamp")) as standing:
        await courier.deliver(house.order("lock"), SURELY)
        with pytest.raises(NotSent, match="order_overtaken"):
            await courier.deliver(house.order("unlock", kept=standing), SURELY)
    assert house.given == ["lock"]
