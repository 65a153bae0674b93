"""What an action answers, as tables."""

from collections.abc import Mapping

from custom_components.xmpp_iot.concentrator import responses
from custom_components.xmpp_iot.concentrator.responses import report
from custom_components.xmpp_iot.wire.model import ValueType
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Column,
    Records,
    ReportItem,
    TableBegun,
    TableEnded,
    Title,
)


def told(answer: Mapping[str, object]) -> list[ReportItem]:
    """Return all that is reported of an answer."""
    return [item for part in report("Diary", answer) for item in part]


def text(value: str) -> Cell:
    """Return a cell of text."""
    return Cell(ValueType.STRING, value)


def test_a_list_is_a_table_of_typed_cells() -> None:
    """Columns are all keys in the order they first appear; what a row has not is empty."""
    answer = {
        "events": [
            {"summary": "Dentist", "hours": 1},
            {"summary": "Choir", "weekly": True, "hours": None},
        ]
    }
    assert told(answer) == [
        Title("Diary"),
        TableBegun(
            "t1",
            "Events",
            (
                Column(id="summary", header="Summary"),
                Column(id="hours", header="Hours"),
                Column(id="weekly", header="Weekly"),
            ),
        ),
        Records(
            "t1",
            (
                (text("Dentist"), Cell(ValueType.INT, 1), Cell()),
                (text("Choir"), Cell(), Cell(ValueType.BOOLEAN, True)),
            ),
        ),
        TableEnded("t1"),
    ]


def test_single_values_are_one_table() -> None:
    """What is no list is a row with its name; what is nested is JSON; nothing is no row."""
    items = told({"days": 3, "place": {"lat": 1}, "none": None})
    begun, records, ended = items[1:]
    assert isinstance(begun, TableBegun)
    assert [column.id for column in begun.columns] == ["name", "value"]
    assert isinstance(records, Records)
    assert records.rows == (
        (text("days"), Cell(ValueType.INT, 3)),
        (text("place"), text('{"lat":1}')),
    )
    assert ended == TableEnded("values")


def test_a_list_of_plain_values_has_one_column() -> None:
    """Each is a row."""
    (_, begun, records, _) = told({"names": ["Anne", "Paulus"]})
    assert isinstance(begun, TableBegun)
    assert begun.columns == (Column(id="value", header="Value"),)
    assert isinstance(records, Records)
    assert records.rows == ((text("Anne"),), (text("Paulus"),))


def test_an_empty_list_is_a_table_without_rows() -> None:
    """That there is nothing is an answer too."""
    (_, begun, ended) = told({"events": []})
    assert isinstance(begun, TableBegun)
    assert begun.columns
    assert ended == TableEnded("t1")


def test_no_answer_is_a_report_with_a_title_only() -> None:
    """An empty answer is a report all the same."""
    assert told({}) == [Title("Diary")]


def test_a_long_list_comes_in_parts() -> None:
    """No part is larger than a message may be."""
    rows = [{"n": number} for number in range(45)]
    parts = list(report("Diary", {"rows": rows}))
    records = [item for part in parts for item in part if isinstance(item, Records)]
    assert [len(item.rows) for item in records] == [20, 20, 5]
    assert len(parts) == 5


def test_an_answer_without_measure_is_cut() -> None:
    """Tables, columns, rows and texts are bounded."""
    wide = {f"key{number}": number for number in range(responses.MOST_COLUMNS + 1)}
    items = told({"rows": [wide], "text": "x" * (responses.MOST_TEXT + 1)})
    tables = {item.id: item for item in items if isinstance(item, TableBegun)}
    assert len(tables["t1"].columns) == responses.MOST_COLUMNS
    (row,) = next(
        i.rows for i in items if isinstance(i, Records) and i.table == "values"
    )
    assert isinstance(row[1].value, str)
    assert len(row[1].value) == responses.MOST_TEXT
    assert row[1].value.endswith("…")
    many: dict[str, object] = {
        f"list{number}": [] for number in range(responses.MOST_TABLES + 1)
    }
    begun = [item for item in told(many) if isinstance(item, TableBegun)]
    assert len(begun) == responses.MOST_TABLES
    long = told({"rows": [0] * (responses.MOST_ROWS + 1)})
    records = [item for item in long if isinstance(item, Records)]
    assert sum(len(item.rows) for item in records) == responses.MOST_ROWS


def test_a_secret_is_in_no_table() -> None:
    """By name or by value: no table, no column's value, no row."""
    items = told(
        {
            "access_token": "abc",
            "tokens": ["abc"],
            "link": "https://x.example/?token=abc",
            "users": [{"name": "Anne", "pin": "abc"}],
        }
    )
    assert "abc" not in str(items)
    assert "Anne" in str(items)
