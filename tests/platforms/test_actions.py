"""An action on an entity here is the same action of the node over there, with the names it has there."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from custom_components.xmpp_iot.button import XmppIotButton
from custom_components.xmpp_iot.date import XmppIotDate
from custom_components.xmpp_iot.datetime import date_time
from custom_components.xmpp_iot.number import number_entity
from custom_components.xmpp_iot.remote.house import RemoteHouse
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.scene import XmppIotScene
from custom_components.xmpp_iot.select import XmppIotSelect
from custom_components.xmpp_iot.switch import XmppIotSwitch
from custom_components.xmpp_iot.text import XmppIotText
from custom_components.xmpp_iot.time import XmppIotTime
from custom_components.xmpp_iot.update import XmppIotUpdate
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity

from .conftest import Cabin

type Maker = Callable[[RemoteHouse, RemoteNode], Entity]
type Case = tuple[Maker, State, str, dict[str, Any], str, dict[str, Any]]

OPTIONS = {"options": ["slow", "fast"]}
RANGE = {"min": 0, "max": 100, "step": 0.5}
MEETING = datetime(2026, 12, 24, 18, tzinfo=UTC)
UPDATE = {"installed_version": "1", "latest_version": "2", "supported_features": 11}

CASES: list[Case] = [
    (XmppIotSwitch, State("switch.a", "off"), "switch.turn_on", {}, "turn_on", {}),
    (XmppIotSwitch, State("switch.a", "on"), "switch.turn_off", {}, "turn_off", {}),
    (XmppIotSwitch, State("switch.a", "on"), "switch.toggle", {}, "turn_off", {}),
    (
        XmppIotSwitch,
        State("automation.a", "off"),
        "switch.turn_on",
        {},
        "turn_on",
        {},
    ),
    (XmppIotButton, State("button.a", "unknown"), "button.press", {}, "press", {}),
    (
        XmppIotButton,
        State("input_button.a", "unknown"),
        "button.press",
        {},
        "press",
        {},
    ),
    (XmppIotScene, State("scene.a", "unknown"), "scene.turn_on", {}, "turn_on", {}),
    (
        XmppIotScene,
        State("scene.a", "unknown"),
        "scene.turn_on",
        {"transition": 2.5},
        "turn_on",
        {"transition": 2.5},
    ),
    (
        XmppIotSelect,
        State("select.a", "slow", OPTIONS),
        "select.select_option",
        {"option": "fast"},
        "select_option",
        {"option": "fast"},
    ),
    (
        XmppIotSelect,
        State("input_select.a", "slow", OPTIONS),
        "select.select_next",
        {},
        "select_option",
        {"option": "fast"},
    ),
    (
        number_entity,
        State("number.a", "1", RANGE),
        "number.set_value",
        {"value": 21.5},
        "set_value",
        {"value": 21.5},
    ),
    (
        number_entity,
        State("input_number.a", "1", RANGE),
        "number.set_value",
        {"value": 21.5},
        "set_value",
        {"value": 21.5},
    ),
    (
        number_entity,
        State("counter.a", "1", {"step": 2}),
        "number.set_value",
        {"value": 1000},
        "set_value",
        {"value": 1000},
    ),
    (
        XmppIotText,
        State("text.a", "a"),
        "text.set_value",
        {"value": "b"},
        "set_value",
        {"value": "b"},
    ),
    (
        XmppIotText,
        State("input_text.a", "a", {"min": 0, "max": 5}),
        "text.set_value",
        {"value": ""},
        "set_value",
        {"value": ""},
    ),
    (
        XmppIotDate,
        State("date.a", "2026-11-21"),
        "date.set_value",
        {"date": "2026-12-24"},
        "set_value",
        {"date": date(2026, 12, 24)},
    ),
    (
        XmppIotDate,
        State("input_datetime.a", "2026-11-21", {"has_date": True, "has_time": False}),
        "date.set_value",
        {"date": "2026-12-24"},
        "set_datetime",
        {"date": date(2026, 12, 24)},
    ),
    (
        XmppIotTime,
        State("time.a", "06:30:00"),
        "time.set_value",
        {"time": "07:00:00"},
        "set_value",
        {"time": time(7)},
    ),
    (
        XmppIotTime,
        State("input_datetime.a", "06:30:00", {"has_date": False, "has_time": True}),
        "time.set_value",
        {"time": "07:00:00"},
        "set_datetime",
        {"time": time(7)},
    ),
    (
        date_time,
        State("datetime.a", "2026-11-21T06:00:00+00:00"),
        "datetime.set_value",
        {"datetime": MEETING.isoformat()},
        "set_value",
        {"datetime": MEETING},
    ),
    (
        date_time,
        State("input_datetime.a", "2026-11-21 06:00:00", {"timestamp": 1795240800.0}),
        "datetime.set_value",
        {"datetime": MEETING.isoformat()},
        "set_datetime",
        {"datetime": MEETING},
    ),
    (
        XmppIotUpdate,
        State("update.a", "on", UPDATE),
        "update.install",
        {"version": "2", "backup": True},
        "install",
        {"version": "2", "backup": True},
    ),
    (
        XmppIotUpdate,
        State("update.a", "on", UPDATE),
        "update.install",
        {},
        "install",
        {"version": None, "backup": False},
    ),
]


@pytest.mark.parametrize(
    ("maker", "original", "action", "data", "command", "sent"),
    CASES,
    ids=[f"{original.entity_id}-{action}" for _, original, action, *_ in CASES],
)
async def test_it_becomes_a_command(
    cabin: Cabin,
    maker: Maker,
    original: State,
    action: str,
    data: dict[str, Any],
    command: str,
    sent: dict[str, Any],
) -> None:
    """The node is asked once, with the action's own data."""
    shown = await cabin.show(cabin.node_of(original), maker)

    assert await cabin.act(action, shown.entity_id, **data) == [
        (original.entity_id, command, sent)
    ]


