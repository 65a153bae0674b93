"""The concentrator both ways: requests and answers of all operations arrive as far as a dialect can say them."""

from dataclasses import replace
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator import decode_tree, encode_tree
from custom_components.xmpp_iot.wire.concentrator_client import decode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.form_model import Form
from custom_components.xmpp_iot.wire.model import (
    Nodes,
    Operation,
    QueryBegun,
    TreeAnswer,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .strategies import quick
from .test_roundtrip_forms import arrived
from .tree_strategies import ANSWERS, arrived_listed, tree_requests

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

requests: Final = st.sampled_from(Operation).flatmap(tree_requests)
answers: Final = st.sampled_from(Operation).flatmap(
    lambda operation: st.tuples(st.just(operation), ANSWERS[operation])
)


def arrived_request(request: TreeRequest, dialect: Dialect) -> TreeRequest:
    """Return the request as it arrives: not all may be sorted, nor may all askers name their queries."""
    if request.operation not in dialect.sorted_operations:
        request = replace(request, sort_order=())
    if request.operation is Operation.EXECUTE_NODE_QUERY:
        if not dialect.client_query_ids:
            request = replace(request, query_id="")
    return replace(request, dialect=dialect.concentrator)


def arrived_answer(answer: TreeAnswer, dialect: Dialect) -> TreeAnswer:
    """Return the answer as it arrives."""
    match answer:
        case Nodes(infos):
            return Nodes(tuple(arrived_listed(info, dialect) for info in infos))
        case Form():
            return replace(answer, fields=tuple(map(arrived, answer.fields)))
        case QueryBegun() if dialect.client_query_ids:
            return QueryBegun("")
    return answer


@each_dialect
@settings(quick, max_examples=200)
@given(requests)
def test_requests_go_both_ways(dialect: Dialect, request_: TreeRequest) -> None:
    """What is asked arrives as it was."""
    text = to_text(encode_tree(request_, dialect))
    assert decode_tree(from_text(text), dialect) == arrived_request(request_, dialect)


@each_dialect
@settings(quick, max_examples=200)
@given(answers)
def test_answers_go_both_ways(
    dialect: Dialect, told: tuple[Operation, TreeAnswer]
) -> None:
    """What is answered arrives as it was."""
    operation, answer = told
    encoded = encode_answer(operation, answer, dialect)
    received = None if encoded is None else from_text(to_text(encoded))
    assert decode_answer(operation, received, dialect) == arrived_answer(
        answer, dialect
    )
