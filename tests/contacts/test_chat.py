"""Owners are asked by chat: what they read, what their answers do, and what they are told of the end."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
import secrets

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts import chat
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.grants import Level, Verdict
from custom_components.xmpp_iot.contacts.question import Answer
from custom_components.xmpp_iot.contacts.wording import moment
from custom_components.xmpp_iot.wire.errors import Asked as AskedError, Forbidden
from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_load_integrations

from .asking import ANNA, ASKING, PAST, Asked, asked_house
from .chatting import Telephone

MUM = "mum@example.org"
DAD = "dad@example.net"
PHONE = f"{MUM}/phone"
WISH = f'{ANNA} ("Anna"): Turn on light, Lamp [of] mine'


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


async def test_an_owner_reads_who_wants_what_until_when(
    house: Asked, line: Telephone
) -> None:
    """In the words of the other notifications, with how to answer; a tap says the same as what is typed."""
    code = await house.code()

    until = moment(house.question.ends)
    assert line.buttons() == [
        (f"1 {code}", "Allow once"),
        (f"2 {code}", "Always allow"),
        (f"3 {code}", "Deny"),
    ]
    said = (
        f'{ANNA} ("Anna") wants to have this done: Turn on light, Lamp [of] mine.\n'
        f"Until {until}. Answer 1 {code} to allow once, 2 {code} to always allow,"
        f" 3 {code} to deny."
    )
    assert line.told() == [(MUM, said), (DAD, said)]


async def test_an_owner_reads_it_in_the_language_of_the_house(
    house: Asked, line: Telephone
) -> None:
    """As everything the house says."""
    house.hass.config.language = "de"
    await async_load_integrations(house.hass, {"xmpp_iot", "light"})
    await house.code()
    assert [label for _, label in line.buttons()] == [
        "Einmal erlauben",
        "Immer erlauben",
        "Ablehnen",
    ]
    assert "möchte das tun lassen" in line.told()[0][1]


@pytest.mark.parametrize("connected", [True, False])
async def test_home_assistant_shows_what_is_asked_by_chat_as_well(
    house: Asked, line: Telephone, connected: bool
) -> None:
    """Nobody knows whether an address is right, or anybody reads there."""
    line.paper.connected = connected
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    shown = persistent_notification._async_get_or_create_notifications(house.hass)
    assert len(shown) == 1
    line.paper.connected = True


async def test_without_owners_nobody_is_asked_by_chat(
    house: Asked, line: Telephone
) -> None:
    """It is a choice."""
    house.owners()
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    house.consent.async_answer(house.question.id, Answer.ONCE)
    assert line.told() == []


@pytest.mark.parametrize(
    ("number", "end"), [("1", "allowed once"), ("2", "always allowed")]
)
async def test_an_owner_allows(
    house: Asked, line: Telephone, number: str, end: str
) -> None:
    """Who waits goes on, and all who were asked are told how it ended."""
    waiting = house.begin()
    code = line.code()
    line.told()

    await line.say(f"{number} {code}", PHONE)

    await waiting
    assert house.verdict(house.wish()) is Verdict.ALLOWED
    text = f"{code} ({WISH}): {end}."
    assert line.told() == [(MUM, text), (DAD, text)]


async def test_an_owner_denies(house: Asked, line: Telephone) -> None:
    """It is forbidden then."""
    waiting = house.begin()
    code = line.code()
    line.told()
    await line.say(f"3 {code}", PHONE)
    with pytest.raises(Forbidden, match="said no"):
        await waiting
    assert line.told()[0] == (MUM, f"{code} ({WISH}): denied.")


async def test_the_first_answer_counts(house: Asked, line: Telephone) -> None:
    """Another is told that it is over, and how it ended."""
    code = await house.code()
    await line.say(f"1 {code}", PHONE)
    line.told()
    await line.say(f"3 {code}", f"{DAD}/tablet")
    ((to, text),) = line.told()
    assert to == DAD
    assert text.startswith("This is answered or over already.")
    assert text.endswith("allowed once.")
    assert house.verdict(house.wish()) is Verdict.ALLOWED


async def test_an_answer_is_to_the_question_that_it_names(
    house: Asked, line: Telephone
) -> None:
    """However many are open."""
    first = await house.code(house.wish())
    second = await house.code(house.wish("light.lamp_1"))
    assert first != second
    await line.say(f"1 {second}", PHONE)
    assert house.verdict(house.wish("light.lamp_1")) is Verdict.ALLOWED
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_silence_is_told(house: Asked, line: Telephone) -> None:
    """What was asked by chat does not stay a riddle."""
    code = await house.code()
    line.told()
    await house.pass_time(timedelta(minutes=5))
    text = f"{code} ({WISH}): denied, for nobody has answered in time."
    assert line.told() == [(MUM, text), (DAD, text)]


async def test_what_is_answered_elsewhere_is_told(
    house: Asked, line: Telephone
) -> None:
    """Whoever was asked by chat need not answer any more."""
    code = await house.code()
    line.told()
    house.consent.async_answer(house.question.id, Answer.DENY)
    assert line.told()[0] == (MUM, f"{code} ({WISH}): denied.")


async def test_what_need_not_be_answered_is_told(house: Asked, line: Telephone) -> None:
    """The contact's grants may have changed."""
    code = await house.code()
    line.told()
    house.change("Anna", {**ASKING, "ask": False})
    assert line.told()[0] == (
        MUM,
        f"{code} ({WISH}): nobody has to answer this any more.",
    )


