"""Orders of the actions: how surely they are to be carried out, and how long they wait for who is not there."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import voluptuous as vol

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .remote.courier import Order, Standing
from .remote.delivery import EXPIRY, Delivery, Stamp
from .remote.direct import Deed, Place
from .remote.errors import NotSent
from .service_targets import Whom, whom
from .wire.errors import NotConnected, WireError

ATTR_KEEP_FOR: Final = "keep_for"
ATTR_QUALITY: Final = "quality"
LONGEST: Final = timedelta(days=1)  # that an order waits


def _delivery(value: Any) -> Delivery:
    try:
        return Delivery.parse(value)
    except ValueError as err:
        raise vol.Invalid(str(err)) from err


ORDER_FIELDS: Final = {
    vol.Optional(ATTR_QUALITY): _delivery,
    vol.Optional(ATTR_KEEP_FOR): vol.All(
        cv.positive_time_period, vol.Range(min=timedelta(seconds=1), max=LONGEST)
    ),
}

type Prepare[Result] = Callable[[Place, Stamp], Awaitable[Deed[Result]]]


async def ordered[Result](
    call: ServiceCall, asked: Whom, kind: Hashable, prepare: Prepare[Result]
) -> Result | None:
    """Have carried out what `prepare` makes ready; return its answer, None where that is not waited for.

    `kind` says which orders that wait it makes needless. WireError for what goes wrong.
    """
    keep_for: timedelta | None = call.data.get(ATTR_KEEP_FOR)
    wish = _Wish(
        asked=asked,
        kind=kind,
        prepare=prepare,
        delivery=call.data.get(ATTR_QUALITY, asked.delivery),
        expires=dt_util.utcnow() + (keep_for or EXPIRY),
    )
    if keep_for is None:
        return await wish.give_now()
    courier = asked.courier  # a reload ends it

    async def find() -> tuple[Whom, Place]:
        asked.check_there()
        # The right, the entity and the node as they are now: all may be others than when it was asked for.
        now = await whom(call, POLICY_CONTROL)
        return now, await now.place_now()

    with (
        courier.kept(asked.thing) as standing,
        asked.noticing(standing.changed.set),
    ):
        while True:
            now, place = await courier.keep(standing, find, wish.expires)
            try:
                return await replace(wish, asked=now, kept=standing).give(place)
            except NotConnected, NotSent:  # gone again, before anything was sent
                await courier.rest()


@dataclass(frozen=True, slots=True)
class _Ready[Result]:
    """What can be sent, and how surely it is done then."""

    deed: Deed[Result]
    delivery: Delivery
    is_ours: bool
    """Whether it goes to a house like ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish[Result]:
    """What somebody wants done."""

    asked: Whom
    kind: Hashable
    prepare: Prepare[Result]
    delivery: Delivery
    expires: datetime
    kept: Standing | None = None

    async def give_now(self) -> Result | None:
        """Have it carried out, if whoever is asked is there.

        Older ones that wait are not done afterwards, also where it is not: it is known what is wanted by now.
        """
        try:
            ready = await self._made_ready(await self.asked.place())
        except WireError:
            self.asked.courier.overtake(self.asked.thing)
            raise
        return await self._send(ready)

    async def give(self, place: Place) -> Result | None:
        """Have it carried out at a place that was there just now."""
        return await self._send(await self._made_ready(place))

    async def _made_ready(self, place: Place) -> _Ready[Result]:
        """Return it as it can be sent there."""
        delivery, life = self.delivery, ""
        if delivery is Delivery.EXACTLY_ONCE:
            life = await self.asked.life(place)
            if life:
                place = replace(place, assured=True)
            else:  # nobody there remembers what was done
                delivery = Delivery.ACKNOWLEDGED
        deed = await self.prepare(place, Stamp.new(self.expires, life))
        return _Ready(deed, delivery, place.is_ours)

    async def _send(self, ready: _Ready[Result]) -> Result | None:
        deed = ready.deed
        if deed.is_query:
            return await deed.give()
        order = Order(
            node=self.asked.thing,
            kind=self.kind,
            give=deed.give,
            look=self.asked.look,
            expires=self.expires,
            stamped=ready.is_ours,
            kept=self.kept,
        )
        return await self.asked.courier.deliver(order, ready.delivery)
