"""Somebody who can be asked, and the house that asks: what is between them, the wire, has tests of its own."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from custom_components.xmpp_iot.remote.courier import Courier
from custom_components.xmpp_iot.remote.devices import Devices
from custom_components.xmpp_iot.remote.link import Link
from custom_components.xmpp_iot.remote.links import Links
from custom_components.xmpp_iot.remote.neighbourhood import Neighbourhood
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.wire.assurance import CHECK, encode_checked
from custom_components.xmpp_iot.wire.control import Affected
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.disco import INFO_QUERY, Disco
from custom_components.xmpp_iot.wire.errors import NotConnected, RemoteError
from custom_components.xmpp_iot.wire.form_model import Form
from custom_components.xmpp_iot.wire.fragments import DEVICE
from custom_components.xmpp_iot.wire.model import (
    READOUT,
    Category,
    Command,
    Commands,
    CommandType,
    ControlRequest,
    Done,
    Field,
    NodeInfo,
    NodeRef,
    Operation,
    Quality,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.peer import Peer
from custom_components.xmpp_iot.wire.report import ReportItem
from custom_components.xmpp_iot.wire.service import features
from custom_components.xmpp_iot.wire.session import Session
from custom_components.xmpp_iot.wire.xml import Element, element

from .street import CABIN, HOME

FULL = f"{HOME}/homeassistant"
NOT_IMPLEMENTED = RemoteError("feature-not-implemented", "cancel")

type Says = Callable[[ReadRequest], Sequence[Reading]]


@dataclass
class Somebody:
    """A peer that answers what it was told to, and remembers what it was asked."""

    form: Form | None = None  # of its control parameters
    commands: Mapping[str, CommandType] | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)  # of its commands
    readings: Says = lambda _: ()
    report: Sequence[ReportItem] = ()
    affected: Affected = field(default_factory=Affected)
    refusal: Exception | None = None  # of whatever is not a question about itself
    reads: list[ReadRequest] = field(default_factory=list)
    controls: list[ControlRequest] = field(default_factory=list)
    executed: list[TreeRequest] = field(default_factory=list)
    left: int = 0  # answers that were not heard to their end
    jid: str = FULL

    @property
    def peer(self) -> Peer:
        """It, as what it stands for."""
        return cast(Peer, self)

    async def control_form(self, *nodes: NodeRef) -> Form:
        """Return the form of its parameters."""
        if self.form is None:
            raise NOT_IMPLEMENTED
        return self.form

    async def control(self, request: ControlRequest) -> Affected:
        """Set parameters."""
        self._refuse()
        self.controls.append(request)
        return self.affected

    async def tree(self, request: TreeRequest) -> TreeAnswer:
        """Answer what is asked of its nodes."""
        match request.operation:
            case Operation.GET_NODE_COMMANDS if self.commands is not None:
                return Commands(
                    tuple(
                        Command(id=name, name=name, type=kind)
                        for name, kind in self.commands.items()
                    )
                )
            case Operation.GET_COMMAND_PARAMETERS if request.command in self.forms:
                return self.forms[request.command]
            case Operation.EXECUTE_NODE_COMMAND:
                self._refuse()
                self.executed.append(request)
                return Done()
        raise NOT_IMPLEMENTED

    async def query(
        self, request: TreeRequest
    ) -> AsyncGenerator[tuple[ReportItem, ...]]:
        """Tell the report, bit by bit."""
        self._refuse()
        self.executed.append(request)
        self.left += 1
        for item in self.report:
            yield (item,)
        self.left -= 1

    async def read(self, request: ReadRequest) -> AsyncGenerator[tuple[Reading, ...]]:
        """Tell the readings, one by one."""
        self._refuse()
        self.reads.append(request)
        self.left += 1
        for reading in self.readings(request):
            yield (reading,)
        self.left -= 1

    def _refuse(self) -> None:
        if self.refusal:
            raise self.refusal


@dataclass
class Line:
    """The session, and who is reached by it."""

    somebody: Somebody
    online: dict[str, tuple[str, ...]] = field(default_factory=lambda: {HOME: (FULL,)})
    features: Sequence[str] = field(default_factory=lambda: tuple(features()))
    of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The features of full JIDs that have others."""
    asked: list[str] = field(default_factory=list)
    refusals: Mapping[str, Exception] = field(default_factory=dict)
    """Why full JIDs do not say what they are, and why nobody says what it remembers."""
    connected: bool = True
    life: str = ""
    """What names the memory of orders; empty where there is none."""
    comings: list[Callable[[], None]] = field(default_factory=list)
    """Whoever wants to know when somebody comes."""
    courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        """Have orders brought."""
        self.courier = Courier(cast(Session, self))

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return self._on(lambda: callback(FULL, True))

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return self._on(lambda: callback(True))

    def _on(self, coming: Callable[[], None]) -> Callable[[], None]:
        self.comings.append(coming)
        return lambda: self.comings.remove(coming)

    def come(self, *jids: str) -> None:
        """Have somebody online, and the connection."""
        self.connected = True
        self.online[HOME] = jids
        for coming in tuple(self.comings):
            coming()

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return the full JIDs of somebody who is online."""
        return self.online.get(bare, ())

    async def iq(self, to: str, payload: Element, **_: Any) -> Element:
        """Answer what somebody is."""
        if payload.tag == CHECK:
            if (refusal := self.refusals.get(CHECK)) is not None:
                raise refusal
            return encode_checked(self.life, "") if self.life else _not_implemented()
        self.asked.append(to)
        if (refusal := self.refusals.get(to)) is not None:
            raise refusal
        said = self.of.get(to, self.features)
        return Disco.of("Home", said).info(element(INFO_QUERY))

    def peer(self, jid: str, dialect: Dialect) -> Peer:
        """Return who is asked."""
        return self.somebody.peer

    @property
    def session(self) -> Line:
        """The session."""
        return self

    @property
    def peers(self) -> Line:
        """Who can be asked."""
        return self

    @property
    def neighbourhood(self) -> Neighbourhood:
        """All of it, as what it stands for."""
        return cast(Neighbourhood, self)


class LinkedHouse:
    """A linked house, with the nodes it was told to have (stands for remote.link.Link)."""

    def __init__(self, *nodes: NodeInfo) -> None:
        """Be online, with these nodes."""
        self.store = NodeStore(lambda _, info: info.is_readable)
        self.store.replace_all(nodes, final=True)
        self.devices = Devices(own=CABIN, house=HOME, title="Home", store=self.store)
        self.unique_id = self.devices.unique_id
        self.online = True
        self.life = ""
        self.full = FULL
        self.looked: list[RemoteNode] = []
        self.listeners: list[Callable[[], None]] = []

    @property
    def has_nodes(self) -> bool:
        """Whether it is known to have nodes behind a concentrator."""
        return any(node.info.ref != DEVICE for node in self.store)

    @property
    def link(self) -> Link:
        """It, as what it stands for."""
        return cast(Link, self)

    def peer(self) -> Peer:
        """Return who is asked; NotConnected while the house is not there."""
        if not self.online:
            raise NotConnected("The house is not online.")
        return cast(Peer, SimpleNamespace(jid=self.full))

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when the house comes or goes."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def look(self, node: RemoteNode) -> None:
        """Be asked how a node is."""
        self.looked.append(node)

    def go(self, *, online: bool) -> None:
        """Come or go."""
        self.online = online
        for listener in tuple(self.listeners):
            listener()


@dataclass
class LinkedHouses:
    """All linked houses of an account (stands for remote.links.Links)."""

    line: Line
    houses: list[LinkedHouse]

    @property
    def neighbourhood(self) -> Line:
        """Who can be asked."""
        return self.line

    @property
    def links(self) -> Links:
        """They, as what they stand for."""
        return cast(Links, self)

    def __iter__(self) -> Iterator[LinkedHouse]:
        """Return the houses."""
        return iter(self.houses)


def _not_implemented() -> Element:
    raise NOT_IMPLEMENTED


def reading(node: str, at: datetime, *fields: Field, error: str = "") -> Reading:
    """Return what is read of a node."""
    return Reading(node=NodeRef(node, "entities"), at=at, fields=fields, error=error)


def hour(name: str, value: float, unit: str = "kWh", *qualities: Quality) -> Field:
    """Return a field of an hour's statistics."""
    return Field(
        name=f"hour {name}",
        type=ValueType.DOUBLE,
        value=value,
        unit=unit,
        category=Category.HISTORICAL_HOUR,
        qualities=frozenset(qualities) or READOUT,
    )


def metered(first: datetime, unit: str = "kWh") -> Says:
    """Return what says a meter's hours: the sum is their number, counted from `first`."""

    def say(request: ReadRequest) -> list[Reading]:
        assert request.start is not None
        assert request.end is not None
        (node,) = request.nodes
        found = []
        at = max(request.start, first)
        while at <= request.end:
            count = (at - first) / timedelta(hours=1)
            found.append(
                reading(node.id, at, hour("sum", count, unit), hour("state", 7, unit))
            )
            at += timedelta(hours=1)
        return found

    return say
