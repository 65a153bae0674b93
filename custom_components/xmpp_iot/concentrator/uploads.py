"""Files that are too large for a message: stored where the account's server lets its users do that (XEP-0363).

Whoever is told the address can have the file: it is as secret as the message that tells it, and goes when
the service's time is over. So nothing is stored that nobody asked for.
"""

from typing import Final

from aiohttp import ClientError, ClientTimeout

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..wire.errors import NoAnswer, StanzaError
from ..wire.upload import Asker, Slot, UploadService, find_service, request_slot

# Seconds for which it is known who stores files, or that nobody does.
KNOWN_FOR: Final = 3600.0
STORED_WITHIN: Final = 30.0  # seconds
_STORED: Final = frozenset({200, 201, 204})


class NotStored(Exception):
    """A file could not be stored; the text says why."""


class Uploads:
    """Stores files for one account."""

    def __init__(self, hass: HomeAssistant, session: Asker) -> None:
        """Ask for slots over `session`, and put files by Home Assistant's own HTTP client."""
        self._hass = hass
        self._session = session
        self._service: UploadService | None = None
        self._known_until = 0.0  # by the event loop's clock

    async def store(self, name: str, content: bytes, content_type: str) -> str | None:
        """Store a file and return the address where it can be had; None where nobody takes such files.

        NotStored where it did not work out; NotConnected without session.
        """
        service = await self._find()
        if service is None or not service.takes(len(content)):
            return None
        try:
            slot = await request_slot(
                self._session, service, name, len(content), content_type
            )
            await self._put(slot, content, content_type)
        except (ClientError, NoAnswer, StanzaError, TimeoutError, ValueError) as err:
            # Perhaps it has moved: the next file begins with the question who stores files.
            self._known_until = 0.0
            raise NotStored(str(err) or type(err).__name__) from err
        return slot.get

    async def _find(self) -> UploadService | None:
        now = self._hass.loop.time()
        if now >= self._known_until:
            self._service = await find_service(self._session)
            self._known_until = now + KNOWN_FOR
        return self._service

    async def _put(self, slot: Slot, content: bytes, content_type: str) -> None:
        session = async_get_clientsession(self._hass)
        async with session.put(
            slot.put,
            data=content,
            headers=[("Content-Type", content_type), *slot.headers],
            allow_redirects=False,  # the headers are for this address alone
            timeout=ClientTimeout(total=STORED_WITHIN),
        ) as response:
            if response.status not in _STORED:
                raise NotStored(f"The service answers {response.status}.")
