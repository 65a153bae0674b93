"""The one model of both dialects: what nodes, fields, parameters, commands and forms are.

Nothing here knows XML, slixmpp or Home Assistant. Terms are those of XEP-0323 (sensor data), XEP-0325
(control), XEP-0326 (concentrators) and XEP-0004 (data forms).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from .form_model import Form, Submission
from .page import Page, Place

type Value = bool | int | float | str | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class NodeRef:
    """A node's address: unique by all three parts (XEP-0326 section 2.3)."""

    id: str
    source: str = ""
    partition: str = ""


class ValueType(StrEnum):
    """The types a value can have on the wire."""

    BOOLEAN = "boolean"
    COLOR = "color"  # text: RRGGBB or RRGGBBAA
    DATE = "date"
    DATE_TIME = "dateTime"
    DOUBLE = "double"
    DURATION = "duration"
    ENUM = "enum"  # text, with the name of its enumeration
    INT = "int"
    LONG = "long"
    STRING = "string"
    TIME = "time"


class Category(StrEnum):
    """What kind of information a field carries (XEP-0323 section 2.3)."""

    MOMENTARY = "momentary"
    PEAK = "peak"
    STATUS = "status"
    COMPUTED = "computed"
    IDENTITY = "identity"
    HISTORICAL_SECOND = "historicalSecond"
    HISTORICAL_MINUTE = "historicalMinute"
    HISTORICAL_HOUR = "historicalHour"
    HISTORICAL_DAY = "historicalDay"
    HISTORICAL_WEEK = "historicalWeek"
    HISTORICAL_MONTH = "historicalMonth"
    HISTORICAL_QUARTER = "historicalQuarter"
    HISTORICAL_YEAR = "historicalYear"
    HISTORICAL_OTHER = "historicalOther"


HISTORICAL: Final = frozenset(
    category for category in Category if category.value.startswith("historical")
)
"""All that was, by the time it stands for; NF does not tell them apart."""


class Quality(StrEnum):
    """How good a value is (field status flags of XEP-0323)."""

    MISSING = "missing"
    IN_PROGRESS = "inProgress"
    AUTOMATIC_ESTIMATE = "automaticEstimate"
    MANUAL_ESTIMATE = "manualEstimate"
    MANUAL_READOUT = "manualReadout"
    AUTOMATIC_READOUT = "automaticReadout"
    TIME_OFFSET = "timeOffset"
    WARNING = "warning"
    ERROR = "error"
    SIGNED = "signed"
    INVOICED = "invoiced"
    END_OF_SERIES = "endOfSeries"
    POWER_FAILURE = "powerFailure"
    INVOICE_CONFIRMED = "invoiceConfirmed"


