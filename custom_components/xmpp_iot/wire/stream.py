"""slixmpp's stream, hardened: SASL, resource binding and stream management, and nothing above.

Everything the rest of the room says or hears passes here as rendered text and as elements. What slixmpp
does otherwise, and why it may not: it offers the password to servers without TLS (SASL LOGIN), keeps what
is sent while there is no session and delivers it to a later one, and hands stanzas of strangers to its
plugins.
"""

import asyncio
from collections.abc import Callable
import logging
from typing import Any, Final, override

from slixmpp.features.feature_starttls.stanza import STARTTLS
from slixmpp.plugins.xep_0198.stanza import Enable, Resume
from slixmpp.stanza import StreamFeatures
from slixmpp.util.sasl.client import SASLFailed
from slixmpp.xmlstream.tostring import tostring

from .account import Account
from .connection import STREAMS, Connection
from .errors import (
    EncryptionUnavailable,
    Ended,
    LoginError,
    NoMechanism,
    NotConnected,
    Replaced,
    SentAway,
)
from .filler import filler
from .ledger import Ledger, Sent
from .quality import Quality
from .reader import Received
from .sasl import (
    SASL,
    allowed_mechanisms,
    check_challenge,
    condition,
    explain_refusals,
    offered_mechanisms,
)
from .stanzas import CLIENT
from .xml import Element, clark

_LOGGER = logging.getLogger(__name__)

_TLS: Final = "urn:ietf:params:xml:ns:xmpp-tls"
_FEATURES: Final = clark(STREAMS, "features")
_STREAM_ERROR: Final = clark(STREAMS, "error")
_TLS_FAILURE: Final = clark(_TLS, "failure")
_PROCEED: Final = clark(_TLS, "proceed")
# Whatever else comes before TLS was put there by somebody on the way.
_BEFORE_TLS: Final = frozenset({_FEATURES, _STREAM_ERROR, _TLS_FAILURE, _PROCEED})
_SASL_FAILURE: Final = clark(SASL, "failure")
_CHALLENGE: Final = clark(SASL, "challenge")
_STANZAS: Final = frozenset(
    clark(CLIENT, name) for name in ("iq", "message", "presence")
)
_ACKNOWLEDGEMENT: Final = clark("urn:xmpp:sm:3", "a")
_QUESTION: Final = clark("urn:xmpp:sm:3", "r")
_NOT_RESUMED: Final = clark("urn:xmpp:sm:3", "failed")
_ANSWERS: Final = frozenset({"result", "error"})
# Seconds in which the server is told how many stanzas have come: with what is said to it next, if that is sooner,
# for what has come is worked on before anything is said of it (XEP-0198 section 4 allows for a timeout).
ANSWER_WITHIN: Final = 0.1
# Stanzas after which the server is asked what it has got: `Watch` asks soon, however few they are.
WINDOW: Final = 100
# With these a server ends a stream that it or the network cannot go on with (RFC 6120 section 4.9.3); some
# do not know their hosts yet, or any more, while they start and stop.
_PASSING: Final = frozenset(
    {
        "connection-timeout",
        "host-gone",
        "host-unknown",
        "internal-server-error",
        "remote-connection-failed",
        "reset",
        "system-shutdown",
    }
)
# The others are about the house; who is replaced by somebody else waits longest.
_AWAY: Final = {"conflict": Replaced}


