"""What happened to an entity, as Home Assistant's logbook tells it: the report of the query `logbook`.

Only when, what and who leave the house: no attributes of states, no ids, and no names of what the contact
does not see.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from itertools import batched
import re
from typing import Any, Final

from homeassistant.components.logbook.const import (
    CONTEXT_DOMAIN,
    CONTEXT_ENTITY_ID,
    CONTEXT_ENTITY_ID_NAME,
    CONTEXT_NAME,
    CONTEXT_USER_ID,
    DOMAIN as LOGBOOK,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_STATE,
    LOGBOOK_ENTRY_WHEN,
)
from homeassistant.components.logbook.helpers import (
    async_determine_event_types,
    async_filter_entities,
)
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..wire.form_model import FormField
from ..wire.report import Column, Records
from .attributes import outgoing
from .entity_ids import entities_in
from .history_report import Items, Sees, Wish, moment, table, text
from .recorded import HALF_MICROSECOND, ask, keeps, mode_now
from .report_texts import Texts

type Entry = Mapping[str, Any]  # as EventProcessor has it

_SLICE: Final = 50  # entries made into rows before others get their turn
_FEW: Final = 50
_MANY: Final = 500  # entries in memory at a time are to be about as many
_FIRST: Final = timedelta(hours=1)
_SHORTEST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(days=7)
_INSTANT: Final = timedelta(microseconds=1)
# What the query leaves out at both of its bounds.
_MARGIN: Final = timedelta(milliseconds=1)
# Another contact's address, which our own entries have in brackets behind its name.
_ADDRESS: Final = re.compile(r" \(\S+@\S+\)$")


class LogbookPages:
    """The logbook's entries of an entity, in stretches as long as there is little in them."""

    def __init__(self, hass: HomeAssistant, entity_id: str, wish: Wish) -> None:
        """Prepare to read what is wished, at most until now."""
        self._hass = hass
        self._entity_id = entity_id
        self._types = async_determine_event_types(hass, [entity_id], None)
        self._end = min(wish.end, dt_util.utcnow())
        oldest = get_instance(hass).states_manager.oldest_ts
        first = self._end if oldest is None else dt_util.utc_from_timestamp(oldest)
        self._from = max(wish.start, first)
        self._stretch = _FIRST

    async def page(self) -> list[Entry] | None:
        """Return the next entries, maybe none; None after the last."""
        if self._from > self._end:
            return None
        since, until = self._from, min(self._from + self._stretch, self._end + _INSTANT)
        found = await ask(self._hass, self._read, since - _MARGIN, until + _MARGIN)
        self._from = until
        if len(found) > _MANY:
            self._stretch = max(self._stretch / 2, _SHORTEST)
        elif len(found) < _FEW:
            self._stretch = min(self._stretch * 2, _LONGEST)
        begin, stop = (one.timestamp() - HALF_MICROSECOND for one in (since, until))
        return [one for one in found if begin <= one[LOGBOOK_ENTRY_WHEN] < stop]

    def _read(self, hass: HomeAssistant, since: datetime, until: datetime) -> list[Any]:
        # One for each stretch: it remembers all that it has seen.
        processor = EventProcessor(hass, self._types, [self._entity_id], timestamp=True)
        return processor.get_events(since, until)


class LogbookReport:
    """Reports what happened to an entity between two times, and by whom."""

    id: Final = "logbook"

    def __init__(self, hass: HomeAssistant) -> None:
        """Report what the logbook of `hass` tells."""
        self._hass = hass

    def offered(self, state: State) -> bool:
        """Return whether the logbook has entries of this entity: of measurements it has none."""
        return (
            LOGBOOK in self._hass.config.components
            and keeps(self._hass, state.entity_id)
            and bool(async_filter_entities(self._hass, [state.entity_id]))
        )

    async def fields(self, state: State, texts: Texts) -> tuple[FormField, ...]:
        """Return that nothing but the time is asked."""
        return ()

    async def report(self, state: State, wish: Wish, texts: Texts) -> Items:
        """Yield the report."""
        columns = [
            Column(id=name, header=texts(name)) for name in ("when", "what", "who")
        ]
        title = texts("logbook_of").format(name=state.name)
        rows = self._rows(state.entity_id, wish, texts)
        async with aclosing(table(self.id, title, columns, rows, texts)) as items:
            async for part in items:
                yield part

    async def _rows(self, entity_id: str, wish: Wish, texts: Texts) -> Items:
        pages = LogbookPages(self._hass, entity_id, wish)
        secret = mode_now(self._hass, entity_id) is not None
        names: dict[str, str] = {}
        while (page := await pages.page()) is not None:
            await self._learn(page, names)
            for entries in batched(page, _SLICE, strict=False):
                rows = tuple(
                    (
                        moment(dt_util.utc_from_timestamp(entry[LOGBOOK_ENTRY_WHEN])),
                        text(_what(entry, texts, wish.sees, secret=secret)),
                        text(_who(entry, names, wish.sees)),
                    )
                    for entry in entries
                )
                yield (Records(self.id, rows),)
                await asyncio.sleep(0)

    async def _learn(self, page: Sequence[Entry], names: dict[str, str]) -> None:
        """Learn the names of the users in the entries."""
        for user_id in {one.get(CONTEXT_USER_ID) for one in page} - names.keys():
            user = await self._hass.auth.async_get_user(user_id) if user_id else None
            names[user_id or ""] = (user.name if user else None) or ""


def _what(entry: Entry, texts: Texts, sees: Sees, *, secret: bool) -> str:
    """Return what happened; what a text was changed to may be a password, and is not told.

    Nor is a message that names an entity the asker does not see.
    """
    if (state := entry.get(LOGBOOK_ENTRY_STATE)) is None:
        message = _open(LOGBOOK_ENTRY_MESSAGE, entry.get(LOGBOOK_ENTRY_MESSAGE))
        return message if all(map(sees, entities_in(message))) else ""
    if secret or not (told := _open(LOGBOOK_ENTRY_STATE, state)):
        return texts("changed")
    return texts("changed_to").format(state=told)


def _open(name: str, value: object) -> str:
    """Return what of a text leaves the house, maybe nothing."""
    told = outgoing(name, value)
    return str(told[1]) if told else ""


def _who(entry: Entry, names: Mapping[str, str], sees: Sees) -> str:
    """Return who or what did it: a contact, an automation that the asker sees, or a user."""
    name = str(entry.get(CONTEXT_NAME) or entry.get(CONTEXT_ENTITY_ID_NAME) or "")
    if entry.get(CONTEXT_DOMAIN) == DOMAIN:
        return _without_address(name)
    other = entry.get(CONTEXT_ENTITY_ID)
    if name and (other is None or sees(other)):
        return name
    # A contact has a user of its own, which is named after it.
    return _without_address(names.get(entry.get(CONTEXT_USER_ID) or "", ""))


def _without_address(name: str) -> str:
    """Return what people call somebody; a contact without a name of its own goes by its address."""
    told = _ADDRESS.sub("", name)
    return "" if "@" in told else told
