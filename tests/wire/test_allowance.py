"""How long and how much an answer in parts may be: not without end, in either way."""

import asyncio

import pytest

from custom_components.xmpp_iot.wire import peer as peer_module
from custom_components.xmpp_iot.wire.allowance import Allowance
from custom_components.xmpp_iot.wire.errors import ResourceConstraint
from custom_components.xmpp_iot.wire.model import (
    Field,
    Operation,
    Reading,
    ReadRequest,
    TreeRequest,
    ValueType,
)

from .conversation import NOON
from .talk import HALL, Talk


def reading(value: str) -> Reading:
    """Return a reading of the hall."""
    fields = (Field(name="state", type=ValueType.STRING, value=value),)
    return Reading(node=HALL, at=NOON, fields=fields)


async def test_no_part_is_waited_for_when_the_time_is_over() -> None:
    """As long as there is some, all of them are."""
    Allowance(seconds=100).check()
    with pytest.raises(ResourceConstraint, match="end"):
        Allowance(seconds=0).check()


@pytest.mark.parametrize(
    "part",
    [
        [],
        [reading("on")],
        [reading("x" * 1000)],
        [Reading(node=HALL, at=NOON, error="x" * 1000)],
        [
            Reading(
                node=HALL,
                at=NOON,
                fields=(Field(name="a", type=ValueType.INT, value=1),),
            )
        ],
    ],
)
async def test_whatever_is_said_counts(part: list[Reading]) -> None:
    """Also nothing, said again and again."""
    allowance = Allowance(characters=10_000)

    def say_without_end() -> None:
        for _ in range(1000):
            allowance.take(part)

    with pytest.raises(ResourceConstraint, match="more than"):
        say_without_end()


async def test_a_peer_that_dribbles_is_left(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However punctually each part comes; what was asked for is not wanted any more."""
    monkeypatch.setattr(peer_module, "Allowance", lambda: Allowance(seconds=0.2))
    namespace, key = talk.dialect.sensor_data, talk.dialect.request_id
    mark, on_last = talk.dialect.last_mark
    more = "" if on_last else f"{mark}='true'"
    talk.session.says = [f"<accepted xmlns='{namespace}' {key}='1'/>"]
    request = ReadRequest(id="", nodes=(HALL,))

    async def listen() -> None:
        async for _ in talk.peer.read(request):
            pass

    task = asyncio.create_task(listen())
    async with asyncio.timeout(5):
        while not task.done():
            await asyncio.sleep(0.01)
            talk.session.deliver(
                f"<{talk.dialect.fields} xmlns='{namespace}' {key}='1' {more}/>"
            )

    with pytest.raises(ResourceConstraint, match="end"):
        await task
    assert "cancel" in await talk.partings()


async def test_a_peer_that_says_too_much_is_left(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However fast it is."""
    monkeypatch.setattr(peer_module, "Allowance", lambda: Allowance(characters=50_000))
    talk.far.house.steps = tuple([reading("x" * 20_000)] for _ in range(8))

    with pytest.raises(ResourceConstraint, match="more than"):
        await talk.read()
    assert "cancel" in await talk.partings()


async def test_a_query_comes_to_an_end_too(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is aborted then."""
    monkeypatch.setattr(peer_module, "Allowance", lambda: Allowance(seconds=0))
    namespace = talk.dialect.concentrator
    answer = f"<executeNodeQueryResponse xmlns='{namespace}' result='OK' queryId='1'/>"
    talk.session.says = [answer]
    request = TreeRequest(
        operation=Operation.EXECUTE_NODE_QUERY, nodes=(HALL,), command="log"
    )

    with pytest.raises(ResourceConstraint, match="end"):
        async for _ in talk.peer.query(request):
            pass
    assert "abort" in await talk.partings()
