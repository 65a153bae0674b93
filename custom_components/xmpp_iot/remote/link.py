"""A linked house: visited whenever it is online, and kept as it was while it is not.

Its entities are unavailable then, and come back as they were. Nothing is sent to it while it is away.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.util import dt as dt_util

from ..wire.errors import NoAnswer, NotConnected, RemoteError, WireError
from ..wire.model import ControlRequest, Operation, TreeRequest
from ..wire.peer import Peer
from ..wire.report import ReportItem
from .acquaintance import Acquaintance, meet
from .devices import Devices
from .errors import as_home_assistant_error
from .neighbourhood import Neighbourhood
from .node import RemoteNode
from .nodes import NodeStore
from .registry import Registered
from .reports import collected
from .settings import settings
from .typed import typed
from .values import form_text, submission
from .visit import Visit

_LOGGER = logging.getLogger(__name__)

EXPIRES: Final = "expires"
# Until when the other house may begin what it is asked.
EXPIRY: Final = timedelta(seconds=10)
# Seconds until a house that could not be read is visited again.
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 300.0
# Seconds for which the own connection may be lost: it mostly comes back with nothing missed (XEP-0198).
GRACE: Final = 8.0


class Connection(StrEnum):
    """How things are with a linked house."""

    AWAY = "away"
    READING = "reading"
    LINKED = "linked"


class Link:
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
        self.devices = devices
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
        self._grace: asyncio.TimerHandle | None = None
        self._listeners: list[Callable[[], None]] = []
        self._watchers: list[Callable[[], None]] = []
        self._unsubscribe: list[Callable[[], None]] = []
        self._troubled = False
        self._recounting = False

    @callback
    def start(self) -> None:
        """Visit the house whenever it is there."""
        session = self._neighbourhood.session
        self._unsubscribe = [
            session.on_presence(self._presence),
            session.on_offline(self._offline),
            session.on_online(self._online),
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
        self._tell(self._watchers)

    # What its entities know of it

    @property
    def online(self) -> bool:
        """Whether the house is there and its nodes are up to date."""
        return self._visit is not None

    @property
    def connection(self) -> Connection:
        """How things are with it."""
        if self._visit is not None and self._visit.complete:
            return Connection.LINKED
        return Connection.AWAY if self._task is None else Connection.READING

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when the house comes or goes; return how to stop that."""
        return _add(self._listeners, listener)

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when the connection changes in any way; return how to stop that."""
        return _add(self._watchers, watcher)

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

    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Have a command of the node carried out, and return when it is done."""
        try:
            await self._peer().tree(
                self._command(Operation.EXECUTE_NODE_COMMAND, node, action, data)
            )
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err
        self._acted(node)

    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Return the report of a query of the node."""
        request = self._command(Operation.EXECUTE_NODE_QUERY, node, action, data)
        try:
            async with aclosing(self._peer().query(request)) as parts:
                return await collected(parts)
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err

    async def control(self, node: RemoteNode, parameters: Mapping[str, Any]) -> None:
        """Have control parameters set."""
        if node.domain:
            parameters = {**parameters, EXPIRES: dt_util.utcnow() + EXPIRY}
        # (of a foreign node the types are those that its form says)
        said = typed(parameters, node.form) if node.form else settings(parameters)
        request = ControlRequest(nodes=(node.info.ref,), settings=said)
        try:
            await self._peer().control(request)
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err
        self._acted(node)

    def _acted(self, node: RemoteNode) -> None:
        if self._visit is not None:
            self._visit.acted(node)

    def _peer(self) -> Peer:
        if self._visit is None:
            raise NotConnected("The house is not online.")
        return self._visit.peer

    def _command(
        self,
        operation: Operation,
        node: RemoteNode,
        action: str,
        data: Mapping[str, Any],
    ) -> TreeRequest:
        """Return a command; of a house like ours with its expiry: done late would be worse than not at all."""
        form = dict(submission(data))
        if node.domain:
            form[EXPIRES] = (form_text(dt_util.utcnow() + EXPIRY),)
        return TreeRequest(
            operation=operation,
            nodes=(node.info.ref,),
            command=action,
            form=form or None,
        )

    # Coming and going

    @callback
    def _presence(self, jid: str, available: bool) -> None:
        if jid.partition("/")[0] != self.devices.house:
            return
        if available:
            self._look_for_it()
        elif jid == self._jid:
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
        if not resumed:
            self._leave()
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
            return
        self._look_again = False
        self._task = self._entry.async_create_background_task(
            self._hass,
            self._visits(),
            f"xmpp_iot link {self.devices.house}",
            eager_start=False,  # it is to be known as the task before it ends
        )
        self._task.add_done_callback(self._ended)
        self._tell(self._watchers)

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
        self._tell(self._watchers)
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
            self._tell(self._watchers)
            return
        if visit is None:
            self.last_values = self.registered.states
            self.last_seen = dt_util.utcnow()
            _LOGGER.info("%s is away", self.devices.house)
        else:
            self.last_seen, self.last_values = None, {}
            self._troubled = False
            _LOGGER.info("%s is here", self.devices.house)
        self._visit = visit
        self._tell(self._listeners)
        if visit is None or visit.complete:
            self._tell(self._watchers)

    @callback
    def _tell(self, listeners: Sequence[Callable[[], None]]) -> None:
        for listener in tuple(listeners):
            listener()

    async def _visits(self) -> None:
        """Visit the house until it goes; where it cannot be read, again after a growing pause."""
        pause = FIRST_PAUSE
        while True:
            try:
                if (known := await self._meet()) is None:
                    return
                self._jid = known.jid
                await Visit(self._neighbourhood, known, self.store, self._show).stay()
            except NotConnected:
                return
            except WireError as err:
                if self.online:
                    pause = FIRST_PAUSE
                self._show(None)
                self._trouble(err)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _meet(self) -> Acquaintance | None:
        """Return the first of the house's resources that speaks our protocols.

        None if there is none; RemoteError or NoAnswer where one that may be did not say.
        """
        session = self._neighbourhood.session
        trouble: WireError | None = None
        for jid in session.resources(self.devices.house):
            try:
                known = await meet(session, jid)
            except (RemoteError, NoAnswer) as err:
                trouble = err
                continue
            if known is not None:
                return known
        if trouble is not None:
            raise trouble
        return None

    @callback
    def _trouble(self, err: WireError) -> None:
        if not self._troubled:
            self._troubled = True
            _LOGGER.warning("%s cannot be read: %s", self.devices.house, err)


def _add(
    listeners: list[Callable[[], None]], listener: Callable[[], None]
) -> Callable[[], None]:
    """Add a listener; return how to take it off, once or more often."""
    listeners.append(listener)

    def remove() -> None:
        if listener in listeners:
            listeners.remove(listener)

    return remove
