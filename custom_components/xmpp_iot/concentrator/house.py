"""The concentrator: answers what contacts ask of this house's nodes.

Every method asks the gate first. What a contact may not see does not exist for it; what it may see and
not do is forbidden.
"""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace
from typing import Final, assert_never

from homeassistant.core import HomeAssistant, State
from homeassistant.generated.languages import LANGUAGES
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..contacts.grants import Contact, Grants, Level, Verdict
from ..wire.errors import Forbidden, ItemNotFound, ServiceUnavailable, StanzaError
from ..wire.model import (
    Caller,
    Capabilities,
    Category,
    Command,
    Commands as CommandsAnswer,
    Contains,
    ControlFormRequest,
    ControlRequest,
    DataSource,
    DataSources,
    Done,
    Form,
    NodeInfo,
    NodeRef,
    Nodes,
    Operation,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from .actions import Act, Actions, expiry
from .commands import Commands
from .control import common_form, form_expiry, plan, stamped_expiry
from .fields import FieldReader
from .nodes import SOURCE, NodeDescriber, ref, text_parameter
from .tree import DEVICE_PREFIX, NodeId, Tree, Trees
from .turns import Turns

type FeedAddress = Callable[[str, str], Awaitable[str | None]]  # bare JID, namespace

# How many nodes are read before others get their turn.
_CHUNK: Final = 50
_NOT_FOUND: Final = "There is no such node."


class Concentrator:
    """This house as a concentrator (implements wire.service.Provider)."""

    def __init__(
        self,
        hass: HomeAssistant,
        grants: Grants,
        actions: Actions,
        reader: FieldReader,
        feed_address: FeedAddress,
    ) -> None:
        """Answer for what `grants` lets a caller see and do; `feed_address` says where to follow it."""
        self._hass = hass
        self._grants = grants
        self._actions = actions
        self._feed_address = feed_address
        self._trees = Trees(hass)
        self._nodes = NodeDescriber(hass)
        self._reader = reader
        self._commands = Commands(hass)
        self._turns = Turns()
        self._operations: Mapping[
            Operation, Callable[[Caller, TreeRequest], Awaitable[TreeAnswer]]
        ] = {
            Operation.GET_CAPABILITIES: self._capabilities,
            Operation.GET_ALL_DATA_SOURCES: self._data_sources,
            Operation.GET_ROOT_DATA_SOURCES: self._data_sources,
            Operation.GET_CHILD_DATA_SOURCES: self._child_data_sources,
            Operation.CONTAINS_NODE: self._contains,
            Operation.CONTAINS_NODES: self._contains,
            Operation.GET_NODE: self._get_nodes,
            Operation.GET_NODES: self._get_nodes,
            Operation.GET_ALL_NODES: self._all_nodes,
            Operation.GET_ROOT_NODES: self._root_nodes,
            Operation.GET_CHILD_NODES: self._child_nodes,
            Operation.GET_ANCESTORS: self._ancestors,
            Operation.GET_NODE_COMMANDS: self._node_commands,
            Operation.GET_COMMAND_PARAMETERS: self._command_parameters,
            Operation.EXECUTE_NODE_COMMAND: self._execute,
        }

    def start(self) -> None:
        """Follow the registries."""
        self._trees.async_start()

    def stop(self) -> None:
        """Stop following the registries."""
        self._trees.async_stop()

    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Answer a concentrator request (XEP-0326)."""
        return await self._operations[request.operation](caller, request)

    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Read nodes (XEP-0323); one that cannot be read is a reading with an error.

        ItemNotFound if none of the nodes exists for the caller.
        """
        tree = self._tree(caller)
        if not any(_known(node, tree) for node in request.nodes):
            raise ItemNotFound(_NOT_FOUND)
        for start in range(0, len(request.nodes), _CHUNK):
            # Looked up again: what was taken from the caller meanwhile is not read any more.
            tree = self._tree(caller)
            yield [
                self._reading(node, tree, request)
                for node in request.nodes[start : start + _CHUNK]
            ]

    async def control(self, caller: Caller, request: ControlRequest) -> None:
        """Set parameters (XEP-0325): all is checked for all nodes before anything is done."""
        expires = expiry(caller, stamped_expiry(request))
        async with self._turns.of(node.id for node in request.nodes):
            contact, states = self._permitted(caller, request.nodes, Level.CONTROL)
            acts = [
                Act(
                    contact=contact,
                    entity_id=state.entity_id,
                    action=action,
                    data=data,
                    expires=expires,
                )
                for state in states
                for action, data in plan(request, state)
            ]
            for act in acts:
                self._actions.check(act)
            await self._perform_all(caller, acts)

    async def control_form(self, caller: Caller, request: ControlFormRequest) -> Form:
        """Return the form of the parameters common to the nodes (XEP-0325 getForm)."""
        _, states = self._permitted(caller, request.nodes, Level.CONTROL)
        return common_form(states)

    def _contact(self, caller: Caller) -> Contact:
        if (contact := self._grants.contact(caller.bare)) is None:
            raise ServiceUnavailable
        return contact

    def _tree(self, caller: Caller) -> Tree:
        return self._trees.of(self._grants.view(self._contact(caller).jid))

    def _node(self, caller: Caller, node: NodeRef) -> NodeId:
        """Return the id of a node that exists for the caller."""
        if not _known(node, self._tree(caller)):
            raise ItemNotFound(_NOT_FOUND)
        return node.id

    def _permitted(
        self, caller: Caller, nodes: Iterable[NodeRef], what: Level
    ) -> tuple[Contact, tuple[State, ...]]:
        """Return who asks and the entities, all of which the caller may do `what` to."""
        contact = self._contact(caller)
        return contact, tuple(self._entity(caller, node, what) for node in nodes)

    def _entity(self, caller: Caller, node: NodeRef, what: Level) -> State:
        """Return the state of an entity the caller may do `what` to."""
        node_id = self._node(caller, node)
        # Areas and devices are nodes to look at, without parameters or commands.
        if (state := self._hass.states.get(node_id)) is None:
            raise ItemNotFound(_NOT_FOUND)
        self._demand(caller, node_id, what)
        return state

    def _demand(self, caller: Caller, entity_id: str, what: Level) -> None:
        """Raise unless the gate lets the caller do `what` to the entity now."""
        match self._grants.decide(caller.bare, what, entity_id):
            case Verdict.ALLOWED:
                return
            case Verdict.FORBIDDEN:
                raise Forbidden("Access denied.")
            case Verdict.INVISIBLE:
                raise ItemNotFound(_NOT_FOUND)
            case Verdict.UNKNOWN:
                raise ServiceUnavailable
            case never:
                assert_never(never)

    async def _perform_all(self, caller: Caller, acts: Sequence[Act]) -> None:
        """Perform one after the other; a failure says what was done before it."""
        done: list[str] = []
        for act in acts:
            # Asked again: an earlier action of the same request may have taken its time.
            self._demand(caller, act.entity_id, Level.CONTROL)
            try:
                await self._actions.perform(act)
            except StanzaError as err:
                if not done:
                    raise
                text = f"{err.text.rstrip('.')}. Done before: {', '.join(done)}."
                raise type(err)(text, parameters=err.parameters) from err
            done.append(f"{act.action} of {act.entity_id}")

    def _permits(self, caller: Caller) -> Callable[[str, Level], bool]:
        bare = caller.bare
        return lambda entity_id, what: (
            self._grants.decide(bare, what, entity_id) is Verdict.ALLOWED
        )

    def _reading(self, node: NodeRef, tree: Tree, request: ReadRequest) -> Reading:
        if not _known(node, tree):
            return Reading(node=node, at=dt_util.utcnow(), error=_NOT_FOUND)
        if node.id.startswith(DEVICE_PREFIX):
            return self._device_reading(node, request)
        if (state := self._hass.states.get(node.id)) is None:
            return Reading(node=node, at=dt_util.utcnow(), error="Not readable.")
        return self._reader.entity(
            state, categories=request.categories, names=request.fields
        )

    def _device_reading(self, node: NodeRef, request: ReadRequest) -> Reading:
        device = dr.async_get(self._hass).async_get(
            node.id.removeprefix(DEVICE_PREFIX), include_child_devices=False
        )
        wanted = not request.categories or Category.IDENTITY in request.categories
        if device is None or not wanted:
            return Reading(node=ref(node.id), at=dt_util.utcnow())
        return self._reader.device(device, ref(node.id), request.fields)

    async def _answer(
        self,
        caller: Caller,
        request: TreeRequest,
        pick: Callable[[Tree], Iterable[NodeId]],
    ) -> Nodes:
        """Return the nodes that `pick` finds in the caller's tree, as the caller sees them.

        With parameters asked for, each says where to follow it.
        """
        address = None
        if request.parameters:
            address = await self._feed_address(caller.bare, request.dialect)
        # Looked up only now: what was taken from the caller meanwhile is not there any more.
        tree, permits = self._tree(caller), self._permits(caller)
        described = (
            self._nodes.describe(node, tree, permits)
            for node in pick(tree)
            if node in tree
        )
        return Nodes(
            tuple(
                _trimmed(node, request, address)
                for node in described
                if node is not None
            )
        )

    async def _capabilities(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        return Capabilities(tuple(self._operations))

    async def _data_sources(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        source = DataSource(
            id=SOURCE, name="Entities", last_changed=self._trees.last_changed
        )
        return DataSources((source,))

    async def _child_data_sources(
        self, caller: Caller, request: TreeRequest
    ) -> TreeAnswer:
        _check_source(request.source)
        return DataSources(())

    async def _contains(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        tree, permits = self._tree(caller), self._permits(caller)
        return Contains(
            tuple(
                _known(node, tree)
                and self._nodes.describe(node.id, tree, permits) is not None
                for node in request.nodes
            )
        )

    async def _get_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        nodes = [self._node(caller, node) for node in request.nodes]
        answer = await self._answer(caller, request, lambda _: nodes)
        if len(answer.nodes) < len(nodes):  # one has gone meanwhile
            raise ItemNotFound(_NOT_FOUND)
        return answer

    async def _all_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        _check_source(request.source)
        answer = await self._answer(caller, request, lambda tree: tree.parents)
        if not request.derived_from:
            return answer
        kept = (one for one in answer.nodes if one.node_type in request.derived_from)
        return Nodes(tuple(kept))

    async def _root_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        _check_source(request.source)
        return await self._answer(
            caller, request, lambda tree: tree.children.get(None, ())
        )

    async def _child_nodes(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._node(caller, request.nodes[0])
        return await self._answer(
            caller, request, lambda tree: tree.children.get(node, ())
        )

    async def _ancestors(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._node(caller, request.nodes[0])
        return await self._answer(
            caller,
            request,
            lambda tree: tree.ancestors(node) if node in tree else (),
        )

    async def _node_commands(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        return CommandsAnswer(await self._offered(caller, request))

    async def _offered(
        self, caller: Caller, request: TreeRequest
    ) -> tuple[Command, ...]:
        node = self._node(caller, request.nodes[0])
        if not self._permits(caller)(node, Level.COMMAND):
            return ()
        state = self._entity(caller, request.nodes[0], Level.COMMAND)
        return await self._commands.offered(state, self._language(caller))

    async def _command_parameters(
        self, caller: Caller, request: TreeRequest
    ) -> TreeAnswer:
        state = self._entity(caller, request.nodes[0], Level.COMMAND)
        return await self._commands.form(state, request.command, self._language(caller))

    async def _execute(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        expires = expiry(caller, form_expiry(request.form))
        async with self._turns.of([request.nodes[0].id]):
            contact = self._contact(caller)
            state = self._entity(caller, request.nodes[0], Level.COMMAND)
            data = await self._commands.data(state, request.command, request.form)
            act = Act(
                contact=contact,
                entity_id=state.entity_id,
                action=request.command,
                data=data,
                expires=expires,
            )
            # Asked again: making the data may have taken its time.
            self._demand(caller, act.entity_id, Level.COMMAND)
            await self._actions.perform(act)
        return Done()

    def _language(self, caller: Caller) -> str:
        """Return the caller's language if Home Assistant knows it: it becomes the name of a file."""
        asked = caller.language or ""
        for language in (asked, asked.partition("-")[0]):
            if language in LANGUAGES:
                return language
        return self._hass.config.language


def _known(node: NodeRef, tree: Tree) -> bool:
    """Return whether an address names a node of the tree; the only source may be left out."""
    return node.source in {"", SOURCE} and not node.partition and node.id in tree


def _check_source(source: str) -> None:
    if source not in {"", SOURCE}:
        raise ItemNotFound("There is no such data source.")


def _trimmed(node: NodeInfo, request: TreeRequest, feed: str | None) -> NodeInfo:
    """Return a node with no more than was asked for, and the address of its feed if there is one."""
    followed = () if feed is None else (text_parameter("pubsub", feed),)
    return replace(
        node,
        parameters=(*node.parameters, *followed) if request.parameters else (),
        messages=node.messages if request.messages else (),
    )
