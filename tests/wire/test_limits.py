"""Limits at work: what is over them is dropped, and what the house asked for never is."""

from collections.abc import AsyncIterator
import ssl

import pytest

from custom_components.xmpp_iot.wire.inbox import MessageNotice
from custom_components.xmpp_iot.wire.session import IqRequest, Limit, Limits
from custom_components.xmpp_iot.wire.xml import Element

from .hostile import BARE, DOMAIN, FULL, Peer, answer_as_a_server
from .online import FRIEND, PING, STRANGER, House, element, managed, online

pytestmark = pytest.mark.usefixtures("socket_enabled")

LINKED = "linked@far.example/homeassistant"
SERVICE = "pubsub.far.example"
EVENT = "<event xmlns='urn:e'/>"
FEW = Limits(contact=Limit(0.001, 5), domain=Limit(0.001, 3), strangers=Limit(0.001, 4))


def bare(jid: str) -> str:
    """Return a JID without its resource."""
    return jid.partition("/")[0]


def answering(peer: Peer, request: Element) -> None:
    """Answer for the server, and for a service and a linked house elsewhere."""
    if (to := request.get("to", "")) in {SERVICE, LINKED}:
        peer.send(f"<iq type='result' id='{request.get('id')}' from='{to}'/>")
    else:
        answer_as_a_server(peer, request)


@pytest.fixture
async def house(context: ssl.SSLContext, trust: ssl.SSLContext) -> AsyncIterator[House]:
    """Return a house that lets few stanzas in, and follows a house that is no contact."""
    async with online(context, trust, managed, answer=answering) as house:
        house.session._company.follows = bare(LINKED).__eq__
        house.session.set_limits(FEW)
        yield house


def requests(house: House, sender: str, count: int, kind: str = "get") -> list[str]:
    """Send so many pings, and return their ids."""
    names = [f"{bare(sender)}-{number}" for number in range(count)]
    for name in names:
        house.peer.send(
            f"<iq type='{kind}' id='{name}' from='{sender}' to='{FULL}'>{PING}</iq>"
        )
    return names


async def settled(house: House) -> None:
    """Return when everything that came has been looked at: the account's own side has no limit."""
    assert (await house.ask(PING, sender=BARE)).get("type") == "result"


def answers(house: House, names: list[str]) -> list[str]:
    """Return what was answered: 'result', or the condition of an error with its type."""
    return [
        "result"
        if answer.get("type") == "result"
        else f"{answer[-1].get('type')} {answer[-1][0].tag.rpartition('}')[2]}"
        for name in names
        for answer in house.hears(name)
    ]


@pytest.mark.parametrize("kind", ["get", "set"])
async def test_a_contact_is_told_once_a_second(house: House, kind: str) -> None:
    """Requests over the limit get one error among them, and the others no answer."""
    names = requests(house, FRIEND, 20, kind)
    await house.until(lambda: house.hears(names[4]))
    await settled(house)
    assert answers(house, names) == ["result"] * 5 + ["wait resource-constraint"]


async def test_a_stranger_learns_nothing(house: House) -> None:
    """What it is told, before and after it is too much, is that nobody is here."""
    names = requests(house, STRANGER, 20)
    await settled(house)
    assert answers(house, names) == ["cancel service-unavailable"] * 4


async def test_messages_are_dropped(house: House) -> None:
    """So many reach their handlers."""

    async def take(notice: MessageNotice) -> None:
        house.note(notice.caller.jid)

    house.session.handle_message(["{urn:n}news"], take)
    for _ in range(20):
        house.peer.send(f"<message from='{FRIEND}'><news xmlns='urn:n'/></message>")
    await settled(house)
    assert house.events.count(FRIEND) == 5


async def test_presences_are_dropped(house: House) -> None:
    """So many are noted, and so many wishes of strangers to be a contact are told."""
    house.session.on_subscription_request(lambda request: house.note(request.bare))
    for number in range(20):
        house.peer.send(f"<presence from='{bare(FRIEND)}/{number}'/>")
        house.peer.send(f"<presence from='{STRANGER}' type='subscribe'/>")
    await settled(house)
    assert len(house.session.resources(bare(FRIEND))) == 5
    assert house.events.count(bare(STRANGER)) == 3


