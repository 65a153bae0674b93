"""A house for each test."""

from collections.abc import Iterator

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant

from .house import House


@pytest.fixture
def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Iterator[House]:
    """Return a house; afterwards the gate is closed."""
    house = House(hass, freezer)
    yield house
    house.grants.async_stop()
