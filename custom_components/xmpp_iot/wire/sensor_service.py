"""Sensor data, answered (XEP-0323 and its Neuro-Foundation sibling)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from .call import Call, Routes
from .dialects import Dialect
from .errors import BadRequest
from .outbox import Outbox
from .provider import Provider, Transport
from .readouts import Readouts
from .sensor_data import decode_cancel, decode_read, encode_cancelled, render_refusal
from .xml import Element, clark, from_text

MAX_DELAY: Final = timedelta(hours=24)  # of a readout asked for later


class SensorService:
    """Answers read requests of all dialects."""

    def __init__(
        self, provider: Provider, transport: Transport, outbox: Outbox
    ) -> None:
        """Read what `provider` lets the caller read; what is long leaves by `outbox`."""
        self._transport = transport
        self._readouts = Readouts(provider, outbox.post)
        self._unregister: Callable[[], None] | None = None

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers."""
        return {
            clark(dialect.sensor_data, "req"): self._read,
            clark(dialect.sensor_data, "cancel"): self._cancel,
        }

    def start(self) -> None:
        """Begin to notice who is gone: nobody is there for the data."""
        self._unregister = self._transport.on_gone(self._readouts.forget)

    async def stop(self) -> None:
        """End the readouts, also those that wait for their time."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        await self._readouts.stop()

    async def _read(self, call: Call) -> Element | None:
        request = decode_read(call.payload, call.dialect)
        now = datetime.now(UTC)
        if request.when and request.when - now > MAX_DELAY:
            raise BadRequest("A readout is made within 24 hours.")
        if request.nodes:
            return await self._readouts.answer(call.caller, request, call.dialect)
        reason = "Name the nodes to read."
        if not call.dialect.inline_errors:
            raise BadRequest(reason)
        return from_text(render_refusal(reason, now, call.dialect, request.id))

    async def _cancel(self, call: Call) -> Element | None:
        request = decode_cancel(call.payload, call.dialect)
        await self._readouts.cancel(call.caller, request.id)
        return encode_cancelled(request.id, call.dialect)
