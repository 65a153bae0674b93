"""slixmpp's connection, hardened: TCP, TLS and bytes.

What slixmpp does otherwise, and why it may not: it tries again for ever and hides why it failed, goes on
without TLS, has no way to trust one certificate only, and reads documents of any size and depth.
"""

from abc import abstractmethod
import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
import socket
import ssl
import time
from typing import Any, Final, cast, override

from slixmpp import ClientXMPP

# slixmpp imports these with the first stream it makes, which is in the event loop.
from slixmpp.features import (  # noqa: F401
    feature_bind,
    feature_limits,
    feature_mechanisms,
    feature_preapproval,
    feature_rosterver,
    feature_session,
    feature_starttls,
)
from slixmpp.util.sasl.client import saslprep
from slixmpp.util.stringprep_profiles import StringPrepError

from .account import Account
from .backlog import Backlog
from .errors import AuthenticationFailed, CertificateRejected, LoginError, Unreachable
from .rate import Leaky
from .reader import Received, StanzaReader
from .targets import Target, find_targets
from .tls import check_fingerprint, explain

_LOGGER = logging.getLogger(__name__)

# Seconds for one address: TCP and, where it comes first, TLS.
CONNECT_TIMEOUT: Final = 10.0
ALL_TIMEOUT: Final = 24.0  # seconds for all of them: one attempt is to try each
HAPPY_EYEBALLS: Final = (
    0.25  # seconds until a host's next address is tried beside the first (RFC 8305)
)
CLOSE_TIMEOUT: Final = 2.0  # seconds the server has to say good-bye
MAX_UNSENT: Final = 8_000_000  # bytes in the socket's buffer; beyond, nobody reads them
BUSY: Final = 1_000_000  # bytes in it above which what is long has to wait
SLOWEST: Final = (
    2_000  # bytes a second that a server reads; stock ejabberd lets 3,000 through
)
QUICK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
STREAMS: Final = "http://etherx.jabber.org/streams"


