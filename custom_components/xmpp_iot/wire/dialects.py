"""The dialects beside each other: how XSF and Neuro-Foundation (NF) spell the one model.

XSF is XEP-0323, 0325 and 0326. NF is the maintained line, spoken in three namespace generations with the
same names. A codec never asks which dialect it speaks: names, and the few real differences, are data here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from .model import Category, CommandType, NodeRef, Operation, Quality, ValueType
from .xml import Element, optional, required


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """How one dialect spells the model; a dialect equals only itself."""

    name: str
    # Namespaces
    sensor_data: str
    control: str
    concentrator: str
    # A node's address
    node: str
    node_id: str
    source: str
    partition: str
    # Sensor data
    request_id: str
    request_id_type: ValueType
    fields: str
    last_mark: tuple[str, bool]  # attribute, and whether the last fragment carries it
    timestamp: str
    time_value: str
    field_filter: str
    field_name: str
    field_value: str
    unit: str
    unit_required: bool
    data_type: str
    writable: str
    field_elements: Mapping[ValueType, str]
    categories: Mapping[Category, str]
    requested: Mapping[str, Category]  # attributes of a request
    qualities: Mapping[Quality, str]
    cancelled: str  # element that confirms; '' for an empty result
    inline_bytes: int  # up to which the IQ result carries the data; -1 for never
    inline_errors: (
        bool  # errors stand among the fields, not in a `failure` of their own
    )
    # Control
    parameters: Mapping[str, ValueType]
    parameter_name: str
    parameter_value: str
    control_done: str
    error_names: tuple[
        str, ...
    ]  # attributes of paramError that carry the parameter's name
    parameter_group: str
    # Concentrator
    answers: Mapping[Operation, str]  # element that answers; absent: the content alone
    answer_result: Mapping[str, str]  # what says that it was done
    in_band_results: bool  # failures are told in an answer too
    boolean_item: str
    node_info: str
    node_info_source: str  # '' where a node does not carry its source
    parent_partition: str
    command_types: Mapping[CommandType, str]


_NF: Final = Dialect(
    name="nf",
    sensor_data="urn:nf:iot:sd:1.0",
    control="urn:nf:iot:ctr:1.0",
    concentrator="urn:nf:iot:concentrator:1.0",
    node="nd",
    node_id="id",
    source="src",
    partition="pt",
    request_id="id",
    request_id_type=ValueType.STRING,
    fields="resp",
    last_mark=("more", False),
    timestamp="ts",
    time_value="v",
    field_filter="f",
    field_name="n",
    field_value="v",
    unit="u",
    unit_required=False,
    data_type="t",
    writable="ctr",
    field_elements=MappingProxyType(
        {
            ValueType.BOOLEAN: "b",
            ValueType.COLOR: "s",
            ValueType.DATE: "d",
            ValueType.DATE_TIME: "dt",
            ValueType.DOUBLE: "q",
            ValueType.DURATION: "dr",
            ValueType.ENUM: "e",
            ValueType.INT: "i",
            ValueType.LONG: "l",
            ValueType.STRING: "s",
            ValueType.TIME: "t",
        }
    ),
    categories=MappingProxyType(
        {
            Category.MOMENTARY: "m",
            Category.PEAK: "p",
            Category.STATUS: "s",
            Category.COMPUTED: "c",
            Category.IDENTITY: "i",
            Category.HISTORICAL: "h",
        }
    ),
    requested=MappingProxyType(
        {
            "m": Category.MOMENTARY,
            "p": Category.PEAK,
            "s": Category.STATUS,
            "c": Category.COMPUTED,
            "i": Category.IDENTITY,
            "h": Category.HISTORICAL,
        }
    ),
    qualities=MappingProxyType(
        {
            Quality.MISSING: "ms",
            Quality.IN_PROGRESS: "pr",
            Quality.AUTOMATIC_ESTIMATE: "ae",
            Quality.MANUAL_READOUT: "mr",
            Quality.AUTOMATIC_READOUT: "ar",
            Quality.WARNING: "w",
            Quality.ERROR: "er",
        }
    ),
    cancelled="",
    inline_bytes=30_000,
    inline_errors=True,
    parameters=MappingProxyType(
        {
            "b": ValueType.BOOLEAN,
            "cl": ValueType.COLOR,
            "d": ValueType.DATE,
            "dt": ValueType.DATE_TIME,
            "db": ValueType.DOUBLE,
            "dr": ValueType.DURATION,
            "e": ValueType.ENUM,
            "i": ValueType.INT,
            "l": ValueType.LONG,
            "s": ValueType.STRING,
            "t": ValueType.TIME,
        }
    ),
    parameter_name="n",
    parameter_value="v",
    control_done="resp",
    error_names=("n", "var"),  # the deployed implementation's, the schema's
    parameter_group="pGroup",
    answers=MappingProxyType(
        {
            Operation.GET_CAPABILITIES: "strings",
            Operation.GET_ALL_DATA_SOURCES: "dataSources",
            Operation.GET_ROOT_DATA_SOURCES: "dataSources",
            Operation.GET_CHILD_DATA_SOURCES: "dataSources",
            Operation.CONTAINS_NODE: "bool",
            Operation.CONTAINS_NODES: "bools",
            Operation.GET_NODE: "nodeInfo",
            Operation.GET_NODES: "nodeInfos",
            Operation.GET_ALL_NODES: "nodeInfos",
            Operation.GET_ROOT_NODES: "nodeInfos",
            Operation.GET_CHILD_NODES: "nodeInfos",
            Operation.GET_ANCESTORS: "nodeInfos",
            Operation.GET_NODE_COMMANDS: "commands",
        }
    ),
    answer_result=MappingProxyType({}),
    in_band_results=False,
    boolean_item="bool",
    node_info="nodeInfo",
    node_info_source="src",
    parent_partition="parentPartition",
    # The deployed implementation knows a spelling of its own and takes the other for Simple.
    command_types=MappingProxyType(
        {
            CommandType.SIMPLE: "Simple",
            CommandType.PARAMETERIZED: "Parametrized",
            CommandType.QUERY: "Query",
        }
    ),
)

_PUBLISHED_COMMAND_TYPES: Final[Mapping[CommandType, str]] = MappingProxyType(
    {kind: kind.value for kind in CommandType}
)

_NFI: Final = replace(
    _NF,
    name="nfi",
    sensor_data="urn:nfi:iot:sd:1.0",
    control="urn:nfi:iot:ctr:1.0",
    concentrator="urn:nfi:iot:concentrator:1.0",
    command_types=_PUBLISHED_COMMAND_TYPES,
)

_IEEE: Final = replace(
    _NF,
    name="ieee",
    sensor_data="urn:ieee:iot:sd:1.0",
    control="urn:ieee:iot:ctr:1.0",
    concentrator="urn:ieee:iot:concentrator:1.0",
)

_XSF: Final = Dialect(
    name="xsf",
    sensor_data="urn:xmpp:iot:sensordata",
    control="urn:xmpp:iot:control",
    concentrator="urn:xmpp:iot:concentrators",
    node="node",
    node_id="nodeId",
    source="sourceId",
    partition="cacheType",
    request_id="seqnr",
    request_id_type=ValueType.INT,
    fields="fields",
    last_mark=("done", True),
    timestamp="timestamp",
    time_value="value",
    field_filter="field",
    field_name="name",
    field_value="value",
    unit="unit",
    unit_required=True,
    data_type="dataType",
    writable="writable",
    field_elements=MappingProxyType(
        {
            ValueType.BOOLEAN: "boolean",
            ValueType.COLOR: "string",
            ValueType.DATE: "date",
            ValueType.DATE_TIME: "dateTime",
            ValueType.DOUBLE: "numeric",
            ValueType.DURATION: "duration",
            ValueType.ENUM: "enum",
            ValueType.INT: "int",
            ValueType.LONG: "long",
            ValueType.STRING: "string",
            ValueType.TIME: "time",
        }
    ),
    categories=MappingProxyType(
        {
            Category.MOMENTARY: "momentary",
            Category.PEAK: "peak",
            Category.STATUS: "status",
            Category.COMPUTED: "computed",
            Category.IDENTITY: "identity",
            Category.HISTORICAL: "historicalOther",
        }
    ),
    requested=MappingProxyType(
        {
            "momentary": Category.MOMENTARY,
            "peak": Category.PEAK,
            "status": Category.STATUS,
            "computed": Category.COMPUTED,
            "identity": Category.IDENTITY,
            "historical": Category.HISTORICAL,
            "historicalSecond": Category.HISTORICAL,
            "historicalMinute": Category.HISTORICAL,
            "historicalHour": Category.HISTORICAL,
            "historicalDay": Category.HISTORICAL,
            "historicalWeek": Category.HISTORICAL,
            "historicalMonth": Category.HISTORICAL,
            "historicalQuarter": Category.HISTORICAL,
            "historicalYear": Category.HISTORICAL,
            "historicalOther": Category.HISTORICAL,
        }
    ),
    qualities=MappingProxyType({quality: quality.value for quality in Quality}),
    cancelled="cancelled",
    inline_bytes=-1,
    inline_errors=False,
    parameters=MappingProxyType(
        {
            "boolean": ValueType.BOOLEAN,
            "color": ValueType.COLOR,
            "date": ValueType.DATE,
            "dateTime": ValueType.DATE_TIME,
            "double": ValueType.DOUBLE,
            "duration": ValueType.DURATION,
            "int": ValueType.INT,
            "long": ValueType.LONG,
            "string": ValueType.STRING,
            "time": ValueType.TIME,
        }
    ),
    parameter_name="name",
    parameter_value="value",
    control_done="setResponse",
    error_names=("var",),
    parameter_group="parameterGroup",
    answers=MappingProxyType(
        {operation: f"{operation}Response" for operation in Operation}
    ),
    answer_result=MappingProxyType({"result": "OK"}),
    in_band_results=True,
    boolean_item="value",
    node_info="node",
    node_info_source="",
    parent_partition="parentCacheType",
    command_types=_PUBLISHED_COMMAND_TYPES,
)

FAMILIES: Final = (_NF, _NFI, _IEEE, _XSF)
"""All dialects, the preferred one first."""

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        namespace: dialect
        for dialect in FAMILIES
        for namespace in (dialect.sensor_data, dialect.control, dialect.concentrator)
    }
)
"""The dialect of each namespace."""


def decode_node(node: Element, dialect: Dialect) -> NodeRef:
    """Return the address that `node` carries in its attributes; BadRequest without an id."""
    return NodeRef(
        required(node, dialect.node_id),
        optional(node, dialect.source),
        optional(node, dialect.partition),
    )
