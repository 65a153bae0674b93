"""Queries (XEP-0326 section 3.6.6): what an entity was, what happened to it, what an action answers.

They are commands, so they are for those who may command, in turn, and not after their time. Reports are
long: the gate is asked again before each part of one.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import State

from ..contacts.grants import Level
from ..wire.errors import BadRequest
from ..wire.model import Caller, TreeRequest
from ..wire.report import ReportItem
from .actions import Act, expiry, in_time
from .commands import Order
from .control import form_expiry
from .responses import report
from .workshop import Workshop


class Queries:
    """Runs the queries of callers."""

    def __init__(self, shop: Workshop) -> None:
        """Ask for what the gate lets a caller know."""
        self._guard = shop.guard
        self._actions = shop.actions
        self._second = shop.second
        self._turns = shop.turns
        self._commands = shop.commands
        self._offers = shop.offers
        self._localizer = shop.localizer

    async def run(
        self, caller: Caller, request: TreeRequest
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        """Yield the report of a query in parts.

        Before the first: ItemNotFound where the entity has no such command, BadRequest where it is none that
        answers, NotAcceptable with what is wrong with the form, Expired for one that comes too late. Then
        the error of the gate, when the caller may not know any more.
        """
        async with aclosing(self._parts(caller, request)) as parts:
            async for part in parts:
                # Asked again: reading a part may have taken its time, and sending the one before.
                self._guard.demand(caller, request.nodes[0].id, Level.COMMAND)
                yield part

    async def _parts(
        self, caller: Caller, request: TreeRequest
    ) -> AsyncGenerator[Sequence[ReportItem]]:
        node = request.nodes[0]
        expires = expiry(caller, form_expiry(request.form))
        # Asked before the turn too: who may not would else learn by waiting what others do there.
        self._guard.entity(caller, node, Level.COMMAND)
        language = await self._localizer.load(caller, (node.id,))
        if self._second.asks:
            await self._agree(caller, request, language.code)
        # The turn is over when the report begins: that may go on for long, and changes nothing.
        async with self._turns.of([node.id]):
            in_time(expires)
            if self._second.asks:  # as a rule it is remembered
                await self._agree(caller, request, language.code)
            state = self._guard.entity(caller, node, Level.COMMAND)
            answer = None
            if not self._is_offered(state, request.command, language.code):
                answer = await self._answer(caller, request, state, expires)
        if answer is not None:
            for part in report(str(state.name), answer):
                yield part
            return
        permits = self._guard.permits(caller.bare)
        # Like what actions answer: on record, and not in the logbook.
        await self._actions.note(
            self._guard.contact(caller),
            request.command,
            {ATTR_ENTITY_ID: state.entity_id, ATTR_NAME: str(state.name)},
            (state.entity_id,),
            asker=caller.jid,
            changes=False,
        )
        made = self._offers.run(
            state,
            request.command,
            request.form,
            language.code,
            sees=lambda entity_id: permits(entity_id, Level.READ),
        )
        async with aclosing(made) as parts:
            async for part in parts:
                yield part

    async def _agree(self, caller: Caller, request: TreeRequest, language: str) -> None:
        """Have a second opinion of a query that could be run now; Forbidden if it is against it."""
        node, command = request.nodes[0], request.command
        state = self._guard.entity(caller, node, Level.COMMAND)
        if self._is_offered(state, command, language):
            past = not self._offers.is_picture(state, command)
            await self._second.knows(caller, node, past=past)
            return
        order = await self._commands.order(state, command, request.form)
        _check_answers(order)
        await self._second.commands(caller, request)

    def _is_offered(self, state: State, command: str, language: str) -> bool:
        """Return whether a query is one that no action answers."""
        return any(it.id == command for it in self._offers.offered(state, language))

    async def _answer(
        self, caller: Caller, request: TreeRequest, state: State, expires: datetime
    ) -> Mapping[str, object]:
        """Return what an action that answers has to say of an entity."""
        order = await self._commands.order(state, request.command, request.form)
        _check_answers(order)
        act = Act(
            contact=self._guard.contact(caller),
            level=Level.COMMAND,
            entity_id=state.entity_id,
            action=order.action,
            data=order.data,
            expires=expires,
            asker=caller.jid,
            answers=True,
        )
        return await self._actions.perform(act)


def _check_answers(order: Order) -> None:
    """Raise BadRequest for what is no query."""
    if not order.answers:
        raise BadRequest("It is no query.")
