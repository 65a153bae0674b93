"""What orders are for, when it has been renamed, or is named in another way."""

import pytest

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.thing import Thing
from custom_components.xmpp_iot.wire.model import NodeRef

from .street import CABIN, HOME, node

LAMP = Thing(HOME, NodeRef("light.lamp", "entities"), "lamp")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (Thing(HOME, NodeRef("light.door", "entities"), "lamp"), True),
        (Thing(HOME, NodeRef("light.lamp", "entities"), "door"), False),
        (Thing(HOME, NodeRef("light.lamp")), True),
        (Thing(HOME, NodeRef("light.lamp", "entities")), True),
        (Thing(HOME, NodeRef("light.lamp", "other")), False),
        (Thing(HOME, NodeRef("light.lamp", "entities", "1")), False),
        (Thing(HOME, NodeRef("light.door", "entities")), False),
        (Thing(CABIN, NodeRef("light.lamp", "entities"), "lamp"), False),
    ],
)
def test_a_thing_is_known_by_what_stays(other: Thing, is_same: bool) -> None:
    """Where nobody knows what stays, by its address."""
    assert LAMP.may_be(other) is is_same
    assert other.may_be(LAMP) is is_same


def test_what_is_shown_says_what_stays() -> None:
    """It is its own word for itself."""
    assert Thing.of(HOME, RemoteNode(node("light.lamp", "Lamp", uid="lamp"))) == LAMP
