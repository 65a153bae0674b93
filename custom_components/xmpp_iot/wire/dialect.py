"""What a dialect is: every name, and the few real differences, by which XSF and Neuro-Foundation differ.

A codec never asks which dialect it speaks; it looks up what the dialect says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .model import Category, CommandType, Operation, Quality, ValueType
from .provisioning_model import Token


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dialect:
    """How one dialect spells the model; a dialect equals only itself."""

    name: str
    # Namespaces
    sensor_data: str
    control: str
    concentrator: str
    events: str  # event subscription; '' where there is none
    synchronization: str  # of clocks; '' where there is none
    interfaces: str  # interoperability
    provisioning: str  # of devices
    provisioning_rules: str  # that owners make; '' where there are none
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
    yes: str  # that something marks a field; absent is no
    field_elements: Mapping[ValueType, str]
    former_fields: Mapping[str, ValueType]  # elements of older peers, read only
    categories: Mapping[Category, str]
    requested: Mapping[str, frozenset[Category]]  # attributes of a request
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
    affected_parameter: str  # element that names a parameter which was set
    error_names: tuple[
        str, ...
    ]  # attributes of paramError that carry the parameter's name
    parameter_group: str
    control_by_message: bool  # a `set` may come as a message, which is never answered
    # Provisioning
    tokens: Mapping[Token, str]
    named_parameters: tuple[
        tuple[str, str], ...
    ]  # element and attribute that name a parameter: the first is written, all are read
    cache_cleared: str  # element that confirms; '' for an empty result
    # Interoperability
    interfaces_answer: str
    interface_name: str
    # Concentrator
    answers: Mapping[Operation, str]  # element that answers; absent: the content alone
    answer_result: Mapping[str, str]  # what says that it was done
    node_answers: frozenset[Operation]  # whose answer is the node itself, not in a list
    sorted_operations: frozenset[Operation]  # who may be asked for an order
    history_or_error: bool  # no subscription with events of the past if they are lost
    in_band_results: bool  # failures are told in an answer too
    client_query_ids: bool  # who asks names the query; else the house does
    query_sequence: str  # attribute that numbers a query's messages; '' for none
    column_source: str
    column_partition: str
    source_ttl: str  # seconds a subscription lasts; '' where it lasts with presence
    event_time: str  # '' where events carry no time
    old_id: str
    after_id: str
    after_partition: str
    boolean_item: str
    node_info: str
    node_info_source: str  # '' where a node does not carry its source
    parent_partition: str
    command_types: Mapping[CommandType, str]


PUBLISHED_COMMAND_TYPES: Final[Mapping[CommandType, str]] = MappingProxyType(
    {kind: kind.value for kind in CommandType}
)
