"""Reports as the model has them: what a query of a node tells, bit by bit (XEP-0326 section 3.6.6).

A report is a stream of `ReportItem`s; that it has begun and how it ended is said by whoever sends it.
"""

from dataclasses import dataclass
from enum import StrEnum

from .model import NodeRef, Value, ValueType


class Alignment(StrEnum):
    """How a column is to be shown."""

    LEFT = "Left"
    CENTER = "Center"
    RIGHT = "Right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    id: str
    header: str = ""
    alignment: Alignment | None = None
    decimals: int | None = None
    source: str = ""  # of the nodes its cells name, if they name any
    partition: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of a table; without a value it is empty (void)."""

    type: ValueType = ValueType.STRING
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """The report's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """What is being done now, for a person who waits."""

    text: str


@dataclass(frozen=True, slots=True)
class SectionBegun:
    """A section begins."""

    header: str


@dataclass(frozen=True, slots=True)
class SectionEnded:
    """The last section that began ends."""


@dataclass(frozen=True, slots=True)
class TableBegun:
    """A table begins; its records follow, also after others."""

    id: str
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """Rows of a table, each as long as the table has columns."""

    table: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class TableEnded:
    """A table has all of its rows."""

    id: str


@dataclass(frozen=True, slots=True)
class ReportObject:
    """Something that is not a table, such as a picture."""

    content_type: str  # a media type
    data: bytes


class Level(StrEnum):
    """How much a message of a report matters."""

    MINOR = "Minor"
    MEDIUM = "Medium"
    MAJOR = "Major"


class MessageKind(StrEnum):
    """What a message of a report is."""

    INFORMATION = "Information"
    WARNING = "Warning"
    ERROR = "Error"
    EXCEPTION = "Exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMessage:
    """Something to say beside the tables."""

    text: str
    kind: MessageKind = MessageKind.INFORMATION
    level: Level = Level.MINOR


type ReportItem = (
    Title
    | Status
    | SectionBegun
    | SectionEnded
    | TableBegun
    | Records
    | TableEnded
    | ReportObject
    | ReportMessage
)


class Outcome(StrEnum):
    """How far a query is."""

    STARTED = "queryStarted"
    DONE = "queryDone"
    ABORTED = "queryAborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRef:
    """A query under way."""

    node: NodeRef
    command: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One message of a query: `sequence` counts from 1, and is None where the dialect does not count."""

    node: NodeRef
    id: str
    sequence: int | None
    items: tuple[ReportItem | Outcome, ...]
