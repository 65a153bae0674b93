"""Who has subscribed to a feed, and how often: no contact may have more subscriptions than it has clients.

A server lets a member subscribe any JID of its own, also such as never were, keeps them all, and sends each
change to each. So their owner looks after them: after a publish, now and then, and when a feed goes on in a
new session. Whoever does it again and again may not subscribe any more.

Not every server tells who has subscribed (ejabberd does not); there it is the server's to bound.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
import logging
from typing import Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..wire.errors import NoAnswer, NotConnected, RemoteError
from ..wire.pubsub import UNUSABLE, PubSub, Subscription
from ..wire.signals import Signal
from .feed import Feed

_LOGGER = logging.getLogger(__name__)

MOST: Final = 10  # subscriptions of one account to one feed
EVERY: Final = 30.0  # seconds between two looks at a feed
ARRIVAL: Final = (
    5.0  # seconds in which those who are online have said so in a new session
)
MEMORY: Final = 3600.0  # seconds for which it is remembered who had too many
STRIKES: Final = 3  # times in that while
# Servers take the longer to end one the more there are: so many of somebody's in a look, and who has more
# beyond what it may is not waited for.
TOO_MANY: Final = 200
# Looks in a row without an answer: a list that is longer than a stanza may be ends the session. Then the node
# is made anew, and not looked at again, for Prosody goes on to list whom it had.
PATIENCE: Final = 2


class FollowerSession(Protocol):
    """What this module needs of `wire.session.Session`."""

    @property
    def bare(self) -> str:
        """The account's bare JID."""

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs with which somebody is online."""


class Subscribers:
    """Looks after the subscriptions to the feeds that a server keeps."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        session: FollowerSession,
        pubsub: PubSub,
        *,
        resettle: Callable[[], None],
    ) -> None:
        """Do nothing yet; `resettle` has feeds opened that are not."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._pubsub = pubsub
        self._resettle = resettle
        self._is_told = True
        self.flooded: Signal[str, bool] = Signal()
        """Says who lost a feed for its subscriptions, a bare JID, and that it is somebody known."""
        self.tasks: set[asyncio.Task[None]] = set()
        """What is under way; who has `look` called ends them."""

    @callback
    def begin(self, feeds: Iterable[Feed]) -> None:
        """Begin anew in a new session: the server may be another, and everybody a member again."""
        self._is_told = True
        for feed in feeds:
            feed.crowd.due = 0.0
            feed.crowd.expelled.clear()

    @callback
    def look(self, feed: Feed, *, after: float = 0.0) -> None:
        """See to a feed in so many seconds, unless that was done lately or will be."""
        crowd, now = feed.crowd, self._hass.loop.time()
        may = self._is_told and not crowd.is_beyond
        if not may or crowd.task is not None or now < crowd.due:
            return
        crowd.due = now + after + EVERY
        crowd.task = self._entry.async_create_background_task(
            self._hass, self._see_to(feed, after), f"xmpp_iot followers {feed.name}"
        )
        self.tasks.add(crowd.task)
        # Begun at once, it may have ended already.
        crowd.task.add_done_callback(partial(self._seen_to, feed))

    @callback
    def _seen_to(self, feed: Feed, task: asyncio.Task[None]) -> None:
        feed.crowd.task = None
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("Subscriptions could not be looked at", exc_info=error)

    async def _see_to(self, feed: Feed, after: float) -> None:
        if after:
            await asyncio.sleep(after)
        try:
            if feed.crowd.unheard >= PATIENCE:
                await self._make_anew(feed)
            else:
                await self._thin_out(feed)
        except NotConnected, NoAnswer:
            return  # the next look finds the same
        except RemoteError as err:
            # What could not be ended is found again.
            _LOGGER.debug("%s: subscriptions to a feed: %s", self._session.bare, err)

    async def _thin_out(self, feed: Feed) -> None:
        """End what is too much."""
        crowd = feed.crowd
        for bare, theirs in (await self._subscriptions(feed)).items():
            excess = self._excess(bare, theirs)
            is_out = bare in crowd.expelled
            enough = (
                not is_out
                and bool(excess)
                and self._has_had_enough(feed, bare, len(excess))
            )
            ended = theirs if is_out or enough else excess
            await self._pubsub.dismiss(feed.name, ended[:TOO_MANY])
            if enough:
                await self._expel(feed, bare)

    async def _subscriptions(self, feed: Feed) -> dict[str, list[Subscription]]:
        """Return what each bare JID has, but the account itself."""
        try:
            found = await self._pubsub.subscribers(feed.name)
        except NoAnswer:
            feed.crowd.unheard += 1
            raise
        except RemoteError as err:
            self._is_told &= err.remote_condition not in UNUSABLE
            raise
        feed.crowd.unheard = 0
        each: defaultdict[str, list[Subscription]] = defaultdict(list)
        for one in found:
            each[one.bare].append(one)
        each.pop(self._session.bare, None)
        return each

    def _excess(self, bare: str, theirs: list[Subscription]) -> list[Subscription]:
        """Return those of somebody's that are too many: of who is not online first."""
        online = self._session.resources(bare)
        return sorted(theirs, key=lambda one: one.jid not in online)[MOST:]

    def _has_had_enough(self, feed: Feed, bare: str, excess: int) -> bool:
        """Note that somebody had too many, and return whether it was once too often, or beyond everything."""
        now = self._hass.loop.time()
        before = feed.crowd.found.get(bare, ())
        times = [*(time for time in before if now - time < MEMORY), now][-STRIKES:]
        feed.crowd.found[bare] = times
        return len(times) == STRIKES or excess > TOO_MANY

    async def _expel(self, feed: Feed, bare: str) -> None:
        """Let somebody subscribe no more in this session, and tell the owner."""
        await self._pubsub.expel(feed.name, bare)
        feed.crowd.expelled.add(bare)
        del feed.crowd.found[bare]
        _LOGGER.warning(
            "%s: %s has subscribed to a feed far too often, and may not any more"
            " until the next connection",
            self._session.bare,
            bare,
        )
        self.flooded.fire(bare, True)

    async def _make_anew(self, feed: Feed) -> None:
        """Have the node begin without subscriptions; the server says to those who had one that it has gone."""
        _LOGGER.warning(
            "%s: a feed has more subscriptions than the server can list; it begins anew",
            self._session.bare,
        )
        feed.is_open = False
        try:
            await self._pubsub.close(feed.name)
            feed.crowd.is_beyond = True
        finally:
            self._resettle()
