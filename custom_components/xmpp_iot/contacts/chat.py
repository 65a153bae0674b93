"""Ask the owners of the house by chat: a message with the question, answered in a word or by a tap.

An owner is whom the account's options name, a contact or not: to be asked is no right to anything else.
Each question has a short code, so that an answer cannot be taken for one to another question. Whatever
comes of anybody else is not even read (`wire.chat`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
import logging
import re
import secrets
from typing import Any, Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_OWNERS
from ..wire.chat import Response, Said
from ..wire.errors import NotConnected
from ..wire.rate import Buckets, Limit
from .question import Answer, Question, async_words
from .wording import Wording, moment

_LOGGER = logging.getLogger(__name__)

_LETTERS: Final = "BCDFGHJKMNPQRSTVWXZ"  # of which no words can be made
_CODE_LENGTH: Final = 4
_NUMBERS: Final[Mapping[str, Answer]] = {
    "1": Answer.ONCE,
    "2": Answer.ALWAYS,
    "3": Answer.DENY,
}
# What may stand around the two: nothing that could mean anything. No flags, by which other letters would match.
_AROUND: Final = r"[\s.,:;!'\"()]*"
_KEYCAP: Final = "(?:\ufe0f\u20e3)?"  # makes an emoji of a digit
_LETTERS_OF_IT: Final = "[a-zA-Z]{4}"
_ANSWER: Final = re.compile(
    f"{_AROUND}(?:(?P<before>[123]){_KEYCAP}{_AROUND}(?P<after_it>{_LETTERS_OF_IT})"
    f"|(?P<before_it>{_LETTERS_OF_IT}){_AROUND}(?P<after>[123]){_KEYCAP}){_AROUND}"
)
_LONGEST: Final = (
    1_000  # characters that are looked at, with a quotation of the question
)
_MOST_OVER: Final = 50  # questions that are remembered when they are over
_HELP: Final = Limit(1 / 60, 1)  # to one who was not understood
_REMARKS: Final = Limit(1 / 10, 5)  # to one whose answer comes to nothing


class Chats(Protocol):
    """What this module needs of `wire.chat.Chats`."""

    def handle(
        self, hears: Callable[[str], bool], handler: Callable[[Said], None]
    ) -> Callable[[], None]:
        """Call `handler` with what those say whom `hears` names."""

    def send(
        self,
        to: str,
        text: str,
        responses: Iterable[Response] = (),
        *,
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        """Say something, after a resume only where `still` says so; NotConnected without session."""


@dataclass(frozen=True, slots=True)
class _Put:
    """A question, and to which bare JIDs it was put."""

    question: Question
    words: Mapping[str, str]
    asked: tuple[str, ...]


class OwnerChat:
    """Puts questions to the owners by chat, takes the first answer, and says how each ended."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], chats: Chats
    ) -> None:
        """Ask nobody yet; the options of `entry` say whom."""
        self._hass = hass
        self._entry = entry
        self._chats = chats
        self._answer: Callable[[str, Answer], bool] = lambda _id, _answer: False
        self._open: dict[str, _Put] = {}  # by their codes
        self._over: dict[str, str] = {}  # how they ended; the latest is the last
        self._helped = Buckets(_HELP)
        self._remarked = Buckets(_REMARKS)
        self._idle: set[str] = (
            set()
        )  # who was told that nothing is asked, and what is so yet
        self._end: CALLBACK_TYPE | None = None

    @callback
    def async_start(self, answer: Callable[[str, Answer], bool]) -> None:
        """Call `answer` with the id of a question and what an owner says; it returns whether that was done."""
        self._answer = answer
        self._end = self._chats.handle(self._is_owner, self._said)

    @callback
    def async_stop(self) -> None:
        """Listen no more; safe to call again."""
        if self._end is not None:
            self._end()
            self._end = None
        self._open.clear()
        self._over.clear()
        self._idle.clear()

    @callback
    def async_tell(self, question: Question) -> None:
        """Put a question to the owners, those who can be told now."""
        owners = self._entry.options.get(CONF_OWNERS, ())
        wording = Wording.async_cached(self._hass)
        code = self._new_code()
        words = {"code": code, **async_words(self._hass, question)}
        until = moment(question.ends)
        how = wording.say("chat_how", moment=until, **words)
        text = f"{wording.say('question_text', **words)}\n{how}"
        buttons = tuple(
            Response(f"{number} {code}", wording.say(f"question_{answer}"))
            for number, answer in _NUMBERS.items()
        )
        still = partial(_is_open, question)
        asked = tuple(
            one for one in owners if self._say(one, text, buttons, still=still)
        )
        if asked:
            self._open[code] = _Put(question, words, asked)
            self._idle.difference_update(asked)

    @callback
    def async_forget(self, question: Question) -> None:
        """Say to those who were asked how a question has ended."""
        for code, put in tuple(self._open.items()):
            if put.question is question:
                del self._open[code]
                wording = Wording.async_cached(self._hass)
                text = wording.say(f"chat_{_end_of(question)}", **put.words)
                self._over[code] = text
                for owner in filter(self._is_owner, put.asked):
                    self._say(owner, text)
        while len(self._over) > _MOST_OVER:
            del self._over[next(iter(self._over))]

    def _is_owner(self, bare: str) -> bool:
        return bare in self._entry.options.get(CONF_OWNERS, ())

    def _new_code(self) -> str:
        """Return a code that no question has, or has had lately."""
        while True:
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
            if code not in self._open and code not in self._over:
                return code

    @callback
    def _said(self, said: Said) -> None:
        """Take what an owner says."""
        if not self._is_owner(said.bare):  # any more
            return
        answer, code = read(said.text) or (None, "")
        if answer is not None and (put := self._open.get(code)) is not None:
            self._take(said.bare, put, answer)
        elif code in self._over:
            self._remark(said.bare, "chat_already", how=self._over[code])
        else:
            self._help(said.bare)

    def _take(self, owner: str, put: _Put, answer: Answer) -> None:
        """Take an answer to an open question."""
        question = put.question
        if not _is_open(question):  # whose end is told in a moment
            return
        _LOGGER.info("%s answers by chat: %s", owner, answer)
        if not self._answer(question.id, answer):
            self._remark(owner, "chat_not_done", **put.words)

    def _remark(self, owner: str, key: str, **words: str) -> None:
        """Say why an answer comes to nothing, but not to everything of somebody who sends many."""
        if self._remarked.take(owner):
            self._say(owner, Wording.async_cached(self._hass).say(key, **words))

    def _help(self, owner: str) -> None:
        """Say how to answer, now and then: who answers that as well may be a machine, and a slow one.

        That nothing is asked is said once, until something is.
        """
        if owner in self._idle and not self._open:
            return
        if not self._helped.take(owner):
            return
        wording = Wording.async_cached(self._hass)
        codes = ", ".join(self._open)
        key = "chat_help" if codes else "chat_nothing_asked"
        if self._say(owner, wording.say(key, codes=codes)) and not codes:
            self._idle.add(owner)

    def _say(
        self,
        owner: str,
        text: str,
        buttons: Iterable[Response] = (),
        *,
        still: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Say something, and return whether that was possible."""
        try:
            self._chats.send(owner, text, buttons, still=still)
        except NotConnected as err:
            _LOGGER.warning("%s could not be told by chat: %s", owner, err)
            return False
        return True


def _is_open(question: Question) -> bool:
    """Return whether an answer counts yet."""
    return not question.over.is_set() and dt_util.utcnow() < question.ends


def _end_of(question: Question) -> str:
    """Return how a question has ended."""
    if question.answer is not None:
        return f"ended_{question.answer}"
    return "ended_silence" if question.refusal else "ended_withdrawn"


def read(text: str) -> tuple[Answer, str] | None:
    """Return what an answer in words says, and the code of its question; None for what is no answer.

    Lines that quote what is answered (`>`, XEP-0393 section 5.1.4) do not count.
    """
    lines = text.splitlines() if len(text) <= _LONGEST else []
    own = " ".join(one for one in lines if not one.lstrip().startswith(">"))
    if (found := _ANSWER.fullmatch(own)) is None:
        return None
    number = found["before"] or found["after"]
    code = found["after_it"] or found["before_it"]
    return _NUMBERS[number], code.upper()
