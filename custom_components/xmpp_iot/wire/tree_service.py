"""The concentrator's operations, answered (XEP-0326 and its Neuro-Foundation sibling)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from .answers import encode_answer, encode_no_addable_types
from .call import Call, Routes, require_set
from .concentrator import ACTUATIONS, ADDABLE_TYPES, REQUESTS, decode_tree
from .dialects import Dialect
from .errors import StanzaError
from .failures import in_kind
from .form_model import Form, Submission
from .form_service import FormSessions
from .model import Caller, Done, Operation, QueryBegun, TreeAnswer, TreeRequest
from .outbox import Outbox
from .provider import Provider, Transport
from .queries import Queries
from .xml import Element, clark, split_tag

type _Performer = Callable[[Call, TreeRequest], Awaitable[TreeAnswer]]


class TreeService:
    """Answers concentrator requests of all dialects."""

    def __init__(
        self,
        provider: Provider,
        transport: Transport,
        outbox: Outbox,
        forms: FormSessions,
    ) -> None:
        """Answer for what `provider` lets the caller see and do; `forms` are asked about while filled in.

        Reports leave by `outbox`, and end when `transport` says that who asked is gone.
        """
        self._provider = provider
        self._transport = transport
        self._forms = forms
        self._queries = Queries(provider, outbox.post)
        self._own: Final[Mapping[Operation, _Performer]] = MappingProxyType(
            {
                Operation.EXECUTE_NODE_QUERY: self._query,
                Operation.ABORT_NODE_QUERY: self._abort,
            }
        )
        self._unregister: Callable[[], None] | None = None

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers."""
        return {clark(dialect.concentrator, name): self._tree for name in REQUESTS}

    def start(self) -> None:
        """Begin to notice who is gone: nobody is there for the report."""
        self._unregister = self._transport.on_gone(self._queries.desert)

    async def stop(self) -> None:
        """End the queries under way."""
        if self._unregister is not None:
            self._unregister()
            self._unregister = None
        await self._queries.stop()

    async def _tree(self, call: Call) -> Element | None:
        try:
            return await self._performed(call)
        except StanzaError as error:
            raise in_kind(call, error) from error

    async def _performed(self, call: Call) -> Element | None:
        if split_tag(call.payload.tag)[1] == ADDABLE_TYPES:
            return encode_no_addable_types(call.dialect)
        request = decode_tree(call.payload, call.dialect)
        if request.operation in ACTUATIONS:
            require_set(call)
        perform = self._own.get(request.operation, self._provided)
        answer = await perform(call, request)
        if request.form is not None:
            self._forms.submitted(call)
        return encode_answer(request.operation, answer, call.dialect)

    async def _provided(self, call: Call, request: TreeRequest) -> TreeAnswer:
        answer = await self._provider.tree(call.caller, request)
        if not isinstance(answer, Form):
            return answer

        async def again(caller: Caller, draft: Submission) -> Form:
            anew = await self._provider.tree(caller, replace(request, form=draft))
            return anew if isinstance(anew, Form) else answer

        return self._forms.opened(call, answer, again)

    async def _query(self, call: Call, request: TreeRequest) -> TreeAnswer:
        query_id = await self._queries.begin(call.caller, request, call.dialect)
        return QueryBegun(query_id)

    async def _abort(self, call: Call, request: TreeRequest) -> TreeAnswer:
        self._queries.abort(call.caller, request.query_id)
        return Done()
