"""Interoperability interfaces, answered in both namespaces."""

from .call import Call, Routes, Stateless
from .dialects import FAMILIES, Dialect
from .interfaces import REQUEST, decode_request, encode_interfaces
from .provider import Provider
from .xml import Element, clark


class InterfaceService(Stateless):
    """Says which interfaces a node has."""

    def __init__(self, provider: Provider) -> None:
        """Answer for what `provider` lets the caller see."""
        self._provider = provider

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers; dialects with one namespace for this are served as the first of them."""
        first = next(one for one in FAMILIES if one.interfaces == dialect.interfaces)
        if dialect is not first:
            return {}
        return {clark(dialect.interfaces, REQUEST): self._list}

    async def _list(self, call: Call) -> Element | None:
        node = decode_request(call.payload, call.dialect)
        # The house itself is none of its nodes, and has none of their interfaces.
        names = (
            () if node is None else await self._provider.interfaces(call.caller, node)
        )
        return encode_interfaces(names, call.dialect)
