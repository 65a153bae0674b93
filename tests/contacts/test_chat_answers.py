"""Whose words count for an answer to what owners are asked by chat, and which."""

from collections.abc import AsyncGenerator
from datetime import timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts import chat
from custom_components.xmpp_iot.contacts.chat import read
from custom_components.xmpp_iot.contacts.grants import Verdict
from custom_components.xmpp_iot.contacts.question import Answer
from custom_components.xmpp_iot.wire.rate import Limit
from homeassistant.core import HomeAssistant

from .asking import ANNA, BEN, Asked, asked_house
from .chatting import HOUSE, Telephone

MUM = "mum@example.org"
DAD = "dad@example.net"
PHONE = f"{MUM}/phone"
EVE = "eve@example.org/x"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Return the account, whose owners are asked by chat."""
    async with asked_house(hass, freezer) as house:
        house.owners(MUM, DAD)
        yield house


@pytest.fixture
def line(house: Asked) -> Telephone:
    """Return where the house chats."""
    return house.telephone


def at_leisure(house: Asked) -> None:
    """Have whatever is said come long after what was said before."""
    house.consent._owner._chat._helped.limit = Limit(1, 1_000)


@pytest.mark.parametrize(
    "sender",
    [
        EVE,
        f"{ANNA}/phone",
        f"{MUM}.evil.example/phone",
        MUM,  # a server, or nobody: a person has a client
        f"{HOUSE}/phone",
    ],
)
async def test_nobody_else_answers(
    house: Asked, line: Telephone, caplog: pytest.LogCaptureFixture, sender: str
) -> None:
    """Nor are they told anything, nor is there a line in the log."""
    house.owners(MUM, HOUSE)
    code = await house.code()
    line.told()
    caplog.clear()
    for text in (f"1 {code}", f"2 {code}", "hello", "1 BBBB"):
        await line.say(text, sender)
    assert line.told() == []
    assert house.verdict(house.wish()) is Verdict.ASK
    assert not [one for one in caplog.records if one.name.startswith("custom_comp")]


LATE = (
    "<delay xmlns='urn:xmpp:delay' stamp='2026-11-21T12:00:00Z'/>",
    "<x xmlns='jabber:x:delay' stamp='20261121T12:00:00'/>",
)
BESIDE = (
    "<received xmlns='urn:xmpp:carbons:2'/>",
    "<sent xmlns='urn:xmpp:carbons:2'/>",
    "<forwarded xmlns='urn:xmpp:forward:0'/>",
    "<result xmlns='urn:xmpp:mam:2'/>",
)


@pytest.mark.parametrize("beside", BESIDE)
async def test_what_is_not_said_to_the_house_itself_does_not_count(
    house: Asked, line: Telephone, beside: str
) -> None:
    """What is from an archive, copied or forwarded may be old, or meant for another."""
    code = await house.code()
    line.told()
    await line.say(f"1 {code}", PHONE, beside=beside)
    assert line.told() == []
    assert house.verdict(house.wish()) is Verdict.ASK


@pytest.mark.parametrize("beside", LATE)
async def test_what_came_late_counts_while_the_question_is_open(
    house: Asked, line: Telephone, beside: str
) -> None:
    """A server may say so of what it sends again; it is an answer to that question, and to no other."""
    code = await house.code()
    line.told()
    await line.say(f"1 {code}", PHONE, beside=beside)
    assert house.verdict(house.wish()) is Verdict.ALLOWED
    assert line.told()[0][1].endswith("allowed once.")


@pytest.mark.parametrize("kind", ["normal", "groupchat", "headline", "error"])
async def test_only_chat_messages_count(
    house: Asked, line: Telephone, kind: str
) -> None:
    """The house is in no room, and reads no mail."""
    code = await house.code()
    line.told()
    await line.say(f"1 {code}", PHONE, kind=kind)
    assert line.told() == []
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_who_is_not_understood_is_told_how_to_answer(
    house: Asked, line: Telephone
) -> None:
    """Once in a minute: it may be a machine that answers."""
    code = await house.code()
    line.told()
    for text in ("yes", "1", "1 ABCE", f"4 {code}", "hello " * 500):
        await line.say(text, PHONE)
    ((to, text),) = line.told()
    assert to == MUM
    assert text.endswith(f"the code of an open question: {code}.")
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_who_talks_when_nothing_is_asked_is_told_so(
    house: Asked, line: Telephone
) -> None:
    """Once, until something is asked: a machine that answers slowly would answer that for ever."""
    at_leisure(house)
    await line.say("I am away", PHONE)
    assert line.told() == [(MUM, "Nothing is asked now.")]
    for _ in range(3):
        await line.say("I am away", PHONE)
    assert line.told() == []

    await house.code()
    house.consent.async_answer(house.question.id, Answer.DENY)
    line.told()
    await line.say("hello", PHONE)
    assert line.told() == [(MUM, "Nothing is asked now.")]


async def test_who_talks_is_told_how_to_answer_though_nothing_was_asked_before(
    house: Asked, line: Telephone
) -> None:
    """As soon as there is something to answer."""
    at_leisure(house)
    await line.say("hello", PHONE)
    code = await house.code()
    line.told()
    await line.say("hello", PHONE)
    assert line.told()[0][1].endswith(f"the code of an open question: {code}.")


async def test_what_is_said_back_has_a_limit(house: Asked, line: Telephone) -> None:
    """Two machines do not talk to each other for ever."""
    code = await house.code()
    await line.say(f"1 {code}", PHONE)
    line.told()
    for _ in range(20):
        await line.say(f"1 {code}", PHONE)
    assert len(line.told()) == chat._REMARKS.burst


async def test_an_answer_after_the_time_does_not_count(
    house: Asked, line: Telephone
) -> None:
    """Not even in the moment before that is told."""
    code = await house.code()
    line.told()
    house.freezer.tick(timedelta(minutes=5))
    await line.say(f"1 {code}", PHONE)
    assert line.told() == []
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_who_is_no_owner_any_more_is_told_nothing(
    house: Asked, line: Telephone
) -> None:
    """And cannot answer."""
    code = await house.code()
    line.told()
    house.owners(DAD)
    await line.say(f"1 {code}", PHONE)
    assert house.verdict(house.wish()) is Verdict.ASK
    house.consent.async_answer(house.question.id, Answer.DENY)
    assert [to for to, _ in line.told()] == [DAD]


async def test_an_owner_is_none_from_the_moment_of_the_change(
    house: Asked, line: Telephone
) -> None:
    """Also for what has arrived already."""
    code = await house.code()
    line.hear(f"1 {code}", PHONE)
    house.owners()
    await house.hass.async_block_till_done()
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_an_owner_who_is_a_contact_may_answer_too(
    house: Asked, line: Telephone
) -> None:
    """What they are granted is another matter."""
    house.owners(BEN)
    code = await house.code()
    await line.say(f"1 {code}", f"{BEN}/phone")
    assert house.verdict(house.wish()) is Verdict.ALLOWED
    assert house.verdict(house.wish(jid=BEN)) is Verdict.ASK


async def test_what_comes_back_is_in_the_log_once(
    house: Asked, line: Telephone, caplog: pytest.LogCaptureFixture
) -> None:
    """An address may be wrong, and then nobody is asked there."""
    for sender in (MUM, MUM, DAD, EVE):
        await line.say("?", sender, kind="error")
    lines = [one.message for one in caplog.records if one.levelno >= logging.WARNING]
    assert lines == [
        f"What {MUM} is told by chat comes back",
        f"What {DAD} is told by chat comes back",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1 BCDF",
        "1 bcdf",
        "BCDF 1",
        " 1.  BCDF! ",
        "1BCDF",
        "1: 'BCDF'",
        "> Anna wants this.\n> Answer 1 XXXX\n1 BCDF",
        "1\nBCDF",
        '(1, "BCDF");',
        "1\ufe0f\u20e3 BCDF",
        "bcdf 1\ufe0f\u20e3",
    ],
)
def test_an_answer_can_be_written_in_many_ways(text: str) -> None:
    """People type on telephones."""
    assert read(text) == (Answer.ONCE, "BCDF")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "BCDF",
        "11 BCDF",
        "1 2 BCDF",
        "1 BCDFG",
        "4 BCDF",
        "no 1 BCDF",
        "> 1 BCDF",
        "не 1 BCDF",
        "нет! 1 BCDF",
        "1 BCDF нельзя",
        "いいえ 2 BCDF",
        "לא 1 BCDF",
        "３ 1 BCDF",
        "٣ 1 BCDF",
        "３ BCDF",
        "❌ 1 BCDF",
        "1\u20e3 BCDF",
        "1\ufe0f BCDF",
        "-1 BCDF",
        "1 BCDF?",
        "é1 BCDF",
        "1 BCDFé",
        "1 BCD\u212a",  # a sign for kelvin
        "1 bcd\u017f",  # a long s
        "1_BCDF",
        "x\n> 3 BCDF\n1 BCDF",
    ],
)
def test_what_is_not_clearly_an_answer_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert read(text) is None
