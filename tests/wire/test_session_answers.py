"""What the house answers to those it knows, and whose presence it tells."""

import asyncio
import ssl

import pytest

from custom_components.xmpp_iot.wire import roster, work
from custom_components.xmpp_iot.wire.errors import Forbidden, ItemNotFound
from custom_components.xmpp_iot.wire.session import IqRequest, SubscriptionRequest
from custom_components.xmpp_iot.wire.xml import Element, to_text

from .hostile import BARE, DOMAIN, FULL, NOBODY, Peer, answer_as_a_server
from .online import FRIEND, STRANGER, element, online

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


async def test_says_what_it_is(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """A contact finds identity and features, with and without the node of the capabilities."""
    async with online(context, trust) as house:
        await house.until(lambda: house.peer.stanzas[-1].tag.endswith("presence"))
        presence = next(
            one for one in house.peer.stanzas if one.tag.endswith("presence")
        )
        node = f"{presence[0].get('node')}#{presence[0].get('ver')}"
        for attribute in ("", f" node='{node}'"):
            answer = await house.ask(f"<query xmlns='{INFO}'{attribute}/>")
            info = answer[0]
            names = {one.get("name") for one in info.iterfind(f"{{{INFO}}}identity")}
            variables = [one.get("var") for one in info.iterfind(f"{{{INFO}}}feature")]
            assert names == {"Home 3"}  # '<' would make the capabilities ambiguous
            assert "urn:test:feature" in variables
        items = "http://jabber.org/protocol/disco#items"
        assert len((await house.ask(f"<query xmlns='{items}'/>"))[0]) == 0
        for namespace in (INFO, items):
            unknown = await house.ask(f"<query xmlns='{namespace}' node='other'/>")
            assert condition(unknown) == "item-not-found"


async def test_handlers_answer(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """A handler's element, nothing or error is the answer; what it knows of the caller is right."""
    async with online(context, trust) as house:
        asked: list[IqRequest] = []

        async def handler(request: IqRequest) -> Element | None:
            asked.append(request)
            match request.payload.get("mode"):
                case "element":
                    return element("<a xmlns='urn:a'>&lt;</a>")
                case "large":
                    return element(f"<a xmlns='urn:a'>{'x' * 300_000}</a>")
                case "refused":
                    raise Forbidden(
                        "No & never",
                        children=(element("<why xmlns='urn:a'/>"),),
                        payload=element("<inband xmlns='urn:a'/>"),
                    )
                case "broken":
                    raise RuntimeError("a bug")
            return None

        remove = house.session.handle_iq(["{urn:q}q"], handler)

        async def ask(mode: str) -> Element:
            return await house.ask(
                f"<q xmlns='urn:q' mode='{mode}'/>",
                kind="set",
                attributes=" xml:lang='de'",
            )

        answer = await ask("element")
        assert (answer.get("type"), answer.get("to"), answer[0].text) == (
            "result",
            FRIEND,
            "<",
        )
        request = asked[0]
        assert (request.kind, request.caller.jid, request.caller.language) == (
            "set",
            FRIEND,
            "de",
        )
        assert request.id == answer.get("id")
        empty = await ask("empty")
        assert (empty.get("type"), len(empty)) == ("result", 0)
        refused = await ask("refused")
        assert condition(refused) == "forbidden"
        assert refused[0].tag == "{urn:a}inband"
        assert [child.tag for child in refused[1]][2] == "{urn:a}why"
        assert refused[1].findtext(f"{STANZAS}text") == "No & never"
        assert condition(await ask("broken")) == "internal-server-error"
        large = await ask("large")
        assert condition(large) == "resource-constraint"
        assert large[0].findtext(f"{STANZAS}text") == (
            "The answer is too large; ask for child nodes or fewer nodes."
        )

        with pytest.raises(ValueError, match="urn:q"):
            house.session.handle_iq(["{urn:q}q"], handler)
        remove()
        assert condition(await ask("element")) == "feature-not-implemented"


async def test_a_bug_is_logged_once(
    context: ssl.SSLContext, trust: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """An error nobody expected is in the log with its origin, and not at the peer."""
    async with online(context, trust) as house:

        async def handler(_: IqRequest) -> None:
            raise RuntimeError("secret of the house")

        house.session.handle_iq(["{urn:q}q"], handler)
        answer = await house.ask("<q xmlns='urn:q'/>")
        assert "secret" not in to_text(answer)
    assert [
        one.levelname for one in caplog.records if "failed unexpectedly" in one.message
    ] == ["ERROR"]
    assert "secret of the house" in caplog.text


async def test_requests_that_ask_nothing(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """A request without payload is bad, one with a payload nobody knows is not implemented."""
    async with online(context, trust) as house:
        assert condition(await house.ask("")) == "bad-request"
        assert (
            condition(await house.ask("<q xmlns='urn:q'/>"))
            == "feature-not-implemented"
        )


async def test_works_on_so_many_requests_of_one_contact(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact cannot make the house work on more than a number of requests at a time."""
    monkeypatch.setattr(work, "MAX_RUNNING", 2)
    monkeypatch.setattr(work, "MAX_WAITING", 0)
    async with online(context, trust) as house:
        free = asyncio.Event()

        async def handler(_: IqRequest) -> None:
            await free.wait()

        house.session.handle_iq(["{urn:q}q"], handler)
        for number in range(3):
            house.peer.send(
                f"<iq type='get' id='n{number}' from='{FRIEND}'><q xmlns='urn:q'/></iq>"
            )
        await house.until(lambda: house.hears("n2"))
        assert condition(house.hears("n2")[0]) == "resource-constraint"
        free.set()
        await house.until(lambda: house.hears("n0") and house.hears("n1"))
        assert not house.session._work._running
        free.clear()
        house.peer.send(
            f"<iq type='get' id='n3' from='{FRIEND}'><q xmlns='urn:q'/></iq>"
        )
        await house.alive()  # and closing ends it


async def test_an_answer_does_not_outlive_its_session(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """What was asked in one session is not answered in the next."""
    async with online(context, trust) as house:
        free = asyncio.Event()

        async def handler(_: IqRequest) -> None:
            await free.wait()

        house.session.handle_iq(["{urn:q}q"], handler)
        house.peer.send(
            f"<iq type='get' id='old' from='{FRIEND}'><q xmlns='urn:q'/></iq>"
        )
        await house.alive()
        house.peer.writer.transport.abort()
        await house.until(lambda: len(house.events) == 3)
        free.set()
        await house.alive()
        assert not house.hears("old")


async def test_the_roster(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """The roster is the server's, changed by its pushes and by nobody else."""
    items = (
        f"<item jid='friend@{DOMAIN}' subscription='both'/><item jid='@' name='x'/>"
        "<item jid='old@x.example' subscription='to'/><item jid='new@x.example'/>"
    )

    def answer(peer: Peer, request: Element) -> None:
        if request[0].tag == "{jabber:iq:roster}query" and request.get("type") == "get":
            peer.send(
                f"<iq type='result' id='{request.get('id')}'>"
                f"<query xmlns='jabber:iq:roster'>{items}</query></iq>"
            )
        else:
            answer_as_a_server(peer, request)

    def push(item: str) -> str:
        return f"<query xmlns='jabber:iq:roster'><item {item}/></query>"

    async with online(context, trust, answer=answer) as house:
        session = house.session
        session.on_roster(lambda: house.note("roster"))
        known = {
            f"friend@{DOMAIN}": "both",
            "old@x.example": "to",
            "new@x.example": "none",
        }
        assert session.roster() == known

        removal = push("jid='old@x.example' subscription='remove'")
        assert condition(await house.ask(removal, kind="set")) == "service-unavailable"
        assert condition(await house.ask(removal, sender=BARE)) == "service-unavailable"
        assert session.roster() == known
        await house.ask(removal, sender=BARE, kind="set")
        await house.until(lambda: "roster" in house.events)
        assert "old@x.example" not in session.roster()


async def test_friends(context: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    """Befriending asks for and gives what is missing; the rest are single stanzas."""

    async with online(context, trust) as house:
        session = house.session
        session._roster.subscriptions.update(
            {"both@x.example": "both", "to@x.example": "to"}
        )
        before = len(house.peer.stanzas)
        for jid in ("new@x.example", "both@x.example", "to@x.example"):
            session.befriend(jid, "Somebody & more")
        session.approve("a@x.example")
        session.refuse("b@x.example")
        session.unfriend("c@x.example")
        session.unfriend("to@x.example")
        await house.alive()
        said = [
            (one.get("type"), one.get("to"))
            for one in house.peer.stanzas[before:]
            if one.tag.endswith("presence")
        ]
        assert said == [
            ("subscribe", "new@x.example"),
            ("subscribed", "new@x.example"),
            ("subscribed", "to@x.example"),
            ("subscribed", "a@x.example"),
            ("unsubscribed", "b@x.example"),
            ("unsubscribed", "c@x.example"),
        ]
        changes = [
            one[0][0].attrib
            for one in house.peer.stanzas[before:]
            if one.tag.endswith("iq") and one.get("type") == "set"
        ]
        assert changes[0] == {"jid": "new@x.example", "name": "Somebody & more"}
        assert changes[-1] == {"jid": "to@x.example", "subscription": "remove"}


async def test_a_roster_the_server_does_not_change(
    context: ssl.SSLContext, trust: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """A change that is refused is in the log."""

    def answer(peer: Peer, request: Element) -> None:
        if request.get("type") == "set":
            peer.send(f"<iq type='error' id='{request.get('id')}'>{NOBODY}</iq>")
        else:
            answer_as_a_server(peer, request)

    async with online(context, trust, answer=answer) as house:
        house.session.befriend("x@x.example", "X")
        await house.alive()
        await house.alive()
    assert "was not changed: service-unavailable" in caplog.text


async def test_presence(
    context: ssl.SSLContext, trust: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The presence of admitted contacts is told and kept, that of others is not."""
    monkeypatch.setattr(roster, "MAX_RESOURCES", 2)
    bare = FRIEND.partition("/")[0]
    async with online(context, trust) as house:
        session = house.session
        session.on_presence(house.note)
        for sender, kind in (
            (FRIEND, ""),
            (STRANGER, ""),
            (FULL, ""),
            (f"{bare}/tablet", ""),
            (f"{bare}/one-too-many", ""),
            (FRIEND, "type='unavailable'"),
            (bare, "type='unavailable'"),
            (FRIEND, "type='error'"),
            ("old@x.example/gone", "type='unavailable'"),
            ("old@x.example/x", ""),
        ):
            if sender.startswith("old"):
                session._roster.subscriptions["old@x.example"] = "both"
            house.peer.send(f"<presence from='{sender}' {kind}/>")
        await house.alive()

        assert house.events[1:] == [
            (FRIEND, True),
            (f"{bare}/tablet", True),
            (FRIEND, False),
        ]
        assert session.resources(bare) == (f"{bare}/tablet",)
        assert session.resources("old@x.example") == ()
        assert session._roster.resources("old@x.example") == ("old@x.example/x",)


async def test_requests_for_presence(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """Anybody may ask for the house's presence, and nothing is answered by itself."""
    async with online(context, trust) as house:
        house.session.on_subscription_request(house.note)
        before = len(house.peer.stanzas)
        for kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe"):
            house.peer.send(f"<presence type='{kind}' from='{STRANGER}'/>")
        await house.alive()
        assert house.events[1:] == [
            SubscriptionRequest(bare=STRANGER.partition("/")[0])
        ]
        assert len(house.peer.stanzas) == before + 1


async def test_strangers_by_name_only(
    context: ssl.SSLContext, trust: ssl.SSLContext
) -> None:
    """ItemNotFound and its kin carry no text unless it is given."""
    async with online(context, trust) as house:

        async def handler(_: IqRequest) -> None:
            raise ItemNotFound

        house.session.handle_iq(["{urn:q}q"], handler)
        answer = await house.ask("<q xmlns='urn:q'/>")
        error = answer.find(ERROR)
        assert error is not None
        assert len(error) == 1
