"""Who could be linked: who is there, who is asked to be a friend, and what they have."""

import asyncio

import pytest

from custom_components.xmpp_iot.remote.directory import (
    Directory,
    concentrators,
    introduce,
)
from custom_components.xmpp_iot.wire.dialect_nf import NF
from custom_components.xmpp_iot.wire.dialect_xsf import XSF
from custom_components.xmpp_iot.wire.errors import NoAnswer, NotConnected, RemoteError
from custom_components.xmpp_iot.wire.peer import Peers

from .street import CABIN, HOME, Neighbour, Street

HOUSE = f"{HOME}/homeassistant"
PHONE = f"{HOME}/phone"


@pytest.fixture
def street() -> Street:
    """Return a street without houses."""
    return Street()


@pytest.fixture
def directory(street: Street) -> Directory:
    """Return the directory of the account."""
    return Directory(street, Peers(street))


def test_others_of_the_roster_are_online(street: Street, directory: Directory) -> None:
    """With each of their resources; other clients of the own account are nobody else."""
    street.move_in(HOUSE)
    street.move_in(PHONE)
    street.move_in(f"{CABIN}/phone")

    assert directory.online() == directory.resources(HOME) == (HOUSE, PHONE)


async def test_a_friend_is_wanted_until_it_is_forgotten(directory: Directory) -> None:
    """Whoever keeps the roster is told of both, once."""
    told = asyncio.Queue[list[str]]()
    directory.changed.add(lambda: told.put_nowait(list(directory.wanted)))

    directory.befriend(HOME, "Home")
    assert directory.wanted == {HOME: "Home"}
    assert await told.get() == [HOME]

    directory.forget(HOME)
    directory.forget(HOME)
    assert await told.get() == []
    await asyncio.sleep(0)
    assert told.empty()


def test_nobody_is_asked_without_a_session(
    street: Street, directory: Directory
) -> None:
    """And nobody is wanted later, when it is back."""
    street.connected = False

    with pytest.raises(NotConnected):
        directory.befriend(HOME, "Home")

    assert not directory.wanted


async def test_a_friend_comes_online(street: Street, directory: Directory) -> None:
    """Who comes is noticed at once, who goes and who else comes is not who is waited for."""
    street.move_in(PHONE)
    assert await directory.wait_online(HOME, 0)
    street.move_out(PHONE)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(directory.wait_online(HOME, 60))
        await asyncio.sleep(0)
        street.move_in("other@example.org/homeassistant")
        street.listeners[0](PHONE, False)
        await asyncio.sleep(0)
        assert not waiting.done()
        street.move_in(HOUSE)

    assert waiting.result()
    assert street.listeners == []


async def test_a_friend_does_not_come_online(
    street: Street, directory: Directory
) -> None:
    """The waiting has an end, and leaves nothing behind."""
    assert not await directory.wait_online(HOME, 0.01)
    assert street.listeners == []


async def test_concentrators_are_found_among_others(street: Street) -> None:
    """Not phones, not plain devices, nobody who refuses or says nothing in time."""
    street.move_in(PHONE, Neighbour(features=()))
    street.move_in("lamp@example.org/lamp", Neighbour(features=[XSF.sensor_data]))
    street.move_in("mute@example.org/homeassistant", Neighbour(silence=True))
    street.move_in(HOUSE)
    street.move_in("old@example.org/old", Neighbour(features=[XSF.concentrator]))

    jids = (*street.neighbours, "gone@example.org/homeassistant")
    found = await concentrators(street, jids, within=0.02)

    assert {known.jid for known in found} == {HOUSE, "old@example.org/old"}
    assert street.asked == list(jids)


async def test_a_house_is_met_and_its_nodes_are_named(street: Street) -> None:
    """At the one of its resources that is a concentrator, by the dialect it speaks."""
    street.move_in(PHONE, Neighbour(features=()))
    house = street.move_in(HOUSE)

    found = await introduce(Peers(street), (f"{HOME}/gone", PHONE, HOUSE))

    assert found is not None
    assert (found.known.jid, found.known.name) == (HOUSE, "Home")
    assert found.known.dialect == NF
    assert {one.ref.id for one in found.nodes} == {one.ref.id for one in house.nodes}


async def test_who_is_no_house_is_not_met(street: Street) -> None:
    """A phone is nothing to link."""
    street.move_in(PHONE, Neighbour(features=()))

    assert await introduce(Peers(street), (PHONE,)) is None


async def test_a_device_by_itself_is_its_only_node(street: Street) -> None:
    """A device without a concentrator can be linked, where there is no concentrator."""
    street.move_in(PHONE, Neighbour("Lamp", features=[NF.sensor_data]))

    found = await introduce(Peers(street), (PHONE,))

    assert found is not None
    assert [(one.display_name, one.is_controllable) for one in found.nodes] == [
        ("Lamp", False)
    ]
    street.move_in(HOUSE)
    found = await introduce(Peers(street), (PHONE, HOUSE))
    assert found is not None
    assert found.known.jid == HOUSE


async def test_why_a_house_is_not_met_is_said(street: Street) -> None:
    """One that does not even say what it is, and one that does not say what it has."""
    peers = Peers(street)
    street.move_in(PHONE, Neighbour(features=()))
    with pytest.raises(RemoteError, match="service-unavailable"):
        await introduce(peers, (HOUSE, PHONE))

    street.move_in(HOUSE, Neighbour(trouble=NoAnswer("It is asleep.")))
    with pytest.raises(NoAnswer, match="asleep"):
        await introduce(peers, (HOUSE, PHONE))
