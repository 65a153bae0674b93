"""What is taken from a contact is gone at once: its feed, its subscriptions, its queries, its orders.

On a real server: from the save in Home Assistant to the last stanza that the contact gets of it, and not a
thing done afterwards.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
import logging
import time
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from slixmpp.xmlstream import StanzaBase

from custom_components.xmpp_iot.concentrator import history
from custom_components.xmpp_iot.const import EVENT_COMMAND
from homeassistant.components.demo.light import DemoLight
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.util import dt as dt_util
from scripts.support.servers import XmppServer

from .client import Client, condition
from .conftest import House, add_contact, open_house
from .dialects import ITEMS, NF, follow
from .matrix_senders import contact_with

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

_LOGGER = logging.getLogger(__name__)

LIGHT: Final = "light.kitchen_lights"
AT_ONCE: Final = 1.0  # seconds
LISTEN: Final = 1.5  # seconds, for what comes too late
# States, each told in a message of its own: that takes longer than QUERY.
PAST: Final = 3_000
QUERY: Final = 0.5  # seconds
EXPIRES: Final = 2.0  # seconds after it was given
PROGRESS: Final = f"{{{NF.con}}}queryProgress"
PING: Final = "<ping xmlns='urn:xmpp:ping'/>"
EVENT_OF_VALUES: Final = f"{{{NF.sd}}}resp"


@dataclass(frozen=True, slots=True)
class Given:
    """What the contact was given, and how it is taken away."""

    house: House
    subentry_id: str
    until: float  # when it expires, by the clock of the machine

    def remove_contact(self) -> None:
        """Delete the contact."""
        house = self.house
        house.hass.config_entries.async_remove_subentry(house.entry, self.subentry_id)

    def remove_row(self) -> None:
        """Save the contact without the row."""
        entry = self.house.entry
        subentry = entry.subentries[self.subentry_id]
        self.house.hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, "grants": []}
        )

    def expire(self) -> None:
        """Do nothing: it expires by itself."""

    def move_away(self) -> None:
        """Take the light out of the area that is granted."""
        put(self.house.hass, None)


def put(hass: HomeAssistant, area_id: str | None) -> None:
    """Put the light, whose device is nothing else, into an area."""
    entry = er.async_get(hass).async_get(LIGHT)
    assert entry is not None
    assert entry.device_id is not None
    dr.async_get(hass).async_update_device(entry.device_id, area_id=area_id)


@pytest.fixture
async def house(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    server: XmppServer,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[House]:
    """Return a house with a past that is told slowly, whose light is in a kitchen."""
    monkeypatch.setattr(history, "_SLICE", 1)
    async with open_house(hass, server) as house:
        put(hass, ar.async_get(hass).async_create("Kitchen").id)
        begin = time.time() - PAST
        for number in range(PAST):
            state = "on" if number % 2 else "off"
            hass.states.async_set(LIGHT, state, timestamp=begin + number)
        await async_wait_recording_done(hass)
        yield house


async def give(house: House, lasts: float | None) -> Given:
    """Let the cabin command what is in the kitchen, for some seconds."""
    area = ar.async_get(house.hass).async_get_area_by_name("Kitchen")
    assert area is not None
    row: dict[str, Any] = {
        "id": "00000001",
        "level": "command",
        "all_entities": False,
        "target": {"area_id": [area.id]},
        "dangerous": True,
    }
    until = dt_util.utcnow() + timedelta(seconds=lasts or 3600)
    if lasts is not None:
        row["until"] = until.isoformat()
    subentry_id = await add_contact(house, contact_with(house, "cabin", row))
    return Given(house, subentry_id, until.timestamp())


@contextmanager
def changing(hass: HomeAssistant) -> Generator[None]:
    """Let the light change all the time."""
    handle: asyncio.TimerHandle | None = None
    number = 0

    def change() -> None:
        nonlocal handle, number
        number += 1
        hass.states.async_set(LIGHT, "on" if number % 2 else "off")
        handle = hass.loop.call_later(0.005, change)

    change()
    yield
    assert handle is not None
    handle.cancel()


class Heard:
    """When a client got what: everything, and what names the light."""

    def __init__(self, client: Client) -> None:
        """Listen from now on."""
        self.any = self.named = 0.0
        self.reports = 0
        client.xmpp.add_filter("in", self._note)

    def _note(self, stanza: StanzaBase) -> StanzaBase:
        if stanza.name == "message":
            self.any = time.time()
            text = ET.tostring(stanza.xml, encoding="unicode")
            if LIGHT in text:
                self.named = self.any
            self.reports += "queryProgress" in text
        return stanza


async def follow_all(cabin: Client, house: House) -> None:
    """Follow the light by the feed and by events: something has come of each."""
    node = await follow(cabin, house.jid, NF)
    await cabin.result(
        house.jid,
        "<subscribe xmlns='urn:nf:iot:events:1.0' id='5' m='true'>"
        f"{NF.ref(LIGHT)}</subscribe>",
    )
    assert node
    for tag in (ITEMS, EVENT_OF_VALUES):
        await cabin.message(tag)


async def ask_for_past(cabin: Client, house: House) -> None:
    """Ask for the light's past, and have the begin of it."""
    query = f"{NF.attributes(LIGHT)} command='history' queryId='q'"
    await cabin.result(house.jid, NF.tree("executeNodeQuery", query), "set")
    await cabin.message(PROGRESS)


