"""Queries that are no action of Home Assistant's: what an entity was, and pictures of it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from homeassistant.core import State

from ..wire.form_model import Form, Submission
from ..wire.model import Command
from ..wire.report import ReportItem
from .history_queries import HistoryQueries
from .history_report import Sees
from .pictures import Pictures


class Offers:
    """All such queries; who may ask them is the caller's to say."""

    def __init__(self, past: HistoryQueries, pictures: Pictures) -> None:
        """Offer what these offer."""
        self._past = past
        self._pictures = pictures

    def offered(self, state: State, language: str) -> tuple[Command, ...]:
        """Return the queries an entity has, named in `language`."""
        return (
            *self._pictures.offered(state, language),
            *self._past.offered(state, language),
        )

    async def form(self, state: State, command: str, language: str) -> Form:
        """Return the form of a query; ItemNotFound if the entity does not offer it."""
        if self.is_picture(state, command):
            return await self._pictures.form(state, command, language)
        return await self._past.form(state, command, language)

    async def run(
        self,
        state: State,
        command: str,
        submission: Submission | None,
        language: str,
        *,
        sees: Sees,
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        """Yield the report of a query in parts; raises before the first as those who make it do."""
        if self.is_picture(state, command):
            parts = self._pictures.run(state, command, submission, language)
        else:
            parts = self._past.run(state, command, submission, language, sees=sees)
        async with aclosing(parts) as made:
            async for part in made:
                yield part

    def is_picture(self, state: State, command: str) -> bool:
        """Return whether a query of an entity is about how it looks now, and not about its past."""
        offered = self._pictures.offered(state, "en")
        return any(one.id == command for one in offered)
