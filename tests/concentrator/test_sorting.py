"""Nodes in the order a caller wants them."""

import pytest

from custom_components.xmpp_iot.concentrator.sorting import in_order
from custom_components.xmpp_iot.wire.model import (
    NodeInfo,
    NodeParameter,
    NodeRef,
    NodeState,
    Value,
    ValueType,
)


def node(name: str, kind: str = "light", **parameters: Value) -> NodeInfo:
    """Return a node with parameters."""
    types = {int: ValueType.INT, str: ValueType.STRING, bool: ValueType.BOOLEAN}
    return NodeInfo(
        ref=NodeRef(name, "entities"),
        node_type=kind,
        display_name=name.upper(),
        state=NodeState.NONE,
        parameters=tuple(
            NodeParameter(key, key, types[type(value)], value)
            for key, value in parameters.items()
        ),
    )


NODES = (
    node("c", "light", size=10, colour="red"),
    node("a", "switch", size=9, colour="Blue"),
    node("d", "light", colour="blue"),
    node("b", "switch", size=9),
)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((), "cadb"),
        ((("nodeId", True),), "abcd"),
        ((("id", False),), "dcba"),
        ((("displayName", True),), "abcd"),
        ((("nodeType", True),), "cdab"),
        ((("state", False),), "cadb"),
        ((("size", True),), "abcd"),
        ((("size", False),), "cabd"),
        ((("colour", True),), "adcb"),
        ((("colour", False),), "cadb"),
        ((("nodeType", False), ("nodeId", False)), "badc"),
        ((("nothing", True),), "cadb"),
    ],
)
def test_nodes_are_sorted(order: tuple[tuple[str, bool], ...], expected: str) -> None:
    """By any attribute or parameter, up or down; equal ones keep their places, lacking ones are last."""
    assert "".join(one.ref.id for one in in_order(NODES, order)) == expected


def test_numbers_come_before_texts() -> None:
    """One parameter may be of several types."""
    mixed = (node("text", size="1"), node("number", size=7), node("yes", size=True))
    found = in_order(mixed, (("size", True),))
    assert [one.ref.id for one in found] == ["yes", "number", "text"]
