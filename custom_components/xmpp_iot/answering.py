"""The action with which the owner, or an automation of the owner's, answers what a contact asks for."""

from typing import Final

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service

from .const import ATTR_QUESTION, DOMAIN
from .contacts.consent import Consent, NoRoom, NoSuchQuestion
from .contacts.grant import MOST_GRANTS
from .contacts.question import Answer, Question
from .models import XmppIotConfigEntry

ANSWER_REQUEST: Final = "answer_request"
ATTR_ANSWER: Final = "answer"

_ANSWER: Final = vol.Schema(
    {
        vol.Required(ATTR_QUESTION): cv.string,
        vol.Required(ATTR_ANSWER): vol.Coerce(Answer),
    }
)


@callback
def async_setup_answering(hass: HomeAssistant) -> None:
    """Offer the action: to administrators, and to automations, which act for nobody else.

    A contact's user is none of them (homeassistant.helpers.service).
    """
    async_register_admin_service(hass, DOMAIN, ANSWER_REQUEST, _answer, _ANSWER)


@callback
def async_find_question(
    hass: HomeAssistant, question_id: str
) -> tuple[Consent, Question]:
    """Return an open question, and who takes its answer; NoSuchQuestion if it is over."""
    entries: list[XmppIotConfigEntry]
    entries = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in entries:
        consent = entry.runtime_data.consent
        if (question := consent.questions.get(question_id)) is not None:
            return consent, question
    raise NoSuchQuestion


async def _answer(call: ServiceCall) -> None:
    """Answer; ServiceValidationError where the question is over, or nothing more can be granted."""
    try:
        consent, question = async_find_question(call.hass, call.data[ATTR_QUESTION])
        consent.async_answer(question.id, call.data[ATTR_ANSWER])
    except NoSuchQuestion as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="question_over"
        ) from err
    except NoRoom as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="too_many_grants",
            translation_placeholders={"count": str(MOST_GRANTS)},
        ) from err
