"""Sensor data: requests are understood, readings leave as the schemas want them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.dialects import DIALECTS, FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import (
    BadRequest,
    ResourceConstraint,
    StanzaError,
)
from custom_components.xmpp_iot.wire.model import (
    HISTORICAL,
    CancelRead,
    Category,
    Field,
    NodeRef,
    Quality,
    Reading,
    ReadRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.sensor_data import (
    MAX_FIELDS,
    MAX_NODES,
    decode_cancel,
    decode_read,
    encode_accepted,
    encode_cancel,
    encode_cancelled,
    encode_read,
    encode_started,
    render_error,
    render_failure,
    render_fields,
    render_reading,
    render_refusal,
)
from custom_components.xmpp_iot.wire.xml import clean, from_text, to_text

from .schemas import assert_valid

MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
NF, _, _, XSF = FAMILIES
HALL = NodeRef("sensor.hall", "entities")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)

EVERYTHING = Reading(
    node=NodeRef("sensor.hall", "entities", "east"),
    at=MORNING,
    fields=(
        Field(name="On", type=ValueType.BOOLEAN, value=True, writable=True),
        Field(name="Color", type=ValueType.COLOR, value="FF8800"),
        Field(name="Day", type=ValueType.DATE, value=date(2026, 11, 21)),
        Field(name="When", type=ValueType.DATE_TIME, value=MORNING),
        Field(name="Temperature", type=ValueType.DOUBLE, value=21.4, unit="°C"),
        Field(name="Ratio", type=ValueType.DOUBLE, value=0.5),
        Field(name="Span", type=ValueType.DURATION, value=timedelta(seconds=90)),
        Field(name="Mode", type=ValueType.ENUM, value="heat", data_type="HvacMode"),
        Field(name="Count", type=ValueType.INT, value=3),
        Field(name="Power", type=ValueType.INT, value=40, unit="W"),
        Field(name="Total", type=ValueType.LONG, value=2**40),
        Field(name="Text", type=ValueType.STRING, value="a <b> & 'c'"),
        Field(name="Time", type=ValueType.TIME, value=time(6, 30)),
        *(
            Field(name=kind, type=ValueType.STRING, value="x", category=kind)
            for kind in Category
        ),
        *(
            Field(
                name=kind, type=ValueType.STRING, value="x", qualities=frozenset({kind})
            )
            for kind in Quality
        ),
    ),
)
BROKEN = Reading(node=HALL, at=MORNING, error="No <contact>.")


def decoded(text: str) -> ReadRequest:
    """Decode a request in the dialect of its namespace."""
    request = from_text(text)
    return decode_read(request, DIALECTS[request.tag[1:].partition("}")[0]])


@pytest.mark.parametrize("namespace", [one.sensor_data for one in FAMILIES[:3]])
def test_neuro_foundation_request_is_read(namespace: str) -> None:
    """Every attribute of a request arrives in the model."""
    assert decoded(
        f"<req xmlns='{namespace}' id='r-77' m='true' i='1' p='false' st='token'"
        " from='2026-11-20T00:00:00' to='2026-11-21T08:00:00+02:00' when='2026-11-21T06:00:00Z'>"
        "<nd id='sensor.hall' src='entities' pt='east'/><f n='Temperature'/><nd id='b'/><other/></req>"
    ) == ReadRequest(
        id="r-77",
        nodes=(NodeRef("sensor.hall", "entities", "east"), NodeRef("b")),
        fields=frozenset({"Temperature"}),
        categories=frozenset({Category.MOMENTARY, Category.IDENTITY}),
        when=MORNING,
        start=datetime(2026, 11, 20, tzinfo=UTC),
        end=MORNING,
    )


@each_dialect
def test_a_span_may_be_open(dialect: Dialect) -> None:
    """Either end may be left out, and a span may be one moment."""
    for start, end in ((MORNING, None), (None, MORNING), (MORNING, MORNING)):
        span = {"from": start, "to": end}
        said = " ".join(f"{k}='{v.isoformat()}'" for k, v in span.items() if v)
        request = (
            f"<req xmlns='{dialect.sensor_data}' {dialect.request_id}='1' {said}/>"
        )
        asked = decoded(request)
        assert (asked.start, asked.end) == (start, end)


@each_dialect
def test_a_node_is_read_once(dialect: Dialect) -> None:
    """A node that is named a thousand times is one, where it is first."""
    nodes = f"<{dialect.node} {dialect.node_id}='{{}}'/>"
    named = "".join(nodes.format(name) for name in ("b", "a", *("b" * 900), "c"))
    asked = decoded(
        f"<req xmlns='{dialect.sensor_data}' {dialect.request_id}='1'>{named}</req>"
    )
    assert asked.nodes == (NodeRef("b"), NodeRef("a"), NodeRef("c"))


def test_xsf_request_is_read() -> None:
    """The same in the words of XEP-0323."""
    assert decoded(
        "<req xmlns='urn:xmpp:iot:sensordata' seqnr='077' momentary='true' historicalDay='true'>"
        "<node nodeId='sensor.hall' sourceId='entities' cacheType='east'/><field name='Temperature'/></req>"
    ) == ReadRequest(
        id="77",
        nodes=(NodeRef("sensor.hall", "entities", "east"),),
        fields=frozenset({"Temperature"}),
        categories=frozenset({Category.MOMENTARY, Category.HISTORICAL_DAY}),
    )


@pytest.mark.parametrize(
    ("attributes", "categories"),
    [
        ("", frozenset()),
        ("all='true'", frozenset(Category)),
        ("historical='true'", HISTORICAL),
        ("momentary='0' status='1'", frozenset({Category.STATUS})),
    ],
)
def test_categories_are_what_was_asked(
    attributes: str, categories: frozenset[Category]
) -> None:
    """None at all stays none: it means all but historical."""
    request = f"<req xmlns='urn:xmpp:iot:sensordata' seqnr='1' {attributes}/>"
    assert decoded(request).categories == categories


@pytest.mark.parametrize(
    ("request_text", "error"),
    [
        ("<req xmlns='urn:nf:iot:sd:1.0'/>", BadRequest),
        ("<req xmlns='urn:xmpp:iot:sensordata' seqnr='r-1'/>", BadRequest),
        ("<req xmlns='urn:xmpp:iot:sensordata' seqnr='2147483648'/>", BadRequest),
        ("<req xmlns='urn:nf:iot:sd:1.0' id='1' m='yes'/>", BadRequest),
        ("<req xmlns='urn:nf:iot:sd:1.0' id='1' from='yesterday'/>", BadRequest),
        (
            "<req xmlns='urn:nf:iot:sd:1.0' id='1' from='2026-11-21T06:00:01Z' to='2026-11-21T06:00:00Z'/>",
            BadRequest,
        ),
        ("<req xmlns='urn:nf:iot:sd:1.0' id='1'><nd/></req>", BadRequest),
        ("<req xmlns='urn:nf:iot:sd:1.0' id='1'><f/></req>", BadRequest),
        (f"<req xmlns='urn:nf:iot:sd:1.0' id='{'x' * 1001}'/>", ResourceConstraint),
        (
            f"<req xmlns='urn:nf:iot:sd:1.0' id='1'>{'<nd id="a"/>' * (MAX_NODES + 1)}</req>",
            ResourceConstraint,
        ),
        (
            f"<req xmlns='urn:nf:iot:sd:1.0' id='1'>{'<f n="a"/>' * (MAX_FIELDS + 1)}</req>",
            ResourceConstraint,
        ),
    ],
    ids=lambda one: one[:60] if isinstance(one, str) else None,
)
def test_malformed_requests_are_refused(
    request_text: str, error: type[StanzaError]
) -> None:
    """Nothing is read for a request that is not understood, or too large."""
    with pytest.raises(error):
        decoded(request_text)


@each_dialect
def test_cancel_names_its_readout(dialect: Dialect) -> None:
    """A cancel carries the readout's id; XSF confirms it by name."""
    cancel = from_text(
        f"<cancel xmlns='{dialect.sensor_data}' {dialect.request_id}='77'/>"
    )
    assert decode_cancel(cancel, dialect) == CancelRead("77")
    confirmed = encode_cancelled("77", dialect)
    if confirmed is not None:
        assert (
            to_text(confirmed)
            == '<cancelled xmlns="urn:xmpp:iot:sensordata" seqnr="77"/>'
        )
        assert_valid(confirmed)
    assert (confirmed is None) == (dialect is not XSF)


