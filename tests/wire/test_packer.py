"""Packing: readings become messages of limited size that say an address once, and end."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain
import time

import pytest

from custom_components.xmpp_iot.wire.dialects import FAMILIES, Dialect
from custom_components.xmpp_iot.wire.fragments import decode_fragment
from custom_components.xmpp_iot.wire.model import (
    Category,
    Field,
    NodeRef,
    Reading,
    ValueType,
)
from custom_components.xmpp_iot.wire.packer import MESSAGE_BYTES, Packer
from custom_components.xmpp_iot.wire.xml import from_text

from .readings import FAILED, HALL, MORNING, is_last, reading
from .schemas import assert_valid

NF, _, _, XSF = FAMILIES
ATTIC = NodeRef("sensor.attic", "entities")

each_dialect = pytest.mark.parametrize("dialect", FAMILIES, ids=lambda one: one.name)


def packed(packer: Packer, *readings: Reading) -> list[str]:
    """Return all messages of these readings."""
    return [*chain.from_iterable(map(packer.add, readings)), *packer.finish()]


def history(count: int) -> list[Reading]:
    """Return as many states of the hall, a second apart."""
    return [
        Reading(
            node=HALL,
            at=MORNING + timedelta(seconds=number),
            fields=(
                Field(
                    name="state",
                    type=ValueType.DOUBLE,
                    value=number / 10,
                    unit="°C",
                    category=Category.HISTORICAL_OTHER,
                ),
            ),
        )
        for number in range(count)
    ]


@each_dialect
def test_readings_of_a_node_share_its_element(dialect: Dialect) -> None:
    """An address is said once for all moments in a row, and again after another node."""
    attic = replace(reading("cold"), node=ATTIC)
    later = reading("21.5", at=MORNING + timedelta(minutes=1))
    (message,) = packed(Packer("7", dialect), reading(), later, attic, reading())
    assert message.count(f"<{dialect.node} ") == 3
    assert message.count(f"<{dialect.timestamp} ") == 4
    assert message.count("sensor.hall") == 2
    assert decode_fragment(from_text(message), dialect).readings == (
        reading(),
        later,
        attic,
        reading(),
    )
    assert_valid(message)


@each_dialect
def test_each_message_says_whose_it_is(dialect: Dialect) -> None:
    """A node's moments go on in the next message, in an element of their own."""
    states = history(30)
    messages = packed(Packer("7", dialect, limit=1000), *states)
    assert len(messages) > 2
    for message in messages:
        assert message.count("sensor.hall") == 1
    readings = [
        one
        for message in messages
        for one in decode_fragment(from_text(message), dialect).readings
    ]
    assert readings == states
    assert_valid(*messages)


@each_dialect
def test_the_size_is_what_is_sent(dialect: Dialect) -> None:
    """What is counted are the bytes of the fragments, shared elements once."""
    packer = Packer("7", dialect)
    (empty,) = Packer("7", dialect).finish()
    (message,) = packed(
        packer, *history(10), FAILED if dialect is not XSF else reading()
    )
    assert packer.size == len(message.encode()) - len(empty.encode())


@each_dialect
def test_a_long_history_is_packed_quickly(dialect: Dialect) -> None:
    """A hundred thousand states would take seconds, not minutes; no message is too large."""
    states = history(10_000)
    begin = time.process_time()
    messages = packed(Packer("7", dialect), *states)
    assert time.process_time() - begin < 1
    assert all(len(message.encode()) < MESSAGE_BYTES + 200 for message in messages)
    assert len(messages) < 30


@each_dialect
@pytest.mark.parametrize("size", [1, 400, 3000])
def test_packages_have_a_limit(dialect: Dialect, size: int) -> None:
    """A reading too large for a message is split by fields; a field too large becomes an error."""
    packer = Packer("7", dialect, limit=1000)
    messages = packed(packer, reading("x" * size, error="And more.", count=7))
    assert all(len(message.encode()) < 1200 for message in messages)
    assert [is_last(one, dialect) for one in messages].count(True) == 1
    assert is_last(messages[-1], dialect)
    text = "".join(messages)
    assert "And more." in text
    for number in range(7):
        assert f"F{number}" in text
    assert ("F6 is too large to be sent." in text) == (size == 3000)
    assert_valid(*messages)


def test_an_error_too_large_is_cut() -> None:
    """What cannot be said at length is said in short."""
    packer = Packer("7", NF, limit=2000)
    messages = packed(packer, replace(FAILED, error="x" * 5000))
    assert "".join(messages).count("x") < 1100
