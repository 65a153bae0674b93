"""Who tries the ways in: the senders of the matrix, a row for each."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest

from custom_components.xmpp_iot.contacts.grant import DAYS
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import from_text
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.util import dt as dt_util

from .client import Client
from .conftest import House, add_contact, contact
from .dialects import NF
from .linked import concentrator
from .matrix import (
    ADMITTED,
    ASKS,
    COMMAND,
    CONTROL,
    EVERYTHING,
    LIGHT,
    NOBODY,
    READ,
    TARGETS,
    Rights,
)

PING: Final = "<ping xmlns='urn:xmpp:ping'/>"
USER: Final = "cabin"  # the account of all senders but the stranger

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One who tries; their grants are about the targets."""

    name: str
    rights: Rights
    user: str = USER
    rows: tuple[Callable[[], Row], ...] | None = None  # None: no contact
    resource: str = "phone"
    beside: str = ""  # another resource of the same, online as well
    prepare: Callable[[House, Client], Awaitable[None]] | None = None
    claims: Callable[[House], str] = field(default=lambda _: "")
    blocked: bool = False
    linked: bool = False
    owner: bool = False  # is asked by chat


def row(level: str, **more: object) -> Callable[[], Row]:
    """Return what makes a row of grants."""
    return lambda: {
        "id": "00000001",
        "level": level,
        "all_entities": False,
        "target": {"entity_id": list(TARGETS)},
        **more,
    }


def over() -> Row:
    """Return a row whose time is over."""
    until = dt_util.utcnow() - timedelta(seconds=1)
    return row("command", dangerous=True, until=until.isoformat())()


def not_today() -> Row:
    """Return a row that counts on another day of the week."""
    day = (dt_util.now() + timedelta(days=3)).weekday()
    return row("command", dangerous=True, days=[DAYS[day]])()


async def use_up(house: House, client: Client) -> None:
    """Do the one thing there is a use for."""
    await client.result(house.jid, NF.set(LIGHT, NF.power(True)), "set")


SENDERS: Final = (
    Sender(name="stranger", rights=NOBODY, user="stranger"),
    Sender(
        name="forged from",
        rights=NOBODY,
        user="stranger",
        claims=lambda house: f"{house.server.accounts['friend'].jid}/phone",
    ),
    Sender(
        name="blocked",
        rights=NOBODY,
        rows=(row("command", dangerous=True),),
        blocked=True,
    ),
    Sender(name="linked only", rights=NOBODY, linked=True),
    Sender(name="owner by chat", rights=NOBODY, owner=True),
    Sender(name="no grants", rights=ADMITTED, rows=()),
    Sender(name="expired", rights=ADMITTED, rows=(over,)),
    Sender(name="outside of its hours", rights=ADMITTED, rows=(not_today,)),
    Sender(
        name="used up",
        rights=ADMITTED,
        rows=(row("command", dangerous=True, uses=1),),
        prepare=use_up,
    ),
    Sender(name="read", rights=READ, rows=(row("read", dangerous=True),)),
    Sender(name="asks", rights=ASKS, rows=(row("read", ask=True),)),
    Sender(name="control", rights=CONTROL, rows=(row("control"),)),
    Sender(name="command", rights=COMMAND, rows=(row("command"),)),
    Sender(name="dangerous", rights=EVERYTHING, rows=(row("command", dangerous=True),)),
    Sender(
        name="other resource",
        rights=EVERYTHING,
        rows=(row("command", dangerous=True),),
        resource="tablet",
        beside="phone",
    ),
)


def contact_with(house: House, user: str, *rows: Row) -> ConfigSubentryData:
    """Return the subentry of a contact with these rows."""
    data = contact(house.server, user, "read")
    data["data"] = {**data["data"], "grants": [dict(one) for one in rows]}
    return data


@dataclass(frozen=True, slots=True)
class Company:
    """The sender, somebody else with something under way, and the friend who sees everything."""

    client: Client
    other: Client
    friend: Client


@asynccontextmanager
async def blocked(session: Session, bare: str) -> AsyncGenerator[None]:
    """Have the server keep somebody away for a while, also if what is done in it fails."""
    item = f"<item jid='{bare}'/>"
    block = f"<block xmlns='urn:xmpp:blocking'>{item}</block>"
    await session.iq(None, from_text(block), kind="set")
    try:
        yield
    finally:
        unblock = f"<unblock xmlns='urn:xmpp:blocking'>{item}</unblock>"
        await session.iq(None, from_text(unblock), kind="set")


async def is_sent_away(client: Client, house: House) -> bool:
    """Return whether the server ends the stream for what a client claims (RFC 6120 section 4.9.3.9)."""
    ended = asyncio.Event()
    client.xmpp.add_event_handler("disconnected", lambda _: ended.set())
    waiting = [
        asyncio.create_task(one) for one in (ended.wait(), client.ask(house.jid, PING))
    ]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return ended.is_set()
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)


@asynccontextmanager
async def arrived(house: House, sender: Sender) -> AsyncGenerator[Company]:
    """Let the sender come, online and with their grants."""
    async with AsyncExitStack() as stack:

        async def log_in(user: str, resource: str) -> Client:
            entered = Client.logged_in(house.server, user, resource)
            return await stack.enter_async_context(entered)

        hass, session = house.hass, house.entry.runtime_data.session
        if sender.linked:
            far = concentrator(house.server.accounts[sender.user].jid, "Far")
            hass.config_entries.async_add_subentry(house.entry, far)
            await hass.async_block_till_done()
        if sender.rows is not None:
            rows = [make() for make in sender.rows]
            await add_contact(house, contact_with(house, sender.user, *rows))
        friend = await log_in("friend", "phone")
        await friend.sees(house.bare)
        client = await log_in(sender.user, sender.resource)
        if sender.rows is not None:
            await client.sees(house.bare)
        other = await log_in(sender.user, sender.beside) if sender.beside else friend
        if sender.prepare is not None:
            await sender.prepare(house, client)
        client.claims = sender.claims(house)
        if client.claims and await is_sent_away(client, house):
            pytest.skip("the server ends the stream of who claims to be another")
        if sender.blocked:
            await stack.enter_async_context(blocked(session, client.bare))
        yield Company(client, other, friend)
        client.claims = ""
        for one in {client, other, friend}:
            await one.quiet()
            one.forget()
