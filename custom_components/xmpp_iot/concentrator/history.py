"""What was: readings of an entity's past, from the recorder's states and its long-term statistics."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Final, Protocol

from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from ..wire.model import Category, NodeRef, Reading, ReadRequest
from .fields import FieldReader
from .recorded import Place, Wanted, ask, before, loaded, mode_now, states_page
from .statistics import FIELDS, PERIODS, StatisticSeries, statistic_of

# Made into readings before others get their turn.
_SLICE: Final = 25


class _Series(Protocol):
    """Something the recorder has, in pages."""

    async def page(self) -> Iterator[Reading] | None:
        """Return what comes next, made into readings as it is taken; None after the last."""
        ...


class StateSeries:
    """The recorded states of an entity, oldest first."""

    def __init__(
        self,
        hass: HomeAssistant,
        reader: FieldReader,
        wanted: Wanted,
    ) -> None:
        """Prepare to read what the request names, from its start to its end or now."""
        request = wanted.request
        self._hass = hass
        self._reader = reader
        self._node = wanted.node
        self._entity_id = wanted.entity_id
        self._names = request.fields
        self._mode = mode_now(hass, wanted.entity_id)
        self._end = request.end or dt_util.utcnow()
        self._after: Place | None = before(
            request.start or dt_util.utc_from_timestamp(0)
        )

    async def page(self) -> Iterator[Reading] | None:
        """Return the next states, None after the last."""
        if self._after is None:
            return None
        page = await ask(
            self._hass, states_page, self._entity_id, self._after, self._end, self._mode
        )
        self._after = page.last
        return filter(None, map(self._reading, page.states))

    def _reading(self, state: State) -> Reading | None:
        """Return what a state said, None for nothing; that it was unavailable is a failed reading."""
        reading = self._reader.entity(state, names=self._names)
        if not reading.fields and not reading.error:
            return None
        # What was cannot be set; and features, which decide that, are not recorded.
        fields = (
            replace(field, category=Category.HISTORICAL_OTHER, writable=False)
            for field in reading.fields
        )
        return replace(reading, node=self._node, fields=tuple(fields))


class History:
    """Reads the past of entities; who may read is the caller's to say."""

    def __init__(self, hass: HomeAssistant, reader: FieldReader) -> None:
        """Read as `reader` reads the present."""
        self._hass = hass
        self._reader = reader

    async def readings(
        self, entity_id: str, node: NodeRef, request: ReadRequest
    ) -> AsyncGenerator[Sequence[Reading]]:
        """Yield the past of an entity in small parts: statistics, the longest periods first, then states.

        Of each, the categories, fields and times that the request names (no category: nothing), oldest
        first. Not more is read ahead than a page. InternalServerError where the recorder cannot be read.
        """
        if not loaded(self._hass):
            return
        for series in await self._series(Wanted(entity_id, node, request)):
            while (page := await series.page()) is not None:
                for readings in batched(page, _SLICE, strict=False):
                    yield readings
                    await asyncio.sleep(0)

    async def _series(self, wanted: Wanted) -> list[_Series]:
        series: list[_Series] = []
        categories, names = wanted.request.categories, wanted.request.fields
        periods = [period for period in PERIODS if period.category in categories]
        if periods and (statistic := await statistic_of(self._hass, wanted.entity_id)):
            series += (
                StatisticSeries(self._hass, statistic, period, wanted)
                for period in periods
            )
        if Category.HISTORICAL_OTHER in categories and (not names or names - FIELDS):
            series.append(StateSeries(self._hass, self._reader, wanted))
        return series
