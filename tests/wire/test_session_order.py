"""Requests are worked on in the order in which they come, and answered to who is a contact then."""

import asyncio
from itertools import pairwise
import ssl

import pytest

from custom_components.xmpp_iot.wire.errors import Forbidden
from custom_components.xmpp_iot.wire.session import IqRequest
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .online import FRIEND, element, online

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.mark.parametrize("together", [True, False])
async def test_handlers_begin_in_the_order_of_arrival(
    context: ssl.SSLContext, trust: ssl.SSLContext, together: bool
) -> None:
    """Whether requests come in one piece or in many, none gets before another to where it first waits."""
    async with online(context, trust) as house:
        turn = asyncio.Lock()
        begun: list[str] = []
        locked: list[str] = []

        async def handler(request: IqRequest) -> None:
            begun.append(request.id)
            async with turn:
                locked.append(request.id)
                # The first ones take longest, so that only the order of arrival can keep the order.
                for _ in range(50 - int(request.id)):
                    await asyncio.sleep(0)

        house.session.handle_iq(["{urn:q}one", "{urn:q}two"], handler)
        requests = [
            f"<iq type='set' id='{number}' from='{FRIEND}'>"
            f"<{'one' if number % 3 else 'two'} xmlns='urn:q'/></iq>"
            for number in range(50)
        ]
        if together:
            house.peer.send("".join(requests))
        else:
            for request in requests:
                house.peer.send(request)
                await house.peer.writer.drain()
                await asyncio.sleep(0)
        await house.until(lambda: house.hears("49"))

        assert begun == locked == [str(number) for number in range(50)]
        answers = [one.get("id", "") for one in house.peer.stanzas]
        order = [int(one) for one in answers if one.isdecimal()]
        assert all(earlier < later for earlier, later in pairwise(order))


@pytest.mark.parametrize("fails", [False, True])
async def test_who_is_no_contact_any_more_gets_no_answer(
    context: ssl.SSLContext, trust: ssl.SSLContext, fails: bool
) -> None:
    """What is worked on when the door is closed ends as if nobody were here."""
    async with online(context, trust) as house:

        async def handler(_: IqRequest) -> Element:
            house.session._company.admits = lambda _: False
            if fails:
                raise Forbidden("Secret.")
            return element("<secret xmlns='urn:q'/>")

        house.session.handle_iq(["{urn:q}q"], handler)
        answer = await house.ask("<q xmlns='urn:q'/>")
        assert to_text(answer[0]).count("<") == 3
        assert answer[0][0].tag.endswith("}service-unavailable")


@pytest.mark.parametrize("together", [True, False])
async def test_who_asks_when_it_is_back_has_gone_before(
    context: ssl.SSLContext, trust: ssl.SSLContext, together: bool
) -> None:
    """What forgets somebody who leaves does so before it asks again, though all of it comes in one piece."""
    async with online(context, trust) as house:
        order: list[str] = []

        async def handler(_: IqRequest) -> None:
            order.append("asks")

        house.session.handle_iq(["{urn:q}q"], handler)
        house.session.on_gone(lambda jid: order.append(f"gone: {jid}"))
        house.session.on_presence(lambda _, there: order.append(f"there: {there}"))
        stanzas = [
            f"<presence from='{FRIEND}'/>",
            f"<presence from='{FRIEND}' type='unavailable'/>",
            f"<presence from='{FRIEND}'/>",
            f"<iq type='set' id='again' from='{FRIEND}'><q xmlns='urn:q'/></iq>",
        ]
        for piece in ["".join(stanzas)] if together else stanzas:
            house.peer.send(piece)
            await house.peer.writer.drain()
        await house.until(lambda: house.hears("again"))
        assert order == [
            "there: True",
            "there: False",
            f"gone: {FRIEND}",
            "there: True",
            "asks",
        ]
