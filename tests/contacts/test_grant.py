"""When a grant counts, and how far it goes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.xmpp_iot.contacts.grant import Grant, Level, Window
from homeassistant.core import HomeAssistant

# A Saturday in Stockholm, an hour ahead of UTC.
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return a moment of November 2026, given as day and UTC time."""
    day, _, clock = text.partition(" ")
    return datetime.combine(
        datetime(2026, 11, int(day), tzinfo=UTC).date(), time.fromisoformat(clock), UTC
    )


@pytest.fixture(autouse=True)
async def in_stockholm(hass: HomeAssistant) -> None:
    """Let the house be where people live by another clock than UTC."""
    await hass.config.async_set_time_zone("Europe/Stockholm")


WEEKEND: dict[str, Any] = {"days": ["sat", "sun"], "from": "08:00:00", "to": "20:00:00"}
NIGHT: dict[str, Any] = {"days": ["sat"], "from": "22:00:00", "to": "06:00:00"}


@pytest.mark.parametrize(
    ("window", "moment", "is_open"),
    [
        ({}, "21 11:00", True),
        ({"until": "2026-11-22T18:00:00+01:00"}, "22 16:59", True),
        ({"until": "2026-11-22T18:00:00+01:00"}, "22 17:00", False),
        (WEEKEND, "21 06:59", False),
        (WEEKEND, "21 07:00", True),
        (WEEKEND, "21 18:59", True),
        (WEEKEND, "21 19:00", False),
        (WEEKEND, "22 12:00", True),
        (WEEKEND, "23 12:00", False),
        (NIGHT, "21 20:59", False),
        (NIGHT, "21 21:00", True),
        (NIGHT, "22 04:59", True),
        (NIGHT, "22 05:00", False),
        (NIGHT, "22 21:30", False),
        ({"days": ["sat"]}, "20 22:59", False),
        ({"days": ["sat"]}, "20 23:00", True),
        ({"days": ["sat"]}, "21 22:59", True),
        ({"days": ["sat"]}, "21 23:00", False),
        ({"from": "08:00:00", "to": "09:00:00"}, "23 07:30", True),
        ({"from": "08:00:00", "to": "08:00:00"}, "23 03:00", True),
        ({**WEEKEND, "until": "2026-11-22T10:00:00+00:00"}, "22 10:00", False),
    ],
)
def test_a_window_is_open_by_the_clock_of_the_house(
    window: dict[str, Any], moment: str, is_open: bool
) -> None:
    """Hours past midnight belong to the day they begin on; an end is not included."""
    assert Window.from_data(window).is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("window", "moment", "change"),
    [
        ({"until": "2026-11-22T18:00:00+01:00"}, "21 11:00", "22 17:00"),
        (WEEKEND, "21 06:00", "21 07:00"),
        (WEEKEND, "21 07:00", "21 19:00"),
        (WEEKEND, "21 20:00", "21 23:00"),
        (NIGHT, "22 01:00", "22 05:00"),
        ({**WEEKEND, "until": "2026-11-21T12:00:00+00:00"}, "21 11:00", "21 12:00"),
    ],
)
def test_the_next_change_of_a_window_is_not_missed(
    window: dict[str, Any], moment: str, change: str
) -> None:
    """It may come too early, at midnight, and never too late."""
    assert Window.from_data(window).next_change(at(moment)) == at(change)


def test_what_never_changes_has_no_next_change() -> None:
    """Neither one without conditions, nor one that is over."""
    over = Window.from_data({"until": "2026-11-01T00:00:00+00:00"})
    assert Window().next_change(NOON) is None
    assert over.next_change(NOON) is None


def test_no_window_changes_between_two_changes() -> None:
    """Minute by minute through a week, each window is what it was since its last change."""
    for data in (WEEKEND, NIGHT, {"days": ["wed"]}):
        window = Window.from_data(data)
        moment = at("18 00:00")
        while moment < at("26 00:00"):
            change = window.next_change(moment)
            assert change is not None
            middle = moment + (change - moment) / 2
            assert window.is_open(moment) is window.is_open(middle)
            moment = change


@pytest.mark.parametrize(
    ("level", "dangerous", "what", "action_is_dangerous", "allowed"),
    [
        (Level.COMMAND, False, Level.COMMAND, False, True),
        (Level.COMMAND, False, Level.COMMAND, True, False),
        (Level.COMMAND, True, Level.CONTROL, True, True),
        (Level.CONTROL, True, Level.COMMAND, True, False),
        (Level.READ, True, Level.READ, False, True),
    ],
)
def test_what_is_dangerous_needs_the_switch_and_the_level(
    level: Level,
    dangerous: bool,
    what: Level,
    action_is_dangerous: bool,
    allowed: bool,
) -> None:
    """Neither is enough without the other."""
    grant = Grant(id="1", level=level, target={}, dangerous=dangerous)
    assert grant.allows(what, action_is_dangerous) is allowed


# Daylight saving begins on 28 March and ends on 31 October 2027.
@pytest.mark.parametrize(
    ("begin", "end", "first", "hours"),
    [
        ("01:00:00", "02:30:00", datetime(2027, 10, 30, 22, tzinfo=UTC), 6),
        ("02:15:00", "02:45:00", datetime(2027, 10, 30, 22, tzinfo=UTC), 6),
        ("01:00:00", "02:30:00", datetime(2027, 3, 27, 22, tzinfo=UTC), 6),
        ("02:15:00", "03:15:00", datetime(2027, 3, 27, 22, tzinfo=UTC), 6),
    ],
)
def test_no_change_is_missed_when_the_clocks_go_forward_or_back(
    begin: str, end: str, first: datetime, hours: int
) -> None:
    """The next change is still to come, and nothing changes before it."""
    window = Window.from_data({"from": begin, "to": end})
    for minute in range(0, hours * 60, 5):
        now = first + timedelta(minutes=minute)
        change = window.next_change(now)
        assert change is not None
        assert change > now
        after = now + timedelta(minutes=5)
        assert window.is_open(after) == window.is_open(now) or change <= after


def test_hours_that_come_twice_count_once() -> None:
    """An opening is as long as on any other day."""
    window = Window.from_data({"from": "02:00:00", "to": "02:30:00"})
    first = datetime(2027, 10, 30, 22, tzinfo=UTC)
    minutes = [first + timedelta(minutes=it) for it in range(6 * 60)]
    assert sum(map(window.is_open, minutes)) == 30