class Stream(Connection):
    """One account's stream; it lives through reconnects, because XEP-0198 resumes need its state.

    `on_stanza` gets every stanza once a resource is bound, `on_lost` the reason when the connection ends.
    """

    def __init__(
        self,
        account: Account,
        *,
        resource: str,
        on_stanza: Callable[[Received], None] = lambda _: None,
        on_lost: Callable[[LoginError], None] = lambda _: None,
    ) -> None:
        super().__init__(account, resource=resource, on_lost=on_lost)
        self._on_stanza = on_stanza
        self._usable: set[str] = set()  # mechanisms not tried yet
        self._refusals: list[str] = []
        self.epoch = 0
        """How many sessions there were: a resumed one keeps its number."""
        self.auto_authorize = None
        self.auto_subscribe = False
        self.quality = Quality()
        """What is measured of its connections."""
        self.said: float | None = None
        """When the first stanza went out since the server was asked last (loop time)."""
        self.news = asyncio.Event()
        """Set when that happens."""
        self._owed: asyncio.TimerHandle | None = None  # the answer to the server
        self.register_plugin("xep_0198", {"window": WINDOW})
        self._ledger = Ledger(self.plugin["xep_0198"], self.quality)
        self.add_event_handler("session_bind", self._bound)
        self.add_event_handler("stream_negotiated", self._negotiated)
        self.add_event_handler("session_resumed", self._resumed)

    @property
    @override
    def resumable(self) -> bool:
        """Whether the session can outlive its connection (XEP-0198 section 5)."""
        return self._ledger.resumable

    @property
    def acknowledges(self) -> bool:
        """Whether the server says in this connection what it has got (XEP-0198)."""
        return self._ledger.active

    @property
    def settled(self) -> bool:
        """Whether it has said so of everything."""
        return self._ledger.settled

    @override
    def forget(self) -> None:
        self._ledger.forget()

    # Reading

    @override
    def _dispatch(self, received: Received) -> None:
        element = received.element
        if element.tag in _STANZAS and self.ready:
            self._ledger.received()
            self._on_stanza(received)
        elif self.ready and element.tag == _QUESTION:
            self._owe()
        elif self.ready and element.tag == _ACKNOWLEDGEMENT:
            self._acknowledged(element)
        elif received.excessive:
            self.lose("the server sent an element with too many levels or parts")
        elif element.tag == _STREAM_ERROR:
            self._fail(_why_ended(condition(element)))
        elif element.tag == _TLS_FAILURE:
            self._fail(EncryptionUnavailable("The server failed to start TLS."))
        elif self._expects(element):
            self._negotiate(element)
        else:
            _LOGGER.debug("%s ignores %s for now", self.boundjid, element.tag)

    def _acknowledged(self, element: Element) -> None:
        """Take what the server says it has got."""
        try:
            self._ledger.acknowledged(element.get("h"))
        except ValueError as error:
            self.lose(f"the server's acknowledgement is malformed: {error}")

    def _expects(self, element: Element) -> bool:
        """Say whether `element` has a meaning in this phase of the negotiation."""
        if self._tls is None:
            return element.tag in _BEFORE_TLS
        if element.tag in _STANZAS:  # the answer to binding
            return "mechanisms" in self.features and element.get("type") in _ANSWERS
        return element.tag != _PROCEED

    def _negotiate(self, element: Element) -> None:
        """Let slixmpp answer `element`."""
        if element.tag == _NOT_RESUMED:
            self._ledger.refused(element.get("h"))
        elif element.tag in _STANZAS and element.get("type") == "error":
            self._fail(_why_unbound(element))
            return
        try:
            if element.tag == _SASL_FAILURE:
                self._refused(element)
                return
            if element.tag == _CHALLENGE:
                check_challenge(element)
            if element.tag == _PROCEED:
                self._reader = None  # what else came without TLS is nobody's
            self._spawn_event(element)
        except (SASLFailed, ValueError) as error:
            self.lose(f"the server's authentication is malformed: {error}")

    def _owe(self) -> None:
        """Answer the server's question with what is said next, or soon."""
        if self._owed is None:
            self._owed = self.loop.call_later(ANSWER_WITHIN, self._settle)

    def _settle(self) -> None:
        """Say what is owed."""
        if answer := self._answer():
            self.send_raw(answer)

    def _answer(self) -> str:
        """Return the answer that is owed, which it is no more; empty where the server has not asked."""
        if self._owed is None:
            return ""
        self._owed.cancel()
        self._owed = None
        return self._ledger.answer

    @override
    def connection_lost(self, exception: BaseException | None) -> None:
        self._answer()  # nobody wants it any more: to resume says it
        super().connection_lost(exception)

    @override
    async def hang_up(self) -> None:
        if self.ready:
            self._settle()
        await super().hang_up()

    # Negotiating

    @override
    async def _handle_stream_features(self, features: StreamFeatures) -> bool | None:
        """Insist on TLS, then on a mechanism that keeps the password secret; the rest is slixmpp's."""
        self._negotiation = asyncio.current_task()
        if self._tls is None:
            if features.xml.find(clark(_TLS, "starttls")) is None:
                self._fail(EncryptionUnavailable("The server offers no encryption."))
            else:
                self.send(STARTTLS())
            return True
        if "mechanisms" not in self.features and not self._choose(features.xml):
            return True
        return await super()._handle_stream_features(features)

    def _choose(self, features: Element) -> bool:
        """Restrict slixmpp to what may be used on this connection; False if nothing may."""
        offered = offered_mechanisms(features)
        self._usable = offered & allowed_mechanisms(
            self._tls.version() if self._tls else None
        )
        self._refusals.clear()
        sasl = self.plugin["feature_mechanisms"]
        sasl.use_mechs = set(self._usable)
        sasl.attempted_mechs = set()
        if not self._usable:
            names = ", ".join(sorted(offered)) or "no mechanism"
            self._fail(NoMechanism(f"The server offers {names}."))
        return bool(self._usable)

    def _refused(self, failure: Element) -> None:
        """Try the next mechanism, for an account may have a key for one only; else say what went wrong."""
        self._refusals.append(condition(failure))
        mechanism = self.plugin["feature_mechanisms"].mech
        if mechanism is not None:
            self._usable.discard(mechanism.name)
        if mechanism is not None and self._usable:
            self._spawn_event(failure)
        else:
            self._fail(explain_refusals(self._refusals))

    def _bound(self, _: object) -> None:
        """Begin a new session: nothing of an older one is sent again."""
        if self.boundjid.bare != self.requested_jid.bare:
            self.lose("the server gave no resource")
            return
        self._ledger.begin()
        self.epoch += 1
        self.ready = True

    def _negotiated(self, _: object) -> None:
        self._succeed(resumed=False)

    def _resumed(self, _: object) -> None:
        self._ledger.resumed()
        self.ready = True
        self._succeed(resumed=True)

    def _succeed(self, *, resumed: bool) -> None:
        self._negotiation = None
        if self.ready and self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(resumed)

    # Sending

    def send_stanza(
        self,
        text: str,
        *,
        deadline: float | None = None,
        still: Callable[[], bool] = lambda: True,
        undelivered: Callable[[], None] = lambda: None,
    ) -> None:
        """Write a rendered stanza now, counted for stream management; NotConnected where there is no session.

        When a session resumes it is not sent again after `deadline` (loop time), nor where `still` says no.
        `undelivered` is called when it is certain that the server will never get it.
        """
        if not self.ready:
            raise NotConnected("There is no session now.")
        self._write(text)
        self._ledger.sent(
            Sent(text=text, deadline=deadline, still=still, undelivered=undelivered)
        )
        if self.said is None:
            self.said = self.loop.time()
            self.news.set()
        if self._ledger.full:
            self.lose("the server acknowledges nothing")

    def _write(self, text: str) -> None:
        self.send_raw(text + filler(text) + self._answer())

    def ask(self) -> asyncio.Future[None]:
        """Ask the server what it has got; what is returned is done when it says so. NotConnected without session."""
        if not self.ready:
            raise NotConnected("There is no session now.")
        return self._ledger.ask()

    @override
    def send(self, data: Any, use_filters: bool = True) -> None:
        """Write what slixmpp negotiates with, at once: its queue would outlive the session."""
        if isinstance(data, Sent):  # stream management resumes
            if self._ledger.is_due(data, self.loop.time()):
                self._write(data.text)
            return
        if isinstance(data, Enable | Resume):
            self._ledger.requested(resume=isinstance(data, Resume))
        self.send_raw(
            tostring(data.xml, xmlns=self.default_ns, stream=self, top_level=True)
        )


def _why_ended(condition: str) -> LoginError:
    """Return what it means that the server ended the stream with a condition."""
    kind = Ended if condition in _PASSING else _AWAY.get(condition, SentAway)
    return kind(f"the server says {condition}")


def _why_unbound(answer: Element) -> LoginError:
    """Return why the server gives no resource (RFC 6120 section 7.7.2)."""
    error = answer.find(clark(CLIENT, "error"))
    why = "undefined-condition" if error is None else condition(error)
    return _AWAY.get(why, SentAway)(f"the server gives no resource: {why}")
