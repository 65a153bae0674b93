"""What callers were told is compared with what was done, and nothing that does not match is passed over."""

from typing import Any

import pytest

from scripts.support.verdicts import (
    EXPIRY,
    GRACE,
    WRONGS,
    Books,
    Command,
    Verdict,
    compared,
    row,
    verdict,
)

ENTITIES = frozenset({"entity"})


def answer(key: str | None, code: str = "home_assistant_error") -> dict[str, Any]:
    """Return what Home Assistant answers for an error with that message."""
    return {"success": False, "error": {"code": code, "translation_key": key}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"success": True}, Verdict.DONE),
        (answer("not_connected"), Verdict.REFUSED),
        (answer("remote_expired"), Verdict.EXPIRED),
        (answer("remote_no_answer"), Verdict.UNKNOWN),
        (answer("remote_unknown"), Verdict.UNKNOWN),
        (answer(None, "not_found"), Verdict.REFUSED),
        (answer(None), Verdict.NONE),
        (answer("of_somebody_else"), Verdict.NONE),
    ],
)
def test_an_answer_is_one_verdict(said: dict[str, Any], expected: Verdict) -> None:
    """What says nothing of a command's end is none."""
    assert verdict(said) is expected


@pytest.mark.parametrize(
    ("told", "effects", "wrong"),
    [
        (Verdict.DONE, [1.0], []),
        (Verdict.DONE, [], ["lost"]),
        (Verdict.DONE, [1.0, 2.0], ["doubled"]),
        (Verdict.REFUSED, [], []),
        (Verdict.REFUSED, [1.0], ["belied"]),
        (Verdict.EXPIRED, [1.0], ["belied"]),
        (Verdict.UNCALLED, [1.0], ["belied"]),
        (Verdict.UNKNOWN, [], []),
        (Verdict.UNKNOWN, [1.0], []),
        (Verdict.UNKNOWN, [1.0, 2.0], ["doubled"]),
        (Verdict.UNKNOWN, [EXPIRY + GRACE + 0.1], ["late"]),
        (Verdict.NONE, [], ["verdictless"]),
    ],
)
def test_what_does_not_match_is_named(
    told: Verdict, effects: list[float], wrong: list[str]
) -> None:
    """A verdict says how often there may be an effect, and every effect is in time."""
    command = Command("c1", "execute", verdict=told)

    found = compared([command], Books({"c1": effects}, {"c1": 0.0}), ENTITIES)

    assert [one.figure for one in found] == wrong
    assert set(wrong) <= set(WRONGS)


def test_time_counts_from_when_the_house_was_called() -> None:
    """It may have been busy when the caller began."""
    command = Command("c1", "execute", called_at=0.0, verdict=Verdict.DONE)

    assert compared([command], Books({"c1": [12.0]}, {"c1": 3.0}), ENTITIES) == []
    assert compared([command], Books({"c1": [12.0]}), ENTITIES) != []


@pytest.mark.parametrize(("way", "lost"), [("entity", 0), ("execute", 1)])
def test_what_home_assistant_passes_over_is_not_lost(way: str, lost: int) -> None:
    """It does so with entities that are not there, and with nothing else."""
    books = Books.read("", "passed-over c1 1.0\n")
    command = Command("c1", way, verdict=Verdict.DONE)

    figures = row([command], compared([command], books, ENTITIES))

    assert (figures["lost"], figures["passed_over"]) == (lost, 1 - lost)


def test_the_books_are_those_of_both_houses() -> None:
    """Effects are in home, calls in the cabin: who shows a house may have the same words in its journal."""
    books = Books.read(
        "called c1 1.5\neffect c1 2.0\neffect c1 3.0\n",
        "called c1 1.0\neffect c2 1.0\n",
    )

    assert (books.effects, books.called) == ({"c1": [2.0, 3.0]}, {"c1": 1.0})
    assert books.passed_over == set()
