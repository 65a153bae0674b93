"""The action that answers a question: who may, and what comes of it."""

from collections.abc import AsyncGenerator

from freezegun.api import FrozenDateTimeFactory
import pytest
import voluptuous as vol

from custom_components.xmpp_iot.answering import async_setup_answering
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.grants import Verdict
from custom_components.xmpp_iot.contacts.persons import Persons
from custom_components.xmpp_iot.wire.errors import Asked as AskedError, Forbidden
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from tests.contacts.asking import ANNA, ASKING, PAST, Asked, asked_house
from tests.people import records


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Return an account whose owner can be asked."""
    async_setup_answering(hass)
    async with asked_house(hass, freezer) as house:
        yield house


async def answer(
    house: Asked, answer: str, question: str = "", user_id: str | None = None
) -> None:
    """Call the action, in somebody's name or nobody's."""
    await house.hass.services.async_call(
        DOMAIN,
        "answer_request",
        {"question": question or house.question.id, "answer": answer},
        blocking=True,
        context=Context(user_id=user_id),
    )


async def test_automations_answer(house: Asked) -> None:
    """They act for nobody in particular."""
    waiting = house.begin()
    await answer(house, "deny")
    with pytest.raises(Forbidden):
        await waiting


async def test_administrators_answer(house: Asked) -> None:
    """Whoever manages the house decides."""
    user = await house.hass.auth.async_create_user("Owner", group_ids=[GROUP_ID_ADMIN])
    waiting = house.begin()
    await answer(house, "always", user_id=user.id)
    await waiting
    assert house.verdict(house.wish()) is Verdict.ALLOWED


async def test_no_contact_answers_for_itself(house: Asked) -> None:
    """Nor for another: a script it runs acts in its name."""
    kept = records(house.hass)
    persons = Persons(house.hass, kept, "")
    await persons.async_follow(house.grants.contacts)
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    for user_id, error in (
        (persons.user_of(ANNA), Unauthorized),
        ("nobody", UnknownUser),
    ):
        with pytest.raises(error):
            await answer(house, "once", user_id=user_id)
    assert house.verdict(house.wish()) is Verdict.ASK


async def test_what_cannot_be_answered_is_said(house: Asked) -> None:
    """A question that is over, a grant too many, and what is no answer."""
    with pytest.raises(ServiceValidationError) as over:
        await answer(house, "once", "abc")
    assert over.value.translation_key == "question_over"

    rows = [{**ASKING, "id": str(number)} for number in range(MOST_GRANTS)]
    house.change("Anna", *rows)
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    with pytest.raises(ServiceValidationError) as full:
        await answer(house, "always")
    assert full.value.translation_key == "too_many_grants"
    with pytest.raises(vol.Invalid):
        await answer(house, "perhaps")
    assert house.question
