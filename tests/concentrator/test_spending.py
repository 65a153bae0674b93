"""What is taken from a contact while a use is counted, which takes its time, is not done."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts.grant import Window
from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.contacts.records import Records
from custom_components.xmpp_iot.wire.errors import Expired, ItemNotFound, StanzaError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from tests.people import contact

from .actor import Actor
from .conftest import FRIEND, Home

LIGHT = "light.kitchen_lights"


def twice(**more: Any) -> Any:
    """Return the friend, who may do two things."""
    fields = {"level": Level.COMMAND, "all_entities": True, "uses": 2, **more}
    return contact(jid=FRIEND.jid, name="Friend", **fields)


def taken(home: Home, _: FrozenDateTimeFactory) -> None:
    """Remove the contact."""
    home.grant()


def changed(home: Home, _: FrozenDateTimeFactory) -> None:
    """Give something less."""
    home.grant(twice(level=Level.READ))


def over(_: Home, freezer: FrozenDateTimeFactory) -> None:
    """Let the time of the grant be over."""
    freezer.tick(timedelta(seconds=5))


def late(_: Home, freezer: FrozenDateTimeFactory) -> None:
    """Let the time of the request be over."""
    freezer.tick(timedelta(seconds=11))


def gone(home: Home, _: FrozenDateTimeFactory) -> None:
    """Disable the entity."""
    er.async_get(home.hass).async_update_entity(
        LIGHT, disabled_by=er.RegistryEntryDisabler.USER
    )


@pytest.fixture
def saving(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Return what is set when a use is being saved, and what lets that end: a disk can be slow."""
    begun, end = asyncio.Event(), asyncio.Event()

    async def save(_: Records) -> None:
        begun.set()
        await end.wait()

    monkeypatch.setattr(Records, "async_save", save)
    return begun, end


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (taken, ItemNotFound),
        (changed, ItemNotFound),
        (over, ItemNotFound),
        (late, Expired),
        (gone, ItemNotFound),
    ],
)
async def test_what_is_taken_meanwhile_is_not_done(
    home: Home,
    friend: Actor,
    freezer: FrozenDateTimeFactory,
    saving: tuple[asyncio.Event, asyncio.Event],
    happens: Callable[[Home, FrozenDateTimeFactory], None],
    error: type[StanzaError],
) -> None:
    """The gate allowed it, and before it is begun that is not so any more: nothing happens."""
    begun, end = saving
    until = dt_util.utcnow() + timedelta(seconds=5 if happens is over else 60)
    home.grant(twice(window=Window(until=until)))
    doing = asyncio.create_task(friend.control(LIGHT, power=False))
    await asyncio.wait_for(begun.wait(), 5)

    happens(home, freezer)
    end.set()

    with pytest.raises(error):
        await doing
    assert home.commands == []
    state = home.hass.states.get(LIGHT)
    assert state is None or state.state == "on"


async def test_the_last_use_is_done(
    home: Home,
    friend: Actor,
    saving: tuple[asyncio.Event, asyncio.Event],
) -> None:
    """What the use itself has used up is no reason to refuse it."""
    begun, end = saving
    home.grant(twice(uses=1))
    doing = asyncio.create_task(friend.control(LIGHT, power=False))
    await asyncio.wait_for(begun.wait(), 5)
    end.set()
    await doing
    assert home.state(LIGHT) == "off"
    with pytest.raises(ItemNotFound):
        await friend.control(LIGHT, power=True)
