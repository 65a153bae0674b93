"""Readouts under way: from a stream of readings to an answer and, where it is long, messages after it."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
import logging
from typing import Final

from .dialects import Dialect
from .errors import Conflict, NoAnswer, NotConnected, ResourceConstraint, StanzaError
from .model import Caller, Reading, ReadRequest
from .sensor_data import (
    encode_accepted,
    render_error,
    render_failure,
    render_fields,
    render_reading,
)
from .xml import Element, from_text

_LOGGER = logging.getLogger(__name__)

MESSAGE_BYTES: Final = 60_000  # of one message's fragments
MAX_RUNNING: Final = 8  # readouts of one contact
MAX_ERROR: Final = 1000  # characters

type Batches = AsyncIterator[Sequence[Reading]]
type Read = Callable[[Caller, ReadRequest], Batches]
type Post = Callable[[str, str], Awaitable[None]]
type _Key = tuple[str, str]  # full JID, request id


class Packer:
    """Packs a readout's readings into messages of limited size, of which only the last says it is."""

    def __init__(
        self, request_id: str, dialect: Dialect, *, limit: int = MESSAGE_BYTES
    ) -> None:
        """Pack for the readout `request_id`, at most `limit` bytes of fragments a message."""
        self.size = 0  # bytes of all fragments until now
        self._request_id = request_id
        self._dialect = dialect
        self._limit = limit
        self._fields = _Package()
        self._failures = _Package()

    def add(self, reading: Reading) -> Iterator[str]:
        """Take a reading; yield the messages that became full by it."""
        apart = bool(reading.error) and not self._dialect.inline_errors
        if reading.fields or not apart:
            fragment = render_reading(reading, self._dialect)
            if len(fragment.encode()) > self._limit:
                for part in _parts(reading):
                    yield from self.add(part)
                return
            if self._fields.would_exceed(self._limit, fragment):
                yield self._render_fields(last=False)
            self.size += self._fields.add(fragment)
        if apart:
            fragment = render_error(reading, self._dialect)
            if self._failures.would_exceed(self._limit, fragment):
                yield self._render_failures(last=False)
            self.size += self._failures.add(fragment)

    def finish(self) -> Iterator[str]:
        """Yield what is left, the last message marked; there is always one."""
        if not self._failures.fragments:
            yield self._render_fields(last=True)
            return
        if self._fields.fragments:
            yield self._render_fields(last=False)
        yield self._render_failures(last=True)

    def _render_fields(self, *, last: bool) -> str:
        return render_fields(
            self._fields.take(), self._dialect, self._request_id, last=last
        )

    def _render_failures(self, *, last: bool) -> str:
        return render_failure(
            self._failures.take(), self._dialect, self._request_id, last=last
        )


@dataclass(slots=True)
class _Package:
    """The fragments of one message to be."""

    fragments: list[str] = field(default_factory=list)
    size: int = 0

    def would_exceed(self, limit: int, fragment: str) -> bool:
        return self.size > 0 and self.size + len(fragment.encode()) > limit

    def add(self, fragment: str) -> int:
        """Take a fragment and return its size in bytes."""
        self.fragments.append(fragment)
        self.size += (size := len(fragment.encode()))
        return size

    def take(self) -> list[str]:
        taken, self.fragments, self.size = self.fragments, [], 0
        return taken