class Connection(ClientXMPP):
    """One account's connection, one after the other; `on_lost` gets the reason when one ends."""

    def __init__(
        self, account: Account, *, resource: str, on_lost: Callable[[LoginError], None]
    ) -> None:
        super().__init__(
            f"{account.jid}/{resource}",
            account.password,
            ssl_context=account.ssl_context,
        )
        # Without xml:lang: servers put the stream's language on every stanza that has none.
        self.stream_header = (
            f"<stream:stream to='{self.boundjid.host}' xmlns:stream='{STREAMS}'"
            f" xmlns='{self.default_ns}' version='1.0'>"
        )
        self._account = account
        self._on_lost = on_lost
        self._reader: StanzaReader | None = None
        self._backlog = Backlog(self._read)
        self._outcome: asyncio.Future[bool] | None = None
        self._negotiation: asyncio.Task[Any] | None = None
        self._gone = asyncio.Event()
        self._gone.set()
        self._why: LoginError | None = None  # it ends
        self.ready = False
        """Whether a resource is bound on a live connection, so that stanzas can go out."""
        self.heard_at = 0.0
        """When the last byte came, in seconds since 1970."""
        self.heard = 0.0
        """The same in loop time, which nobody sets."""
        self.written = 0
        """How many bytes there were to be sent."""
        self.unread = Leaky(SLOWEST)
        """How many of them the server may not have read."""
        self._target: Target | None = None  # of this attempt
        self._kept_by: Target | None = None  # the session, when it was there last
        self._failed: Target | None = None  # the last attempt

    @abstractmethod
    def _dispatch(self, received: Received) -> None:
        """Take what the server sent."""

    @abstractmethod
    def forget(self) -> None:
        """Make the next log-in a new session: nobody can go on with this one."""

    @property
    def _tls(self) -> ssl.SSLObject | None:
        """What protects the connection, if anything does."""
        if self.transport is None:
            return None
        secured: ssl.SSLObject | None = self.transport.get_extra_info("ssl_object")
        return secured

    @property
    def account(self) -> Account:
        """The account that logs in."""
        return self._account

    @property
    def peer_address(self) -> str | None:
        """The IP address of the server there is a connection to."""
        if self.transport is None:
            return None
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if peer else None

    @property
    @abstractmethod
    def resumable(self) -> bool:
        """Whether the server keeps the session for a while when the connection breaks."""

    @property
    def busy(self) -> bool:
        """Whether so much waits to be sent that more of it would take long."""
        transport = self.transport
        return transport is not None and transport.get_write_buffer_size() > BUSY

    # Logging in and out

    async def log_in(self, timeout: float) -> bool:
        """Connect and bind or resume, and return whether it was resumed; LoginError says why not."""
        await self._gone.wait()
        self._check_password()
        outcome: asyncio.Future[bool] = self.loop.create_future()
        self._outcome = outcome
        self._why = None
        self._target = None
        try:
            async with asyncio.timeout(timeout):
                await self.connect()
                resumed = await outcome
        except TimeoutError:
            raise Unreachable("The server did not answer in time.") from None
        else:
            self._failed, self._kept_by = None, self._target
            return resumed
        finally:
            if outcome.cancelled() or not outcome.done() or outcome.exception():
                outcome.cancel()
                self._failed = self._target
                await self.drop()
            self._outcome = None

    def _check_password(self) -> None:
        try:
            saslprep(self.password)
        except StringPrepError as error:
            raise AuthenticationFailed(
                "The password has characters no server accepts."
            ) from error

    async def hang_up(self) -> None:
        """Close the stream as RFC 6120 section 4.4 wants it, and leave no task or timer."""
        self.ready = False
        if self.transport is not None:
            self.send_raw(self.stream_footer)
            try:
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._gone.wait()
            except TimeoutError:
                _LOGGER.debug("%s closes without the server", self.boundjid)
        await self.drop()
        if (sender := self._run_out_filters) is not None:
            sender.cancel()
            await asyncio.wait([sender])

    async def drop(self) -> None:
        """Cut the connection, or the attempt to make one, and return when it is gone."""
        self.cancel_connection_attempt()
        self.abort()
        await self._gone.wait()

    def lose(self, reason: str) -> None:
        """Give the connection up because of `reason`; a log-in under way fails with it."""
        self._fail(Unreachable(reason))

    def _fail(self, error: LoginError) -> None:
        self._why = self._why or error
        self.ready = False
        self._reader = None
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(error)
        self.abort()

    # Connecting

    @override
    async def _connect_loop(self) -> None:
        """Try each address once and raise why none worked (slixmpp retries for ever and hides it)."""
        failures: list[LoginError] = []
        targets = self._in_turn(await find_targets(self._account))
        patience = min(CONNECT_TIMEOUT, ALL_TIMEOUT / max(1, len(targets)))
        for target in targets:
            try:
                self._target = target
                async with asyncio.timeout(patience):
                    await self.loop.create_connection(
                        lambda: self,
                        target.host,
                        target.port,
                        ssl=self.ssl_context if target.direct else None,
                        server_hostname=self.default_domain if target.direct else None,
                        # (a host may have an address that leads nowhere)
                        happy_eyeballs_delay=HAPPY_EYEBALLS,
                    )
            except (OSError, UnicodeError) as error:
                failures.append(explain(error))
            else:
                return
        failures.append(Unreachable(f"{self.default_domain} has no XMPP service."))
        # A certificate that is wrong says more than a port that is closed.
        rejected = (one for one in failures if isinstance(one, CertificateRejected))
        raise next(rejected, failures[0])

    def _in_turn(self, targets: list[Target]) -> list[Target]:
        """Begin with who keeps the session, if anybody does, and end with who let nobody in the last time."""
        kept = self._kept_by if self.resumable else None
        return sorted(targets, key=lambda one: (one == self._failed, one != kept))

    @override
    def connection_made(
        self, transport: asyncio.BaseTransport, send_event: bool = True
    ) -> None:
        """Begin the stream, with a pinned account only if the certificate is the right one."""
        self._gone.clear()
        self._hear()
        secured = transport.get_extra_info("ssl_object")
        if secured is not None and self._account.fingerprint:
            try:
                check_fingerprint(self._account.fingerprint, secured.getpeercert(True))
            except CertificateRejected as error:
                self.transport = cast(asyncio.Transport, transport)
                self._current_connection_attempt = None
                self._fail(error)
                return
        if self._current_connection_attempt is None:
            # After STARTTLS; slixmpp takes None for an attempt that was cancelled.
            self._current_connection_attempt = self.loop.create_future()
        super().connection_made(transport, send_event)

    @override
    async def start_tls(self) -> bool:
        """Secure the connection after the server's <proceed/>; a failure ends it."""
        if (plain := self.transport) is None:
            return False
        failure: OSError | None = None
        try:
            secured = await self.loop.start_tls(
                plain, self, self.ssl_context, server_hostname=self.default_domain
            )
        except OSError as error:
            secured, failure = None, error
            self._fail(explain(error))
        if secured is None:
            # asyncio tells a protocol whose handshake failed, or was cut, nothing more.
            self.connection_lost(failure)
            return False
        self.connection_made(secured, send_event=False)
        return True

    @override
    def connection_lost(self, exception: BaseException | None) -> None:
        """Forget what belonged to this connection, and say that it ended."""
        if self._gone.is_set():
            return
        self.ready = False
        self._reader = None
        self._backlog.clear()
        if self._negotiation is not None:
            self._negotiation.cancel()
            self._negotiation = None
        why = self._why or Unreachable(_why_lost(exception))
        super().connection_lost(exception)
        for name in list(self.scheduled_events):
            self.cancel_schedule(name)
        self._gone.set()
        self._fail(why)
        self._on_lost(why)

    # Reading

    def _hear(self) -> None:
        self.heard_at = time.time()
        self.heard = self.loop.time()

    @override
    def init_parser(self) -> None:
        """Begin a new document; what came before belongs to another."""
        self._backlog.clear()
        self._reader = StanzaReader()

    @override
    def data_received(self, data: bytes | str) -> None:
        """Read, and give up on a server that sends what no XMPP server sends."""
        if self._reader is None or isinstance(data, str):
            return
        self._hear()
        self._backlog.put(data, self.transport)
        self._confirm()

    def _confirm(self) -> None:
        """Let the system confirm at once what has come (Linux, tcp(7)).

        A server that puts small packets together (Nagle's algorithm, as Prosody does) holds the next stanza back
        until then, which may be 40 ms. The system forgets it, so it is said each time, after what came is worked on.
        """
        if QUICK is not None and self.transport is not None:
            link = self.transport.get_extra_info("socket")
            if link is not None:
                with suppress(OSError):  # closed meanwhile
                    link.setsockopt(socket.IPPROTO_TCP, QUICK, 1)

    def _read(self, data: bytes) -> None:
        """Read a part of what came."""
        if (reader := self._reader) is None:
            self._backlog.clear()
            return
        for received in reader.feed(data):
            self._dispatch(received)
            if self._reader is not reader:
                self._backlog.clear()  # the stream began anew, or is gone
                return
        if reader.failure:
            self.forget()  # the server would send that again
            self.lose(f"the server sent {reader.failure}")
        elif reader.closed:
            self._why = self._why or Unreachable("the server closed the stream")
            self.abort()

    @override
    def send_raw(self, data: str | bytes) -> None:
        """Write, and give up on a server that does not read."""
        if (transport := self.transport) is None:
            return
        self.written += len(data)
        self.unread.put(len(data))
        super().send_raw(data)
        if transport.get_write_buffer_size() > MAX_UNSENT:
            self.lose("the server reads nothing")

    @override
    def disconnect(
        self,
        wait: float = 0,
        reason: str | None = None,
        ignore_send_queue: bool = True,
    ) -> asyncio.Future[None]:
        """Cut the connection: where slixmpp asks for it, a log-in failed."""
        self.lose(reason or "authentication came to no end")
        done: asyncio.Future[None] = self.loop.create_future()
        done.set_result(None)
        return done

    @override
    def _start_keepalive(self, event: Any) -> None:
        """Do nothing: the session pings."""


def _why_lost(exception: BaseException | None) -> str:
    if exception is None or isinstance(exception, ConnectionError):
        return "the server closed the connection"
    return str(exception)
