"""A request in its dialect, and who answers it: the pieces `IoTService` is put together from."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
import copy
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from .dialects import Dialect
from .errors import BadRequest, StanzaError
from .model import Caller, NodeRef
from .provider import Provider
from .xml import XML_LANG, Element

HIDING: Final = 3600.0
"""Seconds a subscription lasts whose subscriber shows no presence, until it is renewed: nobody says when
such a one leaves, and servers keep what is sent to it then."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request in its dialect."""

    caller: Caller
    kind: Literal["get", "set"]
    payload: Element
    dialect: Dialect


type Answerer = Callable[[Call], Awaitable[Element | None]]
type Routes = Mapping[str, Answerer]  # by the payload's tag


class Part(Protocol):
    """One protocol's server side."""

    def routes(self, dialect: Dialect) -> Routes:
        """Return who answers what in a dialect; nothing for a dialect without this protocol."""
        ...

    def start(self) -> None:
        """Begin to listen to what is beside requests."""
        ...

    async def stop(self) -> None:
        """End everything under way."""
        ...


class Stateless:
    """A part that has nothing under way between requests."""

    def start(self) -> None:
        """Begin: there is nothing to begin."""

    async def stop(self) -> None:
        """End: there is nothing to end."""


def in_payload_language(caller: Caller, payload: Element) -> Caller:
    """Return the caller, speaking the language of the payload where that has one.

    The dialects name the language on the payload, RFC 6120 on the stanza.
    """
    if language := payload.get(XML_LANG):
        return replace(caller, language=language)
    return caller


def require_set(call: Call) -> None:
    """Refuse what acts in an IQ of type get: who sends one does not expect anything to happen."""
    if call.kind != "set":
        raise BadRequest("What acts is an IQ of type set.")


def dressed(
    error: StanzaError, children: tuple[Element, ...], payload: Element | None = None
) -> StanzaError:
    """Return the error with what the dialect wants to be told with it."""
    made = copy.copy(error)
    made.children = (*error.children, *children)
    made.payload = error.payload if payload is None else payload
    return made


def seen(
    provider: Provider, caller: Caller, nodes: Iterable[NodeRef]
) -> frozenset[NodeRef]:
    """Return which of the nodes the caller may read now; who is not let in any more sees nothing."""
    try:
        return frozenset(provider.visible(caller, nodes))
    except StanzaError:
        return frozenset()


def note_answering(answering: set[asyncio.Task[Any]]) -> None:
    """Note that the task this runs in answers a request, until the session has sent that."""
    if (task := asyncio.current_task()) is not None:
        answering.add(task)
        task.add_done_callback(answering.discard)


async def answers_sent(answering: set[asyncio.Task[Any]]) -> None:
    """Return, with none left in the set, when the session has sent what these tasks answer."""
    while answering:
        # The task that makes an answer ends with sending it.
        await asyncio.wait((answering.pop(),))
