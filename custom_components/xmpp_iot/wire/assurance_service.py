"""Assurance, answered: what the last item of a feed is, for those who follow it."""

from collections.abc import Callable

from .assurance import CHECK, decode_check, encode_checked
from .call import Call, Routes, Stateless
from .dialects import FAMILIES, Dialect
from .xml import Element

type LastItem = Callable[[str, str], str]
"""Returns the id of a feed's last item, by bare JID and the feed's name; empty for who does not follow it."""


class AssuranceService(Stateless):
    """Says what was told."""

    def __init__(self, life: str, last_item: LastItem) -> None:
        """Name this life of the house, and ask `last_item` about feeds."""
        self._life = life
        self._last_item = last_item

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers; the protocol has one namespace, served with the first of the dialects."""
        return {CHECK: self._check} if dialect is FAMILIES[0] else {}

    async def _check(self, call: Call) -> Element | None:
        feed = decode_check(call.payload)
        last = self._last_item(call.caller.bare, feed) if feed else ""
        return encode_checked(self._life, last)
