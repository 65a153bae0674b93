"""What happened to nodes, told so that whoever draws the tree can follow."""

from dataclasses import replace
from datetime import UTC, datetime

from custom_components.xmpp_iot.concentrator.differences import differences
from custom_components.xmpp_iot.concentrator.nodes import ref, text_parameter
from custom_components.xmpp_iot.concentrator.tree import Tree
from custom_components.xmpp_iot.wire.happening import Happening, NodeEvent
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeMessage, NodeState

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KITCHEN, STOVE, PLATE, LAMP = "area:kitchen", "device:stove", "sensor.plate", "light.a"

type Parents = dict[str, str | None]

HOUSE: Parents = {KITCHEN: None, STOVE: KITCHEN, PLATE: STOVE, LAMP: KITCHEN}


def picture(parents: Parents, **uids: str) -> dict[str, NodeInfo]:
    """Return nodes below their parents; `uids` are the registry ids of others than their own name."""
    return {
        node: NodeInfo(
            ref=ref(node),
            node_type=node.partition(":")[0].partition(".")[0],
            display_name=node,
            parent=ref(parent) if parent else None,
            parameters=(text_parameter("uid", uids.get(node.partition(".")[2], node)),),
        )
        for node, parent in parents.items()
    }


def tree(parents: Parents) -> Tree:
    """Return the tree of nodes."""
    children: dict[str | None, tuple[str, ...]] = {}
    for node, parent in parents.items():
        children[parent] = (*children.get(parent, ()), node)
    return Tree(parents, children)


def happened(
    before: dict[str, NodeInfo], after: dict[str, NodeInfo], parents: Parents
) -> list[NodeEvent]:
    """Return what happened."""
    return list(differences(before, after, tree(parents), NOON))


def told(events: list[NodeEvent]) -> list[tuple[Happening, str]]:
    """Return the events in short."""
    return [(event.kind, event.node.id) for event in events]


def test_nothing_happened() -> None:
    """Between two equal pictures there is nothing, whatever the time of the last change."""
    before = picture(HOUSE)
    after = {
        node: replace(one, last_changed=NOON) for node, one in picture(HOUSE).items()
    }
    assert happened(before, after, HOUSE) == []


def test_parents_come_before_their_children() -> None:
    """Who adds nodes as they are told always has the parent already, and knows where to put them."""
    events = happened({}, picture(HOUSE), HOUSE)
    assert told(events) == [(Happening.ADDED, node) for node in HOUSE]
    assert {event.node.id: event.after for event in events} == {
        KITCHEN: None,
        STOVE: None,
        PLATE: None,
        LAMP: ref(STOVE),
    }
    assert [event.info for event in events] == list(picture(HOUSE).values())


def test_children_go_before_their_parents() -> None:
    """Who removes nodes as they are told never has one without a parent."""
    events = happened(picture(HOUSE), {}, {})
    assert told(events) == [(Happening.REMOVED, node) for node in reversed(HOUSE)]


def test_a_node_not_described_is_no_sibling() -> None:
    """A node is behind the last one that is there."""
    after = picture(HOUSE)
    del after[STOVE], after[PLATE]
    (event,) = (event for event in happened({}, after, HOUSE) if event.node.id == LAMP)
    assert event.after is None


def test_what_a_node_is_and_how_it_is_are_told_apart() -> None:
    """A new name is an update, a new status is none."""
    before = picture(HOUSE)
    message = NodeMessage(at=NOON, kind="Error", text="Away.", event_id="Unavailable")
    after = {
        **before,
        LAMP: replace(before[LAMP], display_name="Lamp"),
        PLATE: replace(
            before[PLATE], state=NodeState.ERROR_UNSIGNED, messages=(message,)
        ),
    }
    status, update = happened(before, after, HOUSE)
    assert (update.kind, update.info) == (Happening.UPDATED, after[LAMP])
    assert (status.kind, status.node) == (Happening.STATUS_CHANGED, ref(PLATE))
    assert (status.state, status.messages) == (NodeState.ERROR_UNSIGNED, (message,))
    assert status.info is None


def test_a_rename_is_an_update_with_the_old_id() -> None:
    """The registry id tells that it is the same node."""
    parents: Parents = {
        "light.b" if node == LAMP else node: up for node, up in HOUSE.items()
    }
    (event,) = happened(picture(HOUSE), picture(parents, b=LAMP), parents)
    assert (event.kind, event.node.id, event.old_id) == (
        Happening.UPDATED,
        "light.b",
        LAMP,
    )


def test_an_id_that_another_node_has_now_is_free_before() -> None:
    """What had the id goes first, so that the removal does not hit the other."""
    events = happened(picture(HOUSE), picture(HOUSE, a="new"), HOUSE)
    assert told(events) == [(Happening.REMOVED, LAMP), (Happening.ADDED, LAMP)]


def test_a_move_is_told_before_the_old_parent_goes() -> None:
    """A child is in its new place when the old one is removed."""
    parents: Parents = {"area:hall": None, PLATE: "area:hall"}
    events = happened(picture(HOUSE), picture(parents), parents)
    assert told(events) == [
        (Happening.ADDED, "area:hall"),
        (Happening.UPDATED, PLATE),
        (Happening.REMOVED, LAMP),
        (Happening.REMOVED, STOVE),
        (Happening.REMOVED, KITCHEN),
    ]
