"""Orders that come again: each is carried out once, and whoever repeats it hears what the first came to.

What is remembered is bounded in time and number. Whatever is not remembered any more is not carried out
either: of that it is said that nobody knows.
"""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
import secrets
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
_TIDY_EVERY: Final = timedelta(minutes=1)
_FORGOTTEN: Final = "Whether it was done is not known any more."

type Deed = Callable[[], Awaitable[None]]


def _future() -> asyncio.Future[StanzaError | None]:
    return asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An order, and what came of it: None where it was done."""

    expires: datetime
    what: bytes
    """Tells it from others."""
    outcome: asyncio.Future[StanzaError | None] = field(default_factory=_future)


@dataclass(slots=True)
class _Orders:
    """The orders of one sender, by their tokens."""

    known: dict[str, _Remembered] = field(default_factory=dict)
    forgotten: datetime = datetime.min.replace(tzinfo=UTC)
    """The latest expiry of those that are not remembered any more."""
    tidied: datetime = datetime.min.replace(tzinfo=UTC)

    def make_room(self, now: datetime) -> bool:
        """Forget what is long over, and where that is not enough what is over; return whether there is room."""
        if now - self.tidied >= _TIDY_EVERY or now < self.tidied:
            self.tidied = now
            self._forget(now - KEPT)
        if len(self.known) >= MOST:
            self._forget(now)
        return len(self.known) < MOST

    def _forget(self, before: datetime) -> None:
        gone = {
            name: one.expires
            for name, one in self.known.items()
            if one.expires < before and one.outcome.done()
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

        Then this returns, or raises, what that did, when it has. RemoteTimeout for one that is not remembered,
        ResourceConstraint where no more can be, BadRequest for one that expires too far ahead, Conflict for a
        token that was another order's: nobody is told of one what became of the other. All of its errors say that
        it was this house that answered.
        """
        if token is None:
            await deed()
            return
        orders = self._senders.setdefault(sender, _Orders())
        digest = blake2b(repr(what).encode(), digest_size=16).digest()
        try:
            if (known := orders.known.get(token.text)) is None:
                self._check(orders, token, expires)
                await _first(orders, token.text, _Remembered(expires, digest), deed)
            elif known.what == digest:
                await _again(known)
            else:
                raise Conflict("This token is another order's.")
        except StanzaError as error:
            raise answered(error) from error

    def _check(self, orders: _Orders, token: OrderToken, expires: datetime) -> None:
        """Raise unless an order that is not known can be carried out, and remembered."""
        now = datetime.now(UTC)
        if token.house not in {"", self.life} or expires <= orders.forgotten:
            raise RemoteTimeout(_FORGOTTEN)
        if expires > now + LONGEST:
            raise BadRequest(parameters={ORDER: "Such an order expires within a day."})
        if not orders.make_room(now):
            raise ResourceConstraint("Too many orders are remembered; give it later.")


async def _again(known: _Remembered) -> None:
    """Return, or raise, what has become of an order."""
    error = await asyncio.shield(known.outcome)
    if error is not None:
        raise on_record(copy.copy(error))


async def _first(orders: _Orders, name: str, order: _Remembered, deed: Deed) -> None:
    """Carry out an order, and remember what has become of it."""
    orders.known[name] = order
    said: StanzaError | None = RemoteTimeout(_FORGOTTEN)  # unless it comes to an end
    try:
        await deed()
        said = None
    except Asked as error:
        del orders.known[name]  # nothing was done, and a repeat may be
        said = error
        raise
    except StanzaError as error:
        said = error
        raise
    except Exception:
        said = InternalServerError()
        raise
    finally:
        # A copy: what it was raised in, with the whole request, is not to be kept for hours.
        order.outcome.set_result(copy.copy(said))