async def test_dropped_stanzas_are_counted(house: House) -> None:
    """For the server they have arrived: it would send them again otherwise (XEP-0198)."""
    management = house.session._stream.plugin["xep_0198"]
    counted = management.handled
    requests(house, FRIEND, 20)
    await settled(house)
    assert management.handled == counted + 21


async def test_floods_are_told(house: House) -> None:
    """Of a contact by its address, of a stranger by its domain; each once."""
    house.session.on_flood(house.note)
    requests(house, FRIEND, 20)
    requests(house, STRANGER, 20)
    await settled(house)
    assert house.events[1:] == [(bare(FRIEND), True), ("other.example", False)]


async def test_those_in_the_roster_are_no_strangers(house: House) -> None:
    """Whom the owner let in from another client has a share of its own."""
    house.session._roster.subscriptions[bare(STRANGER)] = "both"
    for number in range(20):
        house.peer.send(f"<presence from='{bare(STRANGER)}/{number}'/>")
    await settled(house)
    assert len(house.session._roster.resources(bare(STRANGER))) == 5


async def test_a_linked_house_tells_as_much_as_happens(house: House) -> None:
    """Events of one that is followed, and of a service that was asked, have no limit."""
    told: list[str] = []
    house.session.handle_reply(["{urn:e}event"], lambda who, _: told.append(who))
    await house.session.iq(SERVICE, element("<subscribe xmlns='urn:e'/>"))
    for _ in range(20):
        for sender in (LINKED, bare(LINKED), SERVICE):
            house.peer.send(f"<message from='{sender}'>{EVENT}</message>")
    await settled(house)
    assert len(told) == 60


async def test_events_nobody_asked_for_count(house: House) -> None:
    """Those of strangers, and those of a contact, even of one that was asked for something."""
    told: list[str] = []
    house.session.handle_reply(["{urn:e}event"], lambda who, _: told.append(who))
    house.session._requests._note_asked(bare(FRIEND))
    for _ in range(20):
        for sender in (FRIEND, SERVICE):
            house.peer.send(f"<message from='{sender}'>{EVENT}</message>")
    await settled(house)
    assert (told.count(FRIEND), told.count(SERVICE)) == (5, 3)


async def test_answers_have_no_limit(house: House) -> None:
    """Those to requests of the house; what is no answer to anything counts."""
    floods: list[str] = []
    house.session.on_flood(lambda who, _: floods.append(who))
    for _ in range(20):
        await house.session.iq(LINKED, element("<q xmlns='urn:q'/>"))
    assert floods == []
    for number in range(20):
        house.peer.send(f"<iq type='result' id='x{number}' from='{LINKED}'/>")
    await settled(house)
    assert floods == [bare(LINKED)]


async def test_the_server_has_no_limit(house: House) -> None:
    """It routes everything there is; the account's own clients are the owner."""
    names = requests(house, DOMAIN, 20) + requests(house, f"{BARE}/laptop", 20)
    await settled(house)
    assert answers(house, names) == ["result"] * 40


async def test_a_flood_keeps_nobody_out(house: House) -> None:
    """In the midst of it, another contact is answered."""
    house.session._company.admits = lambda _: True

    async def handler(_: IqRequest) -> Element:
        return element("<a xmlns='urn:a'/>")

    house.session.handle_iq(["{urn:q}q"], handler)
    requests(house, FRIEND, 500)
    answer = await house.ask("<q xmlns='urn:q'/>", sender="guest@house.example/x")
    assert answer.get("type") == "result"


async def test_those_who_were_asked_are_remembered_in_bounds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one asked longest ago is forgotten first, and everybody with the session."""
    monkeypatch.setattr("custom_components.xmpp_iot.wire.requests.MAX_ASKED", 2)
    asked = house.session._requests
    for name in ("a.example", "b.example", "a.example", "c.example"):
        asked._note_asked(name)
    assert [name for name in "abc" if asked.has_asked(f"{name}.example")] == ["a", "c"]
    asked.abandon()
    assert not asked.has_asked("c.example")
