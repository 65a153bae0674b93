"""Readings and reports as actions answer them."""

from datetime import UTC, date, datetime, time, timedelta
import json

from custom_components.xmpp_iot.remote.responses import (
    plain,
    readings_response,
    report_response,
)
from custom_components.xmpp_iot.wire.model import (
    Category,
    Field,
    Quality,
    Value,
    ValueType,
)
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Column,
    MessageKind,
    Records,
    ReportMessage,
    Status,
    TableBegun,
    Title,
)

from .asked import reading

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEVEL = Field(name="level", type=ValueType.INT, value=7, unit="%")
STATE = Field(name="state", type=ValueType.BOOLEAN, value=True)


def test_what_was_read_comes_by_node_and_time() -> None:
    """Parts of the same time are put together, others stay apart."""
    later = NOW + timedelta(hours=1)

    answer = readings_response(
        [
            reading("a", NOW, STATE),
            reading("a", later, STATE),
            reading("b", NOW, STATE),
            reading("a", NOW, LEVEL),
        ]
    )

    state = {"value": True, "category": "momentary"}
    level = {"value": 7, "unit": "%", "category": "momentary"}
    assert answer == {
        "readings": [
            {
                "node": "a",
                "at": NOW.isoformat(),
                "fields": {"state": state, "level": level},
            },
            {"node": "a", "at": later.isoformat(), "fields": {"state": state}},
            {"node": "b", "at": NOW.isoformat(), "fields": {"state": state}},
        ]
    }


def test_what_could_not_be_read_says_why() -> None:
    """Also where something of the same time was read."""
    answer = readings_response(
        [reading("a", NOW, STATE), reading("a", NOW, error="Unplugged.")]
    )

    assert answer["readings"] == [
        {
            "node": "a",
            "at": NOW.isoformat(),
            "error": "Unplugged.",
            "fields": {"state": {"value": True, "category": "momentary"}},
        }
    ]


def test_how_good_a_value_is_is_said_where_it_is_not_simply_read() -> None:
    """One that is missing has no value at all."""
    missing = Field(
        name="state",
        type=ValueType.STRING,
        value="",
        category=Category.HISTORICAL_HOUR,
        qualities=frozenset({Quality.MISSING, Quality.AUTOMATIC_ESTIMATE}),
    )

    answer = readings_response([reading("a", NOW, missing)])

    assert answer["readings"] == [
        {
            "node": "a",
            "at": NOW.isoformat(),
            "fields": {
                "state": {
                    "value": None,
                    "category": "historical_hour",
                    "qualities": ["automatic_estimate", "missing"],
                }
            },
        }
    ]


def test_every_value_is_json() -> None:
    """Times in ISO 8601, a duration as XML Schema has it."""
    values: list[Value] = [
        NOW,
        date(2026, 11, 21),
        time(7, 30),
        timedelta(hours=1),
        "x",
        1.5,
        True,
    ]

    assert json.dumps([plain(value) for value in values]) == json.dumps(
        [NOW.isoformat(), "2026-11-21", "07:30:00", "PT1H", "x", 1.5, True]
    )


def test_a_report_is_its_title_its_messages_and_its_tables() -> None:
    """The rows of a table are mappings; tables of the same name are told apart."""
    columns = (Column(id="when"), Column(id="what"))
    row = (Cell(ValueType.DATE_TIME, NOW), Cell(ValueType.STRING, "Rain"))

    answer = report_response(
        [
            Title("Forecast"),
            Status("Reading."),
            TableBegun("1", "Days", columns),
            Records("1", (row, (row[0], Cell()))),
            TableBegun("2", "Days", columns),
            TableBegun("3", "", columns),
            ReportMessage(text="Half of it.", kind=MessageKind.WARNING),
            Title("Again"),
        ]
    )

    assert answer == {
        "title": "Forecast",
        "messages": [{"kind": "warning", "text": "Half of it."}],
        "tables": {
            "Days": [
                {"when": NOW.isoformat(), "what": "Rain"},
                {"when": NOW.isoformat()},
            ],
            "Days (2)": [],
            "3": [],
        },
    }


def test_an_empty_report_is_empty() -> None:
    """A report need not have a title."""
    assert report_response([]) == {"title": "", "messages": [], "tables": {}}
