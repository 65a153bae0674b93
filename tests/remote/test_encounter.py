"""An account with a house and a device: who of them is visited, and what becomes of the house's nodes."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONCENTRATOR
from custom_components.xmpp_iot.remote import acquaintance, encounter
from custom_components.xmpp_iot.remote.acquaintance import Acquaintance, meet
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.encounter import (
    concentrator_comes,
    first_of,
    has_nodes,
)
from custom_components.xmpp_iot.remote.link import Connection
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.remote.registry import Registered
from custom_components.xmpp_iot.wire.dialects import FAMILIES
from custom_components.xmpp_iot.wire.errors import NoAnswer
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .far import FULL, HOME, Far, everything, until
from .linked import Linked

THERMOSTAT = f"{HOME}/thermostat"


@pytest.fixture(autouse=True)
def asleep(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Have a thermostat at the account of the house; return who does not say what it is."""
    silent: set[str] = set()

    async def meets(session: Any, jid: str) -> Acquaintance | None:
        if jid in silent:
            raise NoAnswer("Silence.")
        if jid != THERMOSTAT:
            return await meet(session, jid)
        return Acquaintance(
            jid,
            "Thermostat",
            FAMILIES[0],
            concentrator=False,
            events=False,
            readable=False,
            controllable=False,
        )

    monkeypatch.setattr(acquaintance, "meet", meets)
    return silent


def visited(linked: Linked) -> str:
    """Return who is visited; empty for nobody."""
    return linked.link.peer().jid if linked.link.online else ""


async def test_a_device_is_not_visited_in_place_of_the_house(linked: Linked) -> None:
    """While the house starts again its nodes stay as they were: none of them is looked for at the device."""
    await linked.is_linked()
    linked.far.leave()
    linked.far.arrive(THERMOSTAT)
    await linked.far.settle()
    assert linked.link.connection is Connection.AWAY
    assert linked.node().id == "light.lamp"
    assert not linked.link.store.missing

    linked.far.arrive()
    await linked.is_linked()
    assert visited(linked) == FULL


async def test_a_device_is_visited_until_the_house_comes(linked: Linked) -> None:
    """Where nothing is known of a house; another device that comes makes no difference."""
    linked.far.leave()
    linked.far.arrive(THERMOSTAT)
    await until(lambda: linked.link.online)
    linked.far.arrive(THERMOSTAT)
    await linked.far.settle()
    assert visited(linked) == THERMOSTAT

    linked.far.arrive()
    await until(lambda: visited(linked) == FULL)


async def test_a_house_that_did_not_say_what_it_is_is_asked_again(
    linked: Linked, asleep: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been busy with its start."""
    monkeypatch.setattr(encounter, "ASK_AGAIN", 0.0)
    linked.far.leave()
    asleep.add(FULL)
    linked.far.session.online.append(FULL)
    linked.far.arrive(THERMOSTAT)
    await until(lambda: visited(linked) == THERMOSTAT)
    await linked.far.settle()

    asleep.clear()
    await until(lambda: visited(linked) == FULL)


async def test_a_device_that_leaves_is_away(linked: Linked) -> None:
    """Nobody waits for a house any more."""
    linked.far.leave()
    linked.far.arrive(THERMOSTAT)
    await until(lambda: linked.link.online)
    linked.far.leave(THERMOSTAT)
    await linked.far.settle()

    assert linked.link.connection is Connection.AWAY
    waiting = (str(task.get_coro()) for task in asyncio.all_tasks())
    assert not [one for one in waiting if "concentrator_comes" in one]


async def test_what_ends_first_is_told() -> None:
    """Also what goes wrong; nothing of the others goes on."""
    ended = asyncio.Event()

    async def fail() -> None:
        raise NoAnswer("Silence.")

    async def go_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(NoAnswer):
        await first_of(go_on(), fail())
    assert ended.is_set()


async def test_who_is_alone_is_asked_when_somebody_comes(far: Far) -> None:
    """And not before."""
    came = asyncio.Event()
    coming = asyncio.create_task(concentrator_comes(far.session, HOME, came))  # type: ignore[arg-type]
    await far.settle()
    assert not coming.done()
    came.set()
    await asyncio.wait_for(coming, 5)


@pytest.mark.parametrize(
    ("unique_id", "found"),
    [
        ("lamp", True),
        (":parameter:level", False),
        ("pump@x:parameter:level", True),
        (None, False),
    ],
)
async def test_what_was_shown_is_known_after_a_restart_too(
    hass: HomeAssistant, unique_id: str | None, found: bool
) -> None:
    """What is registered was behind a concentrator, or is the device's own."""
    subentry = ConfigSubentryDataWithId(
        data={"jid": HOME},
        subentry_id="house",
        subentry_type=SUBENTRY_CONCENTRATOR,
        title="Home",
        unique_id=HOME,
    )
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=[subentry])
    entry.add_to_hass(hass)
    store = NodeStore(everything)
    devices = Devices(own="cabin@example.org", house=HOME, store=store, title="Home")
    if unique_id is not None:
        er.async_get(hass).async_get_or_create(
            "light",
            DOMAIN,
            f"{devices.key}:{unique_id}",
            config_entry=entry,
            config_subentry_id="house",
        )

    assert has_nodes(store, Registered(hass, entry, "house", devices)) is found
