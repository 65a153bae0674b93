"""XML and its values: what leaves parses again, what arrives is a value or refused."""

from datetime import UTC, date, datetime, time, timedelta, timezone
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ResourceConstraint,
    StanzaError,
)
from custom_components.xmpp_iot.wire.model import Value, ValueType
from custom_components.xmpp_iot.wire.xml import (
    MAX_NAME,
    XML_LANG,
    clark,
    clean,
    element,
    escape,
    flag,
    format_value,
    from_text,
    instant,
    optional,
    parse_value,
    required,
    split_tag,
    to_text,
)

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)

BOTH_WAYS: list[tuple[ValueType, Value, str]] = [
    (ValueType.BOOLEAN, True, "true"),
    (ValueType.BOOLEAN, False, "false"),
    (ValueType.COLOR, "FF8800", "FF8800"),
    (ValueType.COLOR, "FF880080", "FF880080"),
    (ValueType.DATE, date(2026, 11, 21), "2026-11-21"),
    (ValueType.DATE_TIME, MORNING, "2026-11-21T06:00:00Z"),
    (
        ValueType.DATE_TIME,
        datetime(2026, 11, 21, 6, 0, 0, 250000, tzinfo=UTC),
        "2026-11-21T06:00:00.250000Z",
    ),
    (ValueType.DOUBLE, 21.4, "21.4"),
    (ValueType.DOUBLE, 1e-05, "1e-05"),
    (ValueType.DOUBLE, math.inf, "INF"),
    (ValueType.DOUBLE, -math.inf, "-INF"),
    (ValueType.DURATION, timedelta(seconds=10), "PT10S"),
    (ValueType.DURATION, timedelta(), "PT0S"),
    (ValueType.DURATION, timedelta(days=2), "P2D"),
    (ValueType.DURATION, -timedelta(days=1, hours=2, minutes=3), "-P1DT2H3M"),
    (ValueType.DURATION, timedelta(milliseconds=1500), "PT1.5S"),
    (ValueType.ENUM, "heat", "heat"),
    (ValueType.INT, -(2**31), "-2147483648"),
    (ValueType.LONG, 2**63 - 1, "9223372036854775807"),
    (ValueType.STRING, " as it is ", " as it is "),
    (ValueType.TIME, time(6, 30), "06:30:00"),
]


@pytest.mark.parametrize(("kind", "value", "text"), BOTH_WAYS)
def test_values_go_both_ways(kind: ValueType, value: Value, text: str) -> None:
    """Each type has one form that is written, and it reads back as the value."""
    assert format_value(kind, value) == text
    assert parse_value(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (ValueType.BOOLEAN, " 1\n", True),
        (ValueType.BOOLEAN, "0", False),
        (ValueType.COLOR, "ff8800", "FF8800"),
        (ValueType.DATE, "2026-11-21+02:00", date(2026, 11, 21)),
        (ValueType.DATE_TIME, "2026-11-21T06:00:00", MORNING),
        (ValueType.DATE_TIME, "2026-11-21T08:00:00+02:00", MORNING),
        (ValueType.DATE_TIME, "2026-11-21T06:00:00.00000009Z", MORNING),
        (ValueType.DOUBLE, "40", 40.0),
        (ValueType.DOUBLE, "1E-05", 1e-05),
        (ValueType.DOUBLE, ".5", 0.5),
        (ValueType.DOUBLE, "1e999", math.inf),
        (ValueType.DURATION, "P0Y0M0DT0H10M0.000S", timedelta(minutes=10)),
        (ValueType.INT, "+007", 7),
        (ValueType.TIME, "06:30:00Z", time(6, 30, tzinfo=UTC)),
    ],
)
def test_other_forms_are_understood(kind: ValueType, text: str, value: Value) -> None:
    """What XML Schema allows besides our own form is read too."""
    assert parse_value(kind, text) == value


def test_not_a_number_is_a_double() -> None:
    """NaN travels under its own name."""
    assert format_value(ValueType.DOUBLE, math.nan) == "NaN"
    assert math.isnan(float(str(parse_value(ValueType.DOUBLE, "NaN"))))


