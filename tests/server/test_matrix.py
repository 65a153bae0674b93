"""Who may do what: every sender tries every way in, on a real server, and gets exactly what the table says.

The rows are in `matrix_ways.py` and `matrix_senders.py`. A later way in (ad-hoc commands, chat) joins by
one row there. What is denied is on no record, and changes nothing; what does not exist for somebody is, to
the letter, what is not there at all.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import batched
from xml.etree import ElementTree as ET

import pytest

from custom_components.xmpp_iot.const import (
    ATTR_ACTION,
    ATTR_QUESTION,
    CONF_JID,
    DOMAIN,
    EVENT_COMMAND,
    EVENT_QUERY,
    EVENT_QUESTION,
)
from custom_components.xmpp_iot.contacts.question import Answer, Question
from custom_components.xmpp_iot.wire.chat import BODY
from custom_components.xmpp_iot.wire.model import Operation
from custom_components.xmpp_iot.wire.session import Limit, Limits
from homeassistant.components.demo import camera, lock
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from scripts.support.servers import XmppServer

from .client import Element, condition
from .conftest import House, open_house
from .dialects import DIALECTS, Words
from .matrix import ABSENT, HIDDEN, NOBODY, SILENCE, At, Right, Way, outcome, said
from .matrix_begun import feed_of_friend
from .matrix_chat import OWNER, guest_asks
from .matrix_senders import SENDERS, Company, Sender, arrived
from .matrix_ways import WAYS, tags, text_of

pytestmark = [
    pytest.mark.server,
    pytest.mark.parametrize("server", ["prosody"], indirect=True),
]

SPOKEN = {name: DIALECTS[name] for name in ("nf", "xsf")}
TOGETHER = 24  # ways tried at a time
PING = "<ping xmlns='urn:xmpp:ping'/>"
NO_LIMITS = Limits(*(Limit(1e6, 1_000_000) for _ in range(3)))

type Deed = tuple[str, str]  # action, entity
type Key = tuple[str, str, str]  # dialect, number, name
type Cell = tuple[str, tuple[Deed, ...]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Return the demo's platforms of the targets."""
    return [Platform.CAMERA, Platform.CLIMATE, Platform.LIGHT, Platform.LOCK]


