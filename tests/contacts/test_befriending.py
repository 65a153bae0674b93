"""Contacts see the house when the second opinion agrees: at once, or after a change of mind."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from custom_components.xmpp_iot.contacts import befriending
from custom_components.xmpp_iot.contacts.befriending import Befriending
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    Matter,
    Question,
    Ruling,
)

from .arbiter import BOB, EVE, SERVER, YES, Arbiter, Heard


@dataclass(frozen=True, slots=True)
class Mind:
    """An opinion that is told in its own way."""

    of: Heard
    befriends: Callable[[str], Awaitable[bool]]

    @property
    def server(self) -> str | None:
        """Whose it is."""
        return self.of.server

    async def async_befriends(self, contact: str) -> bool:
        """Return what it is about somebody."""
        return await self.befriends(contact)

    def async_listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Say when it changes."""
        return self.of.async_listen(listener)


class Door:
    """What is done for whom."""

    def __init__(self, asking: Befriending) -> None:
        """Do nothing yet."""
        self.asking = asking
        self.done: list[str] = []
        self.changed = asyncio.Event()

    def ask(self, jid: str, what: str = "approve") -> None:
        """Have something done for somebody."""
        self.asking.async_ask(jid, what, lambda: self._do(f"{what} {jid}"))

    def _do(self, deed: str) -> None:
        self.done.append(deed)
        self.changed.set()

    async def settled(self) -> list[str]:
        """Return what was done by the time nothing is asked any more."""
        while self.asking._task is not None:
            await asyncio.wait((self.asking._task,))
            await asyncio.sleep(0)
        return self.done


@pytest.fixture
async def door(opinion: Heard) -> AsyncGenerator[Door]:
    """Return it; at the end nothing is left of it."""
    asking = Befriending(opinion)
    asking.async_start()
    yield Door(asking)
    await asking.async_stop()
    await asking.async_stop()
    assert not opinion._listeners


async def test_what_is_agreed_to_is_done(door: Door, arbiter: Arbiter) -> None:
    """One after the other, and the server asked once about somebody."""
    assert door.asking.asks
    door.ask(BOB)
    door.ask(BOB, "befriend")
    door.ask(EVE)
    assert door.done == []
    assert await door.settled() == [
        f"approve {BOB}",
        f"befriend {BOB}",
        f"approve {EVE}",
    ]
    assert arbiter.asked == [
        Question(matter=Matter.FRIEND, jid=jid) for jid in (BOB, EVE)
    ]


async def test_what_is_denied_is_done_after_a_change_of_mind(
    door: Door, arbiter: Arbiter
) -> None:
    """When the server says that it has one; whoever has asked again meanwhile is not asked about twice."""
    arbiter.rule = lambda it: Ruling(allowed=it.jid == EVE)
    door.ask(BOB)
    door.ask(EVE)
    assert await door.settled() == [f"approve {EVE}"]
    door.ask(BOB)
    assert await door.settled() == [f"approve {EVE}"]

    arbiter.rule = lambda _: YES
    await arbiter.push("<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>")
    assert await door.settled() == [f"approve {EVE}", f"approve {BOB}"]


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_change_of_mind_while_the_answer_is_on_its_way(
    door: Door, arbiter: Arbiter, opinion: Heard, *, agrees: bool
) -> None:
    """What was answered before it does not count, neither a yes nor a no."""
    begun, going_on = asyncio.Event(), asyncio.Event()
    befriends = opinion.async_befriends

    async def late(contact: str) -> bool:
        ruling = await befriends(contact)
        if not begun.is_set():
            begun.set()
            await going_on.wait()
        return ruling

    door.asking._opinion = Mind(opinion, late)
    arbiter.rule = lambda _: Ruling(allowed=not agrees)
    door.ask(BOB)
    await begun.wait()
    arbiter.rule = lambda _: Ruling(allowed=agrees)
    await arbiter.push("<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>")
    going_on.set()
    assert await door.settled() == ([f"approve {BOB}"] if agrees else [])


