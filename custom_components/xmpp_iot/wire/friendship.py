"""Who sees whose presence, as the house asks for it and answers (RFC 6121 section 3)."""

import asyncio
import logging

from .errors import NotConnected, WireError
from .requests import Requests
from .roster import SHOWN, Roster, befriending, removal
from .stanzas import presence
from .stream import Stream
from .xml import Element

_LOGGER = logging.getLogger(__name__)


class Friendship:
    """Changes the roster of the account `bare`, and with it who sees whom; NotConnected without session."""

    def __init__(
        self, bare: str, stream: Stream, requests: Requests, roster: Roster
    ) -> None:
        self._bare = bare
        self._stream = stream
        self._requests = requests
        self._roster = roster
        self._tasks: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._tasks:
            task.cancel()

    def befriend(self, jid: str, name: str) -> None:
        """Put `jid` into the roster, ask for its presence and let it have the house's."""
        self._set(befriending(jid, name))
        subscription = self._roster.subscriptions.get(jid, "none")
        if subscription not in SHOWN:
            self._stream.send_stanza(presence("subscribe", jid))
        if subscription not in {"from", "both"}:
            self.approve(jid)

    def unfriend(self, jid: str) -> None:
        """Take `jid` out of the roster, and both subscriptions with it."""
        if jid in self._roster.asked:
            # Of a question without an answer ejabberd takes nothing back by itself.
            self._stream.send_stanza(presence("unsubscribe", jid))
        if jid in self._roster.subscriptions:
            self._set(removal(jid))
        else:
            self.refuse(jid)

    def pushed(self, query: Element) -> None:
        """Take over a roster push, and ask after those whom the house may see now.

        Who had said yes in a time that our server has forgotten is not asked again: their server answers for
        them, and ejabberd then does not say that they are there. (RFC 6121 section 4.3 leaves probes to
        servers; one for each new friend is little.)
        """
        for bare in self._roster.update(query):
            if not self._roster.resources(bare):
                self._stream.send_stanza(presence("probe", bare))

    def approve(self, jid: str) -> None:
        """Let `jid` have the house's presence."""
        self._stream.send_stanza(presence("subscribed", jid))

    def refuse(self, jid: str) -> None:
        """Do not let `jid` have the house's presence, or not any more."""
        self._stream.send_stanza(presence("unsubscribed", jid))

    def _set(self, item: Element) -> None:
        if not self._stream.ready:
            raise NotConnected("There is no session now.")
        task = asyncio.create_task(self._exchange(item))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _exchange(self, item: Element) -> None:
        try:
            await self._requests.ask(None, item, kind="set")
        except WireError as error:
            _LOGGER.warning("The roster of %s was not changed: %s", self._bare, error)
