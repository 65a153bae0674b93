"""A node of another house: what it says, in the types it says it in."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.remote.node import MOST_FIELDS, RemoteNode
from custom_components.xmpp_iot.wire.model import (
    Field,
    NodeState,
    Quality,
    Reading,
    ValueType,
)

from .far import NOON, described, ref, state


def node(**values: Any) -> RemoteNode:
    """Return a node with these fields."""
    found = RemoteNode(described("light.lamp", uid="lamp", options='["a", "b"]'))
    fields = tuple(
        Field(name=name, type=ValueType.STRING, value=value)
        for name, value in values.items()
    )
    found.take(Reading(node=ref("light.lamp"), at=NOON, fields=fields))
    return found


def test_each_type_is_asked_for_by_its_name() -> None:
    """What is of another is none."""
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    one = node(
        yes=True, number=7, text="x", moment=moment, day=date(2025, 1, 1), clock=time(1)
    )

    assert (one.boolean("yes"), one.boolean("number")) == (True, None)
    assert (one.number("number"), one.number("yes"), one.number("text")) == (
        7,
        None,
        None,
    )
    assert (one.text("text"), one.text("number")) == ("x", None)
    assert (one.moment("moment"), one.moment("day")) == (moment, None)
    assert (one.day("day"), one.day("moment")) == (date(2025, 1, 1), None)
    assert (one.clock("clock"), one.clock("text")) == (time(1), None)
    assert one.value("missing") is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("rgb_color", "FF8800", (255, 136, 0)),
        ("name", "FF8800", "FF8800"),
        ("rgb_color", "red", "red"),
        ("list", "[1, 2]", [1, 2]),
        ("mapping", '{"a": 1}', {"a": 1}),
        ("broken", "[1, 2", "[1, 2"),
        pytest.param("deep", "[" * 100_000, "[" * 100_000, id="deep"),
        pytest.param("nest", "[" * 300 + "]" * 300, "[" * 300 + "]" * 300, id="nest"),
        ("half", r'["\ud800"]', r'["\ud800"]'),
        ("large", "[99999999999999999999]", [1e20]),
        ("span", timedelta(minutes=1), 60.0),
        ("clock", time(1, tzinfo=UTC), "01:00:00+00:00"),
        ("number", 7, 7),
    ],
)
def test_structures_have_their_text_forms(
    name: str, value: Any, expected: object
) -> None:
    """What only looks like one is text."""
    assert node(**{name: value}).structure(name) == expected


def test_a_unit_is_a_fields_or_none() -> None:
    """An empty one is none."""
    one = node(state="1")
    one.take(
        Reading(
            node=ref("light.lamp"),
            at=NOON,
            fields=(Field(name="power", type=ValueType.DOUBLE, value=1.0, unit="W"),),
        ),
    )

    assert one.unit("power") == "W"
    assert one.unit("state") is None
    assert one.unit("missing") is None


def test_a_missing_value_is_none() -> None:
    """Unknown is not empty."""
    one = node()
    missing = Field(
        name="state",
        type=ValueType.STRING,
        value="",
        qualities=frozenset({Quality.MISSING}),
    )
    one.take(Reading(node=ref("light.lamp"), at=NOON, fields=(missing,)))

    assert one.value("state") is None
    assert one.available


def test_parameters_are_its_static_side() -> None:
    """A list, a text."""
    one = node()
    one.info = described("light.lamp", uid="lamp", options='["a"]', text="x")
    one.describe(described("light.lamp", uid="lamp", options='["a"]', text="x"))

    assert one.list_parameter("options") == ["a"]
    assert one.list_parameter("text") == []
    assert one.text_parameter("text") == "x"
    assert one.static("missing") is None
    assert one.domain == "light"
    assert RemoteNode(described("pump", kind="Pump")).domain == ""


def test_a_part_of_a_reading_belongs_to_the_other_part() -> None:
    """If they are of the same time; a later one is complete by itself."""
    one = node(a="1")
    one.take(state("light.lamp", "2", name="b"))
    assert set(one.fields) == {"a", "b"}

    later = NOON + timedelta(seconds=1)
    one.take(state("light.lamp", "3", name="c", at=later))
    assert set(one.fields) == {"c"}

    one.take_part(state("light.lamp", "4", name="d", at=later))
    assert set(one.fields) == {"c", "d"}


def test_a_part_goes_with_what_is_known() -> None:
    """But an older one says that it lacks something, until all of it is read as it was then, or later."""
    one, before = node(a="1", b="1"), NOON - timedelta(seconds=1)
    later = NOON + timedelta(seconds=1)
    assert one.take_part(state("light.lamp", "2", name="a", at=later))
    assert (one.text("a"), one.text("b"), one.at) == ("2", "1", later)

    assert not one.take_part(state("light.lamp", "3", name="b"))
    one.take(state("light.lamp", "9", name="b", at=before))  # was on its way
    assert not one.take_part(state("light.lamp", "3", name="b"))
    assert (one.text("a"), one.text("b")) == ("2", "1")

    one.take(state("light.lamp", "4", name="b"))
    assert (one.text("a"), one.text("b"), one.at) == (None, "4", NOON)
    assert one.take_part(state("light.lamp", "5", name="a"))


def test_a_part_that_did_not_fit_leaves_doubt() -> None:
    """What was missed is not known to be in an answer that is older, even if another part has come since."""
    one = node(a="1", b="1")
    second, third, fourth = (NOON + timedelta(seconds=count) for count in (2, 3, 4))
    missed = state("light.lamp", "2", name="b", at=second)
    assert not one.take_part(missed, fitting=False)
    assert not one.take_part(state("light.lamp", "3", name="a", at=third))
    one.take(state("light.lamp", "2", name="b", at=second))
    assert not one.take_part(state("light.lamp", "3", name="a", at=third))

    one.take(state("light.lamp", "2", name="b", at=third))
    assert one.take_part(state("light.lamp", "4", name="a", at=fourth))
    assert (one.text("a"), one.text("b")) == ("4", "2")


def test_a_part_alone_says_nothing() -> None:
    """Of a node that was not read, or that cannot be read."""
    unread = RemoteNode(described("light.lamp"))
    assert not unread.take_part(state("light.lamp", "on"))
    assert not unread.known

    failed = node(a="1")
    failed.take(state("light.lamp", "", at=NOON + timedelta(seconds=1), error="No."))
    assert not failed.take_part(
        state("light.lamp", "2", at=NOON + timedelta(seconds=2))
    )
    assert failed.error


def test_what_is_said_of_a_node_is_understood_once() -> None:
    """As long as it is described like that; of two properties of one name the first counts."""
    one = node()
    assert one.static("options") is one.static("options")
    one.describe(described("light.lamp", uid="lamp", options='["c"]'))
    assert one.static("options") == ["c"]
    again = replace(one.info.parameters[-1], value="late")
    one.describe(replace(one.info, parameters=(*one.info.parameters, again)))
    assert one.parameter(again.id) != "late"


def test_listeners_are_told_of_changes_only() -> None:
    """And not when they do not listen any more."""
    one, told = node(state="on"), list[str]()
    stop = one.listen(lambda: told.append("changed"))

    one.take(state("light.lamp", "on", at=NOON + timedelta(seconds=1)))
    one.take(state("light.lamp", "off"))  # older
    one.describe(one.info)
    assert told == []

    one.take(state("light.lamp", "off", at=NOON + timedelta(seconds=2)))
    assert told == ["changed"]
    stop()
    one.describe_again()
    assert told == ["changed"]


def test_a_status_in_error_makes_it_unavailable_until_it_is_read() -> None:
    """Other states say nothing of that."""
    one = node(state="on")
    one.status(NodeState.WARNING_UNSIGNED, NOON)
    assert one.available

    one.status(NodeState.ERROR_UNSIGNED, NOON)
    one.status(NodeState.ERROR_UNSIGNED, NOON)
    assert one.error

    one.take(state("light.lamp", "on"))
    assert not one.error


def test_a_node_has_no_more_fields_than_are_good_for_it() -> None:
    """Who tells of ever more of them at one time is not listened to without end."""
    one = node(state="on")
    for start in range(0, 3 * MOST_FIELDS, MOST_FIELDS):
        fields = tuple(
            Field(name=f"{start + number}", type=ValueType.INT, value=number)
            for number in range(MOST_FIELDS)
        )
        said = Reading(node=ref("light.lamp"), at=NOON, fields=fields)
        one.take(said)
        one.merge(said)

    assert len(one.fields) == MOST_FIELDS
    assert one.text("state") == "on"
