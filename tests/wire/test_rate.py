"""Token buckets: much at once, and little more than the rate after that."""

import pytest

from custom_components.xmpp_iot.wire.rate import Buckets, Leaky, Limit


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at some time."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


def taken(buckets: Buckets, name: str, tries: int = 1000) -> int:
    """Return how many tokens can be taken now."""
    return sum(buckets.take(name) for _ in range(tries))


def test_a_burst_and_then_the_rate(clock: Clock) -> None:
    """Whoever was quiet may send a burst, then as many a second as the rate says, and a burst again."""
    buckets = Buckets(Limit(20, 200), clock=clock)
    assert taken(buckets, "a") == 200
    for _ in range(10):
        clock.now += 1
        assert taken(buckets, "a") == 20
    clock.now += 3600
    assert taken(buckets, "a") == 200


def test_slow_senders_are_never_stopped(clock: Clock) -> None:
    """Nobody who keeps to the rate is over the limit, however long."""
    buckets = Buckets(Limit(5, 1), clock=clock)
    for _ in range(1000):
        clock.now += 0.2
        assert buckets.take("a")


def test_more_may_be_taken_than_there_is(clock: Clock) -> None:
    """Who has one token left gets what it asks for, and then nothing until all of it has come in."""
    buckets = Buckets(Limit(10, 100), clock=clock)
    assert taken(buckets, "a", 99) == 99
    assert buckets.take("a", 51)  # one that is there, and fifty that lack
    clock.now += 5
    assert not buckets.take("a", 51)
    clock.now += 0.1
    assert buckets.take("a")


def test_what_was_refused_costs_nothing(clock: Clock) -> None:
    """Who tries on and on gets as much as who waits."""
    buckets = Buckets(Limit(1, 1), clock=clock)
    assert taken(buckets, "a") == 1
    clock.now += 1
    assert taken(buckets, "a") == 1


def test_each_has_a_bucket(clock: Clock) -> None:
    """What one takes is not missing from another."""
    buckets = Buckets(Limit(1, 2), clock=clock)
    assert taken(buckets, "a") == 2
    assert taken(buckets, "b") == 2


def test_the_number_of_buckets_is_bounded(clock: Clock) -> None:
    """The one used longest ago is forgotten first."""
    buckets = Buckets(Limit(1, 1), most=3, clock=clock)
    for name in "abca":
        buckets.take(name)
    buckets.take("d")
    assert len(buckets) == 3
    assert not buckets.take("a")
    assert buckets.take("b")


def test_the_limit_may_change(clock: Clock) -> None:
    """From then on there are more tokens, or fewer."""
    buckets = Buckets(Limit(1, 1), clock=clock)
    assert taken(buckets, "a") == 1
    buckets.limit = Limit(10, 20)
    assert taken(buckets, "a") == 10  # a second's worth was taken
    clock.now += 60
    assert taken(buckets, "a") == 20


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_limit_lets_something_through(rate: float, burst: int) -> None:
    """Blocking is for that."""
    with pytest.raises(ValueError, match="Nothing gets past"):
        Limit(rate, burst)


def test_it_says_when_to_come_back(clock: Clock) -> None:
    """Not a moment earlier, and at once where there is something."""
    buckets = Buckets(Limit(10, 20), clock=clock)
    assert buckets.due("a") == 0
    assert buckets.take("a", 70)
    due = buckets.due("a")
    assert due == pytest.approx(5.1)
    clock.now += due - 0.01
    assert not buckets.take("a")
    clock.now += 0.01
    assert buckets.take("a")


def test_what_was_put_in_long_ago_has_gone(clock: Clock) -> None:
    """Little by little it may be as much as it likes; of much at once there is some for a while."""
    leaky = Leaky(2_000, clock=clock)
    for _ in range(100):
        leaky.put(200)
        clock.now += 0.2
    assert leaky.amount == 0
    leaky.put(10_000)
    clock.now += 2
    assert leaky.amount == pytest.approx(6_000)
    leaky.leave(7_000)
    assert leaky.amount == pytest.approx(6_000)
    leaky.leave(100)
    assert leaky.amount == 100
    clock.now += 1
    assert leaky.amount == 0
