"""Nobody takes more of the house than their share: what is too much is dropped at the door.

Contacts have a bucket each, strangers one per domain and one together, so that neither a flood nor a crowd
keeps the house from working for others. Who is over the limit is told so rarely, and the owner now and
then: an answer to every stanza of a flood would be a flood as well.
"""

from collections.abc import Callable
import logging
import time
from typing import Final

from slixmpp import JID

from .errors import ResourceConstraint
from .rate import Buckets, Limit, Limits
from .signals import Signal

_LOGGER = logging.getLogger(__name__)

TOO_MUCH: Final = ResourceConstraint("This is too much; ask again later.")

_ANSWERS: Final = Limit(1, 1)  # that somebody is over the limit, each
_NOTICES: Final = Limit(1 / 60, 1)  # of one who floods
# Domains cost nothing: a thousand of them do not fill the log.
_STRANGE_NOTICES: Final = Limit(10 / 60, 10)


class Guard:
    """Counts what others send.

    `flooded` says once a minute who sends too much, and whether it is somebody the house knows: then it is
    a bare JID, else a domain, or nothing where it is no single one.
    """

    def __init__(
        self,
        house: str,
        is_known: Callable[[str], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Guard `house`, a bare JID, for which `is_known` says who has a share of their own."""
        self._house = house
        self._is_known = is_known
        limits = Limits()
        self._contacts = Buckets(limits.contact, clock=clock)
        self._domains = Buckets(limits.domain, clock=clock)
        self._strangers = Buckets(limits.strangers, clock=clock)
        self._answers = Buckets(_ANSWERS, clock=clock)
        self._notices = Buckets(_NOTICES, clock=clock)
        self._strange_notices = Buckets(_STRANGE_NOTICES, clock=clock)
        self.flooded: Signal[str, bool] = Signal()

    def set_limits(self, limits: Limits) -> None:
        """Let so much through from now on."""
        self._contacts.limit = limits.contact
        self._domains.limit = limits.domain
        self._strangers.limit = limits.strangers

    def lets_in(self, sender: JID) -> bool:
        """Count a stanza, and return whether it may be worked on."""
        if self._is_known(sender.bare):
            return self._contacts.take(sender.bare) or self._too_much(sender.bare, True)
        # A domain that has had its share takes nothing of the others'.
        if not self._domains.take(sender.domain):
            return self._too_much(sender.domain, False)
        return self._strangers.take() or self._too_much("", False)

    def may_answer(self, sender: JID) -> bool:
        """Return whether it is time to tell the sender again that it was too much."""
        known = self._is_known(sender.bare)
        return self._answers.take(sender.bare if known else sender.domain)

    def _too_much(self, who: str, is_known: bool) -> bool:
        """Say so if it is time to, and return False."""
        if self._notices.take(who) and (is_known or self._strange_notices.take()):
            _LOGGER.warning(
                "%s sends more to %s than it may; some of it is dropped",
                who or "A crowd of strangers",
                self._house,
            )
            self.flooded.fire(who, is_known)
        return False
