"""What a query tells while it runs (`queryProgress` of XEP-0326 and its Neuro-Foundation sibling), out and in.

Going out it is text, fragment by fragment: a fragment is one thing the report says, and as many as fit go
into one message. Tables of any length leave in pieces; what is too large and cannot be cut is replaced by
a warning that says so.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final, assert_never

from .dialects import Dialect, decode_node
from .errors import BadRequest
from .model import ValueType
from .node_info import address
from .report import (
    Alignment,
    Cell,
    Column,
    Level,
    MessageKind,
    Outcome,
    Progress,
    QueryRef,
    Records,
    ReportItem,
    ReportMessage,
    ReportObject,
    SectionBegun,
    SectionEnded,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from .xml import (
    Element,
    clark,
    escape,
    format_value,
    optional,
    parse_long,
    parse_value,
    required,
    split_tag,
)

PROGRESS: Final = "queryProgress"
MESSAGE_BYTES: Final = 60_000  # of one message's fragments
OBJECT_BYTES: Final = (
    100_000  # of an object, which is not cut: it has a message of its own
)

type Item = ReportItem | Outcome
type _Whole = (
    Title
    | Status
    | SectionBegun
    | SectionEnded
    | TableBegun
    | TableEnded
    | ReportObject
    | ReportMessage
    | Outcome
)

# Cells know colours without alpha, and no enumerations; in all dialects the same.
_CELL_ELEMENTS: Final[Mapping[ValueType, str]] = MappingProxyType(
    {**{kind: kind.value for kind in ValueType}, ValueType.ENUM: "string"}
)
_CELL_TYPES: Final[Mapping[str, ValueType]] = MappingProxyType(
    {kind.value: kind for kind, name in _CELL_ELEMENTS.items() if name == kind}
)
_OBJECT_MESSAGE_BYTES: Final = OBJECT_BYTES * 4 // 3 + 1_000  # as base64
_VOID: Final = "<void/>"
_QUANTITIES: Final = frozenset({"quantity", "measurement"})  # of Neuro-Foundation only


def pack(
    items: Iterable[Item], dialect: Dialect, *, limit: int = MESSAGE_BYTES
) -> Iterator[str]:
    """Yield the content of messages that say `items`, each of at most `limit` bytes."""
    content: list[str] = []
    size = 0
    for item in items:
        for fragment in _fragments(item, dialect, limit):
            length = len(fragment.encode())
            if content and size + length > limit:
                yield "".join(content)
                content, size = [], 0
            content.append(fragment)
            size += length
    if content:
        yield "".join(content)


def render_progress(
    query: QueryRef, sequence: int, content: str, dialect: Dialect
) -> str:
    """Return one message of a query with what `pack` made; `sequence` counts from 1."""
    attributes = {
        **address(query.node, dialect),
        "queryId": query.id,
        dialect.query_sequence: str(sequence),
    }
    written = "".join(
        f' {name}="{escape(value)}"'
        for name, value in attributes.items()
        if name and value is not None
    )
    namespace = dialect.concentrator
    return f'<{PROGRESS} xmlns="{namespace}"{written}>{content}</{PROGRESS}>'


def decode_progress(message: Element, dialect: Dialect) -> Progress:
    """Return what a peer's query tells; what is in it and not known is left out.

    A message that does not count has the sequence None: then the order of arrival counts.
    """
    number = message.get(dialect.query_sequence) if dialect.query_sequence else None
    return Progress(
        node=decode_node(message, dialect),
        id=required(message, "queryId"),
        sequence=None if number is None else parse_long(number),
        items=tuple(_items(message, dialect)),
    )


def _fragments(item: Item, dialect: Dialect, limit: int) -> Iterator[str]:
    """Yield what says `item`, in pieces of at most `limit` bytes."""
    if isinstance(item, Records):
        yield from _record_fragments(item, limit)
        return
    if isinstance(item, ReportObject) and len(item.data) <= OBJECT_BYTES:
        limit = max(limit, _OBJECT_MESSAGE_BYTES)
    yield _fitting(_render(item, dialect), type(item).__name__, limit)


def _fitting(fragment: str, what: str, limit: int) -> str:
    if len(fragment.encode()) <= limit:
        return fragment
    text = f"A part of the report ({what}) is too large to be sent."
    return _render_message(ReportMessage(text=text, kind=MessageKind.WARNING))


def _record_fragments(records: Records, limit: int) -> Iterator[str]:
    """Yield the rows of a table as few elements, each of which fits into a message."""
    start, end = f'<newRecords tableId="{escape(records.table)}">', "</newRecords>"
    room = limit - len(start.encode()) - len(end)
    rows: list[str] = []
    size = 0
    for cells in records.rows:
        row = f"<record>{''.join(map(_render_cell, cells))}</record>"
        length = len(row.encode())
        if rows and size + length > room:
            yield f"{start}{''.join(rows)}{end}"
            rows, size = [], 0
        if length > room:
            yield _fitting(row, "a row", room)
            continue
        rows.append(row)
        size += length
    if rows:
        yield f"{start}{''.join(rows)}{end}"


def _render(item: _Whole, dialect: Dialect) -> str:
    """Return what says an item that is not cut."""
    match item:
        case Outcome():
            return f"<{item}/>"
        case Title(text):
            return f'<title name="{escape(text)}"/>'
        case Status(text):
            return f'<status message="{escape(text)}"/>'
        case SectionBegun(header):
            return f'<beginSection header="{escape(header)}"/>'
        case SectionEnded():
            return "<endSection/>"
        case TableBegun():
            return _render_table(item, dialect)
        case TableEnded(table):
            return f'<tableDone tableId="{escape(table)}"/>'
        case ReportObject(content_type, data):
            text = base64.b64encode(data).decode("ascii")
            kind = escape(content_type)
            return f'<newObject contentType="{kind}">{text}</newObject>'
        case ReportMessage():
            return _render_message(item)
        case _:
            assert_never(item)


def _render_message(message: ReportMessage) -> str:
    attributes = f'type="{message.kind}" level="{message.level}"'
    return f"<queryMessage {attributes}>{escape(message.text)}</queryMessage>"


def _render_table(table: TableBegun, dialect: Dialect) -> str:
    columns = "".join(_render_column(column, dialect) for column in table.columns)
    attributes = f'tableId="{escape(table.id)}" tableName="{escape(table.name)}"'
    return f"<newTable {attributes}>{columns}</newTable>"


def _render_column(column: Column, dialect: Dialect) -> str:
    attributes = {
        "header": column.header,
        dialect.column_source: column.source,
        dialect.column_partition: column.partition,
        "alignment": column.alignment,
        "nrDecimals": None if column.decimals is None else str(column.decimals),
    }
    written = "".join(
        f' {name}="{escape(value)}"' for name, value in attributes.items() if value
    )
    return f'<column columnId="{escape(column.id)}"{written}/>'


def _render_cell(cell: Cell) -> str:
    if cell.value is None:
        return _VOID
    text = format_value(cell.type, cell.value)
    if cell.type is ValueType.COLOR:
        text = text[:6]
    name = _CELL_ELEMENTS[cell.type]
    return f"<{name}>{escape(text)}</{name}>"


def _items(message: Element, dialect: Dialect) -> Iterator[Item]:
    for child in message:
        namespace, name = split_tag(child.tag)
        if namespace == dialect.concentrator and name in _READERS:
            yield _READERS[name](child, dialect)


def _outcome(outcome: Outcome, _node: Element, _dialect: Dialect) -> Outcome:
    return outcome


def _read_table(node: Element, dialect: Dialect) -> TableBegun:
    return TableBegun(
        required(node, "tableId"),
        optional(node, "tableName"),
        tuple(
            _read_column(column, dialect)
            for column in node.findall(clark(dialect.concentrator, "column"))
        ),
    )


def _read_column(column: Element, dialect: Dialect) -> Column:
    decimals = column.get("nrDecimals")
    return Column(
        id=required(column, "columnId"),
        header=optional(column, "header"),
        alignment=_member(Alignment, column, "alignment", None),
        decimals=None if decimals is None else parse_long(decimals),
        source=optional(column, dialect.column_source),
        partition=optional(column, dialect.column_partition),
    )


def _read_records(node: Element, dialect: Dialect) -> Records:
    rows = node.findall(clark(dialect.concentrator, "record"))
    return Records(
        required(node, "tableId"),
        tuple(tuple(_read_cell(cell, dialect) for cell in row) for row in rows),
    )


def _read_cell(cell: Element, dialect: Dialect) -> Cell:
    """Return a cell; every element is one, also one that is not known: the next ones keep their column."""
    namespace, name = split_tag(cell.tag)
    if namespace != dialect.concentrator:
        return Cell()
    if name in _CELL_TYPES:
        kind = _CELL_TYPES[name]
        return Cell(kind, parse_value(kind, cell.text or ""))
    if name in _QUANTITIES:
        return Cell(ValueType.STRING, _quantity(cell))
    if name == "base64":  # tables have no room for it here: its kind stands for it
        return Cell(ValueType.STRING, required(cell, "contentType"))
    return Cell()


def _quantity(cell: Element) -> str:
    """Return a number with its unit as text, which is what a table shows."""
    error = f" ± {value}" if (value := optional(cell, "e")) else ""
    return f"{required(cell, 'm')}{error} {required(cell, 'u')}"


def _read_object(node: Element, _: Dialect) -> ReportObject:
    text = "".join((node.text or "").split())
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadRequest("The object is not base64.") from error
    return ReportObject(required(node, "contentType"), data)


def _read_message(node: Element, _: Dialect) -> ReportMessage:
    return ReportMessage(
        text=node.text or "",
        kind=_member(MessageKind, node, "type", MessageKind.INFORMATION),
        level=_member(Level, node, "level", Level.MINOR),
    )


def _member[Kind: StrEnum, Absent](
    kinds: type[Kind], node: Element, name: str, absent: Absent
) -> Kind | Absent:
    """Return the attribute `name` as one of `kinds`; BadRequest for another."""
    if (text := node.get(name)) is None:
        return absent
    if text not in kinds:
        raise BadRequest(f"There is no such {name}.")
    return kinds(text)


_READERS: Final[Mapping[str, Callable[[Element, Dialect], Item]]] = MappingProxyType(
    {
        **{outcome.value: partial(_outcome, outcome) for outcome in Outcome},
        "title": lambda node, _: Title(required(node, "name")),
        "status": lambda node, _: Status(node.get("message", "")),
        "beginSection": lambda node, _: SectionBegun(required(node, "header")),
        "endSection": lambda node, _: SectionEnded(),
        "newTable": _read_table,
        "newRecords": _read_records,
        "tableDone": lambda node, _: TableEnded(required(node, "tableId")),
        "newObject": _read_object,
        "queryMessage": _read_message,
    }
)
