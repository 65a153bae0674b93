"""The queries of an entity's past (XEP-0326 section 3.6.6): what it was, and what happened to it.

A query is a command of type Query: its form asks for the time, its report is a table that comes in parts.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Final, Protocol

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from ..wire.errors import BadRequest, ItemNotFound, NotAcceptable
from ..wire.form_model import NO_SUBMISSION, Form, FormField, FormFieldType, Submission
from ..wire.model import Command, CommandType
from ..wire.xml import format_date_time, parse_date_time
from .history import History
from .history_report import PERIOD, STATES, HistoryReport, Items, Sees, Wish
from .logbook_report import LogbookReport
from .report_texts import Texts, Words, english

START: Final = "start"
END: Final = "end"
_DEFAULT: Final = timedelta(hours=24)  # before now
# In every form: its own name, and until when it may be carried out.
_NOT_OURS: Final = frozenset({"FORM_TYPE", "expires"})


class _Query(Protocol):
    """One query."""

    @property
    def id(self) -> str:
        """The command's id, and the key of its name."""
        ...

    def offered(self, state: State) -> bool:
        """Return whether it is offered for that entity."""
        ...

    async def fields(self, state: State, texts: Texts) -> tuple[FormField, ...]:
        """Return what its form asks beside the time."""
        ...

    def report(self, state: State, wish: Wish, texts: Texts) -> Items:
        """Yield its report in parts."""
        ...


def nobody_else(entity_id: str) -> bool:
    """Return that no other entity exists for who asks."""
    return False


class HistoryQueries:
    """Offers, asks for and runs the queries of entities; who may is the caller's to say."""

    def __init__(
        self, hass: HomeAssistant, history: History, words: Words = english
    ) -> None:
        """Report what `history` and the logbook have, in the words of `words`."""
        self._words = words
        self._queries: Sequence[_Query] = (
            HistoryReport(hass, history),
            LogbookReport(hass),
        )

    def offered(self, state: State, language: str) -> tuple[Command, ...]:
        """Return the queries an entity offers, named in `language`."""
        return tuple(
            Command(
                id=query.id,
                name=self._words(query.id, language),
                type=CommandType.QUERY,
                sort_category="history",
                sort_key=f"{order:02d}",
            )
            for order, query in enumerate(self._queries)
            if query.offered(state)
        )

    async def form(self, state: State, command: str, language: str) -> Form:
        """Return the form of a query; ItemNotFound if the entity does not offer it."""
        query = self._query(state, command)
        texts = self._texts(language)
        return Form(
            title=texts(command),
            instructions=texts(f"{command}_about"),
            fields=(*_times(texts), *await query.fields(state, texts)),
        )

    async def run(
        self,
        state: State,
        command: str,
        submission: Submission | None,
        language: str,
        *,
        sees: Sees = nobody_else,
    ) -> Items:
        """Yield a query's report in parts; `sees` says which other entities it may name.

        Before the first part: ItemNotFound if the entity does not offer it, NotAcceptable with what is wrong
        with the form per field. InternalServerError where the recorder cannot be read.
        """
        query = self._query(state, command)
        texts = self._texts(language)
        asked = {field.var: field for field in await query.fields(state, texts)}
        wish = _wish(submission or NO_SUBMISSION, asked, texts, sees)
        async with aclosing(query.report(state, wish, texts)) as parts:
            async for items in parts:
                yield items

    def _texts(self, language: str) -> Texts:
        return lambda key: self._words(key, language)

    def _query(self, state: State, command: str) -> _Query:
        for query in self._queries:
            if query.id == command and query.offered(state):
                return query
        raise ItemNotFound(f"There is no command {command!r}.")


def _times(texts: Texts) -> tuple[FormField, ...]:
    """Return the fields for the time: the last day, as whole seconds."""
    now = dt_util.utcnow().replace(microsecond=0)
    return tuple(
        FormField(
            var=name,
            type=FormFieldType.TEXT_SINGLE,
            label=texts(name),
            datatype="xs:dateTime",
            values=(format_date_time(default),),
        )
        for name, default in {START: now - _DEFAULT, END: now}.items()
    )


def _wish(
    submission: Submission, asked: Mapping[str, FormField], texts: Texts, sees: Sees
) -> Wish:
    """Return what a form asks for; what is left out or empty is as the form has it."""
    wrong: dict[str, str] = {}
    given: dict[str, str] = {}
    for name, values in submission.items():
        if name in _NOT_OURS:
            continue
        if name not in {START, END, *asked}:
            wrong[name] = texts("unknown_field")
        elif len(values) > 1:
            wrong[name] = texts("one_value")
        elif any(values):
            given[name] = values[0]
    now = dt_util.utcnow()
    moments = {START: now - _DEFAULT, END: now}
    for name in moments.keys() & given.keys():
        try:
            moments[name] = parse_date_time(given[name])
        except BadRequest:
            wrong[name] = texts("no_moment")
    if not wrong and moments[START] > moments[END]:
        wrong[END] = texts("end_first")
    period = given.get(PERIOD, STATES)
    if PERIOD in asked and period not in {
        option.value for option in asked[PERIOD].options
    }:
        wrong[PERIOD] = texts("no_choice")
    if wrong:
        summary = " ".join(f"{name}: {reason}" for name, reason in wrong.items())
        raise NotAcceptable(summary, parameters=wrong)
    return Wish(start=moments[START], end=moments[END], period=period, sees=sees)
