"""An answer of too many nodes is refused before it is put together."""

import pytest

from custom_components.xmpp_iot.wire import answers as module
from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import ResourceConstraint
from custom_components.xmpp_iot.wire.model import (
    NodeInfo,
    NodeParameter,
    NodeRef,
    Nodes,
    Operation,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import to_text

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

PARAMETERS = (
    NodeParameter("uid", "Uid", ValueType.STRING, "a & b"),
    NodeParameter("min", "", ValueType.INT, 5),
    NodeParameter("tint", "", ValueType.COLOR, "FF8800FF"),
    NodeParameter("", "", ValueType.BOOLEAN, True),
)


def node(parameters: tuple[NodeParameter, ...] = PARAMETERS) -> NodeInfo:
    """Return a node."""
    ref = NodeRef("light.lamp", "entities")
    return NodeInfo(
        ref=ref, node_type="light", display_name="Lamp", parameters=parameters
    )


@each_dialect
@pytest.mark.parametrize("parameters", [(), PARAMETERS])
def test_nothing_is_refused_that_fits(
    dialect: Dialect, parameters: tuple[NodeParameter, ...]
) -> None:
    """A node takes at least what is counted for it."""
    one = node(parameters)
    made = encode_answer(Operation.GET_ALL_NODES, Nodes((one,) * 10), dialect)
    assert made is not None

    assert 10 * module._least_of(one) <= len(to_text(made))


@each_dialect
def test_what_cannot_fit_is_not_put_together(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to do instead, as any answer does that turns out to be too large."""
    encoded: list[object] = []
    monkeypatch.setattr(module, "encode_node_info", lambda *it: encoded.append(it))

    with pytest.raises(ResourceConstraint, match="ask for child nodes"):
        encode_answer(Operation.GET_ALL_NODES, Nodes((node(),) * 2_000), dialect)

    assert encoded == []
