"""What a subscriber knows decides what is worth an event."""

from dataclasses import replace
import math

import pytest

from custom_components.xmpp_iot.wire.happening import Watched
from custom_components.xmpp_iot.wire.memory import ALL, ERROR, NOTHING, Memory, Names
from custom_components.xmpp_iot.wire.model import (
    READOUT,
    Field,
    NodeRef,
    Quality,
    Reading,
    Value,
    ValueType,
)

from .conversation import NOON

HALL = NodeRef("sensor.hall", "entities")


def field(value: Value, name: str = "F", *, missing: bool = False) -> Field:
    """Return a field; of what type does not matter here."""
    qualities = frozenset({Quality.MISSING}) if missing else READOUT
    return Field(name=name, type=ValueType.STRING, value=value, qualities=qualities)


def reading(*fields: Field, error: str = "") -> list[Reading]:
    """Return a readout of the hall."""
    return [Reading(node=HALL, at=NOON, fields=fields, error=error)]


def names(*found: str) -> Names:
    """Return the names of fields."""
    return Names(frozenset(found))


@pytest.mark.parametrize(
    ("watched", "before", "now", "changed"),
    [
        (Watched(name="F"), 1.0, 1.0, False),
        (Watched(name="F"), 1.0, 1.5, True),
        (Watched(name="F"), "on", "off", True),
        (Watched(name="F"), True, True, False),
        (Watched(name="F"), math.nan, math.nan, False),
        (Watched(name="F", by=0.5), 21.0, 21.4, False),
        (Watched(name="F", by=0.5), 21.0, 21.5, True),
        (Watched(name="F", by=0.5), 21.0, 20.5, True),
        (Watched(name="F", by=0.1), 21.3, 21.4, True),  # 0.0999… in binary
        (Watched(name="F", up=1.0), 20, 21, True),
        (Watched(name="F", up=1.0), 20, 10, False),
        (Watched(name="F", down=1.0), 20, 19, True),
        (Watched(name="F", down=1.0), 20, 30, False),
        (Watched(name="F", up=5.0, down=1.0), 20, 24, False),
        (Watched(name="F", up=5.0, down=1.0), 20, 19.0, True),
        (Watched(name="F", by=1.0), False, True, True),
        (Watched(name="F", by=2.0), False, True, False),
        (Watched(name="F", by=1.0), "on", "off", True),
        (Watched(name="F", by=1.0), "on", "on", False),
        (Watched(name="F", by=1.0), 20, "unknown", True),
        (Watched(name="G", by=1.0), 20, 20.1, True),
    ],
)
def test_thresholds(watched: Watched, before: Value, now: Value, changed: bool) -> None:
    """A step that reaches a threshold is told; without a threshold, or a number, any change is."""
    memory = Memory((watched,))
    memory.begin(HALL, reading(field(before)))
    expected = names("F") if changed else NOTHING
    assert memory.changed(HALL, reading(field(now))) == expected


def test_steps_count_from_what_was_told() -> None:
    """Many small steps make an event, and then the next counts from there."""
    memory = Memory((Watched(name="F", by=1.0),))
    memory.begin(HALL, reading(field(20.0)))
    assert not memory.changed(HALL, reading(field(20.6)))
    now = reading(field(21.2))
    assert memory.changed(HALL, now) == names("F")
    memory.told(HALL, now, names("F"))
    assert not memory.changed(HALL, reading(field(20.4)))
    assert memory.changed(HALL, reading(field(20.2)))


def test_the_subscriber_says_what_it_knows() -> None:
    """Its own idea of a number is what the first step counts from; of other values it has none."""
    memory = Memory(
        (Watched(name="F", baseline=20.0, by=1.0), Watched(name="G", baseline=1.0))
    )
    now = reading(field(21.5), field("on", "G"))
    memory.begin(HALL, now)
    assert memory.changed(HALL, now) == names("F")


def test_each_field_counts_for_itself() -> None:
    """A change of one field says nothing of others, and a new field is told."""
    memory = Memory(())
    memory.begin(HALL, reading(field(1, "A"), field(1, "B")))
    now = reading(field(2, "A"), field(1, "B"), field(1, "C"))
    assert memory.changed(HALL, now) == names("A", "C")
    memory.told(HALL, now, names("A"))
    assert memory.changed(HALL, now) == names("C")


def test_a_missing_value_is_no_value() -> None:
    """A value that is not known is neither zero nor an empty text."""
    memory = Memory(())
    memory.begin(HALL, reading(field("")))
    unknown = reading(field("", missing=True))
    assert memory.changed(HALL, unknown)
    memory.told(HALL, unknown, ALL)
    assert not memory.changed(HALL, unknown)
    assert memory.changed(HALL, reading(field("")))


def test_a_failure_is_told_once_and_its_end_too() -> None:
    """Who was told that a node cannot be read is told the values when it can."""
    memory = Memory((Watched(name="F", by=1.0),))
    memory.begin(HALL, reading(field(20.0)))
    failed = reading(error="unavailable")
    assert memory.changed(HALL, failed) == names(ERROR)
    memory.told(HALL, failed, names(ERROR))
    assert not memory.changed(HALL, failed)
    assert memory.changed(HALL, reading(error="gone")) == names(ERROR)
    back = reading(field(20.0))
    assert memory.changed(HALL, back) == names("F")
    memory.told(HALL, back, names("F"))
    assert not memory.changed(HALL, back)
    assert memory.changed(HALL, failed) == names(ERROR)


def test_a_failure_nobody_heard_of_needs_no_end() -> None:
    """Where the failure was not told, the same values as before are no news."""
    memory = Memory(())
    memory.begin(HALL, reading(field(20.0)))
    assert memory.changed(HALL, reading(error="unavailable"))
    assert not memory.changed(HALL, reading(field(20.0)))


def test_a_node_may_be_read_in_parts() -> None:
    """Several readings of a node are one look at it."""
    memory = Memory(())
    parts = [*reading(field(1, "A")), *reading(field(2, "B"), error="C failed")]
    memory.begin(HALL, parts)
    assert not memory.changed(HALL, parts)
    memory.told(HALL, parts, ALL)
    assert not memory.changed(HALL, parts)


def test_what_is_forgotten_is_new() -> None:
    """A node that is not followed any more leaves nothing behind."""
    memory = Memory(())
    memory.begin(HALL, reading(field(1)))
    memory.forget([HALL, NodeRef("other")])
    assert memory.changed(HALL, reading(field(1)))


def test_names_pick_from_a_reading() -> None:
    """Only what is to be told is left of a reading; all is all."""
    (whole,) = reading(field(1, "A"), field(2, "B"), error="C failed")
    assert ALL.of(whole) is whole
    assert names("B").of(whole) == replace(whole, fields=whole.fields[1:], error="")
    assert names(ERROR).of(whole) == replace(whole, fields=())
    assert (names("A") | names("B"), names("A") | ALL, ALL | NOTHING) == (
        names("A", "B"),
        ALL,
        ALL,
    )
    assert [bool(one) for one in (NOTHING, names("A"), ALL)] == [False, True, True]
