"""What queries tell: valid in all dialects, cut into messages, and understood."""

from datetime import UTC, datetime, time, timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest
from custom_components.xmpp_iot.wire.model import NodeRef, ValueType
from custom_components.xmpp_iot.wire.progress import (
    OBJECT_BYTES,
    Item,
    decode_progress,
    pack,
    render_progress,
)
from custom_components.xmpp_iot.wire.report import (
    Alignment,
    Cell,
    Column,
    Level,
    MessageKind,
    Outcome,
    Progress,
    QueryRef,
    Records,
    ReportMessage,
    ReportObject,
    SectionBegun,
    SectionEnded,
    Status,
    TableBegun,
    TableEnded,
    Title,
)
from custom_components.xmpp_iot.wire.xml import from_text

from .schemas import assert_valid

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
NF, _, _, XSF = FAMILIES
QUERY = QueryRef(
    node=NodeRef("light.desk", "entities", "east"), command="history", id="f3a9"
)
REPORT: tuple[Item, ...] = (
    Outcome.STARTED,
    Title("History <of> the desk"),
    Status("Reading the recorder"),
    SectionBegun("Last 24 h"),
    TableBegun(
        "t1",
        "States",
        (
            Column(id="c1"),
            Column(
                id="c2",
                header="Value",
                alignment=Alignment.RIGHT,
                decimals=0,
                source="entities",
                partition="east",
            ),
        ),
    ),
    Records(
        "t1",
        (
            (
                Cell(ValueType.BOOLEAN, False),
                Cell(ValueType.COLOR, "FF8800"),
                Cell(ValueType.DATE, MORNING.date()),
                Cell(ValueType.DATE_TIME, MORNING),
                Cell(ValueType.DOUBLE, 21.5),
                Cell(ValueType.DURATION, timedelta(seconds=10)),
            ),
            (
                Cell(ValueType.INT, -1),
                Cell(ValueType.LONG, 2**40),
                Cell(ValueType.STRING, "on & off"),
                Cell(ValueType.TIME, time(6, 30)),
                Cell(),
            ),
        ),
    ),
    TableEnded("t1"),
    ReportObject("image/png", b"\x89PNG\r\n"),
    SectionEnded(),
    ReportMessage(text="A gap", kind=MessageKind.WARNING, level=Level.MEDIUM),
    Outcome.DONE,
)

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def told(items: tuple[Item, ...], dialect: Dialect, limit: int = 60_000) -> list[str]:
    """Return the messages that say `items`."""
    return [
        render_progress(QUERY, number, content, dialect)
        for number, content in enumerate(pack(items, dialect, limit=limit), 1)
    ]


def message(content: str, dialect: Dialect = NF, more: str = "") -> str:
    """Return a message of a peer's query."""
    return (
        f"<queryProgress xmlns='{dialect.concentrator}' {dialect.node_id}='n' queryId='q'"
        f" {more}>{content}</queryProgress>"
    )


def items(content: str, dialect: Dialect = NF) -> tuple[Item, ...]:
    """Return what a peer's message says."""
    return decode_progress(from_text(message(content, dialect)), dialect).items


@each_dialect
def test_a_report_is_said_and_understood(dialect: Dialect) -> None:
    """Everything a report has to say fits into one valid message, numbered where the dialect counts."""
    (text,) = told(REPORT, dialect)
    assert_valid(text)
    assert ('seqNr="1"' in text) == (dialect is not XSF)
    assert decode_progress(from_text(text), dialect) == Progress(
        node=QUERY.node,
        id="f3a9",
        sequence=None if dialect is XSF else 1,
        items=REPORT,
    )


@each_dialect
def test_a_column_names_its_nodes_in_the_dialects_words(dialect: Dialect) -> None:
    """XSF has words of its own for the source and partition of a column."""
    (text,) = told(REPORT, dialect)
    attributes = {
        "nf": 'src="entities" pt="east"',
        "xsf": 'dataSourceId="entities" cacheTypeName="east"',
    }
    assert attributes["xsf" if dialect is XSF else "nf"] in text
    assert 'nrDecimals="0"' in text


def test_a_long_table_is_cut_between_rows() -> None:
    """Every message has at most its bytes, and together they have every row once, in order."""
    rows = tuple((Cell(ValueType.INT, n), Cell(value="ä" * 20)) for n in range(500))
    texts = told((Outcome.STARTED, Records("t1", rows), Outcome.DONE), NF, 2000)
    assert len(texts) > 10
    contents = [
        text.partition(">")[2].removesuffix("</queryProgress>") for text in texts
    ]
    assert max(len(content.encode()) for content in contents) <= 2000
    assert_valid(*texts)
    parts = [decode_progress(from_text(text), NF) for text in texts]
    assert [part.sequence for part in parts] == [*range(1, len(parts) + 1)]
    records = [one for part in parts for one in part.items if isinstance(one, Records)]
    assert tuple(row for one in records for row in one.rows) == rows


