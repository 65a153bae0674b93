"""Which requests would change something, told by their payload's name alone: the rest may not be readable."""

from typing import Final

from .dialects import FAMILIES
from .model import Operation
from .xml import clark, split_tag

_CHANGES: Final = frozenset(
    {
        Operation.EXECUTE_NODE_COMMAND,
        Operation.SET_NODE_PARAMETERS,
        "createNewNode",
        "destroyNode",
        "executeCommonNodeCommand",
        "moveNodeDown",
        "moveNodeUp",
        "moveNodesDown",
        "moveNodesUp",
        "setCommonNodeParametersAfterEdit",
    }
)
"""Operations of a concentrator (XEP-0326), performed here or not."""

_ORDERS: Final = frozenset(
    {clark(dialect.control, "set") for dialect in FAMILIES}
    | {clark(one.concentrator, name) for one in FAMILIES for name in _CHANGES}
)


def is_change(operation: Operation) -> bool:
    """Return whether a concentrator's operation changes something."""
    return operation in _CHANGES


def order_of(tag: str) -> str:
    """Return what a payload with that tag orders, in the words of its protocol; '' where it changes nothing."""
    return split_tag(tag)[1] if tag in _ORDERS else ""
