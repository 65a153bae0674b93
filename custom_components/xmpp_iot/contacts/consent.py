"""Ask the owner: what a contact sees and may not do, the owner may allow at the moment it is wanted.

A request waits for the answer until its own expiry and no longer: nothing is done late. An answer that comes
afterwards leaves a pass for a repeat (passes.py). Nothing said is a no.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
import logging
import secrets
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_ALL_ENTITIES,
    CONF_ASK,
    CONF_DANGEROUS,
    CONF_DAYS,
    CONF_FROM,
    CONF_GRANTS,
    CONF_ID,
    CONF_JID,
    CONF_LEVEL,
    CONF_TARGET,
    CONF_TO,
    CONF_UNTIL,
    SUBENTRY_CONTACT,
)
from ..wire.errors import Asked, Forbidden, ResourceConstraint
from ..wire.xml import element
from .danger import async_is_dangerous
from .grant import MOST_GRANTS
from .grants import Decision, Grants, Verdict
from .migration import new_id
from .owner import Owner
from .passes import VALID
from .question import Answer, Key, Question, Wish
from .targets import async_pinned

_LOGGER = logging.getLogger(__name__)

OPEN_FOR: Final = VALID  # as long as the owner's yes is worth something
QUIET_AFTER_NO: Final = timedelta(minutes=5)
MOST_OF_A_CONTACT: Final = 3
MOST: Final = 20

_WHEN: Final = (CONF_UNTIL, CONF_DAYS, CONF_FROM, CONF_TO)

ASKED: Final = "{urn:xmpp-iot:consent:0}asked"
"""The application's own condition of the error (RFC 6120 section 8.3.4): the owner was asked."""


class NoSuchQuestion(Exception):
    """It was never asked, or is answered, or over."""


class NoRoom(Exception):
    """The contact has as many grants as one can have."""


