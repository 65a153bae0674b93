"""Home Assistant's demo entities, and their mirrors beside them in one house: alike, and one moves the other.

Between the two is all that lies between two houses but the line: the other house's fields and static
parameters, its command forms, and its own actions.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.xmpp_iot.alarm_control_panel import XmppIotAlarmControlPanel
from custom_components.xmpp_iot.climate import XmppIotClimate
from custom_components.xmpp_iot.concentrator.commands import Commands
from custom_components.xmpp_iot.cover import XmppIotCover
from custom_components.xmpp_iot.fan import XmppIotFan
from custom_components.xmpp_iot.humidifier import XmppIotHumidifier
from custom_components.xmpp_iot.lawn_mower import XmppIotLawnMower
from custom_components.xmpp_iot.light import XmppIotLight
from custom_components.xmpp_iot.lock import XmppIotLock
from custom_components.xmpp_iot.media_player import XmppIotMediaPlayer
from custom_components.xmpp_iot.remote.house import RemoteHouse
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.remote_control import XmppIotRemote
from custom_components.xmpp_iot.remote.values import submission
from custom_components.xmpp_iot.siren import XmppIotSiren
from custom_components.xmpp_iot.vacuum import XmppIotVacuum
from custom_components.xmpp_iot.valve import XmppIotValve
from custom_components.xmpp_iot.water_heater import XmppIotWaterHeater
from homeassistant.components import demo as demo_component
from homeassistant.components.demo import lock as demo_lock, valve as demo_valve
from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.discovery import async_load_platform
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component

from ..concentrator.everything import OURS
from .conftest import Cabin, FakeHouse, differences

MIRRORS: Final[Mapping[str, Callable[[RemoteHouse, RemoteNode], Entity]]] = {
    Platform.ALARM_CONTROL_PANEL: XmppIotAlarmControlPanel,
    Platform.CLIMATE: XmppIotClimate,
    Platform.COVER: XmppIotCover,
    Platform.FAN: XmppIotFan,
    Platform.HUMIDIFIER: XmppIotHumidifier,
    Platform.LAWN_MOWER: XmppIotLawnMower,
    Platform.LIGHT: XmppIotLight,
    Platform.LOCK: XmppIotLock,
    Platform.MEDIA_PLAYER: XmppIotMediaPlayer,
    Platform.REMOTE: XmppIotRemote,
    Platform.SIREN: XmppIotSiren,
    Platform.VACUUM: XmppIotVacuum,
    Platform.VALVE: XmppIotValve,
    Platform.WATER_HEATER: XmppIotWaterHeater,
}
NOT_THE_DEMOS: Final = {Platform.LAWN_MOWER, Platform.REMOTE}

# What a mirror shows in another way, and why.
UNLIKE: Final[Mapping[str, set[str]]] = {
    # No picture leaves the house, and no command for other media and players enters it.
    Platform.MEDIA_PLAYER: {
        "entity_picture",
        "entity_picture_local",
        ATTR_SUPPORTED_FEATURES,
    },
    # No command of a maker's own, and none for the areas of the other house, enters it.
    Platform.VACUUM: {ATTR_SUPPORTED_FEATURES},
}

# An action of a mirror, and what its original is like then.
EFFECTS: Final[list[tuple[str, str, dict[str, Any], str, dict[str, Any]]]] = [
    ("alarm_control_panel.security", "alarm_arm_away", {"code": "1234"}, "arming", {}),
    ("climate.hvac", "set_hvac_mode", {"hvac_mode": "heat"}, "heat", {}),
    ("climate.hvac", "set_humidity", {"humidity": 50}, "heat", {"humidity": 50}),
    (
        "climate.ecobee",
        "set_temperature",
        {"target_temp_low": 20.5, "target_temp_high": 23},
        "heat_cool",
        {"target_temp_low": 20.5, "target_temp_high": 23},
    ),
    ("cover.kitchen_window", "open_cover", {}, "open", {}),
    ("fan.ceiling_fan", "set_percentage", {"percentage": 50}, "on", {"percentage": 50}),
    (
        "fan.living_room_fan",
        "set_direction",
        {"direction": "reverse"},
        "off",
        {"direction": "reverse"},
    ),
    ("humidifier.hygrostat", "set_mode", {"mode": "eco"}, "on", {"mode": "eco"}),
    ("lawn_mower.mower", "start_mowing", {}, "mowing", {}),
    (
        "light.kitchen_lights",
        "turn_on",
        {"hs_color": (30, 70), "brightness": 99},
        "on",
        {"color_mode": "hs", "hs_color": (30, 70), "brightness": 99},
    ),
    (
        "light.office_rgbw_lights",
        "turn_on",
        {"rgbw_color": (1, 2, 3, 4)},
        "on",
        {"rgbw_color": (1, 2, 3, 4)},
    ),
    (
        "light.living_room_rgbww_lights",
        "turn_on",
        {"rgbww_color": (1, 2, 3, 4, 5)},
        "on",
        {"rgbww_color": (1, 2, 3, 4, 5)},
    ),
    (
        "light.bed_light",
        "turn_on",
        {"effect": "rainbow", "color_temp_kelvin": 3000},
        "on",
        {"effect": "rainbow", "color_temp_kelvin": 3000},
    ),
    (
        "light.entrance_color_white_lights",
        "turn_on",
        {"white": 77},
        "on",
        {"color_mode": "white", "brightness": 77},
    ),
    ("light.ceiling_lights", "turn_off", {}, "off", {"brightness": None}),
    ("lock.front_door", "unlock", {}, "unlocked", {}),
    ("lock.openable_lock", "open", {}, "open", {}),
    (
        "media_player.walkman",
        "volume_set",
        {"volume_level": 0.3},
        "playing",
        {"volume_level": 0.3},
    ),
    ("media_player.walkman", "media_pause", {}, "paused", {}),
    (
        "remote.harmony",
        "turn_on",
        {"activity": "Film"},
        "on",
        {"current_activity": "Film"},
    ),
    ("siren.siren_with_all_features", "turn_off", {}, "off", {}),
    (
        "vacuum.demo_vacuum_0_ground_floor",
        "set_fan_speed",
        {"fan_speed": "high"},
        "docked",
        {"fan_speed": "high"},
    ),
    ("valve.front_garden", "close_valve", {}, "closed", {"is_closed": True}),
    (
        "water_heater.demo_water_heater",
        "set_away_mode",
        {"away_mode": True},
        "eco",
        {"away_mode": "on"},
    ),
]


@dataclass
class NextDoor(FakeHouse):
    """A house that does what it is told, by its own forms and actions."""

    hass: HomeAssistant | None = None

    @override
    async def execute(
        self, node: RemoteNode, action: str, data: Mapping[str, Any]
    ) -> None:
        """Fill in the command's form, and carry out what it stands for."""
        await super().execute(node, action, data)
        assert self.hass is not None
        original = self.hass.states.get(node.id)
        assert original is not None
        order = await Commands(self.hass).order(original, action, submission(data))
        await self.hass.services.async_call(
            original.domain, action, {**order.data, ATTR_ENTITY_ID: node.id}, True
        )


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the demo integration's own timers be."""
    return True


