"""Following another house's values by its feed, and reading them.

What was missed is said, not guessed: then it is read again.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
import logging
from typing import Final

from ..wire.errors import BadRequest, RemoteError, WireError
from ..wire.fragments import decode_fragment
from ..wire.model import Category, NodeRef, Reading, ReadRequest
from ..wire.peer import Peer
from ..wire.subscriber import Address, Item, Moved, Subscriber

_LOGGER = logging.getLogger(__name__)

NODES_AT_A_TIME: Final = 500  # in one request
LIVE: Final = frozenset(
    {Category.MOMENTARY, Category.STATUS, Category.PEAK, Category.IDENTITY}
)

type Take = Callable[[Iterable[Reading]], None]


async def read_all(
    peer: Peer, nodes: Sequence[NodeRef], take: Take, since: datetime | None = None
) -> None:
    """Read nodes, and hand over what comes as it comes; raises as the peer does.

    A house may leave out what has not changed `since` then, which is by its own clock. What is not there any
    more is not read: that it has gone is told elsewhere.
    """
    for start in range(0, len(nodes), NODES_AT_A_TIME):
        request = ReadRequest(
            id="",
            nodes=tuple(nodes[start : start + NODES_AT_A_TIME]),
            categories=LIVE,
            start=since,
        )
        try:
            async with aclosing(peer.read(request)) as parts:
                async for readings in parts:
                    take(readings)
        except RemoteError as err:
            if err.remote_condition != "item-not-found":
                raise
            _LOGGER.debug("%s has none of %d nodes", peer.jid, len(request.nodes))


class Missed(Enum):
    """What a feed did not bring."""

    VALUES = auto()
    """Some of its items."""
    EVERYTHING = auto()
    """It has begun anew: the house may have been away, with all it knew of us."""


@dataclass(slots=True)
class Feed:
    """A feed that is followed; `missed` is called before anything of what comes after a gap is taken."""

    subscriber: Subscriber
    peer: Peer
    take: Callable[[Sequence[Reading], bool], None]
    """Called with what an item says, and whether that is only what has changed of each node."""
    missed: Callable[[Missed], None]
    address: Address | None = None
    forwarded: str = ""
    """Where it goes on, as it said when it ended."""
    heard: float = 0.0
    """When the last item came, by the event loop's clock."""
    _epoch: str = ""
    _number: int = 0
    _unreadable: bool = False

    async def begin(self, uri: str) -> None:
        """Subscribe at `uri`; raises as the service refuses, and BadRequest where nothing can be there."""
        self.forwarded = ""
        address = Address.parse(uri)
        if not address.service or not address.node:
            raise BadRequest("This is not the address of a feed.")
        if address == self.address:
            return
        self.end()
        self.address, self._epoch = address, ""
        try:
            await self.subscriber.subscribe(address, self._received)
        except WireError:
            self.end()
            raise

    def end(self) -> None:
        """Take no more items; the service drops the subscription with the session, or when told."""
        if self.address is not None:
            self.subscriber.forget(self.address, self._received)
            self.address = None

    def assume(self, epoch: str, number: int) -> None:
        """Take an item for the last that came, where none has."""
        if not self._epoch:
            self._epoch, self._number = epoch, number

    def begin_anew(self, epoch: str, number: int) -> None:
        """Take an item for the last of a house that has begun anew: all that it was told of is read."""
        if epoch != self._epoch:
            self._epoch, self._number = epoch, number

    @property
    def is_counted(self) -> bool:
        """Whether it is known which item is the next; there is none where there is no feed."""
        return self.address is None or bool(self._epoch)

    def has(self, epoch: str, number: int) -> bool:
        """Return whether an item has come, or a later one."""
        return epoch == self._epoch and number <= self._number

    async def check(self) -> None:
        """Ask whether the service still knows of us; what it forgot to send was missed."""
        if (address := self.address) is None:
            return
        if await self.subscriber.is_subscribed(address) is False:
            _LOGGER.debug("The feed of %s has forgotten us", self.peer.jid)
            self.end()
            self.missed(Missed.VALUES)

    def _received(self, event: Item | Moved) -> None:
        if isinstance(event, Moved):
            self.end()
            self.forwarded = event.uri
            self.missed(Missed.VALUES if event.uri else Missed.EVERYTHING)
            return
        try:
            fragment = decode_fragment(event.payload, self.peer.dialect)
        except WireError as err:
            if not self._unreadable:
                self._unreadable = True
                _LOGGER.warning("The feed of %s cannot be read: %s", self.peer.jid, err)
            return
        self.heard = asyncio.get_running_loop().time()
        if self._epoch and event.epoch != self._epoch:
            self.missed(Missed.EVERYTHING)
        elif self._epoch and event.number > self._number + 1:
            self.missed(Missed.VALUES)
        if event.epoch != self._epoch or event.number > self._number:
            self._epoch, self._number = event.epoch, event.number
        self.take(fragment.readings, event.part)
