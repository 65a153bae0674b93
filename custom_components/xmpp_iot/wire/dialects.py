"""The dialects beside each other: how XSF and Neuro-Foundation (NF) spell the one model.

XSF is XEP-0323, 0325 and 0326. NF is the maintained line, spoken in three namespace generations with the
same names.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .dialect import Dialect
from .dialect_nf import IEEE, NF, NFI
from .dialect_xsf import XSF
from .model import NodeRef
from .xml import Element, optional, required

__all__ = ["DIALECTS", "FAMILIES", "Dialect", "decode_node"]

FAMILIES: Final = (NF, NFI, IEEE, XSF)
"""All dialects, the preferred one first."""

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        namespace: dialect
        for dialect in FAMILIES
        for namespace in (
            dialect.sensor_data,
            dialect.control,
            dialect.concentrator,
            dialect.events,
            dialect.synchronization,
        )
        if namespace
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
