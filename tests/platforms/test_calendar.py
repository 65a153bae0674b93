"""Calendars of other houses: what is next, and what else there is."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.calendar import XmppIotCalendar
from homeassistant.components.calendar import CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .acting import action, assert_commanded
from .conftest import Cabin, differences, reported

DIARY = "calendar.diary"
DENTIST: dict[str, Any] = {
    "message": "[Dentist]",
    "all_day": False,
    "start_time": "2026-11-21 09:00:00",
    "end_time": "2026-11-21 10:00:00",
    "location": "",
    "description": "Bring a book.",
    "supported_features": 1,
}
HOLIDAY: dict[str, Any] = {
    **DENTIST,
    "message": "Holiday",
    "all_day": True,
    "start_time": "2026-12-24 00:00:00",
    "end_time": "2026-12-27 00:00:00",
}
START = datetime(2026, 11, 21, tzinfo=UTC)
END = START + timedelta(days=7)


@pytest.fixture(autouse=True)
async def removed(cabin: Cabin) -> AsyncGenerator[None]:
    """Have the timers that Home Assistant has for an event end with the calendar."""
    yield
    for entity in list(cabin.hass.data[DATA_COMPONENT].entities):
        await entity.async_remove()


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize("event", [DENTIST, HOLIDAY, {"supported_features": 1}])
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, event: dict[str, Any]
) -> None:
    """A calendar shows the state and the event that the other house tells."""
    node = cabin.node(DIARY, state, **event)
    shown = await cabin.show(node, XmppIotCalendar)
    assert differences(cabin.originals[DIARY], shown) == {}


async def test_another_event_is_shown_when_it_is_told(cabin: Cabin) -> None:
    """The event changes with the node."""
    node = cabin.node(DIARY, "off", **HOLIDAY)
    shown = await cabin.show(node, XmppIotCalendar)
    new = cabin.change(node, "on", **DENTIST)
    assert differences(new, cabin.state(shown.entity_id)) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_time": "soon"},
        {"end_time": "2026-11-20 09:00:00"},
        {"end_time": None},
        {"message": None},
        {"start_time": "0001-01-01T00:00:00+23:00", "message": "x"},
    ],
)
async def test_an_event_that_makes_no_sense_is_none(
    cabin: Cabin, wrong: dict[str, Any]
) -> None:
    """The state is shown all the same."""
    node = cabin.node(DIARY, "on", **(DENTIST | wrong))
    shown = await cabin.show(node, XmppIotCalendar)
    assert shown.state == "on"
    assert "message" not in shown.attributes


async def test_a_day_is_a_day_in_every_zone(cabin: Cabin) -> None:
    """An event of whole days does not move; this house has another clock."""
    await cabin.hass.config.async_set_time_zone("America/New_York")
    node = cabin.node(DIARY, "on", **HOLIDAY)
    shown = await cabin.show(node, XmppIotCalendar)
    assert shown.attributes["start_time"] == "2026-12-24 00:00:00"


def calendar(hass: HomeAssistant) -> Any:
    """Return the calendar that is shown."""
    (entity,) = hass.data[DATA_COMPONENT].entities
    return entity


async def test_events_are_asked_for(cabin: Cabin) -> None:
    """Of days and of moments, with what Home Assistant tells of them."""
    await cabin.show(cabin.node(DIARY, "off"), XmppIotCalendar)
    cabin.house.report = reported(
        {
            "events": [
                {
                    "start": "2026-11-21T10:00:00+01:00",
                    "end": "2026-11-21T11:00:00+01:00",
                    "summary": "Dentist",
                    "description": "Bring a book.",
                    "location": "Main street",
                    "status": "tentative",
                },
                {
                    "start": "2026-12-24",
                    "end": "2026-12-27",
                    "summary": "Holiday",
                    "status": "maybe",
                },
            ]
        }
    )

    found = await calendar(cabin.hass).async_get_events(cabin.hass, START, END)

    (node, query, data) = cabin.house.queries[0]
    assert (node, query) == (DIARY, "get_events")
    assert data == {"start_date_time": START, "end_date_time": END}
    nine = datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert found == [
        CalendarEvent(
            nine,
            nine + timedelta(hours=1),
            "Dentist",
            "Bring a book.",
            "Main street",
            status="tentative",  # type: ignore[arg-type]
        ),
        CalendarEvent(date(2026, 12, 24), date(2026, 12, 27), "Holiday"),
    ]


async def test_events_that_make_no_sense_are_left_out(cabin: Cabin) -> None:
    """One without time, or that ends before it begins, is none; nor is there any without rows."""
    await cabin.show(cabin.node(DIARY, "off"), XmppIotCalendar)
    entity = calendar(cabin.hass)
    noon = "2026-11-21T12:00:00+00:00"
    wrong = [
        {"summary": "x"},
        {"start": noon, "end": "2026-11-21", "summary": "x"},
        {"start": noon, "end": "2026-11-21T11:00:00+00:00", "summary": "x"},
        {"start": 5, "end": noon, "summary": "x"},
        {"start": noon, "end": noon},
    ]
    for events in (wrong, []):
        cabin.house.report = reported({"events": events})
        assert await entity.async_get_events(cabin.hass, START, END) == []

    cabin.house.refusal = HomeAssistantError("Not for you.")
    with pytest.raises(HomeAssistantError, match="Not for you"):
        await entity.async_get_events(cabin.hass, START, END)


async def test_a_new_event_is_entered_over_there(cabin: Cabin) -> None:
    """Of moments or of days, and for in so many days, which is then a day."""
    node = cabin.node(DIARY, "off", supported_features=7)
    shown = await cabin.show(node, XmppIotCalendar)
    assert shown.attributes["supported_features"] == 1

    await cabin.hass.config.async_set_time_zone("UTC")  # in which times are sent
    moments = {
        "start_date_time": "2026-11-21T09:00:00+00:00",
        "end_date_time": "2026-11-21T10:00:00+00:00",
    }
    days = {"start_date": "2026-12-24", "end_date": "2026-12-27"}
    await assert_commanded(
        cabin,
        shown,
        [
            action("create_event", summary="Dentist", description="Now", **moments),
            action("create_event", summary="Holiday", description="Yes", **days),
        ],
        without=["get_events"],
    )


async def test_what_cannot_be_entered_is_the_other_house_s_to_refuse(
    cabin: Cabin,
) -> None:
    """A repeated event is sent as one, and not silently entered once."""
    await cabin.show(cabin.node(DIARY, "off", supported_features=1), XmppIotCalendar)
    await calendar(cabin.hass).async_create_event(
        dtstart=START, dtend=END, summary="Choir", rrule="FREQ=WEEKLY"
    )
    (_, _, data) = cabin.house.commands[0]
    assert data["rrule"] == "FREQ=WEEKLY"


@pytest.mark.parametrize("start", ["", "soon", "2026-12-24"])
async def test_a_day_that_is_none_is_no_event(cabin: Cabin, start: str) -> None:
    """The other house may say anything."""
    node = cabin.node(DIARY, "on", **{**HOLIDAY, "start_time": start, "end_time": "x"})
    shown = await cabin.show(node, XmppIotCalendar)
    assert shown.state == "on"
