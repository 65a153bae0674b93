"""When the long-term statistics of other houses' sensors come into this one: once a day, and when asked for.

They are apart from those the mirrored sensors get here: the past is the other house's, also while the link was
down or before there was one. So its energy can be shown on this house's dashboard.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
import logging
import random
from typing import Any, Final

from homeassistant.components.recorder.const import DOMAIN as RECORDER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_change

from ..const import CONF_JID, DOMAIN, SUBENTRY_CONCENTRATOR
from ..wire.errors import NotConnected, StanzaError, WireError
from .direct import reach
from .errors import as_home_assistant_error, reason_of
from .hours import Series, import_hours
from .link import Link
from .links import Links
from .node import RemoteNode
from .selection import CONF_STATISTICS

_LOGGER = logging.getLogger(__name__)

# The day is over and the recorder has its last hour. Not all houses ask at the same minute.
_HOUR: Final = 1
_MINUTES: Final = range(15, 60)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import."""

    hours: dict[str, int] = field(default_factory=dict)  # by statistic id
    refused: dict[str, str] = field(default_factory=dict)  # why, by name


class StatisticsImport:
    """Imports the statistics of an account's linked houses."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], links: Links
    ) -> None:
        """Import from `links`, daily between `start` and `stop`."""
        self._hass = hass
        self._entry = entry
        self._links = links
        # One import of a house at a time; others do not wait for one that says nothing.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._due: dict[Link, Callable[[], None]] = {}  # waited for, and how to stop it
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] | None = None

    @callback
    def start(self) -> None:
        """Begin to import daily, where there is a recorder."""
        if self.possible:
            self._unsubscribe = async_track_time_change(
                self._hass,
                self._daily,
                hour=_HOUR,
                minute=random.choice(_MINUTES),  # no secret
                second=random.randrange(60),
            )

    async def stop(self) -> None:
        """Import no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        for link in tuple(self._due):
            self._due.pop(link)()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def possible(self) -> bool:
        """Whether there is a recorder to import into."""
        return RECORDER in self._hass.config.components

    async def import_now(
        self, link: Link, nodes: Iterable[RemoteNode], since: datetime | None = None
    ) -> Imported:
        """Import the hours of nodes of a house that are over; those of other nodes than sensors are none.

        Since `since`, or since the last time. What the house refuses of one node does not keep it from the
        others. HomeAssistantError, translated, where the house is not there or goes away meanwhile.
        """
        series = [one for node in nodes if (one := Series.of(link.devices, node))]
        try:
            async with self._turns[link.devices.house]:
                return await self._import(link, series, since)
        except WireError as err:
            raise as_home_assistant_error(err, link.devices.title) from err

    async def _import(
        self, link: Link, series: Iterable[Series], since: datetime | None
    ) -> Imported:
        done = Imported()
        neighbourhood = self._links.neighbourhood
        jids = neighbourhood.session.resources(link.devices.house)
        peer = await reach(neighbourhood, jids)
        for one in series:
            if not link.online:
                raise NotConnected("The house is not online any more.")
            try:
                count = await import_hours(self._hass, peer, one, since)
            except StanzaError as err:
                done.refused[one.name] = reason_of(err)
            else:
                done.hours[one.statistic_id] = count
        return done

    @callback
    def _daily(self, _: datetime) -> None:
        """Import from the houses it is switched on for: now, or as soon as they are there."""
        wanted = {
            subentry.data[CONF_JID]
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_CONCENTRATOR)
            if subentry.data.get(CONF_STATISTICS)
        }
        links = [link for link in self._links if link.devices.house in wanted]
        for link in self._due.keys() - set(links):
            self._due.pop(link)()
        for link in links:
            if link.online:
                self._begin(link)
            elif link not in self._due:
                self._wait_for(link)

    @callback
    def _wait_for(self, link: Link) -> None:
        @callback
        def changed() -> None:
            if link.online:
                self._due.pop(link)()
                self._begin(link)

        self._due[link] = link.listen(changed)

    @callback
    def _begin(self, link: Link) -> None:
        task = self._entry.async_create_background_task(
            self._hass, self._in_background(link), f"{DOMAIN} statistics"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_background(self, link: Link) -> None:
        try:
            done = await self.import_now(link, link.store)
        except HomeAssistantError as err:
            _LOGGER.warning("The statistics could not be imported: %s", err)
            return
        for name, reason in done.refused.items():
            _LOGGER.warning("The statistics of %s were not imported: %s", name, reason)