def _parts(reading: Reading) -> tuple[Reading, ...]:
    """Return a reading that is too large for a message as smaller ones, or as an error."""
    if (count := len(reading.fields)) > 1:
        head, tail = reading.fields[: count // 2], reading.fields[count // 2 :]
        return replace(reading, fields=head, error=""), replace(reading, fields=tail)
    names = "".join(
        f"{one.name[:100]} is too large to be sent. " for one in reading.fields
    )
    return (replace(reading, fields=(), error=(names + reading.error)[:MAX_ERROR]),)


@dataclass(slots=True, eq=False)
class _Readout:
    """One readout: what is asked, by whom, and how far it is."""

    caller: Caller
    request: ReadRequest
    dialect: Dialect
    batches: Batches
    packer: Packer
    messages: list[str] = field(default_factory=list)  # full before it was accepted
    cancelled: bool = False
    task: asyncio.Task[None] | None = None

    @property
    def key(self) -> _Key:
        """What tells this readout from all others under way."""
        return self.caller.jid, self.request.id

    @property
    def fits_inline(self) -> bool:
        """Whether what was read until now may go into the IQ result."""
        return self.packer.size <= self.dialect.inline_bytes

    async def close(self) -> None:
        """Let the source of the readings clean up behind itself."""
        if isinstance(self.batches, AsyncGenerator):
            await self.batches.aclose()

    async def cancel(self) -> None:
        """Stop; whoever still works on the answer sees it at the next batch."""
        self.cancelled = True
        if self.task is None:
            return
        self.task.cancel()
        await asyncio.wait((self.task,))
        # A task cancelled before it began has not closed anything.
        await self.close()


class Readouts:
    """All readouts under way, each by the full JID that asked and the id it gave."""

    def __init__(self, read: Read, post: Post) -> None:
        """Read by `read`; post messages that follow an answer by `post`, which waits for its turn."""
        self._read = read
        self._post = post
        self._running: dict[_Key, _Readout] = {}

    async def answer(
        self, caller: Caller, request: ReadRequest, dialect: Dialect
    ) -> Element:
        """Return the data where the dialect has it in the answer and it is small, else `accepted`.

        In the second case the data follows in messages, once the task this runs in is done.
        """
        readout = self._admit(caller, request, dialect)
        try:
            if await self._begin(readout) and readout.fits_inline:
                return from_text("".join(readout.packer.finish()))
            if not readout.cancelled:
                self._continue(readout)
            return encode_accepted(request.id, dialect)
        finally:
            if readout.task is None:
                del self._running[readout.key]
                await readout.close()

    async def cancel(self, caller: Caller, request_id: str) -> None:
        """Stop that readout of the caller; an unknown one has ended, which is as good."""
        if readout := self._running.get((caller.jid, request_id)):
            await readout.cancel()

    async def stop(self) -> None:
        """Stop all readouts."""
        for readout in tuple(self._running.values()):
            await readout.cancel()

    def _admit(
        self, caller: Caller, request: ReadRequest, dialect: Dialect
    ) -> _Readout:
        if (caller.jid, request.id) in self._running:
            raise Conflict("A readout with this id is under way.")
        others = sum(
            other.caller.bare == caller.bare for other in self._running.values()
        )
        if others >= MAX_RUNNING:
            raise ResourceConstraint(f"{MAX_RUNNING} readouts are under way already.")
        readout = _Readout(
            caller,
            request,
            dialect,
            self._read(caller, request),
            Packer(request.id, dialect),
        )
        self._running[readout.key] = readout
        return readout

    async def _begin(self, readout: _Readout) -> bool:
        """Read what may fit into the answer, at least one batch; return whether it was everything."""
        async for batch in readout.batches:
            for reading in batch:
                readout.messages.extend(readout.packer.add(reading))
            if readout.cancelled or not readout.fits_inline:
                return False
        return not readout.cancelled

    def _continue(self, readout: _Readout) -> None:
        readout.task = asyncio.create_task(
            self._run(readout, asyncio.current_task()),
            name=f"xmpp_iot readout {readout.request.id}",
        )
        readout.task.add_done_callback(lambda task: self._ended(readout, task))

    def _ended(self, readout: _Readout, task: asyncio.Task[None]) -> None:
        del self._running[readout.key]
        if not task.cancelled() and (error := task.exception()):
            _LOGGER.error("A readout of %s failed", readout.caller.jid, exc_info=error)

    async def _run(
        self, readout: _Readout, answering: asyncio.Task[Element | None] | None
    ) -> None:
        """Send all of the readout in messages, after the answer."""
        try:
            if answering is not None:
                # The session sends the answer when the task that makes it is done,
                # and has asked to be told so before us.
                await asyncio.wait((answering,))
            await self._post_all(readout, readout.messages)
            await self._post_rest(readout)
            await self._post_all(readout, readout.packer.finish())
        except (NoAnswer, NotConnected) as error:
            # The asker asks again when there is a session: nothing is kept for it.
            _LOGGER.debug("The readout of %s ends: %s", readout.caller.jid, error)
        finally:
            await readout.close()

    async def _post_rest(self, readout: _Readout) -> None:
        """Send what was not read before; an error in the midst is the last of it."""
        try:
            async for batch in readout.batches:
                for reading in batch:
                    await self._post_all(readout, readout.packer.add(reading))
        except StanzaError as error:
            failed = Reading(
                node=readout.request.nodes[0],
                at=datetime.now(UTC),
                error=error.text or error.condition,
            )
            await self._post_all(readout, readout.packer.add(failed))

    async def _post_all(self, readout: _Readout, messages: Iterable[str]) -> None:
        for message in messages:
            await self._post(readout.caller.jid, message)
