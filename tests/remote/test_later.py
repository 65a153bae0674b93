"""What a large change brings with it is done in turns."""

import asyncio
from time import thread_time

import pytest

from custom_components.xmpp_iot.remote import later as module
from custom_components.xmpp_iot.remote.later import Later


def test_without_an_event_loop_all_is_done_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is nobody else to have a turn."""
    monkeypatch.setattr(module, "MOMENT", 0)
    later, done = Later(), list[int]()
    for number in range(3):
        later.do(lambda number=number: done.append(number))

    assert done == [0, 1, 2]
    assert not later.busy


@pytest.fixture
def slow() -> tuple[Later, list[int]]:
    """Return work, and what of it was done, that takes all the time there is."""
    return Later(), []


def add(slow: tuple[Later, list[int]], number: int) -> None:
    """Have something to do that takes a turn."""
    later, done = slow

    def work() -> None:
        until = thread_time() + module.MOMENT
        while thread_time() < until:
            pass
        done.append(number)

    later.do(work)


async def test_what_fits_into_a_moment_is_done_at_once() -> None:
    """All of a small change."""
    later, done = Later(), list[int]()
    for number in range(100):
        later.do(lambda number=number: done.append(number))

    assert len(done) == 100
    assert not later.busy


async def test_the_rest_is_done_in_later_turns_in_the_same_order(
    slow: tuple[Later, list[int]],
) -> None:
    """Others have theirs in between, and what comes last is done last."""
    later, done = slow
    for number in range(4):
        add(slow, number)
    assert done == [0]

    turns = []
    while later.busy:
        turns.append(len(done))
        await asyncio.sleep(0)
        if len(done) == 2:
            later.do(lambda: done.append(9))

    assert turns == [1, 2, 3, 4]
    assert done == [0, 1, 2, 3, 9]


async def test_each_turn_has_its_own_time(slow: tuple[Later, list[int]]) -> None:
    """What was spent in an earlier one does not count."""
    _, done = slow
    add(slow, 0)
    await asyncio.sleep(0)
    add(slow, 1)

    assert done == [0, 1]


async def test_one_that_fails_does_not_keep_the_others(
    slow: tuple[Later, list[int]],
) -> None:
    """The event loop says that it failed."""
    later, done = slow
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: failures.append(context["exception"])
    )

    def fail() -> None:
        raise IndexError

    add(slow, 0)
    later.do(fail)
    add(slow, 1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert done == [0, 1]
    assert [type(one) for one in failures] == [IndexError]


async def test_what_waits_is_forgotten_at_the_end(
    slow: tuple[Later, list[int]],
) -> None:
    """Nothing is done any more."""
    later, done = slow
    for number in range(3):
        add(slow, number)

    later.stop()
    later.stop()
    await asyncio.sleep(0)

    assert done == [0]
    assert not later.busy


async def test_the_same_waits_once(slow: tuple[Later, list[int]]) -> None:
    """It keeps its place; the same for something else is something else."""
    later, done = slow
    add(slow, 0)
    for _ in range(3):
        for number in (1, 2):
            later.do(done.append, number)

    assert len(later) == 2
    assert later.waits(done.append, 2)
    await asyncio.sleep(0)
    assert done == [0, 1, 2]
    assert not later.waits(done.append, 2)


async def test_what_is_first_waits_for_nothing_else(
    slow: tuple[Later, list[int]],
) -> None:
    """Then comes what makes room, then the rest, and each in its order."""
    later, done = slow
    add(slow, 0)
    for number in (5, 6):
        later.do(done.append, number)
    for number in (3, 4):
        later.clear(done.append, number)
    assert later.clearing
    for number in (1, 2):
        later.do_first(done.append, number)

    await asyncio.sleep(0)

    assert done == [0, 1, 2, 3, 4, 5, 6]
    assert not later.clearing


async def test_what_brings_more_with_it_takes_its_time_once(
    slow: tuple[Later, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has done is not counted for each of them again."""
    later, done = slow
    clock = iter([0.0, 0.0, 0.004, 0.004])
    monkeypatch.setattr(module, "thread_time", lambda: next(clock))

    later.do(later.do, done.append, 1)

    assert later._spent == 0.004
    assert done == [1]
