"""A guest asks the owner of a real house, in one request or in two, and the owner is asked by chat as well."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.const import DOMAIN, EVENT_QUESTION
from homeassistant.core import Event, callback
from homeassistant.util import dt as dt_util

from .client import CLIENT, STANZAS, Client, condition
from .conftest import House, LogIn
from .dialects import NF

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

LIGHT = "light.kitchen_lights"
PING = "<ping xmlns='urn:xmpp:ping'/>"
BODY = f"{CLIENT}body"
BUTTON = "{urn:xmpp:tmp:quick-response}response"
COPY = "<forwarded xmlns='urn:xmpp:forward:0'/>"
DELAY = "<delay xmlns='urn:xmpp:delay' stamp='2026-11-21T12:00:00Z'/>"

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


async def said(client: Client) -> str:
    """Return the next words that a client is told."""
    return (await client.message(BODY)).findtext(BODY, "")


@pytest.mark.usefixtures("owner")
async def test_an_owner_is_asked_by_chat_and_nobody_else_answers(
    house: House, guest: Client, friend: Client, stranger: Client, log_in: LogIn
) -> None:
    """The guest's order waits for the one answer that counts, and is done then; others are told nothing."""
    mum: Client = await log_in("cabin")
    house.hass.config_entries.async_update_entry(
        house.entry, options={"owners": [mum.bare]}
    )
    order = asyncio.create_task(
        guest.result(house.jid, NF.set(LIGHT, NF.power(False)), "set")
    )
    question = await mum.message(BODY)
    assert question.get("type") == "chat"
    assert question.findtext(BODY, "").startswith(f'{guest.bare} ("Guest") wants')
    once, always, deny = (one.get("value", "") for one in question.findall(BUTTON))

    for client in (stranger, friend, guest):
        for answer in (once, always, deny):
            client.send(house.bare, f"<body>{answer}</body>")
        await client.ask(house.jid, PING)
    mum.send(house.bare, f"<body>{once}</body>{COPY}")
    mum.send(house.bare, "<body>1 BBBB</body>")
    assert (await said(mum)).startswith("This was not understood.")
    assert not order.done()
    assert house.state(LIGHT) == "on"

    mum.send(house.jid, f"<body>{once}</body>{DELAY}")
    await order
    assert house.state(LIGHT) == "off"
    assert (await said(mum)).endswith("allowed once.")
    mum.send(house.bare, f"<body>{deny}</body>")
    assert (await said(mum)).startswith("This is answered or over already.")
    assert await mum.refusal(house.jid, PING) == "service-unavailable"
