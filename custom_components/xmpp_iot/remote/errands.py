"""What a linked house is asked to do: it is done when it says so, and what it refuses is an error here."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..wire.errors import WireError
from ..wire.model import ControlRequest, Operation, TreeRequest
from ..wire.peer import Peer
from ..wire.report import ReportItem
from .devices import Devices
from .errors import as_home_assistant_error
from .node import RemoteNode
from .reports import collected
from .settings import settings
from .typed import typed
from .values import form_text, submission

EXPIRES: Final = "expires"
# Until when the other house may begin what it is asked.
EXPIRY: Final = timedelta(seconds=10)
# Queries at a time: a house like ours refuses a contact's ninth, and a dashboard may ask for more than that.
QUERIES: Final = 4


class Errands(ABC):
    """A house that does what it is asked."""

    def __init__(self, devices: Devices) -> None:
        """Ask the house that `devices` names."""
        self.devices = devices
        self._queries = asyncio.Semaphore(QUERIES)

    @abstractmethod
    def peer(self) -> Peer:
        """Return who is asked; NotConnected while the house is not there."""

    @abstractmethod
    def acted(self, node: RemoteNode) -> None:
        """Look at what was acted upon."""

    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Have a command of the node carried out, and return when it is done."""
        try:
            await self.peer().tree(
                _command(Operation.EXECUTE_NODE_COMMAND, node, action, data)
            )
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err
        self.acted(node)

    async def query(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> Sequence[ReportItem]:
        """Return the report of a query of the node, which waits for its turn."""
        async with self._queries:
            request = _command(Operation.EXECUTE_NODE_QUERY, node, action, data)
            try:
                async with aclosing(self.peer().query(request)) as parts:
                    return await collected(parts)
            except WireError as err:
                raise as_home_assistant_error(err, self.devices.title) from err

    async def control(self, node: RemoteNode, parameters: Mapping[str, Any]) -> None:
        """Have control parameters set."""
        if node.domain:
            parameters = {**parameters, EXPIRES: dt_util.utcnow() + EXPIRY}
        # (of a foreign node the types are those that its form says)
        said = typed(parameters, node.form) if node.form else settings(parameters)
        request = ControlRequest(nodes=(node.info.ref,), settings=said)
        try:
            await self.peer().control(request)
        except WireError as err:
            raise as_home_assistant_error(err, self.devices.title) from err
        self.acted(node)


def _command(
    operation: Operation, node: RemoteNode, action: str, data: Mapping[str, Any]
) -> TreeRequest:
    """Return a command; of a house like ours with its expiry: done late would be worse than not at all."""
    form = dict(submission(data))
    if node.domain:
        form[EXPIRES] = (form_text(dt_util.utcnow() + EXPIRY),)
    return TreeRequest(
        operation=operation,
        nodes=(node.info.ref,),
        command=action,
        form=form or None,
    )
