"""How long a refusal takes tells nothing of what is refused."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
import logging
from statistics import median, quantiles
import time

import pytest

from custom_components.xmpp_iot.wire.session import Limit, Limits
from homeassistant.core import HomeAssistant
from scripts.support.servers import XmppServer

from .client import Client
from .conftest import House, LogIn, add_contact, contact, open_house
from .dialects import NF
from .matrix import ABSENT, HIDDEN, LIGHT

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

_LOGGER = logging.getLogger(__name__)

PAIRS = 200
A_WAY = (
    0.02  # seconds to the house and back, on one machine that has other things to do
)

type Ask = Callable[[], Awaitable[object]]


@pytest.fixture
async def house(
    hass: HomeAssistant, server: XmppServer, socket_enabled: None
) -> AsyncGenerator[House]:
    """Return a house without limits."""
    async with open_house(hass, server) as house:
        yield house


async def measured(one: Ask, other: Ask) -> tuple[list[float], list[float]]:
    """Return how long each takes, in turns, each as often the first."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(PAIRS):
        both = ((one, times[0]), (other, times[1]))
        for ask, taken in both if number % 2 else reversed(both):
            begun = time.perf_counter()
            await ask()
            taken.append(time.perf_counter() - begun)
    return times


def tells_apart(some: Sequence[float], others: Sequence[float]) -> bool:
    """Return whether one takes longer than the other: their medians are half of the spread of all apart.

    The spread is from the first quartile to the third: a median of this many varies by a tenth of that.
    """
    low, _, high = quantiles((*some, *others))
    return abs(median(some) - median(others)) > (high - low) / 2


def control(node: str) -> str:
    """Return a request to turn a light on."""
    return NF.set(node, NF.power(True))


async def test_what_a_contact_does_not_see_takes_as_long_as_nothing(
    house: House, log_in: LogIn
) -> None:
    """An entity that is there and not granted is refused as fast as one that is not there."""
    await add_contact(house, contact(house.server, "cabin", "command", LIGHT))
    cabin: Client = await log_in("cabin")
    await cabin.sees(house.bare)
    without_limits(house)
    hidden, absent = await measured(
        partial(cabin.ask, house.jid, control(HIDDEN), "set"),
        partial(cabin.ask, house.jid, control(ABSENT), "set"),
    )
    cabin.forget()
    assert not tells_apart(hidden, absent)


async def test_a_stranger_learns_nothing_by_waiting(
    house: House, log_in: LogIn
) -> None:
    """What is asked for makes no difference to a stranger, whether it is there or not."""
    stranger: Client = await log_in("stranger")
    without_limits(house)
    there, absent = await measured(
        partial(stranger.ask, house.jid, control(LIGHT), "set"),
        partial(stranger.ask, house.jid, control(ABSENT), "set"),
    )
    stranger.forget()
    assert not tells_apart(there, absent)


async def test_a_stranger_waits_for_the_way_to_the_house_and_no_longer(
    house: House, log_in: LogIn
) -> None:
    """For a resource that does not exist the server answers itself, a little sooner than the house can.

    That way is there for every client of everybody, and no refusal can be without it.
    """
    stranger: Client = await log_in("stranger")
    without_limits(house)
    ask = partial(stranger.ask, payload=control(LIGHT), kind="set")
    here, nowhere = await measured(
        partial(ask, house.jid), partial(ask, f"{house.bare}/nowhere")
    )
    stranger.forget()
    more = median(here) - median(nowhere)
    _LOGGER.info("The house is %.2f ms from its server", more * 1000)
    assert more < A_WAY


@pytest.mark.parametrize(("later", "apart"), [(0.0, False), (0.002, True)])
@pytest.mark.usefixtures("server")
def test_a_difference_would_be_seen(later: float, apart: bool) -> None:
    """Times between one and three milliseconds are told from those that are two milliseconds longer."""
    some = [0.001 + 0.00001 * number for number in range(PAIRS)]
    assert tells_apart(some, [one + later for one in some]) is apart


def without_limits(house: House) -> None:
    """Let everybody ask as often as they like."""
    limits = Limits(*(Limit(1e6, 1_000_000) for _ in range(3)))
    house.entry.runtime_data.session.set_limits(limits)
