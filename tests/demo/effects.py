"""What is done from `cabin` to all kinds of entities of `home`, and what they are like then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Effect:
    """An action of the platform that shows an entity, and what it becomes: None if only that it is another."""

    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    seen: bool = True  # in state or attributes

    def shows(self, one: Any) -> bool:
        """Return whether a state object is what is to be."""
        return self.state in {None, one["state"]} and all(
            one["attributes"].get(name) == value
            for name, value in self.attributes.items()
        )


def _(action: str, state: str | None = None, /, **data: Any) -> Effect:
    """Return an effect on the state."""
    return Effect(action, data, state)


def _sets(action: str, state: str | None = None, /, **data: Any) -> Effect:
    """Return an action whose data become attributes of the same name."""
    return Effect(action, data, state, data)


CODE: Final = {"code": "1234"}

EFFECTS: Final[Mapping[str, Sequence[Effect]]] = {
    "alarm_control_panel.security": (
        *(
            Effect(f"alarm_arm_{mode}", CODE, "arming", {"next_state": f"armed_{mode}"})
            for mode in ("away", "home", "night", "vacation", "custom_bypass")
        ),
        _("alarm_trigger", "triggered"),
        _("alarm_disarm", "disarmed", **CODE),
    ),
    "automation.welcome": (_("turn_off", "off"), _("toggle", "on")),
    "button.push": (_("press"),),
    "calendar.family": (
        Effect(
            "create_event",
            {
                "summary": "A long way off",
                "description": "By ship",
                "location": "Kerguelen",
                "start_date": "2026-01-01",
                "end_date": "2099-01-01",
            },
            "on",
            {
                "message": "A long way off",
                "description": "By ship",
                "location": "Kerguelen",
                "all_day": True,
            },
        ),
    ),
    "camera.demo_camera": (
        Effect("enable_motion_detection", {}, None, {"motion_detection": True}),
        Effect("disable_motion_detection", {}, None, {"motion_detection": None}),
        _("turn_off", "idle"),
        _("turn_on", "streaming"),
    ),
    "climate.ecobee": (
        _("set_hvac_mode", "cool", hvac_mode="cool"),
        _("turn_off", "off"),
        _("turn_on"),
        _("toggle", "off"),
        _("set_hvac_mode", "heat_cool", hvac_mode="heat_cool"),
        _sets("set_temperature", target_temp_low=20.5, target_temp_high=23),
        _sets("set_preset_mode", preset_mode="eco"),
        _sets("set_fan_mode", fan_mode="on_low"),
        _sets("set_swing_mode", swing_mode="1"),
    ),
    "climate.hvac": (
        _sets("set_humidity", humidity=50),
        _sets("set_swing_horizontal_mode", swing_horizontal_mode="rangefull"),
    ),
    "counter.visitors": (_("set_value", "5", value=5),),
    "cover.hall_window": (
        _("open_cover", "opening"),
        _("stop_cover", "open"),
        _("close_cover", "closing"),
        _("stop_cover"),
        Effect(
            "set_cover_position", {"position": 30}, "open", {"current_position": 30}
        ),
    ),
    "cover.kitchen_window": (_("toggle", "open"), _("toggle", "closed")),
    "cover.pergola_roof": (
        Effect(
            "set_cover_tilt_position",
            {"tilt_position": 70},
            None,
            {"current_tilt_position": 70},
        ),
        Effect("open_cover_tilt", {}, None, {"current_tilt_position": 80}),
        Effect("close_cover_tilt", {}, None, {"current_tilt_position": 70}),
        Effect("stop_cover_tilt", {}, None, {"current_tilt_position": 70}, seen=False),
        Effect("toggle_cover_tilt", {}, None, {"current_tilt_position": 60}),
    ),
    "date.date": (_("set_value", "2026-12-24", date="2026-12-24"),),
    "datetime.date_and_time": (
        _(
            "set_value",
            "2026-12-24T18:00:00+00:00",
            datetime="2026-12-24T18:00:00+00:00",
        ),
    ),
    "fan.living_room_fan": (
        Effect("turn_on", {"percentage": 33}, "on", {"percentage": 33}),
        Effect("increase_speed", {}, "on", {"percentage": 66}),
        Effect("decrease_speed", {}, "on", {"percentage": 33}),
        _sets("set_percentage", "on", percentage=100),
        _sets("oscillate", oscillating=True),
        _sets("set_direction", direction="reverse"),
        _("turn_off", "off"),
        _("toggle", "on"),
    ),
    "fan.preset_only_limited_fan": (
        _sets("set_preset_mode", "on", preset_mode="smart"),
    ),
    "humidifier.hygrostat": (
        _sets("set_mode", mode="eco"),
        _sets("set_humidity", humidity=40),
        _("turn_off", "off"),
        _("turn_on", "on"),
        _("toggle", "off"),
    ),
    "input_boolean.guests_stay": (
        Effect("turn_off", {}, "off", seen=False),  # it may have been
        _("turn_on", "on"),
        _("turn_off", "off"),
        _("toggle", "on"),
    ),
    "input_button.ring_the_bell": (_("press"),),
    "input_datetime.wake_up": (_("set_value", "06:45:00", time="06:45:00"),),
    "input_number.hot_water": (_("set_value", "51.5", value=51.5),),
    "input_select.heating_mode": (
        _("select_option", "away", option="away"),
        _("select_last", "night"),
        _("select_first", "home"),
        _("select_next", "away"),
        _("select_previous", "home"),
    ),
    "input_text.notice": (_("set_value", "Back at eight", value="Back at eight"),),
    "lawn_mower.mower_can_do_all": (
        _("start_mowing", "mowing"),
        _("pause", "paused"),
        _("stop", "idle"),
        _("dock", "docked"),
    ),
    "light.office_rgbw_lights": (
        _sets("turn_on", "on", rgbw_color=[1, 2, 3, 4], brightness=99),
        _("turn_off", "off"),
        _("toggle", "on"),
    ),
    "lock.kitchen_door": (_("lock", "locked"),),
    "lock.openable_lock": (_("open", "open"), _("unlock", "unlocked")),
    "lock.poorly_installed_door": (_("lock", "jammed"),),
    "media_player.kitchen": (_("clear_playlist", "off"),),
    "media_player.lounge_room": (_sets("select_source", source="youtube"),),
    "media_player.walkman": (
        Effect("media_next_track", {}, "playing", {"media_track": 2}),
        Effect("media_previous_track", {}, "playing", {"media_track": 1}),
        _("media_pause", "paused"),
        _("media_play", "playing"),
        _("media_play_pause", "paused"),
        _sets("volume_set", volume_level=0.5),
        Effect("volume_up", {}, None, {"volume_level": 0.6}),
        Effect("volume_down", {}, None, {"volume_level": 0.5}),
        _sets("volume_mute", is_volume_muted=True),
        _sets("select_sound_mode", sound_mode="Movie"),
        _sets("shuffle_set", shuffle=True),
        _sets("repeat_set", repeat="all"),
        _("media_stop", "off"),
        _("turn_on", "playing"),
        _("turn_off", "off"),
        _("toggle", "playing"),
    ),
    "number.volume": (_("set_value", "50.0", value=50),),
    "remote.remote_one": (
        _("turn_on", "on"),
        Effect(
            "send_command", {"command": ["dim"]}, "on", {"last_command_sent": "dim"}
        ),
        _("turn_off", "off"),
        _("toggle", "on"),
    ),
    "scene.film": (_("turn_on"),),
    "script.good_night": (_("turn_on"),),
    "select.speed": (
        _("select_first", "light_speed"),
        _("select_last", "ludicrous_speed"),
        _("select_previous", "ridiculous_speed"),
        _("select_next", "ludicrous_speed"),
        _("select_option", "ridiculous_speed", option="ridiculous_speed"),
    ),
    "siren.siren_with_all_features": (
        _("turn_off", "off"),
        _("turn_on", "on", tone="fire", duration=1, volume_level=0.5),
        _("toggle", "off"),
    ),
    "switch.ac": (_("turn_on", "on"), _("turn_off", "off"), _("toggle", "on")),
    "text.text": (_("set_value", "Good evening", value="Good evening"),),
    "time.time": (_("set_value", "06:30:00", time="06:30:00"),),
    "todo.shopping_list": (
        _("add_item", "1", item="Bread"),
        _("update_item", "0", item="Bread", status="completed"),
        _("update_item", "1", item="Bread", status="needs_action"),
        _("add_item", "2", item="Milk"),
        _("remove_item", "1", item="Milk"),
        _("update_item", "0", item="Bread", status="completed"),
        _("add_item", "1", item="Tea"),
        Effect("remove_completed_items", {}, "1", seen=False),
    ),
    "vacuum.demo_vacuum_0_ground_floor": (
        _("start", "cleaning"),
        _("pause", "paused"),
        _("clean_spot", "cleaning"),
        _("locate", "idle"),
        _("return_to_base", "returning"),
        _("stop", "idle"),
        _sets("set_fan_speed", fan_speed="high"),
    ),
    "valve.back_garden": (
        _("set_valve_position", "closing", position=10),
        _("stop_valve", "open"),
    ),
    "valve.front_garden": (_("close_valve", "closed"),),
    "valve.orchard": (_("open_valve", "open"),),
    "valve.trees": (_("toggle", "closed"),),
    "water_heater.demo_water_heater": (
        Effect("set_away_mode", {"away_mode": True}, None, {"away_mode": "on"}),
        _sets("set_temperature", temperature=50),
        _sets("set_operation_mode", "gas", operation_mode="gas"),
        _("turn_off", "off"),
        _("turn_on", "eco"),
    ),
}

# Actions that have a test of their own: they answer, or work by way of this house.
ELSEWHERE: Final[Mapping[str, frozenset[str]]] = {
    "calendar": frozenset({"get_events"}),
    "camera": frozenset({"snapshot"}),
    "image": frozenset({"snapshot"}),
    "scene": frozenset({"apply", "create", "delete"}),
    "todo": frozenset({"get_items"}),
    "update": frozenset({"clear_skipped", "skip"}),
    "weather": frozenset({"get_forecasts"}),
}

# Actions that change nothing in the other house, and why.
HERE_ONLY: Final[Mapping[str, Mapping[str, str]]] = {
    "device_tracker": {"see": "it says where somebody is to this house's own trackers"},
    "scene": {"reload": "it reads this house's own scenes again"},
}
_BEYOND: Final = "a house lets nobody reach beyond the node: other media, other players"
_NO_STREAMS: Final = "stills leave a house, and no streams"
_NOT_LEARNT: Final = (
    "only a device that is there learns: tests/platforms/test_remote.py"
)
# Actions that are refused, and why.
NEVER_DONE: Final[Mapping[str, Mapping[str, str]]] = {
    "camera": dict.fromkeys(("play_stream", "record"), _NO_STREAMS),
    "media_player": {
        **dict.fromkeys(
            ("browse_media", "join", "play_media", "search_media", "unjoin"), _BEYOND
        ),
        "media_seek": "the demo's players say they seek, and do not: tests/platforms/test_media_player.py",
    },
    "remote": dict.fromkeys(("delete_command", "learn_command"), _NOT_LEARNT),
    "update": {"install": "what runs in a house is its administrator's to say"},
    "vacuum": {
        "clean_area": "the areas are the other house's",
        "send_command": "a maker's own words, with parameters no form could ask for",
    },
}
