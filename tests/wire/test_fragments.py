"""Fragments: what peers say of a readout is understood, however they put it."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.errors import BadRequest, RemoteError, StanzaError
from custom_components.xmpp_iot.wire.fragments import (
    DEVICE,
    MAX_ERROR,
    MAX_TEXT,
    Fragment,
    decode_fragment,
)
from custom_components.xmpp_iot.wire.model import (
    Category,
    Field,
    NodeRef,
    Quality,
    Reading,
    ValueType,
)
from custom_components.xmpp_iot.wire.sensor_data import encode_accepted, encode_started
from custom_components.xmpp_iot.wire.xml import from_text

NF, _, _, XSF = FAMILIES
MORNING = datetime(2026, 11, 21, 6, tzinfo=UTC)
HALL = NodeRef("sensor.hall", "entities")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def nf(content: str, attributes: str = "") -> Fragment:
    """Decode data in Neuro-Foundation."""
    text = f"<resp xmlns='urn:nf:iot:sd:1.0' id='7' {attributes}>{content}</resp>"
    return decode_fragment(from_text(text), NF)


def xsf(content: str, attributes: str = "", name: str = "fields") -> Fragment:
    """Decode data in XSF."""
    text = f"<{name} xmlns='urn:xmpp:iot:sensordata' seqnr='7' {attributes}>{content}</{name}>"
    return decode_fragment(from_text(text), XSF)


def nf_field(field: str) -> Field | None:
    """Decode one field in Neuro-Foundation; None where it is left out."""
    (read,) = nf(f"<ts v='2026-11-21T06:00:00Z'>{field}</ts>").readings
    return next(iter(read.fields), None)


@each_dialect
def test_what_is_said_of_a_readout(dialect: Dialect) -> None:
    """Accepted, queued, started and done have an id and no data."""
    done = f"<done xmlns='{dialect.sensor_data}' {dialect.request_id}='7'/>"
    assert [
        decode_fragment(one, dialect)
        for one in (
            encode_accepted("7", dialect),
            encode_accepted("7", dialect, queued=True),
            encode_started("7", dialect),
            from_text(done),
        )
    ] == [
        Fragment(id="7"),
        Fragment(id="7", queued=True),
        Fragment(id="7"),
        Fragment(id="7", last=True),
    ]


def test_a_subscription_may_be_confirmed_among_events() -> None:
    """The deployed implementation says accepted and done in the wrong namespace."""
    text = "<{} xmlns='urn:nf:iot:events:1.0' id='7'/>"
    assert decode_fragment(from_text(text.format("accepted")), NF) == Fragment(id="7")
    assert decode_fragment(from_text(text.format("done")), NF).last


def test_data_in_neuro_foundation() -> None:
    """Errors stand beside fields; what is not the last says so."""
    fragment = nf(
        "<nd id='sensor.hall' src='entities'><ts v='2026-11-21T06:00:00Z'>"
        "<q n='T' m='true' ar='true' w='1' ctr='true' v='21.4' u='°C'><x/></q>"
        "<e n='Mode' s='true' v='heat' t='HvacMode'/>"
        "<err>Humidity probe offline</err><err/></ts>"
        "<ts v='2026-11-21T07:00:00+01:00'/></nd><other xmlns='urn:other'/>",
        "more='true'",
    )
    assert fragment == Fragment(
        id="7",
        readings=(
            Reading(
                node=HALL,
                at=MORNING,
                fields=(
                    Field(
                        name="T",
                        type=ValueType.DOUBLE,
                        value=21.4,
                        unit="°C",
                        qualities=frozenset(
                            {Quality.AUTOMATIC_READOUT, Quality.WARNING}
                        ),
                        writable=True,
                    ),
                    Field(
                        name="Mode",
                        type=ValueType.ENUM,
                        value="heat",
                        data_type="HvacMode",
                        category=Category.STATUS,
                        qualities=frozenset(),
                    ),
                ),
                error="Humidity probe offline\nThe peer gives no reason.",
            ),
            Reading(node=HALL, at=MORNING),
        ),
    )
    assert nf("").last


def test_a_device_without_nodes() -> None:
    """Data without an address is of the peer itself."""
    (read,) = nf("<ts v='2026-11-21T06:00:00Z'><i n='N' i='true' v='3'/></ts>").readings
    assert read.node == DEVICE
    assert [field.value for field in read.fields] == [3]


def test_what_others_put_among_data_is_left_out() -> None:
    """Beside nodes, beside moments and beside fields."""
    alien = "<x xmlns='urn:example:alien' id='a' v='b' n='c'/>"
    moment = f"<ts v='2026-11-21T06:00:00Z'>{alien}<s n='state' v='on'/></ts>"
    found = nf(f"{alien}<nd id='sensor.hall' src='entities'>{alien}{moment}</nd>")
    (read,) = found.readings
    assert read.node == HALL
    assert [one.value for one in read.fields] == ["on"]
    assert not read.error


def test_data_in_xsf() -> None:
    """What is the last says so; peers of old have another word for a duration."""
    content = (
        "<node nodeId='a' sourceId='b' cacheType='c'><timestamp value='2026-11-21T06:00:00Z'>"
        "<timeSpan name='D' historicalDay='true' value='PT10S'/>"
        "<numeric name='N' momentary='true' value='1' unit=''/></timestamp></node>"
    )
    assert not xsf(content).last
    fragment = xsf(content, "done='true'")
    assert fragment.last
    (read,) = fragment.readings
    assert read.node == NodeRef("a", "b", "c")
    duration, number = read.fields
    assert (duration.value, duration.category) == (
        timedelta(seconds=10),
        Category.HISTORICAL_DAY,
    )
    assert (number.type, number.unit) == (ValueType.DOUBLE, "")


def test_failures_in_xsf() -> None:
    """Each failure is a reading without fields."""
    error = "<error nodeId='{}' timestamp='2026-11-21T06:00:00Z'>{}</error>"
    fragment = xsf(
        error.format("a", "Timeout.") + error.format("b", "x" * 5000),
        "done='true'",
        "failure",
    )
    assert fragment == Fragment(
        id="7",
        readings=(
            Reading(node=NodeRef("a"), at=MORNING, error="Timeout."),
            Reading(node=NodeRef("b"), at=MORNING, error="x" * MAX_ERROR),
        ),
        last=True,
    )


def test_a_refusal_of_old() -> None:
    """What peers refused in an element of its own is a refusal."""
    with pytest.raises(RemoteError, match="Access denied"):
        xsf("<error>Access denied.</error>", name="rejected")


@pytest.mark.parametrize(
    ("flags", "category"),
    [
        ("", Category.MOMENTARY),
        ("all='true'", Category.MOMENTARY),
        ("i='true' p='true'", Category.PEAK),
        ("h='true'", Category.HISTORICAL_OTHER),
        ("h='true' c='1' m='0'", Category.COMPUTED),
    ],
)
def test_a_field_has_one_category(flags: str, category: Category) -> None:
    """Of several the first counts; none and all are momentary; history is not told apart."""
    field = nf_field(f"<s n='a' {flags} v='b'/>")
    assert field is not None
    assert field.category is category


@pytest.mark.parametrize(
    "field",
    [
        "<q n='a' v='warm'/>",
        "<q n='a'/>",
        "<q v='1'/>",
        "<q n='a' m='yes' v='1'/>",
        "<q n='a' ms='yes' v='1'/>",
        "<q n='a' ctr='yes' v='1'/>",
        f"<q n='{'x' * 2000}' v='1'/>",
        f"<q n='a' u='{'x' * 2000}' v='1'/>",
        f"<s n='a' v='{'x' * (MAX_TEXT + 1)}'/>",
        "<dr n='a' v='P1Y'/>",
        "<numeric n='a' v='1'/>",
        "<q xmlns='urn:other' n='a' v='1'/>",
    ],
    ids=lambda one: one[:40],
)
def test_a_field_that_is_not_understood_is_left_out(field: str) -> None:
    """The others count."""
    assert nf_field(field) is None
    kept = nf_field(f"{field}<b n='on' v='true'/>")
    assert kept is not None
    assert kept.value is True


@pytest.mark.parametrize(
    "text",
    [
        "<resp xmlns='urn:nf:iot:sd:1.0'/>",
        "<resp xmlns='urn:nf:iot:sd:1.0' id='1' more='yes'/>",
        "<accepted xmlns='urn:nf:iot:sd:1.0' id='1' queued='yes'/>",
        "<fields xmlns='urn:nf:iot:sd:1.0' id='1'/>",
        "<resp xmlns='urn:nf:iot:ctr:1.0' id='1'/>",
        "<resp id='1'/>",
        "<resp xmlns='urn:nf:iot:sd:1.0' id='1'><nd/></resp>",
        "<resp xmlns='urn:nf:iot:sd:1.0' id='1'><ts/></resp>",
        "<resp xmlns='urn:nf:iot:sd:1.0' id='1'><ts v='now'/></resp>",
    ],
)
def test_a_frame_that_is_not_understood_is_refused(text: str) -> None:
    """Whose data it is, of when, and whether it is the last, is not guessed."""
    with pytest.raises(BadRequest):
        decode_fragment(from_text(text), NF)


@pytest.mark.parametrize(
    "error",
    [
        "<error timestamp='2026-11-21T06:00:00Z'/>",
        "<error nodeId='a'/>",
        "<error nodeId='a' timestamp='now'/>",
    ],
)
def test_a_failure_says_of_what_and_when(error: str) -> None:
    """A failure of nothing is refused."""
    with pytest.raises(StanzaError):
        xsf(error, name="failure")
