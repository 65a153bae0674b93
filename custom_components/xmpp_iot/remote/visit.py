"""One visit to a linked house, from meeting it to its going: everything is read once, and then followed.

First the changes are asked for, then the tree and the values are read, so that nothing falls in between.
What may have been missed is read again, as far as it has changed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import Final

from homeassistant.util import dt as dt_util

from ..wire.errors import BadRequest, NoAnswer, RemoteError
from ..wire.happening import Happening, NodeEvent, SourceSubscription
from ..wire.model import NodeRef, Reading
from ..wire.peer import Peer
from .acquaintance import Acquaintance
from .assurance import Assurance
from .device_peer import peer_of
from .events import Events
from .follow import Feed, Missed, read_all
from .introduction import introduce, only_in_form
from .neighbourhood import Neighbourhood
from .node import RemoteNode
from .nodes import EVER, NodeStore
from .survey import sources, survey

_LOGGER = logging.getLogger(__name__)

FEED: Final = "pubsub"  # the node parameter that says where to follow
POLL_EVERY: Final = 30.0  # seconds, where a house tells nothing by itself
CHECK_EVERY: Final = 600.0  # seconds, whether its feed still knows of us
# Nodes that are shown at once: each keeps Home Assistant busy for a millisecond or two.
AT_A_TIME: Final = 10
# Seconds after which what is not there has gone: a house that has just started has not all of its nodes.
CERTAIN_AFTER: Final = 300.0
_KINDS: Final = frozenset(
    {
        Happening.ADDED,
        Happening.UPDATED,
        Happening.REMOVED,
        Happening.STATUS_CHANGED,
    }
)


@dataclass(slots=True, eq=False)
class Visit:
    """A stay at one house, as long as it is online with that full JID."""

    neighbourhood: Neighbourhood
    acquaintance: Acquaintance
    store: NodeStore
    arrived: Callable[[Visit], None]
    """Called when everything is up to date for the first time, and when it is shown."""
    complete: bool = field(init=False, default=False)
    """Whether everything is shown."""
    peer: Peer = field(init=False)
    _feed: Feed = field(init=False)
    _assurance: Assurance = field(init=False)
    _events: Events = field(init=False)
    _read_since: datetime | None = None  # as far back was read last
    _uri: str = ""  # of the feed
    _refused: bool = False  # it was said that there is none
    _stale: bool = False  # values may have been missed
    _sure: bool = False  # nothing was missed that is not read
    _unknown: bool = False  # nodes may have been missed
    _certain: bool = False  # what is not among the nodes now has gone
    _looked: float = (
        0.0  # when it was read or its feed asked, by the event loop's clock
    )
    _again: asyncio.TimerHandle | None = None
    _new: dict[NodeRef, None] = field(default_factory=dict)
    _work: asyncio.Event = field(default_factory=asyncio.Event)
    _unfollow: Callable[[], None] | None = None
    _failure: Exception | None = None  # to take what came by itself

    def __post_init__(self) -> None:
        """Prepare to ask."""
        known = self.acquaintance
        peers = self.neighbourhood.peers
        self.peer = peer_of(peers, known)
        self._events = Events(peers, self.peer, self._attempting(self.store.take))
        self._feed = Feed(
            self.neighbourhood.subscriber,
            self.peer,
            self._attempting(self._told),
            self._missed,
        )
        session = self.neighbourhood.session
        self._assurance = Assurance(
            session, known.jid, self._feed, self._missed, known.assured
        )

    async def stay(self) -> None:
        """Read what is not known, then follow it; never returns by itself.

        RemoteError, NoAnswer or NotConnected where the house does not answer as it should, and whatever of ours
        fails.
        """
        self._unfollow = self.neighbourhood.follow(
            self.peer.jid, self._attempting(self._happened)
        )
        self.store.rewind()
        try:
            await self._read_everything()
            while True:
                await self._rest()
                if self._failure is not None:
                    raise self._failure
                await self._catch_up()
        finally:
            self.end()

    def end(self) -> None:
        """Follow nothing any more."""
        self.store.miss(dt_util.utcnow())
        self._feed.end()
        self._events.forget()
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        self._look_no_more()

    def read_new(self) -> None:
        """Read what was chosen meanwhile."""
        self._work.set()

    def acted(self, node: RemoteNode) -> None:
        """Read what was acted upon, where nobody tells how it is now."""
        if not node.domain and (not self._is_followed or only_in_form(node)):
            self._read_soon(node.info.ref)

    def doubt(self, node: RemoteNode) -> None:
        """Read what may have been acted upon."""
        self._read_soon(node.info.ref)

    @property
    def life(self) -> str:
        """What names the house's memory of orders; empty where that is not known."""
        return self._assurance.life

    @property
    def _is_followed(self) -> bool:
        """Whether the house tells by itself what changes."""
        return self._feed.address is not None or self._events.active

    async def _rest(self) -> None:
        """Wait until there is something to do; a house that tells nothing by itself is read now and then.

        So is one where there is always something else to do.
        """
        loop = asyncio.get_running_loop()
        followed = self._is_followed
        due = self._looked + (CHECK_EVERY if followed else POLL_EVERY)
        with suppress(TimeoutError):
            async with asyncio.timeout_at(min(due, self._assurance.due)):
                await self._work.wait()
        if loop.time() >= self._assurance.due:
            await self._assurance.check()
        if loop.time() < due:
            return
        if followed:
            self._looked = loop.time()
            await self._check()
        else:
            self._stale = True

    async def _check(self) -> None:
        """Ask whether we are still told of changes."""
        try:
            await self._feed.check()
        except NoAnswer:  # whether the house is there, it says itself
            self._missed(Missed.VALUES)
        self._check_events()

    async def _read_everything(self) -> None:
        among = await sources(self.peer)
        for source in among:
            await self._tell_of(source)
        found = await survey(self.peer, among, in_pages=self.acquaintance.in_pages)
        # (it may have begun anew meanwhile)
        certain, self._certain = self._certain, False
        self.store.replace_all(found, final=certain)
        self._uri = ""
        await self._subscribe()
        await self._read_changed()
        await self._present()
        if certain:
            self.store.settle()
        elif self.store.missing:
            self._look_again()

    async def _present(self) -> None:
        """Show what is read, and follow what no feed tells of."""
        await introduce(self.peer, self.store)
        if self.acquaintance.events and self._feed.address is None:
            foreign = [node for node in self.store if not node.domain]
            if len(foreign) == len(self.store):
                await self._events.follow(foreign)
        self.arrived(self)  # first: what is shown then is there at once
        for _ in iter(lambda: self.store.announce(AT_A_TIME), True):
            await asyncio.sleep(0)  # others have their turn
        if not self.complete:
            self.complete = True
            self.arrived(self)

    def _check_events(self) -> None:
        """Begin anew where nothing is told any more."""
        if self._events.is_silent:
            self._events.forget()
            self._missed(Missed.VALUES)

    def _look_again(self) -> None:
        """Have what is missing looked for once more, in a while."""

        def look() -> None:
            self._again = None
            self._certain = self._unknown = True
            self._work.set()

        if self._again is None:
            loop = asyncio.get_running_loop()
            self._again = loop.call_later(CERTAIN_AFTER, look)

    def _look_no_more(self) -> None:
        self._certain = False
        if self._again is not None:
            self._again.cancel()
            self._again = None

    async def _tell_of(self, source: str) -> None:
        """Have the house say what happens to the nodes of a source."""
        wish = SourceSubscription(source=source, kinds=_KINDS, parameters=True)
        try:
            await self.peer.follow_nodes(wish)
        except RemoteError as err:
            _LOGGER.debug("%s tells nothing of its nodes: %s", self.peer.jid, err)

    async def _subscribe(self) -> None:
        """Follow the house's feed, if it has one."""
        addresses = (node.text_parameter(FEED) for node in self.store)
        forwarded = self._feed.forwarded
        uri = forwarded or self._uri or next(filter(None, addresses), None)
        if uri is None:
            self._feed.end()
            return
        try:
            await self._feed.begin(uri)
            self._uri = uri
        except (RemoteError, BadRequest, NoAnswer) as err:
            if not self.neighbourhood.session.connected:
                raise
            self._uri = ""
            if forwarded:  # then the nodes know better
                self._missed(Missed.EVERYTHING)
            elif not self._refused:
                self._refused = True
                _LOGGER.warning(
                    "%s does not let us follow its feed (%s); it is read every %d s",
                    self.peer.jid,
                    err,
                    POLL_EVERY,
                )

    async def _read_changed(self) -> None:
        """Read what is not known, and of the rest what may have changed."""
        await self._assurance.begin()
        since, self.store.missed_since = self.store.missed_since, None
        is_read = False
        try:
            unread = dict.fromkeys(self.store.unread)
            await read_all(self.peer, tuple(unread), self.store.take)
            known = [one for one in self.store.readable if one not in unread]
            # Who has no feed may have a clock that nobody sets.
            is_followed = self._feed.address is not None
            self._read_since = since if is_followed and since != EVER else None
            if since is not None or not is_followed:
                await read_all(self.peer, known, self.store.take, self._read_since)
            is_read = True
            self._sure = not self._stale  # (more may have been missed meanwhile)
            self._looked = asyncio.get_running_loop().time()
        finally:
            if not is_read:
                self.store.missed_since = since

    async def _catch_up(self) -> None:
        """Read again what may have been missed."""
        self._work.clear()
        new, self._new = tuple(self._new), {}
        if self._unknown:
            self._unknown = self._stale = False
            await self._read_everything()
        elif self._stale:
            self._stale = False
            if self._feed.address is None:
                await self._subscribe()
            await self._read_changed()
        wanted = [
            one
            for one in dict.fromkeys((*new, *self.store.unread))
            if (info := self.store.info(one)) is not None and info.is_readable
        ]
        await read_all(self.peer, wanted, self.store.take)
        await self._present()

    def _attempting[**What](self, take: Callable[What, None]) -> Callable[What, None]:
        """Return what takes what comes by itself: should we fail, the visit ends, and not the connection."""

        def attempt(*what: What.args, **how: What.kwargs) -> None:
            try:
                take(*what, **how)
            except Exception as err:
                _LOGGER.debug("What %s said fails", self.peer.jid, exc_info=True)
                self._failure = err
                self._work.set()

        return attempt

    def _told(self, readings: Sequence[Reading], part: bool) -> None:
        """Take an item of the feed; one from before what was read says that the house's clock was set.

        A `part` of a node goes with the rest only where nothing was missed; else the node is read.
        """
        if self._read_since and any(one.at < self._read_since for one in readings):
            _LOGGER.info("The clock of %s was set back", self.peer.jid)
            self._read_since = None
            self.store.rewind()
            self.store.missed_since = EVER
            self._missed(Missed.VALUES)
        if not part:
            self.store.take(readings)
            return
        for ref in self.store.take_parts(readings, fitting=self._sure):
            self._read_soon(ref)

    def _missed(self, what: Missed) -> None:
        """Read the values again: some were told and did not come."""
        self.store.miss(dt_util.utcnow())
        self._stale, self._sure = True, False
        if what is Missed.EVERYTHING:
            self._unknown = True
            self._look_no_more()  # it may have just started, and what is missing may come
        self._work.set()

    def _happened(self, event: NodeEvent) -> None:
        """Take what the house says has happened to a node."""
        match event.kind:
            case Happening.REMOVED:
                self.store.remove(event.node)
            case Happening.STATUS_CHANGED:
                self._status_changed(event)
            case Happening.UPDATED if event.info is not None:
                if event.old_id:
                    self.store.rename(event.old_id, event.info)
                else:
                    self.store.put(event.info)
                self._read_soon(event.node)
            case Happening.ADDED if event.info is not None:
                self.store.put(event.info)
                self._read_soon(event.node)

    def _status_changed(self, event: NodeEvent) -> None:
        """Show at once what is out of order; what is not any more is read."""
        if (node := self.store.get(event.node)) is None:
            return
        node.status(event.state, event.at)
        if node.error:
            # Also what has just become so: it may be in order again, and that was told before this.
            self._read_soon(event.node)

    def _read_soon(self, node: NodeRef) -> None:
        if self.store.info(node) is not None:  # it was taken in
            self._new[node] = None
            self._work.set()
