"""A house at the other end of the wire: the real service before nodes that are made up, and no server between.

What is asked, answered and told is XML; only presence, PubSub and the roads between are played.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, override

from custom_components.xmpp_iot.remote.neighbourhood import Neighbourhood
from custom_components.xmpp_iot.wire.disco import INFO_QUERY, Disco
from custom_components.xmpp_iot.wire.errors import (
    FeatureNotImplemented,
    ItemNotFound,
    NotConnected,
    RemoteError,
    StanzaError,
)
from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent
from custom_components.xmpp_iot.wire.model import (
    Caller,
    DataSource,
    DataSources,
    Done,
    NodeInfo,
    Nodes,
    Operation,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.sensor_data import render_fields, render_reading
from custom_components.xmpp_iot.wire.service import features
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import Element, from_text
from tests.wire.conversation import Asked, Conversation, House

from .far_nodes import (
    CABIN,
    DIALECT,
    FEED,
    FULL,
    HOME,
    NODE,
    NOON,
    PUBSUB,
    SOURCE,
    Shown,
    described,
    everything,
    ref,
    state,
    until,
)
from .road import Road

__all__ = [
    "FEED",
    "FULL",
    "HOME",
    "NODE",
    "NOON",
    "Far",
    "Shown",
    "described",
    "everything",
    "ref",
    "state",
    "until",
]


@dataclass
class FarHouse(House):
    """The nodes of a house, and what was asked of them."""

    nodes: dict[str, NodeInfo] = field(default_factory=dict)
    states: dict[str, Reading] = field(default_factory=dict)
    reads: list[ReadRequest] = field(default_factory=list)
    commands: list[TreeRequest] = field(default_factory=list)
    surveys: int = 0
    refusal: StanzaError | None = None
    """Of what it is asked to do."""
    tells: bool = True
    """Whether it says what happens to its nodes."""
    blind: StanzaError | None = None
    """Why it shows nothing now."""

    def have(self, info: NodeInfo, reading: Reading | None = None) -> None:
        """Have a node."""
        self.nodes[info.ref.id] = info
        if reading is not None:
            self.states[info.ref.id] = reading

    @override
    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Say what there is, or do as it is told."""
        if self.blind is not None:
            raise self.blind
        match request.operation:
            case Operation.GET_ALL_DATA_SOURCES:
                return DataSources((DataSource(id=SOURCE, name="Entities"),))
            case Operation.GET_ALL_NODES:
                self.surveys += 1
                return Nodes(tuple(self.nodes.values()))
            case Operation.EXECUTE_NODE_COMMAND:
                if self.refusal is not None:
                    raise self.refusal
                self.commands.append(request)
                return Done()
        raise FeatureNotImplemented

    @override
    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Say how the nodes are, but for what has not changed since it is asked for."""
        self.reads.append(request)
        found = [self.states.get(node.id) for node in request.nodes]
        if not any(node.id in self.nodes for node in request.nodes):
            raise ItemNotFound
        yield [
            one
            for one in found
            if one is not None and not (request.start and one.at < request.start)
        ]

    @override
    def follow_nodes(
        self,
        caller: Caller,
        source: str,
        happened: Callable[[Sequence[NodeEvent]], None],
    ) -> Callable[[], None]:
        """Tell, if it tells anything."""
        if not self.tells:
            raise FeatureNotImplemented
        return super().follow_nodes(caller, source, happened)


@dataclass
class Session:
    """The near end: the session of the account that links the far house."""

    far: Far
    connected: bool = True
    online: list[str] = field(default_factory=list)
    subscribed: set[tuple[str, str]] = field(default_factory=set)
    refuses_feed: str = ""
    """The condition with which the service refuses subscriptions."""
    knows_subscriptions: bool = True
    features: tuple[str, ...] = field(default_factory=lambda: tuple(features()))
    asked: list[tuple[str, Element]] = field(default_factory=list)
    silent: bool = False
    """Whether no answers come, whatever is asked."""
    handlers: dict[str, Callable[[str, Element], None]] = field(default_factory=dict)
    presence: list[Callable[[str, bool], None]] = field(default_factory=list)
    offline: list[Callable[[], None]] = field(default_factory=list)
    back: list[Callable[[bool], None]] = field(default_factory=list)
    gone: list[Callable[[str | None], None]] = field(default_factory=list)
    friends: dict[str, str] = field(default_factory=lambda: {HOME: "both"})
    """The roster: whose presence is shared."""
    pushed: list[Callable[[], None]] = field(default_factory=list)
    bare: str = CABIN
    jid: str = f"{CABIN}/homeassistant"

    def resources(self, bare: str) -> tuple[str, ...]:
        """Return who of them is online."""
        return tuple(one for one in self.online if one.partition("/")[0] == bare)

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        wanted = tuple(tags)
        self.handlers.update(dict.fromkeys(wanted, handler))

        def take_back() -> None:
            for one in wanted:
                del self.handlers[one]

        return take_back

    def on_presence(self, callback: Callable[[str, bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return _kept(self.presence, callback)

    def on_offline(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return _kept(self.offline, callback)

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return _kept(self.back, callback)

    def roster(self) -> dict[str, str]:
        """Return whose presence is shared."""
        return self.friends

    def on_roster(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return _kept(self.pushed, callback)

    def befriend(self, jid: str, subscription: str) -> None:
        """Have the roster say something else of somebody."""
        self.friends[jid] = subscription
        for callback in tuple(self.pushed):
            callback()

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        return _kept(self.gone, callback)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Have somebody answer."""
        if not self.connected:
            raise NotConnected("There is no session now.")
        assert to is not None
        self.asked.append((to, payload))
        await asyncio.sleep(0)
        if self.silent:
            await asyncio.Event().wait()
        if to == HOME:
            return self._service(payload)
        if to not in self.online:
            raise RemoteError("service-unavailable", "cancel")
        if payload.tag == INFO_QUERY:
            return Disco.of("Home", self.features).info(payload)
        asked = Asked(Caller(jid=self.jid, sent_at=datetime.now(UTC)), kind, payload)
        return await self.far.answer(asked)

    def _service(self, payload: Element) -> Element | None:
        """Answer as the PubSub service of the far account."""
        (wish,) = payload
        node, name = wish.get("node", ""), wish.tag.rpartition("}")[2]
        if name == "subscriptions":
            if not self.knows_subscriptions:
                raise RemoteError("feature-not-implemented", "cancel")
            known = [one for one in self.subscribed if one[0] == node]
            return from_text(
                f"<pubsub xmlns='{PUBSUB}'><subscriptions node='{node}'>"
                + "".join(
                    f"<subscription node='{node}' jid='{jid}' subscription='subscribed'/>"
                    for node, jid in known
                )
                + "</subscriptions></pubsub>"
            )
        if self.refuses_feed:
            raise RemoteError(self.refuses_feed, "cancel")
        change = self.subscribed.add if name == "subscribe" else self.subscribed.discard
        change((node, wish.get("jid", "")))
        return None

    def receive(self, sender: str, payload: Element) -> None:
        """Take what somebody says."""
        if (handler := self.handlers.get(payload.tag)) is not None:
            handler(sender, payload)


