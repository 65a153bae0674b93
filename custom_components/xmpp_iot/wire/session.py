"""The house's XMPP session: logged in, kept alive, guarded, and ready to ask and to answer.

This is the room's front: whoever uses `wire` imports from here. The session never sends anything later
than it was told to: without a connection it refuses, so that nobody's door opens an hour after the tap.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
import logging
from types import MappingProxyType
from typing import Final

from slixmpp import JID, InvalidJID

from .account import Account, TlsMode, parse_bare_jid
from .chat import Chats
from .disco import PING_QUERY, Disco
from .errors import (
    NoAnswer,
    NotConnected,
    RemoteError,
    SentAway,
    ServiceUnavailable,
    StanzaError,
    Unreachable,
)
from .friendship import Friendship
from .gate import Gate
from .guard import Guard
from .inbox import Inbox, MessageHandler, MessageNotice
from .inquiries import Inquiries
from .link import Link
from .login import try_login
from .model import Caller
from .presence import Presences, SubscriptionRequest
from .rate import Limit, Limits
from .reader import Received
from .reception import Company, Reception
from .requests import Requests, Still, always
from .responder import IqHandler, IqRequest, Responder
from .roster import ROSTER_QUERY, Roster
from .signals import Signal, void
from .stanzas import Kind, message, presence
from .stream import Stream
from .tls import create_ssl_context
from .work import Work
from .xml import Element, element

__all__ = [
    "Account",
    "IqHandler",
    "IqRequest",
    "Limit",
    "Limits",
    "MessageHandler",
    "MessageNotice",
    "Session",
    "SubscriptionRequest",
    "TlsMode",
    "create_ssl_context",
    "parse_bare_jid",
    "try_login",
]

_LOGGER = logging.getLogger(__name__)

# Seconds a server may take to read what it is sent: some take a few thousand bytes a second.
FLUSH_TIMEOUT: Final = 60.0


class Session:
    """One account's session; make it in the running event loop.

    `name` is what others see, `admits` says whether a bare JID gets more than the answer of an empty
    place, `follows` whose presence is of interest beside theirs, `features` are the disco features beside
    the session's own, `language` is that of the house. Callbacks run right after their event, in the event
    loop; what registers one returns the function that takes it off.
    """

    def __init__(
        self,
        account: Account,
        *,
        name: str,
        admits: Callable[[str], bool],
        follows: Callable[[str], bool] = lambda _: False,
        features: Iterable[str] = (),
        language: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._bare = parse_bare_jid(account.jid)
        self._domain = JID(self._bare).domain
        company = Company(self._bare, self._domain, admits, follows)
        self._company = company
        self._stream = Stream(
            account,
            resource=account.resource,
            on_stanza=self._receive,
            on_lost=lambda why: self._link.lost(why),  # noqa: PLW0108 (made below)
        )
        self._requests = Requests(self._stream)
        self._inquiries = Inquiries(self._requests, language)
        self._work = Work()
        self._responder = Responder(
            self._stream,
            self._work,
            lambda jid: company.is_admitted(JID(jid)),
            self.flush,
        )
        self._link = Link(self._stream, self._requests, self._begin)
        self._gate = Gate(self._requests.ask_nobody, self._stream.send_stanza)
        self._disco = Disco.of(name, features)
        self._gone: Signal[str | None] = Signal()
        self._inbox = Inbox(self._gone.fire, self._work)
        self.chats = Chats(self._bare, self._stream)
        """Those to whom the house talks in words."""
        self._roster = Roster()
        self._presences = Presences(self._roster, company.is_known, self._gone.fire)
        self._guard = Guard(self._bare, self._has_a_share)
        self._friendship = Friendship(
            self._bare, self._stream, self._requests, self._roster
        )
        self._reception = Reception(
            company=company,
            guard=self._guard,
            gate=self._gate,
            requests=self._requests,
            responder=self._responder,
            inbox=self._inbox,
            chats=self.chats,
            roster=self._roster,
            presences=self._presences,
            capabilities=self._inquiries.capabilities,
            sent_at=self._link.sent_at,
            give_way=self._work.give_way,
        )
        self._nonsense = False
        self._epoch = self._stream.epoch  # of what was received last
        self._roster_changed: Signal[()] = Signal()
        for tag, answer in self._disco.answers.items():
            self.handle_iq((tag,), answer)
        self.handle_iq((ROSTER_QUERY,), self._take_roster_push)

    # What it is now

    @property
    def connected(self) -> bool:
        """Whether the session is up and the house is present."""
        return self._link.online

    @property
    def jid(self) -> str:
        """The full JID, as the server gave it at the last log-in."""
        return self._stream.boundjid.full

    @property
    def bare(self) -> str:
        """The account's bare JID."""
        return self._bare

    @property
    def domain(self) -> str:
        """The account's server."""
        return self._domain

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs with which somebody admitted or followed is online."""
        return self._roster.resources(bare) if self._company.is_known(bare) else ()

    def roster(self) -> Mapping[str, str]:
        """Return the subscription (none, to, from or both) of each bare JID in the roster."""
        return MappingProxyType(self._roster.subscriptions)

    def befriended(self) -> frozenset[str]:
        """Return the bare JIDs that the house itself put into the roster, in this session or before."""
        return frozenset(self._roster.befriended)

    @property
    def link(self) -> Link:
        """The connection's life, and how good it is."""
        return self._link

    # What it tells

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Call `callback` when the session is up: True if the old one resumed, False for a new one."""
        return self._link.went_online.add(callback)

    def on_offline(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the connection is lost."""
        return self._link.went_offline.add(callback)

    def on_authentication_failed(
        self, callback: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `callback` when the server refuses the password on the way back: nothing is tried any more."""
        return self._link.was_refused.add(callback)

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call `callback` with the full JID of an admitted contact and whether it is available."""
        return self._presences.changed.add(callback)

    def on_subscription_request(
        self, callback: Callable[[SubscriptionRequest], None]
    ) -> Callable[[], None]:
        """Call `callback` with the request of anybody who asks for the house's presence."""
        return self._presences.requested.add(callback)

    def on_flood(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call `callback` with who sends more than the limits, once a minute, and whether it is somebody known.

        Those are bare JIDs. Of strangers it is the domain, or nothing where it is all of them together.
        """
        return self._guard.flooded.add(callback)

    def on_refused(
        self, callback: Callable[[Caller, str, StanzaError], None]
    ) -> Callable[[], None]:
        """Call `callback` with whom of the admitted something was refused, the tag of its payload, and why.

        Not with what is on record already (`errors.on_record`), nor with what was too much.
        """
        ends = [one.refused.add(callback) for one in (self._responder, self._inbox)]
        return lambda: void([end() for end in ends])

    def set_limits(self, limits: Limits) -> None:
        """Let others send so much from now on."""
        self._guard.set_limits(limits)

    def on_roster(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the roster changes in a session; at its begin `on_online` says so."""
        return self._roster_changed.add(callback)

    def handle_iq(self, tags: Iterable[str], handler: IqHandler) -> Callable[[], None]:
        """Let `handler` answer the requests of admitted senders whose payload has one of these tags.

        What it returns is the answer, None an empty one, a StanzaError an error. ValueError for a tag that
        somebody handles already.
        """
        return self._responder.handle(tags, handler)

    def handle_message(
        self, tags: Iterable[str], handler: MessageHandler
    ) -> Callable[[], None]:
        """Let `handler` have the messages of admitted senders with a child of one of these tags.

        The first such child counts. Nobody is told what it raises. ValueError for a tag that somebody
        handles already.
        """
        return self._inbox.handle(tags, handler)

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Call `handler` with the full JID of anybody and what they say under one of these tags.

        For what is only ever said in reply: the handler knows whom it asked for what, and drops the rest.
        """
        return self._inbox.handle_reply(tags, handler)

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Call `callback` with the full JID of an admitted contact that no message reaches any more.

        It became unavailable, or a message came back from it. None is everybody: a new session begins, in
        which nothing of the old one is known to others.
        """
        return self._gone.add(callback)

    # Life

    async def connect(self, *, timeout: float = 30) -> None:
        """Log in for the first time; from then on the session comes back by itself until `close`.

        LoginError says why it failed; then the session is closed.
        """
        logged_in = False
        try:
            await self._link.connect(timeout)
            logged_in = True
        finally:
            if not logged_in:
                await self.close()

    async def close(self) -> None:
        """Say good-bye and leave no task, timer or socket."""
        await self._work.close()
        await self._gate.close()
        self._friendship.close()
        await self._link.close()
        self._roster.nobody()

    async def _begin(self) -> None:
        """Start a new session."""
        self._roster.nobody()
        self._inquiries.capabilities.forget()
        self._gate.forget()
        self._gate.learn()
        try:
            query = await self.iq(None, element(ROSTER_QUERY))
            self._roster.load(element(ROSTER_QUERY) if query is None else query)
            self._stream.send_stanza(presence(payload=self._disco.capabilities))
        except (NoAnswer, NotConnected, RemoteError) as error:
            self._stream.lose("the server gives no roster")
            # (who says no says so again in a second)
            kind = SentAway if isinstance(error, RemoteError) else Unreachable
            raise kind(f"The server gives no roster: {error}") from error

    # Sending

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Ask `to` (None: the own account); return the payload of the result. RemoteError, NoAnswer, NotConnected."""
        return await self._inquiries.ask(to, payload, kind=kind, timeout=timeout)

    async def iq_text(
        self, to: str | None, payload: str, still: Still = always, timeout: float = 10
    ) -> None:
        """Set something that is rendered already, and not again after a resume where `still` says no."""
        await self._requests.ask(to, payload, kind="set", timeout=timeout, still=still)

    def send_message(
        self, to: str, payload: Element | str, *, kind: str = "normal"
    ) -> None:
        """Send a message of that type to somebody who is admitted, and to nobody else.

        NotConnected without session, also while those who wait in a new one do not know yet that it is
        new, and where the door was closed to `to` meanwhile.
        """
        if self._epoch != self._stream.epoch:
            raise NotConnected("The session has only begun.")
        admitted = partial(self._company.is_admitted, JID(to))
        if not admitted():
            raise NotConnected(f"{to} is not admitted.")
        self._stream.send_stanza(message(to, kind, payload), still=admitted)

    def is_present(self, jid: str) -> bool:
        """Return whether a full JID shows its presence to the house: then it is noticed when it leaves."""
        return jid in self._roster.resources(JID(jid).bare)

    async def flush(self, *, timeout: float = FLUSH_TIMEOUT) -> None:
        """Return when the server has read what was sent until now.

        A server reads a stream in order (RFC 6120 section 10.1), so its answer to a ping says so. NoAnswer
        where none came in `timeout` seconds, NotConnected without session.
        """
        await self._requests.exchange(
            self._domain, element(PING_QUERY), timeout=timeout
        )

    def befriend(self, jid: str, name: str) -> None:
        """Put `jid` into the roster, ask for its presence and let it have the house's."""
        self._friendship.befriend(jid, name)

    def unfriend(self, jid: str) -> None:
        """Take `jid` out of the roster, and both subscriptions with it."""
        self._friendship.unfriend(jid)

    def approve(self, jid: str) -> None:
        """Let `jid` have the house's presence."""
        self._friendship.approve(jid)

    def refuse(self, jid: str) -> None:
        """Do not let `jid` have the house's presence, or not any more."""
        self._friendship.refuse(jid)

    # Receiving

    def _receive(self, received: Received) -> None:
        """Take a stanza."""
        if self._epoch != self._stream.epoch:
            self._epoch = self._stream.epoch
            self._gone.fire(None)
            self._work.give_way()  # told before anything of the new session is worked on
        try:
            sender = JID(received.element.get("from") or self._bare)
        except InvalidJID:
            if not self._nonsense:
                self._nonsense = True
                _LOGGER.warning("%s gets stanzas with invalid senders", self._bare)
            return
        self._reception.receive(received, sender)

    def _has_a_share(self, bare: str) -> bool:
        """Return whether somebody counts apart from the crowd: those in the roster are let in by their owner."""
        known = self._company.is_known(bare) or self.chats.hears(bare)
        return known or bare in self._roster.subscriptions

    async def _take_roster_push(self, request: IqRequest) -> None:
        if request.caller.bare != self._bare or request.kind != "set":
            raise ServiceUnavailable
        self._friendship.pushed(request.payload)
        self._roster_changed.fire()
