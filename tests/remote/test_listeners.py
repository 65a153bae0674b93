"""Whoever listens to a linked house is told, each in its turn."""

from collections.abc import Callable

import pytest

from custom_components.xmpp_iot.remote.listeners import Listeners

type Turns = list[tuple[Callable[[object], None], object]]


def waiting(turns: Turns) -> Listeners:
    """Return listeners that are told when they are, by their turns."""
    return Listeners("home", lambda tell, one: turns.append((tell, one)))


def test_one_that_fails_does_not_keep_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """That it failed is said once."""
    listeners, told = Listeners("home"), list[str]()

    def fail() -> None:
        raise ValueError

    listeners.add(fail)
    listeners.add(lambda: told.append("second"))
    listeners.tell()
    listeners.tell()

    assert told == ["second", "second"]
    assert caplog.text.count("Not all of home can be shown") == 1


def test_who_stops_before_its_turn_is_not_told() -> None:
    """An entity that has gone has nothing to show; stopping twice is nothing."""
    turns: Turns = []
    listeners, told = waiting(turns), list[str]()
    listeners.add(lambda: told.append("first"))
    stop = listeners.add(lambda: told.append("second"))
    listeners.tell()

    stop()
    stop()
    for tell, one in turns:
        tell(one)

    assert told == ["first"]


def test_at_the_end_nobody_is_told() -> None:
    """Whatever was to be."""
    turns: Turns = []
    listeners, told = waiting(turns), list[str]()
    listeners.add(lambda: told.append("first"))
    listeners.tell()

    listeners.clear()
    for tell, one in turns:
        tell(one)

    assert told == []
