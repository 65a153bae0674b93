"""Requests of ours, and the answers that belong to them (RFC 6120 section 8.2.3)."""

import asyncio
from dataclasses import dataclass
import secrets

from slixmpp import JID, InvalidJID

from .errors import NoAnswer, RemoteError
from .stanzas import Kind, iq, remote_error
from .stream import Stream
from .xml import Element


@dataclass(frozen=True, slots=True)
class _Pending:
    peers: frozenset[str]  # full forms of those who may answer
    answer: asyncio.Future[Element]


class Requests:
    """Asks over `stream`: nobody's answer counts but that of the one who was asked, nor one that is late."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._pending: dict[str, _Pending] = {}

    async def exchange(
        self,
        to: str | None,
        payload: Element | str,
        *,
        kind: Kind = "get",
        timeout: float = 10,
        language: str | None = None,
    ) -> Element:
        """Ask `to` (None: the own account) and return the <iq/> that answers, a result or an error.

        NoAnswer where none came in `timeout` seconds, NotConnected without session.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        identifier, answer = self._begin(self._peers(to))
        try:
            self._stream.send_stanza(
                iq(kind, identifier, to, payload, language), deadline=deadline
            )
            async with asyncio.timeout_at(deadline):
                return await answer
        except TimeoutError:
            raise NoAnswer(f"{to or 'The server'} did not answer in time.") from None
        finally:
            del self._pending[identifier]

    async def ask(
        self,
        to: str | None,
        payload: Element | str,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Do the same and return the payload of the result; RemoteError for an error."""
        answer = await self.exchange(to, payload, kind=kind, timeout=timeout)
        if answer.get("type") == "error":
            raise remote_error(answer)
        return answer[0] if len(answer) else None

    def settle(self, answer: Element, sender: str) -> None:
        """Hand an <iq/> of type result or error to who waits for it; drop it if nobody does."""
        pending = self._pending.get(answer.get("id", ""))
        if pending is None or sender not in pending.peers or pending.answer.done():
            return
        pending.answer.set_result(answer)

    def abandon(self) -> None:
        """Fail all of them with NoAnswer: their session is over."""
        for pending in self._pending.values():
            if not pending.answer.done():
                pending.answer.set_exception(
                    NoAnswer("The session ended before the answer.")
                )

    def _begin(self, peers: frozenset[str]) -> tuple[str, asyncio.Future[Element]]:
        identifier = secrets.token_hex(8)
        answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._pending[identifier] = _Pending(peers, answer)
        return identifier, answer

    def _peers(self, to: str | None) -> frozenset[str]:
        """Return who may answer a request to `to` (RFC 6120 section 8.1.2.1)."""
        own = self._stream.boundjid
        if to is None:
            return frozenset({own.bare, own.full, own.domain})
        try:
            return frozenset({JID(to).full})
        except InvalidJID:
            raise RemoteError("jid-malformed", "modify", to) from None
