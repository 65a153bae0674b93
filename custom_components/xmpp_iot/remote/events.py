"""Following foreign nodes by event subscription (Neuro-Foundation), where a house has no feed.

Its fields are named: one implementation in use tells of none that are not. Whatever was not told is read
again: nothing for longer than a heartbeat means that the subscription is no more.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
import logging
from time import monotonic
from typing import Final

from ..wire.errors import RemoteError, StanzaError
from ..wire.event_subscription import encode_subscribe, encode_unsubscribe
from ..wire.fragments import DEVICE, decode_fragment
from ..wire.happening import EventSubscription, Watched
from ..wire.model import NodeRef, Reading
from ..wire.peer import READING, Peer, Peers
from ..wire.sensor_data import MAX_FIELDS
from ..wire.xml import Element
from .follow import LIVE, NODES_AT_A_TIME
from .node import RemoteNode

_LOGGER = logging.getLogger(__name__)

HEARTBEAT: Final = timedelta(minutes=5)  # all values are told again at least that often
SILENCE: Final = 2 * HEARTBEAT.total_seconds()  # after which nobody remembers us

type _Wish = tuple[tuple[NodeRef, ...], tuple[str, ...]]


@dataclass(slots=True, eq=False)
class Events:
    """The event subscriptions at one peer."""

    peers: Peers
    peer: Peer
    take: Callable[[Sequence[Reading]], None]
    active: bool = False
    """Whether whatever changes is told."""
    _wishes: tuple[_Wish, ...] = ()
    _ids: list[str] = field(default_factory=list)
    _heard: float = 0.0
    _unfollow: list[Callable[[], None]] = field(default_factory=list)

    async def follow(self, nodes: Iterable[RemoteNode]) -> None:
        """Be told of the values of these nodes, beginning with those of now; no peer, no events.

        NoAnswer and NotConnected as the session raises them.
        """
        wishes = tuple(_wishes(nodes))
        if self.active and wishes == self._wishes:
            return
        await self.end()
        self._wishes = wishes
        try:
            for refs, names in wishes:
                await self._subscribe(refs, names)
        except RemoteError as err:
            _LOGGER.info("%s tells nothing by itself: %s", self.peer.jid, err)
            self.forget()
            return
        self.active = bool(wishes)

    def forget(self) -> None:
        """Take no more; the peer drops the subscriptions when it sees us go."""
        self.active = False
        self._ids.clear()
        while self._unfollow:
            self._unfollow.pop()()

    async def end(self) -> None:
        """Have the peer tell no more."""
        ids = tuple(self._ids)
        self.forget()
        for identifier in ids:
            try:
                await self._send(encode_unsubscribe(identifier, self.peer.dialect))
            except RemoteError as err:
                _LOGGER.debug("%s has forgotten us: %s", self.peer.jid, err)

    @property
    def is_silent(self) -> bool:
        """Whether it is too long ago that something was told."""
        return self.active and monotonic() - self._heard > SILENCE

    async def _subscribe(
        self, nodes: tuple[NodeRef, ...], names: tuple[str, ...]
    ) -> None:
        wish = EventSubscription(
            id=self.peers.new_id(),
            nodes=tuple(node for node in nodes if node != DEVICE),
            fields=tuple(Watched(name=name) for name in names),
            categories=LIVE,
            max_interval=HEARTBEAT,
            immediately=True,
        )
        topic = (READING, wish.id)
        self._unfollow.append(
            self.peers.replies.follow(self.peer.jid, topic, self._received)
        )
        self._ids.append(wish.id)
        self._heard = monotonic()
        await self._send(encode_subscribe(wish, self.peer.dialect))

    async def _send(self, payload: Element) -> None:
        await self.peers.session.iq(self.peer.jid, payload, kind="set")

    def _received(self, message: Element) -> None:
        self._heard = monotonic()
        try:
            readings = decode_fragment(message, self.peer.dialect).readings
        except StanzaError as err:
            _LOGGER.debug("An event of %s cannot be read: %s", self.peer.jid, err)
            return
        if self._wishes and self._wishes[0][0] == (DEVICE,):
            readings = tuple(replace(one, node=DEVICE) for one in readings)
        self.take(readings)


def _wishes(nodes: Iterable[RemoteNode]) -> Iterable[_Wish]:
    """Yield nodes with the fields that are known of any of them, as many as go into one subscription."""
    followed = [node for node in nodes if node.info.is_readable]
    for start in range(0, len(followed), NODES_AT_A_TIME):
        some = followed[start : start + NODES_AT_A_TIME]
        names = dict.fromkeys(name for node in some for name in node.fields)
        refs = tuple(node.info.ref for node in some)
        yield refs, tuple(names)[:MAX_FIELDS]
