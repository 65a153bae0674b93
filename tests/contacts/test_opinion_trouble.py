"""A provisioning server that does not answer has not agreed, and one that is not named any more neither."""

import asyncio
import re

import pytest

from custom_components.xmpp_iot.wire import provisioning_client
from custom_components.xmpp_iot.wire.errors import (
    Forbidden,
    NoAnswer,
    NotConnected,
    RemoteError,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.xml import Element, element

from .arbiter import BOB, EVE, REQUEST, SERVER, Arbiter, Heard


@pytest.mark.parametrize(
    "failure",
    [
        NoAnswer("no answer"),
        RemoteError("remote-server-not-found", "cancel"),
        RemoteError("feature-not-implemented", "cancel"),
    ],
    ids=["silent", "not found", "not implemented"],
)
async def test_a_server_that_is_not_reached_has_not_agreed(
    opinion: Heard, arbiter: Arbiter, failure: Exception
) -> None:
    """Everything is denied and nothing remembered; trouble is told once, and its end."""
    arbiter.failure = failure
    for _ in range(2):
        with pytest.raises(Forbidden):
            await opinion.async_reads(BOB, REQUEST)
    assert opinion.noted == [(SERVER, str(failure))]
    arbiter.failure = None
    assert await opinion.async_reads(BOB, REQUEST) == REQUEST
    assert opinion.noted == [(SERVER, str(failure)), (SERVER, None)]


async def test_a_server_that_takes_its_time_has_not_agreed(
    opinion: Heard, arbiter: Arbiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for longer than five seconds."""
    monkeypatch.setattr(provisioning_client, "ANSWER_WITHIN", 0.01)
    arbiter.silent = asyncio.Event()
    with pytest.raises(Forbidden):
        await opinion.async_reads(BOB, REQUEST)
    assert opinion.noted == [(SERVER, f"{SERVER} did not answer in time.")]


@pytest.mark.parametrize(
    "answer", [element("nonsense"), element("{urn:nf:iot:prov:d:1.0}canReadResponse")]
)
async def test_a_server_that_talks_nonsense_has_not_agreed(
    opinion: Heard, arbiter: Arbiter, answer: Element
) -> None:
    """That is trouble, too."""
    arbiter.answer = answer
    with pytest.raises(Forbidden):
        await opinion.async_reads(BOB, REQUEST)
    assert len(opinion.noted) == 1


async def test_who_is_no_provisioning_server_has_not_agreed(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """It speaks no such protocol."""
    arbiter.features = ("urn:something:else",)
    assert not await opinion.async_befriends(BOB)
    assert opinion.noted == [(SERVER, "This is no provisioning server.")]


@pytest.mark.parametrize("failure", [NotConnected(), ResourceConstraint()])
async def test_the_server_is_not_blamed_for_others(
    opinion: Heard, arbiter: Arbiter, failure: Exception
) -> None:
    """Without session, and where there is too much to say, everything is denied and nobody told."""
    arbiter.failure = failure
    assert not await opinion.async_befriends(BOB)
    assert not opinion.noted


async def test_a_session_that_ends_meanwhile_is_no_trouble(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """The server may have answered."""
    arbiter.failure, arbiter.connected = NoAnswer(), False
    assert not await opinion.async_befriends(BOB)
    assert not opinion.noted


async def test_another_server_is_asked_from_the_moment_it_is_named(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """The old one's answers are forgotten, its trouble is over, and what it was asked is denied."""
    await opinion.async_befriends(BOB)
    arbiter.failure = NoAnswer("silence")
    assert not await opinion.async_befriends(EVE)
    arbiter.failure, arbiter.silent = None, asyncio.Event()
    arbiter.heard.clear()
    late = asyncio.create_task(opinion.async_befriends("late@example.net"))
    await arbiter.heard.wait()
    opinion.async_name("other.example.org")
    arbiter.silent.set()
    assert not await late
    assert opinion.noted == [(SERVER, "silence"), (SERVER, None)]
    assert await opinion.async_befriends(BOB)
    assert arbiter.reached[-1] == "other.example.org"
    assert not opinion.trusts(SERVER)
    reached = len(arbiter.reached)
    opinion.async_name("other.example.org")
    assert await opinion.async_befriends(BOB)
    assert len(arbiter.reached) == reached


async def test_a_yes_of_a_server_that_is_named_no_more_does_not_count(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """Also where its answer came at the same moment."""
    arbiter.silent = asyncio.Event()
    task = asyncio.create_task(opinion.async_befriends(BOB))
    await arbiter.heard.wait()
    (asking,) = (
        one
        for one in asyncio.all_tasks()
        if one.get_name() == "xmpp_iot second opinion"
    )
    # After the answer, and before whoever waits for it goes on.
    asking.add_done_callback(lambda _: opinion.async_name("other.example.org"))
    arbiter.silent.set()
    assert not await task


async def test_a_server_may_be_an_account(opinion: Heard, arbiter: Arbiter) -> None:
    """It is asked where it is online, and its presence is wanted for that."""
    assert opinion.wanted == {}
    opinion.async_name("prov@example.org")
    assert opinion.wanted == {"prov@example.org": "prov@example.org"}
    arbiter.online["prov@example.org"] = ("prov@example.org/service",)
    assert await opinion.async_befriends(BOB)
    assert set(arbiter.reached) == {"prov@example.org/service"}


async def test_what_is_under_way_ends_with_it(arbiter: Arbiter) -> None:
    """Who waits is denied, and the trouble is told to be over."""
    opinion = Heard(arbiter)
    opinion.async_start()
    opinion.async_name(SERVER)
    arbiter.failure = NoAnswer("silence")
    assert not await opinion.async_befriends(BOB)
    arbiter.silent = asyncio.Event()
    arbiter.heard.clear()
    task = asyncio.create_task(opinion.async_befriends(EVE))
    await arbiter.heard.wait()
    await opinion.async_stop()
    assert not await task
    assert opinion.noted[-1] == (SERVER, None)


async def test_what_has_not_begun_ends_in_peace(arbiter: Arbiter) -> None:
    """There is nothing to take back."""
    opinion = Heard(arbiter)
    await opinion.async_stop()
    assert not opinion.noted


async def test_what_fails_unexpectedly_is_no_yes(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """Who asked is told of the failure, and it is not remembered."""
    arbiter.failure = RuntimeError("bug")
    for _ in range(2):
        with pytest.raises(RuntimeError, match=re.escape("bug")):
            await opinion.async_befriends(BOB)
    assert len(arbiter.reached) == 2