@dataclass
class Far:
    """The far house, the road to it and the session at this end of it."""

    house: FarHouse = field(default_factory=FarHouse)
    road: Road = field(default_factory=Road)
    service: Conversation = field(init=False)
    session: Session = field(init=False)
    neighbourhood: Neighbourhood = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        """Open the road."""
        self.service = Conversation(self.house, self.road)
        self.session = Session(self)
        self.road.deliver = self.session.receive
        self.neighbourhood = Neighbourhood.of(self.session)  # type: ignore[arg-type]

    async def answer(self, asked: Asked) -> Element | None:
        """Answer as the house's session does."""
        handler = self.road.handlers.get(asked.payload.tag)
        if handler is None:
            raise RemoteError("service-unavailable", "cancel")
        try:
            # In a task of its own, as the session does it: a long answer goes on when it is done.
            return await asyncio.create_task(_call(handler, asked))
        except StanzaError as err:
            raise RemoteError(err.condition, err.kind, err.text) from err

    def arrive(self, jid: str = FULL) -> None:
        """Have the far house online."""
        self.session.online.append(jid)
        for callback in tuple(self.session.presence):
            callback(jid, True)

    def leave(self, jid: str = FULL) -> None:
        """Have the far house offline."""
        self.session.online.remove(jid)
        self.road.lose(None)
        for callback in tuple(self.session.presence):
            callback(jid, False)
        for gone in tuple(self.session.gone):
            gone(jid)

    def lose_connection(self) -> None:
        """Have the near connection break."""
        self.session.connected = False
        for callback in tuple(self.session.offline):
            callback()

    def come_back(self, *, resumed: bool) -> None:
        """Have the near connection back."""
        self.session.connected = True
        if not resumed:
            self.session.online.clear()
            for gone in tuple(self.session.gone):
                gone(None)
        for callback in tuple(self.session.back):
            callback(resumed)

    def publish(
        self, *readings: Reading, lost: bool = False, epoch: str = "e1"
    ) -> None:
        """Have values change, and the feed say so, unless that is lost."""
        self.number += 1
        for reading in readings:
            self.house.states[reading.node.id] = reading
        if lost or (NODE, self.session.jid) not in self.session.subscribed:
            return
        text = render_fields(
            [render_reading(one, DIALECT) for one in readings], DIALECT, "0"
        )
        self.tell(f"<item id='{epoch}-{self.number}'>{text}</item>")

    def tell(self, items: str, sender: str = HOME) -> None:
        """Have the feed say something."""
        event = f"<event xmlns='{PUBSUB}#event'><items node='{NODE}'>{items}</items></event>"
        self.session.receive(sender, from_text(event))

    def move(self, uri: str) -> None:
        """Have the feed end, and say where it goes on."""
        self.session.subscribed.clear()
        redirect = f"<redirect uri='{uri}'/>" if uri else ""
        event = f"<event xmlns='{PUBSUB}#event'><delete node='{NODE}'>{redirect}</delete></event>"
        self.session.receive(FULL, from_text(event))

    async def happens(self, kind: Happening, info: NodeInfo, **more: Any) -> None:
        """Have something happen to a node, and those who follow be told."""
        if kind is Happening.REMOVED:
            self.house.nodes.pop(info.ref.id, None)
        elif kind is not Happening.STATUS_CHANGED:
            self.house.nodes[info.ref.id] = info
        event = NodeEvent(
            kind=kind,
            at=more.pop("at", NOON + timedelta(hours=1)),
            node=info.ref,
            info=info if kind in {Happening.ADDED, Happening.UPDATED} else None,
            **more,
        )
        for _, told in tuple(self.house.node_followers):
            told([event])
        await self.settle()

    async def settle(self) -> None:
        """Let everybody do what there is to do."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Close the road."""
        await self.neighbourhood.stop()
        await self.service.service.stop()


async def _call(
    handler: Callable[[Any], Awaitable[Element | None]], asked: Asked
) -> Element | None:
    return await handler(asked)


def _kept[One](kept: list[One], one: One) -> Callable[[], None]:
    kept.append(one)
    return lambda: kept.remove(one)
