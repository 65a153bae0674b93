"""What rows of grants mean for orders: what is dangerous, what wears out, and what is not offered."""

from typing import Any

import pytest

from custom_components.xmpp_iot.contacts.grants import Level
from custom_components.xmpp_iot.wire.errors import Forbidden, ItemNotFound
from custom_components.xmpp_iot.wire.model import Commands, Operation
from tests.people import contact

from .actor import Actor
from .conftest import FRIEND, Home

DOOR = "lock.front_door"
LIGHT = "light.kitchen_lights"


def give(home: Home, **grant: Any) -> None:
    """Let the friend have this grant alone."""
    fields = {"level": Level.COMMAND, "all_entities": True, **grant}
    home.grant(contact(jid=FRIEND.jid, name="Friend", **fields))


async def offered(friend: Actor, node: str) -> set[str]:
    """Return the commands of a node."""
    answer = await friend.tree(Operation.GET_NODE_COMMANDS, node)
    assert isinstance(answer, Commands)
    return {one.id for one in answer.commands}


async def test_what_is_dangerous_is_refused_without_its_switch(
    home: Home, friend: Actor
) -> None:
    """By command and by parameter; the same lock can be locked."""
    give(home)
    await friend.execute(DOOR, "lock")
    assert home.state(DOOR) == "locked"

    with pytest.raises(Forbidden):
        await friend.execute(DOOR, "unlock")
    with pytest.raises(Forbidden):
        await friend.control(DOOR, locked=False)

    assert home.state(DOOR) == "locked"
    assert [event.data["action"] for event in home.commands] == ["lock"]


async def test_with_its_switch_it_is_done(home: Home, friend: Actor) -> None:
    """The record says by which grant."""
    give(home, dangerous=True)
    await friend.execute(DOOR, "lock")
    await friend.control(DOOR, locked=False)
    assert home.state(DOOR) == "unlocked"
    assert {event.data["grant"] for event in home.commands} == {
        f"grant of {FRIEND.jid}"
    }


async def test_what_one_may_not_do_is_not_offered(home: Home, friend: Actor) -> None:
    """A dangerous command is there for those who have it."""
    give(home)
    harmless = await offered(friend, DOOR)
    give(home, dangerous=True)
    everything = await offered(friend, DOOR)
    assert "lock" in harmless
    assert "unlock" in everything - harmless


async def test_nothing_of_a_request_is_done_when_a_part_is_dangerous(
    home: Home, friend: Actor
) -> None:
    """All is checked for all nodes before anything is done."""
    give(home)
    before = home.state(DOOR), home.state("lock.kitchen_door")
    with pytest.raises(Forbidden):
        await friend.control("lock.kitchen_door", DOOR, locked=False)
    assert (home.state(DOOR), home.state("lock.kitchen_door")) == before
    assert home.commands == []


async def test_the_last_use_is_the_last(home: Home, friend: Actor) -> None:
    """Afterwards there is nothing any more, not even to see."""
    give(home, uses=2)
    await friend.control(LIGHT, power=False)
    await friend.execute(LIGHT, "turn_on")
    with pytest.raises(ItemNotFound):
        await friend.execute(LIGHT, "turn_off")
    assert home.state(LIGHT) == "on"


async def test_a_refused_request_uses_nothing(home: Home, friend: Actor) -> None:
    """Only what is begun counts."""
    give(home, uses=1)
    with pytest.raises(Forbidden):
        await friend.execute(DOOR, "unlock")
    await friend.control(LIGHT, power=False)
    assert home.state(LIGHT) == "off"


async def test_what_the_owner_can_be_asked_for_is_offered(
    home: Home, friend: Actor
) -> None:
    """And once the owner has allowed it, it is done; of the past nobody is asked."""
    give(home, level=Level.READ, ask=True)
    commands = await offered(friend, DOOR)
    assert "unlock" in commands
    assert "history" not in commands
    info = await friend.node(DOOR)
    assert info.has_commands
    assert info.is_controllable

    home.grants.allow_once(FRIEND.jid, DOOR, "lock")
    await friend.execute(DOOR, "lock")
    assert home.state(DOOR) == "locked"
