"""How long publishes are, by what they took."""

import pytest

from custom_components.xmpp_iot.concentrator.portion import (
    ENVELOPE,
    LEAST,
    MOMENT,
    Portion,
)

MOST = 30_000


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