@each_dialect
def test_accepted_is_valid(dialect: Dialect) -> None:
    """Accepted, queued and started are what the schemas know."""
    queued = encode_accepted("7", dialect, queued=True)
    assert queued.get("queued") == "true"
    assert_valid(encode_accepted("7", dialect), queued, encode_started("7", dialect))


@each_dialect
def test_what_is_asked_of_others_is_valid(dialect: Dialect) -> None:
    """Requests of ours are what the schemas know; categories are said, whatever was wanted."""
    whole = ReadRequest(
        id="7",
        nodes=(HALL, NodeRef("b", "", "east")),
        fields=frozenset({"b", "a"}),
        categories=frozenset(Category),
        when=MORNING,
        start=MORNING,
        end=MORNING,
    )
    request = encode_read(whole, dialect)
    assert request.get("all") == "true"
    assert_valid(request, encode_cancel(CancelRead("7"), dialect))
    unsaid = encode_read(ReadRequest(id="7"), dialect)
    assert_valid(unsaid)
    assert decode_read(unsaid, dialect).categories == frozenset(Category) - HISTORICAL
    hourly = encode_read(
        replace(whole, categories=frozenset({Category.HISTORICAL_HOUR})), dialect
    )
    assert_valid(hourly)
    assert decode_read(hourly, dialect).categories >= {Category.HISTORICAL_HOUR}


