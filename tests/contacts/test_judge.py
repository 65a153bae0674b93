"""What contacts may do with linked devices: what they may do with what shows them."""

from collections.abc import Callable, Iterable

import pytest

from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.contacts.judge import DeviceJudge
from custom_components.xmpp_iot.wire.model import NodeRef
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    DevicePart,
    Matter,
    Question,
    Ruling,
)

BOB, LAMP = "bob@example.net", "lamp@example.org"
HALL, DESK = NodeRef("hall"), NodeRef("desk")


def part(node: NodeRef, thing: str, *names: str) -> DevicePart:
    """Return a part whose fields can be set, too."""
    return DevicePart(
        node=node, thing=thing, fields=frozenset(names), parameters=frozenset(names)
    )


PARTS = (
    part(HALL, "sensor.hall_temperature", "Temperature"),
    part(HALL, "sensor.hall_power", "Power"),
    part(DESK, "switch.desk", "Power"),
    part(DESK, "light.desk", "Lamp", "Color"),
)


class Shelf:
    """One device, and what of it is shown."""

    parts_of: tuple[DevicePart, ...] = PARTS

    def devices(self) -> frozenset[str]:
        """Return the device."""
        return frozenset({LAMP})

    def parts(self, device: str) -> Iterable[DevicePart]:
        """Return its parts."""
        return self.parts_of if device == LAMP else ()


def judge(*granted: str, level: Level = Level.CONTROL) -> DeviceJudge:
    """Return a judge by what Bob is granted."""

    def may(contact: str, what: Level, entity_id: str) -> bool:
        return contact == BOB and entity_id in granted and level.allows(what)

    def follow(changed: Callable[[], None]) -> Callable[[], None]:
        return changed

    return DeviceJudge(Shelf(), may, follow)


def question(matter: Matter, *nodes: NodeRef, names: Iterable[str] = ()) -> Question:
    """Return a question about Bob."""
    return Question(matter=matter, jid=BOB, nodes=nodes, names=frozenset(names))


def test_a_friend_is_who_sees_any_of_it() -> None:
    """Nobody else is."""
    asked = question(Matter.FRIEND)
    assert judge("light.desk", level=Level.READ).rule(LAMP, asked).allowed
    assert not judge("light.kitchen").rule(LAMP, asked).allowed
    assert not judge("light.desk").rule("other@example.org", asked).allowed


def test_what_is_shown_to_nobody_is_denied() -> None:
    """That is how it begins."""
    for matter in Matter:
        assert not judge().rule(LAMP, question(matter, HALL)).allowed


@pytest.mark.parametrize("matter", [Matter.READ, Matter.CONTROL])
def test_the_ruling_lists_what_is_granted(matter: Matter) -> None:
    """Nodes in the order asked, and names, also of a question about all."""
    rule = judge("sensor.hall_temperature", "light.desk").rule
    assert rule(LAMP, question(matter, DESK, HALL, NodeRef("x"))) == Ruling(
        allowed=True,
        nodes=(DESK, HALL),
        names=frozenset({"Temperature", "Lamp", "Color"}),
    )
    assert rule(LAMP, question(matter)) == Ruling(
        allowed=True, names=frozenset({"Temperature", "Lamp", "Color"})
    )


def test_the_ruling_lists_no_more_than_was_asked() -> None:
    """Neither nodes nor names."""
    rule = judge("sensor.hall_temperature", "light.desk").rule
    assert rule(LAMP, question(Matter.READ, DESK, names={"Lamp", "Power"})) == Ruling(
        allowed=True, nodes=(DESK,), names=frozenset({"Lamp"})
    )
    assert rule(LAMP, question(Matter.READ, DESK, names={"Power"})) is DENIED


def test_a_name_is_allowed_on_every_node_that_is_listed() -> None:
    """Nodes and names are listed apart: the hall's power would else come with the desk's."""
    rule = judge("sensor.hall_temperature", "switch.desk").rule
    assert rule(LAMP, question(Matter.READ, HALL, DESK)).names == frozenset(
        {"Temperature"}
    )
    assert rule(LAMP, question(Matter.READ, DESK)).names == frozenset({"Power"})
    only = judge("sensor.hall_power", "sensor.hall_temperature").rule
    assert only(LAMP, question(Matter.READ, HALL, DESK)) == Ruling(
        allowed=True, nodes=(HALL,), names=frozenset({"Power", "Temperature"})
    )


def test_reading_is_not_controlling() -> None:
    """Each has its level."""
    rule = judge("light.desk", level=Level.READ).rule
    assert rule(LAMP, question(Matter.READ, DESK)).allowed
    assert not rule(LAMP, question(Matter.CONTROL, DESK)).allowed


def test_the_judge_knows_the_devices_and_the_changes() -> None:
    """As it is told."""
    assert judge().devices() == {LAMP}

    def changed() -> None:
        """Be told."""

    assert judge().follow(changed) is changed
