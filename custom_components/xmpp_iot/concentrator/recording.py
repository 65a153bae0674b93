"""Puts on record what contacts were refused: every order, and whatever else was forbidden.

All requests pass here, whatever part of the concentrator works on them. Nothing is said of a house's things
that the contact does not see, but what it called them itself.
"""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, valid_entity_id

from ..contacts.deed import Deed, cut
from ..contacts.grants import Contact, Grants
from ..contacts.record import Record
from ..wire.errors import Forbidden, StanzaError, on_record
from ..wire.model import Caller, ControlRequest, NodeRef, TreeRequest
from ..wire.orders import is_change, order_of
from .commands import FRAME

MOST_NAMED: Final = 3  # nodes of one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for."""

    caller: Caller
    action: str
    nodes: Sequence[NodeRef] = ()
    changes: bool = False

    @classmethod
    def control(cls, caller: Caller, request: ControlRequest) -> Wish:
        """Return the wish to set parameters."""
        names = [one.name for one in request.settings] + list(request.form or ())
        wanted = (name for name in dict.fromkeys(names) if name not in FRAME)
        return cls(
            caller=caller,
            action=cut(", ".join(wanted)) or "set",
            nodes=request.nodes,
            changes=True,
        )

    @classmethod
    def tree(cls, caller: Caller, request: TreeRequest) -> Wish:
        """Return the wish for an operation of the concentrator."""
        return cls(
            caller=caller,
            action=cut(request.command or request.operation),
            nodes=request.nodes,
            changes=is_change(request.operation),
        )


class Recording:
    """Watches over requests."""

    def __init__(self, hass: HomeAssistant, grants: Grants, record: Record) -> None:
        """Put on `record` what those with `grants` are refused."""
        self._hass = hass
        self._grants = grants
        self._record = record

    @contextmanager
    def watch(self, wish: Wish) -> Generator[None]:
        """Put it on record if what is done here for somebody is refused."""
        try:
            yield
        except StanzaError as error:
            self._refused(wish, error)
            raise

    async def watched[Part](
        self, wish: Wish, parts: AsyncGenerator[Part]
    ) -> AsyncGenerator[Part]:
        """Yield an answer's parts, and put it on record if they are refused."""
        async with aclosing(parts):
            with self.watch(wish):
                async for part in parts:
                    yield part

    def unread(self, caller: Caller, tag: str, error: StanzaError) -> None:
        """Put on record that a request was refused before anybody had read it; its payload has that tag."""
        order = order_of(tag)
        self._refused(Wish(caller=caller, action=order, changes=bool(order)), error)

    def _refused(self, wish: Wish, error: StanzaError) -> None:
        cause = error.__cause__
        if error.on_record or (isinstance(cause, StanzaError) and cause.on_record):
            return
        if not wish.changes and not isinstance(error, Forbidden):
            return
        if (contact := self._grants.contact(wish.caller.bare)) is not None:
            self._record.async_refuse(self._deed(contact, wish), error)
            on_record(error)

    def _deed(self, contact: Contact, wish: Wish) -> Deed:
        named = [cut(one.id) for one in wish.nodes[:MOST_NAMED]]
        names = [self._name(contact, one) for one in named]
        if len(wish.nodes) > MOST_NAMED:
            names.append("…")
        return Deed(
            contact=contact,
            asker=wish.caller.jid,
            action=wish.action,
            about=_about([one for one in named if valid_entity_id(one)]),
            name=", ".join(names),
        )

    def _name(self, contact: Contact, node_id: str) -> str:
        """Return the name of an entity that a contact sees; else the id that it has used."""
        if node_id not in self._grants.view(contact.jid):
            return node_id
        state = self._hass.states.get(node_id)
        return node_id if state is None else str(state.name)


def _about(entities: list[str]) -> dict[str, str | list[str]]:
    """Return what a refusal is about, as Home Assistant has it in the data of its events."""
    match entities:
        case []:
            return {}
        case [entity]:
            return {ATTR_ENTITY_ID: entity}
        case _:
            return {ATTR_ENTITY_ID: entities}