@pytest.mark.parametrize(
    ("item", "what"),
    [
        (ReportObject("image/png", bytes(OBJECT_BYTES + 1)), "ReportObject"),
        (Title("x" * 2000), "Title"),
        (Records("t", ((Cell(value="x" * 2000),),)), "a row"),
    ],
)
def test_what_is_too_large_is_told_to_be(item: Item, what: str) -> None:
    """What no message can carry is replaced by a warning that says so."""
    (text,) = told((item,), NF, 1000)
    (warning,) = decode_progress(from_text(text), NF).items
    assert warning == ReportMessage(
        text=f"A part of the report ({what}) is too large to be sent.",
        kind=MessageKind.WARNING,
    )


def test_other_rows_than_the_too_large_one_are_sent() -> None:
    """A row that is left out takes no other with it."""
    small, large = (Cell(value="a"),), (Cell(value="x" * 2000),)
    (text,) = told((Records("t", (small, large, small)),), NF, 1000)
    before, warning, after = decode_progress(from_text(text), NF).items
    assert isinstance(warning, ReportMessage)
    assert before == after == Records("t", (small,))


def test_nothing_to_say_is_no_message() -> None:
    """The schema has no empty message."""
    assert told((), NF) == []
    assert told((Records("t", ()),), NF) == []


def test_enumerations_and_alpha_have_no_cell() -> None:
    """An enumeration's value is text in a cell, a colour has six digits."""
    row = (Cell(ValueType.ENUM, "heat"), Cell(ValueType.COLOR, "FF880080"))
    (text,) = told((Records("t", (row,)),), XSF)
    assert "<record><string>heat</string><color>FF8800</color></record>" in text
    assert_valid(text)


def test_a_peer_need_not_count() -> None:
    """The published schema has no sequence: then the order of arrival counts."""
    assert decode_progress(from_text(message("<queryDone/>")), NF).sequence is None


def test_what_is_left_out_has_its_default() -> None:
    """A message is information of little weight unless it says otherwise; a column needs no more than its id."""
    assert items(
        "<queryMessage>Hm</queryMessage><newTable tableId='t'><column columnId='c'/></newTable>"
    ) == (ReportMessage(text="Hm"), TableBegun("t", "", (Column(id="c"),)))


def test_cells_of_kinds_unknown_keep_their_place() -> None:
    """Quantities are text with their unit, what is binary its media type, and what nobody knows is empty."""
    content = (
        "<newRecords tableId='t'><record><quantity m='21.5' u='°C'/>"
        "<measurement m='21.5' u='°C' e='0.1'/><base64 contentType='image/png'>AA==</base64>"
        "<money/><x xmlns='other'/><string/></record></newRecords>"
    )
    texts = ("21.5 °C", "21.5 ± 0.1 °C", "image/png")
    assert items(content) == (
        Records(
            "t",
            ((*(Cell(value=text) for text in texts), Cell(), Cell(), Cell(value="")),),
        ),
    )


def test_what_is_not_known_is_left_out() -> None:
    """A report from tomorrow is read as far as it is understood."""
    assert items("<newChart/><queryDone xmlns='other'/><queryDone/>") == (Outcome.DONE,)


@pytest.mark.parametrize(
    "content",
    [
        "<title/>",
        "<beginSection/>",
        "<newTable tableName='t'/>",
        "<newTable tableId='t'><column/></newTable>",
        "<newTable tableId='t'><column columnId='c' alignment='Up'/></newTable>",
        "<newTable tableId='t'><column columnId='c' nrDecimals='few'/></newTable>",
        "<newRecords tableId='t'><record><int>one</int></record></newRecords>",
        "<newRecords tableId='t'><record><quantity m='1'/></record></newRecords>",
        "<newObject contentType='a/b'>ä</newObject>",
        "<newObject contentType='a/b'>A</newObject>",
        "<newObject>AA==</newObject>",
        "<queryMessage type='Rumour'/>",
        "<queryMessage level='Odd'/>",
        "<tableDone/>",
    ],
)
def test_malformed_messages_are_refused(content: str) -> None:
    """What cannot be understood is an error of the peer's, whatever it is."""
    with pytest.raises(BadRequest):
        items(content)


@pytest.mark.parametrize(
    "attributes", ["id='n'", "queryId='q'", "id='n' queryId='q' seqNr='x'"]
)
def test_a_message_says_what_it_is_about(attributes: str) -> None:
    """Without its node, its query, or with a number that is none, a message is nothing."""
    text = f"<queryProgress xmlns='{NF.concentrator}' {attributes}><queryDone/></queryProgress>"
    with pytest.raises(BadRequest):
        decode_progress(from_text(text), NF)
