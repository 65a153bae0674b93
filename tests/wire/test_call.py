"""The pieces of answering: what is said later comes after the answer."""

import asyncio

from custom_components.xmpp_iot.wire.call import answers_sent, note_answering


async def _nothing() -> None:
    """Be done at once."""


async def test_messages_come_after_the_answer() -> None:
    """Also where the answer is made already and only about to be sent."""
    order: list[str] = []
    answering = asyncio.create_task(_nothing())
    answering.add_done_callback(lambda _: order.append("answer"))

    async def tell() -> None:
        await answers_sent({answering})
        order.append("message")

    await asyncio.create_task(tell())
    assert order == ["answer", "message"]


async def test_without_answers_nothing_is_waited_for() -> None:
    """What belongs to no request leaves at once."""
    order: list[str] = []
    asyncio.get_running_loop().call_soon(order.append, "later")
    await answers_sent(set())
    assert order == []


async def test_an_answer_is_waited_for_until_it_is_sent() -> None:
    """What is sent is forgotten, so that requests without end do not pile up."""
    answering: set[asyncio.Task[None]] = set()

    async def answer() -> None:
        note_answering(answering)
        assert len(answering) == 1

    await asyncio.create_task(answer())
    await asyncio.sleep(0)
    assert answering == set()
