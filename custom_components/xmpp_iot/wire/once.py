"""Orders that come again: each is carried out once, and whoever repeats it hears what the first came to.

What is remembered is bounded in time, number and size. Whatever is not remembered any more is not carried out
either: of that it is said that nobody knows.

The clock on the wall may be set at any time, and that of the sender may show another time altogether. So how
long an order is remembered goes by a clock that nobody sets; and what is forgotten stays forbidden by its
expiry, which is the sender's word, and the same in every repeat.
"""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate
import secrets
import time
from typing import Final

from .assurance import answered
from .errors import (
    Asked,
    BadRequest,
    Conflict,
    InternalServerError,
    RemoteTimeout,
    ResourceConstraint,
    StanzaError,
    on_record,
)
from .order_token import ORDER, OrderToken

KEPT: Final = timedelta(minutes=10)
"""How long an order is remembered after its expiry: who repeats it asks what has become of it."""
LONGEST: Final = timedelta(hours=25)
"""How far ahead the expiry of such an order may be."""
MOST: Final = 2_000
"""Orders of one sender that are remembered; more than that are refused while none of them has expired."""
MOST_TEXT: Final = 200
"""Characters that are remembered of why an order failed, and as many of all its parameters."""
_TIDY_EVERY: Final = 60.0  # seconds
_FORGOTTEN: Final = "Whether it was done is not known any more."

type Deed = Callable[[], Awaitable[None]]
type End = asyncio.Future[StanzaError | None]
"""How something ends: None where it is done."""


class Unfinished(RemoteTimeout):
    """What was begun takes longer than its asker waits: how it ends is told to whoever repeats it."""

    end: End | None = None
    """How it ends, in time; None where nobody will know."""


class _Relieved(RemoteTimeout):
    """A later repeat waits in place of this one: no verdict, so it does not say that the house has answered."""


def _future() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


def _now() -> float:
    """Return the seconds of a clock that nobody sets."""
    return asyncio.get_running_loop().time()


def _wall() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(slots=True, eq=False, kw_only=True)
class _Remembered:
    """An order, and what came of it."""

    expires: datetime
    over: float
    """When it has expired, by the clock that nobody sets."""
    what: bytes
    """Tells it from others."""
    ended: asyncio.Future[None] = field(default_factory=_future)
    said: StanzaError | None = None
    """What came of it, when it has ended: None where it was done."""
    _relief: asyncio.Future[None] | None = None
    """Ends the wait of the repeat that waits."""

    def end(self, said: StanzaError | None) -> None:
        """Tell what has come of it."""
        self.said = said
        self.ended.set_result(None)

    def settle(self, end: End) -> None:
        """Take for what came of it how it has ended after all."""
        error = end.result()
        self.said = None if error is None else _short(error)

    async def again(self) -> None:
        """Return, or raise, what has become of it, when it has ended.

        One repeat waits, the latest: who sends it again has given up the one before.
        """
        if not self.ended.done():
            await self._wait()
        if self.said is not None:
            raise on_record(copy.copy(self.said))

    async def _wait(self) -> None:
        if self._relief is not None and not self._relief.done():
            self._relief.set_result(None)
        relief = self._relief = _future()
        await asyncio.wait((self.ended, relief), return_when=asyncio.FIRST_COMPLETED)
        if not self.ended.done():
            raise on_record(_Relieved("It is under way, and was asked for again."))


@dataclass(slots=True)
class _Orders:
    """The orders of one sender, by their tokens."""

    known: dict[str, _Remembered] = field(default_factory=dict)
    forgotten: datetime = datetime.min.replace(tzinfo=UTC)
    """The latest expiry of those that are not remembered any more."""
    tidied: float = field(default_factory=_now)

    def make_room(self) -> bool:
        """Forget what is long over, and where that is not enough what is over; return whether there is room."""
        now = _now()
        if now - self.tidied >= _TIDY_EVERY:
            self.tidied = now
            self._forget(now - KEPT.total_seconds())
        if len(self.known) >= MOST:
            self._forget(now)
        return len(self.known) < MOST

    def _forget(self, before: float) -> None:
        gone = {
            name: one.expires
            for name, one in self.known.items()
            if one.over < before and one.ended.done()
        }
        for name in gone:
            del self.known[name]
        self.forgotten = max([self.forgotten, *gone.values()])


