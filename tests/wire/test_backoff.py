"""How soon a house asks again for a server that is away, and for one that sends it away."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from custom_components.xmpp_iot.wire.backoff import Backoff

HOUR = 3600.0


def attempts(lost_at: float = 0.0) -> Iterator[float]:
    """Yield when somebody asks who lost the server then, as long as it is away."""
    backoff, now = Backoff(), lost_at
    while True:
        now += backoff.next(now, sent_away=False)
        yield now


@pytest.mark.parametrize("outage", [0.5, 3, 10, 20, 40, 300, HOUR, 24 * HOUR])
def test_a_server_that_is_back_is_noticed_soon(outage: float) -> None:
    """The house is late by a twentieth of the outage, by a second in short and a minute in long ones."""
    for _ in range(200):
        noticed = next(at for at in attempts() if at >= outage)
        assert noticed - outage <= max(1, min(60, outage / 20))


def test_a_server_that_stays_away_is_asked_seldom() -> None:
    """Who is away for hours is asked about once a minute, and before that ever more seldom."""
    times = []
    for at in attempts():
        if at > 4 * HOUR:
            break
        times.append(at)
    assert times[0] <= 0.5
    assert sum(at < 20 for at in times) <= 41
    assert sum(at < HOUR for at in times) < 250
    waits = [later - at for at, later in pairwise(times) if at > HOUR]
    assert all(30 <= wait <= 60 for wait in waits)
    assert 40 < sum(waits) / len(waits) < 50


def test_it_does_not_matter_what_time_it_is() -> None:
    """Only how long the outage lasts counts, whatever the loop's clock showed at its beginning."""
    lost_at = 1e6
    times = [at for at, _ in zip(attempts(lost_at), range(30), strict=False)]
    assert times[0] <= lost_at + 0.5
    assert all(0.5 <= later - at <= 1 for at, later in pairwise(times[:10]))


def test_a_server_that_sends_us_away_is_left_alone() -> None:
    """Then each wait is somewhere below a bound that doubles up to five minutes."""
    backoff = Backoff()
    waits = [backoff.next(0, sent_away=True) for _ in range(2000)]
    for number, wait in enumerate(waits):
        bound = min(300, 2**number)
        assert bound / 2 <= wait <= bound
    assert 200 < sum(waits[100:]) / len(waits[100:]) < 250


def test_trouble_that_is_over_does_not_count() -> None:
    """After a good session everything begins anew."""
    backoff = Backoff()
    for now in range(100):
        backoff.next(now, sent_away=True)
    backoff.reset()
    assert backoff.next(1000, sent_away=False) <= 0.5
    backoff.reset()
    assert backoff.next(2000, sent_away=True) <= 1


def test_trouble_that_goes_on_is_not_new() -> None:
    """A session that did not last does not begin the outage anew."""
    backoff = Backoff()
    assert backoff.next(0, sent_away=False) <= 0.5
    assert 4.5 <= backoff.next(180, sent_away=False) <= 9


def test_an_outage_after_a_session_is_another_one() -> None:
    """However soon it comes: nobody is late for what was long before. Being sent away still counts."""
    backoff = Backoff()
    backoff.next(0, sent_away=True)
    backoff.next(1, sent_away=False)
    backoff.note_session()
    assert backoff.next(180, sent_away=False) <= 0.5
    assert backoff.next(200, sent_away=False) <= 1
    assert 1 <= backoff.next(201, sent_away=True) <= 2


def test_sessions_that_are_always_short_are_one_trouble() -> None:
    """A server that drops the house every few seconds for ever is not logged in to every few seconds."""
    backoff, now, log_ins = Backoff(), 0.0, 0
    while now < HOUR / 6:  # (the clock of excuses stands still)
        now += backoff.next(now, sent_away=False) + 6
        backoff.note_session()
        log_ins += 1
    assert log_ins < 60
    assert backoff.next(now, sent_away=False) > 10
    backoff.reset()
    assert backoff.next(now, sent_away=False) <= 0.5
