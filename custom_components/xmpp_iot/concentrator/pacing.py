"""When a change leaves the house: at once, but for entities that change more often than anybody needs.

Of these only values in between are left out: the newest goes out at the end of their interval. What is not
significant, as Home Assistant has it for such an entity, goes out with the next change that is.
"""

import asyncio
from collections.abc import Callable, Mapping, Set as AbstractSet
from dataclasses import dataclass
import logging
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers.significant_change import (
    SignificantlyChangedChecker,
    create_checker,
)

from ..const import (
    CONF_INTERVAL,
    CONF_SIGNIFICANT,
    CONF_SLOW_DOMAINS,
    CONF_SLOW_ENTITIES,
    CONF_TRAFFIC,
    DOMAIN,
)

_LOGGER = logging.getLogger(__name__)

type Names = AbstractSet[str] | None
"""The attributes that have changed beside the state; None for all of an entity."""
type Release = Callable[[str, Names], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What the account's options say."""

    interval: float = 0.0
    """Seconds between two changes of a slow entity that go out; none for 0."""
    domains: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    significant: frozenset[str] = frozenset()
    """Entities of which only significant changes go out."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return what options say; by default everything goes out at once."""
        traffic = options.get(CONF_TRAFFIC, {})
        return cls(
            interval=traffic.get(CONF_INTERVAL, 0.0),
            domains=frozenset(traffic.get(CONF_SLOW_DOMAINS, ())),
            entities=frozenset(traffic.get(CONF_SLOW_ENTITIES, ())),
            significant=frozenset(traffic.get(CONF_SIGNIFICANT, ())),
        )

    def interval_of(self, entity_id: str) -> float:
        """Return the seconds between two changes of an entity."""
        is_slow = entity_id in self.entities or (
            entity_id.partition(".")[0] in self.domains
        )
        return self.interval if is_slow else 0.0


class Pacing:
    """Holds changes back until it is their time."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, release: Release
    ) -> None:
        """Hand to `release` what goes out now of an entity, as the options of `entry` say."""
        self._hass = hass
        self._entry = entry
        self._release = release
        self._options: Mapping[str, Any] | None = None
        self._pace = Pace()
        self._held: dict[str, Names] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._released: dict[str, float] = {}  # slow ones: when, by the loop's clock
        self._checker: SignificantlyChangedChecker | None = None
        self._unjudged: set[str] = set()  # of which that was said
        self._making: asyncio.Task[None] | None = None

    @callback
    def offer(self, entity_id: str, state: State | None, names: Names) -> None:
        """Take a change: the state that an entity has now, and what else has changed."""
        if self._options is not self._entry.options:
            self._adapt()
        if self._pace == _AT_ONCE and not self._held:
            self._release(entity_id, names)
            return
        # Held first: whatever goes wrong below, it goes out with the next change.
        self._held[entity_id] = _both(self._held.get(entity_id, frozenset()), names)
        if state is None:
            self._forget(entity_id)
        elif self._matters(state):
            self._wait(entity_id)

    @callback
    def begin(self, entity_id: str) -> None:
        """Look at an entity from now on: what went out of it before says nothing of what is known of it."""
        if self._checker is not None:
            self._checker.last_approved_entities.pop(entity_id, None)

    def _adapt(self) -> None:
        """Take over the options; what waits for something that matters does so no more."""
        self._options = self._entry.options
        self._pace = Pace.of(self._options)
        if self._checker is not None:
            self._checker.last_approved_entities.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for entity_id in tuple(self._held):
            self._wait(entity_id)

    def _matters(self, state: State) -> bool:
        """Return whether a change is to go out, at the end of its interval at the latest."""
        if state.entity_id not in self._pace.significant:
            return True
        if self._checker is not None:
            return self._is_significant(self._checker, state)
        if self._making is None:
            self._making = self._entry.async_create_background_task(
                self._hass, self._make(), "xmpp_iot significant changes"
            )
        return True  # until there is somebody who judges

    def _is_significant(
        self, checker: SignificantlyChangedChecker, state: State
    ) -> bool:
        """Ask the judge, which may be any integration's: where it fails, everything goes out."""
        try:
            return checker.async_is_significant_change(state)
        except Exception:
            if state.entity_id not in self._unjudged:
                self._unjudged.add(state.entity_id)
                _LOGGER.exception("Nobody can judge changes of %s", state.entity_id)
            return True

    async def _make(self) -> None:
        self._checker = await create_checker(self._hass, DOMAIN)

    def _wait(self, entity_id: str) -> None:
        """Have what is held of an entity go out when its interval is over."""
        if entity_id in self._timers:
            return
        interval = self._pace.interval_of(entity_id)
        due = self._released.get(entity_id, -interval) + interval
        if not interval or due <= self._hass.loop.time():
            self._go(entity_id)
        else:
            self._timers[entity_id] = self._hass.loop.call_at(due, self._go, entity_id)

    @callback
    def _go(self, entity_id: str) -> None:
        self._timers.pop(entity_id, None)
        if self._pace.interval_of(entity_id):
            self._released[entity_id] = self._hass.loop.time()
        else:
            self._released.pop(entity_id, None)
        self._release(entity_id, self._held.pop(entity_id))

    def _forget(self, entity_id: str) -> None:
        """Let go of an entity that has gone."""
        if (timer := self._timers.pop(entity_id, None)) is not None:
            timer.cancel()
        if self._checker is not None:
            self._checker.last_approved_entities.pop(entity_id, None)
        self._released.pop(entity_id, None)
        self._release(entity_id, self._held.pop(entity_id))

    @callback
    def stop(self) -> None:
        """Hold nothing any more, and let nothing go."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._held.clear()
        if self._making is not None:
            self._making.cancel()


_AT_ONCE: Final = Pace()


def _both(some: Names, others: Names) -> Names:
    """Return the changes of both; all of an entity is more than any."""
    return None if some is None or others is None else some | others