@pytest.fixture
async def demo(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[HomeAssistant]:
    """Return Home Assistant with what the demo has on these platforms, and ours on the others."""
    wanted = [Platform(one) for one in MIRRORS if one not in NOT_THE_DEMOS]
    monkeypatch.setattr(
        demo_component, "COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM", wanted
    )
    monkeypatch.setattr(demo_component, "COMPONENTS_WITH_DEMO_PLATFORM", [])
    monkeypatch.setattr(demo_lock, "LOCK_UNLOCK_DELAY", 0)
    monkeypatch.setattr(demo_valve, "OPEN_CLOSE_DELAY", 0)
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "demo", {"demo": {}})
    for platform in NOT_THE_DEMOS:
        setup_test_component_platform(hass, platform, [OURS[platform](hass)])
        await async_load_platform(hass, platform, "test", {}, {})
    await hass.async_block_till_done()
    yield hass
    await hass.async_stop()


@pytest.fixture
def next_door(demo: HomeAssistant, cabin: Cabin) -> Cabin:
    """Return this house, with the demo's in it as the other one."""
    cabin.house = NextDoor(hass=demo)
    return cabin


def _originals(hass: HomeAssistant) -> Iterator[State]:
    return (state for state in hass.states.async_all() if state.domain in MIRRORS)


async def test_all_of_them_are_alike(next_door: Cabin) -> None:
    """Every demo entity and its mirror have the same state and attributes, but for what is said why."""
    unlike: dict[str, Any] = {}
    seen = set()
    for original in list(_originals(next_door.hass)):
        mirror = await next_door.show(
            next_door.node_of(original), MIRRORS[original.domain]
        )
        found = differences(original, mirror, *UNLIKE.get(original.domain, ()))
        unlike |= {original.entity_id: found} if found else {}
        seen.add(original.domain)

    assert unlike == {}
    assert seen == MIRRORS.keys()


async def test_one_moves_the_other(next_door: Cabin) -> None:
    """An action of a mirror takes effect on its original."""
    mirrors = {
        entity_id: await next_door.show(
            next_door.node_of(next_door.state(entity_id)),
            MIRRORS[entity_id.partition(".")[0]],
        )
        for entity_id in dict.fromkeys(entity_id for entity_id, *_ in EFFECTS)
    }
    wrong: dict[tuple[str, str], Any] = {}
    for entity_id, action, data, state, attributes in EFFECTS:
        mirror = mirrors[entity_id]
        await next_door.act(f"{mirror.domain}.{action}", mirror.entity_id, **data)
        await next_door.hass.async_block_till_done()
        now = next_door.state(entity_id)
        others = now.attributes.keys() - attributes.keys()
        if found := differences(State(entity_id, state, attributes), now, *others):
            wrong[entity_id, action] = found

    assert wrong == {}
