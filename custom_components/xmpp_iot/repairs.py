"""Repairs: what a contact asks the owner for is answered here, too."""

from typing import Any

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant, callback

from .answering import async_find_question
from .const import ATTR_QUESTION
from .contacts.consent import NoRoom, NoSuchQuestion
from .contacts.grant import MOST_GRANTS
from .contacts.question import Answer, async_words
from .contacts.wording import escaped


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow that ends an issue (homeassistant.components.repairs)."""
    if data is not None and ATTR_QUESTION in data:
        return QuestionFlow(str(data[ATTR_QUESTION]))
    return ConfirmRepairFlow()


class QuestionFlow(RepairsFlow):
    """Ask the owner whether a contact may do something."""

    def __init__(self, question_id: str) -> None:
        """Ask that question."""
        self._question_id = question_id

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say who wants what, and offer the answers."""
        try:
            _, question = async_find_question(self.hass, self._question_id)
        except NoSuchQuestion:
            return self.async_abort(reason="question_over")
        words = async_words(self.hass, question)
        return self.async_show_menu(
            step_id="init",
            menu_options=[answer.value for answer in Answer],
            description_placeholders={
                key: escaped(word) for key, word in words.items()
            },
        )

    async def async_step_once(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Allow it once."""
        return self._answer(Answer.ONCE)

    async def async_step_always(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Grant it for good."""
        return self._answer(Answer.ALWAYS)

    async def async_step_deny(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say no."""
        return self._answer(Answer.DENY)

    @callback
    def _answer(self, answer: Answer) -> RepairsFlowResult:
        """Give an answer; the issue of one that cannot be given stays."""
        try:
            consent, question = async_find_question(self.hass, self._question_id)
            consent.async_answer(question.id, answer)
        except NoSuchQuestion:
            return self.async_abort(reason="question_over")
        except NoRoom:
            return self.async_abort(
                reason="too_many_grants",
                description_placeholders={"count": str(MOST_GRANTS)},
            )
        return self.async_create_entry(data={})
