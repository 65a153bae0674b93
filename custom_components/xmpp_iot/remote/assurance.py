"""Whether all that a house has told has come: asked after a silence, for nobody else would say so.

What is lost between two servers shows by the next item of the feed. Where there is none for a while, the house
is asked for the number of its last one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import logging
import math
from typing import Final

from ..wire.assurance import Checked, decode_checked, encode_check
from ..wire.errors import NoAnswer, NotConnected, RemoteError, StanzaError
from ..wire.peer import Correspondence
from .follow import Feed, Missed

_LOGGER = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds of silence
ANSWER_WITHIN: Final = 10.0
GRACE: Final = 5.0  # seconds in which what was sent just then is on its way


async def last_told(session: Correspondence, jid: str, feed: str = "") -> Checked:
    """Return what a house, by its full JID, says of itself and of a feed; raises as `session` does."""
    question = encode_check(feed)
    return decode_checked(await session.iq(jid, question, timeout=ANSWER_WITHIN))


@dataclass(slots=True, eq=False)
class Assurance:
    """Compares what has come by a feed with what its house has sent; `missed` is called where that is more."""

    session: Correspondence
    jid: str
    """Full, of the house."""
    feed: Feed
    missed: Callable[[Missed], None]
    possible: bool
    """Whether the house can be asked."""
    life: str = field(init=False, default="")
    """Names the house's memory of orders (see `wire.once.Once.life`); empty where that is not known."""
    _asked: float = field(init=False, default=0.0)  # by the event loop's clock
    _expected: Checked | None = field(init=False, default=None)

    @property
    def due(self) -> float:
        """When to check next, by the event loop's clock."""
        if not self.possible or self.feed.address is None:
            return math.inf
        if self._expected is not None:
            return self._asked + GRACE
        return max(self._asked, self.feed.heard) + EVERY

    async def begin(self) -> None:
        """Take what was told until now for what has come, where none has: it is read after this."""
        if not self.possible or (self.life and self.feed.is_counted):
            return
        try:
            said = await self._ask()
        except (NoAnswer, StanzaError) as err:
            self._doubt(err)
            return
        self.life = said.life
        self.feed.assume(said.epoch, said.number)

    async def check(self) -> None:
        """Ask how much was told, or, when that had its time to come, see whether it has."""
        expected, self._expected = self._expected, None
        if expected is not None:
            if not self.feed.has(expected.epoch, expected.number):
                self.missed(Missed.VALUES)
            return
        try:
            said = await self._ask()
        except NotConnected:  # whoever waits for that knows it
            return
        except (NoAnswer, StanzaError) as err:
            self._doubt(err)
            self.missed(Missed.VALUES)  # reading says whether the house is there
            return
        if self.life and said.life != self.life:
            self.missed(Missed.EVERYTHING)
            self.feed.begin_anew(said.epoch, said.number)
        elif not self.feed.has(said.epoch, said.number):
            self._expected = said
        self.life = said.life

    async def _ask(self) -> Checked:
        address = self.feed.address
        self._asked = asyncio.get_running_loop().time()
        return await last_told(self.session, self.jid, address.node if address else "")

    def _doubt(self, err: Exception) -> None:
        """Ask no more where nobody understands it."""
        _LOGGER.debug("%s assures of nothing: %s", self.jid, err)
        if isinstance(err, RemoteError):
            self.possible = err.remote_condition != "feature-not-implemented"
        else:
            self.possible = isinstance(err, NoAnswer)