def test_times_leave_in_utc() -> None:
    """A time of any zone leaves in UTC, and one without a zone counts as UTC."""
    east = datetime(2026, 11, 21, 8, tzinfo=timezone(timedelta(hours=2)))
    naive = MORNING.replace(tzinfo=None)
    for moment in (east, naive):
        assert format_value(ValueType.DATE_TIME, moment) == "2026-11-21T06:00:00Z"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ValueType.BOOLEAN, "yes"),
        (ValueType.BOOLEAN, "True"),
        (ValueType.COLOR, "#FF8800"),
        (ValueType.COLOR, "FF880"),
        (ValueType.DATE, "21.11.2026"),
        (ValueType.DATE, "2026-02-30"),
        (ValueType.DATE_TIME, "2026-11-21"),
        (ValueType.DATE_TIME, "20261121T060000Z"),
        (ValueType.DATE_TIME, "2026-02-30T06:00:00Z"),
        (ValueType.DATE_TIME, "0001-01-01T00:00:00+14:00"),
        (ValueType.DOUBLE, "1,5"),
        (ValueType.DOUBLE, "infinity"),
        (ValueType.DOUBLE, "1_000"),
        (ValueType.DOUBLE, "٣"),
        (ValueType.DOUBLE, ""),
        (ValueType.DURATION, "P"),
        (ValueType.DURATION, "PT"),
        (ValueType.DURATION, "10"),
        (ValueType.DURATION, "P1Y"),
        (ValueType.DURATION, "P2M"),
        (ValueType.DURATION, "P99999999999D"),
        (ValueType.DURATION, "-P999999999DT23H"),
        (ValueType.INT, "2147483648"),
        (ValueType.INT, "1.0"),
        (ValueType.INT, "1_0"),
        (ValueType.INT, "9" * 5000),
        (ValueType.LONG, "-9223372036854775809"),
        (ValueType.TIME, "6:30"),
        (ValueType.TIME, "25:00:00"),
    ],
)
def test_what_is_no_value_is_a_bad_request(kind: ValueType, text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadRequest):
        parse_value(kind, text)


@given(st.sampled_from(ValueType), st.text())
def test_any_text_is_a_value_or_refused(kind: ValueType, text: str) -> None:
    """No text makes a parser fail in another way."""
    try:
        value = parse_value(kind, text)
    except StanzaError:
        return
    parse_value(kind, format_value(kind, value))


@given(st.timedeltas())
def test_any_duration_goes_both_ways(span: timedelta) -> None:
    """A duration keeps its microseconds."""
    text = format_value(ValueType.DURATION, span)
    assert parse_value(ValueType.DURATION, text) == span


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_goes_both_ways(moment: datetime) -> None:
    """A moment keeps its microseconds."""
    assert (
        parse_value(ValueType.DATE_TIME, format_value(ValueType.DATE_TIME, moment))
        == moment
    )


ANY_TEXT = st.text(st.characters(exclude_categories=()))  # surrogates too


@given(ANY_TEXT)
def test_any_text_leaves_as_xml(text: str) -> None:
    """Whatever a text holds, it never breaks the stream, and what XML allows arrives."""
    assert from_text(f'<a v="{escape(text)}"/>').get("v") == clean(text)
    assert (from_text(f"<a>{escape(text)}</a>").text or "") == clean(text)
    clean(text).encode()


@given(ANY_TEXT, ANY_TEXT)
def test_elements_leave_as_xml(value: str, text: str) -> None:
    """An element is written as it was made, in text that parses."""
    made = element(clark("urn:a", "a"), {"v": value}, text=text)
    read = from_text(to_text(made))
    assert read.get("v") == clean(value)
    assert (read.text or "") == clean(text)


def test_forbidden_characters_are_replaced() -> None:
    """XML has no way to say NUL or half a surrogate pair, so a sign of loss stands there."""
    assert clean("a\x00b\ud800c\ufffed\tπ🙂") == "a�b�c�d\tπ🙂"
    assert escape('<\x01&\n">') == "&lt;�&amp;&#10;&quot;&gt;"


def test_elements_are_written_with_default_namespaces() -> None:
    """A namespace is declared where it changes; tails and xml:lang survive."""
    inner = element(clark("urn:b", "b"), {XML_LANG: "en"})
    inner.tail = "after"
    outer = element(
        clark("urn:a", "a"), {"x": "1", "y": None}, element(clark("urn:a", "c")), inner
    )
    assert to_text(outer) == (
        '<a xmlns="urn:a" x="1"><c/><b xmlns="urn:b" xml:lang="en"/>after</a>'
    )
    assert to_text(element("plain", text="t")) == "<plain>t</plain>"


def test_tags_come_apart() -> None:
    """Clark notation splits into namespace and name."""
    assert split_tag("{urn:a}b") == ("urn:a", "b")
    assert split_tag("b") == ("", "b")


def test_attributes_are_read_strictly() -> None:
    """A required one must be there, names are bounded, flags and times are typed."""
    node = element("a", {"id": "x", "on": "1", "at": "2026-11-21T06:00:00Z"})
    assert required(node, "id") == "x"
    assert optional(node, "none") == ""
    assert flag(node, "on")
    assert not flag(node, "off")
    assert instant(node, "at") == MORNING
    assert instant(node, "never") is None
    with pytest.raises(BadRequest, match="none is missing on a"):
        required(node, "none")
    with pytest.raises(BadRequest):
        flag(node, "id")
    with pytest.raises(ResourceConstraint):
        required(element("a", {"id": "x" * (MAX_NAME + 1)}), "id")
