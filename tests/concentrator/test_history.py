"""Readings of the past: everything once, in order, as it was, and nothing that must not leave."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.exc import OperationalError

from custom_components.xmpp_iot.concentrator import history, recorded
from custom_components.xmpp_iot.wire.errors import InternalServerError
from custom_components.xmpp_iot.wire.model import (
    Category,
    NodeRef,
    Quality,
    ReadRequest,
    ValueType,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant

from .past import STATES, Past, ago

METER = "sensor.meter"
UNIT: dict[str, object] = {"unit_of_measurement": "W", "friendly_name": "Meter"}


@pytest.fixture
def past(recorder_mock: Recorder, hass: HomeAssistant) -> Past:
    """Return the past of a house."""
    return Past.of(hass)


async def test_states_of_equal_times_are_neither_lost_nor_repeated(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages end anywhere, also between states of the same time; both bounds are included."""
    begun = ago(hours=1) + timedelta(microseconds=123457)
    for number in range(10):  # times 0 0 0 0 1 1 1 1 2 2
        past.was(METER, str(number), begun + timedelta(seconds=number // 4), UNIT)
    await past.recorded()
    everything = [float(number) for number in range(10)]
    for size in (1, 2, 3, 5, 10, 11):
        monkeypatch.setattr(recorded, "PAGE", size)
        assert await past.values(METER, "state") == everything

    second = begun + timedelta(seconds=1)
    tick = timedelta(microseconds=1)
    values = past.values
    assert await values(METER, "state", start=second) == everything[4:]
    assert await values(METER, "state", start=second + tick) == everything[8:]
    assert await values(METER, "state", end=second) == everything[:8]
    assert await values(METER, "state", end=second - tick) == everything[:4]
    assert await values(METER, "state", start=second, end=second) == everything[4:8]
    assert await values(METER, "state", start=second, end=begun) == []
    for far in (datetime.min, datetime.max):
        moment = far.replace(tzinfo=UTC)
        assert await values(METER, "state", start=moment, end=moment) == []
    assert await values("sensor.other", "state") == []


async def test_the_past_is_told_as_it_was(past: Past) -> None:
    """Unknown, unavailable, gone, changed in attributes: each is what it would have been then."""
    hour = ago(hours=1)
    states: list[tuple[str, dict[str, object]]] = [
        ("20", {**UNIT, "limit": 5}),
        ("20", {**UNIT, "limit": 6}),  # of the attributes only
        ("unknown", UNIT),
        ("unavailable", UNIT),
        ("8", {**UNIT, "unit_of_measurement": "kW", "access_token": "x"}),
    ]
    for number, (value, attributes) in enumerate(states):
        at = hour + timedelta(minutes=number)
        past.hass.states.async_set(METER, value, attributes, timestamp=at.timestamp())
    past.hass.states.async_remove(METER)
    await past.recorded()

    first, second, unknown, away, last, gone = await past.readings(METER)

    assert first.node == NodeRef(METER, "entities")
    assert [one.at for one in (first, second, last)] == [
        hour,
        hour + timedelta(minutes=1),
        hour + timedelta(minutes=4),
    ]
    state, limit = first.fields
    assert (state.name, state.type, state.value) == ("state", ValueType.DOUBLE, 20.0)
    assert (state.unit, last.fields[0].unit) == ("W", "kW")
    assert (limit.value, second.fields[1].value) == (5, 6)
    assert (away.fields, away.error) == ((), "Unavailable.")
    assert (gone.fields, gone.error) == ((), "Unavailable.")
    assert all(Quality.MISSING in one.qualities for one in unknown.fields)
    readings = (first, second, unknown, last)
    fields = [field for one in readings for field in one.fields]
    assert {field.category for field in fields} == {Category.HISTORICAL_OTHER}
    assert {field.name for field in fields} <= {"state", "limit"}

    # What has no such field says nothing, but for having been away.
    limits = await past.readings(METER, fields=["limit", "hour mean"])
    assert [len(one.fields) for one in limits] == [1, 1, 0, 0]
    assert await past.readings(METER, fields=["hour mean"]) == []


async def test_only_what_is_asked_for_is_read(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No category, no history; who stops reading ends it: not a page is read on."""
    for number in range(60):
        past.was(METER, str(number), ago(minutes=60 - number), UNIT)
    await past.recorded()
    assert await past.readings(METER, categories=()) == []
    everyday = set(Category) - {Category.HISTORICAL_OTHER}
    assert await past.readings(METER, categories=list(everyday)) == []

    pages = 0
    read = recorded.states_page

    def counted(*arguments: object) -> object:
        nonlocal pages
        pages += 1
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(history, "states_page", counted)
    monkeypatch.setattr(recorded, "PAGE", 20)
    parts = await past.parts(METER)
    assert max(map(len, parts)) <= 25
    times = [reading.at for part in parts for reading in part]
    assert all(one < other for one, other in pairwise(times))
    assert (len(times), pages) == (60, 4)

    request = ReadRequest(id="1", categories=frozenset(STATES))
    stream = past.history.readings(METER, NodeRef(METER), request)
    await anext(stream)
    await stream.aclose()
    await past.recorded()
    assert pages == 5
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_passwords_stay_secret(past: Past) -> None:
    """The recorder does not say that a text was a password: what may be one is not told."""
    for entity_id, mode in {
        "text.open": "text",
        "text.secret": "password",
        "text.unsaid": None,
        "input_text.secret_once": "text",
        "input_text.secret_now": "password",
    }.items():
        before = "password" if entity_id == "input_text.secret_once" else "text"
        past.was(entity_id, "hidden", ago(minutes=3), {"mode": before})
        past.was(entity_id, "shown", ago(minutes=2), {"mode": mode} if mode else {})
    past.was("text.gone", "hidden", ago(minutes=3))
    past.hass.states.async_remove("text.gone")
    await past.recorded()

    assert await past.values("text.open", "state") == ["hidden", "shown"]
    assert await past.values("input_text.secret_once", "state") == ["shown"]
    for entity_id in (
        "text.secret", "text.unsaid", "text.gone", "input_text.secret_now",
    ):  # fmt: skip
        readings = await past.readings(entity_id)
        assert "hidden" not in str(readings)
        assert "shown" not in str(readings)


async def test_without_a_recorder_there_is_no_past(hass: HomeAssistant) -> None:
    """A house without a recorder has no history, and says nothing wrong."""
    assert await Past.of(hass).readings(METER, categories=list(Category)) == []
    assert not recorded.keeps(hass, METER)


@pytest.mark.parametrize(
    "recorder_config", [{"exclude": {"entities": ["sensor.private"]}}]
)
async def test_a_broken_database_is_an_error_of_the_house(
    past: Past, recorder_config: object
) -> None:
    """What the recorder cannot read is answered with a reason; what it does not keep is known."""

    def broken(_hass: HomeAssistant) -> None:
        raise OperationalError("SELECT", {}, Exception("disk"))

    with pytest.raises(InternalServerError, match="recorder cannot be read"):
        await recorded.ask(past.hass, broken)

    assert recorded.keeps(past.hass, METER)
    assert not recorded.keeps(past.hass, "sensor.private")
    past.was("sensor.private", "1", ago(minutes=1))
    await past.recorded()
    assert await past.readings("sensor.private") == []
