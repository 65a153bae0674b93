"""Asking somebody directly, once: for what is no entity here, or is not linked at all.

Whoever is asked here need not be a house: any concentrator or device that speaks one of the dialects will do.
"""

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..wire.errors import (
    BadRequest,
    FeatureNotImplemented,
    NoAnswer,
    NotConnected,
    RemoteError,
    ResourceConstraint,
)
from ..wire.form_model import Form, FormFieldType
from ..wire.model import (
    Commands,
    CommandType,
    ControlRequest,
    NodeRef,
    Operation,
    Reading,
    ReadRequest,
    TreeRequest,
)
from ..wire.peer import Peer
from ..wire.report import ReportItem
from .acquaintance import Acquaintance, meet_any, meet_concentrator
from .delivery import EXPIRES, Stamp
from .device_peer import peer_of
from .errors import NotSent
from .neighbourhood import Neighbourhood
from .node import HOME_ASSISTANT
from .reports import collected
from .settings import settings
from .typed import typed
from .values import submission

MOST_FIELDS: Final = 20_000  # of one answer, with the readings they are in


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and whom to ask about it."""

    peer: Peer
    node: NodeRef
    node_type: str = ""  # where it is known
    assured: bool = False
    """Whether it is known to be of a house like ours, whatever its type is."""

    @property
    def is_ours(self) -> bool:
        """Whether it is of a house like ours, which knows what an order's stamp is."""
        return self.assured or self.node_type.startswith(HOME_ASSISTANT)


@dataclass(frozen=True, slots=True)
class Deed[Result]:
    """What is ready to be sent."""

    give: Callable[[], Awaitable[Result]]
    """Send it and return the answer; raises as `wire.peer.Peer` does. A second time it is the same order."""
    is_query: bool = False
    """Whether it only asks."""


async def find(
    neighbourhood: Neighbourhood, jids: Iterable[str], *, has_nodes: bool = False
) -> Acquaintance:
    """Return the first of these full JIDs that speaks our protocols.

    Where it `has_nodes`, a concentrator comes before a device (see `meet_any`). NotConnected where there is none to
    ask, FeatureNotImplemented where they speak of other things only; RemoteError and NoAnswer where none of them is,
    and one of them did not say.
    """
    asked = tuple(jids)
    if not asked:
        raise NotConnected("Nobody is online at that address.")
    known = await meet_any(neighbourhood.session, asked, has_nodes=has_nodes)
    if known is None:
        raise FeatureNotImplemented("It speaks none of the IoT protocols.")
    return known


async def find_concentrator(
    neighbourhood: Neighbourhood, jids: Iterable[str]
) -> Acquaintance:
    """Return the first of these full JIDs that is a concentrator: of a node that is known to be behind one.

    NotConnected where none is: no device is to take for itself what is meant for the node. RemoteError and NoAnswer
    where one of them did not say.
    """
    known = await meet_concentrator(neighbourhood.session, jids)
    if known is None:
        raise NotConnected("What the node is behind is not online.")
    return known


async def reach(
    neighbourhood: Neighbourhood, jids: Iterable[str], *, has_nodes: bool = False
) -> Peer:
    """Return who `find` finds, as one to be asked; raises what it raises."""
    known = await find(neighbourhood, jids, has_nodes=has_nodes)
    return peer_of(neighbourhood.peers, known)


async def read(peer: Peer, request: ReadRequest) -> list[Reading]:
    """Return what somebody reads; ResourceConstraint where that is more than is good for an answer."""
    found: list[Reading] = []
    room = MOST_FIELDS
    async with aclosing(peer.read(request)) as parts:
        async for readings in parts:
            room -= sum(1 + len(reading.fields) for reading in readings)
            if room < 0:
                raise ResourceConstraint(
                    "It has more to say than fits into one answer:"
                    " ask for fewer fields, or for a shorter time."
                )
            found.extend(readings)
    return found