async def control(client: Client, house: House, on: bool) -> ET.Element[str]:
    """Turn the light on or off, and return the whole answer."""
    return await client.ask(house.jid, NF.set(LIGHT, NF.power(on)), "set")


@pytest.mark.parametrize(
    ("revoke", "lasts"),
    [
        (Given.remove_contact, None),
        (Given.remove_row, None),
        (Given.expire, EXPIRES),
        (Given.move_away, None),
    ],
    ids=["contact removed", "row removed", "row expires", "entity taken out"],
)
async def test_what_is_revoked_is_gone_within_a_second(
    house: House,
    revoke: Callable[[Given], None],
    lasts: float | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The feed, the events and the report end; what waited for its turn is not done."""
    turn, free = asyncio.Event(), asyncio.Event()

    async def take_long(*_: object, **__: object) -> None:
        turn.set()
        await free.wait()

    monkeypatch.setattr(DemoLight, "async_turn_on", take_long)
    commands = async_capture_events(house.hass, EVENT_COMMAND)
    async with (
        Client.logged_in(house.server, "friend") as friend,
        Client.logged_in(house.server, "cabin") as cabin,
    ):
        given = await give(house, lasts)
        await cabin.sees(house.bare)
        await friend.sees(house.bare)
        heard = Heard(cabin)
        try:
            with changing(house.hass):
                await follow_all(cabin, house)
                if lasts is not None:
                    await asyncio.sleep(max(0, given.until - QUERY - time.time()))
                await ask_for_past(cabin, house)
                first = asyncio.create_task(control(friend, house, True))
                await asyncio.wait_for(turn.wait(), 5)
                waiting = asyncio.create_task(control(cabin, house, False))
                await cabin.result(house.jid, PING)

                revoke(given)
                begun = given.until if lasts else time.time()
                assert not waiting.done()
                await asyncio.sleep(begun + LISTEN - time.time())
        finally:
            free.set()
        refused = condition(await waiting)
        assert (await first).get("type") == "result"
        after = await cabin.refusal(house.jid, NF.tree("getNode", NF.attributes(LIGHT)))
        for client in (friend, cabin):
            client.forget()

    took = max(heard.any, heard.named) - begun
    _LOGGER.info("The last stanza came %.3f s after it was revoked", took)
    assert heard.named > 0
    assert took < AT_ONCE
    assert 0 < heard.reports < PAST
    assert refused == after
    assert after in {"item-not-found", "service-unavailable"}
    assert {event.data["jid"] for event in commands} == {friend.bare}
