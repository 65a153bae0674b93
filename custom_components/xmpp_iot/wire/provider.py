"""What the server side of the IoT protocols needs: a house that provides, and a session that carries."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal, Protocol

from .form_model import Form
from .happening import NodeEvent
from .model import (
    Caller,
    ControlFormRequest,
    ControlRequest,
    NodeRef,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from .report import ReportItem
from .xml import Element


class Provider(Protocol):
    """The house, as this room sees it; all of it raises `StanzaError` where it refuses."""

    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Perform a concentrator operation."""
        ...

    def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Yield readings in batches, one per node and time; refuse before the first."""
        ...

    async def control(self, caller: Caller, request: ControlRequest) -> None:
        """Set parameters: all of them, or none and an error."""
        ...

    async def control_form(self, caller: Caller, request: ControlFormRequest) -> Form:
        """Return the form of the parameters common to the nodes."""
        ...

    def query(
        self, caller: Caller, request: TreeRequest
    ) -> AsyncIterator[Sequence[ReportItem]]:
        """Yield the report of a query command in parts; refuse before the first."""
        ...

    async def interfaces(self, caller: Caller, node: NodeRef) -> tuple[str, ...]:
        """Return the names of the interoperability interfaces a node has."""
        ...

    def visible(self, caller: Caller, nodes: Iterable[NodeRef]) -> tuple[NodeRef, ...]:
        """Return those of the nodes that the caller may read now."""
        ...

    def follow_values(
        self, nodes: Iterable[NodeRef], changed: Callable[[NodeRef], None]
    ) -> Callable[[], None]:
        """Call `changed` when a node has new values, until the returned function is called.

        Says nothing of rights: whoever then reads the node asks the gate.
        """
        ...

    def follow_rights(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after contacts or what they see have changed, until the returned function is called."""
        ...

    async def prepare_events(self, caller: Caller, source: str) -> None:
        """Take the time it needs for `follow_nodes` to be done at once; raises as that does."""
        ...

    def follow_nodes(
        self,
        caller: Caller,
        source: str,
        happened: Callable[[Sequence[NodeEvent]], None],
    ) -> Callable[[], None]:
        """Call `happened` with what happens to the nodes the caller sees, until the returned function is called.

        ItemNotFound for a source that is not there.
        """
        ...

    def happened_since(
        self, caller: Caller, source: str, since: datetime
    ) -> Sequence[NodeEvent] | None:
        """Return what happened to the nodes the caller sees; None where nobody knows that far back."""
        ...


class Request(Protocol):
    """An IQ request that passed the gate."""

    @property
    def caller(self) -> Caller:
        """Who asks."""
        ...

    @property
    def kind(self) -> Literal["get", "set"]:
        """The IQ's type."""
        ...

    @property
    def payload(self) -> Element:
        """The IQ's child."""
        ...


type RequestHandler = Callable[[Request], Awaitable[Element | None]]


class Notice(Protocol):
    """A message that passed the gate: nobody waits for an answer."""

    @property
    def caller(self) -> Caller:
        """Who says it; `sent_at` is the stamp of whoever kept it meanwhile (XEP-0203), if anybody did."""
        ...

    @property
    def payload(self) -> Element:
        """The child that somebody handles."""
        ...


type NoticeHandler = Callable[[Notice], Awaitable[None]]


class Transport(Protocol):
    """What this needs of a session; None as an answer is an empty result."""

    def handle_iq(
        self, tags: Iterable[str], handler: RequestHandler
    ) -> Callable[[], None]:
        """Pass requests whose payload has one of `tags` to `handler`; return how to stop that.

        Each in a task of its own, begun in the order of arrival: the answer leaves when the task is done,
        other messages after it.
        """
        ...

    def handle_message(
        self, tags: Iterable[str], handler: NoticeHandler
    ) -> Callable[[], None]:
        """Pass messages with a child of one of `tags` to `handler`; return how to stop that.

        Each in a task of its own, begun in the order of arrival. What the handler raises is logged once
        and answered by nobody.
        """
        ...

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Call `callback` with the full JID of somebody no message reaches any more.

        That is one who became unavailable, or whose client sent a message back. None is everybody: the
        session is a new one.
        """
        ...

    def is_present(self, jid: str) -> bool:
        """Return whether a full JID shows its presence, so that `on_gone` will tell when it leaves."""
        ...

    def send_message(
        self, to: str, payload: Element | str, *, kind: str = "normal"
    ) -> None:
        """Send a message; raise NotConnected where there is no session."""
        ...

    async def flush(self) -> None:
        """Return when the server has read what was sent until now; raise NoAnswer or NotConnected else."""
        ...
