"""Subscribers are told what changes, as much as they wished and may see, and nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from custom_components.xmpp_iot.wire import subscriptions
from custom_components.xmpp_iot.wire.dialects import Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ItemNotFound,
    ResourceConstraint,
)
from custom_components.xmpp_iot.wire.model import Category, NodeRef, ReadRequest

from .conversation import FRIEND
from .schemas import assert_valid
from .test_event_subscription import each_dialect
from .watching import ATTIC, HALL, Watch, settle

BOTH = "<nd id='sensor.hall' src='entities'/><nd id='sensor.attic' src='entities'/>"
TABLET = replace(FRIEND, jid="friend@example.org/tablet")
GUEST = replace(FRIEND, jid="guest@example.org/1")


@pytest.fixture
async def watch() -> AsyncIterator[Watch]:
    """Return a conversation that leaves nothing behind."""
    async with Watch.held() as watch:
        yield watch


@each_dialect
async def test_a_change_is_told(watch: Watch, dialect: Dialect) -> None:
    """The answer and every event are sensor data of the dialect, with the id of the subscription."""
    answer = await watch.subscribe(dialect=dialect)
    assert answer == f'<accepted xmlns="{dialect.sensor_data}" id="s"/>'
    assert_valid(answer)
    watch.house.change(HALL, T=21.5)
    await settle()
    (message,) = watch.talk.said()
    assert message.startswith(f'<resp xmlns="{dialect.sensor_data}" id="s">')
    assert_valid(message)


@pytest.mark.parametrize("kind", ["get", "set"])
async def test_either_type_of_request_will_do(watch: Watch, kind: str) -> None:
    """The deployed implementation subscribes in an IQ of type get."""
    assert "accepted" in await watch.subscribe(kind="get" if kind == "get" else "set")


async def test_only_what_changed_is_told(watch: Watch) -> None:
    """A field that is as it was is no news, even where the node says it has some."""
    await watch.subscribe(BOTH)
    watch.house.change(HALL, T=21.5, M=False)
    assert await watch.event() == {"sensor.hall": {"T": "21.5"}}
    watch.house.tell(HALL)
    watch.house.change(HALL, T=21.5)
    await watch.silence()


async def test_fields_are_read_as_wished(watch: Watch) -> None:
    """Names and categories are the house's to keep to; what was is never read for an event."""
    await watch.subscribe(f"{BOTH}<f n='T'/>", "m='true' h='true'")
    watch.house.change(HALL, M=True)
    await watch.silence()
    for request in watch.house.requests:
        assert isinstance(request, ReadRequest)
        assert request.fields == {"T"}
        assert request.categories == {Category.MOMENTARY}
        assert (request.id, len(request.nodes)) == ("s", 1)
    assert watch.house.callers[-1].jid == FRIEND.jid
    assert watch.house.callers[-1].sent_at != FRIEND.sent_at


async def test_thresholds_keep_small_steps_back(watch: Watch) -> None:
    """An event comes when the step since the last one is large enough."""
    await watch.subscribe("<nd id='sensor.hall' src='entities'/><f n='T' by='1'/>")
    for value in (21.4, 21.8):
        watch.house.change(HALL, T=value)
        await watch.silence()
    watch.house.change(HALL, T=22.0)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}
    watch.house.change(HALL, T=21.5)
    await watch.silence()


async def test_who_knows_something_else_is_told(watch: Watch) -> None:
    """A value the subscriber has wrong is told after the answer."""
    await watch.subscribe(f"{BOTH}<f n='T' v='21.2' by='1'/>")
    assert await watch.event() == {"sensor.attic": {"T": "5.0"}}


async def test_present_values_follow_the_answer(watch: Watch) -> None:
    """Who wants to know at once is told all, after the answer."""
    await watch.subscribe(BOTH, "req='true'")
    await settle()
    assert watch.line.sent[0] == ("", "answer")
    assert watch.events() == [
        {"sensor.hall": {"T": "21.0", "M": "false"}, "sensor.attic": {"T": "5.0"}}
    ]


async def test_a_change_before_the_answer_waits(watch: Watch) -> None:
    """Nothing is told before the answer has left."""
    watch.house.readable.clear()
    asked = asyncio.create_task(watch.subscribe(BOTH, "req='true'"))
    await settle()
    watch.house.change(HALL, T=30.0)
    await settle()
    watch.house.readable.set()
    await asked
    await settle()
    assert watch.line.sent[0] == ("", "answer")
    assert watch.events()[0]["sensor.hall"]["T"] == "30.0"


async def test_a_failure_and_its_end_are_told(watch: Watch) -> None:
    """A node that cannot be read is told with the reason, and again when it can."""
    await watch.subscribe()
    values = watch.house.values[HALL]
    watch.house.values[HALL] = "Unavailable."
    watch.house.tell(HALL)
    assert await watch.event() == {"sensor.hall": {"": "Unavailable."}}
    watch.house.values[HALL] = values
    watch.house.tell(HALL)
    assert await watch.event() == {"sensor.hall": {"T": "21.0", "M": "false"}}


async def test_a_refusal_is_a_failure_to_read(watch: Watch) -> None:
    """Where the house refuses, the subscriber is told that of this node, and the others go on."""
    await watch.subscribe(BOTH)
    watch.house.values[HALL] = ItemNotFound()
    watch.house.tell(HALL)
    watch.house.change(ATTIC, T=6.0)
    assert await watch.event() == {
        "sensor.hall": {"": "item-not-found"},
        "sensor.attic": {"T": "6.0"},
    }


