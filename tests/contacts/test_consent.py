"""The owner is asked: who waits how long, what an answer is good for, and how much can be asked."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.xmpp_iot.contacts.consent import (
    ASKED,
    MOST,
    MOST_OF_A_CONTACT,
    NoRoom,
    NoSuchQuestion,
)
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.grants import Level, Verdict
from custom_components.xmpp_iot.contacts.question import Answer
from custom_components.xmpp_iot.wire.errors import (
    Asked as AskedError,
    Forbidden,
    ResourceConstraint,
)
from homeassistant.core import HomeAssistant

from .asking import (
    ANNA,
    ASKING,
    BEN,
    LIGHT,
    LOCK,
    PAST,
    Asked,
    asked_house,
    made,
    subentry,
)

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Return the account."""
    async with asked_house(hass, freezer) as house:
        yield house


async def test_allowed_once_the_request_goes_on(house: Asked) -> None:
    """Until then the gate says no; then it says yes, for one time."""
    waiting = house.begin()
    assert house.verdict(house.wish()) is Verdict.ASK

    house.consent.async_answer(house.question.id, Answer.ONCE)
    await waiting

    decision = house.grants.decide(ANNA, Level.CONTROL, LIGHT, "turn_on")
    assert decision.verdict is Verdict.ALLOWED
    await house.grants.spend(ANNA, decision)
    assert house.verdict(house.wish()) is Verdict.ASK
    assert not house.consent.questions


async def test_denied_it_is_forbidden_and_not_asked_again(house: Asked) -> None:
    """For five minutes; then the owner may be asked once more."""
    waiting = house.begin()
    house.consent.async_answer(house.question.id, Answer.DENY)
    with pytest.raises(Forbidden, match="The owner said no"):
        await waiting

    with pytest.raises(Forbidden, match="The owner said no"):
        await house.begin()
    assert not house.consent.questions

    await house.pass_time(FIVE_MINUTES)
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    assert house.question


async def test_silence_is_told_and_the_question_stays(house: Asked) -> None:
    """The asker may try again; a yes that comes late is good for a repeat, and does nothing by itself."""
    with pytest.raises(AskedError, match="was asked") as error:
        await house.begin(within=PAST)
    assert error.value.kind == "wait"
    assert [child.tag for child in error.value.children] == [ASKED]

    house.consent.async_answer(house.question.id, Answer.ONCE)
    assert house.verdict(house.wish()) is Verdict.ALLOWED
    await house.pass_time(FIVE_MINUTES)
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_silence_is_a_no_in_the_end(house: Asked) -> None:
    """After five minutes the question is over; who still waits is told, and so is who asks again."""
    waiting = house.begin(within=timedelta(hours=1))
    await house.pass_time(FIVE_MINUTES)
    with pytest.raises(Forbidden, match="did not answer"):
        await waiting
    assert not house.consent.questions
    with pytest.raises(Forbidden, match="did not answer"):
        await house.begin()


async def test_a_repeat_joins_the_question(house: Asked) -> None:
    """The owner is asked once; both go on."""
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    first = house.question
    both = house.begin(), house.begin()
    assert house.question is first
    house.consent.async_answer(first.id, Answer.ONCE)
    for one in both:
        await one


async def test_allowed_once_is_that_value_only(house: Asked) -> None:
    """Who was allowed to turn the heating up a little does not turn it up all the way."""
    little = replace(house.wish(), data={"brightness_pct": 20})
    waiting = house.begin(little)
    house.consent.async_answer(house.question.id, Answer.ONCE)
    await waiting
    assert house.verdict(replace(little, data={"brightness_pct": 100})) is Verdict.ASK
    assert house.verdict(house.wish()) is Verdict.ASK
    assert house.verdict(little) is Verdict.ALLOWED


async def test_another_value_is_another_question(house: Asked) -> None:
    """Yet a no is one to all of them: nobody is asked the same in other numbers."""
    wishes = [replace(house.wish(), data={"brightness_pct": it}) for it in (20, 100)]
    waiting = [house.begin(wish) for wish in wishes]
    first, second = house.consent.questions
    house.consent.async_answer(first, Answer.ONCE)
    await waiting[0]
    assert house.verdict(wishes[1]) is Verdict.ASK
    house.consent.async_answer(second, Answer.DENY)
    with pytest.raises(Forbidden):
        await waiting[1]
    with pytest.raises(Forbidden):
        await house.begin(replace(house.wish(), data={"brightness_pct": 99}))


