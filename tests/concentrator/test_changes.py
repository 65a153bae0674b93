"""Changes: what of an entity is told again, and when all of it is."""

from typing import Any

import pytest

from custom_components.xmpp_iot.concentrator.changes import changed
from homeassistant.core import State

BEFORE = State("weather.hill", "sunny", {"a": 1, "b": [1], "temperature": 20})


def now(state: str = "sunny", **attributes: Any) -> State:
    """Return the state with these attributes instead."""
    return State("weather.hill", state, {**BEFORE.attributes, **attributes})


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (now("rainy"), set()),
        (now(a=2), {"a"}),
        (now(a=True), {"a"}),
        (now(a=1.0), {"a"}),
        (now(b=[1]), set()),
        (now(b=[True]), {"b"}),
        (now(b=[2], temperature=21), {"b", "temperature"}),
    ],
)
def test_attributes_that_are_said_otherwise_are_told(
    after: State, names: set[str]
) -> None:
    """Equal values are not alike where they are said otherwise; the state is told always."""
    assert changed(BEFORE, after) == names


def test_attributes_that_were_not_written_again_are_none() -> None:
    """They are not even looked at."""
    after = State("weather.hill", "rainy")
    after.attributes = BEFORE.attributes
    assert changed(BEFORE, after) == set()


@pytest.mark.parametrize(
    "after",
    [
        None,
        now("unavailable"),
        now(c=1),
        State("weather.hill", "sunny", {"a": 1, "b": [1]}),
        now(a=None),
        now(a="https://example.org/?token=1"),
    ],
)
def test_what_comes_or_goes_has_all_told(after: State | None) -> None:
    """Neither the field that has gone nor a failure can be said beside the rest."""
    assert changed(BEFORE, after) is None


@pytest.mark.parametrize("before", [None, now("unavailable"), now(c=1)])
def test_what_was_not_like_that_has_all_told(before: State | None) -> None:
    """It has just come, could not be read, or had more to say."""
    assert changed(before, BEFORE) is None


@pytest.mark.parametrize(
    "name",
    [
        "supported_features",
        "unit_of_measurement",
        "restored",
        "mode",
        "has_date",
        "temperature_unit",
    ],
)
def test_what_decides_how_others_are_said_has_all_told(name: str) -> None:
    """Their units, types and qualities, and whether they can be set."""
    one, other = ({**BEFORE.attributes, name: value} for value in (1, 2))
    before, after = (State("weather.hill", "sunny", it) for it in (one, other))
    assert changed(before, after) is None


def test_what_never_leaves_is_nothing_to_tell() -> None:
    """Nor what has no value, before and after."""
    before = now(access_token="a", odd=float("nan"))
    after = now("rainy", access_token="b", odd=float("inf"))
    assert changed(before, after) == set()
