"""What is promised of orders, on real servers whose lines are cut at random: each has one verdict, which is true.

What was done is counted where it is done, beside what whoever gave the order was told.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
import random

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote import courier
from homeassistant.const import ATTR_ENTITY_ID, EVENT_CALL_SERVICE, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from scripts.support.servers import XmppServer
from scripts.support.verdicts import NOT_DONE, Verdict, verdict

from .cable import Cable, cable
from .conftest import House, open_house
from .linked import is_linked, link_of, mirror, open_cabin, until

LIGHT = "light.kitchen_lights"
OTHER = "light.ceiling_lights"
"""For what is kept: it is not sent after a newer order for the same thing that did not wait."""
ORDERS = 40
SENT = {Verdict.DONE, Verdict.UNKNOWN}
BETWEEN = 0.03  # seconds


@pytest.fixture
def platforms() -> list[Platform]:
    """Return what is enough here."""
    return [Platform.LIGHT]


@dataclass
class World:
    """Two houses, each on a line of its own, and what was done in the first one."""

    hass: HomeAssistant
    house: House
    cabin: MockConfigEntry
    lines: tuple[Cable, Cable]
    done: Counter[int] = field(default_factory=Counter)
    """How often a light was given which brightness."""
    kept: list[int] = field(default_factory=list)
    """What the other light was given, one after the other."""

    @callback
    def note(self, event: Event) -> None:
        """Count what is done."""
        said = event.data["service_data"]
        entity_id = said.get(ATTR_ENTITY_ID)
        if event.data["domain"] == "light" and entity_id in {LIGHT, OTHER}:
            self.done[said["brightness"]] += 1
            if entity_id == OTHER:
                self.kept.append(said["brightness"])

    async def order(self, number: int, **more: object) -> Verdict:
        """Order a brightness, and return what becomes of that."""
        try:
            await self.hass.services.async_call(
                DOMAIN,
                "execute",
                {
                    "jid": self.house.jid,
                    "config_entry_id": self.cabin.entry_id,
                    "node": LIGHT,
                    "command": "turn_on",
                    "form": {"brightness": number},
                    **more,
                },
                blocking=True,
            )
        except HomeAssistantError as err:
            said = {"code": "", "translation_key": err.translation_key}
            return verdict({"success": False, "error": said})
        return Verdict.DONE

    async def strike(self, dice: random.Random) -> None:
        """Cut lines until this is cancelled; now and then a session is lost with its line."""
        sessions = [one.runtime_data.session for one in (self.house.entry, self.cabin)]
        while True:
            await asyncio.sleep(dice.uniform(0.05, 0.4))
            which = dice.randrange(2)
            if dice.random() < 0.3:
                sessions[which]._stream._ledger.forget()
            self.lines[which].cut()


@pytest.fixture
async def world(
    hass: HomeAssistant, server: XmppServer, socket_enabled: None
) -> AsyncGenerator[World]:
    """Return two houses, of which the second links the first."""
    async with AsyncExitStack() as stack:
        port = server.accounts["cabin"].port or server.port
        lines = (
            await stack.enter_async_context(cable(server.host, server.port)),
            await stack.enter_async_context(cable(server.host, port)),
        )
        house = await stack.enter_async_context(
            open_house(hass, server, port=lines[0].port)
        )
        cabin = await stack.enter_async_context(open_cabin(house, port=lines[1].port))
        await is_linked(hass, link_of(cabin))
        world = World(hass, house, cabin, lines)
        stop = hass.bus.async_listen(EVENT_CALL_SERVICE, world.note)
        yield world
        stop()


async def test_orders_through_lines_that_are_cut_have_true_verdicts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has one: done was done once, else it was not. What is kept is done, not twice, and in its order."""
    monkeypatch.setattr(courier, "REPEAT_AFTER", 0.5)
    striking = asyncio.create_task(world.strike(random.Random("cuts")))
    orders = []
    for number in range(1, ORDERS + 1):
        insists = {"quality": 2, "keep_for": 20, "node": OTHER}
        order = world.order(number, **({} if number % 2 else insists))
        orders.append(asyncio.create_task(order))
        await asyncio.sleep(BETWEEN)
    striking.cancel()
    await asyncio.wait([striking])
    verdicts = dict(enumerate(await asyncio.gather(*orders), 1))

    for number, said in verdicts.items():
        assert said in ({*NOT_DONE, *SENT} if number % 2 else {Verdict.DONE})
        assert world.done[number] <= 1, number
        if said is not Verdict.UNKNOWN:
            assert world.done[number] == (said is Verdict.DONE), (number, said)

    assert world.kept == sorted(world.kept)
    link, hass = link_of(world.cabin), world.hass
    await is_linked(hass, link)
    state = hass.states.get(LIGHT)
    assert state is not None
    last = state.attributes["brightness"]
    await until(
        hass, lambda: mirror(hass, link, LIGHT).attributes["brightness"] == last
    )
