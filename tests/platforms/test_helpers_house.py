"""Home Assistant's demo entities and helpers with values, and their mirrors: alike, and one moves the other."""

from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final

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
from custom_components.xmpp_iot.remote.platforms import platform_of
from custom_components.xmpp_iot.scene import XmppIotScene
from custom_components.xmpp_iot.select import XmppIotSelect
from custom_components.xmpp_iot.sensor import XmppIotSensor
from custom_components.xmpp_iot.switch import XmppIotSwitch
from custom_components.xmpp_iot.text import XmppIotText
from custom_components.xmpp_iot.time import XmppIotTime
from custom_components.xmpp_iot.update import XmppIotUpdate
from custom_components.xmpp_iot.wire.errors import ItemNotFound
from homeassistant.components import demo as demo_component
from homeassistant.const import Platform
from homeassistant.core import State
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..concentrator.conftest import HELPERS
from ..concentrator.everything import HELPERS as MORE_HELPERS
from .conftest import Cabin, differences
from .test_demo_house import NextDoor

MIRRORS: Final[Mapping[Platform, Callable[[RemoteHouse, RemoteNode], Entity]]] = {
    Platform.BINARY_SENSOR: XmppIotBinarySensor,
    Platform.BUTTON: XmppIotButton,
    Platform.DATE: XmppIotDate,
    Platform.DATETIME: date_time,
    Platform.DEVICE_TRACKER: XmppIotDeviceTracker,
    Platform.EVENT: XmppIotEvent,
    Platform.NUMBER: number_entity,
    Platform.SCENE: XmppIotScene,
    Platform.SELECT: XmppIotSelect,
    Platform.SENSOR: XmppIotSensor,
    Platform.SWITCH: XmppIotSwitch,
    Platform.TEXT: XmppIotText,
    Platform.TIME: XmppIotTime,
    Platform.UPDATE: XmppIotUpdate,
}
FROM_THE_DEMO: Final = [
    Platform.AIR_QUALITY,
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.DATE,
    Platform.DATETIME,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.TIME,
    Platform.UPDATE,
]

# What mirrors show in another way, by the original's domain.
UNLIKE: Final[Mapping[str, set[str]]] = {
    "conversation": {"supported_features"},  # a sensor has none
    "counter": {"max", "min", "mode"},  # a number has them, under these names
    # Zones are this house's; an entity of an old kind has none of either.
    "device_tracker": {"in_zones"},
    "person": {"source_type"},  # a device tracker has one
    "schedule": {"next_event"},  # the same moment in another zone
    "update": {"entity_picture"},  # the brand of whatever has the entity
}
UNLIKE_STATES: Final = {
    "input_datetime.meeting",  # by the other house's clock; a datetime is in UTC
    "input_text.secret",
    "text.password",
}

# An action of a mirror, what it is for if not its original, and the state of that then.
EFFECTS: Final[list[tuple[str, str, dict[str, Any], str, str]]] = [
    ("switch.ac", "turn_off", {}, "", "off"),
    ("switch.ac", "turn_on", {}, "", "on"),
    ("input_boolean.away", "turn_on", {}, "", "on"),
    ("input_boolean.away", "turn_off", {}, "", "off"),
    ("automation.greet", "turn_off", {}, "", "off"),
    ("script.fan_on", "turn_on", {}, "input_boolean.away", "on"),
    ("input_boolean.away", "turn_off", {}, "", "off"),
    ("scene.evening", "turn_on", {}, "input_boolean.away", "on"),
    (
        "select.speed",
        "select_option",
        {"option": "ludicrous_speed"},
        "",
        "ludicrous_speed",
    ),
    ("input_select.mood", "select_last", {}, "", "party"),
    ("number.volume", "set_value", {"value": 10}, "", "10.0"),
    ("number.temperature_setting", "set_value", {"value": 23}, "", "23.0"),
    ("input_number.target", "set_value", {"value": 20.5}, "", "20.5"),
    ("counter.visitors", "set_value", {"value": 8}, "", "8"),
    ("text.text", "set_value", {"value": "[1] 123456"}, "", "[1] 123456"),
    ("text.password", "set_value", {"value": "secret"}, "", "secret"),
    ("input_text.note", "set_value", {"value": "hi"}, "", "hi"),
    ("date.date", "set_value", {"date": "2026-12-24"}, "", "2026-12-24"),
    ("time.time", "set_value", {"time": "18:30:00"}, "", "18:30:00"),
    (
        "datetime.date_and_time",
        "set_value",
        {"datetime": "2026-12-24T18:00:00+00:00"},
        "",
        "2026-12-24T18:00:00+00:00",
    ),
    ("input_datetime.holiday", "set_value", {"date": "2026-12-24"}, "", "2026-12-24"),
    ("input_datetime.wake_up", "set_value", {"time": "07:00:00"}, "", "07:00:00"),
    (
        "input_datetime.meeting",
        "set_value",
        {"datetime": "2026-12-24T18:00:00+00:00"},
        "",
        "2026-12-24 10:00:00",
    ),
]


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the demo integration's own timers be."""
    return True


