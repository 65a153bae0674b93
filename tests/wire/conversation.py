"""A house and a line to it without a server: what the service is asked and what it says."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Self, assert_never

from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected
from custom_components.xmpp_iot.wire.form_model import Form
from custom_components.xmpp_iot.wire.happening import NodeEvent
from custom_components.xmpp_iot.wire.model import (
    Caller,
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.provider import NoticeHandler, RequestHandler
from custom_components.xmpp_iot.wire.report import ReportItem
from custom_components.xmpp_iot.wire.service import IoTService
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FRIEND = Caller(jid="friend@example.org/phone", language="de", sent_at=NOON)


@dataclass
class Line:
    """A transport that keeps what is sent, and can be down."""

    handlers: dict[str, RequestHandler] = field(default_factory=dict)
    notices: dict[str, NoticeHandler] = field(default_factory=dict)
    gone: list[Callable[[str | None], None]] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    down: bool = False
    hiding: set[str] = field(default_factory=set)
    """Who shows no presence."""
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the server reads what it is sent; else its answer to a flush is overdue."""
    unread: int = 0
    """Bytes sent since the server answered the last time."""
    most_unread: int = 0

    def __post_init__(self) -> None:
        """Begin with a server that reads."""
        self.reads.set()

    def handle_iq(
        self, tags: Iterable[str], handler: RequestHandler
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        self.handlers.update(dict.fromkeys(tags, handler))
        return self.handlers.clear

    def handle_message(
        self, tags: Iterable[str], handler: NoticeHandler
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        self.notices.update(dict.fromkeys(tags, handler))
        return self.notices.clear

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.gone.append(callback)
        return lambda: self.gone.remove(callback)

    def lose(self, jid: str | None) -> None:
        """Tell that somebody is gone, or (None) everybody."""
        for callback in tuple(self.gone):
            callback(jid)

    def is_present(self, jid: str) -> bool:
        """Return whether somebody shows its presence."""
        return jid not in self.hiding

    def send_message(
        self, to: str, payload: Element | str, *, kind: str = "normal"
    ) -> None:
        """Keep the message."""
        assert kind == "normal"
        if self.down:
            raise NotConnected
        text = payload if isinstance(payload, str) else to_text(payload)
        self.sent.append((to, text))
        self.unread += len(text.encode())
        self.most_unread = max(self.most_unread, self.unread)

    async def flush(self) -> None:
        """Wait until the server has read everything; NoAnswer where it goes down meanwhile."""
        if self.down:
            raise NotConnected
        await self.reads.wait()
        if self.down:
            raise NoAnswer
        self.unread = 0


@dataclass(frozen=True)
class Asked:
    """An IQ request."""

    caller: Caller
    kind: Literal["get", "set"]
    payload: Element
    id: str = "q1"


type Step = Sequence[Reading] | Exception | Callable[[], object]


@dataclass
class House:
    """A provider that does as it is told, and remembers what it was asked.

    A readout goes through its steps: a batch is yielded, an exception raised, anything else awaited.
    """

    answer: TreeAnswer | Form | Exception | None = None
    steps: Sequence[Step] = ()
    callers: list[Caller] = field(default_factory=list)
    requests: list[object] = field(default_factory=list)
    closed: int = 0
    reports: Sequence[Sequence[ReportItem] | Exception | Callable[[], object]] = ()
    names: tuple[str, ...] = ()
    hidden: set[NodeRef] = field(default_factory=set)
    history: Sequence[NodeEvent] | None = None
    value_followers: list[tuple[tuple[NodeRef, ...], Callable[[NodeRef], None]]] = (
        field(default_factory=list)
    )
    rights_followers: list[Callable[[], None]] = field(default_factory=list)
    node_followers: list[tuple[Caller, Callable[[Sequence[NodeEvent]], None]]] = field(
        default_factory=list
    )

    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Give the answer."""
        return self._answered(caller, request)

    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Go through the steps."""
        self._asked(caller, request)
        try:
            for step in self.steps:
                match step:
                    case Exception():
                        raise step
                    case Sequence():
                        yield step
                    case _ if callable(step):
                        await step()  # type: ignore[misc]
                    case _:
                        assert_never(step)
        finally:
            self.closed += 1

    async def control(self, caller: Caller, request: ControlRequest) -> None:
        """Do it, or raise."""
        self._asked(caller, request)
        if isinstance(self.answer, Exception):
            raise self.answer

    async def control_form(self, caller: Caller, request: ControlFormRequest) -> Form:
        """Give the form."""
        answer = self._answered(caller, request)
        assert isinstance(answer, Form)
        return answer

    async def query(
        self, caller: Caller, request: TreeRequest
    ) -> AsyncIterator[Sequence[ReportItem]]:
        """Go through the report."""
        self._asked(caller, request)
        try:
            for step in self.reports:
                match step:
                    case Exception():
                        raise step
                    case Sequence():
                        yield step
                    case _ if callable(step):
                        await step()  # type: ignore[misc]
                    case _:
                        assert_never(step)
        finally:
            self.closed += 1

    async def interfaces(self, caller: Caller, node: NodeRef) -> tuple[str, ...]:
        """Give the names, or raise."""
        self._asked(caller, node)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.names

    def visible(self, caller: Caller, nodes: Iterable[NodeRef]) -> tuple[NodeRef, ...]:
        """Return all but the hidden ones."""
        return tuple(node for node in nodes if node not in self.hidden)

    def follow_values(
        self, nodes: Iterable[NodeRef], changed: Callable[[NodeRef], None]
    ) -> Callable[[], None]:
        """Keep the follower until it is taken back."""
        follower = (tuple(nodes), changed)
        self.value_followers.append(follower)
        return lambda: self.value_followers.remove(follower)

    def follow_rights(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Keep the follower until it is taken back."""
        self.rights_followers.append(changed)
        return lambda: self.rights_followers.remove(changed)

    async def prepare_events(self, caller: Caller, source: str) -> None:
        """Need no time."""

    def follow_nodes(
        self,
        caller: Caller,
        source: str,
        happened: Callable[[Sequence[NodeEvent]], None],
    ) -> Callable[[], None]:
        """Keep the follower until it is taken back; raise what there is to raise."""
        self._asked(caller, source)
        if isinstance(self.answer, Exception):
            raise self.answer
        follower = (caller, happened)
        self.node_followers.append(follower)
        return lambda: self.node_followers.remove(follower)

    def happened_since(
        self, caller: Caller, source: str, since: datetime
    ) -> Sequence[NodeEvent] | None:
        """Return what is remembered."""
        return self.history

    def _answered(self, caller: Caller, request: object) -> TreeAnswer:
        self._asked(caller, request)
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer

    def _asked(self, caller: Caller, request: object) -> None:
        self.callers.append(caller)
        self.requests.append(request)


@dataclass
class Conversation:
    """A friend, the line, and the house at its other end."""

    house: House = field(default_factory=House)
    line: Line = field(default_factory=Line)
    service: IoTService = field(init=False)

    def __post_init__(self) -> None:
        """Put the service between them."""
        self.service = IoTService(self.line, self.house)
        self.service.start()

    @classmethod
    @asynccontextmanager
    async def held(cls) -> AsyncGenerator[Self]:
        """Hold a conversation that leaves no task and no handler behind."""
        conversation = cls()
        yield conversation
        await conversation.service.stop()
        names = [task.get_name() for task in asyncio.all_tasks()]
        assert not [name for name in names if name.startswith("xmpp_iot")]
        assert not conversation.line.handlers
        assert not conversation.line.notices
        assert not conversation.line.gone
        house = conversation.house
        followers = (
            house.value_followers,
            house.rights_followers,
            house.node_followers,
        )
        assert not any(followers)

    async def ask(
        self,
        text: str,
        *,
        kind: Literal["get", "set"] = "get",
        caller: Caller = FRIEND,
    ) -> str:
        """Return the answer to an IQ; '' for an empty result."""
        payload = from_text(text)
        task = asyncio.create_task(
            _call(self.line.handlers[payload.tag], Asked(caller, kind, payload))
        )
        # The session sends the answer from such a callback.
        task.add_done_callback(lambda _: self.line.sent.append(("", "answer")))
        return await task

    def said(self) -> list[str]:
        """Return the messages sent until now, and forget them."""
        messages, self.line.sent = self.line.sent, []
        return [text for to, text in messages if to]


async def _call(handler: RequestHandler, request: Asked) -> str:
    answer = await handler(request)
    return "" if answer is None else to_text(answer)


def read(dialect: Dialect, request_id: str = "7", *, more: str = "") -> str:
    """Return a request to read the hall."""
    return (
        f"<req xmlns='{dialect.sensor_data}' {dialect.request_id}='{request_id}' {more}>"
        f"<{dialect.node} {dialect.node_id}='sensor.hall'/></req>"
    )


def cancel(dialect: Dialect, request_id: str = "7") -> str:
    """Return a request to stop reading."""
    return (
        f"<cancel xmlns='{dialect.sensor_data}' {dialect.request_id}='{request_id}'/>"
    )
