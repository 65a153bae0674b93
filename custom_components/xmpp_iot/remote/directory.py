"""Who could be linked: those in the roster who are online, and those who are asked to be friends.

Until a house is linked nobody but the one who fills in the form knows of it. So that its presence is shared
meanwhile, it is wanted here: the roster is kept as if it were linked already.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
import logging
from types import MappingProxyType
from typing import Final, Protocol

from ..wire.errors import NotConnected, WireError
from ..wire.model import NodeInfo
from ..wire.peer import Correspondence, Peers
from ..wire.signals import Signal
from .acquaintance import Acquaintance, meet
from .device_peer import peer_of
from .survey import survey

_LOGGER = logging.getLogger(__name__)

MAX_ASKED: Final = 100  # full JIDs that are asked at once what they are


class LinkDirectory(Protocol):
    """What whoever wants to link a house needs."""

    @property
    def peers(self) -> Peers:
        """Who asks others."""
        ...

    def online(self) -> tuple[str, ...]:
        """Return the full JIDs of all in the roster who are online for this account."""
        ...

    def resources(self, jid: str) -> tuple[str, ...]:
        """Return the full JIDs with which a bare JID is online for this account."""
        ...

    def befriend(self, jid: str, name: str) -> None:
        """Ask somebody to share their presence, and share ours, until it is linked or forgotten.

        NotConnected without session.
        """
        ...

    def forget(self, jid: str) -> None:
        """Let somebody be who was asked and is not to be linked; nothing to one who is linked."""
        ...

    async def wait_online(self, jid: str, timeout: float) -> bool:
        """Wait until a friend is online, for `timeout` seconds at most; return whether it is."""
        ...


class Company(Protocol):
    """What the directory needs of `wire.session.Session`."""

    @property
    def bare(self) -> str:
        """The account's own bare JID."""
        ...

    @property
    def connected(self) -> bool:
        """Whether stanzas can be sent now."""
        ...

    def roster(self) -> Mapping[str, str]:
        """Return the subscription (none, to, from or both) for each bare JID."""
        ...

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs with which somebody is online."""
        ...

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Call back with the full JID of who comes or goes; return how to stop that."""
        ...


class Directory:
    """Who is there, and who is wanted (implements LinkDirectory)."""

    def __init__(self, session: Company, peers: Peers) -> None:
        """Look at `session`, and ask by `peers`."""
        self.peers = peers
        self.changed: Signal[()] = Signal()
        """Fires when somebody is wanted or forgotten: whoever keeps the roster acts on it."""
        self._session = session
        self._wanted: dict[str, str] = {}

    @property
    def wanted(self) -> Mapping[str, str]:
        """The bare JIDs of those who are asked to be friends and are not linked yet, and their names."""
        return MappingProxyType(self._wanted)

    def online(self) -> tuple[str, ...]:
        """Return the full JIDs of all in the roster who are online for this account."""
        return tuple(
            full
            for bare in self._session.roster()
            if bare != self._session.bare
            for full in self._session.resources(bare)
        )

    def resources(self, jid: str) -> tuple[str, ...]:
        """Return the full JIDs with which a bare JID is online for this account."""
        return self._session.resources(jid)

    def befriend(self, jid: str, name: str) -> None:
        """Want somebody's presence; NotConnected without session."""
        if not self._session.connected:
            raise NotConnected("There is no session now.")
        self._wanted[jid] = name
        self.changed.fire()

    def forget(self, jid: str) -> None:
        """Want somebody no more."""
        if self._wanted.pop(jid, None) is not None:
            self.changed.fire()

    async def wait_online(self, jid: str, timeout: float) -> bool:
        """Wait until a friend is online, for `timeout` seconds at most; return whether it is."""
        arrived = asyncio.Event()

        def heard(full: str, available: bool) -> None:
            if available and full.partition("/")[0] == jid:
                arrived.set()

        unsubscribe = self._session.on_presence(heard)
        try:
            if not self._session.resources(jid):
                async with asyncio.timeout(timeout):
                    await arrived.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            unsubscribe()


@dataclass(frozen=True, slots=True)
class Introduction:
    """A concentrator, and what it shows this account."""

    known: Acquaintance
    nodes: tuple[NodeInfo, ...]


async def introduce(peers: Peers, jids: Iterable[str]) -> Introduction | None:
    """Meet one house or device, online with the full JIDs `jids`; None if none of them is either.

    WireError as the peer raises it where it, or all that could be one, did not answer or refused.
    """
    asked = islice(jids, MAX_ASKED)
    met = await asyncio.gather(*(_meet(peers.session, jid) for jid in asked))
    found = [one for one in met if isinstance(one, Acquaintance)]
    if found:  # a concentrator before a device by itself
        chosen = min(found, key=lambda one: not one.concentrator)
        nodes = await survey(peer_of(peers, chosen), in_pages=chosen.in_pages)
        return Introduction(chosen, nodes)
    for known in met:
        if isinstance(known, WireError):
            raise known
    return None


async def concentrators(
    session: Correspondence, jids: Iterable[str], *, within: float
) -> tuple[Acquaintance, ...]:
    """Return who of the full JIDs says within some seconds that it is a concentrator."""
    found: list[Acquaintance] = []

    async def ask(jid: str) -> None:
        known = await _meet(session, jid)
        if isinstance(known, Acquaintance) and known.concentrator:
            found.append(known)

    with suppress(TimeoutError):  # who has not answered by then is not offered
        async with asyncio.timeout(within), asyncio.TaskGroup() as group:
            for jid in islice(jids, MAX_ASKED):
                group.create_task(ask(jid))
    return tuple(found)


async def _meet(session: Correspondence, jid: str) -> Acquaintance | WireError | None:
    """Return what somebody says of itself, or why it does not."""
    try:
        return await meet(session, jid)
    except WireError as err:
        _LOGGER.debug("%s does not say what it is: %s", jid, err)
        return err