@pytest.fixture
async def house(
    hass: HomeAssistant,
    server: XmppServer,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[House]:
    """Return a house without limits, whose lock takes no time, and whose camera takes for ever."""

    async def take(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(lock, "LOCK_UNLOCK_DELAY", 0)
    monkeypatch.setattr(camera.DemoCamera, "async_camera_image", take)
    async with open_house(hass, server) as house:
        yield house


class Trial:
    """One sender, who tries all ways."""

    def __init__(self, house: House, sender: Sender, company: Company) -> None:
        """Note what is on record from now on."""
        self.house = house
        self.rights = sender.rights
        self.blocked = sender.blocked
        self.company = company
        self.client = company.client
        self._deeds: list[Deed] = []
        for kind in (EVENT_COMMAND, EVENT_QUERY):
            house.hass.bus.async_listen(kind, self._note)

    @callback
    def _note(self, event: Event) -> None:
        if event.data[CONF_JID] == self.client.bare:
            deed = (event.data[ATTR_ACTION], event.data[ATTR_ENTITY_ID])
            self._deeds.append(deed)

    def deeds(self) -> tuple[Deed, ...]:
        """Return what is on record since this was asked last."""
        found = tuple(self._deeds)
        self._deeds.clear()
        return found

    async def take_all(self) -> dict[Key, Cell]:
        """Try all ways, and return what came of each: those in which something is done one by one."""
        found: dict[Key, Cell] = {}
        together: list[tuple[Key, Way, Words]] = []
        for key, way, words in cells():
            if way.expected(self.rights)[1]:
                found[key] = await self.take(way, words), self.deeds()
            else:
                together.append((key, way, words))
        for some in batched(together, TOGETHER, strict=False):
            answers = await asyncio.gather(*(self.take(*one[1:]) for one in some))
            for (key, *_), answer in zip(some, answers, strict=True):
                found[key] = answer, ()
            assert self.deeds() == (), [key for key, *_ in some]
        return found

    async def take(self, way: Way, words: Words) -> str:
        """Try a way, and check what is hidden with it; return what is answered."""
        if not way.is_answered:
            return await self._say(way, words)
        thing = await self._begun(way, words)

        nodes = (way.node, HIDDEN, ABSENT) if way.node else ("",)
        texts = {node: text_of(way, self.client, words, node, thing) for node in nodes}

        async def ask(node: str, to: str) -> Element:
            return await self.client.ask(to, texts[node], way.kind)

        places = [(node, self._of(way)) for node in nodes]
        if nowhere := way.at is At.HOUSE and self.rights is NOBODY:
            places = [places[0], (way.node, f"{self.house.bare}/nowhere")]
        answer, *others = await asyncio.gather(*(ask(*place) for place in places))
        if nowhere:
            # (whom it blocks a server answers itself, and some without explaining: XEP-0191 section 3.1)
            same = condition if self.blocked else said
            assert same(answer) == same(others[0]), way.name
        elif self.rights is not NOBODY:
            self._compare(way, answer, others)
        return outcome(way, answer)

    async def _begun(self, way: Way, words: Words) -> str:
        """Return what there is to end, of the sender or of another: who may not begin it knows of another's."""
        if way.begins is None:
            return ""
        if way.begins is feed_of_friend:
            return await way.begins(self.company.friend, self.house.jid, words)
        thing = ""
        if self.rights is not NOBODY and not way.of_another:
            thing = await way.begins(self.client, self.house.jid, words)
            self.deeds()
        if not thing:
            thing = await way.begins(self.company.other, self.house.jid, words)
            self.deeds()
        return thing

    def _compare(self, way: Way, answer: Element, others: Sequence[Element]) -> None:
        """Check what is told of the target, and that what is hidden is as what is not there."""
        text = ET.tostring(answer, encoding="unicode")
        assert self.rights is not None
        assert HIDDEN not in text
        if way.tells is not None:
            right, word = way.tells
            assert (word in text) == (right in self.rights), (way.name, text)
        if others:
            hidden, absent = others
            assert said(hidden, HIDDEN) == said(absent, ABSENT), way.name
            if Right.SEE not in self.rights:
                assert said(answer, way.node) == said(absent, ABSENT), way.name

    async def _say(self, way: Way, words: Words) -> str:
        """Say what nobody answers."""
        for node in (way.node, HIDDEN, ABSENT):
            text = text_of(way, self.client, words, node, "")
            if way.kind == "message":
                self.client.send(self.house.jid, text)
            else:
                self.client.say(
                    f"<iq type='{way.kind}' id='1' to='{self.house.jid}'{{}}>{text}</iq>"
                )
        # It has all arrived when this is answered, and what it began has ended then.
        await self.client.ask(self.house.jid, PING)
        await self.house.hass.async_block_till_done()
        returned = [one for one in self.client.unclaimed() if "error" in one]
        if self.blocked:  # (XEP-0191 section 3.1: the server does so, of messages)
            returned = [one for one in returned if "service-unavailable" not in one]
        assert returned == []
        return SILENCE

    def _of(self, way: Way) -> str:
        return self.house.jid if way.at is At.HOUSE else self.house.bare


def cells() -> Iterator[tuple[Key, Way, Words]]:
    """Yield each way in each dialect it is in, by a name of its own."""
    for name, words in SPOKEN.items():
        for number, way in enumerate(WAYS):
            if name in way.dialects:
                yield (name, str(number), way.name), way, words


def kept(hass: HomeAssistant) -> object:
    """Return all that somebody could change; that something was refused is told by an entity of ours."""
    entries = er.async_get(hass).entities.values()
    ours = {one.entity_id for one in entries if one.platform == DOMAIN}
    return (
        {
            one.entity_id: one.as_dict()
            for one in hass.states.async_all()
            if one.entity_id not in ours
        },
        {one.entity_id: (one.name, one.area_id) for one in entries},
    )


def handled(house: House) -> set[str]:
    """Return the tags of all that the session of a house, or its service, does anything with."""
    data = house.entry.runtime_data
    inbox = data.session._inbox
    tags = {
        tag
        for handlers in (
            data.session._responder._handlers,
            inbox._handlers,
            inbox._replies,
        )
        for tag in handlers._by_tag
    }
    if data.session.chats._hears is not None:
        tags.add(BODY)
    return tags.union(data.service._routes)


async def test_everything_that_is_handled_has_a_row(house: House) -> None:
    """An operation, a request, a message or a reply that somebody handles is in the table of the ways."""
    covered = {tag for way in WAYS for tag in tags(way)}
    assert handled(house) - covered == set()
    assert set(Operation) - {way.name for way in WAYS} == set()


@pytest.fixture
async def question(
    house: House, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> Question:
    """Return a question that is open, and was put to an owner by chat."""
    asked = house.server.accounts[sender.user].jid if sender.owner else OWNER
    return await guest_asks(house, asked, monkeypatch)


@pytest.fixture
def owner(house: House, question: Question) -> None:
    """Let the owner say no to whatever is asked after that."""
    consent = house.entry.runtime_data.consent

    @callback
    def asked(event: Event) -> None:
        house.hass.loop.call_soon(
            consent.async_answer, event.data[ATTR_QUESTION], Answer.DENY
        )

    house.hass.bus.async_listen(EVENT_QUESTION, asked)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
@pytest.mark.usefixtures("owner")
async def test_a_sender_gets_what_the_table_says(
    house: House, sender: Sender, question: Question
) -> None:
    """Each way brings what the sender's rights say, and does no more than that.

    By chat nobody answers for the house but an owner, who has no other right by that.
    """
    async with arrived(house, sender) as company:
        house.entry.runtime_data.session.set_limits(NO_LIMITS)
        trial = Trial(house, sender, company)
        hidden = house.state(HIDDEN)
        before = kept(house.hass)

        found = await trial.take_all()

        table = {key: way.expected(sender.rights) for key, way, _ in cells()}
        wrong = {
            key: {"is": found[key], "to be": table[key]}
            for key in table
            if found[key] != table[key]
        }
        assert wrong == {}
        if not {Right.CONTROL, Right.COMMAND} & (sender.rights or set()):
            assert kept(house.hass) == before
        assert house.state(HIDDEN) == hidden
        assert question.answer is (Answer.ONCE if sender.owner else None)
        # (what a server itself returns to who is blocked says nothing of the house)
        told = [
            one
            for one in trial.client.unclaimed()
            if "body>" in one and 'type="error"' not in one
        ]
        assert bool(told) == sender.owner
