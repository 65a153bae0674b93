"""A house whose values change, and a friend who is told: what the tests of event subscriptions need."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, Self, override

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import ServiceUnavailable
from custom_components.xmpp_iot.wire.model import (
    Caller,
    Field,
    NodeRef,
    Reading,
    ReadRequest,
    Value,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import FRIEND, Conversation, House, Line
from .schemas import assert_valid

NF: Final = FAMILIES[0]
HALL: Final = NodeRef("sensor.hall", "entities")
ATTIC: Final = NodeRef("sensor.attic", "entities")

_TYPES: Final[Mapping[type, ValueType]] = {
    bool: ValueType.BOOLEAN,
    float: ValueType.DOUBLE,
}


@dataclass
class Home(House):
    """A house that is read as it is: values by field, or why there are none."""

    values: dict[NodeRef, dict[str, Value] | str | Exception] = field(
        default_factory=dict
    )
    readable: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether a readout comes to an end."""

    closed_to_all: bool = False
    """Whether nobody is let in any more."""

    def __post_init__(self) -> None:
        """Begin with a warm hall and a cold attic."""
        self.readable.set()
        self.values = {HALL: {"T": 21.0, "M": False}, ATTIC: {"T": 5.0}}

    @override
    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Read nodes as they are when it ends."""
        self._asked(caller, request)
        await self.readable.wait()
        yield [self._reading(node, request) for node in request.nodes]

    @override
    def visible(self, caller: Caller, nodes: Iterable[NodeRef]) -> tuple[NodeRef, ...]:
        """Return all but the hidden ones, to those who are let in."""
        if self.closed_to_all:
            raise ServiceUnavailable
        return super().visible(caller, nodes)

    def _reading(self, node: NodeRef, request: ReadRequest) -> Reading:
        now = datetime.now(UTC)
        match self.values[node]:
            case Exception() as error:
                raise error
            case str(reason):
                return Reading(node=node, at=now, error=reason)
            case values:
                fields = tuple(
                    Field(
                        name=name,
                        type=_TYPES.get(type(value), ValueType.STRING),
                        value=value,
                    )
                    for name, value in values.items()
                    if not request.fields or name in request.fields
                )
                return Reading(node=node, at=now, fields=fields)

    def change(self, node: NodeRef, **values: Value) -> None:
        """Change some values of a node, and say so."""
        before = self.values[node]
        self.values[node] = (before if isinstance(before, dict) else {}) | values
        self.tell(node)

    def tell(self, node: NodeRef) -> None:
        """Say that a node has new values, whether it has or not."""
        for nodes, changed in tuple(self.value_followers):
            if node.id in {one.id for one in nodes}:
                changed(node)

    def hide(self, *nodes: NodeRef) -> None:
        """Take nodes out of sight, and say so."""
        self.hidden |= set(nodes)
        for changed in tuple(self.rights_followers):
            changed()


@dataclass
class _Talk(Conversation):
    """A conversation with such a house."""

    house: House = field(default_factory=Home)


@dataclass
class Watch:
    """A friend who subscribes, and hears what happens."""

    house: Home
    line: Line
    talk: Conversation

    @classmethod
    @asynccontextmanager
    async def held(cls) -> AsyncGenerator[Self]:
        """Hold a conversation, and leave nothing behind."""
        async with _Talk.held() as talk:
            assert isinstance(talk.house, Home)
            yield cls(talk.house, talk.line, talk)

    async def subscribe(
        self,
        content: str = "<nd id='sensor.hall' src='entities'/>",
        attributes: str = "",
        *,
        identifier: str = "s",
        dialect: Dialect = NF,
        kind: Literal["get", "set"] = "set",
        caller: Caller = FRIEND,
    ) -> str:
        """Subscribe, let what follows the answer happen, and return the answer."""
        answer = await self.talk.ask(
            f"<subscribe xmlns='{dialect.events}' id='{identifier}' {attributes}>"
            f"{content}</subscribe>",
            kind=kind,
            caller=caller,
        )
        await settle()
        return answer

    async def unsubscribe(self, identifier: str = "s", caller: Caller = FRIEND) -> str:
        """Unsubscribe and return the answer."""
        request = f"<unsubscribe xmlns='{NF.events}' id='{identifier}'/>"
        return await self.talk.ask(request, kind="set", caller=caller)

    def events(self) -> list[dict[str, dict[str, str]]]:
        """Return the events until now, values by node and field, and forget them."""
        said = self.talk.said()
        if said:
            assert_valid(*said)
        return [told(text) for text in said]

    async def event(self) -> dict[str, dict[str, str]]:
        """Return the only event until now."""
        await settle()
        (event,) = self.events()
        return event

    async def silence(self) -> None:
        """Check that nothing is said."""
        await settle()
        assert self.events() == []


def told(message: str) -> dict[str, dict[str, str]]:
    """Return what a message says: values by node and field, '' is an error."""
    return {
        node.get("id", ""): {
            one.get("n", ""): one.get("v") or one.text or ""
            for moment in node
            for one in moment
        }
        for node in from_text(message)
    }


async def settle() -> None:
    """Let everything that can run have run."""
    for _ in range(50):
        await asyncio.sleep(0)


@dataclass
class Clock:
    """The event loop's time, which passes only when the test says so."""

    now: float = 1000.0

    async def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.now += seconds
        await settle()