async def test_an_address_may_have_another_form(watch: Watch) -> None:
    """A node that is followed without its source is told as the house calls it."""
    bare = NodeRef("sensor.hall")
    watch.house.values[bare] = watch.house.values[HALL]
    await watch.subscribe(
        "<nd id='sensor.hall'/><nd id='sensor.attic' src='entities'/>"
    )
    watch.house.values[bare] = {"T": 22.0, "M": False}
    watch.house.tell(HALL)
    assert await watch.event() == {"sensor.hall": {"T": "22.0"}}


async def test_what_cannot_be_seen_cannot_be_followed(watch: Watch) -> None:
    """Where nothing is left it does not exist; else the rest is followed, without a word."""
    watch.house.hidden = {HALL}
    with pytest.raises(ItemNotFound):
        await watch.subscribe()
    assert watch.house.value_followers == []
    assert "accepted" in await watch.subscribe(BOTH)
    watch.house.change(HALL, T=1.0)
    await watch.silence()
    watch.house.change(ATTIC, T=1.0)
    assert await watch.event() == {"sensor.attic": {"T": "1.0"}}


@pytest.mark.parametrize(
    ("content", "attributes"), [("", ""), ("<nd id='a'/>", "h='true'")]
)
async def test_a_wish_for_nothing_is_refused(
    watch: Watch, content: str, attributes: str
) -> None:
    """A subscription names nodes, and more than what was."""
    with pytest.raises(BadRequest):
        await watch.subscribe(content, attributes)


async def test_an_end(watch: Watch) -> None:
    """Who unsubscribes is told nothing more; what is not there cannot be ended."""
    await watch.subscribe()
    with pytest.raises(ItemNotFound):
        await watch.unsubscribe(caller=TABLET)
    assert await watch.unsubscribe() == ""
    watch.house.change(HALL, T=1.0)
    await watch.silence()
    with pytest.raises(ItemNotFound) as error:
        await watch.unsubscribe()
    assert error.value.kind == "modify"


async def test_the_same_id_replaces(watch: Watch) -> None:
    """A new subscription with an id takes the place of the old one, of the same resource only."""
    await watch.subscribe(BOTH)
    await watch.subscribe(caller=TABLET)
    await watch.subscribe("<nd id='sensor.attic' src='entities'/>")
    watch.house.change(HALL, T=1.0)
    await settle()
    assert [to for to, text in watch.line.sent if to] == [TABLET.jid]
    assert len(watch.house.value_followers) == 2


async def test_several_subscriptions_at_once(watch: Watch) -> None:
    """Each has its own id, on the same node too."""
    await watch.subscribe(identifier="one")
    await watch.subscribe(BOTH, identifier="two")
    watch.house.change(HALL, T=1.0)
    await settle()
    assert len(watch.events()) == 2


async def test_a_contact_has_so_many(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all its resources; replacing one is no further one, and others have their own."""
    monkeypatch.setattr(subscriptions, "MAX_SUBSCRIPTIONS", 2)
    await watch.subscribe(identifier="one")
    await watch.subscribe(identifier="one", caller=TABLET)
    with pytest.raises(ResourceConstraint):
        await watch.subscribe(identifier="two")
    await watch.subscribe(identifier="one")
    await watch.subscribe(identifier="two", caller=GUEST)
    assert len(watch.house.value_followers) == 3


async def test_a_contact_follows_so_many_nodes(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all of its subscriptions together; one that is refused leaves the one it would replace."""
    monkeypatch.setattr(subscriptions, "MAX_FOLLOWED", 3)
    await watch.subscribe(BOTH, identifier="one")
    await watch.subscribe(identifier="two", caller=TABLET)
    with pytest.raises(ResourceConstraint):
        await watch.subscribe(BOTH, identifier="two", caller=TABLET)
    assert len(watch.house.value_followers) == 2
    await watch.subscribe(BOTH, identifier="one")
    await watch.subscribe(BOTH, caller=GUEST)


async def test_who_is_replaced_at_the_beginning_is_read_no_more(watch: Watch) -> None:
    """Subscribing again and again costs a readout of one node each time, not of all of them."""
    watch.house.readable.clear()
    asked = [asyncio.create_task(watch.subscribe(BOTH)) for _ in range(3)]
    await settle()
    watch.house.readable.set()
    await asyncio.gather(*asked)
    await settle()
    assert len(watch.house.requests) == 2 + 1 + 1
    assert len(watch.house.value_followers) == 1


@pytest.mark.parametrize(
    ("gone", "left"), [(FRIEND.jid, 2), (TABLET.jid, 2), (None, 0), ("x@y/z", 3)]
)
async def test_who_is_gone_is_told_nothing(
    watch: Watch, gone: str | None, left: int
) -> None:
    """A resource that left loses its subscriptions, a new session everybody's."""
    for caller in (FRIEND, TABLET, GUEST):
        await watch.subscribe(caller=caller)
    watch.line.lose(gone)
    watch.house.change(HALL, T=1.0)
    await settle()
    assert len(watch.house.value_followers) == left
    reached = {to for to, _ in watch.line.sent if to}
    assert len(reached) == left
    assert gone not in reached
