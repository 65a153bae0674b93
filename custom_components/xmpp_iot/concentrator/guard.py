"""Whom a request is from, what of the house exists for them, and what they may do to it.

Every part of the concentrator asks here first, and again after whatever took its time. What a contact may
not see does not exist for it; what it may see and not do is forbidden.
"""

from collections.abc import Collection, Iterable
from typing import Final, assert_never

from homeassistant.core import HomeAssistant, State

from ..contacts.grants import Contact, Grants, Level, Permits, Verdict
from ..contacts.index import Rows
from ..contacts.moving import async_closed_areas
from ..wire.errors import Forbidden, ItemNotFound, ServiceUnavailable
from ..wire.model import Caller, NodeRef
from .nodes import SOURCE
from .tree import AREA_PREFIX, NodeId, Tree, Trees

NOT_FOUND: Final = "There is no such node."
DENIED: Final = "Access denied."


def known(node: NodeRef, tree: Tree) -> bool:
    """Return whether an address names a node of the tree; the only source may be left out."""
    return node.source in {"", SOURCE} and not node.partition and node.id in tree


def check_source(source: str) -> None:
    """Raise ItemNotFound unless this is the only source, whose name may be left out."""
    if source not in {"", SOURCE}:
        raise ItemNotFound("There is no such data source.")


class Guard:
    """Asks the gate, for all parts of the concentrator."""

    def __init__(self, hass: HomeAssistant, grants: Grants, trees: Trees) -> None:
        """Let callers see and do what `grants` says, in the trees of their views."""
        self._hass = hass
        self._grants = grants
        self._trees = trees

    def contact(self, caller: Caller) -> Contact:
        """Return who asks; ServiceUnavailable if it is no contact."""
        if (contact := self._grants.contact(caller.bare)) is None:
            raise ServiceUnavailable
        return contact

    def rights(self, caller: Caller) -> Rows:
        """Return what the caller may do to what now, the very same while nothing changes; else as `contact`."""
        return self._grants.rights(self.contact(caller).jid)

    def tree(self, caller: Caller) -> Tree:
        """Return what exists for the caller now; ServiceUnavailable if it is no contact."""
        return self.view(self.contact(caller).jid)

    def view(self, bare: str) -> Tree:
        """Return what exists for a contact now; nothing does for who is none."""
        return self._trees.of(self._grants.view(bare))

    def node(self, caller: Caller, node: NodeRef) -> NodeId:
        """Return the id of a node that exists for the caller, else raise ItemNotFound."""
        if not known(node, self.tree(caller)):
            raise ItemNotFound(NOT_FOUND)
        return node.id

    def visible(self, caller: Caller, nodes: Iterable[NodeRef]) -> tuple[NodeRef, ...]:
        """Return those of the nodes that the caller may read now: areas have nothing to read."""
        if self._grants.contact(caller.bare) is None:
            return ()
        tree = self.tree(caller)
        return tuple(
            node
            for node in nodes
            if known(node, tree) and not node.id.startswith(AREA_PREFIX)
        )

    def open_to(
        self, caller: Caller, nodes: Iterable[NodeRef], what: Level
    ) -> tuple[Contact, tuple[State, ...]]:
        """Return who asks and the entities, to all of which the caller may do `what`, or ask the owner to."""
        contact = self.contact(caller)
        return contact, tuple(
            self.entity(caller, node, what, asking=True) for node in nodes
        )

    def entity(
        self, caller: Caller, node: NodeRef, what: Level, *, asking: bool = False
    ) -> State:
        """Return the state of an entity the caller may do `what` to; `asking`: or ask the owner to."""
        node_id = self.node(caller, node)
        # Areas and devices are nodes to look at, without parameters or commands.
        if (state := self._hass.states.get(node_id)) is None:
            raise ItemNotFound(NOT_FOUND)
        self.demand(caller, node_id, what, asking=asking)
        return state

    def demand(
        self, caller: Caller, entity_id: str, what: Level, *, asking: bool = False
    ) -> None:
        """Raise unless the gate lets the caller do `what` to the entity now; `asking`: or ask the owner to."""
        verdict = self._grants.decide(caller.bare, what, entity_id).verdict
        if not (asking and verdict is Verdict.ASK):
            require(verdict)

    def permits(
        self, bare: str, *, asking: bool = False, lasting: bool = False
    ) -> Permits:
        """Return what says whether a contact may do something to an entity now.

        `asking`: or may ask to; `lasting`: any number of times.
        """
        enough = {Verdict.ALLOWED, Verdict.ASK} if asking else {Verdict.ALLOWED}

        def permits(entity_id: str, what: Level) -> bool:
            decision = self._grants.decide(bare, what, entity_id)
            wears = decision.grant is not None and decision.grant.uses is not None
            return decision.verdict in enough and not (lasting and wears)

        return permits

    def closed_areas(
        self, caller: Caller, entities: Collection[str], areas: Collection[str]
    ) -> frozenset[str]:
        """Return the areas where somebody would get more of the entities than the caller has."""
        return async_closed_areas(
            self._hass, self._grants, caller.bare, entities, areas
        )

    def offers(self, caller: Caller, entity_id: str, action: str) -> bool:
        """Return whether the caller can have an action of Home Assistant's done, or ask the owner to."""
        decision = self._grants.decide(caller.bare, Level.COMMAND, entity_id, action)
        return decision.verdict in {Verdict.ALLOWED, Verdict.ASK}


def require(verdict: Verdict) -> None:
    """Raise what a contact is told of a verdict, unless that allows what it asks for."""
    match verdict:
        case Verdict.ALLOWED:
            return
        case Verdict.ASK | Verdict.FORBIDDEN:
            raise Forbidden(DENIED)
        case Verdict.INVISIBLE:
            raise ItemNotFound(NOT_FOUND)
        case Verdict.UNKNOWN:
            raise ServiceUnavailable
        case never:
            assert_never(never)
