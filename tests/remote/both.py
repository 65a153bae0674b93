"""Two houses and what lies between them: the feeds of the one, a visit of the other, and a road that may fail.

What is published and asked is XML. Only the server is played: it takes items, and loses some of them.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, override

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.concentrator.feeds import Feeds
from custom_components.xmpp_iot.concentrator.fields import FieldReader
from custom_components.xmpp_iot.const import CONF_FEED_SECRET, DOMAIN
from custom_components.xmpp_iot.contacts.grants import Grants, Level
from custom_components.xmpp_iot.contacts.opinion import SecondOpinion
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected
from custom_components.xmpp_iot.wire.fragments import decode_fragment
from custom_components.xmpp_iot.wire.model import (
    Caller,
    Operation,
    Reading,
    ReadRequest,
    TreeAnswer,
    TreeRequest,
)
from custom_components.xmpp_iot.wire.sensor_data import (
    render_error,
    render_failure,
    render_fields,
    render_reading,
)
from custom_components.xmpp_iot.wire.xml import Element, from_text
from homeassistant.core import HomeAssistant
from tests.people import contact, records

from .far import FEED, FULL, HOME, NODE, Far, FarHouse, described
from .far_nodes import CABIN, DIALECT, SOURCE, ref
from .stay import Stay


class Fate(Enum):
    """What becomes of an item."""

    ARRIVES = auto()
    IS_LOST = auto()
    """Between the servers, where nobody notices."""
    IS_NOT_ACKNOWLEDGED = auto()
    """And arrives."""
    IS_REFUSED = auto()
    IS_CUT = auto()


@dataclass
class Server:
    """The session of the house that publishes, with its server (as `wire.session.Session`)."""

    far: Far
    connected: bool = True
    bare: str = HOME
    jid: str = FULL
    domain: str = "example.org"
    fate: Fate = Fate.ARRIVES
    counts: Callable[[], bool] = lambda: True
    """Whether the other end knows which item is the next; else it cannot know that the first one is lost."""
    turns: int = 0
    """Of the event loop, until it says that it has an item."""
    published: list[str] = field(default_factory=list)
    back: list[Callable[[bool], None]] = field(default_factory=list)

    def on_online(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.back.append(callback)
        return lambda: self.back.remove(callback)

    def on_presence(self, _: Callable[[str, bool], None]) -> Callable[[], None]:
        """Nobody comes or goes."""
        return lambda: None

    def handle_iq(self, *_: object) -> Callable[[], None]:
        """Nobody asks."""
        return lambda: None

    async def iq(self, *_: object, **__: object) -> Element | None:
        """Do what is asked of nodes."""
        return None

    async def iq_text(self, to: str | None, text: str, **how: object) -> None:
        """Take an item, and hand it on."""
        fate, self.fate = self.fate, Fate.ARRIVES
        if fate is Fate.IS_CUT:
            raise NotConnected("It is cut.")
        for _ in range(self.turns):
            await asyncio.sleep(0)
        if fate is Fate.IS_REFUSED:
            raise NoAnswer("Nobody has it.")
        self.published.append(text)
        if fate is not Fate.IS_LOST or not self.counts():
            self._deliver(text)
        if fate is Fate.IS_NOT_ACKNOWLEDGED:
            raise NoAnswer("Nobody says whether it has it.")

    def _deliver(self, text: str) -> None:
        item = text[text.index("<item ") : text.index("</publish>")]
        if (NODE, self.far.session.jid) in self.far.session.subscribed:
            self.far.tell(item)

    def return_(self) -> None:
        """Have a new session."""
        for callback in tuple(self.back):
            callback(False)


@dataclass
class LiveHouse(FarHouse):
    """The far house, whose entities are those of Home Assistant."""

    both: Both | None = None

    @override
    async def tree(self, caller: Caller, request: TreeRequest) -> TreeAnswer:
        """Say what there is, and where to follow it."""
        assert self.both is not None
        if request.operation is Operation.GET_ALL_NODES:
            await self.both.feeds.async_address(CABIN, DIALECT.concentrator)
        return await super().tree(caller, request)

    @override
    async def read(
        self, caller: Caller, request: ReadRequest
    ) -> AsyncIterator[Sequence[Reading]]:
        """Say how the entities are now, some at a time."""
        assert self.both is not None
        self.reads.append(request)
        for node in request.nodes:
            one = self.both.reading(node.id)
            if not (request.start and one.at < request.start):
                yield [one]
            await asyncio.sleep(0)


@dataclass
class Both:
    """Both houses."""

    hass: HomeAssistant
    far: Far = field(init=False)
    stay: Stay = field(init=False)
    server: Server = field(init=False)
    feeds: Feeds = field(init=False)
    grants: Grants = field(init=False)
    reader: FieldReader = field(init=False)
    entry: MockConfigEntry = field(init=False)

    def __post_init__(self) -> None:
        """Have a house with nothing in it, and another one that is let in."""
        house = LiveHouse()
        house.both = self
        self.far = Far(house)
        self.far.neighbourhood.start()
        self.far.arrive()
        self.stay = Stay(self.far)
        self.stay.store.follow(self.stay.shown)
        self.server = Server(self.far, counts=self._counts)
        self.reader = FieldReader(self.hass, SOURCE)
        self.grants = Grants(self.hass, records(self.hass))
        friend = contact(jid=CABIN, level=Level.READ, all_entities=True)
        self.grants.async_set_contacts((friend,))

    def _counts(self) -> bool:
        visits = self.stay.arrived
        return bool(visits) and visits[0]._feed.is_counted

    def set(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Have an entity in a state."""
        if entity_id not in self.far.house.nodes:
            self.far.house.have(described(entity_id, uid=entity_id, pubsub=FEED))
        self.hass.states.async_set(entity_id, state, attributes)

    def attributes(self, entity_id: str) -> dict[str, Any]:
        """Return the attributes of an entity."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return dict(state.attributes)

    def start(self) -> None:
        """Have the house run."""
        session: Any = self.server
        entry = MockConfigEntry(domain=DOMAIN, data={CONF_FEED_SECRET: "secret"})
        entry.add_to_hass(self.hass)
        self.entry = entry
        opinion = SecondOpinion(session, source=SOURCE, on_trouble=lambda *_: None)
        self.feeds = Feeds(
            self.hass,
            entry,
            session,
            self.grants,
            self.reader,
            opinion=opinion,
            is_answering=lambda: False,
        )
        self.feeds.async_start()
        self.server.return_()

    def choose(self, **traffic: Any) -> None:
        """Have changes held back."""
        self.hass.config_entries.async_update_entry(
            self.entry, options={"traffic": traffic}
        )

    async def restart(self) -> None:
        """Have the house begin anew."""
        await self.feeds.async_stop()
        self.start()

    async def stop(self) -> None:
        """End everything."""
        await self.stay.end()
        await self.feeds.async_stop()
        self.grants.async_stop()
        await self.far.stop()

    def reading(self, entity_id: str) -> Reading:
        """Return how an entity is."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        return self.reader.entity(state)

    def told(self, entity_id: str) -> tuple[dict[str, Any], bool]:
        """Return the fields of an entity as they are told, and whether it can be read."""
        reading = self.reading(entity_id)
        if reading.error:
            text = render_failure([render_error(reading, DIALECT)], DIALECT, "0")
        else:
            text = render_fields([render_reading(reading, DIALECT)], DIALECT, "0")
        (said,) = decode_fragment(from_text(text), DIALECT).readings
        return {one.name: one for one in said.fields}, not said.error

    def known(self, entity_id: str) -> tuple[dict[str, Any], bool]:
        """Return what the other house knows of it."""
        node = self.stay.store.get(ref(entity_id))
        assert node is not None
        return dict(node.fields), node.available

    async def settle(self) -> None:
        """Let everybody do what there is to do, and what that brings with it."""
        for _ in range(6):
            await self.far.settle()
            await asyncio.sleep(0.001)  # timers of no time
