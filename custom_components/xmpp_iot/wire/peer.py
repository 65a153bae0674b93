"""The client side of the IoT protocols: other concentrators and devices, asked in a dialect they speak."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
import itertools
import logging
from typing import Any, Final, Protocol

from .allowance import Allowance
from .concentrator import ACTUATIONS, encode_tree
from .concentrator_client import decode_answer
from .control import (
    Affected,
    decode_parameter_errors,
    decode_set_done,
    encode_get_form,
    encode_set,
)
from .dialects import DIALECTS, FAMILIES, Dialect
from .errors import BadRequest, NoAnswer, NotConnected, RemoteError, StanzaError
from .form_model import Form
from .forms import X, decode_form
from .fragments import decode_fragment
from .happening import SourceSubscription
from .model import (
    CancelRead,
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Operation,
    QueryBegun,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from .node_events import encode_subscribe
from .progress import PROGRESS, decode_progress
from .replies import Mail, Replies, Topic
from .report import Outcome, ReportItem
from .sensor_data import encode_cancel, encode_read, request_id
from .stanzas import Kind
from .xml import Element, clark, required, split_tag

_LOGGER = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 10.0  # seconds
# For the next part of what is read: there are servers that let 3,000 bytes a second through, of 60,000.
READ_WITHIN: Final = 60.0
QUERY_WITHIN: Final = 60.0  # seconds; a report may be a while in the making
READING: Final = "reading"
QUERY: Final = "query"
_ENDS: Final = frozenset({Outcome.DONE, Outcome.ABORTED})


class Correspondence(Protocol):
    """What this needs of a session."""

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Ask and return the payload of the answer; RemoteError, NoAnswer or NotConnected else."""
        ...

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Call `handler` with sender and payload of messages of anybody; return how to stop that."""
        ...

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Call `callback` with the full JID of somebody who is gone, None for everybody."""
        ...


class Peers:
    """All peers of an account; what they send in messages is sorted here."""

    def __init__(self, session: Correspondence) -> None:
        """Ask over `session`."""
        self.session = session
        self.replies = Replies()
        self._ids = itertools.count(1)
        self._partings: set[asyncio.Task[None]] = set()
        self._unsubscribe: list[Callable[[], None]] = []
        self._stopped = False

    def start(self) -> None:
        """Begin to take messages."""
        readings = {
            clark(dialect.sensor_data, name)
            for dialect in FAMILIES
            for name in (dialect.fields, "started", "done", "failure")
        }
        queries = {clark(dialect.concentrator, PROGRESS) for dialect in FAMILIES}
        self._unsubscribe = [
            self.session.handle_reply(readings, self._reading),
            self.session.handle_reply(queries, self._progress),
            self.session.on_gone(self.replies.abandon),
        ]

    async def stop(self) -> None:
        """Take no more, and end what is under way."""
        self._stopped = True
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self.replies.abandon(None)
        if self._partings:
            for task in self._partings:
                task.cancel()
            await asyncio.wait(self._partings)

    def peer(self, jid: str, dialect: Dialect) -> Peer:
        """Return the peer with that full JID, to be asked in `dialect`."""
        return Peer(self, jid, dialect)

    def new_id(self) -> str:
        """Return an id that no other request has: a number, as one dialect wants it."""
        return str(next(self._ids))

    def part(self, farewell: Coroutine[Any, Any, object]) -> None:
        """Say something that nobody waits for, such as that the rest is not wanted."""
        if self._stopped:
            farewell.close()
            return

        async def said() -> None:
            try:
                await farewell
            except (NoAnswer, NotConnected, StanzaError) as err:
                _LOGGER.debug("A farewell was not heard: %s", err)

        # Begun at once: one that is cancelled before it has begun is never awaited.
        loop = asyncio.get_running_loop()
        task = asyncio.Task(
            said(), loop=loop, name="xmpp_iot farewell", eager_start=True
        )
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)

    def _reading(self, sender: str, message: Element) -> None:
        self._deliver(sender, READING, message, request_id)

    def _progress(self, sender: str, message: Element) -> None:
        self._deliver(sender, QUERY, message, lambda one, _: required(one, "queryId"))

    def _deliver(
        self,
        sender: str,
        kind: str,
        message: Element,
        identify: Callable[[Element, Dialect], str],
    ) -> None:
        try:
            identifier = identify(message, DIALECTS[split_tag(message.tag)[0]])
        except BadRequest as err:
            _LOGGER.debug("A message of %s belongs to nothing: %s", sender, err)
            return
        self.replies.deliver(sender, (kind, identifier), message)