async def test_what_was_said_is_not_repeated_to_who_is_no_owner_any_more(
    house: Asked, line: Telephone
) -> None:
    """After a resume of the session."""
    await house.code()
    still = [one for _, one in line.paper.stanzas]
    assert [one() for one in still] == [True, True]
    house.owners(DAD)
    assert [one() for one in still] == [False, True]


@pytest.mark.parametrize("ends", [True, False])
async def test_a_question_that_is_over_is_not_asked_again(
    house: Asked, line: Telephone, ends: bool
) -> None:
    """After a resume of the session, which may be late; how it ended is told then."""
    await house.code()
    asked = [one for _, one in line.paper.stanzas]
    if ends:
        house.consent.async_answer(house.question.id, Answer.DENY)
    else:
        house.freezer.tick(timedelta(minutes=5))
    assert [one() for one in asked] == [False, False]
    assert all(still() for _, still in line.paper.stanzas[2:])


async def test_how_often_is_read(house: Asked, line: Telephone) -> None:
    """Who allows it once allows all of the request."""
    code = await house.code(house.wish(), house.wish(), house.wish())
    assert "done: 3 × Turn on light, Lamp" in line.told()[0][1]
    await line.say(f"1 {code}", PHONE)
    assert ": 3 × Turn on light, Lamp" in line.told()[0][1]


async def test_a_name_says_nothing_for_the_house(house: Asked, line: Telephone) -> None:
    """The address stands before it, and nothing in it looks like its end."""
    name = f'Mum") wants to have this done: Turn on, Porch light. \u201c{MUM}\u201d'
    contact = replace(house.wish().contact, name=name)
    code = await house.code(replace(house.wish(), contact=contact))
    house.consent.async_answer(house.question.id, Answer.DENY)
    asked, ended = (text for to, text in line.told() if to == MUM)
    shown = "Mum') wants to have this done: Turn on, Porch light. 'mum@e…"
    assert asked.startswith(f'{ANNA} ("{shown}") wants to have this done: Turn on l')
    assert ended.startswith(f'{code} ({ANNA} ("{shown}"): Turn on light')


async def test_who_has_no_name_is_told_by_the_address(
    house: Asked, line: Telephone
) -> None:
    """Once."""
    contact = replace(house.wish().contact, name=ANNA)
    await house.code(replace(house.wish(), contact=contact))
    assert line.told()[0][1].startswith(f"{ANNA} wants to have this done")


async def test_an_answer_that_cannot_be_done_is_told(
    house: Asked, line: Telephone
) -> None:
    """The question stays."""
    rows = [{**ASKING, "id": str(number)} for number in range(MOST_GRANTS)]
    house.change("Anna", *rows)
    code = await house.code()
    line.told()
    await line.say(f"2 {code}", PHONE)
    ((to, text),) = line.told()
    assert to == MUM
    assert text.startswith(f"{code}: this could not be done.")
    await line.say(f"1 {code}", PHONE)
    assert house.verdict(house.wish()) is Verdict.ALLOWED


async def test_somebody_who_is_a_contact_no_more_is_granted_nothing(
    house: Asked, line: Telephone
) -> None:
    """Between the removal and the gate's hearing of it."""
    code = await house.code()
    line.told()
    house.entry.update_listeners.clear()
    house.hass.config_entries.async_remove_subentry(house.entry, "Anna")
    await line.say(f"2 {code}", PHONE)
    assert "could not be done" in line.told()[0][1]
    house.entry.add_update_listener(house.follow)


async def test_names_of_others_are_one_line(house: Asked, line: Telephone) -> None:
    """Nobody writes more lines into the question than it has."""
    contact = replace(house.wish().contact, name="Anna\nAnswer 1\u202e" + "x" * 500)
    wish = replace(house.wish(), contact=contact, level=Level.CONTROL)
    await house.code(wish)
    text = line.told()[0][1]
    assert len(text.splitlines()) == 2
    assert len(text) < 700


async def test_what_ended_long_ago_is_forgotten(
    house: Asked, line: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nothing grows for ever."""
    monkeypatch.setattr(chat, "_MOST_OVER", 1)
    codes = []
    for number in range(2):
        codes.append(await house.code(house.wish(f"light.lamp_{number}")))
        house.consent.async_answer(house.question.id, Answer.ONCE)
    line.told()
    await line.say(f"1 {codes[0]}", PHONE)
    assert line.told() == [(MUM, "Nothing is asked now.")]
    await line.say(f"1 {codes[1]}", PHONE)
    assert "already" in line.told()[0][1]


async def test_codes_are_not_used_twice(
    house: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While anybody could mean the other."""
    letters = iter("BBBB" * 2 + "CCCC")
    monkeypatch.setattr(secrets, "choice", lambda _: next(letters))
    assert await house.code() == "BBBB"
    assert await house.code(house.wish("light.lamp_1")) == "CCCC"


async def test_at_the_end_nothing_is_left_of_it(house: Asked, line: Telephone) -> None:
    """Who was asked is told, and nobody is heard any more."""
    code = await house.code()
    line.told()
    await house.consent.async_stop()
    assert line.told()[0] == (
        MUM,
        f"{code} ({WISH}): nobody has to answer this any more.",
    )
    await line.say(f"1 {code}", PHONE)
    assert line.told() == []
