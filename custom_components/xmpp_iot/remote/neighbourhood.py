"""What all linked houses of an account share: the session, and who sorts what they send."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
import logging

from ..wire.dialects import DIALECTS, FAMILIES
from ..wire.errors import StanzaError
from ..wire.happening import Happening, NodeEvent
from ..wire.node_events import decode_node_event
from ..wire.peer import Peers
from ..wire.session import Session
from ..wire.subscriber import Subscriber
from ..wire.xml import Element, clark, split_tag
from .courier import Courier

_LOGGER = logging.getLogger(__name__)

type Happened = Callable[[NodeEvent], None]


@dataclass(slots=True)
class Neighbourhood:
    """The session, and what is received from whom."""

    session: Session
    peers: Peers
    subscriber: Subscriber
    courier: Courier
    _happened: dict[str, Happened] = field(default_factory=dict)
    _unsubscribe: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session) -> Neighbourhood:
        """Return the neighbourhood of a session."""
        return cls(session, Peers(session), Subscriber(session), Courier(session))

    def start(self) -> None:
        """Begin to take messages."""
        self.peers.start()
        self.subscriber.start()
        tags = [
            clark(dialect.concentrator, kind)
            for dialect in FAMILIES
            for kind in Happening
        ]
        self._unsubscribe = [self.session.handle_reply(tags, self._event)]

    async def stop(self) -> None:
        """Take no more."""
        await self.courier.stop()
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self.subscriber.stop()
        await self.peers.stop()

    def follow(self, jid: str, happened: Happened) -> Callable[[], None]:
        """Tell what a full JID says has happened to its nodes; return how to stop that."""
        self._happened[jid] = happened
        return lambda: self._happened.pop(jid, None) and None

    def _event(self, sender: str, message: Element) -> None:
        if (happened := self._happened.get(sender)) is None:
            return
        dialect = DIALECTS[split_tag(message.tag)[0]]
        try:
            event = decode_node_event(message, dialect, received=datetime.now(UTC))
        except StanzaError as err:
            _LOGGER.debug("An event of %s cannot be read: %s", sender, err)
            return
        happened(event)
