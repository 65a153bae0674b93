"""The client side of the protocols, against our own service and against somebody who misbehaves."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from custom_components.xmpp_iot.wire import peer as module
from custom_components.xmpp_iot.wire.dialect_xsf import XSF
from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Forbidden,
    NoAnswer,
    NotAcceptable,
    NotConnected,
    RemoteError,
    StanzaError,
    WireError,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.happening import Happening, SourceSubscription
from custom_components.xmpp_iot.wire.model import (
    Category,
    ControlRequest,
    DataSource,
    DataSources,
    Field,
    NodeRef,
    Operation,
    Reading,
    ReadRequest,
    Setting,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.peer import Peer, Peers
from custom_components.xmpp_iot.wire.report import ReportMessage
from custom_components.xmpp_iot.wire.stanzas import Kind
from custom_components.xmpp_iot.wire.xml import Element, from_text, to_text

from .conversation import FRIEND, NOON, Asked, Conversation, Line

HOME = "home@example.org/homeassistant"
HALL = NodeRef("sensor.hall", "entities")


@dataclass
class Session:
    """The near session; the far house is at its other end, unless something else is said for it."""

    far: Conversation
    says: list[str | Exception | None] = field(default_factory=list)
    asked: list[tuple[str, Kind, float]] = field(default_factory=list)
    handlers: dict[str, Callable[[str, Element], None]] = field(default_factory=dict)
    gone: list[Callable[[str | None], None]] = field(default_factory=list)

    async def iq(
        self,
        to: str | None,
        payload: Element,
        *,
        kind: Kind = "get",
        timeout: float = 10,
    ) -> Element | None:
        """Have the house answer, or what is to be said instead."""
        assert to == HOME
        self.asked.append((to_text(payload), kind, timeout))
        if self.says:
            match self.says.pop(0):
                case Exception() as error:
                    raise error
                case None:
                    return None
                case text:
                    return from_text(text)
        try:
            handler = self.far.line.handlers[payload.tag]
            return await asyncio.create_task(
                _call(handler, Asked(FRIEND, kind, payload))
            )
        except StanzaError as err:
            error = RemoteError(err.condition, err.kind, err.text)
            error.children = err.children
            raise error from err

    def handle_reply(
        self, tags: Iterable[str], handler: Callable[[str, Element], None]
    ) -> Callable[[], None]:
        """Keep the handler until it is taken back."""
        self.handlers.update(dict.fromkeys(tags, handler))
        return self.handlers.clear

    def on_gone(self, callback: Callable[[str | None], None]) -> Callable[[], None]:
        """Keep the callback until it is taken back."""
        self.gone.append(callback)
        return lambda: self.gone.remove(callback)

    def deliver(self, text: str, sender: str = HOME) -> None:
        """Have a message come."""
        message = from_text(text)
        self.handlers[message.tag](sender, message)


async def _call(handler: Callable[..., object], asked: Asked) -> Element | None:
    answer: Element | None = await handler(asked)  # type: ignore[misc]
    return answer


@dataclass
class Road(Line):
    """What the house sends by itself comes to the session."""

    session: Session | None = None

    def pass_on(self) -> None:
        """Deliver what was sent until now."""
        sent, self.sent = self.sent, []
        for to, text in sent:
            assert to
            assert self.session
            self.session.deliver(text)


@dataclass
class Talk:
    """A peer that is our own house."""

    far: Conversation
    session: Session
    peers: Peers
    peer: Peer
    road: Road

    @property
    def dialect(self) -> Dialect:
        """The dialect that is spoken."""
        return self.peer.dialect

    async def read(self, **more: object) -> list[Reading]:
        """Read the hall."""
        request = ReadRequest(
            id="", nodes=(HALL,), categories=frozenset({Category.MOMENTARY})
        )
        found: list[Reading] = []
        task = asyncio.create_task(self._collect(request, found))
        while not task.done():
            await asyncio.sleep(0)
            self.road.pass_on()
        await task
        return found

    async def _collect(self, request: ReadRequest, found: list[Reading]) -> None:
        async for readings in self.peer.read(request):
            found.extend(readings)

    async def partings(self) -> str:
        """Return the last thing that was said, when nothing more is."""
        for _ in range(10):
            await asyncio.sleep(0)
        return self.session.asked[-1][0]


@pytest.fixture(params=FAMILIES, ids=lambda one: str(one.name))
async def talk(request: pytest.FixtureRequest) -> AsyncGenerator[Talk]:
    """Return a peer in each dialect."""
    road = Road()
    far = Conversation(line=road)
    session = Session(far)
    road.session = session
    peers = Peers(session)
    peers.start()
    yield Talk(far, session, peers, peers.peer(HOME, request.param), road)
    await peers.stop()
    await far.service.stop()
    assert not session.handlers
    assert not session.gone
    assert not [one for one in asyncio.all_tasks() if "farewell" in one.get_name()]


def reading(value: str = "on") -> Reading:
    """Return a reading of the hall."""
    return Reading(
        node=HALL,
        at=NOON,
        fields=(Field(name="state", type=ValueType.STRING, value=value),),
    )


async def test_a_readout_is_complete_however_it_comes(talk: Talk) -> None:
    """In the answer, or in messages."""
    talk.far.house.steps = ([reading("1")], [reading("2")])

    found = await talk.read()

    assert [one.fields[0].value for one in found] == ["1", "2"]
    assert talk.session.asked[0][2] == module.READ_WITHIN


async def test_a_long_readout_comes_in_messages(talk: Talk) -> None:
    """In their order."""
    talk.far.house.steps = tuple([reading("x" * 20_000 + str(one))] for one in range(8))

    found = await talk.read()

    assert [str(one.fields[0].value)[-1] for one in found] == list("01234567")


async def test_a_refused_readout_is_the_houses_refusal(talk: Talk) -> None:
    """And nothing is cancelled."""
    talk.far.house.steps = (Forbidden("No."),)

    with pytest.raises(RemoteError, match="No") as refused:
        await talk.read()

    assert refused.value.remote_condition == "forbidden"
    assert len(talk.session.asked) == 1


async def test_a_readout_that_is_left_is_cancelled(talk: Talk) -> None:
    """By whoever does not want the rest."""
    talk.far.house.steps = tuple([reading("x" * 20_000)] for one in range(8))
    request = ReadRequest(id="", nodes=(HALL,))

    async with aclosing(talk.peer.read(request)) as parts:
        waiting = asyncio.create_task(anext(parts))
        while not waiting.done():
            await asyncio.sleep(0)
            talk.road.pass_on()

    assert "<cancel" in (await talk.partings()).replace(":", "<")
    assert not talk.peers.replies._waiting


async def test_a_readout_whose_rest_is_nonsense_is_cancelled(talk: Talk) -> None:
    """As is one that was a flood."""
    namespace, key = talk.dialect.sensor_data, talk.dialect.request_id
    talk.session.says = [f"<accepted xmlns='{namespace}' {key}='1' queued='true'/>"]
    request = ReadRequest(id="", nodes=(HALL,))
    parts = talk.peer.read(request)
    waiting = asyncio.ensure_future(anext(parts))
    await asyncio.sleep(0)

    talk.session.deliver(
        f"<{talk.dialect.fields} xmlns='{namespace}' {key}='1'>"
        f"<{talk.dialect.node} {talk.dialect.node_id}='a'><{talk.dialect.timestamp}/>"
        f"</{talk.dialect.node}></{talk.dialect.fields}>"
    )

    with pytest.raises(BadRequest):
        await waiting
    assert "cancel" in await talk.partings()


async def test_a_peer_that_goes_away_ends_its_readout(talk: Talk) -> None:
    """It is not waited for."""
    namespace, key = talk.dialect.sensor_data, talk.dialect.request_id
    talk.session.says = [f"<accepted xmlns='{namespace}' {key}='1'/>"]
    waiting = asyncio.ensure_future(anext(talk.peer.read(ReadRequest(id=""))))
    await asyncio.sleep(0)

    for gone in talk.session.gone:
        gone(HOME)

    with pytest.raises(NoAnswer, match="went away"):
        await waiting


async def test_what_belongs_to_nothing_is_dropped(talk: Talk) -> None:
    """Without an id, or with another's."""
    namespace = talk.dialect.sensor_data
    talk.session.deliver(f"<done xmlns='{namespace}'/>")
    talk.session.deliver(
        f"<done xmlns='{namespace}' {talk.dialect.request_id}='77'/>", "x@example.org/y"
    )

    assert not talk.peers.replies._waiting


