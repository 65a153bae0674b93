"""A device without a concentrator, asked as if it were a concentrator with one node: itself.

Such a device (XEP-0323, XEP-0325) has no addresses inside: requests to it name no node, and it names itself
in its data as it likes, or not at all.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import override

from ..wire.control import Affected
from ..wire.errors import RemoteError
from ..wire.form_model import Form
from ..wire.fragments import DEVICE
from ..wire.happening import SourceSubscription
from ..wire.model import (
    Commands,
    ControlRequest,
    DataSource,
    DataSources,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from ..wire.peer import ANSWER_WITHIN, Peer, Peers
from .acquaintance import Acquaintance


def peer_of(peers: Peers, known: Acquaintance) -> Peer:
    """Return whom to ask: a concentrator, or a device as if it were one."""
    if known.concentrator:
        return peers.peer(known.jid, known.dialect)
    return DevicePeer(peers, known)


class DevicePeer(Peer):
    """A device that is its only node."""

    def __init__(self, peers: Peers, known: Acquaintance) -> None:
        """Ask the device that somebody turned out to be."""
        super().__init__(peers, known.jid, known.dialect)
        bare = known.jid.partition("/")[0]
        self._info = NodeInfo(
            ref=DEVICE,
            node_type="",
            display_name=known.name or bare,
            is_readable=known.readable,
            is_controllable=known.controllable,
        )

    @override
    async def tree(
        self, request: TreeRequest, *, timeout: float = ANSWER_WITHIN
    ) -> TreeAnswer:
        """Answer for the device what a concentrator would say; it has no commands."""
        answers: dict[Operation, TreeAnswer] = {
            Operation.GET_ALL_DATA_SOURCES: DataSources((DataSource(id="", name=""),)),
            Operation.GET_ALL_NODES: Nodes((self._info,)),
            Operation.GET_NODE: Nodes((self._info,)),
            Operation.GET_NODE_COMMANDS: Commands(()),
        }
        if (answer := answers.get(request.operation)) is None:
            raise RemoteError("feature-not-implemented", "cancel")
        return answer

    @override
    async def follow_nodes(self, wish: SourceSubscription) -> None:
        """Raise RemoteError: nothing ever happens to its nodes."""
        raise RemoteError("feature-not-implemented", "cancel")

    @override
    async def control(self, request: ControlRequest) -> Affected:
        """Have the device's parameters set."""
        return await super().control(replace(request, nodes=()))

    @override
    async def control_form(self, *nodes: NodeRef) -> Form:
        """Return the form of the device's parameters."""
        return await super().control_form()

    @override
    async def read(self, request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        """Yield what the device reads, as its node's, by whatever name it goes."""
        asked = replace(request, nodes=())
        async with aclosing(super().read(asked)) as parts:
            async for readings in parts:
                yield tuple(replace(one, node=DEVICE) for one in readings)
