"""A house with a recorder, and ways to ask it what was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.concentrator.history import History
from custom_components.xmpp_iot.concentrator.history_queries import HistoryQueries
from custom_components.xmpp_iot.concentrator.nodes import SOURCE
from custom_components.xmpp_iot.wire.errors import NotAcceptable
from custom_components.xmpp_iot.wire.form_model import Submission
from custom_components.xmpp_iot.wire.model import (
    Category,
    NodeRef,
    Reading,
    ReadRequest,
    Value,
)
from custom_components.xmpp_iot.wire.report import Cell, Records, ReportItem
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

STATES = (Category.HISTORICAL_OTHER,)


@dataclass(frozen=True, slots=True)
class Past:
    """What was in a house, made and read."""

    hass: HomeAssistant
    history: History

    @classmethod
    def of(cls, hass: HomeAssistant) -> Past:
        """Return the past of a house."""
        return cls(hass, History(hass, FieldReader(hass, SOURCE)))

    def was(
        self, entity_id: str, state: str, at: datetime, attributes: Any = None
    ) -> None:
        """Let an entity have had a state."""
        self.hass.states.async_set(
            entity_id, state, attributes, timestamp=at.timestamp(), force_update=True
        )

    async def recorded(self) -> None:
        """Return when all is in the database."""
        await async_wait_recording_done(self.hass)

    def measured(
        self,
        entity_id: str,
        unit: str,
        hours: Iterable[StatisticData],
        *,
        unit_class: str | None = None,
        mean: bool = True,
    ) -> None:
        """Let the recorder have statistics of an entity."""
        kind = StatisticMeanType.ARITHMETIC if mean else StatisticMeanType.NONE
        metadata = StatisticMetaData(
            mean_type=kind,
            has_sum=not mean,
            name=None,
            source="recorder",
            statistic_id=entity_id,
            unit_class=unit_class,
            unit_of_measurement=unit,
        )
        async_import_statistics(self.hass, metadata, hours)

    async def parts(
        self,
        entity_id: str,
        *,
        fields: Sequence[str] = (),
        categories: Sequence[Category] = STATES,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[Sequence[Reading]]:
        """Read what was, as it comes."""
        request = ReadRequest(
            id="1",
            fields=frozenset(fields),
            categories=frozenset(categories),
            start=start,
            end=end,
        )
        node = NodeRef(entity_id, SOURCE)
        return [one async for one in self.history.readings(entity_id, node, request)]

    async def readings(self, entity_id: str, **more: Any) -> list[Reading]:
        """Read what was."""
        parts = await self.parts(entity_id, **more)
        return [reading for part in parts for reading in part]

    async def values(self, entity_id: str, name: str, **more: Any) -> list[Value]:
        """Return all values of one field, oldest first."""
        readings = await self.readings(entity_id, fields=[name], **more)
        return [field.value for one in readings for field in one.fields]


def now() -> datetime:
    """Return the time in whole seconds."""
    return dt_util.utcnow().replace(microsecond=0)


def ago(**span: float) -> datetime:
    """Return a time in the past, in whole seconds."""
    return now() - timedelta(**span)


class Asker:
    """Somebody who runs queries."""

    def __init__(self, past: Past) -> None:
        """Ask a house."""
        self.queries = HistoryQueries(past.hass, past.history)
        self.hass = past.hass

    def state(self, entity_id: str) -> State:
        """Return an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def items(
        self, entity_id: str, command: str, form: Submission | None = None, **more: Any
    ) -> list[ReportItem]:
        """Return the whole report of a query."""
        state = self.state(entity_id)
        parts = self.queries.run(state, command, form, "en", **more)
        return [item async for part in parts for item in part]

    async def rows(
        self, entity_id: str, command: str, form: Submission | None = None, **more: Any
    ) -> list[tuple[Cell, ...]]:
        """Return the rows of a query's table."""
        items = await self.items(entity_id, command, form, **more)
        records = [item for item in items if isinstance(item, Records)]
        return [row for one in records for row in one.rows]

    async def wrong(self, entity_id: str, command: str, **form: Any) -> dict[str, str]:
        """Return what is wrong with a form, per field."""
        with pytest.raises(NotAcceptable) as refusal:
            await self.items(entity_id, command, form)
        return dict(refusal.value.parameters)
