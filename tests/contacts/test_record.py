"""What contacts wanted done is on record, and no flood fills it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.xmpp_iot.const import (
    EVENT_COMMAND,
    EVENT_COMMAND_DONE,
    EVENT_COMMAND_FAILED,
    EVENT_QUERY,
    EVENT_REFUSED,
)
from custom_components.xmpp_iot.contacts.deed import LONGEST, Deed, Result, cut
from custom_components.xmpp_iot.contacts.grants import Contact
from custom_components.xmpp_iot.contacts.record import Record
from custom_components.xmpp_iot.contacts.refusals import MOST, MUCH, PERIOD
from custom_components.xmpp_iot.wire.errors import (
    Expired,
    Forbidden,
    ServiceUnavailable,
)
from homeassistant.const import MATCH_ALL
from homeassistant.core import Context, Event, HomeAssistant, callback

ANNA = Contact(jid="anna@example.org", name="Anna")
BEN = Contact(jid="ben@example.org", name="Ben")
LAMP = {"entity_id": "light.lamp"}
DENIED = Forbidden("Access denied.")


@pytest.fixture
def record(hass: HomeAssistant) -> Iterator[Record]:
    """Return a record, in which each contact's user is called like it; afterwards it has no timer."""
    record = Record(hass, lambda bare: f"user of {bare}")
    yield record
    record.async_stop()


@pytest.fixture
def refused(hass: HomeAssistant) -> list[Event]:
    """Return the events of what is refused."""
    events: list[Event] = async_capture_events(hass, EVENT_REFUSED)
    return events


def deed(contact: Contact = ANNA, action: str = "turn_on", **more: Any) -> Deed:
    """Return what a contact wants done to the lamp."""
    return Deed(
        contact=contact,
        asker=f"{contact.jid}/phone",
        action=action,
        about=LAMP,
        name="Lamp",
        **more,
    )


async def a_minute_later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let a minute pass."""
    freezer.tick(timedelta(seconds=PERIOD + 1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


async def test_what_is_done_is_one_context(hass: HomeAssistant, record: Record) -> None:
    """Who, what, by which grant: before, and when it is done, in the name of the contact's user."""
    begun = async_capture_events(hass, EVENT_COMMAND)
    done = async_capture_events(hass, EVENT_COMMAND_DONE)
    wanted = deed(grant="1a2b3c4d", granted_by="Control: Lamp")
    context = record.async_begin(wanted)
    assert not done
    record.async_end(wanted, context)
    await hass.async_block_till_done()

    ((before,), (after,)) = begun, done
    assert (
        before.data
        == after.data
        == {
            "entity_id": "light.lamp",
            "name": "Lamp",
            "action": "turn_on",
            "contact": "Anna",
            "jid": "anna@example.org",
            "resource": "phone",
            "grant": "1a2b3c4d",
            "granted_by": "Control: Lamp",
        }
    )
    assert before.context is after.context is context
    assert context.user_id == "user of anna@example.org"


async def test_what_fails_says_why(hass: HomeAssistant, record: Record) -> None:
    """Beside what every event has."""
    failed = async_capture_events(hass, EVENT_COMMAND_FAILED)
    record.async_end(deed(), record.async_begin(deed()), "jammed")
    await hass.async_block_till_done()
    (event,) = failed
    assert event.data["reason"] == "jammed"
    assert "grant" not in event.data


async def test_a_query_is_written_down_before(
    hass: HomeAssistant, record: Record
) -> None:
    """It changes nothing, so that nothing becomes of it."""
    queries = async_capture_events(hass, EVENT_QUERY)
    record.async_query(deed(action="history"))
    await hass.async_block_till_done()
    assert [event.data["action"] for event in queries] == ["history"]


async def test_who_listens_is_told_of_one_contact(
    hass: HomeAssistant, record: Record
) -> None:
    """Once for each request, with what became of it, until it has heard enough."""
    told: list[tuple[Result, object, Context]] = []

    def listen(result: Result, data: Mapping[str, object], context: Context) -> None:
        told.append((result, data["action"], context))

    end = record.async_listen(ANNA.jid, listen)
    context = record.async_begin(deed())
    record.async_end(deed(), context)
    record.async_refuse(deed(action="unlock"), DENIED)
    record.async_refuse(deed(BEN), DENIED)
    assert [one[:2] for one in told] == [
        (Result.DONE, "turn_on"),
        (Result.REFUSED, "unlock"),
    ]
    assert told[0][2] is context
    end()
    record.async_refuse(deed(action="open"), DENIED)
    assert len(told) == 2


async def test_a_refusal_says_why(
    hass: HomeAssistant, record: Record, refused: list[Event]
) -> None:
    """In the words its asker got, else by its condition; and in whose name."""
    record.async_refuse(deed(), DENIED)
    record.async_refuse(deed(action="unlock"), ServiceUnavailable())
    await hass.async_block_till_done()
    assert [event.data["reason"] for event in refused] == [
        "Access denied.",
        "service-unavailable",
    ]
    assert refused[0].data["count"] == 1
    assert refused[0].context.user_id == "user of anna@example.org"


