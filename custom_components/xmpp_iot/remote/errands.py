"""What a linked house is asked to do: it is done when it says so, and what it refuses is an error here."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..wire.errors import WireError
from ..wire.form_model import Submission
from ..wire.model import ControlRequest, NodeRef, Operation, TreeRequest
from ..wire.peer import Peer
from ..wire.report import ReportItem
from .courier import Courier, Order
from .delivery import EXPIRY, Delivery, Stamp
from .devices import Devices
from .errors import as_home_assistant_error
from .follow import read_all
from .node import RemoteNode
from .reports import collected
from .settings import settings
from .thing import Thing
from .typed import typed
from .values import submission

# Seconds in which a node is read when it is not known what was done to it: somebody waits for the answer.
LOOK_WITHIN: Final = 5.0
# Queries at a time: a house like ours refuses a contact's ninth, and a dashboard may ask for more than that.
QUERIES: Final = 4


class Errands(ABC):
    """A house that does what it is asked."""

    def __init__(self, devices: Devices, courier: Courier) -> None:
        """Ask the house that `devices` names; `courier` brings it its orders."""
        self.devices = devices
        self._courier = courier
        self._queries = asyncio.Semaphore(QUERIES)

    @abstractmethod
    def peer(self) -> Peer:
        """Return who is asked; NotConnected while the house is not there."""

    @abstractmethod
    def acted(self, node: RemoteNode) -> None:
        """Look at what was acted upon."""

    @abstractmethod
    def doubt(self, node: RemoteNode) -> None:
        """Look at a node when that can be done: what it shows may not be so any more."""

    @property
    @abstractmethod
    def life(self) -> str:
        """What names the house's memory of orders; empty where that is not known."""

    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Have a command of the node carried out, and return when it is done."""
        ref = (
            node.info.ref
        )  # of a repeat it is the same, also after a renaming: else it is another order

        async def give(stamp: Stamp | None) -> None:
            operation = Operation.EXECUTE_NODE_COMMAND
            frame = stamp.form if stamp else {}
            await self.peer().tree(_command(operation, ref, action, data, frame))

        await self._order(node, ("execute", action, *sorted(data)), give)

    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Return the report of a query of the node, which waits for its turn."""
        async with self._queries:
            frame = Stamp.new().expiry if node.domain else {}
            operation = Operation.EXECUTE_NODE_QUERY
            request = _command(operation, node.info.ref, action, data, frame)
            try:
                async with aclosing(self.peer().query(request)) as parts:
                    return await collected(parts)
            except WireError as err:
                raise as_home_assistant_error(err, self.devices.title) from err

    async def control(self, node: RemoteNode, parameters: Mapping[str, Any]) -> None:
        """Have control parameters set."""
        # (of a foreign node the types are those that its form says)
        said = typed(parameters, node.form) if node.form else settings(parameters)
        ref = node.info.ref

        async def give(stamp: Stamp | None) -> None:
            also = settings(stamp.parameters) if stamp else ()
            request = ControlRequest(nodes=(ref,), settings=(*said, *also))
            await self.peer().control(request)

        await self._order(node, ("control", *sorted(parameters)), give)

    async def look(self, node: RemoteNode) -> None:
        """Read how a node is, now if that is quick."""
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                ref = node.info.ref
                await read_all(self.peer(), (ref,), self.devices.store.take)
        except TimeoutError, WireError:
            self.doubt(node)

    async def _order(
        self,
        node: RemoteNode,
        kind: Hashable,
        give: Callable[[Stamp | None], Awaitable[None]],
    ) -> None:
        """Have an order for a node carried out, as surely as is chosen for the house."""
        thing = Thing.of(self.devices.house, node)
        stamp = Stamp.new(life=self.life) if node.domain else None
        delivery = self.devices.delivery
        if delivery is Delivery.EXACTLY_ONCE and not self.life:
            delivery = Delivery.ACKNOWLEDGED
        order = Order(
            node=thing,
            kind=kind,
            give=partial(give, stamp),
            look=partial(self.look, node),
            expires=stamp.expires if stamp else dt_util.utcnow() + EXPIRY,
            stamped=stamp is not None,
        )
        try:
            self._courier.overtake(thing)  # also where the house is not there
            self.peer()
            await self._courier.deliver(order, delivery)
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err
        self.acted(node)


def _command(
    operation: Operation,
    node: NodeRef,
    action: str,
    data: Mapping[str, Any],
    frame: Submission,
) -> TreeRequest:
    """Return a command; what frames it says to a house like ours until when, and which order it is."""
    form = {**submission(data), **frame}
    return TreeRequest(
        operation=operation,
        nodes=(node,),
        command=action,
        form=form or None,
    )