async def test_a_change_of_mind_right_after_the_last_answer(
    door: Door, arbiter: Arbiter, opinion: Heard
) -> None:
    """It counts in the very moment in which the asking has ended, too."""
    arbiter.rule = lambda _: Ruling(allowed=False)
    door.ask(BOB)
    task = door.asking._task
    assert task is not None

    def change() -> None:
        arbiter.rule = lambda _: YES
        opinion._forget()

    # (before what the asking itself does at its end, as a stanza may come then)
    task.remove_done_callback(door.asking._ended)
    task.add_done_callback(lambda _: change())
    task.add_done_callback(door.asking._ended)
    assert await door.settled() == [f"approve {BOB}"]


async def test_who_was_denied_by_silence_is_asked_about_when_it_ends(
    door: Door, arbiter: Arbiter, opinion: Heard
) -> None:
    """A server that answers again has an opinion of all it had none of."""
    arbiter.features = ()
    door.ask(BOB)
    assert await door.settled() == []
    arbiter.features = None
    assert await opinion.async_befriends(EVE)
    assert await door.settled() == [f"approve {BOB}"]


async def test_a_server_that_is_an_account_is_asked_when_it_has_come(
    door: Door, arbiter: Arbiter, opinion: Heard
) -> None:
    """Before, it had no opinion; whoever else comes or goes changes nothing."""
    opinion.async_name("arbiter@example.org")
    arbiter.features = ()
    door.ask(BOB)
    assert await door.settled() == []
    arbiter.features = None
    for jid, available in ((f"{EVE}/x", True), ("arbiter@example.org/x", False)):
        arbiter.appears(jid, available=available)
        assert await door.settled() == []
    arbiter.online["arbiter@example.org"] = ("arbiter@example.org/x",)
    arbiter.appears("arbiter@example.org/x")
    assert await door.settled() == [f"approve {BOB}"]


async def test_without_a_server_what_waits_is_done(
    door: Door, arbiter: Arbiter, opinion: Heard
) -> None:
    """From the moment nobody is to be asked any more."""
    arbiter.rule = lambda _: DENIED
    door.ask(BOB)
    assert await door.settled() == []
    opinion.async_name(None)
    assert not door.asking.asks
    assert await door.settled() == [f"approve {BOB}"]


async def test_nothing_is_done_after_the_end(
    door: Door, arbiter: Arbiter, opinion: Heard
) -> None:
    """Neither what waits, nor what is wished afterwards."""
    arbiter.silent = asyncio.Event()
    door.ask(BOB)
    await arbiter.heard.wait()
    await door.asking.async_stop()
    arbiter.silent.set()
    door.ask(EVE)
    assert await door.settled() == []


async def test_too_much_is_asked_later(
    door: Door, arbiter: Arbiter, opinion: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the opinion has no room for now is no yes; it is asked again when that may be another."""
    monkeypatch.setattr("custom_components.xmpp_iot.contacts.opinion.MOST_ASKED", 0)
    door.ask(BOB)
    assert await door.settled() == []
    monkeypatch.undo()
    opinion.async_name(None)
    opinion.async_name(SERVER)
    assert await door.settled() == [f"approve {BOB}"]


async def test_what_is_kept_is_bounded(
    door: Door, arbiter: Arbiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest are forgotten, of those who wait and of those who were denied."""
    monkeypatch.setattr(befriending, "MOST", 2)
    arbiter.rule = lambda _: DENIED
    jids = [f"{number}@example.net" for number in range(4)]
    for jid in jids[:3]:
        door.ask(jid)
    await door.settled()
    door.ask(jids[3])
    await door.settled()
    arbiter.rule = lambda _: YES
    await arbiter.push("<clearCache xmlns='urn:nf:iot:prov:d:1.0'/>")
    assert await door.settled() == [f"approve {jid}" for jid in jids[2:]]