@pytest.fixture
async def next_door(
    cabin: Cabin, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Cabin]:
    """Return this house, with another one in it that has the demo's entities and helpers."""
    hass = cabin.hass
    monkeypatch.setattr(
        demo_component, "COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM", FROM_THE_DEMO
    )
    monkeypatch.setattr(
        demo_component,
        "COMPONENTS_WITH_DEMO_PLATFORM",
        [Platform.GEO_LOCATION, Platform.DEVICE_TRACKER],
    )
    assert await async_setup_component(hass, "homeassistant", {})
    for domain, config in {**HELPERS, **MORE_HELPERS}.items():
        assert await async_setup_component(hass, domain, {domain: config})
    assert await async_setup_component(hass, "demo", {"demo": {}})
    await hass.async_block_till_done()
    cabin.house = NextDoor(hass=hass)
    yield cabin
    await hass.async_stop()


def _alike(original: State, mirror: State) -> dict[str, Any]:
    """Return how the two differ, but for what is said why."""
    domain = original.domain
    found = differences(original, mirror, *UNLIKE.get(domain, ()))
    if original.entity_id in UNLIKE_STATES:
        del found["state"]
    return found


async def test_all_of_them_are_alike(next_door: Cabin) -> None:
    """Every entity and its mirror have the same state and attributes, but for what is said why."""
    unlike = {}
    seen = set()
    for original in next_door.hass.states.async_all():
        node = next_door.node_of(original)
        platform = platform_of(node)
        assert platform
        mirror = await next_door.show(node, MIRRORS[platform])
        if found := _alike(original, mirror):
            unlike[original.entity_id] = found
        seen.add(platform)

    assert unlike == {}
    assert seen == MIRRORS.keys()


async def _mirror(next_door: Cabin, entity_id: str) -> State:
    node = next_door.node_of(next_door.state(entity_id))
    platform = platform_of(node)
    assert platform
    return await next_door.show(node, MIRRORS[platform])


async def test_one_moves_the_other(next_door: Cabin) -> None:
    """An action of a mirror takes effect on its original, or on what that is for."""
    wrong = {}
    mirrors: dict[str, State] = {}
    for entity_id, action, data, affected, state in EFFECTS:
        if entity_id not in mirrors:
            mirrors[entity_id] = await _mirror(next_door, entity_id)
        mirror = mirrors[entity_id]
        await next_door.act(f"{mirror.domain}.{action}", mirror.entity_id, **data)
        await next_door.hass.async_block_till_done()
        if (now := next_door.state(affected or entity_id).state) != state:
            wrong[entity_id, action] = now

    assert wrong == {}


@pytest.mark.parametrize(
    ("entity_id", "action"),
    [("button.push", "button.press"), ("input_button.ring", "button.press")],
)
async def test_a_button_is_pressed(
    next_door: Cabin, entity_id: str, action: str
) -> None:
    """A button over there is pressed now."""
    mirror = await _mirror(next_door, entity_id)
    before = dt_util.utcnow()

    await next_door.act(action, mirror.entity_id)

    pressed = dt_util.parse_datetime(next_door.state(entity_id).state)
    assert pressed
    assert before <= pressed <= dt_util.utcnow()


async def test_updates_are_an_administrators(next_door: Cabin) -> None:
    """What the other house keeps to its administrators fails here."""
    entity_id = "update.demo_add_on"
    mirror = await _mirror(next_door, entity_id)

    with pytest.raises(ItemNotFound, match="install"):
        await next_door.act("update.install", mirror.entity_id)

    assert next_door.state(entity_id).attributes["installed_version"] == "1.0.0"
