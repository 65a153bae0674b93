"""The order a caller wants nodes in (XEP-0326: `sortOrder` of the operations that list nodes)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from ..wire.model import NodeInfo, NodeParameter
from ..wire.xml import format_value

type _Key = tuple[bool, float, str]

# What of a node itself one can sort by; everything else is a node parameter.
_ATTRIBUTES: Final[Mapping[str, Callable[[NodeInfo], str]]] = {
    "id": lambda node: node.ref.id,
    "nodeId": lambda node: node.ref.id,
    "displayName": lambda node: node.display_name,
    "nodeType": lambda node: node.node_type,
    "state": lambda node: node.state,
}


def in_order(
    nodes: Iterable[NodeInfo], order: Sequence[tuple[str, bool]]
) -> tuple[NodeInfo, ...]:
    """Return nodes by each (name, whether ascending), the first of them first; equal ones keep their places.

    Numbers go by their size and before texts, texts without regard to case. Who has no such parameter is
    last, whatever the direction.
    """
    ordered = tuple(nodes)
    for name, ascending in reversed(order):
        keyed = [(_key(node, name), node) for node in ordered]
        having = [(key, node) for key, node in keyed if key is not None]
        having.sort(key=lambda pair: pair[0], reverse=not ascending)
        lacking = [node for key, node in keyed if key is None]
        ordered = (*(node for _, node in having), *lacking)
    return ordered


def _key(node: NodeInfo, name: str) -> _Key | None:
    """Return what to compare a node by, None if it has nothing of that name."""
    if (read := _ATTRIBUTES.get(name)) is not None:
        return _text(read(node))
    for parameter in node.parameters:
        if parameter.id == name:
            return _parameter(parameter)
    return None


def _parameter(parameter: NodeParameter) -> _Key:
    value = parameter.value
    if isinstance(value, (int, float)):
        return False, float(value), ""
    return _text(format_value(parameter.type, value))


def _text(text: str) -> _Key:
    return True, 0.0, text.casefold()
