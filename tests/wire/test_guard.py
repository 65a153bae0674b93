"""The guard at the door: shares of contacts, of domains and of all strangers, and who is told what."""

import asyncio
from dataclasses import dataclass, field

import pytest
from slixmpp import JID

from custom_components.xmpp_iot.wire.guard import Guard
from custom_components.xmpp_iot.wire.rate import Limit, Limits

from .test_rate import Clock

HOUSE = "home@house.example"
FRIEND = JID("friend@house.example/phone")
OTHER = JID("other@house.example/phone")


@dataclass
class Door:
    """A guard with two contacts."""

    clock: Clock = field(default_factory=Clock)
    floods: list[tuple[str, bool]] = field(default_factory=list)
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        """Listen to the guard."""
        known = {FRIEND.bare, OTHER.bare}
        self.guard = Guard(HOUSE, known.__contains__, clock=self.clock)
        self.guard.set_limits(Limits(contact=Limit(20, 200)))
        self.guard.flooded.add(lambda who, known: self.floods.append((who, known)))

    def lets_in(self, sender: JID, tries: int) -> int:
        """Return how many of so many stanzas are let in."""
        return sum(self.guard.lets_in(sender) for _ in range(tries))


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the guard has logged."""
    name = Guard.__module__
    return [one.getMessage() for one in caplog.records if one.name == name]


@pytest.fixture
def door() -> Door:
    """Return it."""
    return Door()


async def test_each_contact_has_a_share(door: Door) -> None:
    """Whatever one sends, another one's stanzas are let in; its own devices share."""
    assert door.lets_in(FRIEND, 1000) == 200
    assert door.lets_in(JID(f"{FRIEND.bare}/tablet"), 10) == 0
    assert door.lets_in(OTHER, 1000) == 200
    door.clock.now += 1
    assert door.lets_in(FRIEND, 1000) == 20


async def test_strangers_of_a_domain_share(door: Door) -> None:
    """Accounts cost nothing, so all of a domain are one; it keeps no contact out."""
    senders = [JID(f"s{number}@house.example/x") for number in range(50)]
    assert sum(door.lets_in(sender, 10) for sender in senders) == 20
    assert door.lets_in(FRIEND, 10) == 10
    door.clock.now += 1
    assert door.lets_in(senders[0], 100) == 5


async def test_a_crowd_of_domains_shares(door: Door) -> None:
    """Domains cost little, so all of them together are let in up to another limit."""
    domains = [JID(f"s@d{number}.example/x") for number in range(200)]
    assert sum(door.lets_in(sender, 1) for sender in domains) == 100
    door.clock.now += 1
    assert sum(door.lets_in(sender, 1) for sender in domains) == 50
    await asyncio.sleep(0)
    assert door.floods == [("", False)]


async def test_a_domain_that_floods_takes_nothing_of_the_others(door: Door) -> None:
    """What is too much for its own share is not counted in that of all."""
    assert door.lets_in(JID("s@loud.example/x"), 1000) == 20
    assert door.lets_in(JID("s@quiet.example/x"), 20) == 20


async def test_the_owner_hears_of_it_once_a_minute(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever floods is named, with whether it is somebody known, and is in the log as often."""
    for _ in range(119):
        door.lets_in(FRIEND, 1000)
        door.lets_in(JID("s@loud.example/x"), 1000)
        door.clock.now += 1
    await asyncio.sleep(0)
    assert door.floods == [(FRIEND.bare, True), ("loud.example", False)] * 2
    assert said(caplog) == [
        f"{who} sends more to {HOUSE} than it may; some of it is dropped"
        for who, _ in door.floods
    ]


async def test_a_thousand_domains_do_not_fill_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """Of strangers so many are named in a minute; contacts are named all the same."""
    for number in range(100):
        door.lets_in(JID(f"s@d{number}.example/x"), 30)
    door.lets_in(FRIEND, 1000)
    await asyncio.sleep(0)
    assert len(door.floods) == len(said(caplog)) == 11
    assert (FRIEND.bare, True) in door.floods


async def test_limits_may_be_set(door: Door) -> None:
    """They count from then on."""
    limits = Limits(contact=Limit(1, 3), domain=Limit(1, 2), strangers=Limit(1, 5))
    door.guard.set_limits(limits)
    assert door.lets_in(FRIEND, 10) == 3
    assert [door.lets_in(JID(f"s@{name}.example/x"), 10) for name in "abc"] == [2, 2, 1]


async def test_an_answer_a_second(door: Door) -> None:
    """Whoever is over the limit is told so once a second."""
    told = 0
    for _ in range(30):
        told += door.guard.may_answer(FRIEND)
        door.clock.now += 0.1
    assert told == 3


def test_a_crowd_of_one_domain_is_answered_like_one(door: Door) -> None:
    """Names cost nothing there: else each of them would have an answer."""
    told = sum(
        door.guard.may_answer(JID(f"name{number}@spam.example/x"))
        for number in range(30)
    )
    assert told == 1
