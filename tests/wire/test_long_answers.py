"""Long answers wait for their turn: who asks for much does not keep others waiting."""

import asyncio
import ssl

import pytest

from custom_components.xmpp_iot.wire import connection, responder
from custom_components.xmpp_iot.wire.errors import Forbidden
from custom_components.xmpp_iot.wire.session import IqRequest
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import BARE, DOMAIN, FULL, Peer, answer_as_a_server
from .online import FRIEND, PING, House, element, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

GUEST = "guest@house.example/x"


def wanted(identifier: str, sender: str = FRIEND, size: int = 60_000) -> str:
    """Return a request for an answer of that size."""
    return (
        f"<iq type='get' id='{identifier}' from='{sender}' to='{FULL}'>"
        f"<q xmlns='urn:q' size='{size}'/></iq>"
    )


def ask(
    house: House, identifier: str, sender: str = FRIEND, size: int = 60_000
) -> None:
    """Have the house asked for an answer of that size."""
    house.peer.send(wanted(identifier, sender, size))


class Stuck:
    """A handler that does not come to an end before it may."""

    def __init__(self) -> None:
        """Have nothing to do."""
        self.begun: list[str] = []
        self.is_busy = asyncio.Event()
        self.free = asyncio.Event()

    async def handle(self, request: IqRequest) -> None:
        """Begin, and wait."""
        self.begun.append(request.id)
        self.is_busy.set()
        await self.free.wait()


async def answer(request: IqRequest) -> Element:
    """Answer with as much as is asked for."""
    size = int(request.payload.get("size", ""))
    return element(f"<a xmlns='urn:a'>{'x' * size}</a>")


class Reading:
    """Answers as a server; while it `pauses`, nobody learns what it has read."""

    def __init__(self) -> None:
        """Read at once."""
        self.pauses = False
        self.held: list[Element] = []

    def __call__(self, peer: Peer, request: Element) -> None:
        """Answer now, or when it goes on."""
        if self.pauses and request.get("to") in {DOMAIN, BARE}:
            self.held.append(request)
        else:
            answer_as_a_server(peer, request)

    def go_on(self, peer: Peer) -> None:
        """Answer what was held back."""
        self.pauses = False
        while self.held:
            answer_as_a_server(peer, self.held.pop())


async def test_another_waits_for_one_only(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """However many long answers a contact has coming, another one's is among the next two."""
    reading = Reading()
    async with online(context, trust, answer=reading) as house:
        house.session._company.admits = lambda _: True
        house.session.handle_iq(["{urn:q}q"], answer)
        reading.pauses = True
        for number in range(30):
            ask(house, f"many-{number}")
        await house.until(lambda: reading.held)
        ask(house, "one", GUEST)
        ask(house, "short", GUEST, size=1)
        await house.until(lambda: house.hears("short"))
        assert not house.hears("many-1")

        reading.go_on(house.peer)
        await house.until(lambda: house.hears("many-29"))

        order = [one.get("id", "") for one in house.peer.stanzas]
        answers = [one for one in order if one == "one" or one.startswith("many")]
        assert answers.index("one") <= 2


async def test_nobody_waits_for_ever(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact that asks for more than its server reads is told so; short answers are always given."""
    monkeypatch.setattr(responder, "PATIENCE", 0.05)
    reading = Reading()
    async with online(context, trust, answer=reading) as house:
        house.session.handle_iq(["{urn:q}q"], answer)
        reading.pauses = True
        for number in range(90):
            ask(house, f"long-{number}", size=200_000)
        ask(house, "short", size=100)
        await house.until(lambda: house.hears("short") and house.hears("long-89"))

        assert house.hears("short")[0].get("type") == "result"
        assert house.hears("long-0")[0].get("type") == "result"
        refused = house.hears("long-89")[0]
        assert "resource-constraint" in refused[0][0].tag
        assert refused[0][1].text == responder.BUSY.text
        assert house.events == [("online", False)]
        reading.go_on(house.peer)


async def test_who_is_no_contact_any_more_does_not_get_it(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What waits for its turn when the door is closed ends as if nobody were here."""
    reading = Reading()
    async with online(context, trust, answer=reading) as house:
        house.session.handle_iq(["{urn:q}q"], answer)
        reading.pauses = True
        ask(house, "first")
        ask(house, "second")
        await house.until(lambda: reading.held)
        house.session._company.admits = lambda _: False
        reading.go_on(house.peer)
        await house.until(lambda: house.hears("second"))

        (refused,) = house.hears("second")
        assert refused[0][0].tag.endswith("}service-unavailable")


async def test_a_lost_session_is_not_answered(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What waits for its turn when the session ends is not sent in the next one."""
    reading = Reading()
    async with online(context, trust, answer=reading) as house:
        house.session.handle_iq(["{urn:q}q"], answer)
        reading.pauses = True
        ask(house, "first")
        ask(house, "second")
        await house.until(lambda: reading.held)
        reading.pauses = False
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        await house.alive()

        assert not house.hears("second")
        assert not house.session._work._running


async def test_what_waits_to_be_begun_ends_with_its_session(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the answer, so nothing is done; the next session is served."""
    monkeypatch.setattr("custom_components.xmpp_iot.wire.work.MAX_RUNNING", 1)
    async with online(context, trust) as house:
        stuck = Stuck()
        house.session.handle_iq(["{urn:q}q"], stuck.handle)
        house.peer.send(wanted("first") + wanted("second"))
        await stuck.is_busy.wait()
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        stuck.free.set()
        await house.alive()

        assert stuck.begun == ["first"]


async def test_who_is_refused_while_waiting_has_nothing_done(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that waits to be begun when the door is closed is answered by nobody."""
    monkeypatch.setattr("custom_components.xmpp_iot.wire.work.MAX_RUNNING", 1)
    async with online(context, trust) as house:
        stuck = Stuck()
        house.session.handle_iq(["{urn:q}q"], stuck.handle)
        house.peer.send(wanted("first") + wanted("second"))
        await stuck.is_busy.wait()
        house.session._company.admits = lambda _: False
        stuck.free.set()
        await house.until(lambda: house.hears("second"))

        assert stuck.begun == ["first"]
        assert house.hears("second")[0][0][0].tag.endswith("}service-unavailable")


async def test_a_long_error_is_short_while_the_connection_is_busy(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes with an error does not make the house lose its connection."""
    async with online(context, trust) as house:

        async def handler(_: IqRequest) -> Element:
            raise Forbidden(payload=element(f"<a xmlns='urn:a'>{'x' * 9_000}</a>"))

        house.session.handle_iq(["{urn:q}q"], handler)
        monkeypatch.setattr(connection, "BUSY", -1)
        refused = await house.ask("<q xmlns='urn:q'/>")
        assert refused[0][1].text == responder.BUSY.text
        assert (await house.ask(PING)).get("type") == "result"