async def test_the_owner_reads_what_it_is_done_with(house: Asked) -> None:
    """But no code that somebody has typed; and not more than can be read."""
    data = {"code": "1234", "message": "x" * 500, "brightness_pct": 20}
    house.begin(replace(house.wish(), data=dict(reversed(data.items()))))
    (issue,) = house.issues
    assert issue.translation_placeholders is not None
    shown = issue.translation_placeholders["action"]
    assert shown.startswith("Turn on light (brightness pct: 20, message: xxx")
    assert shown.endswith("x…)")
    assert "1234" not in shown
    assert len(shown) < 150


async def test_always_is_no_longer_than_what_asks(house: Asked) -> None:
    """A guest of a weekend stays one."""
    when = {
        "until": "2099-11-22T18:00:00+00:00",
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "from": "00:00:00",
        "to": "00:00:00",
    }
    house.change("Anna", {**ASKING, **when})
    waiting = house.begin()
    house.consent.async_answer(house.question.id, Answer.ALWAYS)
    await waiting
    _, row = house.subentry("Anna").data["grants"]
    assert {key: row.get(key) for key in when} == when
    assert house.verdict(house.wish()) is Verdict.ALLOWED


async def test_always_is_a_grant_for_that_entity(house: Asked) -> None:
    """As far as it was needed, and not for what is dangerous; the gate knows it at once."""
    waiting = house.begin()
    house.consent.async_answer(house.question.id, Answer.ALWAYS)
    await waiting

    assert house.verdict(house.wish()) is Verdict.ALLOWED
    _, row = house.subentry("Anna").data["grants"]
    assert {key: row[key] for key in row if key != "id"} == {
        "level": "control",
        "all_entities": False,
        "target": {"entity_id": [LIGHT]},
        "dangerous": False,
        "ask": False,
    }
    assert house.verdict(house.wish("light.lamp_1")) is Verdict.ASK
    assert house.verdict(house.wish(level=Level.COMMAND)) is Verdict.ASK
    # (nothing is left that would outlive the grant)
    house.change("Anna", ASKING)
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_always_of_what_is_dangerous_is_a_dangerous_grant(house: Asked) -> None:
    """The owner was asked for just that."""
    waiting = house.begin(house.wish(LOCK, "unlock", level=Level.COMMAND))
    assert house.question.dangerous
    house.consent.async_answer(house.question.id, Answer.ALWAYS)
    await waiting
    assert house.subentry("Anna").data["grants"][1]["dangerous"] is True


async def test_where_no_grant_has_room_nothing_is_answered(house: Asked) -> None:
    """The question stays."""
    rows = [{**ASKING, "id": str(number)} for number in range(MOST_GRANTS)]
    house.change("Anna", *rows)
    waiting = house.begin()
    with pytest.raises(NoRoom):
        house.consent.async_answer(house.question.id, Answer.ALWAYS)
    house.consent.async_answer(house.question.id, Answer.ONCE)
    await waiting


async def test_a_question_can_be_answered_once(house: Asked) -> None:
    """Then there is none."""
    waiting = house.begin()
    question_id = house.question.id
    house.consent.async_answer(question_id, Answer.ONCE)
    await waiting
    with pytest.raises(NoSuchQuestion):
        house.consent.async_answer(question_id, Answer.DENY)


async def test_a_contact_has_few_questions_open(house: Asked) -> None:
    """More than that is refused, all of it, and nothing of it is asked."""
    several = [house.wish(f"light.lamp_{n}") for n in range(MOST_OF_A_CONTACT + 1)]
    with pytest.raises(ResourceConstraint):
        await house.begin(*several)
    assert not house.consent.questions
    for wish in several[:-1]:
        with pytest.raises(AskedError):
            await house.begin(wish, within=PAST)
    with pytest.raises(ResourceConstraint):
        await house.begin(several[-1])
    with pytest.raises(AskedError):  # which joins, and is nothing more
        await house.begin(several[0], within=PAST)
    with pytest.raises(AskedError):
        await house.begin(house.wish(jid=BEN), within=PAST)


async def test_all_together_have_not_many_questions_open(house: Asked) -> None:
    """A crowd does not fill the owner's screen."""
    crowd = [f"guest{number}@example.org" for number in range(MOST)]
    for jid in crowd:
        house.hass.config_entries.async_add_subentry(
            house.entry, made(subentry(jid, jid, {**ASKING, "id": jid}))
        )
    await house.hass.async_block_till_done()
    for jid in crowd:
        with pytest.raises(AskedError):
            await house.begin(house.wish(jid=jid), within=PAST)
    with pytest.raises(ResourceConstraint):
        await house.begin()


