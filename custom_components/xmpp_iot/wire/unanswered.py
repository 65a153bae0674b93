"""Control by message (XEP-0325): parameters are set, and nobody is told what became of it."""

from collections.abc import Callable
from typing import Final

from .call import Routes, in_payload_language
from .control import decode_set
from .dialects import FAMILIES, Dialect
from .provider import Notice, Provider, Transport
from .xml import clark

_DIALECTS: Final = {
    clark(dialect.control, "set"): dialect
    for dialect in FAMILIES
    if dialect.control_by_message
}


class UnansweredControl:
    """Sets parameters for those who do not want to know.

    A message that waited somewhere says since when, so that what is too old is refused as in a request.
    """

    def __init__(self, provider: Provider, transport: Transport) -> None:
        """Control what `provider` lets those who write by `transport` control."""
        self._provider = provider
        self._transport = transport
        self._unregister: Callable[[], None] | None = None

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers requests: nobody here."""
        return {}

    def start(self) -> None:
        """Begin to take messages."""
        self._unregister = self._transport.handle_message(_DIALECTS, self._set)

    async def stop(self) -> None:
        """Take no more messages."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None

    async def _set(self, notice: Notice) -> None:
        payload = notice.payload
        request = decode_set(payload, _DIALECTS[payload.tag])
        caller = in_payload_language(notice.caller, payload)
        await self._provider.control(caller, request)
