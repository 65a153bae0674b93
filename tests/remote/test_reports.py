"""What a query reports, as rows."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from custom_components.xmpp_iot.remote import reports
from custom_components.xmpp_iot.remote.reports import (
    Table,
    collected,
    day_or_moment,
    failure,
    rows,
    tables,
)
from custom_components.xmpp_iot.wire.errors import ResourceConstraint
from custom_components.xmpp_iot.wire.model import ValueType
from custom_components.xmpp_iot.wire.report import (
    Cell,
    Column,
    MessageKind,
    Records,
    ReportItem,
    ReportMessage,
    ReportObject,
    Status,
    TableBegun,
    TableEnded,
    Title,
)

TEA = Cell(ValueType.STRING, "Tea")
TWO = Cell(ValueType.INT, 2)
VOID = Cell()


def begun(table: str, *columns: str) -> TableBegun:
    """Return the beginning of a table."""
    return TableBegun(table, table.title(), tuple(Column(id=one) for one in columns))


def test_a_table_is_rows_by_column() -> None:
    """An empty cell is none; what is in no column, or in no table, is nowhere."""
    report: list[ReportItem] = [
        Title("Shop"),
        begun("goods", "what", "many"),
        Records("goods", ((TEA, TWO), (VOID, TWO, TEA))),
        begun("other", "what"),
        Records("goods", ((TEA,),)),
        Records("other", ((TEA,),)),
        Records("nowhere", ((TEA,),)),
        TableEnded("goods"),
    ]

    assert tables(report) == [
        Table(
            "goods",
            "Goods",
            ("what", "many"),
            [{"what": "Tea", "many": 2}, {"many": 2}, {"what": "Tea"}],
        ),
        Table("other", "Other", ("what",), [{"what": "Tea"}]),
    ]
    assert len(list(rows(report))) == 4


def test_a_table_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another house may say as much as it likes."""
    monkeypatch.setattr(reports, "MOST_ROWS", 3)
    records = Records("goods", ((TEA,), (TEA,)))
    assert len(list(rows([begun("goods", "what"), *[records] * 5]))) == 3


def test_a_failure_is_what_went_wrong() -> None:
    """And not what is only said beside."""
    report: list[ReportItem] = [
        ReportMessage(text="There is nothing."),
        ReportMessage(text="It broke.", kind=MessageKind.ERROR),
        ReportMessage(text="Badly.", kind=MessageKind.EXCEPTION),
    ]
    assert failure(report) == "It broke. Badly."
    assert failure(report[:1]) == ""


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T13:00:00+01:00", NOON),
        ("2026-11-21 04:00:00", NOON),  # this house's clock, in the tests
        (NOON, NOON),
        ("soon", None),
        ("2026-13-01", None),
        ("0001-01-01T00:00:00+12:00", None),
        (date(2026, 11, 21), None),
        (5, None),
        (None, None),
    ],
)
async def test_a_time_is_a_day_or_a_moment(hass: Any, value: Any, found: Any) -> None:
    """As Home Assistant's answers have it."""
    assert day_or_moment(value) == found


@pytest.mark.parametrize(
    "item",
    [
        Title("x" * 1_000),
        Status("x" * 1_000),
        ReportMessage(text="x" * 1_000),
        ReportObject("image/png", bytes(1_000)),
        Records("goods", ((TWO,) * 9,)),
        Records("goods", ((Cell(ValueType.STRING, "x" * 1_000),),)),
        begun("goods", *map(str, range(9))),
        TableEnded("goods"),
    ],
)
async def test_a_report_without_end_is_refused(
    item: ReportItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it goes on and on with."""
    monkeypatch.setattr(reports, "MOST_MEMORY", 3_000)

    async def parts(many: int) -> AsyncGenerator[Sequence[ReportItem]]:
        for _ in range(many):
            yield (item,)

    assert await collected(parts(1)) == [item]
    with pytest.raises(ResourceConstraint):
        await collected(parts(100))