async def test_a_refusal_is_raised(cabin: Cabin) -> None:
    """What the other house refuses fails here too, and nothing looks as if it had been done."""
    shown = await cabin.show(cabin.node("switch.ac", "off"), XmppIotSwitch)
    cabin.house.refusal = HomeAssistantError("Not at night.")

    with pytest.raises(HomeAssistantError, match="Not at night"):
        await cabin.act("switch.turn_on", shown.entity_id)

    assert cabin.state(shown.entity_id).state == "off"


async def test_nothing_is_shown_before_it_is_told(cabin: Cabin) -> None:
    """A command that was carried out changes nothing here: the other house says what has changed."""
    node = cabin.node("switch.ac", "off")
    shown = await cabin.show(node, XmppIotSwitch)

    await cabin.act("switch.turn_on", shown.entity_id)
    assert cabin.state(shown.entity_id).state == "off"

    cabin.change(node, "on")
    assert cabin.state(shown.entity_id).state == "on"


async def test_a_button_shows_when_it_was_pressed_over_there(cabin: Cabin) -> None:
    """The moment of pressing is that of the other house, not of this one."""
    node = cabin.node("button.restart", "2026-11-21T06:00:00+00:00")
    shown = await cabin.show(node, XmppIotButton)

    await cabin.act("button.press", shown.entity_id)
    assert cabin.state(shown.entity_id).state == "2026-11-21T06:00:00+00:00"

    cabin.change(node, "2026-11-21T07:00:00.5+00:00")
    assert cabin.state(shown.entity_id).state == "2026-11-21T07:00:00.500000+00:00"


async def test_a_counter_has_the_bounds_it_has(cabin: Cabin) -> None:
    """A counter without bounds can be set to any number that can be counted."""
    shown = await cabin.show(
        cabin.node("counter.visitors", "3", minimum=1, step=2, initial=0),
        number_entity,
    )

    assert shown.state == "3"
    assert (shown.attributes["min"], shown.attributes["max"]) == (1, 2**53)
    assert shown.attributes["minimum"] == 1
    assert shown.attributes["step"] == 2
    assert shown.attributes["initial"] == 0


async def test_a_moment_by_the_other_clock_is_a_moment(cabin: Cabin) -> None:
    """What the other house says by its own clock is shown as the moment that it is."""
    node = cabin.node(
        "input_datetime.meeting",
        "2026-11-21 07:00:00",
        has_date=True,
        has_time=True,
        timestamp=1795240800.0,
        hour=7,
    )

    shown = await cabin.show(node, date_time)

    assert shown.state == "2026-11-21T06:00:00+00:00"
    assert shown.attributes["timestamp"] == 1795240800
    assert shown.attributes["hour"] == 7