async def test_a_concentrator_answers(talk: Talk) -> None:
    """What it is asked."""
    talk.far.house.answer = DataSources((DataSource(id="entities", name="Entities"),))

    answer = await talk.peer.tree(TreeRequest(operation=Operation.GET_ALL_DATA_SOURCES))

    assert isinstance(answer, DataSources)
    assert [one.id for one in answer.sources] == ["entities"]
    assert talk.session.asked[0][1:] == ("get", module.ANSWER_WITHIN)


async def test_parameters_are_set(talk: Talk) -> None:
    """By a request that acts."""
    request = ControlRequest(
        nodes=(HALL,), settings=(Setting("power", ValueType.BOOLEAN, True),)
    )

    affected = await talk.peer.control(request)

    assert affected.parameters == ()
    assert talk.session.asked[0][1] == "set"
    assert talk.far.house.requests == [request]


async def test_an_empty_answer_is_an_answer_to_that(talk: Talk) -> None:
    """As some devices give it."""
    talk.session.says = [None]

    await talk.peer.control(ControlRequest(nodes=(HALL,)))


async def test_a_refusal_says_what_is_wrong_of_each_parameter(talk: Talk) -> None:
    """As the house named them."""
    talk.far.house.answer = BadRequest("No.", parameters={"power": "Not so."})
    request = ControlRequest(
        nodes=(HALL,), settings=(Setting("power", ValueType.BOOLEAN, True),)
    )

    with pytest.raises(RemoteError) as refused:
        await talk.peer.control(request)

    assert refused.value.parameters == {"power": "Not so."}


