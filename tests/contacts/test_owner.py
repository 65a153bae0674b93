"""What the owner is told of a question, where, and how that is taken back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)

from custom_components.xmpp_iot.const import DOMAIN, EVENT_QUESTION
from custom_components.xmpp_iot.contacts import owner
from custom_components.xmpp_iot.contacts.grant import MOST_GRANTS
from custom_components.xmpp_iot.contacts.question import Answer
from custom_components.xmpp_iot.wire.errors import Asked as AskedError, Forbidden
from homeassistant.components import persistent_notification
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError

from .asking import ANNA, ASKING, LIGHT, PAST, Asked, asked_house

PHONE = "mobile_app_phone"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Asked]:
    """Return the account."""
    async with asked_house(hass, freezer) as house:
        yield house


def notify(house: Asked, *targets: str) -> None:
    """Have the owner notified by these."""
    house.hass.config_entries.async_update_entry(
        house.entry, options={"notify": list(targets)}
    )


async def ask(house: Asked) -> str:
    """Ask, and wait until everybody is told; return the id of the question."""
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    return house.question.id


async def answer(house: Asked, question_id: str) -> None:
    """Answer, and wait until it is taken back everywhere."""
    house.consent.async_answer(question_id, Answer.ONCE)
    await house.hass.async_block_till_done(wait_background_tasks=True)


def notifications(hass: HomeAssistant) -> dict[str, Any]:
    """Return what Home Assistant shows."""
    return dict(persistent_notification._async_get_or_create_notifications(hass))


async def test_a_question_is_an_issue_until_it_is_answered(house: Asked) -> None:
    """It says who wants what, in words; a restart does not bring it back."""
    question_id = await ask(house)
    (issue,) = house.issues
    assert issue.issue_id == f"question_{question_id}"
    assert issue.is_fixable
    assert not issue.is_persistent
    assert issue.data == {
        "entry_id": house.entry.entry_id,
        "question": question_id,
    }
    assert issue.translation_placeholders == {
        "who": f'{ANNA} ("Anna")',
        "action": "Turn on light",
        "name": "Lamp [of] mine",
    }
    await answer(house, question_id)
    assert not house.issues


async def test_an_action_without_a_name_is_told_by_its_own(house: Asked) -> None:
    """Some have none."""
    with pytest.raises(AskedError):
        await house.begin(house.wish(action="fly_away"), within=PAST)
    (issue,) = house.issues
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["action"] == "fly away"


async def test_a_question_is_an_event(house: Asked) -> None:
    """With what an automation needs to answer it, and no secret of it."""
    events = async_capture_events(house.hass, EVENT_QUESTION)
    question_id = await ask(house)
    (event,) = events
    assert event.data == {
        "question": question_id,
        "contact": "Anna",
        "jid": ANNA,
        "entity_id": LIGHT,
        "name": "Lamp [of] mine",
        "action": "turn_on",
        "data": {},
        "times": 1,
        "dangerous": False,
        "expires": house.question.ends.isoformat(),
    }


@pytest.mark.parametrize("answer", list(Answer))
async def test_who_hears_the_event_may_answer_at_once(
    house: Asked, answer: Answer
) -> None:
    """Then all is taken back that was told, and who asks goes on with that answer."""
    house.owners("mum@example.org")

    @callback
    def heard(event: Event[Any]) -> None:
        house.consent.async_answer(event.data["question"], answer)

    house.hass.bus.async_listen(EVENT_QUESTION, heard)
    expected = pytest.raises(Forbidden) if answer is Answer.DENY else nullcontext()
    with expected:
        await house.begin()
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert not house.consent.questions
    assert not house.issues
    assert not notifications(house.hass)
    (_, asked), (_, ended) = house.telephone.told()
    assert "wants to have this done" in asked
    assert "Turn on light" in ended


@pytest.mark.parametrize("targets", [(), ("notify.gone",)])
async def test_without_anybody_to_notify_home_assistant_shows_it(
    house: Asked, targets: tuple[str, ...]
) -> None:
    """Until it is answered; names of things are shown as they are."""
    notify(house, *targets)
    question_id = await ask(house)
    (shown,) = notifications(house.hass).values()
    assert shown["title"] == f'{ANNA} ("Anna") asks for permission'
    assert r"**Lamp \[of\] mine**" in shown["message"]
    await answer(house, question_id)
    assert not notifications(house.hass)


async def test_a_telephone_asks_and_its_answer_counts(house: Asked) -> None:
    """It shows buttons; what is tapped comes back as an event, and then the telephone shows it no more."""
    calls = async_mock_service(house.hass, "notify", PHONE)
    notify(house, f"notify.{PHONE}")
    question_id = await ask(house)
    (call,) = calls
    assert call.data["title"] == f'{ANNA} ("Anna") asks for permission'
    assert "Lamp [of] mine" in call.data["message"]
    buttons = call.data["data"]["actions"]
    assert [one["title"] for one in buttons] == ["Allow once", "Always allow", "Deny"]
    assert question_id not in buttons[0]["action"]
    assert not notifications(house.hass)

    waiting = house.begin()
    house.hass.bus.async_fire(owner.EVENT_TAPPED, {"action": buttons[2]["action"]})
    with pytest.raises(Forbidden):
        await waiting
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert calls[1].data == {
        "message": "clear_notification",
        "data": {"tag": call.data["data"]["tag"]},
    }


async def test_other_taps_are_not_ours(house: Asked) -> None:
    """Nor are guesses, nor those of a question that is over."""
    calls = async_mock_service(house.hass, "notify", PHONE)
    notify(house, f"notify.{PHONE}")
    question_id = await ask(house)
    for data in ({}, {"action": 5}, {"action": f"{DOMAIN}_once_{question_id}"}):
        house.hass.bus.async_fire(owner.EVENT_TAPPED, data)
    await house.hass.async_block_till_done()
    assert house.question.id == question_id
    await answer(house, question_id)
    tapped = calls[0].data["data"]["actions"][0]["action"]
    house.hass.bus.async_fire(owner.EVENT_TAPPED, {"action": tapped})
    await house.hass.async_block_till_done()
    assert not house.consent.questions


async def test_an_answer_nobody_waits_for_may_not_be_possible(
    house: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the question stays, and the log says why."""
    rows = [{**ASKING, "id": str(number)} for number in range(MOST_GRANTS)]
    house.change("Anna", *rows)
    calls = async_mock_service(house.hass, "notify", PHONE)
    notify(house, f"notify.{PHONE}")
    question_id = await ask(house)
    tapped = calls[0].data["data"]["actions"][1]["action"]
    house.hass.bus.async_fire(owner.EVENT_TAPPED, {"action": tapped})
    await house.hass.async_block_till_done()
    assert house.question.id == question_id
    assert "no room for one more grant" in caplog.text


