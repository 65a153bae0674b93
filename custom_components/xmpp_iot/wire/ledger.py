"""What was sent and not acknowledged yet: stream management for text (XEP-0198).

slixmpp counts the stanzas it builds. Ours are text, and one that is not counted would later count as the
acknowledgement of another: after a resume, what was lost would stay lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slixmpp.plugins.xep_0198 import XEP_0198

MAX_UNACKNOWLEDGED: Final = 10_000  # stanzas; the XEP leaves the bound to us

_SEQUENCE: Final = 2**32  # XEP-0198 section 4


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A stanza the server has not acknowledged.

    After its deadline (loop time) nobody waits for it; `still` says whether its addressee may have it yet.
    """

    text: str
    deadline: float | None
    still: Callable[[], bool]


class Ledger:
    """Keeps the counts of slixmpp's `plugin` right."""

    def __init__(self, plugin: XEP_0198) -> None:
        self._plugin = plugin
        self._overdue: list[Sent] = []

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
        self._plugin.session_end(None)  # type: ignore[no-untyped-call]

    def requested(self, *, resume: bool) -> None:
        """Note that <enable/> or <resume/> goes out: the server counts from there."""
        self._plugin.enabled_out = True
        if not resume:
            self._plugin.unacked_queue.clear()

    def received(self) -> None:
        """Count a stanza that came, also one that is dropped."""
        if self._plugin.enabled_in:
            self._plugin.handled = (self._plugin.handled + 1) % _SEQUENCE

    def sent(
        self, text: str, deadline: float | None, still: Callable[[], bool]
    ) -> None:
        """Count a stanza that went out, and from time to time ask how many arrived."""
        plugin = self._plugin
        if not plugin.enabled_out:
            return
        plugin.seq = (plugin.seq + 1) % _SEQUENCE
        plugin.unacked_queue.append((plugin.seq, Sent(text, deadline, still)))
        plugin.window_counter -= 1
        if plugin.window_counter <= 0:
            plugin.window_counter = plugin.window
            plugin.request_ack()  # type: ignore[no-untyped-call]

    def is_due(self, sent: Sent, now: float) -> bool:
        """Say whether `sent` goes out again on a resume: not if nobody waits for it, or may have it, any more."""
        if (sent.deadline is None or sent.deadline >= now) and sent.still():
            return True
        self._overdue.append(sent)
        return False

    def resumed(self) -> None:
        """Take out what was not sent again, for the server will not count it."""
        queue = self._plugin.unacked_queue
        for overdue in self._overdue:
            queue.remove(next(entry for entry in queue if entry[1] is overdue))
        self._overdue.clear()