class Once:
    """Carries out each order with a token once."""

    def __init__(self) -> None:
        """Begin with nothing remembered."""
        self.life = secrets.token_hex(4)
        """Names this memory: what was made for another one may have been carried out before this began."""
        self._senders: dict[str, _Orders] = {}

    async def do(
        self,
        sender: str,
        token: OrderToken | None,
        expires: datetime,
        *,
        what: object,
        deed: Deed,
    ) -> None:
        """Do `deed`, which is `what` was ordered, for a bare JID, unless it was begun before with that token.

        Then this returns, or raises, what that did, when it has; of several repeats that wait only the latest
        does. RemoteTimeout for one that is not remembered, ResourceConstraint where no more can be, BadRequest
        for one that expires too far ahead, Conflict for a token that was another order's, or this one's with
        another expiry: nobody is told of one what became of the other. All of its errors say that it was this
        house that answered, but the one for a repeat that waits no more: it decides nothing.
        """
        if token is None:
            await deed()
            return
        orders = self._senders.setdefault(sender, _Orders())
        meant = repr((expires.timestamp(), what)).encode()
        digest = blake2b(meant, digest_size=16).digest()
        try:
            if (known := orders.known.get(token.text)) is None:
                order = self._admitted(orders, token, expires, digest)
                await _first(orders, token.text, order, deed)
            elif known.what == digest:
                await known.again()
            else:
                raise Conflict("This token is another order's.")
        except _Relieved:
            raise
        except StanzaError as error:
            raise answered(error) from error

    def _admitted(
        self, orders: _Orders, token: OrderToken, expires: datetime, what: bytes
    ) -> _Remembered:
        """Return an order that is not known; raise unless it can be carried out, and remembered."""
        if token.house not in {"", self.life} or expires <= orders.forgotten:
            raise RemoteTimeout(_FORGOTTEN)
        ahead = expires - _wall()
        if ahead > LONGEST:
            raise BadRequest(parameters={ORDER: "Such an order expires within a day."})
        if not orders.make_room():
            raise ResourceConstraint("Too many orders are remembered; give it later.")
        over = _now() + ahead.total_seconds()
        return _Remembered(expires=expires, over=over, what=what)


async def _first(orders: _Orders, name: str, order: _Remembered, deed: Deed) -> None:
    """Carry out an order, and remember what has become of it."""
    orders.known[name] = order
    said: StanzaError | None = RemoteTimeout(_FORGOTTEN)  # unless it comes to an end
    try:
        await deed()
        said = None
    except Asked as error:
        del orders.known[name]  # nothing was done, and a repeat may be
        said = copy.copy(error)
        raise
    except StanzaError as error:
        said = _short(error)
        if isinstance(error, Unfinished) and error.end is not None:
            error.end.add_done_callback(order.settle)
        raise
    except Exception:
        said = InternalServerError()
        raise
    finally:
        order.end(said)


def _short(error: StanzaError) -> StanzaError:
    """Return what is kept of an error for hours: its kind, and as much of its words as says why.

    Not what it was raised in, with the whole request. What stands around its words on the wire in the end is
    made of these anew each time.
    """
    kept = copy.copy(error)
    kept.text = error.text[:MOST_TEXT]
    kept.args = (kept.text,)
    kept.parameters = _short_parameters(error)
    kept.children, kept.payload = (), None
    if isinstance(kept, Unfinished):
        kept.end = None
    return kept


def _short_parameters(error: StanzaError) -> dict[str, str]:
    """Return what is wrong with parameters, as many of them as there is room for."""
    said = error.parameters
    sizes = accumulate(len(name) + len(reason) for name, reason in said.items())
    return {
        name: reason
        for (name, reason), size in zip(said.items(), sizes, strict=True)
        if size <= MOST_TEXT
    }