async def test_several_wishes_are_asked_at_once(house: Asked) -> None:
    """All of them have to be allowed; what one request does twice is allowed for twice."""
    lamp, other = house.wish(), house.wish("light.lamp_1")
    waiting = house.begin(lamp, other, lamp)
    first, second = house.consent.questions
    assert [one.times for one in house.consent.questions.values()] == [2, 1]
    house.consent.async_answer(first, Answer.ONCE)
    house.consent.async_answer(second, Answer.ONCE)
    await waiting
    for _ in range(2):
        decision = house.grants.decide(ANNA, Level.CONTROL, LIGHT, "turn_on")
        assert decision.verdict is Verdict.ALLOWED
        await house.grants.spend(ANNA, decision)
    assert house.verdict(lamp) is Verdict.ASK


async def test_nobody_raises_what_the_owner_was_told(house: Asked) -> None:
    """A request that wants it more often than the open question says is refused; the question stays as it is."""
    lock = house.wish(LOCK, "unlock")
    with pytest.raises(AskedError):
        await house.begin(lock, within=PAST)
    with pytest.raises(ResourceConstraint) as error:
        await house.begin(house.wish("light.lamp_1"), *[lock] * 20)
    assert error.value.kind == "wait"
    with pytest.raises(AskedError):
        await house.begin(lock, within=PAST)
    house.consent.async_answer(house.question.id, Answer.ONCE)
    decision = house.grants.decide(ANNA, Level.CONTROL, LOCK, "unlock")
    assert decision.verdict is Verdict.ALLOWED
    await house.grants.spend(ANNA, decision)
    assert house.verdict(lock) is Verdict.ASK


async def test_how_often_it_would_be_done_is_shown(house: Asked) -> None:
    """In the issue, too."""
    with pytest.raises(AskedError):
        await house.begin(*[house.wish(LOCK, "unlock")] * 2, within=PAST)
    (issue,) = house.issues
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["action"] == "2 × Unlock lock"


async def test_what_is_allowed_meanwhile_is_not_asked(house: Asked) -> None:
    """Such a wish is for the gate."""
    waiting = house.begin()
    house.change("Anna", {**ASKING, "level": "command"})
    await waiting
    assert not house.consent.questions
    await house.begin()
    assert not house.consent.questions


async def test_another_grant_closes_the_question(house: Asked) -> None:
    """Whoever waits goes on to the gate, which decides by what is so now."""
    waiting = house.begin()
    house.change("Anna", {**ASKING, "until": "2100-01-01T00:00:00+00:00"})
    await waiting
    assert not house.consent.questions
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_a_contact_that_is_removed_takes_its_questions_along(
    house: Asked,
) -> None:
    """And what was refused; others keep theirs."""
    denied = house.begin(house.wish(jid=BEN))
    house.consent.async_answer(house.question.id, Answer.DENY)
    with pytest.raises(Forbidden):
        await denied
    waiting = house.begin()
    with pytest.raises(AskedError):
        await house.begin(house.wish("light.lamp_1", jid=BEN), within=PAST)
    house.hass.config_entries.async_remove_subentry(house.entry, "Anna")
    await waiting
    assert house.question.wish.contact.jid == BEN
    house.hass.config_entries.async_remove_subentry(house.entry, "Ben")
    await house.hass.async_block_till_done()
    assert not house.consent.questions
    again = subentry(BEN, "Ben", ASKING)
    house.hass.config_entries.async_add_subentry(house.entry, made(again))
    await house.hass.async_block_till_done()
    with pytest.raises(AskedError):
        await house.begin(house.wish(jid=BEN), within=PAST)


async def test_who_may_ask(house: Asked) -> None:
    """Contacts with a grant that says so."""
    assert house.consent.may_ask(ANNA)
    assert not house.consent.may_ask("eve@example.org")
    house.change("Anna", {**ASKING, "ask": False})
    assert not house.consent.may_ask(ANNA)


async def test_a_contact_just_removed_cannot_be_granted_anything(
    house: Asked,
) -> None:
    """Between the removal and the gate's hearing of it."""
    waiting = house.begin()
    house.entry.update_listeners.clear()
    house.hass.config_entries.async_remove_subentry(house.entry, "Anna")
    with pytest.raises(NoSuchQuestion):
        house.consent.async_answer(house.question.id, Answer.ALWAYS)
    house.entry.add_update_listener(house.follow)
    house.consent.async_answer(house.question.id, Answer.ONCE)
    await waiting
