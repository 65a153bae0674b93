"""What is shown is what the other house shows: its state, and all its attributes."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.xmpp_iot.binary_sensor import XmppIotBinarySensor
from custom_components.xmpp_iot.button import XmppIotButton
from custom_components.xmpp_iot.date import XmppIotDate
from custom_components.xmpp_iot.datetime import date_time
from custom_components.xmpp_iot.device_tracker import XmppIotDeviceTracker
from custom_components.xmpp_iot.event import XmppIotEvent
from custom_components.xmpp_iot.number import number_entity
from custom_components.xmpp_iot.remote.house import RemoteHouse
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.scene import XmppIotScene
from custom_components.xmpp_iot.select import XmppIotSelect
from custom_components.xmpp_iot.sensor import XmppIotSensor
from custom_components.xmpp_iot.switch import XmppIotSwitch
from custom_components.xmpp_iot.text import XmppIotText
from custom_components.xmpp_iot.time import XmppIotTime
from custom_components.xmpp_iot.update import XmppIotUpdate
from homeassistant.core import State
from homeassistant.helpers.entity import Entity

from .conftest import Cabin, differences

type Maker = Callable[[RemoteHouse, RemoteNode], Entity]

TEMPERATURE = {
    "device_class": "temperature",
    "state_class": "measurement",
    "unit_of_measurement": "°C",
}
NUMBER = {"min": 0, "max": 100, "step": 0.5, "mode": "slider"}
TEXT = {"mode": "text", "min": 0, "max": 20, "pattern": None}
UPDATE = {
    "auto_update": False,
    "display_precision": 0,
    "in_progress": False,
    "installed_version": "1.0.0",
    "latest_version": "1.0.1",
    "release_summary": "[Important] A fix.",
    "release_url": "https://example.com/1.0.1",
    "skipped_version": None,
    "supported_features": 7,
    "title": "Bulb",
    "update_percentage": None,
}
PLACE = {"latitude": 52.1, "longitude": 5.2, "gps_accuracy": 20}

CASES: list[tuple[Maker, str, str, dict[str, Any]]] = [
    # Sensors
    (XmppIotSensor, "sensor.outside", "15.6", TEMPERATURE),
    (XmppIotSensor, "sensor.outside", "-0.000123", TEMPERATURE),
    (XmppIotSensor, "sensor.outside", "21.0", {**TEMPERATURE, "battery": 12}),
    (XmppIotSensor, "sensor.outside", "unknown", TEMPERATURE),
    (XmppIotSensor, "sensor.outside", "unavailable", TEMPERATURE),
    (
        XmppIotSensor,
        "sensor.energy",
        "1234.56",
        {
            "device_class": "energy",
            "state_class": "total",
            "unit_of_measurement": "kWh",
            "last_reset": "2026-11-01T00:00:00+00:00",
        },
    ),
    (
        XmppIotSensor,
        "sensor.started",
        "2026-11-21T06:00:00+00:00",
        {"device_class": "timestamp"},
    ),
    (
        XmppIotSensor,
        "sensor.up",
        "2026-11-21T06:00:00+00:00",
        {"device_class": "uptime"},
    ),
    (XmppIotSensor, "sensor.holiday", "2026-12-24", {"device_class": "date"}),
    (
        XmppIotSensor,
        "sensor.mode",
        "eco",
        {"device_class": "enum", "options": ["away", "eco"]},
    ),
    (XmppIotSensor, "sensor.text", "[2] and 123456", {"list": ["a", {"b": 1}]}),
    (XmppIotSensor, "sensor.serial", "123456", {"firmware": "AB1234"}),
    # What has no platform of its own
    (
        XmppIotSensor,
        "sun.sun",
        "above_horizon",
        {"elevation": 12.5, "azimuth": 180.1, "rising": True},
    ),
    (
        XmppIotSensor,
        "timer.laundry",
        "idle",
        {"duration": "0:30:00", "editable": False, "icon": "mdi:timer"},
    ),
    (XmppIotSensor, "group.all", "not_home", {"entity_id": ["light.a"], "order": 0}),
    (
        XmppIotSensor,
        "geo_location.fire",
        "12.5",
        {"source": "demo", "unit_of_measurement": "km", **PLACE},
    ),
    (XmppIotSensor, "air_quality.home", "14.5", {"unit_of_measurement": "μg/m³"}),
    # On and off
    (XmppIotBinarySensor, "binary_sensor.door", "on", {"device_class": "door"}),
    (XmppIotBinarySensor, "binary_sensor.door", "off", {"device_class": "door"}),
    (XmppIotBinarySensor, "binary_sensor.door", "unknown", {"assumed_state": True}),
    (
        XmppIotBinarySensor,
        "schedule.heating",
        "on",
        {"next_event": "2026-11-21T22:00:00+01:00", "editable": True, "warmth": 21},
    ),
    (XmppIotSwitch, "switch.ac", "on", {"device_class": "outlet", "power": 7.5}),
    (XmppIotSwitch, "input_boolean.away", "off", {"editable": False}),
    (
        XmppIotSwitch,
        "automation.greet",
        "on",
        {"id": "1", "last_triggered": None, "mode": "queued", "current": 0, "max": 10},
    ),
    (XmppIotSwitch, "script.run", "on", {"mode": "single", "current": 1}),
    # What happens at a moment
    (
        XmppIotButton,
        "button.restart",
        "2026-11-21T06:00:00.123456+00:00",
        {"device_class": "restart"},
    ),
    (XmppIotButton, "input_button.ring", "unknown", {"editable": False}),
    (
        XmppIotScene,
        "scene.evening",
        "2026-11-21T06:00:00+00:00",
        {"entity_id": ["light.a"], "id": "7"},
    ),
    (
        XmppIotEvent,
        "event.bell",
        "2026-11-21T06:00:00.120+00:00",
        {
            "device_class": "button",
            "event_types": ["short", "long"],
            "event_type": "long",
            "times": 3,
        },
    ),
    (XmppIotEvent, "event.bell", "unknown", {"event_types": ["a"], "event_type": None}),
    # What is set
    (XmppIotSelect, "select.speed", "slow", {"options": ["slow", "fast"]}),
    (XmppIotSelect, "select.speed", "unknown", {"options": ["slow", "fast"]}),
    (
        XmppIotSelect,
        "input_select.mood",
        "calm",
        {"options": ["calm"], "editable": False},
    ),
    (
        number_entity,
        "number.volume",
        "42.5",
        {**NUMBER, "device_class": "humidity", "unit_of_measurement": "%"},
    ),
    (number_entity, "number.volume", "unknown", NUMBER),
    (
        number_entity,
        "input_number.target",
        "21.5",
        {**NUMBER, "initial": None, "editable": False, "unit_of_measurement": "°C"},
    ),
    (XmppIotText, "text.note", "hello", TEXT),
    (XmppIotText, "text.note", "", TEXT),
    (XmppIotText, "text.note", "unknown", {**TEXT, "pattern": "[a-z]+"}),
    (XmppIotText, "input_text.note", "hi", {**TEXT, "editable": False}),
    (XmppIotDate, "date.holiday", "2026-12-24", {}),
    (XmppIotTime, "time.alarm", "06:30:00", {}),
    (XmppIotTime, "time.alarm", "unknown", {}),
    (date_time, "datetime.meeting", "2026-11-21T06:00:00+00:00", {}),
    (
        XmppIotDate,
        "input_datetime.holiday",
        "2026-12-24",
        {"has_date": True, "has_time": False, "year": 2026, "editable": False},
    ),
    (
        XmppIotTime,
        "input_datetime.wake_up",
        "06:30:00",
        {"has_date": False, "has_time": True, "timestamp": 23400, "editable": False},
    ),
    # Where somebody is
    (
        XmppIotDeviceTracker,
        "device_tracker.phone",
        "Office",
        {**PLACE, "source_type": "gps", "tracking_type": "position", "in_zones": []},
    ),
    (
        XmppIotDeviceTracker,
        "device_tracker.legacy",
        "not_home",
        {**PLACE, "source_type": "gps", "battery": 53, "in_zones": []},
    ),
    (
        XmppIotDeviceTracker,
        "device_tracker.tv",
        "home",
        {
            "source_type": "router",
            "tracking_type": "connection",
            "in_zones": [],
            "ip": "192.0.2.7",
            "mac": "02:00:00:00:00:01",
            "host_name": "tv",
        },
    ),
    # Updates
    (XmppIotUpdate, "update.bulb", "on", {**UPDATE, "device_class": "firmware"}),
    (XmppIotUpdate, "update.bulb", "off", {**UPDATE, "installed_version": "1.0.1"}),
    (XmppIotUpdate, "update.bulb", "unknown", {**UPDATE, "latest_version": None}),
    (XmppIotUpdate, "update.bulb", "on", {**UPDATE, "in_progress": True}),
    (
        XmppIotUpdate,
        "update.bulb",
        "on",
        {
            **UPDATE,
            "in_progress": True,
            "update_percentage": 12.5,
            "display_precision": 1,
            "supported_features": 31,
        },
    ),
]
# Home Assistant shows the brand of whatever has the entity.
PICTURE = "entity_picture"


@pytest.mark.parametrize(
    ("maker", "entity_id", "state", "attributes"),
    CASES,
    ids=[f"{entity_id}-{state}" for _, entity_id, state, _ in CASES],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, maker: Maker, entity_id: str, state: str, attributes: dict[str, Any]
) -> None:
    """State and attributes are those of the original."""
    original = State(entity_id, state, attributes)

    shown = await cabin.show(cabin.node_of(original), maker)

    if state == "unavailable":  # Home Assistant leaves out what may change
        assert shown.state == state
    else:
        assert differences(original, shown, PICTURE) == {}
