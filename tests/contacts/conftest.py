"""A house for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from homeassistant.core import HomeAssistant

from .arbiter import SERVER, YES, Arbiter, Heard
from .house import House


@pytest.fixture
def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Iterator[House]:
    """Return a house; afterwards the gate is closed."""
    house = House(hass, freezer)
    yield house
    house.grants.async_stop()


@pytest.fixture(params=FAMILIES, ids=lambda one: str(one.name))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Return each dialect."""
    assert isinstance(request.param, Dialect)
    return request.param


@pytest.fixture
def arbiter() -> Arbiter:
    """Return a server that says yes."""
    return Arbiter(rule=lambda _: YES)


@pytest.fixture
async def opinion(arbiter: Arbiter) -> AsyncIterator[Heard]:
    """Return the opinion of that server; afterwards nothing is left of it."""
    opinion = Heard(arbiter)
    opinion.async_start()
    opinion.async_name(SERVER)
    yield opinion
    await opinion.async_stop()
    assert not arbiter.iqs
    assert not arbiter.messages
    assert not arbiter.onlines
    assert not [
        one for one in asyncio.all_tasks() if one.get_name().startswith("xmpp_iot")
    ]
