"""A stay at another house: nodes that come, go, change and are missing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from custom_components.xmpp_iot.remote import visit as visit_module
from custom_components.xmpp_iot.wire.errors import BadRequest
from custom_components.xmpp_iot.wire.happening import Happening
from custom_components.xmpp_iot.wire.model import NodeState

from .far import FEED, FULL, NOON, Far, described, everything, ref, state, until
from .stay import Stay


async def test_a_new_node_is_read_and_shown(stay: Stay) -> None:
    """Without another survey."""
    far = stay.far
    await stay.begin()
    stay.read()
    far.house.states["fan.new"] = state("fan.new", "on")

    await far.happens(Happening.ADDED, described("fan.new", uid="fan"))

    assert stay.says("fan.new") == "on"
    assert stay.shown.told[-1] == "added fan.new"
    assert stay.read() == [(None, {"fan.new"})]
    assert far.house.surveys == 1


async def test_a_renamed_node_stays(stay: Stay) -> None:
    """The same one, under another id."""
    await stay.begin()
    lamp = stay.node("light.lamp")
    stay.far.house.states["light.new"] = state("light.new", "off")

    await stay.far.happens(
        Happening.UPDATED,
        described("light.new", parent="device:1", uid="lamp", pubsub=FEED),
        old_id="light.lamp",
    )

    assert stay.node("light.new") is lamp
    assert lamp.text("state") == "off"
    assert len(stay.shown.told) == 2


async def test_an_updated_node_is_described_anew(stay: Stay) -> None:
    """And its listeners are told."""
    await stay.begin()

    await stay.far.happens(
        Happening.UPDATED, described("sensor.rain", name="Rain", uid="rain")
    )

    assert stay.node("sensor.rain").info.display_name == "Rain"


async def test_a_removed_node_goes(stay: Stay) -> None:
    """At once."""
    await stay.begin()

    await stay.far.happens(Happening.REMOVED, described("sensor.rain", uid="rain"))

    assert stay.shown.told[-1] == "removed sensor.rain"


async def test_a_node_that_went_while_it_was_to_be_read(stay: Stay) -> None:
    """That it is not found is no reason to leave the house."""
    far = stay.far
    await stay.begin()
    info = described("fan.new", uid="fan")
    stay.store.put(info)  # as if told of, and gone over there

    stay.arrived[0]._read_soon(info.ref)
    await far.settle()

    assert stay.task
    assert not stay.task.done()
    assert len(stay.shown.nodes) == 2


async def test_a_node_out_of_order_is_unavailable_at_once(stay: Stay) -> None:
    """It is read, too: it may be in order again, and have said so before."""
    far = stay.far
    await stay.begin()
    lamp, told = stay.node("light.lamp"), list[bool]()
    lamp.listen(lambda: told.append(lamp.available))

    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.ERROR_UNSIGNED
    )
    assert told == [False, True]

    far.house.states["light.lamp"] = state("light.lamp", "", error="Unavailable.")
    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.ERROR_UNSIGNED
    )
    assert told == [False, True, False, False]


async def test_a_node_in_order_again_is_read(stay: Stay) -> None:
    """And one of which only something else is said is not."""
    far = stay.far
    await stay.begin()
    lamp = stay.node("light.lamp")
    lamp.status(NodeState.ERROR_SIGNED, NOON)
    stay.read()

    await far.happens(Happening.STATUS_CHANGED, lamp.info)
    assert lamp.available
    assert stay.read() == [(None, {"light.lamp"})]

    await far.happens(
        Happening.STATUS_CHANGED, lamp.info, state=NodeState.WARNING_SIGNED
    )
    await far.happens(Happening.STATUS_CHANGED, described("lock.unknown"))
    assert stay.read() == []


async def test_an_old_status_does_not_count_against_a_newer_reading(
    stay: Stay,
) -> None:
    """It says when it became so."""
    await stay.begin()
    lamp = stay.node("light.lamp")

    lamp.status(NodeState.ERROR_SIGNED, NOON - timedelta(seconds=1))

    assert lamp.available


async def test_what_is_missing_is_removed_when_a_second_look_confirms_it(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it is unavailable."""
    far = stay.far
    await stay.begin()
    await stay.end()
    rain = stay.node("sensor.rain")
    del far.house.nodes["sensor.rain"]

    await stay.begin()
    assert not rain.available
    assert stay.shown.told[2:] == []
    await stay.end()

    monkeypatch.setattr(visit_module, "CERTAIN_AFTER", 0)
    await stay.begin()
    await until(lambda: len(stay.shown.told) > 2)

    assert stay.shown.told[2:] == ["removed sensor.rain", "settled"]
    assert far.house.surveys == 4


async def test_what_was_only_late_is_not_removed(
    stay: Stay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The far house had only just started."""
    far = stay.far
    await stay.begin()
    await stay.end()
    info = far.house.nodes.pop("sensor.rain")
    await stay.begin()

    await far.happens(Happening.ADDED, info)
    stay.arrived[0]._look_again()  # a second wish changes nothing
    await far.settle()

    assert stay.node("sensor.rain").available
    assert sorted(stay.shown.told) == ["added light.lamp", "added sensor.rain"]


async def test_what_is_chosen_meanwhile_is_read(stay: Stay) -> None:
    """And shown."""
    stay.store.choose(lambda _, info: info.ref == ref("sensor.rain"))
    visit = await stay.begin()
    stay.read()

    stay.store.choose(everything)
    visit.read_new()
    await stay.far.settle()

    assert stay.shown.told == ["added sensor.rain", "added light.lamp"]
    assert {"light.lamp", "device:1"} in [nodes for _, nodes in stay.read()]


async def test_a_house_that_tells_nothing_of_its_nodes_is_followed_all_the_same(
    stay: Stay,
) -> None:
    """By its feed."""
    stay.far.house.tells = False
    await stay.begin()

    stay.far.publish(state("light.lamp", "off", at=NOON + timedelta(seconds=1)))

    assert stay.says("light.lamp") == "off"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda far: far.tell("<item id='e1-9'/>", sender="somebody@example.org"),
        lambda far: far.session.receive(FULL, far.session.asked[-1][1]),
    ],
)
async def test_what_others_say_changes_nothing(
    stay: Stay, spoil: Callable[[Far], None]
) -> None:
    """Only who was asked counts."""
    await stay.begin()
    stay.read()

    spoil(stay.far)
    await stay.far.settle()

    assert stay.read() == []


async def test_a_feed_at_no_address_is_refused(stay: Stay) -> None:
    """There is nobody to ask."""
    visit = await stay.begin()

    with pytest.raises(BadRequest):
        await visit._feed.begin("xmpp:?;node=")