async def test_other_notifiers_are_told_and_do_not_ask(house: Asked) -> None:
    """An action gets the text alone, an entity by the action for entities; one that fails keeps nobody else."""
    mails = async_mock_service(house.hass, "notify", "mail")
    messages = async_mock_service(house.hass, "notify", "send_message")
    house.hass.states.async_set("notify.hall", "unknown")

    async def broken(call: ServiceCall) -> None:
        raise HomeAssistantError("No line.")

    house.hass.services.async_register("notify", "pager", broken)
    notify(house, "notify.pager", "notify.mail", "notify.hall")
    question_id = await ask(house)
    (mail,), (message,) = mails, messages
    assert mail.data.keys() == {"title", "message"}
    assert message.data["entity_id"] == "notify.hall"
    await answer(house, question_id)
    assert len(mails) == len(messages) == 1


async def test_who_is_slow_does_not_keep_the_house_from_stopping(
    house: Asked,
) -> None:
    """What is still being told after some seconds is given up."""
    asleep = asyncio.Event()

    async def slow(call: ServiceCall) -> None:
        asleep.set()
        await asyncio.Event().wait()

    house.hass.services.async_register("notify", PHONE, slow)
    notify(house, f"notify.{PHONE}")
    with pytest.raises(AskedError):
        await house.begin(within=PAST)
    await asleep.wait()
    stopping = asyncio.create_task(house.consent.async_stop())
    while not stopping.done():
        house.freezer.tick(1)
        await asyncio.sleep(0)
    await stopping
