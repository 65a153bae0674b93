"""Queries of other concentrators, and farewells."""

import asyncio
from contextlib import aclosing

import pytest

from custom_components.xmpp_iot.wire.dialect_xsf import XSF
from custom_components.xmpp_iot.wire.errors import (
    NotAcceptable,
    NotConnected,
    RemoteError,
    WireError,
)
from custom_components.xmpp_iot.wire.model import Operation, TreeRequest
from custom_components.xmpp_iot.wire.report import ReportMessage

from .talk import HALL, Talk

QUERY = TreeRequest(
    operation=Operation.EXECUTE_NODE_COMMAND, nodes=(HALL,), command="history"
)


async def report(talk: Talk, found: list[object]) -> None:
    """Take a report."""
    async for items in talk.peer.query(QUERY):
        found.extend(items)


async def run(talk: Talk, found: list[object]) -> None:
    """Take a report as it comes."""
    task = asyncio.create_task(report(talk, found))
    while not task.done():
        await asyncio.sleep(0)
        talk.road.pass_on()
    await task


async def test_a_query_reports(talk: Talk) -> None:
    """Until it is done."""
    talk.far.house.reports = (
        [ReportMessage(text="Half.")],
        [ReportMessage(text="All.")],
    )
    found: list[object] = []

    await run(talk, found)

    assert found == [ReportMessage(text="Half."), ReportMessage(text="All.")]
    assert len(talk.session.asked) == 1


async def test_a_query_that_is_ended_over_there_is_an_error(talk: Talk) -> None:
    """What came before counts."""
    talk.far.house.reports = ([ReportMessage(text="Half.")], NotAcceptable("No."))
    found: list[object] = []

    with pytest.raises(RemoteError, match="aborted"):
        await run(talk, found)

    assert ReportMessage(text="Half.") in found


async def test_a_query_that_is_left_is_aborted(talk: Talk) -> None:
    """By whoever does not want the rest."""
    talk.far.house.reports = ([ReportMessage(text="Half.")], asyncio.Event().wait)
    async with aclosing(talk.peer.query(QUERY)) as parts:
        waiting = asyncio.create_task(anext(parts))
        while not waiting.done():
            await asyncio.sleep(0)
            talk.road.pass_on()

    assert "bort" in await talk.partings()


@pytest.mark.parametrize("talk", [XSF], indirect=True)
async def test_a_query_without_name_is_nonsense(talk: Talk) -> None:
    """Nothing could be told to belong to it."""
    talk.session.says = [
        f"<executeNodeQueryResponse xmlns='{talk.dialect.concentrator}' result='OK'/>"
    ]

    with pytest.raises(WireError):
        await report(talk, [])
    assert not talk.peers.replies._early


async def test_a_farewell_that_is_not_heard_is_no_trouble(talk: Talk) -> None:
    """Nor is one after the end."""

    async def farewell() -> None:
        raise NotConnected

    talk.peers.part(farewell())
    await talk.partings() if talk.session.asked else await asyncio.sleep(0)
    await talk.peers.stop()
    talk.peers.part(farewell())

    assert not talk.peers._partings


async def test_farewells_end_with_the_peers(talk: Talk) -> None:
    """They are not waited for."""
    talk.peers.part(asyncio.Event().wait())

    await talk.peers.stop()

    assert not talk.peers._partings
