"""Nodes of another house are found by as much of their address as somebody says."""

from dataclasses import replace

import pytest

from custom_components.xmpp_iot.remote import addresses as module
from custom_components.xmpp_iot.remote.addresses import (
    Addresses,
    Name,
    identity_of,
    is_nameless,
)
from custom_components.xmpp_iot.remote.node import uid_of
from custom_components.xmpp_iot.wire.fragments import DEVICE
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeRef

from .far import described


def thing(node_id: str, source: str = "", partition: str = "") -> NodeInfo:
    """Return a foreign node."""
    found = described(node_id, kind="Acme.Thing")
    return replace(found, ref=NodeRef(node_id, source, partition))


@pytest.fixture
def nodes() -> Addresses:
    """Return nodes of which some have the same id."""
    nodes = Addresses()
    for info in (
        thing("pump", "meters"),
        thing("pump", "jobs"),
        thing("tap", "meters", "north"),
        thing("tap", "meters", "south"),
        thing("lamp", "meters", "north"),
    ):
        nodes.have(info)
    return nodes


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (NodeRef("pump", "meters"), NodeRef("pump", "meters")),
        (NodeRef("pump", "jobs"), NodeRef("pump", "jobs")),
        (NodeRef("pump", "others"), None),
        ("pump", None),
        ("lamp", NodeRef("lamp", "meters", "north")),
        (NodeRef("lamp", "meters"), None),
        (NodeRef("lamp", "", "north"), NodeRef("lamp", "meters", "north")),
        (NodeRef("lamp", "jobs"), None),
        (NodeRef("lamp", "", "south"), None),
        (NodeRef("tap", "meters"), None),
        (NodeRef("tap", "", "south"), NodeRef("tap", "meters", "south")),
        ("door", None),
    ],
)
def test_a_node_is_found_if_it_is_clear_which(
    nodes: Addresses, name: Name, found: NodeRef | None
) -> None:
    """What is said of its address has to fit it, and no other one."""
    assert nodes.find(name) == found
    info = nodes.get(name)
    assert (info and info.ref) == found


def test_who_has_many_of_one_id_is_not_looked_through(
    nodes: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not say which is meant finds none of them then."""
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 1)

    assert nodes.find(NodeRef("tap", "", "south")) is None
    assert nodes.find(NodeRef("tap", "meters", "south"))


def test_one_that_is_dropped_is_not_found(nodes: Addresses) -> None:
    """The other one of its id is clear then."""
    dropped = nodes.drop(NodeRef("pump", "meters"))

    assert dropped
    assert nodes.drop(NodeRef("pump", "meters")) is None
    assert nodes.find("pump") == NodeRef("pump", "jobs")
    assert len(nodes) == 4
    assert dropped.ref not in nodes


def test_a_parent_is_of_the_same_source(nodes: Addresses) -> None:
    """Where it is not said of which."""
    child = replace(thing("valve", "jobs"), parent=NodeRef("pump"))
    nodes.have(child)

    assert [one.ref for one in nodes.ancestors(child)] == [NodeRef("pump", "jobs")]
    assert list(nodes.ancestors(thing("door"))) == []


def test_a_node_keeps_what_it_is_until_another_one_is_that() -> None:
    """Also where two exchange their addresses, one after the other."""
    nodes = Addresses()
    one, two = described("light.one", uid="1"), described("light.two", uid="2")
    nodes.have(one)
    nodes.have(two)
    nodes.have(described("light.one", uid="2"))
    assert nodes.owner(identity_of(two)) == one.ref
    assert nodes.owner(identity_of(one)) is None

    nodes.have(described("light.two", uid="1"))
    assert nodes.owner(identity_of(two)) == one.ref
    assert nodes.owner(identity_of(one)) == two.ref

    nodes.drop(one.ref)
    assert nodes.owner(identity_of(two)) is None


def test_an_area_may_be_called_as_an_entity_is() -> None:
    """They are told apart."""
    area, entity = described("area:a", uid="a"), described("light.a", uid="a")

    assert identity_of(area) != identity_of(entity)


@pytest.mark.parametrize(
    ("info", "uid"),
    [
        (described("light.lamp", uid="lamp"), "lamp"),
        (described("light.lamp"), "light.lamp"),
        (thing("pump"), "pump"),
        (thing("pump", "meters"), "pump@meters"),
        (thing("pump", "meters", "north"), "pump@meters@north"),
    ],
)
def test_the_uid_is_the_nodes_own_word_or_its_address(info: NodeInfo, uid: str) -> None:
    """Of foreign nodes all of it: another source may have the same ids."""
    assert uid_of(info) == uid


def test_only_a_device_by_itself_has_no_id() -> None:
    """As no other node may."""
    assert not is_nameless(replace(thing(""), ref=DEVICE))
    assert is_nameless(thing("", "meters"))
    assert is_nameless(replace(described("light.lamp"), ref=DEVICE))


def inside(node_id: str, parent: str, source: str = "") -> NodeInfo:
    """Return a foreign node that is in another one."""
    return replace(thing(node_id, source), parent=NodeRef(parent, source))


def test_what_is_below_is_found_in_any_depth() -> None:
    """By what it is in, which not everybody says with its source; each once, also in a ring."""
    nodes = Addresses()
    for info in (
        thing("house", "meters"),
        inside("hall", "house"),
        inside("lamp", "hall", "meters"),
        inside("bulb", "lamp", "meters"),
        inside("moon", "sun"),
        inside("sun", "moon"),
        inside("stray", "gone"),
    ):
        nodes.have(info)
    nodes.have(inside("hall", "house", "meters"))

    def below(*ids: NodeRef) -> list[str]:
        return [one.ref.id for one in nodes.below(ids)]

    assert below(NodeRef("house", "meters")) == ["hall", "hall", "lamp", "bulb"]
    assert below(NodeRef("lamp", "meters")) == ["bulb"]
    assert below(NodeRef("bulb", "meters"), NodeRef("gone")) == []
    assert below(NodeRef("sun")) == ["moon", "sun"]
    nodes.have(inside("lamp", "house", "meters"))
    assert below(NodeRef("hall", "meters")) == []
    nodes.drop(NodeRef("lamp", "meters"))
    assert below(NodeRef("house", "meters")) == ["hall", "hall"]


def test_nothing_is_above_or_below_without_end() -> None:
    """Somebody may say that thousands are in each other."""
    nodes = Addresses()
    for number in range(2 * module.MOST_ABOVE):
        nodes.have(inside(str(number + 1), str(number)))
    last = nodes[NodeRef(str(2 * module.MOST_ABOVE))]

    assert len(list(nodes.ancestors(last))) == module.MOST_ABOVE
    assert len(list(nodes.below([NodeRef("1")]))) == module.MOST_ABOVE
