"""Blocking (XEP-0191): whoever is blocked is kept away by the server, and nothing of theirs comes as far as here."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
import logging
from typing import Final, Protocol

from slixmpp import JID, InvalidJID

from .disco import INFO, INFO_QUERY
from .errors import BadRequest, NoAnswer, NotConnected, RemoteError, ServiceUnavailable
from .responder import IqHandler, IqRequest
from .signals import Signal
from .stanzas import Kind
from .xml import Element, clark, element

_LOGGER = logging.getLogger(__name__)

BLOCKING: Final = "urn:xmpp:blocking"
_LIST: Final = clark(BLOCKING, "blocklist")
_BLOCK: Final = clark(BLOCKING, "block")
_UNBLOCK: Final = clark(BLOCKING, "unblock")
_ITEM: Final = clark(BLOCKING, "item")
_FEATURE: Final = clark(INFO, "feature")


class BlockingSession(Protocol):
    """What this needs of `wire.session.Session`."""

    @property
    def bare(self) -> str:
        """The account's own bare JID."""
        ...

    @property
    def domain(self) -> str:
        """The account's server."""
        ...

    @property
    def connected(self) -> bool:
        """Whether stanzas can be sent now."""
        ...

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

    def handle_iq(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Let `handler` answer requests; return how to stop that."""
        ...

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Call back when the session is up, with whether it is a resumed one; return how to stop that."""
        ...

    def roster(self) -> Mapping[str, str]:
        """Return the subscription (none, to, from or both) for each bare JID."""
        ...

    def refuse(self, jid: str) -> None:
        """Let somebody not see our presence."""
        ...


class Blocking:
    """The account's block list, as its server keeps it.

    Each session asks for it anew: a server tells changes only to those who have asked (section 3.4).
    """

    def __init__(self, session: BlockingSession) -> None:
        """Know nobody who is blocked, until `start`."""
        self._session = session
        self._blocked: frozenset[str] = frozenset()
        self._changed: Signal[()] = Signal()
        self._unsubscribe: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def blocked(self) -> frozenset[str]:
        """The JIDs that are blocked, as far as the server has told: bare ones, full ones and domains."""
        return self._blocked

    def on_changed(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when others are blocked than before; return how to stop that."""
        return self._changed.add(callback)

    def start(self) -> None:
        """Begin to follow the list, in this session and the next ones."""
        self._unsubscribe = [
            self._session.handle_iq((_BLOCK,), self._take_block),
            self._session.handle_iq((_UNBLOCK,), self._take_unblock),
            self._session.on_online(self._online),
        ]
        if self._session.connected:
            self._online(False)

    async def stop(self) -> None:
        """Follow it no more."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    async def supported(self) -> bool:
        """Return whether the server can block anybody (section 3.1).

        RemoteError where it does not tell, NoAnswer or NotConnected where nobody answered.
        """
        info = await self._session.iq(self._session.domain, element(INFO_QUERY))
        features = () if info is None else info.iterfind(_FEATURE)
        return any(feature.get("var") == BLOCKING for feature in features)

    async def list(self) -> frozenset[str]:
        """Return who is blocked, as the server says now (section 3.2).

        RemoteError where it refuses, NoAnswer or NotConnected where nobody answered.
        """
        answer = await self._session.iq(None, element(_LIST))
        self._know(frozenset() if answer is None else _jids(answer))
        return self._blocked

    async def block(self, jid: str) -> None:
        """Have nothing of `jid` come in any more, and nothing go out (section 3.3).

        Who is not in the roster is refused the house's presence first: the server would go on to ask
        for them, and lets nothing through to somebody who is blocked. BadRequest for what is no JID,
        RemoteError where the server refuses, NoAnswer or NotConnected where nobody answered.
        """
        who = _normal(jid)
        if "@" in who and (bare := JID(who).bare) not in self._session.roster():
            self._session.refuse(bare)
        await self._change(_BLOCK, who)
        self._know(self._blocked | {who})

    async def unblock(self, jid: str) -> None:
        """Let `jid` come in again (section 3.5); the errors are those of `block`."""
        who = _normal(jid)
        await self._change(_UNBLOCK, who)
        self._know(self._blocked - {who})

    async def _change(self, tag: str, jid: str) -> None:
        request = element(tag, {}, element(_ITEM, {"jid": jid}))
        await self._session.iq(None, request, kind="set")

    def _online(self, resumed: bool) -> None:
        if resumed:
            return
        task = asyncio.create_task(self._learn(), name="xmpp_iot block list")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn(self) -> None:
        try:
            if await self.supported():
                await self.list()
        except (NoAnswer, NotConnected, RemoteError) as error:
            _LOGGER.debug("%s has no block list: %s", self._session.bare, error)

    async def _take_block(self, request: IqRequest) -> None:
        """Take over whom another client of the account has blocked."""
        self._know(self._blocked | self._pushed(request))

    async def _take_unblock(self, request: IqRequest) -> None:
        """Take over whom another client has unblocked: without names, everybody (section 3.6)."""
        self._know(self._blocked - (self._pushed(request) or self._blocked))

    def _pushed(self, request: IqRequest) -> frozenset[str]:
        if request.caller.jid != self._session.bare or request.kind != "set":
            raise ServiceUnavailable
        return _jids(request.payload)

    def _know(self, blocked: frozenset[str]) -> None:
        if blocked != self._blocked:
            self._blocked = blocked
            self._changed.fire()


def _jids(payload: Element) -> frozenset[str]:
    """Return the JIDs that are named, without those that are none."""
    named = (item.get("jid", "") for item in payload.iterfind(_ITEM))
    return frozenset(jid for jid in map(_parse, named) if jid is not None)


def _parse(jid: str) -> str | None:
    try:
        return JID(jid).full or None
    except InvalidJID:
        return None


def _normal(jid: str) -> str:
    if (parsed := _parse(jid)) is None:
        raise BadRequest("This is not an address.")
    return parsed
