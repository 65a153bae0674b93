"""Sensor data both ways: what is asked and what is read arrives as it was, in every dialect."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.fragments import decode_fragment
from custom_components.xmpp_iot.wire.model import (
    HISTORICAL,
    CancelRead,
    Category,
    Field,
    Reading,
    ReadRequest,
    ValueType,
)
from custom_components.xmpp_iot.wire.packer import Packer
from custom_components.xmpp_iot.wire.sensor_data import (
    decode_cancel,
    decode_read,
    encode_cancel,
    encode_read,
)
from custom_components.xmpp_iot.wire.xml import from_text, to_text

from .strategies import NUMBERS, quick, read_requests, readings, request_ids

NEURO_FOUNDATION = FAMILIES[:3]

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def asked(request: ReadRequest, dialect: Dialect) -> ReadRequest:
    """Return the request as it arrives.

    No category is sent as all but the historical ones, and in Neuro-Foundation these are one.
    """
    categories = request.categories or frozenset(Category) - HISTORICAL
    if dialect in NEURO_FOUNDATION and categories & HISTORICAL:
        categories |= HISTORICAL
    return replace(request, categories=categories)


def read(field: Field, dialect: Dialect) -> Field:
    """Return the field as it arrives.

    A colour is text, an integer with a unit a quantity, and all history in Neuro-Foundation is one.
    """
    if field.type is ValueType.COLOR:
        field = replace(field, type=ValueType.STRING)
    if field.type in NUMBERS and field.unit:
        assert isinstance(field.value, int | float)
        field = replace(field, type=ValueType.DOUBLE, value=float(field.value))
    if dialect in NEURO_FOUNDATION and field.category in HISTORICAL:
        field = replace(field, category=Category.HISTORICAL_OTHER)
    return field


def told(sent: list[Reading], dialect: Dialect) -> Iterator[Reading]:
    """Yield the readings as they arrive; XSF has errors apart, behind all the rest."""
    apart = dialect not in NEURO_FOUNDATION
    for one in sent:
        fields = tuple(read(field, dialect) for field in one.fields)
        if fields or not (apart and one.error):
            yield replace(one, fields=fields, error="" if apart else one.error)
    for one in sent:
        if apart and one.error:
            yield replace(one, fields=())


@each_dialect
@quick
@given(st.data())
def test_requests_go_both_ways(dialect: Dialect, data: st.DataObject) -> None:
    """A request for a readout arrives as it was meant."""
    request = data.draw(read_requests(dialect))
    text = to_text(encode_read(request, dialect))
    assert decode_read(from_text(text), dialect) == asked(request, dialect)


@each_dialect
@quick
@given(st.data())
def test_cancels_go_both_ways(dialect: Dialect, data: st.DataObject) -> None:
    """A cancel arrives as it was."""
    cancel = CancelRead(data.draw(request_ids(dialect)))
    text = to_text(encode_cancel(cancel, dialect))
    assert decode_cancel(from_text(text), dialect) == cancel


@each_dialect
@quick
@given(st.data())
def test_readings_go_both_ways(dialect: Dialect, data: st.DataObject) -> None:
    """Fields of any type, category and quality arrive, in any number of messages, of which one is the last."""
    sent = data.draw(st.lists(readings, max_size=4))
    request_id = data.draw(request_ids(dialect))
    packer = Packer(
        request_id, dialect, limit=data.draw(st.sampled_from([4000, 60_000]))
    )
    messages = [text for one in sent for text in packer.add(one)]
    messages += packer.finish()
    fragments = [decode_fragment(from_text(text), dialect) for text in messages]
    assert {one.id for one in fragments} == {request_id}
    assert [one.last for one in fragments] == [False] * (len(fragments) - 1) + [True]
    arrived = [one for fragment in fragments for one in fragment.readings]
    expected = list(told(sent, dialect))
    assert len(arrived) == len(expected)
    assert all(arrived.count(one) == expected.count(one) for one in expected)
    assert len(messages) > 2 or arrived == expected
