"""A street of houses without a server: who is there, what they say they are, and what they have.

Only the session between them is made up; what is asked and answered is what goes over the wire.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from custom_components.xmpp_iot.wire.answers import encode_answer
from custom_components.xmpp_iot.wire.concentrator import decode_tree
from custom_components.xmpp_iot.wire.dialects import DIALECTS
from custom_components.xmpp_iot.wire.disco import INFO_QUERY, Disco
from custom_components.xmpp_iot.wire.errors import NotConnected, RemoteError
from custom_components.xmpp_iot.wire.model import (
    DataSource,
    DataSources,
    NodeInfo,
    NodeParameter,
    NodeRef,
    Nodes,
    Operation,
    TreeAnswer,
    ValueType,
)
from custom_components.xmpp_iot.wire.service import features
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import Element, split_tag

CABIN = "cabin@example.org"
"""The account that looks at the others."""
HOME = "home@example.org"
SOURCE = DataSource(id="entities", name="Entities")


def node(
    node_id: str, name: str, parent: str = "", kind: str = "", **parameters: str
) -> NodeInfo:
    """Return a node of a house, by default an entity of the domain its id begins with."""
    domain = node_id.partition(".")[0]
    return NodeInfo(
        ref=NodeRef(node_id, SOURCE.id),
        node_type=kind or f"homeassistant.{domain}",
        display_name=name,
        is_readable=kind != "homeassistant.area",
        parent=NodeRef(parent, SOURCE.id) if parent else None,
        parameters=tuple(
            NodeParameter(name, name, ValueType.STRING, value)
            for name, value in parameters.items()
        ),
    )


def area(area_id: str, name: str) -> NodeInfo:
    """Return an area of a house."""
    return node(f"area:{area_id}", name, kind="homeassistant.area", uid=area_id)


@dataclass
class Neighbour:
    """Somebody with an address, by default a house with a kitchen."""

    name: str = "Home"
    nodes: tuple[NodeInfo, ...] = (
        area("kitchen", "Kitchen"),
        node("device:1", "Lamp", "area:kitchen", "homeassistant.device"),
        node("light.lamp", "Lamp", "device:1", uid="lamp", labels='["Cosy", 1]'),
        node("light.ceiling", "Ceiling", "area:kitchen", uid="ceiling"),
        node("sensor.rain", "Rain", uid="rain"),
        node("pump", "Pump", kind="Pump"),
    )
    features: Iterable[str] = field(default_factory=features)
    trouble: Exception | None = None
    """What asking for the nodes ends in."""
    silence: bool = False
    """Whether no answer ever comes."""

    def say(self, payload: Element) -> Element | None:
        """Answer."""
        if payload.tag == INFO_QUERY:
            return Disco.of(self.name, self.features).info(payload)
        if self.trouble is not None:
            raise self.trouble
        dialect = DIALECTS[split_tag(payload.tag)[0]]
        request = decode_tree(payload, dialect)
        answers: Mapping[Operation, TreeAnswer] = {
            Operation.GET_ALL_DATA_SOURCES: DataSources((SOURCE,)),
            Operation.GET_ALL_NODES: Nodes(self.nodes),
        }
        return encode_answer(request.operation, answers[request.operation], dialect)


class Street:
    """What one account sees of the others (as `wire.session.Session`)."""

    bare = CABIN

    def __init__(self) -> None:
        """Begin with nobody."""
        self.connected = True
        self.neighbours: dict[str, Neighbour] = {}
        self.asked: list[str] = []
        self.listeners: list[Callable[[str, bool], None]] = []
        self.watched = asyncio.Event()  # whether anybody has ever looked who comes
        self._roster: dict[str, str] = {CABIN: "none"}

    def move_in(self, full: str, neighbour: Neighbour | None = None) -> Neighbour:
        """Have somebody online in the roster."""
        self._roster[full.partition("/")[0]] = "both"
        self.neighbours[full] = neighbour or Neighbour()
        for listener in tuple(self.listeners):
            listener(full, True)
        return self.neighbours[full]

    def move_out(self, full: str) -> None:
        """Have somebody offline."""
        del self.neighbours[full]
        for listener in tuple(self.listeners):
            listener(full, False)

    def roster(self) -> Mapping[str, str]:
        """Return who is in the roster."""
        return self._roster

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs of somebody who is online."""
        return tuple(full for full in self.neighbours if full.partition("/")[0] == bare)

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.listeners.append(callback)
        self.watched.set()
        return lambda: self.listeners.remove(callback)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Have somebody answer, after a turn of the loop."""
        await asyncio.sleep(0)
        if not self.connected:
            raise NotConnected("There is no session now.")
        assert to is not None
        self.asked.append(to)
        if (neighbour := self.neighbours.get(to)) is None:
            raise RemoteError("service-unavailable", "cancel")
        if neighbour.silence:
            await asyncio.Event().wait()
        return neighbour.say(payload)

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Nobody says anything by themselves."""
        raise NotImplementedError

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Nobody is told."""
        raise NotImplementedError
