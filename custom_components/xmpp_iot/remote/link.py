"""A linked house: visited whenever it is online, and kept as it was while it is not.

Its entities are unavailable then, and come back as they were. Nothing is sent to it while it is away.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.util import dt as dt_util

from ..wire.errors import NotConnected, WireError
from ..wire.peer import Peer
from .acquaintance import Acquaintance
from .devices import Devices
from .encounter import concentrator_comes, first_of, has_nodes, whom_to_visit
from .errands import Errands
from .listeners import Listeners
from .neighbourhood import Neighbourhood
from .node import RemoteNode
from .nodes import NodeStore
from .registry import Registered
from .visit import Visit

_LOGGER = logging.getLogger(__name__)

# Seconds until a house that could not be read is visited again.
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 300.0
# Seconds after which a visit was a good one: what ends it then is another trouble than that before it.
LASTED: Final = 60.0
# Seconds for which the own connection may be lost: it mostly comes back with nothing missed (XEP-0198).
GRACE: Final = 8.0
# Subscriptions (RFC 6121) of whoever lets us know when they are there.
_GRANTED: Final = frozenset({"to", "both"})


class Connection(StrEnum):
    """How things are with a linked house."""

    AWAY = "away"
    WAITING = "waiting"
    """It was asked to be a friend, and has not said yes."""
    READING = "reading"
    LINKED = "linked"


class Link(Errands):
    """One linked house (implements RemoteHouse)."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        neighbourhood: Neighbourhood,
        registered: Registered,
        devices: Devices,
    ) -> None:
        """Show what is chosen of the house that `devices` names."""
        super().__init__(devices, neighbourhood.courier)
        self.store: NodeStore = devices.store
        self.registered = registered
        self.last_seen: datetime | None = None
        """When it left; None while it is here, and before it was ever here."""
        self.last_values: Mapping[str, str] = {}
        """What the states of its entities were then."""
        self._hass = hass
        self._entry = entry
        self._neighbourhood = neighbourhood
        self._visit: Visit | None = None  # under way and up to date
        self._task: asyncio.Task[None] | None = None
        self._jid = ""  # full JID the house is visited at
        self._look_again = False  # somebody came while the task was under way
        self._came = asyncio.Event()  # set when somebody has
        self._doubted: set[RemoteNode] = set()  # to be read when there is a connection
        self._grace: asyncio.TimerHandle | None = None
        self._listeners = Listeners(devices.house, self.store.later.do_first)
        self._watchers = Listeners(devices.house)
        self._unsubscribe: list[Callable[[], None]] = []
        self._troubles: set[type[BaseException]] = set()  # that were said
        self._arrived = 0.0  # when, by the event loop's clock
        self._remembered: Mapping[str, str] = {}
        self._recounting = False

    @callback
    def start(self) -> None:
        """Visit the house whenever it is there."""
        session = self._neighbourhood.session
        self._unsubscribe = [
            session.on_presence(self._presence),
            session.on_offline(self._offline),
            session.on_online(self._online),
            session.on_roster(self.recount),
        ]
        self._look_for_it()

    async def stop(self) -> None:
        """Visit it no more; what is shown of it stays as it is, for whoever takes it away to deal with."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        self._end_grace()
        self._listeners.clear()
        self._watchers.clear()
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait({task})

    @callback
    def read_new(self) -> None:
        """Have what was chosen meanwhile read and shown."""
        if self._visit is not None:
            self._visit.read_new()

    @callback
    def recount(self) -> None:
        """Tell how much is shown of it, once for all that comes and goes together."""
        if not self._recounting:
            self._recounting = True
            self._hass.loop.call_soon(self._recount)

    @callback
    def _recount(self) -> None:
        self._recounting = False
        self._watchers.tell()

    # What its entities know of it

    @property
    def online(self) -> bool:
        """Whether the house is there and its nodes are up to date."""
        return self._visit is not None

    @property
    def has_nodes(self) -> bool:
        """Whether it is known to have nodes behind a concentrator: no device is it then."""
        return has_nodes(self.store, self.registered)

    @property
    def connection(self) -> Connection:
        """How things are with it."""
        if self._visit is not None and self._visit.complete:
            return Connection.LINKED
        if self._task is not None:
            return Connection.READING
        return Connection.WAITING if self._is_asked else Connection.AWAY

    @property
    def _is_asked(self) -> bool:
        """Whether it does not let us know, not yet or not any more, when it is there."""
        session = self._neighbourhood.session
        subscription = session.roster().get(self.devices.house)
        return session.connected and subscription not in _GRANTED

    @property
    def values(self) -> Mapping[str, str]:
        """What the states of its entities are, or were when it left."""
        if not self.online:
            return self.last_values
        return {**self._remembered, **self.registered.states}

    @callback
    def remember(self) -> None:
        """Keep what its entities say: they are about to go, one after the other."""
        self._remembered = self.registered.states

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when the house comes or goes; return how to stop that."""
        return self._listeners.add(listener)

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when the connection changes in any way; return how to stop that."""
        return self._watchers.add(watcher)

    def unique_id(self, node: RemoteNode) -> str:
        """Return what tells the node from all others, for ever."""
        return self.devices.unique_id(node)

    def device_info(self, node: RemoteNode) -> DeviceInfo:
        """Return the device the node belongs to: its own, or the house."""
        return self.devices.info(node)

    def entity_name(self, node: RemoteNode) -> tuple[bool, str | None]:
        """Return whether the entity's name goes with its device's, and the name (None: the device's)."""
        return self.devices.entity_name(node)

    # Acting

    @override
    def peer(self) -> Peer:
        """Return who is asked; NotConnected while the house is not there."""
        if self._visit is None:
            raise NotConnected("The house is not online.")
        return self._visit.peer

    @override
    def acted(self, node: RemoteNode) -> None:
        """Look at what was acted upon."""
        if self._visit is not None:
            self._visit.acted(node)

    @override
    def doubt(self, node: RemoteNode) -> None:
        """Have a node read: at once, or when the connection is back; a new visit reads what has changed."""
        if self._visit is None:
            return
        if self._neighbourhood.session.connected:
            self._visit.doubt(node)
        else:
            self._doubted.add(node)

    @property
    @override
    def life(self) -> str:
        """What names the house's memory of orders; empty where that is not known."""
        return "" if self._visit is None else self._visit.life

    # Coming and going

    @callback
    def _presence(self, jid: str, available: bool) -> None:
        if jid.partition("/")[0] != self.devices.house:
            return
        if available:
            self._look_for_it()
        elif jid == self._jid or not self._neighbourhood.session.resources(
            self.devices.house
        ):
            self._leave()

    @callback
    def _offline(self) -> None:
        """Keep what there is for a moment."""
        self._end_grace()
        self._grace = self._hass.loop.call_later(GRACE, self._leave)

    @callback
    def _online(self, resumed: bool) -> None:
        """Go on with a session that resumed, as if nothing had been; in a new one the house is told of anew."""
        self._end_grace()
        doubted, self._doubted = self._doubted, set()
        if not resumed:
            self._leave()
        for node in doubted:
            self.doubt(node)
        self._look_for_it()

    @callback
    def _end_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None

    @callback
    def _look_for_it(self) -> None:
        """Begin to visit the house if it is online and is not visited already."""
        session = self._neighbourhood.session
        if not session.connected or not session.resources(self.devices.house):
            return
        if self._task is not None:
            self._look_again = True
            self._came.set()
            return
        self._look_again = False
        self._came.clear()
        self._task = self._entry.async_create_background_task(
            self._hass,
            self._visits(),
            f"xmpp_iot link {self.devices.house}",
            eager_start=False,  # it is to be known as the task before it ends
        )
        self._task.add_done_callback(self._ended)
        self._watchers.tell()

    @callback
    def _leave(self) -> None:
        """End the visit: the house has gone, or the own connection has."""
        if self._task is not None:
            self._task.cancel()
        self._show(None)

    @callback
    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        self._jid = ""
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("The link to %s failed", self.devices.house, exc_info=error)
        if not self._unsubscribe or self._hass.is_stopping:
            return
        self._show(None)
        self._watchers.tell()
        # It may be there again already, or another of its resources.
        if self._look_again or task.cancelled():
            self._look_for_it()

    @callback
    def _show(self, visit: Visit | None) -> None:
        """Let the entities know whether the house is there.

        Not when Home Assistant stops: it keeps their states then, to begin with them again.
        """
        if self._hass.is_stopping:
            return
        if (self._visit is None) == (visit is None):
            self._visit = visit
            self._watchers.tell()
            return
        if visit is None:
            if self._has_lasted:
                self._troubles.clear()
            self.last_values = self.values
            self.last_seen = dt_util.utcnow()
            _LOGGER.info("%s is away", self.devices.house)
        else:
            self.last_seen, self.last_values = None, {}
            self._remembered = {}
            self._arrived = self._hass.loop.time()
            _LOGGER.info("%s is here", self.devices.house)
        self._visit = visit
        self._listeners.tell()
        if visit is None or visit.complete:
            self._watchers.tell()

    @property
    def _has_lasted(self) -> bool:
        """Whether the house has been here long enough for the visit to be a good one."""
        return self.online and self._hass.loop.time() - self._arrived > LASTED

    async def _visits(self) -> None:
        """Visit the house until it goes; where it cannot be read, or be shown, again after a growing pause."""
        pause = FIRST_PAUSE
        while True:
            # The boundary of this loop: whatever ends a visit, even a defect of ours, another one follows, for
            # nobody else would show the house again. Cancelling this cancels the visit.
            (failure,) = await asyncio.gather(
                self._visits_once(), return_exceptions=True
            )
            if failure is None or isinstance(failure, NotConnected):
                return
            if self._has_lasted:
                pause = FIRST_PAUSE
            self._show(None)
            self._trouble(failure)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _visits_once(self) -> None:
        """Visit the house until it cannot be read any more; return at once where nobody of it speaks to us."""
        known = await whom_to_visit(
            self._neighbourhood.session, self.devices.house, is_behind=self.has_nodes
        )
        if known is not None:
            self._jid = known.jid
            await self._stay(known)

    async def _stay(self, known: Acquaintance) -> None:
        """Visit somebody as `_visits_once` does: a device only until there is a concentrator."""
        staying = Visit(self._neighbourhood, known, self.store, self._show).stay()
        if known.concentrator:
            await staying
            return
        session, house = self._neighbourhood.session, self.devices.house
        await first_of(staying, concentrator_comes(session, house, self._came))
        self._look_again = True

    @callback
    def _trouble(self, failure: BaseException) -> None:
        """Say what is wrong, once for each kind of trouble."""
        if (kind := type(failure)) in self._troubles:
            return
        self._troubles.add(kind)
        if isinstance(failure, WireError):
            _LOGGER.warning("%s cannot be read: %s", self.devices.house, failure)
        else:
            _LOGGER.error(
                "%s cannot be shown, and is tried again",
                self.devices.house,
                exc_info=failure,
            )
