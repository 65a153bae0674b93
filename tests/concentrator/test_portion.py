"""How long publishes are, by what they took."""

from dataclasses import dataclass, field

import pytest

from custom_components.xmpp_iot.concentrator.portion import (
    BURST,
    ENVELOPE,
    FIRST,
    LEAST,
    MOMENT,
    RATE,
    STEP,
    Portion,
)
from custom_components.xmpp_iot.wire.rate import Leaky

MOST = 30_000


@dataclass
class Limited:
    """A server that lets so many bytes through, and then so many a second."""

    burst: int
    rate: int
    now: float = 0.0
    owed: float = 0.0
    portion: Portion = field(init=False)

    def __post_init__(self) -> None:
        """Have publishes of a house that is next to it."""
        read = Leaky(RATE, clock=lambda: self.now)
        self.portion = Portion(MOST, read)

    def publish(self) -> float:
        """Publish as much as there is room for, and return how many seconds that took."""
        size = self.portion.room
        self.owed += size + ENVELOPE
        seconds = 0.002 + max(0.0, self.owed - self.burst) / self.rate
        self.rest(seconds)
        self.portion.took(size, seconds)
        return seconds

    def rest(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self.owed = max(0.0, self.owed - seconds * self.rate)


def settled(rate: float, way: float, *, publishes: int = 100) -> Portion:
    """Return the portion of a server that reads so many bytes a second, so many seconds away."""
    portion = Portion(MOST)
    portion.took(100, way)
    for _ in range(publishes):
        portion.took(portion.room, way + (portion.room + ENVELOPE) / rate)
    return portion


@pytest.mark.parametrize("way", [0.001, 0.3, 2.0])
def test_a_quick_server_gets_as_much_as_there_is(way: float) -> None:
    """However far away it is."""
    assert settled(1e6, way).room == MOST


def test_a_slow_server_gets_what_it_reads_in_a_moment() -> None:
    """Or a little more, before it is seen that this is too much."""
    portion = settled(10_000, 0.01)
    assert LEAST < portion.room + ENVELOPE <= 1.1 * MOMENT * 10_000


def test_the_slowest_server_gets_a_little() -> None:
    """Less would be nothing but envelopes."""
    assert settled(100, 0.01).room == LEAST


def test_it_grows_again() -> None:
    """A limit may end."""
    portion = settled(1_000, 0.01)
    for _ in range(400):
        portion.took(portion.room, 0.01)
    assert portion.room == MOST


def test_small_ones_prove_nothing() -> None:
    """A quick one makes room for longer ones only if it was long itself."""
    portion = settled(1_000, 0.01)
    before = portion.room
    portion.took(10, 0.01)
    assert portion.room == before


def test_a_slow_server_is_not_taken_for_a_long_way() -> None:
    """However long it goes on."""
    portion = settled(3_000, 0.01, publishes=5_000)
    assert portion.room + ENVELOPE <= 1.1 * MOMENT * 3_000 + LEAST


def test_a_way_that_has_become_longer_is_seen_in_the_end() -> None:
    """It is not the server that is slow."""
    portion = settled(1e6, 0.01)
    for _ in range(600):
        portion.took(portion.room, 0.8)
    assert portion.room > 10 * LEAST


@pytest.mark.parametrize(("burst", "rate"), [(20_000, 3_000), (20_480, 10_240)])
@pytest.mark.parametrize("storms", [1, 10])
def test_the_limits_that_servers_come_with_are_felt_slowly(
    burst: int, rate: int, storms: int
) -> None:
    """One that lets much through at first is not taken for one that has no limit, however often it does."""
    server, longest = Limited(burst, rate), 0.0
    for _ in range(storms):
        longest = max(longest, *(server.publish() for _ in range(100)))
        server.rest(60)
    assert longest < 2
    assert server.portion.room < BURST / 3


def test_a_server_that_reads_more_than_those_has_no_such_limit() -> None:
    """A storm of a thousand entities is most of the way the longest ones there are."""
    server = Limited(10**9, 10**9)
    rooms: list[int] = []
    while sum(rooms) < 120_000:
        rooms.append(server.portion.room)
        server.publish()
    assert rooms[-1] == MOST
    assert len(rooms) < 15


def test_much_in_a_long_time_proves_nothing() -> None:
    """A limit lets it through as well."""
    server = Limited(10**9, 10**9)
    before = 0
    while server.portion.room < MOST / 2:
        assert server.portion.room - before in {FIRST, STEP}
        before = server.portion.room
        server.publish()
        server.rest(2)


def test_a_server_that_was_slow_once_has_to_prove_it_again() -> None:
    """What it read before counts no more."""
    server = Limited(10**9, 10**9)
    for _ in range(20):
        server.publish()
    server.portion.took(MOST, 10 * MOMENT)
    before = server.portion.room
    server.publish()
    assert before < server.portion.room < before + STEP
