"""Orders in: control (XEP-0325) and commands (XEP-0326 section 3.6) of those who may give them.

Who asks first is served first. Everything is checked before anything is done, and the gate is asked again
after whatever took its time.
"""

from collections.abc import Sequence

from ..contacts.grants import Level
from ..wire.errors import BadRequest, StanzaError
from ..wire.form_model import Form
from ..wire.model import (
    Caller,
    Commands as CommandsAnswer,
    ControlFormRequest,
    ControlRequest,
    Done,
    Operation,
    TreeAnswer,
    TreeRequest,
)
from .actions import Act, expiry
from .control import common_form, form_expiry, plan, stamped_expiry
from .operations import Performs
from .workshop import Workshop


class Orders:
    """Carries out what callers order."""

    def __init__(self, shop: Workshop) -> None:
        """Carry out what the gate lets a caller do."""
        self._guard = shop.guard
        self._actions = shop.actions
        self._turns = shop.turns
        self._commands = shop.commands
        self._offers = shop.offers
        self._localizer = shop.localizer

    @property
    def operations(self) -> Performs:
        """Who performs what."""
        return {
            Operation.GET_NODE_COMMANDS: self._node_commands,
            Operation.GET_COMMAND_PARAMETERS: self._command_parameters,
            Operation.EXECUTE_NODE_COMMAND: self._execute,
        }

    async def control(self, caller: Caller, request: ControlRequest) -> None:
        """Set parameters: all is checked for all nodes before anything is done."""
        expires = expiry(caller, stamped_expiry(request))
        # Asked before the turn too: who may not would else learn by waiting what others do there.
        self._guard.permitted(caller, request.nodes, Level.CONTROL)
        async with self._turns.of(node.id for node in request.nodes):
            contact, states = self._guard.permitted(
                caller, request.nodes, Level.CONTROL
            )
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
        """Return the form of the parameters common to the nodes."""
        self._guard.permitted(caller, request.nodes, Level.CONTROL)
        language = await self._localizer.load(caller, (it.id for it in request.nodes))
        _, states = self._guard.permitted(caller, request.nodes, Level.CONTROL)
        return language.labelled(common_form(states, request.draft), states[0])

    async def _perform_all(self, caller: Caller, acts: Sequence[Act]) -> None:
        """Perform one after the other; a failure says what was done before it."""
        done: list[str] = []
        for act in acts:
            # Asked again: an earlier action of the same request may have taken its time.
            self._guard.demand(caller, act.entity_id, Level.CONTROL)
            try:
                await self._actions.perform(act)
            except StanzaError as err:
                if not done:
                    raise
                text = f"{err.text.rstrip('.')}. Done before: {', '.join(done)}."
                raise type(err)(text, parameters=err.parameters) from err
            done.append(f"{act.action} of {act.entity_id}")

    async def _node_commands(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._guard.node(caller, request.nodes[0])
        if not self._guard.permits(caller.bare)(node, Level.COMMAND):
            return CommandsAnswer(())
        state = self._guard.entity(caller, request.nodes[0], Level.COMMAND)
        language = await self._localizer.load(caller, (node,))
        offered = await self._commands.offered(state, language.code)
        self._guard.demand(caller, node, Level.COMMAND)
        return CommandsAnswer((*offered, *self._offers.offered(state, language.code)))

    async def _command_parameters(
        self, caller: Caller, request: TreeRequest
    ) -> TreeAnswer:
        node, command = request.nodes[0], request.command
        state = self._guard.entity(caller, node, Level.COMMAND)
        language = await self._localizer.load(caller, (node.id,))
        if any(one.id == command for one in self._offers.offered(state, language.code)):
            form = await self._offers.form(state, command, language.code)
        else:
            form = await self._commands.form(
                state, command, language.code, request.form
            )
        self._guard.demand(caller, node.id, Level.COMMAND)
        return language.form(form, state)

    async def _execute(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        expires = expiry(caller, form_expiry(request.form))
        self._guard.entity(caller, request.nodes[0], Level.COMMAND)
        async with self._turns.of([request.nodes[0].id]):
            contact = self._guard.contact(caller)
            state = self._guard.entity(caller, request.nodes[0], Level.COMMAND)
            order = await self._commands.order(state, request.command, request.form)
            if order.answers:
                raise BadRequest("It is a query.")
            act = Act(
                contact=contact,
                entity_id=state.entity_id,
                action=order.action,
                data=order.data,
                expires=expires,
            )
            # Asked again: making the data may have taken its time.
            self._guard.demand(caller, act.entity_id, Level.COMMAND)
            await self._actions.perform(act)
        return Done()
