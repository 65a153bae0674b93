"""Tell the owner of the house what is asked, wherever the owner looks, and take it back when it is over."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
import logging
from typing import Any, Final

import voluptuous as vol

from homeassistant.components import persistent_notification
from homeassistant.components.notify.const import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from ..const import ATTR_ACTION, ATTR_QUESTION, CONF_NOTIFY, DOMAIN, EVENT_QUESTION
from .chat import Chats, OwnerChat
from .question import Answer, Question, async_event_data, async_words
from .wording import Wording, escaped

_LOGGER = logging.getLogger(__name__)

ISSUE: Final = "question"
ATTR_ENTRY: Final = "entry_id"
EVENT_TAPPED: Final = "mobile_app_notification_action"  # of the integration mobile_app
_MOBILE: Final = "mobile_app_"
_CLEAR: Final = "clear_notification"  # the message that takes one back
_GOODBYE_WITHIN: Final = 5.0  # seconds for taking back, at the end


class Owner:
    """A repair issue, notifications, chat messages and an event for each question."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], chats: Chats
    ) -> None:
        """Tell nothing yet; the options of `entry` say whom to notify, and with whom to chat."""
        self._hass = hass
        self._entry = entry
        self._chat = OwnerChat(hass, entry, chats)
        self._answer: Callable[[str, Answer], bool] = lambda _id, _answer: False
        self._open: dict[str, Question] = {}
        self._told: dict[str, asyncio.Task[tuple[str, ...]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._unsubscribe: CALLBACK_TYPE | None = None

    @callback
    def async_start(self, answer: Callable[[str, Answer], bool]) -> None:
        """Call `answer` with the id of a question and what the owner says; it returns whether that was done."""
        self._answer = answer
        self._chat.async_start(answer)
        self._unsubscribe = self._hass.bus.async_listen(EVENT_TAPPED, self._tapped)

    async def async_stop(self) -> None:
        """Listen no more, and end what is still being told; safe to call again."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._chat.async_stop()
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=_GOODBYE_WITHIN)
            for task in slow:
                task.cancel()
            if slow:
                await asyncio.wait(slow)

    @callback
    def async_tell(self, question: Question) -> None:
        """Ask the owner, everywhere."""
        self._open[question.id] = question
        words = async_words(self._hass, question)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id(question),
            data={ATTR_ENTRY: self._entry.entry_id, ATTR_QUESTION: question.id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE,
            translation_placeholders=dict(words),
        )
        self._chat.async_tell(question)
        self._told[question.id] = self._begin(self._notify(question, words))
        # The last of it: who hears this may answer at once, and then all has to be taken back.
        self._hass.bus.async_fire(
            EVENT_QUESTION, async_event_data(self._hass, question)
        )

    @callback
    def async_forget(self, question: Question) -> None:
        """Take it all back."""
        del self._open[question.id]
        ir.async_delete_issue(self._hass, DOMAIN, issue_id(question))
        persistent_notification.async_dismiss(self._hass, issue_id(question))
        self._chat.async_forget(question)
        self._begin(self._clear(question, self._told.pop(question.id)))

    @callback
    def _tapped(self, event: Event) -> None:
        """Take what was tapped in a notification of ours."""
        tapped = event.data.get(ATTR_ACTION)
        for question in tuple(self._open.values()):
            for answer in Answer:
                if tapped == _tap(question, answer):
                    self._answer(question.id, answer)

    async def _notify(
        self, question: Question, words: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Notify the owner; return the telephones on which that can be taken back.

        Home Assistant shows it where there is nobody else to notify. Nobody knows whether a chat message
        is read, or the address right, so that none counts.
        """
        wording = Wording.async_cached(self._hass)
        title = wording.say("question_title", **words)
        text = wording.say("question_text", **words)
        phones, others, entities = self._targets()
        if not (phones or others or entities):
            marked = {key: escaped(value) for key, value in words.items()}
            text = wording.say("question_notification", **marked)
            persistent_notification.async_create(
                self._hass, text, title, issue_id(question)
            )
            return ()
        plain = {ATTR_TITLE: title, ATTR_MESSAGE: text}
        actionable = {**plain, ATTR_DATA: _actions(question, wording)}
        calls: list[tuple[str, Mapping[str, object]]]
        calls = [(name, actionable) for name in phones]
        calls += [(name, plain) for name in others]
        calls += [
            (SERVICE_SEND_MESSAGE, {**plain, ATTR_ENTITY_ID: entity})
            for entity in entities
        ]
        await asyncio.gather(*(self._call(name, data) for name, data in calls))
        return phones

    async def _clear(
        self, question: Question, told: asyncio.Task[tuple[str, ...]]
    ) -> None:
        """Take a notification back from the telephones that show it."""
        await asyncio.wait({told})  # or it would come after its end
        if told.cancelled():
            return
        data = {ATTR_MESSAGE: _CLEAR, ATTR_DATA: {"tag": issue_id(question)}}
        await asyncio.gather(*(self._call(name, data) for name in told.result()))

    async def _call(self, action: str, data: Mapping[str, object]) -> None:
        try:
            await self._hass.services.async_call(
                NOTIFY, action, dict(data), blocking=True
            )
        except (HomeAssistantError, vol.Invalid) as err:
            _LOGGER.warning("The owner could not be told by notify.%s: %s", action, err)

    def _targets(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return whom to notify, of those there are: telephones and other actions, and entities."""
        chosen = self._entry.options.get(CONF_NOTIFY, ())
        names = [one.removeprefix(f"{NOTIFY}.") for one in chosen]
        actions = [one for one in names if self._hass.services.has_service(NOTIFY, one)]
        return (
            tuple(one for one in actions if one.startswith(_MOBILE)),
            tuple(one for one in actions if not one.startswith(_MOBILE)),
            tuple(
                f"{NOTIFY}.{one}"
                for one in names
                if one not in actions and self._hass.states.get(f"{NOTIFY}.{one}")
            ),
        )

    def _begin[Result](self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = self._hass.async_create_background_task(work, "xmpp_iot owner")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def issue_id(question: Question) -> str:
    """Return the id of a question's repair issue, and of its notification."""
    return f"{ISSUE}_{question.id}"


def _tap(question: Question, answer: Answer) -> str:
    """Return what a telephone sends when an answer is tapped."""
    return f"{DOMAIN}_{answer}_{question.secret}"


def _actions(question: Question, wording: Wording) -> dict[str, object]:
    """Return what makes a telephone ask; it is to be unlocked for the answer."""
    return {
        "tag": issue_id(question),
        "ttl": 0,
        "priority": "high",
        "actions": [
            {
                "action": _tap(question, answer),
                "title": wording.say(f"question_{answer}"),
                "authenticationRequired": True,
                "destructive": answer is Answer.DENY,
            }
            for answer in Answer
        ],
    }
