"""What the named provisioning server tells the house unasked; from anybody else it is as if nobody heard it.

No dialect has rules sent to a device: a server that sends one has changed its mind about somebody, and only
it knows how its rules combine. So a rule makes the house ask anew, and grants nothing by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from ..wire.dialects import FAMILIES, Dialect
from ..wire.errors import BadRequest, FeatureNotImplemented
from ..wire.inbox import MessageHandler, MessageNotice
from ..wire.provisioning import (
    CLEAR_CACHE,
    FRIEND,
    UNFRIEND,
    decode_clear,
    decode_friend,
    decode_rule,
    encode_cleared,
    rule_tags,
)
from ..wire.responder import IqHandler, IqRequest
from ..wire.xml import Element, clark, split_tag

_DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {dialect.provisioning: dialect for dialect in FAMILIES}
)
_RULES: Final = frozenset(tag for dialect in FAMILIES for tag in rule_tags(dialect))


class PushingSession(Protocol):
    """What this module needs of `wire.session.Session`."""

    def handle_iq(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Pass requests of those who are admitted to `handler`; return how to stop that."""
        ...

    def handle_message(
        self, tags: Iterable[str], handler: MessageHandler
    ) -> Callable[[], None]:
        """Pass messages of those who are admitted to `handler`; return how to stop that."""
        ...


class Pushes:
    """Hears the server that `trusts` knows, and has done what it says."""

    def __init__(
        self,
        session: PushingSession,
        *,
        trusts: Callable[[str], bool],
        forget: Callable[[Callable[[str], bool]], None],
        friend: Callable[[str], None],
        unfriend: Callable[[str], None],
    ) -> None:
        """Hear nothing yet; `forget` is told about whom, the others a bare JID."""
        self._session = session
        self._trusts = trusts
        self._forget = forget
        self._told = {FRIEND: friend, UNFRIEND: unfriend}
        self._unsubscribe: list[Callable[[], None]] = []

    def start(self) -> None:
        """Begin to hear."""
        clears = [clark(namespace, CLEAR_CACHE) for namespace in _DIALECTS]
        friends = [clark(ns, name) for ns in _DIALECTS for name in self._told]
        self._unsubscribe = [
            self._session.handle_iq(clears, self._clear),
            self._session.handle_iq(_RULES, self._rule),
            self._session.handle_message(friends, self._friend),
        ]

    def stop(self) -> None:
        """Hear no more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()

    async def _clear(self, request: IqRequest) -> Element | None:
        """Forget everything, also where only a node is named: answers are about several at once."""
        self._check(request)
        dialect = _DIALECTS[split_tag(request.payload.tag)[0]]
        decode_clear(request.payload, dialect)
        self._forget(lambda _: True)
        return encode_cleared(dialect)

    async def _rule(self, request: IqRequest) -> None:
        """Ask anew about whom a rule concerns."""
        self._check(request)
        self._forget(decode_rule(request.payload).concerns)

    async def _friend(self, notice: MessageNotice) -> None:
        if self._trusts(notice.caller.bare):
            name = split_tag(notice.payload.tag)[1]
            self._told[name](decode_friend(notice.payload))

    def _check(self, request: IqRequest) -> None:
        """Refuse everybody but the server, as what nobody handles is refused."""
        if not self._trusts(request.caller.bare):
            raise FeatureNotImplemented
        if request.kind != "set":
            raise BadRequest("What changes something is an IQ of type set.")
