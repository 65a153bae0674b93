"""The Neuro-Foundation dialect, in the three generations of its namespaces."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from .dialect import PUBLISHED_COMMAND_TYPES, Dialect
from .model import HISTORICAL, Category, CommandType, Operation, Quality, ValueType
from .provisioning_model import Token

NF: Final = Dialect(
    name="nf",
    sensor_data="urn:nf:iot:sd:1.0",
    control="urn:nf:iot:ctr:1.0",
    concentrator="urn:nf:iot:concentrator:1.0",
    events="urn:nf:iot:events:1.0",
    synchronization="urn:nf:iot:synchronization:1.0",
    interfaces="urn:nfi:iot:hi:1.0",
    provisioning="urn:nf:iot:prov:d:1.0",
    provisioning_rules="urn:nf:iot:prov:o:1.0",
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
    yes="1",
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
    former_fields=MappingProxyType({}),
    categories=MappingProxyType(
        {
            Category.MOMENTARY: "m",
            Category.PEAK: "p",
            Category.STATUS: "s",
            Category.COMPUTED: "c",
            Category.IDENTITY: "i",
            **dict.fromkeys(HISTORICAL, "h"),
        }
    ),
    requested=MappingProxyType(
        {
            "m": frozenset({Category.MOMENTARY}),
            "p": frozenset({Category.PEAK}),
            "s": frozenset({Category.STATUS}),
            "c": frozenset({Category.COMPUTED}),
            "i": frozenset({Category.IDENTITY}),
            "h": HISTORICAL,
        }
    ),
    qualities=MappingProxyType(
        {
            Quality.MISSING: "ms",
            Quality.IN_PROGRESS: "pr",
            Quality.AUTOMATIC_ESTIMATE: "ae",
            Quality.MANUAL_ESTIMATE: "me",
            Quality.MANUAL_READOUT: "mr",
            Quality.AUTOMATIC_READOUT: "ar",
            Quality.TIME_OFFSET: "of",
            Quality.WARNING: "w",
            Quality.ERROR: "er",
            Quality.SIGNED: "so",
            Quality.INVOICED: "iv",
            Quality.END_OF_SERIES: "eos",
            Quality.POWER_FAILURE: "pf",
            Quality.INVOICE_CONFIRMED: "ic",
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
    affected_parameter="p",
    error_names=("n", "var"),  # the deployed implementation's, the schema's
    parameter_group="pGroup",
    control_by_message=False,
    tokens=MappingProxyType(
        {Token.SERVICE: "st", Token.DEVICE: "dt", Token.USER: "ut"}
    ),
    named_parameters=(
        ("p", "n"),
        ("parameter", "name"),  # of the deployed implementation
    ),
    cache_cleared="",
    interfaces_answer="interfaces",
    interface_name="ref",
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
            Operation.GET_NODE_INHERITANCE: "inheritance",
            Operation.GET_NODE_COMMANDS: "commands",
            Operation.SET_NODE_PARAMETERS: "nodeInfo",
        }
    ),
    answer_result=MappingProxyType({}),
    node_answers=frozenset({Operation.GET_NODE, Operation.SET_NODE_PARAMETERS}),
    sorted_operations=frozenset(),
    history_or_error=False,
    in_band_results=False,
    client_query_ids=True,
    query_sequence="seqNr",  # the deployed implementation drops messages without
    column_source="src",
    column_partition="pt",
    source_ttl="ttl",
    event_time="ts",
    old_id="oid",
    after_id="aid",
    after_partition="apt",
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

NFI: Final = replace(
    NF,
    name="nfi",
    sensor_data="urn:nfi:iot:sd:1.0",
    control="urn:nfi:iot:ctr:1.0",
    concentrator="urn:nfi:iot:concentrator:1.0",
    events="urn:nfi:iot:events:1.0",
    synchronization="urn:nfi:iot:synchronization:1.0",
    provisioning="urn:nfi:iot:prov:d:1.0",
    provisioning_rules="urn:nfi:iot:prov:o:1.0",
    command_types=PUBLISHED_COMMAND_TYPES,
)

IEEE: Final = replace(
    NF,
    name="ieee",
    sensor_data="urn:ieee:iot:sd:1.0",
    control="urn:ieee:iot:ctr:1.0",
    concentrator="urn:ieee:iot:concentrator:1.0",
    events="urn:ieee:iot:events:1.0",
    synchronization="urn:ieee:iot:synchronization:1.0",
    provisioning="urn:ieee:iot:prov:d:1.0",
    provisioning_rules="urn:ieee:iot:prov:o:1.0",
)