class Peer:
    """One other concentrator or device.

    Everything raises the peer's refusal as RemoteError (with what was wrong per parameter), NoAnswer where
    nothing came in time and NotConnected without session. What makes no sense raises BadRequest.
    """

    def __init__(self, peers: Peers, jid: str, dialect: Dialect) -> None:
        """Ask `jid`, a full JID, in `dialect`."""
        self.jid = jid
        self.dialect = dialect
        self._peers = peers

    async def tree(
        self, request: TreeRequest, *, timeout: float = ANSWER_WITHIN
    ) -> TreeAnswer:
        """Have a concentrator operation performed."""
        kind: Kind = "set" if request.operation in ACTUATIONS else "get"
        answer = await self._ask(encode_tree(request, self.dialect), kind, timeout)
        return decode_answer(request.operation, answer, self.dialect)

    async def control(self, request: ControlRequest) -> Affected:
        """Have parameters set; return what the peer says it has left out."""
        answer = await self._ask(encode_set(request, self.dialect), "set")
        return Affected() if answer is None else decode_set_done(answer, self.dialect)

    async def control_form(self, *nodes: NodeRef) -> Form:
        """Return the form of the parameters common to the nodes."""
        request = encode_get_form(ControlFormRequest(nodes), self.dialect)
        if (answer := await self._ask(request)) is None:
            raise BadRequest("The peer gives no form.")
        return decode_form(answer)

    async def follow_nodes(self, wish: SourceSubscription) -> None:
        """Ask to be told what happens to the nodes of a source."""
        await self._ask(encode_subscribe(wish, self.dialect), "set")

    async def read(self, request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        """Yield what the peer reads, as it comes; `request.id` is given here.

        ResourceConstraint for more than an answer may be.
        """
        allowance = Allowance()
        asked = replace(request, id=self._peers.new_id())
        topic: Topic = (READING, asked.id)
        ended = False
        with self._peers.replies.expected(self.jid, topic) as mail:
            try:
                wish = encode_read(asked, self.dialect)
                message = await self._ask(wish, timeout=READ_WITHIN)
                while message is not None:
                    fragment = decode_fragment(message, self.dialect)
                    ended = fragment.last
                    allowance.take(fragment.readings)
                    if fragment.readings:
                        yield fragment.readings
                    if ended:
                        break
                    allowance.check()
                    message = await mail.next(READ_WITHIN)
            except RemoteError, NoAnswer, NotConnected:
                ended = True
                raise
            finally:
                if not ended:
                    cancel = encode_cancel(CancelRead(asked.id), self.dialect)
                    self._peers.part(self._ask(cancel, "set"))

    async def query(
        self, request: TreeRequest
    ) -> AsyncGenerator[tuple[ReportItem, ...]]:
        """Yield the report of a query command as it comes; the query's id is given here or by the peer.

        RemoteError where the peer ends it before it is done.
        """
        identifier = self._peers.new_id() if self.dialect.client_query_ids else ""
        asked = replace(
            request, operation=Operation.EXECUTE_NODE_QUERY, query_id=identifier
        )
        async with AsyncExitStack() as stack:
            if identifier:
                topic = (QUERY, identifier)
                mail = stack.enter_context(
                    self._peers.replies.expected(self.jid, topic)
                )
                await self.tree(asked)
            else:
                with self._peers.replies.naming(self.jid, QUERY):
                    identifier = _query_id(await self.tree(asked))
                    topic = (QUERY, identifier)
                    mail = stack.enter_context(
                        self._peers.replies.expected(self.jid, topic)
                    )
            report = self._report(replace(asked, query_id=identifier), mail)
            async with aclosing(report) as parts:
                async for items in parts:
                    yield items

    async def _report(
        self, asked: TreeRequest, mail: Mail
    ) -> AsyncGenerator[tuple[ReportItem, ...]]:
        """Yield what comes of a query; one that is left before its end is aborted."""
        ended = False
        allowance = Allowance()
        try:
            while not ended:
                allowance.check()
                message = await mail.next(QUERY_WITHIN)
                progress = decode_progress(message, self.dialect)
                ended = not _ENDS.isdisjoint(progress.items)
                if items := tuple(
                    one for one in progress.items if not isinstance(one, Outcome)
                ):
                    yield items
                if Outcome.ABORTED in progress.items:
                    raise RemoteError(
                        "undefined-condition", "cancel", "It was aborted."
                    )
        finally:
            if not ended:
                abort = replace(asked, operation=Operation.ABORT_NODE_QUERY, form=None)
                self._peers.part(self.tree(abort))

    async def _ask(
        self, payload: Element, kind: Kind = "get", timeout: float = ANSWER_WITHIN
    ) -> Element | None:
        """Ask; a refusal has the parameters it names."""
        try:
            return await self._peers.session.iq(
                self.jid, payload, kind=kind, timeout=timeout
            )
        except RemoteError as err:
            err.parameters = _reasons(err)
            raise


def _reasons(error: RemoteError) -> Mapping[str, str]:
    """Return what was wrong per parameter, or per field of the form that came back with the error."""
    found = dict(decode_parameter_errors(error.children))
    for form in (child for child in error.children if child.tag == X):
        try:
            fields = decode_form(form).fields
        except BadRequest as err:
            _LOGGER.debug("The form of a refusal cannot be read: %s", err)
            continue
        found |= {field.var: field.error for field in fields if field.error}
    return found


def _query_id(answer: TreeAnswer) -> str:
    if not isinstance(answer, QueryBegun):
        raise BadRequest("The peer does not name the query.")
    return answer.id
