"""State changes out: one feed for each set of contacts that see the same, in each dialect they ask for.

A feed has a dirty set and one publish in flight. What becomes dirty meanwhile is the next batch, so a
single change leaves at once, a storm goes as fast as the server takes it, the last value wins, and memory
is bounded by the number of entities. Of an entity that was told before, only what has changed is told. A feed
nobody asked for costs nothing.

A feed is shared, so it cannot be narrowed for one: while a second opinion is asked there are none.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Set as AbstractSet
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from ..const import CONF_FEED_SECRET
from ..contacts.grants import Grants
from ..contacts.opinion import SecondOpinion
from ..wire.dialects import DIALECTS, FAMILIES, Dialect
from ..wire.errors import NoAnswer, NotConnected, RemoteError, WireError
from ..wire.pubsub import UNUSABLE, Carrier, Headlines, PubSub, moved
from ..wire.session import Session
from .batches import BatchRenderer
from .changes import changed
from .feed import Audience, Feed, FeedNames
from .fields import FieldReader
from .pacing import Pacing
from .publisher import Publisher
from .subscribers import ARRIVAL, Subscribers

_LOGGER = logging.getLogger(__name__)

# Seconds until a server that did not do what was asked is asked again.
RETRY: Final = 30.0


class Feeds:
    """All feeds of an account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        session: Session,
        grants: Grants,
        reader: FieldReader,
        *,
        opinion: SecondOpinion,
        is_answering: Callable[[], bool],
    ) -> None:
        """Publish over `session` what the contacts of `grants` see, unless `opinion` has somebody to ask."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._grants = grants
        self._opinion = opinion
        self._names = FeedNames(entry.data[CONF_FEED_SECRET])
        self._pubsub = PubSub(session)
        self.subscribers = Subscribers(
            hass, entry, session, self._pubsub, resettle=self._settle
        )
        self._publisher = Publisher(
            hass,
            entry,
            BatchRenderer(hass, reader),
            account=session.bare,
            carrier=lambda: self._open_carrier,
            resume=self._settle,
            went_out=self._look,
            is_answering=is_answering,
        )
        self._pacing = Pacing(hass, entry, self._release)
        self._headlines = Headlines(session)
        self.carrier: Carrier = self._pubsub
        self._feeds: dict[str, Feed] = {}
        self._watchers: Mapping[str, tuple[Feed, ...]] = {}
        self._lock = asyncio.Lock()
        self._settling: asyncio.Task[None] | None = None
        self._unsettled = False
        self._later: asyncio.TimerHandle | None = None
        self._gone: list[Feed] = []
        """Feeds that have ended, and whose followers were not told yet."""
        self._stale: set[str] = set()
        """Nodes of ours that are to be deleted."""
        self._fits = False
        """Whether the server's nodes are ours, in this session."""
        self._stopped = False
        self._unsubscribe: list[Callable[[], None]] = []

    @callback
    def async_start(self) -> None:
        """Follow states, grants and the session."""
        self._headlines.start()
        self._unsubscribe = [
            self._hass.bus.async_listen(
                EVENT_STATE_CHANGED, self._changed, event_filter=self._concerns
            ),
            self._grants.async_listen(self._grants_changed),
            self._opinion.async_listen(self._grants_changed),
            self._session.on_online(self._online),
            self._session.on_presence(self._present),
            self._headlines.stop,
            self._pacing.stop,
            self._publisher.stop,
        ]

    async def async_stop(self) -> None:
        """Stop publishing; the nodes stay, for those who follow when the house is back."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._stopped = True
        feeds = (*self._feeds.values(), *self._gone)
        for timer in (*(feed.pause for feed in feeds), self._later):
            if timer is not None:
                timer.cancel()
        tasks = [*self.subscribers.tasks, *(feed.task for feed in feeds if feed.task)]
        if self._settling:
            tasks.append(self._settling)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def async_address(self, bare: str, namespace: str) -> str | None:
        """Return where a contact can follow what it sees, in the dialect of `namespace`.

        None if it sees nothing, or the server will not have a feed now.
        """
        async with self._lock:
            audience = self._audience(bare)
            if not audience:
                return None
            try:
                feed = await self._feed(audience, DIALECTS[namespace])
            except (RemoteError, NoAnswer, NotConnected) as err:
                _LOGGER.warning("%s: no feed for %s: %s", self._session.bare, bare, err)
                return None
            feed.forget()  # whoever asks may follow from now on
            return self.carrier.uri(feed.name)

    @property
    def queued(self) -> int:
        """Return how many state changes wait to go out."""
        return sum(len(feed.dirty) for feed in self._feeds.values())

    def last_item(self, bare: str, name: str) -> str:
        """Return the id of a feed's newest item, for a member of it; empty for anybody else."""
        return self._feeds[name].last_item(bare) if name in self._feeds else ""

    def _audience(self, bare: str) -> Audience:
        """Return all who see exactly what this contact sees."""
        return self._audiences().get(self._grants.view(bare), frozenset())

    def _audiences(self) -> Mapping[frozenset[str], Audience]:
        """Return for each view those who share a feed of it."""
        return {} if self._opinion.server else self._grants.audiences()

    async def _feed(self, audience: Audience, dialect: Dialect) -> Feed:
        """Return the feed of an audience, made if need be."""
        name = self._names.name(audience, dialect)
        if (feed := self._feeds.get(name)) is not None and feed.is_open:
            return feed
        await self._open(name, audience if feed is None else feed.welcome)
        if feed is not None:
            self._opened(feed)
            return feed
        view = self._common_view(audience)
        feed = self._feeds[name] = Feed(name, dialect, audience, view)
        self._watch()
        return feed

    async def _open(self, name: str, audience: Audience) -> None:
        try:
            await self.carrier.open(name, sorted(audience))
        except RemoteError as err:
            # Only where nobody follows anything yet: who does is not left behind for one refusal.
            # The server has no PubSub service for us, or none that keeps a whitelist.
            unusable = err.remote_condition in UNUSABLE and not self._followed
            if not unusable or self.carrier is self._headlines:
                raise
            _LOGGER.info(
                "%s: the server has no PubSub service to use (%s);"
                " state changes go to each contact directly",
                self._session.bare,
                err.remote_condition,
            )
            self.carrier = self._headlines
            await self.carrier.open(name, sorted(audience))

    @property
    def _followed(self) -> bool:
        """Whether the server has taken any feed in this session."""
        return self._fits and bool(self._feeds)

    def _common_view(self, audience: Audience) -> frozenset[str]:
        """Return what every one of an audience sees in a feed now."""
        if self._opinion.server:
            return frozenset()
        return frozenset.intersection(*(self._grants.view(one) for one in audience))

    def _watch(self) -> None:
        """Note which feeds each entity belongs to."""
        watchers: dict[str, tuple[Feed, ...]] = {}
        for feed in self._feeds.values():
            for entity_id in feed.view:
                watchers[entity_id] = (*watchers.get(entity_id, ()), feed)
        for entity_id in watchers.keys() - self._watchers.keys():
            self._pacing.begin(entity_id)
        self._watchers = watchers

    @callback
    def _concerns(self, data: EventStateChangedData) -> bool:
        return data["entity_id"] in self._watchers

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        data = event.data
        entity_id = data["entity_id"]
        names = changed(data["old_state"], data["new_state"])
        self._pacing.offer(entity_id, data["new_state"], names)

    @callback
    def _release(self, entity_id: str, names: AbstractSet[str] | None) -> None:
        for feed in self._watchers.get(entity_id, ()):
            feed.note(entity_id, names)
            self._publisher.kick(feed)

    @property
    def _open_carrier(self) -> Carrier | None:
        """What items can be given to now."""
        is_open = self._fits and not self._stopped and self._session.connected
        return self.carrier if is_open else None

    @callback
    def _online(self, resumed: bool) -> None:
        # A new session may be another server, or one that lost our nodes, or was mended.
        self._fits &= resumed
        for feed in self._feeds.values():
            if feed.pause is not None:  # what there was no answer to may go at once
                feed.pause.cancel()
                feed.pause = None
        self._settle()

    @callback
    def _present(self, jid: str, available: bool) -> None:
        # Whoever comes may follow where it did before, without a question, and has seen nothing meanwhile.
        if available:
            bare = jid.partition("/")[0]
            for feed in self._feeds.values():
                if bare in feed.members:
                    feed.forget()

    @callback
    def _grants_changed(self) -> None:
        # What somebody no longer sees stops at once; who then follows which feed is settled with the
        # server.
        for feed in self._feeds.values():
            feed.view &= self._common_view(feed.members)
        self._watch()
        self._settle()

    @callback
    def _settle(self) -> None:
        """Have feeds and server made to fit the grants, once after any number of changes."""
        self._unsettled = True
        if self._settling is None and self._session.connected and not self._stopped:
            self._settling = self._entry.async_create_background_task(
                self._hass, self._settle_all(), "xmpp_iot feeds"
            )
            self._settling.add_done_callback(self._settled)

    @callback
    def _settled(self, task: asyncio.Task[None]) -> None:
        self._settling = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("Feeds could not be settled", exc_info=error)
        if self._unsettled:
            self._settle()

    @callback
    def _settle_later(self, err: WireError) -> None:
        """Settle again in a while: the server did not do all that was asked of it."""
        _LOGGER.debug("%s: feeds not settled: %s", self._session.bare, err)
        if self._later is None and not self._stopped:

            def again() -> None:
                self._later = None
                self._settle()

            self._later = self._hass.loop.call_later(RETRY, again)

    async def _settle_all(self) -> None:
        while self._unsettled and not self._stopped:
            self._unsettled = False
            async with self._lock:
                try:
                    await self._settle_feeds()
                except (NotConnected, NoAnswer, RemoteError) as err:
                    self._settle_later(err)
            for feed in self._feeds.values():
                self._publisher.kick(feed)

    async def _settle_feeds(self) -> None:
        wanted = {
            self._names.name(audience, dialect): (audience, dialect)
            for audience in self._audiences().values()
            for dialect in FAMILIES
        }
        for name in self._feeds.keys() - wanted:
            self._stale.add(name)
            gone = self._feeds.pop(name)
            gone.view = frozenset()  # who followed it reads where it goes on
            self._gone.append(gone)
        self._watch()
        existing = frozenset[str]()
        if not self._fits:
            self.carrier = self._pubsub
            existing = await self._existing()
            self._take_up(wanted, existing)
        self._stale = (self._stale | existing) - wanted.keys()
        for name in sorted(self._stale):
            if await self._try(self.carrier.close(name)):
                self._stale.discard(name)
        for name, (audience, _) in wanted.items():
            if name in self._feeds:
                await self._try(self._keep(name, audience))
        self._fits = True
        self._watch()
        for feed in tuple(self._gone):
            await self._forward(feed)
            self._gone.remove(feed)
            if feed.pause is not None:
                feed.pause.cancel()

    async def _try(self, step: Coroutine[Any, Any, None]) -> bool:
        """Do one step, and say whether it worked; a refused one does not keep us from the others."""
        try:
            await step
        except (NoAnswer, RemoteError) as err:
            self._settle_later(err)
            return False
        return True

    async def _existing(self) -> frozenset[str]:
        """Return the names of our own feeds that the server has."""
        try:
            nodes = await self.carrier.nodes()
        except RemoteError:  # no such service: nothing is there
            return frozenset()
        return frozenset(node for node in nodes if self._names.is_ours(node))

    def _take_up(
        self, wanted: Mapping[str, tuple[Audience, Dialect]], existing: frozenset[str]
    ) -> None:
        """Have all feeds opened in a new session, also those that were followed before the house began."""
        self.subscribers.begin(self._feeds.values())
        for feed in self._feeds.values():
            feed.is_open = False
        for name in existing & wanted.keys() - self._feeds.keys():
            audience, dialect = wanted[name]
            view = self._common_view(audience)
            self._feeds[name] = Feed(name, dialect, audience, view, is_open=False)

    def _opened(self, feed: Feed) -> None:
        feed.is_open = True
        feed.forget()
        self._look(feed, ARRIVAL)

    @callback
    def _look(self, feed: Feed, after: float = 0.0) -> None:
        """Have it seen to that nobody has subscribed too often, where it is the server that knows."""
        if self.carrier is self._pubsub and not self._stopped:
            self.subscribers.look(feed, after=after)

    async def _keep(self, name: str, audience: Audience) -> None:
        """Have a feed that somebody follows go on, and what is new in its view go out."""
        feed = self._feeds[name]
        if feed.failures or not feed.is_open:
            await self._open(name, feed.welcome)
            self._opened(feed)
        view = self._common_view(audience)
        for entity_id in view - feed.view:
            feed.note(entity_id, None)
        feed.view = view

    async def _forward(self, old: Feed) -> None:
        """Tell those who followed a feed that has ended where it goes on for them."""
        for bare in sorted(old.members):
            if not (audience := self._audience(bare)):
                continue
            feed = await self._feed(audience, old.dialect)
            feed.forget()  # they have seen nothing of it
            notice = moved(old.name, self.carrier.uri(feed.name))
            for jid in self._session.resources(bare):
                self._session.send_message(jid, notice, kind="headline")