class Consent:
    """The questions that are before the owner of an account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        grants: Grants,
        owner: Owner,
    ) -> None:
        """Ask `owner` about what `grants` says is to be asked."""
        self._hass = hass
        self._entry = entry
        self._grants = grants
        self._owner = owner
        self._questions: dict[Key, Question] = {}
        self._ends: dict[Key, CALLBACK_TYPE] = {}
        # By all of the key but the data: a no is one to every value. Until when, and why.
        self._refused: dict[tuple[str, ...], tuple[datetime, str]] = {}
        self._unsubscribe: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Begin to listen to the owner, and to changes of the contacts."""
        self._unsubscribe = self._grants.async_listen(self._contacts_changed)
        self._owner.async_start(self._answered)

    async def async_stop(self) -> None:
        """Close every question, and leave nothing of it anywhere; safe to call again."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for question in tuple(self._questions.values()):
            self._close(question)
        self._refused.clear()
        await self._owner.async_stop()

    @property
    def questions(self) -> Mapping[str, Question]:
        """The open questions, by their ids."""
        return {question.id: question for question in self._questions.values()}

    def may_ask(self, bare: str) -> bool:
        """Return whether there is anything about which a contact can have the owner asked now."""
        return any(asks for _, _, asks in self._grants.powers(bare))

    async def ask(self, wishes: Sequence[Wish], until: datetime) -> None:
        """Ask the owner for all of this, and return when that is allowed, or for the gate to judge again.

        Forbidden where the owner says no, or has said so lately. Asked where nothing is said until then:
        the question stays. ResourceConstraint where too much is asked, or more of what is asked already
        than the owner was told; then nothing of it is asked.
        """
        for question in self._opened(wishes):
            try:
                async with asyncio.timeout((until - dt_util.utcnow()).total_seconds()):
                    await question.over.wait()
            except TimeoutError:
                raise Asked(
                    "The owner was asked, and has not answered yet. Try again soon.",
                    children=(element(ASKED),),
                ) from None
            if question.refusal:
                raise Forbidden(question.refusal)

    @callback
    def async_answer(self, question_id: str, answer: Answer) -> None:
        """Take the owner's answer; NoSuchQuestion, or NoRoom for one more grant."""
        if (question := self.questions.get(question_id)) is None:
            raise NoSuchQuestion
        wish = question.wish
        match answer:
            case Answer.ONCE:
                for _ in range(question.times):
                    self._grants.allow_once(
                        wish.contact.jid, wish.entity_id, wish.action, wish.data
                    )
            case Answer.ALWAYS:
                self._grant(question)
            case Answer.DENY:
                self._refuse(question, "The owner said no.")
        question.answer = answer
        self._close(question)

    # Questions

    def _opened(self, wishes: Sequence[Wish]) -> list[Question]:
        """Return the questions about all that is wished, the new ones asked."""
        counted = Counter(wish.key for wish in wishes)
        distinct = {wish.key: wish for wish in wishes}
        for key in distinct:
            self._check_refused(key)
            self._check_told(key, counted[key])
        decided = {
            key: (wish, self._decide(wish))
            for key, wish in distinct.items()
            if key not in self._questions
        }
        asking = {
            key: (wish, decision)
            for key, (wish, decision) in decided.items()
            if decision.verdict is Verdict.ASK
        }
        self._check_room(asking)
        joined = [self._questions[key] for key in distinct if key in self._questions]
        # (a new one may be answered, and over, as soon as it is asked)
        return joined + [
            self._open(wish, decision, counted[key])
            for key, (wish, decision) in asking.items()
        ]

    def _check_refused(self, key: Key) -> None:
        now = dt_util.utcnow()
        self._refused = {
            one: (until, why)
            for one, (until, why) in self._refused.items()
            if now < until
        }
        if (refused := self._refused.get(key[:-1])) is not None:
            raise Forbidden(refused[1])

    def _check_told(self, key: Key, times: int) -> None:
        """Raise ResourceConstraint where the owner would allow more than they were told."""
        if (question := self._questions.get(key)) and times > question.times:
            raise ResourceConstraint(
                "The owner has not answered yet whether this may be done less often. Try again later."
            )

    def _check_room(self, new: Mapping[Key, object]) -> None:
        """Raise ResourceConstraint where the owner would be asked too much."""
        open_of = Counter(jid for jid, *_ in (*self._questions, *new))
        asking = {jid for jid, *_ in new}
        if new and (
            len(self._questions) + len(new) > MOST
            or any(open_of[jid] > MOST_OF_A_CONTACT for jid in asking)
        ):
            raise ResourceConstraint(
                "The owner has not answered what was asked before. Try again later."
            )

    def _decide(self, wish: Wish) -> Decision:
        return self._grants.decide(
            wish.contact.jid, wish.level, wish.entity_id, wish.action, wish.data
        )

    def _open(self, wish: Wish, decision: Decision, times: int) -> Question:
        """Ask the owner whether something may be done so many times."""
        assert decision.grant is not None  # which has the owner asked
        now = dt_util.utcnow()
        question = Question(
            id=secrets.token_hex(4),
            secret=secrets.token_hex(16),
            wish=wish,
            grant=decision.grant,
            dangerous=async_is_dangerous(self._hass, wish.entity_id, wish.action),
            asked_at=now,
            ends=now + OPEN_FOR,
            times=times,
        )
        self._questions[wish.key] = question
        self._ends[wish.key] = async_track_point_in_utc_time(
            self._hass,
            HassJob(
                partial(self._unanswered, question),
                "xmpp_iot question",
                cancel_on_shutdown=True,
            ),
            question.ends,
        )
        _LOGGER.info(
            "%s asks for %s of %s", wish.contact.jid, wish.action, wish.entity_id
        )
        self._owner.async_tell(question)
        return question

    @callback
    def _unanswered(self, question: Question, _now: datetime) -> None:
        """Take silence for a no."""
        self._refuse(question, "The owner did not answer.")
        self._close(question)

    def _refuse(self, question: Question, why: str) -> None:
        question.refusal = why
        until = dt_util.utcnow() + QUIET_AFTER_NO
        self._refused[question.wish.key[:-1]] = (until, why)

    @callback
    def _close(self, question: Question) -> None:
        """End a question, however: whoever waits for it goes on, and the owner is not asked any more."""
        if self._questions.get(question.wish.key) is not question:
            return
        del self._questions[question.wish.key]
        self._ends.pop(question.wish.key)()
        question.over.set()
        self._owner.async_forget(question)

    @callback
    def _contacts_changed(self) -> None:
        """Close what is to be asked no more, or for another reason."""
        for question in tuple(self._questions.values()):
            decision = self._decide(question.wish)
            if decision.verdict is not Verdict.ASK or decision.grant != question.grant:
                self._close(question)
        self._refused = {
            key: refused
            for key, refused in self._refused.items()
            if self._grants.admits(key[0])
        }

    # The owner

    @callback
    def _answered(self, question_id: str, answer: Answer) -> bool:
        """Take an answer, and return whether it could be taken."""
        try:
            self.async_answer(question_id, answer)
        except NoSuchQuestion:
            _LOGGER.debug("An answer came when the question was over")
            return False
        except NoRoom:
            _LOGGER.warning("There is no room for one more grant; nothing was allowed")
            return False
        return True

    def _grant(self, question: Question) -> None:
        """Grant what is wished for good: that one entity, no more than that, and when what asks counts."""
        wish = question.wish
        if (contact := self._subentry(wish.contact.jid)) is None:
            raise NoSuchQuestion
        rows = contact.data[CONF_GRANTS]
        if len(rows) >= MOST_GRANTS:
            raise NoRoom
        asking: Mapping[str, Any] = next(
            (row for row in rows if row[CONF_ID] == question.grant.id), {}
        )
        row = {
            CONF_ID: new_id(),
            CONF_LEVEL: wish.level.value,
            CONF_ALL_ENTITIES: False,
            CONF_TARGET: async_pinned(self._hass, {ATTR_ENTITY_ID: [wish.entity_id]}),
            CONF_DANGEROUS: question.dangerous,
            CONF_ASK: False,
            **{key: asking[key] for key in _WHEN if key in asking},
        }
        question.answer = Answer.ALWAYS  # (which closes it, by what it changes)
        # The gate knows it before anybody who waits goes on: it follows the entry.
        self._hass.config_entries.async_update_subentry(
            self._entry, contact, data={**contact.data, CONF_GRANTS: [*rows, row]}
        )

    def _subentry(self, jid: str) -> ConfigSubentry | None:
        contacts = self._entry.get_subentries_of_type(SUBENTRY_CONTACT)
        return next((one for one in contacts if one.data[CONF_JID] == jid), None)