FORM = "<x xmlns='jabber:x:data' type='form'>{}</x>"
WRONG = (
    "<field var='brightness' type='text-single'>"
    "<error xmlns='urn:xmpp:xdata:dynamic'>Too bright.</error></field>"
)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (FORM.format(WRONG), {"brightness": "Too bright."}),
        (FORM.format("<field/>") + "", {}),
        ("<y xmlns='urn:y'/>", {}),
    ],
)
async def test_a_form_that_comes_back_says_what_is_wrong(
    talk: Talk, form: str, wrong: dict[str, str]
) -> None:
    """If it can be read; the refusal counts anyway."""
    error = RemoteError("not-acceptable", "modify", "No.")
    error.children = (from_text(form),)
    talk.session.says = [error]

    with pytest.raises(RemoteError, match="No") as refused:
        await talk.peer.control(ControlRequest(nodes=(HALL,)))

    assert refused.value.parameters == wrong


async def test_the_form_of_a_node_is_asked_for(talk: Talk) -> None:
    """No form is no answer."""
    talk.far.house.answer = Form(
        title="Hall", fields=(FormField(var="power", label="Power"),)
    )
    form = await talk.peer.control_form(HALL)
    assert [field.var for field in form.fields] == ["power"]

    talk.session.says = [None]
    with pytest.raises(BadRequest):
        await talk.peer.control_form(HALL)


async def test_nodes_are_followed(talk: Talk) -> None:
    """By a request that acts."""
    wish = SourceSubscription(source="entities", kinds=frozenset(Happening))

    await talk.peer.follow_nodes(wish)

    assert talk.session.asked[0][1] == "set"
    assert len(talk.far.house.node_followers) == 1


QUERY = TreeRequest(
    operation=Operation.EXECUTE_NODE_COMMAND, nodes=(HALL,), command="history"
)


async def report(talk: Talk, found: list[object]) -> None:
    """Take a report."""
    async for items in talk.peer.query(QUERY):
        found.extend(items)


async def run(talk: Talk, found: list[object]) -> None:
    """Take a report as it comes."""
    task = asyncio.create_task(report(talk, found))
    while not task.done():
        await asyncio.sleep(0)
        talk.road.pass_on()
    await task


async def test_a_query_reports(talk: Talk) -> None:
    """Until it is done."""
    talk.far.house.reports = (
        [ReportMessage(text="Half.")],
        [ReportMessage(text="All.")],
    )
    found: list[object] = []

    await run(talk, found)

    assert found == [ReportMessage(text="Half."), ReportMessage(text="All.")]
    assert len(talk.session.asked) == 1


async def test_a_query_that_is_ended_over_there_is_an_error(talk: Talk) -> None:
    """What came before counts."""
    talk.far.house.reports = ([ReportMessage(text="Half.")], NotAcceptable("No."))
    found: list[object] = []

    with pytest.raises(RemoteError, match="aborted"):
        await run(talk, found)

    assert ReportMessage(text="Half.") in found


async def test_a_query_that_is_left_is_aborted(talk: Talk) -> None:
    """By whoever does not want the rest."""
    talk.far.house.reports = ([ReportMessage(text="Half.")], asyncio.Event().wait)
    async with aclosing(talk.peer.query(QUERY)) as parts:
        waiting = asyncio.create_task(anext(parts))
        while not waiting.done():
            await asyncio.sleep(0)
            talk.road.pass_on()

    assert "bort" in await talk.partings()


@pytest.mark.parametrize("talk", [XSF], indirect=True)
async def test_a_query_without_name_is_nonsense(talk: Talk) -> None:
    """Nothing could be told to belong to it."""
    talk.session.says = [
        f"<executeNodeQueryResponse xmlns='{talk.dialect.concentrator}' result='OK'/>"
    ]

    with pytest.raises(WireError):
        await report(talk, [])
    assert not talk.peers.replies._early


async def test_a_farewell_that_is_not_heard_is_no_trouble(talk: Talk) -> None:
    """Nor is one after the end."""

    async def farewell() -> None:
        raise NotConnected

    talk.peers.part(farewell())
    await talk.partings() if talk.session.asked else await asyncio.sleep(0)
    await talk.peers.stop()
    talk.peers.part(farewell())

    assert not talk.peers._partings


async def test_farewells_end_with_the_peers(talk: Talk) -> None:
    """They are not waited for."""
    talk.peers.part(asyncio.Event().wait())

    await talk.peers.stop()

    assert not talk.peers._partings
