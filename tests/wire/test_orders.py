"""Which requests would change something."""

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.model import Operation
from custom_components.xmpp_iot.wire.orders import is_change, order_of
from custom_components.xmpp_iot.wire.xml import clark


@pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: str(one.name))
def test_orders_are_known_by_their_names(dialect: Dialect) -> None:
    """In every dialect; what reads is none, nor is anything of another protocol."""
    assert order_of(clark(dialect.control, "set")) == "set"
    for name in ("executeNodeCommand", "setNodeParametersAfterEdit", "destroyNode"):
        assert order_of(clark(dialect.concentrator, name)) == name
    for tag in (
        clark(dialect.control, "getForm"),
        clark(dialect.concentrator, "getNode"),
        clark(dialect.concentrator, "executeNodeQuery"),
        clark(dialect.sensor_data, "req"),
        "{urn:other}set",
        "set",
    ):
        assert order_of(tag) == ""


def test_some_operations_change_something() -> None:
    """A query does not."""
    assert {one for one in Operation if is_change(one)} == {
        Operation.EXECUTE_NODE_COMMAND,
        Operation.SET_NODE_PARAMETERS,
    }
