"""Which node of another house is which: by address, by uid, and not by both of two."""

from dataclasses import replace

import pytest

from custom_components.xmpp_iot.remote.nodes import NodeStore
from custom_components.xmpp_iot.wire.fragments import DEVICE
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeRef, Reading

from .far import NOON, Shown, described, everything, state

LAMP = described("light.lamp", parent="device:1", uid="lamp")
DEVICE_1 = described("device:1", uid="1")


def thing(source: str, partition: str = "", *, node_id: str = "pump") -> NodeInfo:
    """Return a foreign node."""
    found = described(node_id, kind="Acme.Thing")
    return replace(found, ref=NodeRef(node_id, source, partition))


def reading(node: NodeRef, value: str) -> Reading:
    """Return what a node reads."""
    return replace(state(node.id, value), node=node)


@pytest.fixture
def shown() -> Shown:
    """Return who shows nodes."""
    return Shown()


@pytest.fixture
def store(shown: Shown) -> NodeStore:
    """Return a store with a lamp that is shown."""
    store = NodeStore(everything)
    store.follow(shown)
    store.replace_all((DEVICE_1, LAMP), final=False)
    store.take([state("device:1", "Acme"), state("light.lamp", "on")])
    store.announce()
    shown.told.clear()
    return store


def test_the_same_id_in_two_sources_is_two_nodes(shown: Shown) -> None:
    """Each has its own values, its own uid, and goes by itself."""
    store = NodeStore(everything)
    store.follow(shown)
    meters, jobs, north = thing("meters"), thing("jobs"), thing("jobs", "north")
    store.replace_all((meters, jobs), final=False)
    store.put(north)
    store.take(
        reading(one.ref, value)
        for one, value in ((meters, "1"), (jobs, "2"), (north, "3"))
    )
    store.announce()
    nodes = [store.get(one.ref) for one in (meters, jobs, north)]

    assert [node.text("state") for node in nodes if node] == ["1", "2", "3"]
    assert len({node.uid for node in nodes if node}) == 3
    assert store.get("pump") is None  # it is not clear which

    store.remove(jobs.ref)
    assert [store.get(one.ref) is not None for one in (meters, jobs, north)] == [
        True,
        False,
        True,
    ]
    assert shown.told == [*["added pump"] * 3, "removed pump"]


def test_a_reading_that_does_not_say_its_source_is_of_the_only_one(
    store: NodeStore,
) -> None:
    """Not everybody repeats it; where there are two it is of neither."""
    store.put(thing("meters"))
    store.take([reading(NodeRef("pump"), "1")])
    store.put(thing("jobs"))
    store.take([reading(NodeRef("pump"), "2")])

    pump = store.get(NodeRef("pump", "meters"))
    assert pump
    assert pump.text("state") == "1"


def test_a_second_node_does_not_take_the_first_ones_place(
    store: NodeStore, shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it comes by itself or in a survey; that is said once."""
    lamp = store.get("light.lamp")
    copy = described("light.copy", uid="lamp")
    store.put(copy)
    store.rename("light.other", copy)
    for infos in ((DEVICE_1, LAMP, copy), (copy, DEVICE_1, LAMP)):
        for final in (False, True):
            store.replace_all(infos, final=final)
    store.take([state("light.copy", "off")])
    store.announce()

    assert shown.told == []
    assert store.get("light.lamp") is lamp
    assert store.get("light.copy") is None
    assert lamp
    assert lamp.available
    assert caplog.text.count("only one of such nodes is shown") == 1


def test_of_two_that_are_new_the_first_is_shown(
    shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody was it before."""
    store = NodeStore(everything)
    copy = described("light.copy", uid="lamp")
    store.replace_all((LAMP, copy), final=False)

    assert store.get("light.lamp")
    assert store.get("light.copy") is None
    assert "only one" in caplog.text


def test_who_is_missing_is_found_under_another_id(
    store: NodeStore, shown: Shown
) -> None:
    """The house tells of it as of a new one."""
    lamp = store.get("light.lamp")
    store.replace_all((DEVICE_1,), final=False)

    store.put(described("light.new", parent="device:1", uid="lamp"))

    assert store.get("light.new") is lamp
    assert store.get("light.lamp") is None
    assert not store.missing
    assert shown.told == []


def test_who_lost_its_id_is_found_when_it_comes_as_a_new_one(
    store: NodeStore, shown: Shown
) -> None:
    """It is the same still."""
    store.put(described("fan.fan", uid="fan"))
    store.take([state("fan.fan", "on")])
    store.announce()
    fan = store.get("fan.fan")
    store.rename("light.lamp", described("fan.fan", uid="lamp"))

    store.put(described("fan.new", uid="fan"))

    assert store.get("fan.new") is fan
    assert shown.told == ["added fan.fan"]


@pytest.mark.parametrize(
    "info", [described(""), thing("meters", node_id=""), replace(LAMP, ref=DEVICE)]
)
def test_a_node_without_an_id_is_refused(
    store: NodeStore, shown: Shown, info: NodeInfo
) -> None:
    """Its unique id would be that of the house's own sensor."""
    store.put(info)
    store.rename("light.lamp", info)
    store.replace_all((DEVICE_1, LAMP, info), final=True)

    assert shown.told == []
    assert len(store) == 1
    assert store.get("light.lamp")


def test_a_device_without_a_concentrator_has_no_id(shown: Shown) -> None:
    """It is the only node there is."""
    store = NodeStore(everything)
    store.follow(shown)
    store.replace_all((replace(thing(""), ref=DEVICE),), final=False)
    store.take([replace(state("", "1", at=NOON), node=DEVICE)])
    store.announce()

    assert shown.told == ["added "]


def test_a_node_whose_old_id_was_another_ones_is_a_new_one(
    store: NodeStore, shown: Shown
) -> None:
    """What has a word of its own for what it is stays that."""
    lamp = store.get("light.lamp")

    store.rename("light.lamp", described("light.new", uid="new"))

    assert store.get("light.lamp") is lamp
    assert store.get("light.new")
    assert shown.told == []
