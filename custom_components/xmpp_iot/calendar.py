"""Calendars of other houses: the event that is next, and all others when somebody looks."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar, Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import (
    CREATE_EVENT_SERVICE,
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_END_DATE,
    EVENT_END_DATETIME,
    EVENT_LOCATION,
    EVENT_START,
    EVENT_START_DATE,
    EVENT_START_DATETIME,
    EVENT_STATUS,
    EVENT_SUMMARY,
    SERVICE_GET_EVENTS,
    CalendarEntityFeature,
    CalendarEntityStateAttribute as Attribute,
    CalendarEventStatus,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.config_validation import TARGET_FIELDS
from homeassistant.util.enum import try_parse_enum

from .entity import Mirror, ToldState, features, platform_async_setup_entry
from .remote.reports import Row, day_or_moment, rows
from .wire.model import Value

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

# There are actions for new events only.
_CUT: Final = CalendarEntityFeature.DELETE_EVENT | CalendarEntityFeature.UPDATE_EVENT
# Where a new event's start and end go, for a day and for a moment.
_TIMES: Final[Mapping[str, tuple[str, str]]] = {
    EVENT_START: (EVENT_START_DATE, EVENT_START_DATETIME),
    EVENT_END: (EVENT_END_DATE, EVENT_END_DATETIME),
}


class XmppIotCalendar(ToldState, CalendarEntity):
    """A calendar of another house.

    Its state is as it is told: the times of the event are by the other house's clock, which may be in
    another zone.
    """

    mirrors: ClassVar[tuple[Mirror, ...]] = (features(CalendarEntityFeature, _CUT),)
    shown: ClassVar[frozenset[str]] = frozenset(Attribute)

    _event: CalendarEvent | None = None

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the event that is on, or next."""
        return self._event

    @override
    def take_over(self) -> None:
        """Take over what the node says, which has its event in attributes."""
        super().take_over()
        self._event = self._next()

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events between two times, as the other house has them now."""
        span = {EVENT_START_DATETIME: start_date, EVENT_END_DATETIME: end_date}
        report = await self.house.query(self.node, SERVICE_GET_EVENTS, span)
        found = map(_listed, rows(report))
        return [one for one in found if one is not None]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Have an event entered over there; what its form has no field for is refused there."""
        # Home Assistant hands over who was meant, too.
        data = {
            name: value for name, value in kwargs.items() if name not in TARGET_FIELDS
        }
        for name, (of_day, of_moment) in _TIMES.items():
            value = data.pop(name)
            data[of_moment if isinstance(value, datetime) else of_day] = value
        await self.command(CREATE_EVENT_SERVICE, data)

    def _next(self) -> CalendarEvent | None:
        """Return the event in the attributes: they have a moment for its start also where it is a day."""
        times = [
            day_or_moment(self.node.value(name))
            for name in (Attribute.START_TIME, Attribute.END_TIME)
        ]
        if self.node.boolean(Attribute.ALL_DAY):
            times = [one.date() if isinstance(one, datetime) else one for one in times]
        return _event(
            *times,
            self.node.text(Attribute.MESSAGE),
            self.node.text(Attribute.DESCRIPTION),
            self.node.text(Attribute.LOCATION),
        )


def _listed(row: Row) -> CalendarEvent | None:
    """Return the event in a row of the table."""
    event = _event(
        day_or_moment(row.get("start")),
        day_or_moment(row.get("end")),
        *(row.get(name) for name in (EVENT_SUMMARY, EVENT_DESCRIPTION, EVENT_LOCATION)),
    )
    if event is not None:
        event.status = try_parse_enum(CalendarEventStatus, row.get(EVENT_STATUS))
    return event


def _event(
    start: date | None = None, end: date | None = None, *texts: Value | None
) -> CalendarEvent | None:
    """Return an event with summary, description and location; None where Home Assistant knows no such event."""
    summary, description, location = (
        one if isinstance(one, str) else None for one in texts
    )
    if start is None or end is None or summary is None:
        return None
    try:
        return CalendarEvent(start, end, summary, description, location)
    except HomeAssistantError:
        return None


async_setup_entry = partial(
    platform_async_setup_entry, platform=Platform.CALENDAR, entity=XmppIotCalendar
)
