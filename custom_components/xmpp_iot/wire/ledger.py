"""What was sent and not acknowledged yet: stream management for text (XEP-0198).

slixmpp counts the stanzas it builds. Ours are text, and one that is not counted would later count as the
acknowledgement of another: after a resume, what was lost would stay lost. Where a session begins or goes on the
counts are slixmpp's; in between, a server asks and answers with almost every stanza, which is done here.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import logging
from typing import TYPE_CHECKING, Final

from .quality import Quality

if TYPE_CHECKING:
    from slixmpp.plugins.xep_0198 import XEP_0198

MAX_UNACKNOWLEDGED: Final = 10_000  # stanzas; the XEP leaves the bound to us

REQUEST: Final = "<r xmlns='urn:xmpp:sm:3'/>"
ANSWER: Final = "<a xmlns='urn:xmpp:sm:3' h='{}'/>"

_LOGGER = logging.getLogger(__name__)

_SEQUENCE: Final = 2**32  # XEP-0198 section 4


def _nobody() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sent:
    """A stanza the server has not acknowledged.

    After its deadline (loop time) nobody waits for it; `still` says whether its addressee may have it yet.
    `undelivered` is called when the server says that it has not got it and never will.
    """

    text: str
    deadline: float | None
    still: Callable[[], bool]
    undelivered: Callable[[], None] = _nobody


class Ledger:
    """Keeps the counts of slixmpp's `plugin` right, and what became of everything in `quality`."""

    def __init__(self, plugin: XEP_0198, quality: Quality) -> None:
        self._plugin = plugin
        self._quality = quality
        self._overdue: list[Sent] = []
        self._resuming = False
        # Requests for acknowledgement on the way: who waits for the answer.
        self._asked: deque[asyncio.Future[None]] = deque()

    @property
    def active(self) -> bool:
        """Whether the server acknowledges what it is sent now."""
        return bool(self._plugin.enabled_out)

    @property
    def settled(self) -> bool:
        """Whether it has acknowledged everything."""
        return not self._plugin.unacked_queue

    @property
    def resumable(self) -> bool:
        """Whether the server keeps the session for a while when the connection breaks."""
        return bool(self._plugin.sm_id)

    @property
    def full(self) -> bool:
        """Whether the server has acknowledged nothing for too long."""
        return len(self._plugin.unacked_queue) > MAX_UNACKNOWLEDGED

    def forget(self) -> None:
        """Make the next log-in a new session."""
        self._plugin.sm_id = None

    def begin(self) -> None:
        """Begin a new session: nothing of an older one is sent again."""
        self._quality.uncertain += len(self._plugin.unacked_queue)
        self._plugin.session_end(None)  # type: ignore[no-untyped-call]

    def requested(self, *, resume: bool) -> None:
        """Note that <enable/> or <resume/> goes out: the server counts from there."""
        self._plugin.enabled_out = True
        self._resuming = resume
        self._asked.clear()  # in another connection
        if not resume:
            self._plugin.unacked_queue.clear()

    def refused(self, handled: str | None) -> None:
        """Account for what is lost with a session that the server does not resume.

        `handled` is how much of it the server has got, where it says so (XEP-0198 section 5): of the rest
        it is certain that nobody will ever get it.
        """
        queue = self._plugin.unacked_queue
        if not self._resuming:
            return
        self._resuming = False
        arrived = self._arrived(handled)
        if arrived is None:
            self._quality.uncertain += len(queue)
        else:
            lost = [entry[1] for entry in queue][arrived:]
            self._quality.undelivered += len(lost)
            for sent in lost:
                sent.undelivered()
        queue.clear()

    def _arrived(self, handled: str | None) -> int | None:
        """Return how many of those in the queue have arrived; None where it cannot be said."""
        arrived = None if handled is None else self._since_last(handled)
        if arrived is None or arrived > len(self._plugin.unacked_queue):
            return None
        return arrived

    def _since_last(self, handled: str) -> int | None:
        """Return how many more that is than the server said last; None for what is no number."""
        if not (handled.isascii() and handled.isdecimal()):
            return None
        return (int(handled) - int(self._plugin.last_ack)) % _SEQUENCE

    def received(self) -> None:
        """Count a stanza that came, also one that is dropped."""
        if self._plugin.enabled_in:
            self._plugin.handled = (self._plugin.handled + 1) % _SEQUENCE

    def sent(self, sent: Sent) -> None:
        """Count a stanza that went out, and from time to time ask how many arrived."""
        plugin = self._plugin
        if not plugin.enabled_out:
            return
        plugin.seq = (plugin.seq + 1) % _SEQUENCE
        plugin.unacked_queue.append((plugin.seq, sent))
        plugin.window_counter -= 1
        if plugin.window_counter <= 0:
            self.ask()

    def ask(self) -> asyncio.Future[None]:
        """Ask the server how many arrived; what is returned is done when it answers."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._plugin.window_counter = self._plugin.window
        self._plugin.xmpp.send_raw(REQUEST)
        return answer

    @property
    def answer(self) -> str:
        """What to say to a server that asks how many stanzas have come."""
        return ANSWER.format(self._plugin.handled)

    def acknowledged(self, handled: str | None) -> None:
        """Note how many stanzas the server has got in all; ValueError where it does not say so."""
        plugin, queue = self._plugin, self._plugin.unacked_queue
        if handled is None or (arrived := self._since_last(handled)) is None:
            raise ValueError("Stanzas cannot be counted so")
        if arrived > len(queue):
            _LOGGER.warning("The server acknowledges more than it was sent")
        for _ in range(min(arrived, len(queue))):
            queue.popleft()
        plugin.last_ack = int(handled)
        self.answered()

    def answered(self) -> None:
        """Note that the server says how many arrived: to the oldest request, for it reads them in order."""
        if self._asked and not (answer := self._asked.popleft()).done():
            answer.set_result(None)

    def is_due(self, sent: Sent, now: float) -> bool:
        """Say whether `sent` goes out again on a resume: not if nobody waits for it, or may have it, any more."""
        if (sent.deadline is None or sent.deadline >= now) and sent.still():
            return True
        self._overdue.append(sent)
        return False

    def resumed(self) -> None:
        """Take out what was not sent again, for the server will not count it."""
        self._resuming = False
        queue = self._plugin.unacked_queue
        for overdue in self._overdue:
            queue.remove(next(entry for entry in queue if entry[1] is overdue))
        self._quality.overdue += len(self._overdue)
        self._overdue.clear()
