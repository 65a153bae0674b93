"""What a query of another house reports, as code here wants it: the rows of its tables as mappings.

A report is meant to be shown to a person. Its columns are named by what they show, though, so a table is as
good as a list of mappings; an empty cell is a name that is not there.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..wire.errors import ResourceConstraint
from ..wire.model import Value
from ..wire.report import (
    MessageKind,
    Records,
    ReportItem,
    ReportMessage,
    ReportObject,
    Status,
    TableBegun,
    Title,
)

MOST_ROWS: Final = 10_000  # of one table
MOST_MEMORY: Final = 64_000_000  # bytes of one report, about
_ITEM: Final = 200  # bytes of any part of one, beside its text

type Row = Mapping[str, Value]

_FAILURES: Final = frozenset({MessageKind.ERROR, MessageKind.EXCEPTION})


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report."""

    id: str
    name: str
    columns: tuple[str, ...]  # their ids
    rows: list[Row] = field(default_factory=list)


async def collected(parts: AsyncIterator[Sequence[ReportItem]]) -> list[ReportItem]:
    """Return a report as it comes; ResourceConstraint for one without end."""
    found: list[ReportItem] = []
    room = MOST_MEMORY
    async for items in parts:
        room -= sum(map(_memory, items))
        if room < 0:
            raise ResourceConstraint("Its report is too long.")
        found.extend(items)
    return found


def tables(report: Iterable[ReportItem]) -> list[Table]:
    """Return the tables of a report in its order; records of a table that did not begin are in none."""
    found: dict[str, Table] = {}
    for item in report:
        match item:
            case TableBegun(id=table, name=name, columns=columns):
                ids = tuple(column.id for column in columns)
                found[table] = Table(table, name, ids)
            case Records(table=table) if table in found:
                _add(found[table], item)
    return list(found.values())


def rows(report: Iterable[ReportItem]) -> Iterator[Row]:
    """Yield the rows of all tables of a report: most have only one."""
    for table in tables(report):
        yield from table.rows


def day_or_moment(value: Any) -> date | None:
    """Return the day, or the moment by this house's clock, that a text names; None for anything else.

    A moment without a zone is taken for one of this house's: Home Assistant tells some in its own zone.
    """
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            value = dt_util.parse_datetime(value)
    try:
        return dt_util.as_local(value) if isinstance(value, datetime) else None
    except OverflowError:
        return None


def failure(report: Iterable[ReportItem]) -> str:
    """Return what the house says went wrong while it made the report; empty if nothing did."""
    return " ".join(
        item.text
        for item in report
        if isinstance(item, ReportMessage) and item.kind in _FAILURES
    )


def _memory(item: ReportItem) -> int:
    """Return about how many bytes a part of a report takes."""
    match item:
        case ReportObject():
            return _ITEM + len(item.data)
        case Title(text) | Status(text) | ReportMessage(text=text):
            return _ITEM + len(text)
        case TableBegun():
            return _ITEM * (1 + len(item.columns))
        case Records():
            texts = (
                len(cell.value) if isinstance(cell.value, str) else 0
                for row in item.rows
                for cell in row
            )
            return _ITEM * (1 + len(item.rows)) + sum(_ITEM + size for size in texts)
    return _ITEM


def _add(table: Table, records: Records) -> None:
    room = MOST_ROWS - len(table.rows)
    for cells in records.rows[:room]:
        pairs = zip(table.columns, cells, strict=False)
        table.rows.append(
            {column: cell.value for column, cell in pairs if cell.value is not None}
        )
