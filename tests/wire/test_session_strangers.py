"""Strangers get what they would get from nobody."""

import ssl

import pytest

from custom_components.xmpp_iot.wire import gate
from custom_components.xmpp_iot.wire.gate import FALLBACK, Refusal, render_refusal
from custom_components.xmpp_iot.wire.session import IqRequest
from custom_components.xmpp_iot.wire.xml import XML_LANG, Element, from_text, to_text

from .hostile import BARE, NOBODY, Peer, answer_as_a_server
from .online import FRIEND, PING, STRANGER, element, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")


INFO = "http://jabber.org/protocol/disco#info"


STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"


ERROR = "{jabber:client}error"


def condition(answer: Element) -> str:
    """Return the condition of an error."""
    assert answer.get("type") == "error"
    error = answer.find(ERROR)
    assert error is not None
    return error[0].tag.removeprefix(STANZAS)


def echoing(peer: Peer, request: Element) -> None:
    """Answer for nobody as ejabberd does: with the request, in the asker's language."""
    to = request.get("to") or ""
    if not to.startswith(BARE):
        answer_as_a_server(peer, request)
        return
    language = request.get(XML_LANG, "en")
    text = f"<text xml:lang='{language}' xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>{language}!</text>"
    peer.send(
        f"<iq type='error' id='{request.get('id')}' from='{to}' xml:lang='{language}'>"
        f"{to_text(request[0])}{NOBODY.replace('</error>', text + '</error>')}</iq>"
    )


def shape(answer: Element) -> str:
    """Return an answer without its addresses, for comparison."""
    copy = from_text(to_text(answer))
    for name in ("id", "from", "to"):
        copy.attrib.pop(name, None)
    return to_text(copy)


@pytest.mark.parametrize(
    "payload", [PING, f"<query xmlns='{INFO}'/>", "<q xmlns='urn:q'/>", ""]
)
async def test_a_stranger_meets_nobody(
    context: ssl.SSLContext, trust: ssl.SSLContext, payload: str
) -> None:
    """Whatever a stranger asks, the answer is the server's for a resource that does not exist."""
    async with online(context, trust) as house:

        async def handler(_: IqRequest) -> None:
            house.note("reached")

        house.session.handle_iq(["{urn:q}q"], handler)
        answer = await house.ask(payload, sender=STRANGER)
        assert shape(answer) == shape(
            element(f"<iq xmlns='jabber:client' type='error'>{NOBODY}</iq>")
        )
        assert answer.get("to") == STRANGER
        assert "reached" not in house.events


async def test_a_stranger_meets_nobody_in_any_language(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the server gives requests back and knows languages, so does the house."""
    monkeypatch.setattr(gate, "MAX_LANGUAGES", 2)
    payload = (
        "<q xmlns='urn:q' xmlns:p='urn:p' p:a='1' xml:lang='x' b='&lt;'>one<i/>two"
        "<j xmlns='urn:j'>three<k/></j>four</q>"
    )
    async with online(context, trust, answer=echoing) as house:
        for language in ("de", "fr", "de"):
            answer = await house.ask(
                payload, sender=STRANGER, attributes=f" xml:lang='{language}'"
            )
            assert answer.get(XML_LANG) == language
            assert answer[0].attrib == {"{urn:p}a": "1", XML_LANG: "x", "b": "<"}
            assert "".join(answer[0].itertext()) == "onetwothreefour"
            assert [node.tag for node in answer[0].iter()] == [
                "{urn:q}q",
                "{urn:q}i",
                "{urn:j}j",
                "{urn:j}k",
            ]
            assert answer[1].findtext(f"{STANZAS}text") == f"{language}!"
        crowded = await house.ask(payload, sender=STRANGER, attributes=" xml:lang='es'")
        assert crowded[1].findtext(f"{STANZAS}text") == "en!"
        endless = await house.ask(
            payload, sender=STRANGER, attributes=f" xml:lang='{'x' * 36}'"
        )
        assert endless[1].findtext(f"{STANZAS}text") == "en!"


async def test_strangers_wait_until_the_answer_is_learned(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few strangers may wait for it; a server that never says it is no harm."""
    monkeypatch.setattr(gate, "MAX_WAITING", 2)
    held: list[Element] = []

    def answer(peer: Peer, request: Element) -> None:
        if (request.get("to") or "").startswith(BARE):
            held.append(request)
        else:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        for number in range(3):
            house.peer.send(
                f"<iq type='get' id='s{number}' from='{STRANGER}'>{PING}</iq>"
            )
        await house.alive()
        assert not house.hears("s0")
        assert condition(house.hears("s2")[0]) == "service-unavailable"
        answer_as_a_server(house.peer, held[0])
        await house.until(lambda: house.hears("s1"))
        assert house.hears("s0")


async def test_learning_may_fail(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A session that ends while the answer is learned learns it in the next."""

    def answer(peer: Peer, request: Element) -> None:
        if len(peer.server.peers) > 1 or not (request.get("to") or "").startswith(BARE):
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        assert (
            condition(await house.ask(PING, sender=STRANGER)) == "service-unavailable"
        )


async def test_a_server_on_which_everybody_exists(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Where the server answers for nobody, strangers get the usual error."""

    def answer(peer: Peer, request: Element) -> None:
        to = request.get("to")
        sender = f" from='{to}'" if to else ""
        peer.send(f"<iq type='result' id='{request.get('id')}'{sender}/>")

    async with online(context, trust, answer=answer) as house:
        assert (
            condition(await house.ask(PING, sender=STRANGER)) == "service-unavailable"
        )


def test_large_requests_are_not_given_back() -> None:
    """A request that would be over the server's limit with the error is not repeated."""
    refusal = Refusal(FALLBACK.error, echoes=True)
    deep = "<a>" * 900 + "</a>" * 900
    request = element(f"<iq xmlns='jabber:client' id='1'>{deep}</iq>")
    assert render_refusal(refusal, request, STRANGER).count("<a") == 900
    large = element(f"<iq xmlns='jabber:client' id='1'><a>{'x' * 250_000}</a></iq>")
    assert len(render_refusal(refusal, large, STRANGER)) < 500


async def test_messages_are_dropped(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Messages, of whomever, are counted and answered with nothing."""
    async with online(context, trust, managed) as house:
        said = len(house.peer.stanzas)
        management = house.session._stream.plugin["xep_0198"]
        counted = management.handled
        for sender in (STRANGER, FRIEND):
            house.peer.send(
                f"<message from='{sender}' type='chat'><body>hi</body></message>"
            )
        await house.alive()
        assert len(house.peer.stanzas) == said + 1
        assert management.handled == counted + 3
