"""What an action answered, as a report with tables (XEP-0326 section 3.6.6).

Every list is a table of its own, the single values together are one more. What is nested deeper is JSON
text. Nothing is in a table that would not be in a field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Final

from ..wire.model import ValueType
from ..wire.report import (
    Cell,
    Column,
    Records,
    ReportItem,
    TableBegun,
    TableEnded,
    Title,
)
from .attributes import outgoing

# An answer is somebody else's data: more than this is nobody's to read.
MOST_TABLES: Final = 100
MOST_COLUMNS: Final = 100
MOST_ROWS: Final = 10_000
MOST_TEXT: Final = 4_000  # characters of a cell
_ROWS: Final = 20  # of one part of the report

_VALUES: Final = "values"
_NAME: Final = "name"
_VALUE: Final = "value"
_NOTHING: Final = Cell()


def report(title: str, answer: Mapping[str, object]) -> Iterator[Sequence[ReportItem]]:
    """Yield the report of an answer, in parts small enough for a message each."""
    yield (Title(title),)
    lists = {name: one for name, one in answer.items() if isinstance(one, list)}
    single = [
        {_NAME: name, _VALUE: value}
        for name, value in answer.items()
        if name not in lists and outgoing(name, value) is not None
    ]
    if single:
        yield from _table(_VALUES, _VALUES, single, (_NAME, _VALUE))
    for number, (name, rows) in enumerate(lists.items(), 1):
        if number > MOST_TABLES or outgoing(name, rows) is None:
            continue
        yield from _list(f"t{number}", name, rows)


def _list(
    table: str, name: str, values: Sequence[object]
) -> Iterator[list[ReportItem]]:
    """Yield a list as a table: a column for each key of its mappings, in the order they first appear."""
    rows = [
        one if isinstance(one, Mapping) else {_VALUE: one} for one in values[:MOST_ROWS]
    ]
    keys = dict.fromkeys(str(key) for row in rows for key in row) or {_VALUE: None}
    yield from _table(table, name, rows, tuple(keys)[:MOST_COLUMNS])


def _table(
    table: str,
    name: str,
    rows: Iterable[Mapping[str, object]],
    keys: tuple[str, ...],
) -> Iterator[list[ReportItem]]:
    columns = tuple(Column(id=key, header=_readable(key)) for key in keys)
    items: list[ReportItem] = [TableBegun(table, _readable(name), columns)]
    for some in batched(rows, _ROWS, strict=False):
        items.append(Records(table, tuple(_record(row, keys) for row in some)))
        yield items
        items = []
    yield [*items, TableEnded(table)]


def _record(row: Mapping[str, object], keys: tuple[str, ...]) -> tuple[Cell, ...]:
    # A single value's own name is in its row: the column's says nothing of it.
    return tuple(
        _cell(str(row[_NAME]) if keys == (_NAME, _VALUE) else key, row.get(key))
        for key in keys
    )


def _cell(name: str, value: object) -> Cell:
    if (typed := outgoing(name, value)) is None:
        return _NOTHING
    kind, text = typed
    if isinstance(text, str) and len(text) > MOST_TEXT:
        return Cell(ValueType.STRING, f"{text[: MOST_TEXT - 1]}…")
    return Cell(kind, text)


def _readable(name: str) -> str:
    return name.replace("_", " ").capitalize()
