"""Requests of ours, and the answers that belong to them (RFC 6120 section 8.2.3)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from slixmpp import JID, InvalidJID

from .disco import PING_QUERY
from .errors import NoAnswer, NotConnected, RemoteError
from .stanzas import Kind, iq, remote_error
from .stream import Stream
from .unguessable import new_id
from .xml import Element, element

type Still = Callable[[], bool]
"""Says whether something is to be sent again when a session resumes."""

MAX_ASKED: Final = 1_000  # bare JIDs that are remembered; a house asks a few


def always() -> bool:
    """Say yes."""
    return True


@dataclass(frozen=True, slots=True)
class _Pending:
    peers: frozenset[str]  # full forms of those who may answer
    answer: asyncio.Future[Element]


class Requests:
    """Asks over `stream`: nobody's answer counts but that of the one who was asked, nor one that is late."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._pending: dict[str, _Pending] = {}
        self._asked: dict[str, None] = {}  # bare JIDs; the one asked last is the last

    async def exchange(
        self,
        to: str | None,
        payload: Element | str,
        *,
        kind: Kind = "get",
        timeout: float = 10,
        language: str | None = None,
        still: Still = always,
    ) -> Element:
        """Ask `to` (None: the own account) and return the <iq/> that answers, a result or an error.

        NoAnswer where none came in `timeout` seconds, NotConnected without session. When the session ends
        before the answer that is NotConnected where it is certain that the server has not got the request,
        and else NoAnswer: whether it was done is unknown.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        identifier, answer = self._begin(self._peers(to))
        try:
            self._stream.send_stanza(
                iq(kind, identifier, to, payload, language),
                deadline=deadline,
                still=still,
                undelivered=partial(self._undelivered, identifier),
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
        language: str | None = None,
        still: Still = always,
    ) -> Element | None:
        """Do the same and return the payload of the result; RemoteError for an error."""
        answer = await self.exchange(
            to, payload, kind=kind, timeout=timeout, language=language, still=still
        )
        if answer.get("type") == "error":
            raise remote_error(answer)
        return answer[0] if len(answer) else None

    async def ask_nobody(self, language: str | None) -> Element:
        """Return the server's answer, in a language, for a resource that does not exist."""
        nobody = f"{self._stream.boundjid.bare}/{new_id()}"
        return await self.exchange(nobody, element(PING_QUERY), language=language)

    def expects(self, answer: Element, sender: str) -> bool:
        """Return whether anybody waits for an <iq/> of type result or error."""
        return self._waiting_for(answer, sender) is not None

    def settle(self, answer: Element, sender: str) -> None:
        """Hand an <iq/> of type result or error to who waits for it; drop it if nobody does."""
        if (pending := self._waiting_for(answer, sender)) is not None:
            pending.answer.set_result(answer)

    def _waiting_for(self, answer: Element, sender: str) -> _Pending | None:
        pending = self._pending.get(answer.get("id", ""))
        if pending is None or sender not in pending.peers or pending.answer.done():
            return None
        return pending

    def has_asked(self, bare: str) -> bool:
        """Return whether somebody was asked anything in this session."""
        return bare in self._asked

    def abandon(self) -> None:
        """Fail all of them with NoAnswer: their session is over."""
        self._asked.clear()
        for pending in self._pending.values():
            if not pending.answer.done():
                pending.answer.set_exception(
                    NoAnswer("The session ended before the answer.")
                )

    def _undelivered(self, identifier: str) -> None:
        """Fail one of them with NotConnected: the server will never get it."""
        pending = self._pending.get(identifier)
        if pending is not None and not pending.answer.done():
            pending.answer.set_exception(
                NotConnected("The session ended before it was sent.")
            )

    def _begin(self, peers: frozenset[str]) -> tuple[str, asyncio.Future[Element]]:
        identifier = new_id()
        answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._pending[identifier] = _Pending(peers, answer)
        return identifier, answer

    def _peers(self, to: str | None) -> frozenset[str]:
        """Return who may answer a request to `to` (RFC 6120 section 8.1.2.1)."""
        own = self._stream.boundjid
        if to is None:
            return frozenset({own.bare, own.full, own.domain})
        try:
            peer = JID(to)
        except InvalidJID:
            raise RemoteError("jid-malformed", "modify", to) from None
        self._note_asked(peer.bare)
        return frozenset({peer.full})

    def _note_asked(self, bare: str) -> None:
        self._asked.pop(bare, None)
        self._asked[bare] = None
        if len(self._asked) > MAX_ASKED:
            del self._asked[next(iter(self._asked))]
