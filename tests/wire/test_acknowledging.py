"""What the server is told of how much has come (XEP-0198 section 4): with what is said next, or soon."""

import asyncio
import ssl

import pytest

from custom_components.xmpp_iot.wire import stream

from .hostile import SM
from .online import FRIEND, House, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

NEWS = "<news xmlns='urn:q'/>"
QUESTION = f"<r {SM}/>"


async def asked(house: House) -> None:
    """Have the server ask, and wait until the house owes it the answer."""
    line = house.session._stream
    owe, owes = line._owe, asyncio.Event()

    def noted() -> None:
        owe()
        owes.set()

    setattr(line, "_owe", noted)  # noqa: B010
    house.peer.send(QUESTION)
    await asyncio.wait_for(owes.wait(), 5)
    assert line._owed is not None


def said(house: House) -> list[int]:
    """Return how much the house says has come, each time it did."""
    return [int(one.get("h", "")) for one in house.peer.acknowledgements]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the house take its time."""
    monkeypatch.setattr(stream, "ANSWER_WITHIN", 60.0)


@pytest.mark.usefixtures("patient")
async def test_the_answer_goes_along_with_what_is_said_next(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Behind it, in one piece: nothing waits for the answer, and it needs no packet of its own."""
    async with online(context, trust, managed) as house:
        await house.alive()
        await asked(house)

        house.session.send_message(FRIEND, NEWS)

        await house.until(lambda: said(house))
        assert f"{NEWS}</message><a {SM} h=".encode() in house.server.heard
        assert house.session._stream._owed is None


async def test_what_is_asked_while_the_house_is_silent_is_answered_soon(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for all that was asked, with all that has come by then."""
    monkeypatch.setattr(stream, "ANSWER_WITHIN", 0.05)
    async with online(context, trust, managed) as house:
        await house.alive()
        before = house.session._stream._ledger._plugin.handled
        house.peer.send(QUESTION + 3 * f"<message from='{FRIEND}'/>{QUESTION}")

        await house.until(lambda: said(house))

        assert said(house) == [before + 3]


@pytest.mark.usefixtures("patient")
async def test_who_goes_says_it_before(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """So the server does not take what has come for lost."""
    async with online(context, trust, managed) as house:
        await house.alive()
        await asked(house)

        await house.session.close()

        *_, last = house.server.heard.partition(f"<a {SM} h=".encode())
        assert last.endswith(b"/></stream:stream>")


@pytest.mark.usefixtures("patient")
async def test_a_connection_that_is_lost_is_owed_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """To resume says it."""
    async with online(context, trust, managed) as house:
        await house.alive()
        await asked(house)

        house.peer.writer.transport.abort()

        await house.until(lambda: "offline" in house.events)
        assert house.session._stream._owed is None
