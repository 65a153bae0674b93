"""What was, as a table for a person: the report of the query `history`."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from homeassistant.core import HomeAssistant, State

from ..wire.form_model import FormField, FormFieldType, FormOption
from ..wire.model import (
    Category,
    Field,
    NodeRef,
    Quality,
    Reading,
    ReadRequest,
    ValueType,
)
from ..wire.report import (
    Alignment,
    Cell,
    Column,
    Records,
    ReportItem,
    ReportMessage,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from ..wire.xml import format_value
from .fields import STATE_FIELD
from .history import History
from .recorded import keeps
from .report_texts import Texts
from .statistics import PERIODS, Kind, Statistic, statistic_of

PERIOD: Final = "period"
STATES: Final = "states"
CATEGORIES: Final[Mapping[str, Category]] = MappingProxyType(
    {
        STATES: Category.HISTORICAL_OTHER,
        **{period.name: period.category for period in reversed(PERIODS)},
    }
)
"""What the field `period` offers."""

type Sees = Callable[[str], bool]
type Items = AsyncGenerator[Sequence[ReportItem]]
type _Row = Callable[[Reading], tuple[Cell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to know of the past."""

    start: datetime
    end: datetime
    period: str  # of CATEGORIES
    sees: Sees  # whether another entity exists for who asks


def moment(at: datetime) -> Cell:
    """Return a cell with a time."""
    return Cell(ValueType.DATE_TIME, at)


def text(value: str) -> Cell:
    """Return a cell with a text, empty for none."""
    return Cell(ValueType.STRING, value) if value else Cell()


async def table(
    name: str, title: str, columns: Sequence[Column], rows: Items, texts: Texts
) -> Items:
    """Yield a report of one table; `rows` are its records, and are closed with it."""
    yield Title(title), Status(texts("reading")), TableBegun(name, title, (*columns,))
    empty = True
    async with aclosing(rows):
        async for items in rows:
            empty = False
            yield items
    if empty:
        yield (ReportMessage(text=texts("nothing")),)
    yield (TableEnded(name),)


class HistoryReport:
    """Reports the states of an entity, or its statistics, between two times."""

    id: Final = "history"

    def __init__(self, hass: HomeAssistant, history: History) -> None:
        """Report what `history` reads."""
        self._hass = hass
        self._history = history

    def offered(self, state: State) -> bool:
        """Return whether the recorder keeps this entity."""
        return keeps(self._hass, state.entity_id)

    async def fields(self, state: State, texts: Texts) -> tuple[FormField, ...]:
        """Return the field `period`: every state or, where there are any, statistics."""
        statistic = await statistic_of(self._hass, state.entity_id)
        offered = CATEGORIES if statistic else (STATES,)
        return (
            FormField(
                var=PERIOD,
                type=FormFieldType.LIST_SINGLE,
                label=texts(PERIOD),
                values=(STATES,),
                options=tuple(FormOption(name, texts(name)) for name in offered),
            ),
        )

    async def report(self, state: State, wish: Wish, texts: Texts) -> Items:
        """Yield the report."""
        statistic = None
        if wish.period != STATES:
            statistic = await statistic_of(self._hass, state.entity_id)
        columns, row = (
            _of_states(texts)
            if wish.period == STATES
            else _of_statistics(statistic, wish.period, texts)
        )
        title = texts("history_of").format(name=state.name)
        rows = self._rows(state.entity_id, wish, row)
        async with aclosing(table(self.id, title, columns, rows, texts)) as items:
            async for part in items:
                yield part

    async def _rows(self, entity_id: str, wish: Wish, row: _Row) -> Items:
        request = ReadRequest(
            id=self.id,
            categories=frozenset({CATEGORIES[wish.period]}),
            start=wish.start,
            end=wish.end,
        )
        parts = self._history.readings(entity_id, NodeRef(entity_id), request)
        async with aclosing(parts):
            async for readings in parts:
                yield (Records(self.id, tuple(row(one) for one in readings)),)


def _of_states(texts: Texts) -> tuple[tuple[Column, ...], _Row]:
    columns = tuple(
        Column(id=name, header=texts(name))
        for name in ("when", "state", "unit", "attributes")
    )
    return columns, _state_row


def _state_row(reading: Reading) -> tuple[Cell, ...]:
    fields = {field.name: field for field in reading.fields}
    state = fields.pop(STATE_FIELD, None)
    known = state is not None and Quality.MISSING not in state.qualities
    return (
        moment(reading.at),
        _cell(state) if state is not None and known else text(reading.error),
        text(state.unit if state is not None and known else ""),
        text("; ".join(map(_attribute, fields.values()))),
    )


def _cell(field: Field) -> Cell:
    kind = ValueType.STRING if field.type is ValueType.ENUM else field.type
    return Cell(kind, field.value)


def _attribute(field: Field) -> str:
    value = format_value(field.type, field.value)
    return f"{field.name}: {value} {field.unit}".rstrip()


def _of_statistics(
    statistic: Statistic | None, period: str, texts: Texts
) -> tuple[tuple[Column, ...], _Row]:
    kinds: tuple[Kind, ...] = statistic.kinds if statistic else ()
    unit = f" ({statistic.unit})" if statistic and statistic.unit else ""
    columns = (
        Column(id="when", header=texts(period)),
        *(
            Column(id=kind, header=texts(kind) + unit, alignment=Alignment.RIGHT)
            for kind in kinds
        ),
    )

    def row(reading: Reading) -> tuple[Cell, ...]:
        fields = {field.name: field for field in reading.fields}
        values = (fields.get(f"{period} {kind}") for kind in kinds)
        return moment(reading.at), *(_cell(one) if one else Cell() for one in values)

    return columns, row
