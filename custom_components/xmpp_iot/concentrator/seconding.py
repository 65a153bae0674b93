"""A second opinion of what the gate has allowed: what of it is asked, and in which words.

It is asked before it is anybody's turn, and again right before the deed: who waits for an answer keeps nobody
else waiting, and the second time it is usually remembered. Without a server to ask nothing is done here.
"""

from dataclasses import replace

from ..contacts.opinion import SecondOpinion
from ..wire.errors import Forbidden
from ..wire.model import (
    HISTORICAL,
    Caller,
    Category,
    ControlRequest,
    NodeRef,
    ReadRequest,
    TreeRequest,
)
from ..wire.provisioning_model import PRESENT
from .commands import FRAME
from .guard import DENIED, Guard


class Seconding:
    """Has a second opinion asked about the wishes of callers; its errors are those of `SecondOpinion`."""

    def __init__(self, guard: Guard, opinion: SecondOpinion | None) -> None:
        """Ask `opinion` about what exists for a caller by `guard`; without one nobody is asked."""
        self._guard = guard
        self._opinion = opinion

    @property
    def asks(self) -> bool:
        """Whether anybody is asked: then it takes its time, and the gate is to be asked again."""
        return self._opinion is not None and self._opinion.server is not None

    async def reads(self, caller: Caller, request: ReadRequest) -> ReadRequest:
        """Return what of a readout is allowed, of the nodes that the caller sees; Forbidden if nothing is."""
        seen = replace(request, nodes=self._guard.visible(caller, request.nodes))
        if self._opinion is None or not seen.nodes:
            return seen
        return await self._opinion.async_reads(caller.bare, seen)

    async def knows(self, caller: Caller, node: NodeRef, *, past: bool) -> None:
        """Raise Forbidden unless all of the past, or of the present, of a node may be known.

        Half of a report is none.
        """
        categories: frozenset[Category] = HISTORICAL if past else PRESENT
        asked = ReadRequest(id="", nodes=(node,), categories=categories)
        if await self.reads(caller, asked) != asked:
            raise Forbidden(DENIED)

    async def controls(self, caller: Caller, request: ControlRequest) -> None:
        """Raise Forbidden unless all that a control request sets may be set, on all of its nodes."""
        names = {one.name for one in request.settings} | set(request.form or ())
        await self._orders(caller, request.nodes, names - FRAME)

    async def commands(self, caller: Caller, request: TreeRequest) -> None:
        """Raise Forbidden unless a command may be given: it counts as a parameter of its name."""
        await self._orders(caller, request.nodes[:1], {request.command})

    async def edits(self, caller: Caller, request: TreeRequest) -> None:
        """Raise Forbidden unless a node may be given what a form says, as if those were parameters of it."""
        names = set(request.form or ()) - FRAME
        await self._orders(caller, request.nodes[:1], names)

    async def _orders(
        self, caller: Caller, nodes: tuple[NodeRef, ...], names: set[str]
    ) -> None:
        if self._opinion is not None:
            await self._opinion.async_controls(caller.bare, nodes, names)