async def test_the_same_again_is_counted(
    hass: HomeAssistant,
    record: Record,
    refused: list[Event],
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is told when the minute is over, whatever the reason's words are; others have minutes of their own."""
    for late in range(5):
        record.async_refuse(deed(), Expired(f"Expired {late} s ago."))
    record.async_refuse(deed(BEN), DENIED)
    await hass.async_block_till_done()
    assert len(refused) == 2

    await a_minute_later(hass, freezer)
    assert len(refused) == 3
    assert refused[2].data["count"] == 4
    assert refused[2].data["reason"] == "Expired 4 s ago."
    assert refused[2].data["action"] == "turn_on"


async def test_who_goes_on_is_told_of_once_a_minute(
    hass: HomeAssistant,
    record: Record,
    refused: list[Event],
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a quiet minute it is news again."""
    for expected in (1, 2, 3):
        record.async_refuse(deed(), DENIED)
        record.async_refuse(deed(), DENIED)
        await hass.async_block_till_done()
        assert len(refused) == expected
        await a_minute_later(hass, freezer)
    assert [event.data["count"] for event in refused] == [1, 1, 2, 2]
    await a_minute_later(hass, freezer)
    record.async_refuse(deed(), DENIED)
    await hass.async_block_till_done()
    assert refused[-1].data["count"] == 1
    assert len(refused) == 5


async def test_too_many_different_ones_are_one(
    hass: HomeAssistant,
    record: Record,
    refused: list[Event],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A flood is ten events and one more for the rest of it."""
    for number in range(1000):
        record.async_refuse(deed(action=f"action {number}"), DENIED)
    await hass.async_block_till_done()
    assert len(refused) == MOST
    await a_minute_later(hass, freezer)
    rest = refused[MOST:]
    assert [event.data["action"] for event in rest] == [MUCH]
    assert rest[0].data["count"] == 1000 - MOST
    assert rest[0].data["name"] == ""
    assert "entity_id" not in rest[0].data


async def test_at_the_end_nothing_is_forgotten(
    hass: HomeAssistant, record: Record, refused: list[Event]
) -> None:
    """What is counted is told; what is refused later is not."""
    for _ in range(3):
        record.async_refuse(deed(), DENIED)
    record.async_stop()
    record.async_refuse(deed(BEN), DENIED)
    await hass.async_block_till_done()
    assert [event.data["count"] for event in refused] == [1, 2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("turn_on", "turn_on"),
        ("two\n lines\t ", "two lines"),
        ("bell\x07 and \u202e", "bell\ufffd and \ufffd"),
        ("x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
    ],
)
def test_what_others_chose_is_one_short_line(text: str, shown: str) -> None:
    """Whatever it was."""
    assert cut(text) == shown


async def test_it_knows_whether_somebody_waits(
    hass: HomeAssistant, record: Record
) -> None:
    """From when something begins until its end is written; a question to which nothing is done is none."""
    assert not record.is_open()
    first, second = record.async_begin(deed()), record.async_begin(deed(BEN))
    record.async_query(deed())
    record.async_end(deed(), first)
    await hass.async_block_till_done()
    assert record.is_open()
    record.async_end(deed(BEN), second, "It is stuck.")
    assert record.is_open()
    await hass.async_block_till_done()
    assert not record.is_open()


async def test_ends_are_written_when_they_have_been_told(
    hass: HomeAssistant, record: Record
) -> None:
    """Whoever waits for one does not wait for those who read the record."""
    written = async_capture_events(hass, EVENT_COMMAND_DONE)
    contexts = [record.async_begin(deed()) for _ in range(2)]
    for context in contexts:
        record.async_end(deed(), context)
    assert not written
    await hass.async_block_till_done()
    assert [event.context for event in written] == contexts


async def test_a_reader_that_fails_fails_for_itself(
    hass: HomeAssistant, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    """What others have done is written nevertheless, in order, and nobody is taken to wait still."""
    written = async_capture_events(hass, EVENT_COMMAND_DONE)
    contexts = [record.async_begin(deed()), record.async_begin(deed(BEN))]

    def fail(_: Result, __: Mapping[str, object], ___: Context) -> None:
        record.async_query(deed())  # (which has what is due written first)
        assert len(written) == 1
        raise RuntimeError("It cannot read.")

    record.async_listen(ANNA.jid, fail)
    record.async_end(deed(), contexts[0])
    record.async_end(deed(BEN), contexts[1])
    record.async_query(deed(BEN))
    assert [event.context for event in written] == contexts
    assert not record.is_open()
    assert "could not be recorded" in caplog.text


async def test_the_record_is_in_order(hass: HomeAssistant, record: Record) -> None:
    """What has ended is written before anything else begins, or is asked or refused."""
    written: list[str] = []

    @callback
    def note(event: Event) -> None:
        written.append(str(event.event_type))

    hass.bus.async_listen(MATCH_ALL, note)
    first = record.async_begin(deed())
    record.async_end(deed(), first)
    second = record.async_begin(deed(BEN))
    record.async_end(deed(BEN), second, "It is stuck.")
    record.async_query(deed())
    record.async_refuse(deed(), DENIED)
    assert written == [
        EVENT_COMMAND,
        EVENT_COMMAND_DONE,
        EVENT_COMMAND,
        EVENT_COMMAND_FAILED,
        EVENT_QUERY,
        EVENT_REFUSED,
    ]


async def test_nothing_is_left_unwritten(hass: HomeAssistant, record: Record) -> None:
    """What has ended right before the account stops is on record, once."""
    written = async_capture_events(hass, EVENT_COMMAND_DONE)
    record.async_end(deed(), record.async_begin(deed()))
    record.async_stop()
    assert len(written) == 1
    await hass.async_block_till_done()
    assert len(written) == 1
    assert not record.is_open()
