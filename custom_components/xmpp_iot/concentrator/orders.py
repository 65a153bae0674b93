"""Orders in: control (XEP-0325) and commands (XEP-0326 section 3.6) of those who may give them.

Who asks first is served first. Everything is checked before anything is done, and the gate is asked again
after whatever took its time: the owner's answer, a second opinion, a turn. What comes again is done once.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from ..contacts.grants import Level
from ..wire.assurance import answered
from ..wire.errors import BadRequest, Forbidden, InternalServerError, StanzaError
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
from ..wire.once import End, Once, Unfinished
from ..wire.order_token import OrderToken
from .actions import Act, expiry
from .commands import EXPIRES
from .control import (
    common_form,
    form_expiry,
    form_token,
    meaning,
    plan,
    stamped_expiry,
    stamped_token,
)
from .operations import Performs
from .workshop import Workshop


class Orders:
    """Carries out what callers order."""

    def __init__(self, shop: Workshop, once: Once) -> None:
        """Carry out what the gate lets a caller do; `once` remembers it."""
        self._once = once
        self._guard = shop.guard
        self._actions = shop.actions
        self._asking = shop.asking
        self._second = shop.second
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
        token = stamped_token(request)
        expires = _until(caller, stamped_expiry(request), token)
        deed = partial(self._control, caller, request, expires)
        what = meaning(request.nodes, request.form, request.settings)
        await self._once.do(caller.bare, token, expires, what=what, deed=deed)

    async def _control(
        self, caller: Caller, request: ControlRequest, expires: datetime
    ) -> None:
        # Asked before the turn too: who may not would else learn by waiting what others do there.
        self._guard.open_to(caller, request.nodes, Level.CONTROL)
        if self._asking.may_ask(caller):
            await self._asking.ask(self._planned(caller, request, expires))
        if self._second.asks:
            await self._agreed(caller, request, expires)
        async with self._turns.of(node.id for node in request.nodes):
            await self._perform_all(await self._agreed(caller, request, expires))

    async def _agreed(
        self, caller: Caller, request: ControlRequest, expires: datetime
    ) -> list[Act]:
        """Return what a request means to do, as things are now, once all agree to it."""
        acts = self._checked(caller, request, expires)
        if not self._second.asks:
            return acts
        await self._second.controls(caller, request)
        return self._checked(caller, request, expires)

    def _checked(
        self, caller: Caller, request: ControlRequest, expires: datetime
    ) -> list[Act]:
        """Return what a request means to do, all of which can be carried out now."""
        acts = self._planned(caller, request, expires)
        for act in acts:
            self._actions.check(act)
        return acts

    def _planned(
        self, caller: Caller, request: ControlRequest, expires: datetime
    ) -> list[Act]:
        """Return what a request means to do, as things are now."""
        contact, states = self._guard.open_to(caller, request.nodes, Level.CONTROL)
        return [
            Act(
                contact=contact,
                level=Level.CONTROL,
                entity_id=state.entity_id,
                action=action,
                data=data,
                expires=expires,
                asker=caller.jid,
            )
            for state in states
            for action, data in plan(request, state)
        ]

    async def control_form(self, caller: Caller, request: ControlFormRequest) -> Form:
        """Return the form of the parameters common to the nodes."""
        self._guard.open_to(caller, request.nodes, Level.CONTROL)
        language = await self._localizer.load(caller, (it.id for it in request.nodes))
        _, states = self._guard.open_to(caller, request.nodes, Level.CONTROL)
        return language.labelled(common_form(states, request.draft), states[0])

    async def _perform_all(self, acts: Sequence[Act]) -> None:
        """Perform one after the other; a failure says what was done before it."""
        done: list[str] = []
        for number, act in enumerate(acts, 1):
            name = f"{act.action} of {act.entity_id}"
            try:
                await self._actions.perform(act)
            except StanzaError as err:
                made = _after(done, err) if done else err
                if isinstance(err, Unfinished) and isinstance(made, Unfinished):
                    made.end = _whole(err.end, done, name, last=number == len(acts))
                if made is err:
                    raise
                raise made from err
            done.append(name)

    async def _node_commands(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        node = self._guard.node(caller, request.nodes[0])
        if not self._guard.permits(caller.bare, asking=True)(node, Level.COMMAND):
            return CommandsAnswer(())
        state = self._guard.entity(caller, request.nodes[0], Level.COMMAND, asking=True)
        language = await self._localizer.load(caller, (node,))
        offered = await self._commands.offered(state, language.code)
        self._guard.demand(caller, node, Level.COMMAND, asking=True)
        able = [one for one in offered if self._guard.offers(caller, node, one.id)]
        # Of its past the owner is not asked.
        if self._guard.permits(caller.bare)(node, Level.COMMAND):
            able += self._offers.offered(state, language.code)
        return CommandsAnswer(tuple(able))

    async def _command_parameters(
        self, caller: Caller, request: TreeRequest
    ) -> TreeAnswer:
        node, command = request.nodes[0], request.command
        state = self._guard.entity(caller, node, Level.COMMAND, asking=True)
        language = await self._localizer.load(caller, (node.id,))
        if any(one.id == command for one in self._offers.offered(state, language.code)):
            form = await self._offers.form(state, command, language.code)
        else:
            form = await self._commands.form(
                state, command, language.code, request.form
            )
        self._guard.demand(caller, node.id, Level.COMMAND, asking=True)
        if not self._guard.offers(caller, node.id, command):
            raise Forbidden("Access denied.")
        return language.form(form, state)

    async def _execute(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        token = form_token(request.form)
        expires = _until(caller, form_expiry(request.form), token)
        deed = partial(self._command, caller, request, expires)
        what = meaning(request.nodes, request.form, command=request.command)
        await self._once.do(caller.bare, token, expires, what=what, deed=deed)
        return Done()

    async def _command(
        self, caller: Caller, request: TreeRequest, expires: datetime
    ) -> None:
        node = request.nodes[0]
        self._guard.entity(caller, node, Level.COMMAND, asking=True)
        if self._asking.may_ask(caller):
            await self._asking.ask([await self._ordered(caller, request, expires)])
        if self._second.asks:
            await self._agreed_order(caller, request, expires)
        async with self._turns.of([node.id]):
            act = await self._agreed_order(caller, request, expires)
            await self._actions.perform(act)

    async def _agreed_order(
        self, caller: Caller, request: TreeRequest, expires: datetime
    ) -> Act:
        """Return what a command means to do, as things are now, once all agree to it."""
        act = await self._ordered(caller, request, expires)
        if not self._second.asks:
            return act
        self._actions.check(act)
        await self._second.commands(caller, request)
        return await self._ordered(caller, request, expires)

    async def _ordered(
        self, caller: Caller, request: TreeRequest, expires: datetime
    ) -> Act:
        """Return what a command means to do, as things are now."""
        contact = self._guard.contact(caller)
        state = self._guard.entity(caller, request.nodes[0], Level.COMMAND, asking=True)
        order = await self._commands.order(state, request.command, request.form)
        if order.answers:
            raise BadRequest("It is a query.")
        return Act(
            contact=contact,
            level=Level.COMMAND,
            entity_id=state.entity_id,
            action=order.action,
            data=order.data,
            expires=expires,
            asker=caller.jid,
        )


def _until(
    caller: Caller, stamped: datetime | None, token: OrderToken | None
) -> datetime:
    """Return until when an order may be begun; BadRequest for one with a token that does not say so.

    Without a token it has its ten seconds from when it came. With one it would have them anew with each
    repeat, and the memory of tokens, which ends some time after the expiry, could be outlasted: it would be
    done twice. As its sender stamped it once it expires once, whatever that one's clock shows.
    """
    if token is not None and stamped is None:
        wrong = {EXPIRES: "An order with a token says until when it may be begun."}
        raise answered(BadRequest(parameters=wrong))
    return expiry(caller, stamped)


def _after(done: Sequence[str], error: StanzaError) -> StanzaError:
    """Return an error that says what was done before it."""
    text = f"{error.text.rstrip('.')}. Done before: {', '.join(done)}."
    made = type(error)(text, parameters=error.parameters)
    made.on_record = error.on_record
    return made


def _whole(
    end: End | None, done: Sequence[str], name: str, *, last: bool
) -> End | None:
    """Return how an order ends of which an action takes too long: what comes after that is not done any more."""
    if end is None or (last and not done):
        return end
    whole: End = end.get_loop().create_future()

    def tell(end: End) -> None:
        error = end.result()
        if error is not None:
            error = _after(done, error) if done else error
        elif not last:
            rest = InternalServerError("It took too long, so the rest was not done.")
            error = _after([*done, name], rest)
        whole.set_result(error)

    end.add_done_callback(tell)
    return whole
