"""A second opinion of who may see the house's presence: asked about one after the other, and again when it changes."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback

from ..wire.errors import ResourceConstraint

MOST: Final = 500  # that wait, or were denied: the oldest are forgotten

type Wish = tuple[str, str]
"""The bare JID of a contact, and what is to be done for it."""


class FriendOpinion(Protocol):
    """What this module needs of `SecondOpinion`."""

    @property
    def server(self) -> str | None:
        """The bare JID of the server that is asked; None where nobody is."""
        ...

    async def async_befriends(self, contact: str) -> bool:
        """Return whether somebody may see the house's presence."""
        ...

    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` when the server may rule otherwise than before; returns the end of it."""
        ...


class Befriending:
    """Has done what shows the house to contacts, as soon as the second opinion agrees."""

    def __init__(self, opinion: FriendOpinion) -> None:
        """Ask nothing yet."""
        self._opinion = opinion
        self._waiting: dict[Wish, Callable[[], None]] = {}
        self._denied: dict[Wish, Callable[[], None]] = {}
        self._is_stale = False  # what is answered now was asked before a change of mind
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: CALLBACK_TYPE | None = None

    @property
    def asks(self) -> bool:
        """Whether anybody is asked."""
        return self._opinion.server is not None

    @callback
    def async_start(self) -> None:
        """Begin to follow what may change the opinion."""
        self._unsubscribe = self._opinion.async_listen(self._changed)

    async def async_stop(self) -> None:
        """Ask no more, and have nothing done any more; safe to call again."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._waiting.clear()
        self._denied.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))

    @callback
    def async_ask(self, jid: str, what: str, agreed: Callable[[], None]) -> None:
        """Call `agreed` when a contact may see the house's presence, be it only after a change of mind.

        What is wished again is done as it was wished last.
        """
        self._denied.pop((jid, what), None)
        self._waiting[jid, what] = agreed
        if len(self._waiting) > MOST:
            del self._waiting[next(iter(self._waiting))]
        self._begin()

    @callback
    def _changed(self) -> None:
        """Ask again about those who were denied, and those of whom the answer is on its way."""
        self._is_stale = True
        self._waiting = {**self._denied, **self._waiting}
        self._denied.clear()
        self._begin()

    def _begin(self) -> None:
        if self._task is None and self._waiting and self._unsubscribe is not None:
            self._task = asyncio.create_task(
                self._ask_all(), name="xmpp_iot befriending"
            )
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled():
            task.result()  # which says what failed
            self._begin()  # for whom was wished since it ended

    async def _ask_all(self) -> None:
        while self._waiting:
            wish = next(iter(self._waiting))
            agreed = self._waiting.pop(wish)
            self._is_stale = False
            agrees = await self._agrees(wish[0])
            if self._is_stale:
                self._waiting = {wish: agreed} | self._waiting
            elif agrees:
                agreed()
            elif wish not in self._waiting:
                self._denied[wish] = agreed
                if len(self._denied) > MOST:
                    del self._denied[next(iter(self._denied))]

    async def _agrees(self, jid: str) -> bool:
        try:
            return await self._opinion.async_befriends(jid)
        except ResourceConstraint:  # asked again when the opinion changes
            return False
