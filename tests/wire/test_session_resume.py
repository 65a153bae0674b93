"""What happens to what was under way when the connection broke."""

import asyncio
from functools import partial
import ssl

import pytest

from custom_components.xmpp_iot.wire import link
from custom_components.xmpp_iot.wire.errors import NoAnswer
from custom_components.xmpp_iot.wire.session import IqRequest
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import DOMAIN, SM, Peer, answer_as_a_server
from .online import FRIEND, House, element, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")


QUESTION = element("<q xmlns='urn:q'/>")


def tags(house: House) -> list[str]:
    """Return what the house sent, by the payload's tag or the stanza's."""
    return [(one[0] if len(one) else one).tag for one in house.peer.stanzas]


async def test_a_new_session_ends_what_was_asked(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Whether a request was done when the session ended is not known, and it is not sent again."""
    async with online(context, trust) as house:
        asked = asyncio.create_task(house.session.iq(FRIEND, QUESTION))
        await house.until(lambda: "{urn:q}q" in tags(house))
        house.peer.writer.transport.abort()

        with pytest.raises(NoAnswer, match="ended"):
            await asked
        await house.until(lambda: house.events[-1] == ("online", False))
        assert "{urn:q}q" not in tags(house)


async def test_resumes(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """What the server did not get before the cut is sent again, except what nobody waits for any more."""
    async with online(context, trust, managed) as house:
        session = house.session
        await house.alive()
        first = house.peer
        first.swallows = True
        waited = asyncio.create_task(session.iq(FRIEND, QUESTION))
        with pytest.raises(NoAnswer):
            await session.iq(FRIEND, element("<open xmlns='urn:q'/>"), timeout=0.01)
        session.send_message(FRIEND, "<news xmlns='urn:q'/>", kind="headline")
        await house.until(lambda: "{urn:q}news" in tags(house))
        first.writer.transport.abort()
        await house.until(lambda: house.events[-1] == ("online", True))
        await house.until(lambda: "{urn:q}news" in tags(house))

        assert tags(house)[:2] == ["{urn:q}q", "{urn:q}news"]
        assert "{urn:q}open" not in tags(house)
        again = house.peer.stanzas[0]
        house.peer.send(
            f"<iq type='result' from='{FRIEND}' id='{again.get('id')}'><a xmlns='urn:q'/></iq>"
        )
        assert await waited is not None
        await house.alive()
        assert len(session._stream.plugin["xep_0198"].unacked_queue) < 5


@pytest.mark.parametrize("admitted", [True, False])
async def test_what_was_lost_is_for_contacts_only(
    context: ssl.SSLContext, trust: ssl.SSLContext, admitted: bool
) -> None:
    """Nothing is sent again to who was a contact when the connection broke and is none any more."""

    async def answer(_: IqRequest) -> Element:
        return element("<a xmlns='urn:q'/>")

    async with online(context, trust, managed) as house:
        house.session.handle_iq(["{urn:q}q"], answer)
        await house.alive()
        first = house.peer
        first.swallows = True
        house.session.send_message(FRIEND, "<news xmlns='urn:q'/>")
        first.send(f"<iq type='get' from='{FRIEND}' id='q'><q xmlns='urn:q'/></iq>")
        await house.until(lambda: house.hears("q"))
        house.session._company.admits = lambda _: admitted
        first.writer.transport.abort()
        await house.until(lambda: house.events[-1] == ("online", True))
        await house.until(lambda: "{urn:xmpp:ping}ping" in tags(house))
        again = [tag for tag in tags(house) if tag.startswith("{urn:q}")]
        assert again == (["{urn:q}news", "{urn:q}a"] if admitted else [])
        house.session._company.admits = lambda _: True
        await house.alive()


async def test_a_stanza_that_waited_at_the_server_is_dated_back(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What comes after a resume may be as old as the last sign of life before it."""
    times = []

    async def script(peer: Peer) -> None:
        await peer.secure()
        await peer.authenticate()
        if len(peer.server.peers) == 1:
            await peer.bind(managed=True)
        else:
            await peer.resume()
            ask(peer, "late")
        await peer.serve()

    def ask(peer: Peer, identifier: str) -> None:
        peer.send(
            f"<iq type='set' from='{FRIEND}' id='{identifier}'><q xmlns='urn:q'/></iq>"
        )

    async with online(context, trust, script) as house:

        async def handler(request: object) -> None:
            times.append(request.caller.sent_at.timestamp())  # type: ignore[attr-defined]

        house.session.handle_iq(["{urn:q}q"], handler)
        ask(house.peer, "early")
        await house.until(lambda: house.hears("early"))
        heard = house.session._stream.heard_at
        house.peer.writer.transport.abort()
        await house.until(lambda: house.events[-1] == ("online", True))
        await house.until(lambda: house.hears("late"))
        await house.until(lambda: "{urn:xmpp:ping}ping" in tags(house))
        await house.alive()  # so the ping of the house is answered too
        ask(house.peer, "now")
        await house.until(lambda: house.hears("now"))

    early, late, now = times
    assert late == pytest.approx(heard, abs=1e-5)
    assert early == pytest.approx(heard, abs=0.1)
    assert now > late


async def test_a_session_that_cannot_be_resumed_begins_anew(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """When the server has forgotten the session, nothing of it is sent again."""

    async def script(peer: Peer) -> None:
        await peer.admit(managed=True)
        await peer.serve()

    async with online(context, trust, script) as house:
        asked = asyncio.create_task(house.session.iq(FRIEND, QUESTION))
        await house.until(lambda: "{urn:q}q" in tags(house))
        house.peer.writer.transport.abort()
        with pytest.raises(NoAnswer, match="ended"):
            await asked
        await house.until(lambda: house.events[-1] == ("online", False))
        await house.alive()
        assert "{urn:q}q" not in tags(house)


async def test_doubt_stays_until_the_server_answers(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as the server has not answered, what comes may be old; over several cuts, as old as the first."""
    monkeypatch.setattr(link, "PING_TIMEOUT", 0.02)

    def answer(peer: Peer, request: Element) -> None:
        if request.get("to") != DOMAIN:
            answer_as_a_server(peer, request)

    async with online(context, trust, managed, answer=answer) as house:
        session = house.session
        await house.alive()
        heard = session._stream.heard_at

        async def cut(times: int) -> None:
            house.peer.writer.transport.abort()
            await house.until(lambda: house.events.count(("online", True)) == times)
            await house.until(lambda: "{urn:xmpp:ping}ping" in tags(house))
            await asyncio.sleep(0.03)  # the time the ping has

        await cut(1)
        await cut(2)
        assert session._link.sent_at().timestamp() == pytest.approx(heard, abs=1e-5)


def _has_said(house: House, count: int) -> bool:
    """Say whether the house has answered so often how much has come."""
    return len(house.peer.acknowledgements) == count


async def test_the_server_is_told_how_much_has_come(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """It asks with almost every stanza (XEP-0198 section 4)."""
    async with online(context, trust, managed) as house:
        await house.alive()
        for count in (1, 2):
            house.peer.send(f"<r {SM}/>")
            await house.until(partial(_has_said, house, count))
            await house.alive()
        first, second = (int(it.get("h", "")) for it in house.peer.acknowledgements)
        assert second == first + 1


@pytest.mark.parametrize("handled", ["h='x'", "h='-1'", ""])
async def test_a_server_that_cannot_count_is_left(
    context: ssl.SSLContext, trust: ssl.SSLContext, handled: str
) -> None:
    """What it has got would never be known."""
    async with online(context, trust, managed) as house:
        house.peer.send(f"<a {SM} {handled}/>")
        await house.until(lambda: "offline" in house.events)


async def test_a_server_that_counts_too_much_has_got_everything(
    context: ssl.SSLContext,
    trust: ssl.SSLContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is said once, and the count goes on from what the server says."""
    async with online(context, trust, managed) as house:
        house.peer.send(f"<a {SM} h='500'/>")
        await house.alive()

        assert caplog.text.count("acknowledges more than it was sent") == 1
