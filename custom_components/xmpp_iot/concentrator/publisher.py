"""Publishing: what is dirty in a feed goes out, one publish at a time, as fast as the server takes it.

What becomes dirty meanwhile is the next batch. What may not have arrived goes out again later, as a whole: who
follows knows nothing of it then.
"""

import asyncio
from collections.abc import Callable
from functools import partial
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..wire.errors import NoAnswer, NotConnected, RemoteError, WireError
from ..wire.pubsub import Carrier
from .batches import MAX_BYTES, BatchRenderer
from .feed import Feed
from .portion import Portion

_LOGGER = logging.getLogger(__name__)

# Seconds until it is tried again what a server did not take.
PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 300.0
MOMENT: Final = 0.002  # seconds in which an order is mostly answered


class Publisher:
    """Publishes feeds while there is somewhere to publish."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        renderer: BatchRenderer,
        *,
        account: str,
        carrier: Callable[[], Carrier | None],
        resume: Callable[[], None],
        went_out: Callable[[Feed], None],
        is_answering: Callable[[], bool],
    ) -> None:
        """Publish for an account by `carrier`, None for not now.

        `resume` is called when it is time to try again, `went_out` when the server has taken an item. While it
        `is_answering` an order, what the order changes waits for a moment: a server reads the news of it, which is
        more work for it, before the answer else; and there are fewer of them where one thing leads to another.
        """
        self.renderer = renderer
        self._account = account
        self._hass = hass
        self._entry = entry
        self._carrier = carrier
        self._resume = resume
        self._went_out = went_out
        self._is_answering = is_answering
        self._polite: dict[str, Feed] = {}  # by name: they let an answer go first
        self._soon: asyncio.TimerHandle | None = None
        self._portion = Portion(MAX_BYTES)

    @callback
    def stop(self) -> None:
        """Leave no timer."""
        self._polite.clear()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    @callback
    def kick(self, feed: Feed) -> None:
        """Have what is dirty published, unless that is under way or will be."""
        if not self._is_answering():
            self._publish(feed)
            return
        self._polite[feed.name] = feed
        if self._soon is None:
            self._soon = self._hass.loop.call_later(MOMENT, self._answered)

    @callback
    def _answered(self) -> None:
        polite, self._polite, self._soon = self._polite, {}, None
        for feed in polite.values():
            self._publish(feed)

    @callback
    def _publish(self, feed: Feed) -> None:
        waiting = feed.task is not None or feed.pause is not None
        if waiting or not (feed.dirty and feed.is_open) or self._carrier() is None:
            return
        feed.task = self._entry.async_create_background_task(
            self._hass, self._publish_all(feed), f"xmpp_iot feed {feed.name}"
        )
        # Begun at once, it may have ended already.
        feed.task.add_done_callback(partial(self._published, feed))

    @callback
    def _published(self, feed: Feed, task: asyncio.Task[None]) -> None:
        feed.task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("A feed failed unexpectedly", exc_info=error)
            self.pause(feed)
        self._publish(feed)

    async def _publish_all(self, feed: Feed) -> None:
        while feed.dirty and (carrier := self._carrier()) is not None:
            batch = self.renderer.render(
                feed.oldest(), feed.dialect, self._portion.room
            )
            feed.sent(batch.entities)
            try:
                for item in batch.items:
                    if not feed.view_has(batch.entities):
                        # Taken out of sight while the item before was under way.
                        feed.restore(batch.entities)
                        break
                    item_id = feed.next_item_id(part=item.part)
                    begun = self._hass.loop.time()
                    still = partial(feed.view_has, batch.entities)
                    await carrier.publish(feed.name, item_id, item.text, still)
                    took = self._hass.loop.time() - begun
                    self._portion.took(len(item.text), took)
                    self._went_out(feed)
            except NotConnected:
                feed.restore(batch.entities)
                return
            except (NoAnswer, RemoteError) as err:
                # Whether it arrived is unknown, or it did not: the newest values go again, not at once.
                feed.restore(batch.entities)
                self._refused(feed, err)
                return
            feed.failures = 0

    @callback
    def _refused(self, feed: Feed, err: WireError) -> None:
        """Try again later, with the node made anew in case the server has lost it."""
        if feed.failures == 0:
            _LOGGER.warning(
                "%s: the server did not take a state change (%s); trying again",
                self._account,
                err,
            )
        self.pause(feed)

    @callback
    def pause(self, feed: Feed) -> None:
        """Publish nothing for a while, the longer the more often it failed."""
        if not feed.view:  # it has ended, or there is nothing to be seen in it
            return
        delay = min(LONGEST_PAUSE, PAUSE * 2**feed.failures)
        feed.failures += 1

        def resume() -> None:
            feed.pause = None
            self._resume()

        feed.pause = self._hass.loop.call_later(delay, resume)
