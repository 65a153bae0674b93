"""Orders, and a house that is given them: what it answers is made up."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from custom_components.xmpp_iot.remote.courier import Courier, Order, Standing
from custom_components.xmpp_iot.remote.delivery import Delivery
from custom_components.xmpp_iot.remote.thing import Thing
from custom_components.xmpp_iot.wire.assurance import answered
from custom_components.xmpp_iot.wire.errors import RemoteError, StanzaError, WireError
from custom_components.xmpp_iot.wire.model import NodeRef
from homeassistant.util import dt as dt_util

SURELY = Delivery.EXACTLY_ONCE
BOUNCE = RemoteError("recipient-unavailable", "wait")
TIMEOUT = RemoteError("remote-server-timeout", "wait")
UNREACHED = RemoteError("remote-server-not-found", "cancel")


def thing(node: str) -> Thing:
    """Return a node of the house."""
    return Thing("house", NodeRef(node))


def from_house(error: StanzaError) -> RemoteError:
    """Return the error as it comes from the house itself."""
    made = RemoteError(error.condition, error.kind, error.text)
    made.children = answered(error).children
    return made


@dataclass
class House:
    """Who is given orders, and what is seen of it."""

    says: list[WireError | None] = field(default_factory=list)
    """What it answers, one after the other; None is that it is done. Then nothing any more."""
    given: list[str] = field(default_factory=list)
    looked: int = 0
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    given_twice: asyncio.Event = field(default_factory=asyncio.Event)

    def order(
        self,
        name: str = "order",
        *,
        node: str = "lamp",
        kind: str = "",
        within: float = 10,
        stamped: bool = True,
        kept: Standing | None = None,
    ) -> Order[str]:
        """Return an order."""

        async def give() -> str:
            self.given.append(name)
            if len(self.given) == 2:
                self.given_twice.set()
            if not self.says:
                await self.silent.wait()
            elif (error := self.says.pop(0)) is not None:
                raise error
            return name

        async def look() -> None:
            self.looked += 1

        return Order(
            node=thing(node),
            kind=kind or name,
            give=give,
            look=look,
            expires=dt_util.utcnow() + timedelta(seconds=within),
            stamped=stamped,
            kept=kept,
        )


async def ends(courier: Courier, order: Order[str], delivery: Delivery) -> object:
    """Return how an order ends: what is answered, or what is raised."""
    try:
        return await courier.deliver(order, delivery)
    except WireError as err:
        return err
