"""The nodes of another house: chosen, renamed, missing, gone."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from custom_components.xmpp_iot.remote import nodes as module
from custom_components.xmpp_iot.remote.nodes import MARGIN, NodeStore
from custom_components.xmpp_iot.wire.model import NodeInfo

from .far import NOON, Shown, described, everything, ref, state

LAMP = described("light.lamp", parent="device:1", uid="lamp")
FAN = described("fan.fan", parent="device:1", uid="fan")
DEVICE = described("device:1", parent="area:kitchen", uid="1")
AREA = described("area:kitchen", uid="kitchen")


@pytest.fixture
def store() -> NodeStore:
    """Return a store that has read a lamp and a fan on one device."""
    store = NodeStore(everything)
    store.replace_all((AREA, DEVICE, LAMP, FAN), final=False)
    store.take([state("device:1", "Acme", name="manufacturer")])
    store.take([state("light.lamp", "on"), state("fan.fan", "off")])
    return store


@pytest.fixture
def shown(store: NodeStore) -> Shown:
    """Return what is shown of it."""
    shown = Shown()
    store.follow(shown)
    store.announce()
    shown.told.clear()
    return shown


def test_a_node_is_shown_once_and_with_its_first_values() -> None:
    """What was not read is not shown, and nothing is shown twice."""
    store, shown = NodeStore(everything), Shown()
    store.follow(shown)
    store.replace_all((LAMP, FAN), final=False)
    store.take([state("light.lamp", "on")])

    store.announce()
    store.announce()

    assert shown.told == ["added light.lamp"]
    assert store.announced == tuple(shown.nodes)


def test_a_node_that_cannot_be_shown_yet_is_offered_again() -> None:
    """How some are shown can only be told when they were read."""
    store, shown = NodeStore(everything), Shown(shows=False)
    store.follow(shown)
    store.replace_all((LAMP,), final=False)
    store.take([state("light.lamp", "", error="Unavailable.")])
    store.announce()

    shown.shows = True
    store.announce()

    assert shown.told == ["added light.lamp"]


def test_who_follows_later_is_told_of_what_is_there(
    store: NodeStore, shown: Shown
) -> None:
    """Until it follows no more."""
    other = Shown()
    unfollow = store.follow(other)
    assert other.told == ["added light.lamp", "added fan.fan"]

    unfollow()
    store.remove("fan.fan")

    assert shown.told == ["removed fan.fan"]
    assert len(other.told) == 2


def test_a_missing_node_is_unavailable_and_stays(
    store: NodeStore, shown: Shown
) -> None:
    """A house that has just started has not all of its nodes: they come back as they were."""
    (lamp, fan) = shown.nodes
    store.replace_all((AREA, DEVICE, LAMP), final=False)

    assert store.missing is True
    assert [one.available for one in (lamp, fan)] == [True, False]
    assert ref("fan.fan") not in store.readable
    assert shown.told == []

    store.replace_all((AREA, DEVICE, LAMP, FAN), final=False)
    assert [store.missing] == [False]
    assert store.unread == (ref("fan.fan"),)
    store.take([state("fan.fan", "on")])
    assert store.announced[-1].available
    assert store.get("fan.fan") is fan


def test_what_is_missing_for_good_is_removed(store: NodeStore, shown: Shown) -> None:
    """When that is certain."""
    store.replace_all((AREA, DEVICE, LAMP), final=False)
    store.replace_all((AREA, DEVICE, LAMP), final=True)

    assert not store.missing
    assert shown.told == ["removed fan.fan"]
    assert store.info("fan.fan") is None
    assert len(store) == 1


def test_what_is_remembered_elsewhere_is_missing_too(
    store: NodeStore, shown: Shown
) -> None:
    """Entities of a former visit that are of no node now."""
    shown.missed = True
    assert store.missing

    store.settle()
    assert shown.told == ["settled"]


def test_a_renamed_node_stays_the_same(store: NodeStore, shown: Shown) -> None:
    """Its uid says so, at an event as at a survey."""
    (lamp, _) = shown.nodes
    changes: list[str] = []
    lamp.listen(lambda: changes.append(lamp.id))

    store.rename("light.lamp", described("light.new", parent="device:1", uid="lamp"))
    assert store.get("light.new") is lamp
    assert store.get("light.lamp") is None

    newest = described("light.newest", parent="device:1", uid="lamp")
    store.replace_all((AREA, DEVICE, newest, FAN), final=False)
    assert store.get("light.newest") is lamp
    assert not store.missing
    assert changes == ["light.new", "light.newest"]
    assert shown.told == []


def test_a_node_without_uid_is_renamed_by_its_old_id() -> None:
    """Then what stays the same is told by nobody else."""
    store, shown = NodeStore(everything), Shown()
    store.follow(shown)
    store.replace_all((described("pump", kind="Pump"),), final=False)
    store.take([state("pump", "on")])
    store.announce()

    store.rename("pump", described("pump 2", kind="Pump"))

    assert store.get("pump 2") is shown.nodes[0]
    assert shown.told == ["added pump"]


def test_two_nodes_exchange_their_ids_at_a_survey(
    store: NodeStore, shown: Shown
) -> None:
    """Each keeps who shows it."""
    (lamp, fan) = shown.nodes
    swapped = (
        described("fan.fan", parent="device:1", uid="lamp"),
        described("light.lamp", parent="device:1", uid="fan"),
    )
    store.replace_all((AREA, DEVICE, *swapped), final=False)

    assert store.get("fan.fan") is lamp
    assert store.get("light.lamp") is fan
    assert shown.told == []


def test_two_nodes_exchange_their_ids_event_by_event(
    store: NodeStore, shown: Shown
) -> None:
    """The one whose id is taken waits for its own."""
    (lamp, fan) = shown.nodes
    store.rename("light.lamp", described("fan.fan", parent="device:1", uid="lamp"))
    assert not fan.available

    store.rename("fan.fan", described("light.lamp", parent="device:1", uid="fan"))

    assert store.get("fan.fan") is lamp
    assert store.get("light.lamp") is fan
    assert not store.missing
    assert shown.told == []


def test_one_whose_id_was_taken_and_that_never_comes_back_is_removed(
    store: NodeStore, shown: Shown
) -> None:
    """As anything that is not there."""
    lamp = described("fan.fan", parent="device:1", uid="lamp")
    store.rename("light.lamp", lamp)
    assert store.missing

    store.replace_all((AREA, DEVICE, lamp), final=True)

    assert shown.told == ["removed fan.fan"]
    assert not store.missing


def test_one_whose_id_was_taken_is_found_at_a_survey(
    store: NodeStore, shown: Shown
) -> None:
    """Under the id it has then, be it the one it had."""
    (lamp, fan) = shown.nodes
    store.rename("light.lamp", described("fan.fan", parent="device:1", uid="lamp"))

    store.replace_all((AREA, DEVICE, LAMP, FAN), final=True)

    assert store.get("light.lamp") is lamp
    assert store.get("fan.fan") is fan
    assert shown.told == []


def test_another_node_with_an_old_id_is_another(store: NodeStore, shown: Shown) -> None:
    """It was taken out and something else got its name."""
    (lamp, _) = shown.nodes
    store.put(described("light.lamp", parent="device:1", uid="other"))

    assert shown.told == ["removed light.lamp"]
    assert store.get("light.lamp") is not lamp


def test_a_node_moves_to_another_device(store: NodeStore, shown: Shown) -> None:
    """Which its follower is told."""
    store.put(described("light.lamp", parent="area:kitchen", uid="lamp"))

    assert shown.told == ["moved light.lamp"]


def test_a_device_is_described_anew_to_all_that_is_in_it(
    store: NodeStore, shown: Shown
) -> None:
    """Their names go with its."""
    (lamp, _) = shown.nodes
    before, changes = lamp.info, list[str]()
    lamp.listen(lambda: changes.append(lamp.id))

    store.put(described("device:1", name="New", parent="area:kitchen", uid="1"))

    assert shown.told == ["described device:1"]
    assert changes == ["light.lamp"]
    assert lamp.info is not before
    assert lamp.info == before


def test_what_a_device_says_of_itself_is_told_when_it_changes(
    store: NodeStore, shown: Shown
) -> None:
    """A failure to read it changes nothing."""
    store.take([state("device:1", "Acme", name="manufacturer")])
    store.take([state("device:1", "", error="Not now.")])
    assert shown.told == []

    store.take([state("device:1", "2.0", name="sw_version")])

    assert shown.told == ["described device:1"]
    assert set(store.identity("device:1")) == {"manufacturer", "sw_version"}


def test_another_choice_shows_and_hides_at_once(store: NodeStore, shown: Shown) -> None:
    """What is chosen no more goes; what is chosen now is to be read."""

    def only(wanted: str) -> None:
        store.choose(lambda _, info: info.ref.id == wanted)

    only("fan.fan")
    assert shown.told == ["removed light.lamp"]

    only("light.lamp")
    assert shown.told == ["removed light.lamp", "removed fan.fan"]
    assert store.unread == (ref("light.lamp"),)


def test_a_node_that_leaves_the_choice_is_removed(
    store: NodeStore, shown: Shown
) -> None:
    """A device that is carried out of the chosen area takes its entities with it."""

    def in_kitchen(nodes: NodeStore, info: NodeInfo) -> bool:
        above = {one.ref.id for one in nodes.ancestors(info)}
        return not info.has_children and "area:kitchen" in above

    store.choose(in_kitchen)
    assert shown.told == []

    store.put(described("device:1", uid="1"))

    assert sorted(shown.told) == [
        "described device:1",
        "removed fan.fan",
        "removed light.lamp",
    ]


def test_a_reading_of_nothing_we_know_is_dropped(store: NodeStore) -> None:
    """A house may well say more than was asked."""
    store.take([state("lock.unknown", "locked")])

    assert store.identity("lock.unknown") == {}


def test_ancestors_of_a_loop_end() -> None:
    """Somebody's tree may have no root."""
    store = NodeStore(everything)
    one, two = (
        described("device:1", parent="device:2"),
        described("device:2", parent="device:1"),
    )
    store.put(one)
    store.put(two)

    assert list(store.ancestors(one)) == [two]


