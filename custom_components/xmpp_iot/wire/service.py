"""The server side of the IoT protocols: requests of all dialects to the house, its answers back.

Whatever answers a request, now or later, is in the namespace the request came in.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from .answers import encode_answer, encode_no_addable_types
from .concentrator import ACTUATIONS, ADDABLE_TYPES, REQUESTS, decode_tree
from .control import (
    decode_get_form,
    decode_set,
    encode_parameter_errors,
    encode_set_done,
)
from .dialects import FAMILIES, Dialect
from .errors import BadRequest, FeatureNotImplemented, StanzaError
from .failures import encode_error_children, encode_failure
from .forms import COLOR, DYNAMIC, FORM, VALIDATE, encode_form
from .model import (
    Caller,
    ControlFormRequest,
    ControlRequest,
    Form,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from .outbox import Outbox
from .readouts import Readouts
from .sensor_data import decode_cancel, decode_read, encode_cancelled, render_refusal
from .xml import XML_LANG, Element, clark, from_text, split_tag

_FORM_FEATURES: Final = (FORM, VALIDATE, DYNAMIC, COLOR)


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

    def send_message(
        self, to: str, payload: Element | str, *, kind: str = "normal"
    ) -> None:
        """Send a message; raise NotConnected where there is no session."""
        ...

    async def flush(self) -> None:
        """Return when the server has read what was sent until now; raise NoAnswer or NotConnected else."""
        ...


def features() -> tuple[str, ...]:
    """Return the service discovery features of what is spoken here (XEP-0030)."""
    spoken = (
        (dialect.sensor_data, dialect.control, dialect.concentrator)
        for dialect in FAMILIES
    )
    return (*(feature for family in spoken for feature in family), *_FORM_FEATURES)


@dataclass(frozen=True, slots=True)
class _Call:
    """A request in its dialect."""

    caller: Caller
    kind: Literal["get", "set"]
    payload: Element
    dialect: Dialect


type _Answerer = Callable[[_Call], Awaitable[Element | None]]


class IoTService:
    """Answers the requests of all dialects from one provider."""

    def __init__(self, session: Transport, provider: Provider) -> None:
        """Serve `provider` to whom `session` lets in, from `start` until `stop`."""
        self._session = session
        self._provider = provider
        outbox = Outbox(session.send_message, session.flush)
        self._readouts = Readouts(provider.read, outbox.post)
        self._routes = self._all_routes()
        self._unregister: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to answer."""
        self._unregister = self._session.handle_iq(self._routes, self._handle)

    async def stop(self) -> None:
        """Answer no more and end the readouts under way."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        await self._readouts.stop()

    def _all_routes(self) -> Mapping[str, tuple[_Answerer, Dialect]]:
        """Return who answers, and in which dialect, by the payload's tag."""
        return {
            clark(namespace, name): (answerer, dialect)
            for dialect in FAMILIES
            for namespace, answerers in (
                (dialect.sensor_data, {"req": self._read, "cancel": self._cancel}),
                (dialect.control, {"set": self._set, "getForm": self._get_form}),
                (dialect.concentrator, dict.fromkeys(REQUESTS, self._tree)),
            )
            for name, answerer in answerers.items()
        }

    async def _handle(self, request: Request) -> Element | None:
        payload = request.payload
        answerer, dialect = self._routes[payload.tag]
        caller = request.caller
        # The dialects name the language on the payload, RFC 6120 on the stanza.
        if language := payload.get(XML_LANG):
            caller = replace(caller, language=language)
        return await answerer(_Call(caller, request.kind, payload, dialect))

    async def _read(self, call: _Call) -> Element | None:
        request = decode_read(call.payload, call.dialect)
        now = datetime.now(UTC)
        if request.when and request.when > now:
            raise FeatureNotImplemented("Readouts are made at once, not later.")
        if request.nodes:
            return await self._readouts.answer(call.caller, request, call.dialect)
        reason = "Name the nodes to read."
        if not call.dialect.inline_errors:
            raise BadRequest(reason)
        return from_text(render_refusal(reason, now, call.dialect, request.id))

    async def _cancel(self, call: _Call) -> Element | None:
        request = decode_cancel(call.payload, call.dialect)
        await self._readouts.cancel(call.caller, request.id)
        return encode_cancelled(request.id, call.dialect)

    async def _set(self, call: _Call) -> Element | None:
        try:
            _require_set(call)
            request = decode_set(call.payload, call.dialect)
            await self._provider.control(call.caller, request)
        except StanzaError as error:
            children = encode_parameter_errors(error.parameters, call.dialect)
            raise _dressed(error, children) from error
        return encode_set_done(call.dialect)

    async def _get_form(self, call: _Call) -> Element | None:
        request = decode_get_form(call.payload, call.dialect)
        form = await self._provider.control_form(call.caller, request)
        return encode_form(form, call.dialect)

    async def _tree(self, call: _Call) -> Element | None:
        try:
            return await self._performed(call)
        except StanzaError as error:
            children = encode_error_children(call.payload, error, call.dialect)
            payload = encode_failure(call.payload, error, call.dialect)
            raise _dressed(error, children, payload) from error

    async def _performed(self, call: _Call) -> Element | None:
        if split_tag(call.payload.tag)[1] == ADDABLE_TYPES:
            return encode_no_addable_types(call.dialect)
        request = decode_tree(call.payload, call.dialect)
        if request.operation in ACTUATIONS:
            _require_set(call)
        answer = await self._provider.tree(call.caller, request)
        return encode_answer(request.operation, answer, call.dialect)


def _require_set(call: _Call) -> None:
    """Refuse what acts in an IQ of type get: who sends one does not expect anything to happen."""
    if call.kind != "set":
        raise BadRequest("What acts is an IQ of type set.")


def _dressed(
    error: StanzaError, children: tuple[Element, ...], payload: Element | None = None
) -> StanzaError:
    """Return the error with what the dialect wants to be told with it."""
    dressed = copy.copy(error)
    dressed.children = (*error.children, *children)
    dressed.payload = error.payload if payload is None else payload
    return dressed
