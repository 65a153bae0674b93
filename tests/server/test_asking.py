"""A guest asks the owner of a real house, in one request or in two."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.const import DOMAIN, EVENT_QUESTION
from homeassistant.core import Event, callback
from homeassistant.util import dt as dt_util

from .client import STANZAS, Client, condition
from .conftest import House
from .dialects import NF

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

LIGHT = "light.kitchen_lights"

type Owner = Callable[[str], Awaitable[None]]


@pytest.fixture
async def owner(house: House) -> Owner:
    """Return how the owner answers, who is asked for whatever the guest may not do; the guest may only read."""
    (guest,) = (one for one in house.entry.subentries.values() if one.title == "Guest")
    rows = [{**guest.data["grants"][0], "ask": True}]
    house.hass.config_entries.async_update_subentry(
        house.entry, guest, data={**guest.data, "grants": rows}
    )
    await house.hass.async_block_till_done()
    asked: asyncio.Queue[str] = asyncio.Queue()

    @callback
    def heard(event: Event[Any]) -> None:
        asked.put_nowait(event.data["question"])

    house.hass.bus.async_listen(EVENT_QUESTION, heard)

    async def answer(answer: str) -> None:
        question = await asyncio.wait_for(asked.get(), 10)
        await house.hass.services.async_call(
            DOMAIN,
            "answer_request",
            {"question": question, "answer": answer},
            blocking=True,
        )

    return answer


async def test_allowed_it_is_done_in_the_same_request(
    house: House, guest: Client, owner: Owner
) -> None:
    """The answer comes when it is done."""
    order = asyncio.create_task(
        guest.result(house.jid, NF.set(LIGHT, NF.power(False)), "set")
    )
    await owner("once")
    await order
    assert house.state(LIGHT) == "off"


async def test_denied_it_is_forbidden(
    house: House, guest: Client, owner: Owner
) -> None:
    """With who said so."""
    order = asyncio.create_task(
        guest.ask(house.jid, NF.set(LIGHT, NF.power(False)), "set")
    )
    await owner("deny")
    answer = await order
    assert condition(answer) == "forbidden"
    assert answer.findtext(f".//{STANZAS}text") == "The owner said no."
    assert house.state(LIGHT) == "on"


async def test_without_an_answer_in_time_a_repeat_is_done(
    house: House, guest: Client, owner: Owner
) -> None:
    """First the guest is told that the owner was asked; when that has allowed it, another request does it."""
    soon = (dt_util.utcnow() + timedelta(seconds=0.5)).isoformat()
    expires = f"<dt n='expires' v='{soon}'/>"
    answer = await guest.ask(house.jid, NF.set(LIGHT, NF.power(False) + expires), "set")
    error = answer.find("{jabber:client}error")
    assert error is not None
    assert error.get("type") == "wait"
    assert error.find("{urn:xmpp-iot:consent:0}asked") is not None
    assert condition(answer) == "undefined-condition"
    await owner("once")
    await house.hass.async_block_till_done()
    assert house.state(LIGHT) == "on"

    await guest.result(house.jid, NF.set(LIGHT, NF.power(False)), "set")
    assert house.state(LIGHT) == "off"