def test_what_may_be_missed_begins_a_while_before_the_newest_change(
    store: NodeStore,
) -> None:
    """A feed brings old changes after new ones; the first thing missed counts."""
    store.miss(NOON + timedelta(hours=1))
    assert store.missed_since == NOON - MARGIN

    store.take([state("light.lamp", "off", at=NOON + timedelta(minutes=30))])
    store.miss(NOON + timedelta(hours=1))
    assert store.missed_since == NOON - MARGIN


def test_a_far_clock_that_is_ahead_is_not_believed(store: NodeStore) -> None:
    """It may be set right while nobody looks."""
    store.take([state("light.lamp", "off", at=NOON + timedelta(days=1))])
    store.miss(NOON)

    assert store.missed_since == NOON - MARGIN


def test_nothing_is_missed_of_what_was_never_known() -> None:
    """All of it will be read anyway."""
    store = NodeStore(everything)
    store.miss(NOON)

    assert store.missed_since is None


def test_after_a_new_beginning_an_older_reading_counts(store: NodeStore) -> None:
    """The clock over there was set back."""
    older = state("light.lamp", "off", at=NOON - timedelta(hours=1))
    store.take([older])
    lamp = store.get("light.lamp")
    assert lamp
    assert lamp.text("state") == "on"

    store.rewind()
    store.take([older])
    assert lamp.text("state") == "off"


def test_there_are_no_more_nodes_than_are_good_for_a_house(
    store: NodeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tells of ever more of them is not listened to; those that are known change as ever."""
    monkeypatch.setattr(module, "MAX_NODES", 5)
    for number in range(10):
        store.put(described(f"sensor.s{number}"))
    store.put(described("light.lamp", name="Lamp", parent="device:1", uid="lamp"))

    assert store.get("sensor.s0")
    assert store.get("sensor.s1") is None
    lamp = store.info("light.lamp")
    assert lamp
    assert lamp.display_name == "Lamp"


def test_what_does_not_concern_them_is_not_told_to_those_below(
    store: NodeStore, shown: Shown
) -> None:
    """When a device was changed is nobody else's business."""
    heard: list[str] = []
    lamp = store.get("light.lamp")
    assert lamp
    lamp.listen(partial(heard.append, "lamp"))

    store.put(replace(DEVICE, last_changed=NOON))
    assert heard == []
    store.put(replace(DEVICE, display_name="Other"))
    assert heard == ["lamp"]