async def control(
    place: Place, parameters: Mapping[str, Any], stamp: Stamp
) -> Deed[tuple[str, ...]]:
    """Return what sets control parameters, and answers with the names of those that were set.

    They have the types that the form of the node's parameters says. Who has no form is given each value
    in its own type. ServiceValidationError for a parameter or a value that cannot be, and for one that is the
    stamp's; NotSent where nobody answers.
    """
    _check_unstamped(place, parameters, stamp.parameters)
    try:
        form = await place.peer.control_form(place.node)
    except RemoteError, BadRequest:
        form = None  # whether it can be set at all, the answer to that will say
    except NoAnswer as err:
        raise NotSent("order_not_sent") from err
    said = typed(parameters, form)
    if place.is_ours:
        said += settings(stamp.parameters)
    request = ControlRequest(nodes=(place.node,), settings=said)
    return Deed(partial(_control, place, request, tuple(parameters)))


def _check_unstamped(
    place: Place, given: Iterable[str], stamped: Container[str]
) -> None:
    """Raise ServiceValidationError where somebody gives what only the stamp of an order may say.

    By another expiry it could be done when it counts as expired here, by a token of its own not at all when
    it counts as done. Whoever is no house like ours may mean something else by these names.
    """
    for name in given:
        if place.is_ours and name in stamped:
            raise _taken(name)


def _taken(name: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="stamped_parameter",
        translation_placeholders={"parameter": name},
    )


async def _control(
    place: Place, request: ControlRequest, names: tuple[str, ...]
) -> tuple[str, ...]:
    affected = await place.peer.control(request)
    return affected.parameters or names


async def execute(
    place: Place, command: str, data: Mapping[str, Any], stamp: Stamp
) -> Deed[Sequence[ReportItem] | None]:
    """Return what has a command carried out, and answers with the report of one that is a query.

    ServiceValidationError for a field that is the stamp's, NotSent where nobody answers.
    """
    _check_unstamped(place, data, stamp.form)
    try:
        kind = await _command_type(place, command)
        form = await _filled_in(place, command, kind, data, stamp)
    except NoAnswer as err:
        raise NotSent("order_not_sent") from err
    request = TreeRequest(
        operation=Operation.EXECUTE_NODE_COMMAND,
        nodes=(place.node,),
        command=command,
        form=form,
    )
    is_query = kind is CommandType.QUERY
    return Deed(partial(_query if is_query else _execute, place, request), is_query)


async def _execute(place: Place, request: TreeRequest) -> None:
    await place.peer.tree(request)


async def _query(place: Place, request: TreeRequest) -> Sequence[ReportItem]:
    async with aclosing(place.peer.query(request)) as parts:
        return await collected(parts)


async def _command_type(place: Place, command: str) -> CommandType | None:
    """Return how a command is used; None where the node does not list it, which need not mean much."""
    request = TreeRequest(operation=Operation.GET_NODE_COMMANDS, nodes=(place.node,))
    try:
        answer = await place.peer.tree(request)
    except RemoteError, BadRequest:
        return None
    listed = answer.commands if isinstance(answer, Commands) else ()
    return next((one.type for one in listed if one.id == command), None)


async def _filled_in(
    place: Place,
    command: str,
    kind: CommandType | None,
    data: Mapping[str, Any],
    stamp: Stamp,
) -> Mapping[str, tuple[str, ...]] | None:
    """Return the command's form, filled in; None for a command that has none."""
    given = submission(data)
    if place.is_ours:
        frame = stamp.expiry if kind is CommandType.QUERY else stamp.form
        return {**given, **frame}
    form = None if kind is CommandType.SIMPLE else await _form(place, command)
    if form is None:
        return given or None
    if any(field.var == EXPIRES for field in form.fields):
        given = {**stamp.expiry, **given}
    return {**_presupposed(form), **given}


async def _form(place: Place, command: str) -> Form | None:
    request = TreeRequest(
        operation=Operation.GET_COMMAND_PARAMETERS,
        nodes=(place.node,),
        command=command,
    )
    try:
        answer = await place.peer.tree(request)
    except RemoteError, BadRequest:
        return None
    return answer if isinstance(answer, Form) else None


def _presupposed(form: Form) -> dict[str, tuple[str, ...]]:
    """Return what goes back as it came: what is hidden, and what must be said and is said already."""
    return {
        field.var: field.values
        for field in form.fields
        if field.values and (field.required or field.type is FormFieldType.HIDDEN)
    }
