"""Clock synchronization, answered (Neuro-Foundation only)."""

from datetime import UTC, datetime
import time
from typing import Final

from .call import Call, Routes, Stateless
from .clock import REQUEST, SOURCE_REQUEST, ClockTime, encode_time
from .dialects import Dialect
from .errors import ItemNotFound
from .xml import Element, clark

_NANOSECONDS: Final = 1_000_000_000  # ticks per second of the high-resolution clock


class ClockService(Stateless):
    """Says what time it is in this house."""

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers; nobody in a dialect without this protocol."""
        if not dialect.synchronization:
            return {}
        return {
            clark(dialect.synchronization, REQUEST): self._say,
            clark(dialect.synchronization, SOURCE_REQUEST): self._name_source,
        }

    async def _say(self, call: Call) -> Element | None:
        now = ClockTime(datetime.now(UTC), time.perf_counter_ns(), _NANOSECONDS)
        return encode_time(now, call.dialect)

    async def _name_source(self, call: Call) -> Element | None:
        raise ItemNotFound("The clock goes by the operating system's.")