@each_dialect
def test_readings_are_valid(dialect: Dialect) -> None:
    """Every type, category and quality has its valid form, in fields and in failures."""
    error = render_error(BROKEN, dialect)
    readings = [render_reading(one, dialect) for one in (EVERYTHING, BROKEN)]
    assert_valid(
        render_fields([], dialect, "7"),
        render_fields(readings, dialect, "7", last=False),
        render_failure([error, error], dialect, "7"),
    )


def test_reading_in_neuro_foundation() -> None:
    """Short names; an error stands among the fields it belongs to."""
    reading = Reading(
        node=HALL,
        at=MORNING,
        fields=(
            Field(
                name="T", type=ValueType.DOUBLE, value=21.4, unit="°C", writable=True
            ),
        ),
        error="Humidity probe offline",
    )
    assert render_reading(reading, NF) == (
        '<nd id="sensor.hall" src="entities"><ts v="2026-11-21T06:00:00Z">'
        '<q n="T" m="1" ar="1" ctr="1" v="21.4" u="°C"/>'
        "<err>Humidity probe offline</err></ts></nd>"
    )
    assert render_error(reading, NF) == (
        '<nd id="sensor.hall" src="entities"><ts v="2026-11-21T06:00:00Z">'
        "<err>Humidity probe offline</err></ts></nd>"
    )


def test_reading_in_xsf() -> None:
    """Long names; an error is an element of its own, and a number always has a unit."""
    reading = Reading(
        node=HALL,
        at=MORNING,
        fields=(Field(name="T", type=ValueType.DOUBLE, value=21.4),),
        error="Probe offline",
    )
    assert render_reading(reading, XSF) == (
        '<node nodeId="sensor.hall" sourceId="entities"><timestamp value="2026-11-21T06:00:00Z">'
        '<numeric name="T" momentary="true" automaticReadout="true" value="21.4" unit=""/>'
        "</timestamp></node>"
    )
    assert render_error(reading, XSF) == (
        '<error nodeId="sensor.hall" sourceId="entities" timestamp="2026-11-21T06:00:00Z">'
        "Probe offline</error>"
    )


def test_whole_numbers_with_a_unit_are_quantities() -> None:
    """Integers have no unit on the wire, so what has one travels as a quantity."""
    power = Field(name="P", type=ValueType.INT, value=40, unit="W")
    text = render_reading(Reading(node=HALL, at=MORNING, fields=(power,)), NF)
    assert '<q n="P" m="1" ar="1" v="40" u="W"/>' in text


@pytest.mark.parametrize(
    ("dialect", "last", "opening"),
    [
        (NF, True, '<resp xmlns="urn:nf:iot:sd:1.0" id="7">'),
        (NF, False, '<resp xmlns="urn:nf:iot:sd:1.0" id="7" more="true">'),
        (XSF, True, '<fields xmlns="urn:xmpp:iot:sensordata" seqnr="7" done="true">'),
        (XSF, False, '<fields xmlns="urn:xmpp:iot:sensordata" seqnr="7">'),
    ],
)
def test_the_end_is_marked_the_dialects_way(
    dialect: Dialect, last: bool, opening: str
) -> None:
    """NF marks what is not the last, XSF what is."""
    assert render_fields([], dialect, "7", last=last).startswith(opening)


def test_failures_are_apart_in_xsf_only() -> None:
    """NF has one message for both."""
    assert render_failure([], XSF, "7").startswith("<failure ")
    assert render_failure([], NF, "7") == render_fields([], NF, "7")


@pytest.mark.parametrize("dialect", FAMILIES[:3], ids=lambda one: one.name)
def test_refusal_without_a_node_is_valid(dialect: Dialect) -> None:
    """A request without nodes is answered with an error that belongs to none."""
    text = render_refusal("Name a node.", MORNING, dialect, "7")
    assert "<err>Name a node.</err>" in text
    assert_valid(text)


ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(FAMILIES))
def test_any_text_is_rendered_as_xml(
    name: str, value: str, node: str, dialect: Dialect
) -> None:
    """Names and values of any characters never break the stream."""
    field = Field(name=name, type=ValueType.STRING, value=value)
    reading = Reading(node=NodeRef(node), at=MORNING, fields=(field,), error=value)
    fragments = [render_reading(reading, dialect), render_error(reading, dialect)]
    message = from_text(render_fields(fragments, dialect, name))
    assert message.get(dialect.request_id) == clean(name)
    assert message[0].get(dialect.node_id) == clean(node)
    sent = message[0][0][0]
    assert sent.get(dialect.field_name) == clean(name)
    assert sent.get(dialect.field_value) == clean(value)
