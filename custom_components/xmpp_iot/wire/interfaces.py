"""Interoperability interfaces: which agreed sets of fields and parameters a node has.

Two families of names for the same: `urn:nfi:iot:hi:1.0`, and the older `urn:xmpp:iot:interoperability`. No
dialect keeps to one of them, so a node's address is taken in the spelling of either.
"""

from collections.abc import Iterable
from typing import Final

from .dialects import FAMILIES, Dialect, decode_node
from .errors import BadRequest, ResourceConstraint
from .model import NodeRef
from .xml import Element, clark, element, required

REQUEST: Final = "getInterfaces"
MAX_INTERFACES: Final = 1000


def decode_request(request: Element, dialect: Dialect) -> NodeRef | None:
    """Return the node whose interfaces are asked for; None for the house itself."""
    for spelling in (dialect, *FAMILIES):
        if spelling.node_id in request.attrib:
            return decode_node(request, spelling)
    return None


def encode_request(node: NodeRef | None, dialect: Dialect) -> Element:
    """Return the request for the interfaces of a node, or (None) of who is asked."""
    if node is None:
        return element(clark(dialect.interfaces, REQUEST))
    return element(
        clark(dialect.interfaces, REQUEST),
        {
            dialect.node_id: node.id,
            dialect.source: node.source or None,
            dialect.partition: node.partition or None,
        },
    )


def encode_interfaces(names: Iterable[str], dialect: Dialect) -> Element:
    """Return the answer that lists interfaces."""
    tag = clark(dialect.interfaces, "interface")
    return element(
        clark(dialect.interfaces, dialect.interfaces_answer),
        {},
        *(element(tag, {dialect.interface_name: name}) for name in names),
    )


def decode_interfaces(answer: Element, dialect: Dialect) -> tuple[str, ...]:
    """Return the interfaces an answer lists; BadRequest for another answer."""
    if answer.tag != clark(dialect.interfaces, dialect.interfaces_answer):
        raise BadRequest("This lists no interfaces.")
    found = answer.findall(clark(dialect.interfaces, "interface"))
    if len(found) > MAX_INTERFACES:
        raise ResourceConstraint(f"A node has at most {MAX_INTERFACES} interfaces.")
    return tuple(required(one, dialect.interface_name) for one in found)
