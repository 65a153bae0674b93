"""Readouts under way: from a stream of readings to an answer and, where it is long, messages after it.

One that is asked for later waits for its time (XEP-0323 section 3.5): it counts and ends like any other.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
import logging
from typing import Final

from .call import seen
from .dialects import Dialect
from .errors import Conflict, NoAnswer, NotConnected, ResourceConstraint, StanzaError
from .model import Caller, NodeRef, Reading, ReadRequest
from .outbox import Post
from .packer import Packer
from .provider import Provider
from .sensor_data import encode_accepted, encode_started
from .xml import Element, from_text, to_text

_LOGGER = logging.getLogger(__name__)

MAX_RUNNING: Final = 8  # readouts of one contact, also those that wait for their time

type Batches = AsyncIterator[Sequence[Reading]]
type _Key = tuple[str, str]  # full JID, request id

_CHANGED: Final = "What may be read has changed; read again."


class _Outdated(Exception):
    """What was read shows what may not be seen any more."""


@dataclass(slots=True, eq=False)
class _Readout:
    """One readout: what is asked, by whom, and how far it is."""

    caller: Caller
    request: ReadRequest
    dialect: Dialect
    batches: Batches
    packer: Packer
    seen: frozenset[NodeRef]
    """What the asker saw of the nodes when it began."""
    messages: list[str] = field(default_factory=list)  # to be sent before all others
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

    @property
    def seconds_left(self) -> float:
        """How long it has to wait for its time."""
        if self.request.when is None:
            return 0
        return max(0, (self.request.when - datetime.now(UTC)).total_seconds())

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

    def abandon(self) -> None:
        """Stop without waiting for it."""
        self.cancelled = True
        if self.task is not None:
            # Not at once: a task cancelled before it began has not closed anything.
            asyncio.get_running_loop().call_soon(self.task.cancel)


class Readouts:
    """All readouts under way, each by the full JID that asked and the id it gave."""

    def __init__(self, provider: Provider, post: Post) -> None:
        """Read of `provider`; post messages that follow an answer by `post`, which waits for its turn."""
        self._provider = provider
        self._post = post
        self._running: dict[_Key, _Readout] = {}

    async def answer(
        self, caller: Caller, request: ReadRequest, dialect: Dialect
    ) -> Element:
        """Return the data where the dialect has it in the answer and it is small, else `accepted`.

        In the second case the data follows in messages, once the task this runs in is done, and not before
        the time that the request names; what the house then refuses is told in the data.
        """
        readout = self._admit(caller, request, dialect)
        if readout.seconds_left:
            readout.messages.append(to_text(encode_started(request.id, dialect)))
            self._continue(readout)
            return encode_accepted(request.id, dialect, queued=True)
        try:
            if await self._begin(readout) and readout.fits_inline:
                if not self._is_seen(readout):
                    raise Conflict(_CHANGED)
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

    def forget(self, jid: str | None) -> None:
        """Stop the readouts of a full JID that nothing reaches any more; None is everybody."""
        for readout in self._running.values():
            if jid in (None, readout.caller.jid):
                readout.abandon()

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
            self._provider.read(caller, request),
            Packer(request.id, dialect),
            seen(self._provider, caller, request.nodes),
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
            if left := readout.seconds_left:
                await asyncio.sleep(left)
                # By the rights of that time.
                readout.seen = self._seen(readout)
            await self._post_whole(readout)
        except (NoAnswer, NotConnected) as error:
            # The asker asks again when there is a session: nothing is kept for it.
            _LOGGER.debug("The readout of %s ends: %s", readout.caller.jid, error)
        finally:
            await readout.close()

    async def _post_whole(self, readout: _Readout) -> None:
        """Send what there is to send; if a part of it may not be seen any more, say only that."""
        try:
            await self._post_all(readout, readout.messages)
            await self._post_rest(readout)
            await self._post_all(readout, readout.packer.finish())
        except _Outdated:
            readout.packer = Packer(readout.request.id, readout.dialect)
            readout.seen = frozenset()
            await self._post_all(
                readout, readout.packer.add(_failed(readout, _CHANGED))
            )
            await self._post_all(readout, readout.packer.finish())

    async def _post_rest(self, readout: _Readout) -> None:
        """Send what was not read before; an error in the midst is the last of it."""
        try:
            async for batch in readout.batches:
                for reading in batch:
                    await self._post_all(readout, readout.packer.add(reading))
        except StanzaError as error:
            failed = _failed(readout, error.text or error.condition)
            await self._post_all(readout, readout.packer.add(failed))

    async def _post_all(self, readout: _Readout, messages: Iterable[str]) -> None:
        for message in messages:
            still = partial(self._is_seen, readout)
            if not await self._post(readout.caller.jid, message, still):
                raise _Outdated

    def _is_seen(self, readout: _Readout) -> bool:
        """Return whether the asker still sees all that it saw of the nodes when the readout began."""
        return readout.seen <= self._seen(readout)

    def _seen(self, readout: _Readout) -> frozenset[NodeRef]:
        return seen(self._provider, readout.caller, readout.request.nodes)


def _failed(readout: _Readout, error: str) -> Reading:
    return Reading(node=readout.request.nodes[0], at=datetime.now(UTC), error=error)
