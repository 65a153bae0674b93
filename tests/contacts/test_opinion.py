"""A second opinion: asked last, narrowing only, and remembered for a while."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.contacts.opinion import MOST_ASKED, MOST_ASKED_OF_ONE
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import Forbidden, ResourceConstraint
from custom_components.xmpp_iot.wire.model import Category, NodeRef, ReadRequest
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    Matter,
    Question,
    Ruling,
)

from .arbiter import (
    BOB,
    DESK,
    EVE,
    HALL,
    MOMENTARY,
    REQUEST,
    SERVER,
    YES,
    Arbiter,
    Heard,
)


async def test_without_a_server_everything_passes_at_no_cost(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """The request is the very same, and nobody is asked."""
    opinion.async_name(None)
    assert opinion.server is None
    assert await opinion.async_reads(BOB, REQUEST) is REQUEST
    await opinion.async_controls(BOB, (DESK,), ("Lamp",))
    assert await opinion.async_befriends(BOB)
    assert not arbiter.reached


async def test_a_yes_changes_nothing(
    opinion: Heard, arbiter: Arbiter, dialect: Dialect
) -> None:
    """In each dialect the server is asked in its own words."""
    arbiter.dialect = dialect
    assert await opinion.async_reads(BOB, REQUEST) == REQUEST
    await opinion.async_controls(BOB, (DESK,), ("Lamp",))
    assert await opinion.async_befriends(BOB)
    assert [one.matter for one in arbiter.asked] == [
        Matter.READ,
        Matter.CONTROL,
        Matter.FRIEND,
    ]
    assert {one.jid for one in arbiter.asked} == {BOB}


async def test_a_readout_is_narrowed(
    opinion: Heard, arbiter: Arbiter, dialect: Dialect
) -> None:
    """To the nodes, fields and categories that the server lists, and that were asked for."""
    arbiter.dialect = dialect
    arbiter.rule = lambda _: Ruling(
        allowed=True,
        nodes=(DESK, NodeRef("lock.door", "entities")),
        names=frozenset({"b", "c"}),
        categories=MOMENTARY | {Category.PEAK},
    )
    assert await opinion.async_reads(BOB, REQUEST) == replace(
        REQUEST, nodes=(DESK,), fields=frozenset({"b"})
    )
    whole = replace(REQUEST, fields=frozenset(), categories=frozenset())
    assert await opinion.async_reads(BOB, whole) == ReadRequest(
        id="7",
        nodes=(DESK,),
        fields=frozenset({"b", "c"}),
        categories=MOMENTARY | {Category.PEAK},
    )


async def test_a_no_forbids(opinion: Heard, arbiter: Arbiter, dialect: Dialect) -> None:
    """Of all three matters."""
    arbiter.dialect, arbiter.rule = dialect, lambda _: DENIED
    with pytest.raises(Forbidden):
        await opinion.async_reads(BOB, REQUEST)
    with pytest.raises(Forbidden):
        await opinion.async_controls(BOB, (DESK,), ("Lamp",))
    assert not await opinion.async_befriends(BOB)
    assert not opinion.noted


@pytest.mark.parametrize(
    "ruling",
    [
        Ruling(allowed=True, nodes=(DESK,)),
        Ruling(allowed=True, names=frozenset({"Lamp"})),
    ],
    ids=["nodes", "parameters"],
)
async def test_half_of_an_order_is_forbidden(
    opinion: Heard, arbiter: Arbiter, ruling: Ruling
) -> None:
    """It is done as a whole or not at all."""
    arbiter.rule = lambda _: ruling
    with pytest.raises(Forbidden):
        await opinion.async_controls(BOB, (DESK, HALL), ("Lamp", "Color"))


async def test_a_node_is_asked_about_by_one_name(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """Its source may be left out by who asks, and comes back as it was said."""
    short = replace(REQUEST, nodes=(NodeRef("sensor.hall"), NodeRef("light.desk")))
    arbiter.rule = lambda _: replace(YES, nodes=(DESK,))
    assert (await opinion.async_reads(BOB, short)).nodes == (NodeRef("light.desk"),)
    assert arbiter.asked[0].nodes == (HALL, DESK)


async def test_the_server_is_not_asked_about_itself(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """What it may do is for the grants to say."""
    assert await opinion.async_reads(SERVER, REQUEST) == REQUEST
    assert not arbiter.asked


async def test_answers_are_remembered(opinion: Heard, arbiter: Arbiter) -> None:
    """A no as well as a yes; what differs is asked."""
    for _ in range(3):
        await opinion.async_reads(BOB, REQUEST)
        await opinion.async_reads(EVE, REQUEST)
    assert len(arbiter.asked) == 2


async def test_what_many_want_to_know_is_asked_once(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """And who goes away takes the answer from nobody."""
    arbiter.silent = asyncio.Event()
    waiting = [
        asyncio.create_task(opinion.async_reads(BOB, REQUEST)) for _ in range(20)
    ]
    await arbiter.heard.wait()
    waiting[0].cancel()
    arbiter.silent.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert found[1:] == [REQUEST] * 19
    assert len(arbiter.asked) == 1


async def test_a_contact_has_only_so_many_questions_under_way(
    opinion: Heard, arbiter: Arbiter
) -> None:
    """Others are answered meanwhile; all together have a limit too."""
    arbiter.silent = asyncio.Event()

    def begin(jid: str, count: int) -> list[asyncio.Task[object]]:
        return [
            asyncio.create_task(
                opinion.async_controls(jid, (DESK,), (f"{jid}{number}",))
            )
            for number in range(count)
        ]

    waiting = begin(BOB, MOST_ASKED_OF_ONE)
    await asyncio.sleep(0)
    with pytest.raises(ResourceConstraint):
        await opinion.async_controls(BOB, (DESK,), ("one more",))
    for number in range(MOST_ASKED // MOST_ASKED_OF_ONE - 1):
        waiting += begin(f"friend{number}@example.net", MOST_ASKED_OF_ONE)
    await asyncio.sleep(0)
    with pytest.raises(ResourceConstraint):
        await opinion.async_controls(EVE, (DESK,), ("Lamp",))
    arbiter.silent.set()
    await asyncio.gather(*waiting)
    await opinion.async_controls(EVE, (DESK,), ("Lamp",))


async def test_a_question_can_be_put_as_it_is(opinion: Heard, arbiter: Arbiter) -> None:
    """Whatever of it is allowed comes back."""
    arbiter.rule = lambda _: replace(YES, names=frozenset({"Lamp"}))
    asked = Question(matter=Matter.CONTROL, jid=BOB, nodes=(NodeRef("light.desk"),))
    assert await opinion.async_allows(asked) == replace(
        asked, names=frozenset({"Lamp"})
    )