READOUT: Final = frozenset({Quality.AUTOMATIC_READOUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value read from a node."""

    name: str
    type: ValueType
    value: Value
    unit: str = ""  # numbers only
    data_type: str = ""  # enumerations only: the name of the enumeration
    category: Category = Category.MOMENTARY
    qualities: frozenset[Quality] = READOUT
    writable: bool = False  # a control parameter has the same name


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The fields of one node at one time, or why they could not be read."""

    node: NodeRef
    at: datetime
    fields: tuple[Field, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """A request for a readout (XEP-0323 section 3.2).

    Empty `fields` means all of them; empty `categories` means all but historical. `start` and `end`
    bound the times of historical values, both included.
    """

    id: str
    nodes: tuple[NodeRef, ...] = ()
    fields: frozenset[str] = frozenset()
    categories: frozenset[Category] = frozenset()
    when: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CancelRead:
    """A request to stop the readout with that id."""

    id: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One control parameter and the value it shall take."""

    name: str
    type: ValueType
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """A request to set parameters of nodes, typed or by form (XEP-0325 section 3)."""

    nodes: tuple[NodeRef, ...]
    settings: tuple[Setting, ...] = ()
    form: Submission | None = None


@dataclass(frozen=True, slots=True)
class ControlFormRequest:
    """A request for the form of the control parameters common to these nodes.

    With a `draft`, a form filled in so far (XEP-0336), the answer has its values and what is wrong with them.
    """

    nodes: tuple[NodeRef, ...]
    draft: Submission | None = None


class NodeState(StrEnum):
    """How a node is (XEP-0326 section 2.4)."""

    NONE = "None"
    INFORMATION = "Information"
    WARNING_SIGNED = "WarningSigned"
    WARNING_UNSIGNED = "WarningUnsigned"
    ERROR_SIGNED = "ErrorSigned"
    ERROR_UNSIGNED = "ErrorUnsigned"


@dataclass(frozen=True, slots=True)
class NodeParameter:
    """One static property of a node (XEP-0326 node parameters)."""

    id: str
    name: str
    type: ValueType
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMessage:
    """A message about a node: `kind` is Error, Warning or Information."""

    at: datetime
    kind: str
    text: str
    event_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfo:
    """What a concentrator says of a node."""

    ref: NodeRef
    node_type: str
    display_name: str
    state: NodeState = NodeState.NONE
    has_children: bool = False
    is_readable: bool = False
    is_controllable: bool = False
    has_commands: bool = False
    parent: NodeRef | None = None
    last_changed: datetime | None = None
    parameters: tuple[NodeParameter, ...] = ()
    messages: tuple[NodeMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A source of nodes."""

    id: str
    name: str
    has_children: bool = False
    last_changed: datetime | None = None


class CommandType(StrEnum):
    """How a command is used (XEP-0326 section 3.6)."""

    SIMPLE = "Simple"
    PARAMETERIZED = "Parameterized"
    QUERY = "Query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """An action a node offers."""

    id: str
    name: str
    type: CommandType = CommandType.SIMPLE
    sort_category: str = ""
    sort_key: str = ""
    confirmation: str = ""
    success: str = ""
    failure: str = ""


class Operation(StrEnum):
    """The concentrator operations this house performs, by their element name in both dialects."""

    GET_CAPABILITIES = "getCapabilities"
    GET_ALL_DATA_SOURCES = "getAllDataSources"
    GET_ROOT_DATA_SOURCES = "getRootDataSources"
    GET_CHILD_DATA_SOURCES = "getChildDataSources"
    CONTAINS_NODE = "containsNode"
    CONTAINS_NODES = "containsNodes"
    GET_NODE = "getNode"
    GET_NODES = "getNodes"
    GET_ALL_NODES = "getAllNodes"
    GET_ROOT_NODES = "getRootNodes"
    GET_CHILD_NODES = "getChildNodes"
    GET_ANCESTORS = "getAncestors"
    GET_NODE_INHERITANCE = "getNodeInheritance"
    GET_NODE_COMMANDS = "getNodeCommands"
    GET_COMMAND_PARAMETERS = "getCommandParameters"
    EXECUTE_NODE_COMMAND = "executeNodeCommand"
    GET_NODE_PARAMETERS = "getNodeParametersForEdit"
    SET_NODE_PARAMETERS = "setNodeParametersAfterEdit"
    EXECUTE_NODE_QUERY = "executeNodeQuery"
    ABORT_NODE_QUERY = "abortNodeQuery"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRequest:
    """A concentrator request (XEP-0326), of any operation; what an operation does not use is empty."""

    operation: Operation
    nodes: tuple[NodeRef, ...] = ()  # one for the operations on one node
    source: str = ""  # for the operations on a source
    parameters: bool = False
    messages: bool = False
    derived_from: frozenset[str] = frozenset()  # getAllNodes: node types to keep
    sort_order: tuple[tuple[str, bool], ...] = ()  # parameter, whether ascending
    command: str = ""
    form: Submission | None = (
        None  # of the operations that ask for a form: as filled in so far
    )
    query_id: str = ""  # of the query to begin, where its asker names it, or to end
    page: Page | None = None  # of the operations that list nodes; None for all of it
    dialect: str = ""  # the namespace asked in; the answer's addresses are in it too


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Answer: the names of the supported operations."""

    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataSources:
    """Answer: data sources."""

    sources: tuple[DataSource, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """Answer: whether each asked node exists for the asker, in the order asked."""

    found: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Answer: nodes, in the order of the operation (one for getNode)."""

    nodes: tuple[NodeInfo, ...]
    place: Place | None = None  # of a page; None for all there is


@dataclass(frozen=True, slots=True)
class Commands:
    """Answer: the commands of a node."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Answer: what kind of thing a node is, and which interfaces it has (names of section 14's family)."""

    base_classes: tuple[str, ...]
    interfaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """Answer: it was done."""


@dataclass(frozen=True, slots=True)
class QueryBegun:
    """Answer: the query with that id has begun, and tells in messages (report.py)."""

    id: str


type TreeAnswer = (
    Capabilities
    | DataSources
    | Contains
    | Nodes
    | Inheritance
    | Commands
    | Form
    | QueryBegun
    | Done
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and since when the question may have been under way."""

    jid: str  # full JID
    sent_at: datetime
    """UTC; the earliest moment the request can have been sent as far as this side can tell: when it was
    received, or, for what the server kept through an outage, when the link was last known to work."""
    language: str | None = None

    @property
    def bare(self) -> str:
        """The caller's bare JID."""
        return self.jid.partition("/")[0]
