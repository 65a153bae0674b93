"""The client side of the protocols, against our own service and against somebody who misbehaves."""

import asyncio
from contextlib import aclosing

import pytest

from custom_components.xmpp_iot.wire import peer as module
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    Forbidden,
    NoAnswer,
    RemoteError,
)
from custom_components.xmpp_iot.wire.form_model import Form, FormField
from custom_components.xmpp_iot.wire.happening import Happening, SourceSubscription
from custom_components.xmpp_iot.wire.model import (
    ControlRequest,
    DataSource,
    DataSources,
    Field,
    Operation,
    Reading,
    ReadRequest,
    Setting,
    TreeRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.xml import from_text

from .conversation import NOON
from .talk import HALL, HOME, Talk


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
