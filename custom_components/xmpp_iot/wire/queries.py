"""Queries under way: from a stream of report items to an answer and the messages that follow it.

Everything a query says has the next number of its sequence, and a deployed peer drops what comes after a
number it has not seen: a message is never given up half sent. So an abort ends the reading, not the
sending, and is told after the message on its way.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
import logging
import secrets
from typing import Any, Final

from .call import answers_sent, note_answering, seen
from .dialects import Dialect
from .errors import (
    Conflict,
    ItemNotFound,
    NoAnswer,
    NotConnected,
    ResourceConstraint,
    ServiceUnavailable,
    StanzaError,
)
from .model import Caller, TreeRequest
from .outbox import Post
from .progress import Item, pack, render_progress
from .provider import Provider
from .report import Level, MessageKind, Outcome, QueryRef, ReportItem, ReportMessage

_LOGGER = logging.getLogger(__name__)

MAX_RUNNING: Final = 8  # queries of one contact

type Parts = AsyncIterator[Sequence[ReportItem]]
type _Key = tuple[str, str]  # full JID, query id


@dataclass(slots=True, eq=False)
class _Query:
    """One query: what is asked, by whom, and how far it is."""

    caller: Caller
    ref: QueryRef
    dialect: Dialect
    parts: Parts
    sequence: int = 0
    aborted: bool = False
    deserted: bool = False  # nobody is there to be told anything
    pulling: asyncio.Task[Sequence[ReportItem] | None] | None = None
    task: asyncio.Task[None] | None = None
    answering: set[asyncio.Task[Any]] = field(default_factory=set)
    """Who answers a request about this query: what it says next comes after."""

    @property
    def key(self) -> _Key:
        """What tells this query from all others under way."""
        return self.caller.jid, self.ref.id

    def interrupt(self) -> None:
        """Read no more; whoever waits for the next part gets the end of the report."""
        if self.pulling is not None:
            self.pulling.cancel()

    async def pull(self) -> asyncio.Task[Sequence[ReportItem] | None]:
        """Return the ended task that read the next part; None is its result at the end of the report."""
        self.pulling = pulling = asyncio.create_task(
            _next(self.parts), name=f"xmpp_iot query {self.ref.id} part"
        )
        if self.aborted or self.deserted:
            pulling.cancel()
        await asyncio.wait((pulling,))
        return pulling

    async def close(self) -> None:
        """Let the source of the report clean up behind itself."""
        if self.pulling is not None:
            self.pulling.cancel()
            await asyncio.wait((self.pulling,))
            if not self.pulling.cancelled():
                self.pulling.exception()  # nobody is there to be told
        if isinstance(self.parts, AsyncGenerator):
            await self.parts.aclose()


async def _next(parts: Parts) -> Sequence[ReportItem] | None:
    return await anext(parts, None)


class Queries:
    """All queries under way, each by the full JID that asked and its id."""

    def __init__(self, provider: Provider, post: Post) -> None:
        """Ask `provider`; post what it reports by `post`, which waits for its turn."""
        self._provider = provider
        self._post = post
        self._running: dict[_Key, _Query] = {}

    async def begin(
        self, caller: Caller, request: TreeRequest, dialect: Dialect
    ) -> str:
        """Begin a query and return its id; what it tells follows, once the task this runs in is done.

        Raises what the house raises before it has anything to report; Conflict for an id that is in use.
        """
        query = self._admit(caller, request, dialect)
        try:
            first = await query.pull()
            if query.deserted:
                raise ServiceUnavailable
            if not first.cancelled() and (error := first.exception()):
                raise error
            self._continue(query, _said(query, first))
            return query.ref.id
        finally:
            if query.task is None:
                del self._running[query.key]
                await query.close()

    def abort(self, caller: Caller, query_id: str) -> None:
        """End a query of the caller before its time; ItemNotFound where none of that id is under way."""
        if (query := self._running.get((caller.jid, query_id))) is None:
            raise ItemNotFound("There is no such query under way.")
        query.aborted = True
        note_answering(query.answering)
        query.interrupt()

    def desert(self, jid: str | None) -> None:
        """End the queries of a full JID that is gone, or all of them, and tell nobody."""
        for query in self._running.values():
            if jid in {None, query.caller.jid}:
                query.deserted = True
                query.interrupt()

    async def stop(self) -> None:
        """End all queries."""
        queries = tuple(self._running.values())
        self.desert(None)
        for query in queries:
            if query.task is not None:
                query.task.cancel()
                await asyncio.wait((query.task,))
                # A task cancelled before it began has not closed anything.
                await query.close()
            elif query.pulling is not None:
                # Whoever works on the answer sees it, and closes.
                await asyncio.wait((query.pulling,))

    def _admit(self, caller: Caller, request: TreeRequest, dialect: Dialect) -> _Query:
        if (caller.jid, request.query_id) in self._running:
            raise Conflict("A query with this id is under way.")
        others = sum(
            other.caller.bare == caller.bare for other in self._running.values()
        )
        if others >= MAX_RUNNING:
            raise ResourceConstraint(f"{MAX_RUNNING} queries are under way already.")
        ref = QueryRef(
            node=request.nodes[0],
            command=request.command,
            id=request.query_id or secrets.token_hex(8),
        )
        query = _Query(caller, ref, dialect, self._provider.query(caller, request))
        self._running[query.key] = query
        return query

    def _continue(self, query: _Query, first: Sequence[Item]) -> None:
        note_answering(query.answering)
        query.task = asyncio.create_task(
            self._run(query, first), name=f"xmpp_iot query {query.ref.id}"
        )
        query.task.add_done_callback(lambda task: self._ended(query, task))

    def _ended(self, query: _Query, task: asyncio.Task[None]) -> None:
        del self._running[query.key]
        if not task.cancelled() and (error := task.exception()):
            _LOGGER.error("A query of %s failed", query.caller.jid, exc_info=error)

    async def _run(self, query: _Query, first: Sequence[Item]) -> None:
        """Tell all of the report in messages, after the answer."""
        said: Sequence[Item] = (Outcome.STARTED, *first)
        try:
            await self._tell(query, said)
            while not (query.deserted or _is_over(said)):
                said = _said(query, await query.pull())
                await self._tell(query, said)
        except (NoAnswer, NotConnected) as error:
            # The asker asks again when there is a session: nothing is kept for it.
            _LOGGER.debug("The query of %s ends: %s", query.caller.jid, error)
        finally:
            await query.close()

    async def _tell(self, query: _Query, said: Sequence[Item]) -> None:
        """Send a part of the report; of one that is aborted, how it began and how it ended."""
        await answers_sent(query.answering)
        for content in pack(said, query.dialect):
            needless = query.aborted and query.sequence and not _is_over(said)
            if needless or not self._is_there(query):
                return
            query.sequence += 1
            message = render_progress(query.ref, query.sequence, content, query.dialect)
            await self._post(query.caller.jid, message, partial(self._is_there, query))

    def _is_there(self, query: _Query) -> bool:
        """Return whether there is somebody to tell; for who does not see the node any more it does not exist."""
        if not seen(self._provider, query.caller, (query.ref.node,)):
            query.deserted = True
        return not query.deserted


def _said(
    query: _Query, pulled: asyncio.Task[Sequence[ReportItem] | None]
) -> Sequence[Item]:
    """Return what the report says next, with its end where it has come to one."""
    if pulled.cancelled():
        return (Outcome.ABORTED,)
    match pulled.exception():
        case None:
            part = pulled.result()
            return (Outcome.DONE,) if part is None else part
        case StanzaError() as error:
            return _failed(error.text or error.condition, MessageKind.ERROR)
        case error:
            _LOGGER.error("A query of %s failed", query.caller.jid, exc_info=error)
            return _failed("The report failed.", MessageKind.EXCEPTION)


def _failed(text: str, kind: MessageKind) -> Sequence[Item]:
    return (ReportMessage(text=text, kind=kind, level=Level.MAJOR), Outcome.ABORTED)


def _is_over(said: Sequence[Item]) -> bool:
    return any(end in said[-1:] for end in (Outcome.DONE, Outcome.ABORTED))
