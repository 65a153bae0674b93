"""The rows of what plays, shows and moves by itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.lawn_mower.const import LawnMowerEntityFeature
from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.components.remote.const import RemoteEntityFeature
from homeassistant.components.vacuum.const import VacuumEntityFeature
from homeassistant.const import UnitOfTime

from ..domain import POWER, Domain, StateKind, takes
from ..parameter import every_feature, feature
from ..parameters import Choice, Flag, Range, Switch

# CameraEntityFeature.ON_OFF: the camera component needs a library that is not installed everywhere.
_CAMERA_ON_OFF: Final = 1
# Home Assistant describes it as an object, and takes a list of texts.
_TEXTS: Final = takes({"text": {"multiple": True}})

MEDIA: Final[Mapping[str, Domain]] = {
    "camera": Domain(
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                shown=False,
                offered=feature(_CAMERA_ON_OFF),
            ),
        ),
        withheld=frozenset({"play_stream", "record", "snapshot"}),
        conditions=MappingProxyType(
            {"turn_on": feature(_CAMERA_ON_OFF), "turn_off": feature(_CAMERA_ON_OFF)}
        ),
    ),
    "image": Domain(state=StateKind.MOMENT, withheld=frozenset({"snapshot"})),
    "lawn_mower": Domain(
        parameters=(
            Switch(
                name="mowing",
                on="start_mowing",
                off="dock",
                on_states=frozenset({"mowing"}),
                offered=every_feature(
                    LawnMowerEntityFeature.START_MOWING | LawnMowerEntityFeature.DOCK
                ),
            ),
        ),
    ),
    "media_player": Domain(
        units=MappingProxyType(
            {
                "media_duration": UnitOfTime.SECONDS,
                "media_position": UnitOfTime.SECONDS,
            }
        ),
        parameters=(
            Switch(
                name="power",
                on="turn_on",
                off="turn_off",
                off_states=frozenset({"off", "standby"}),
                offered=every_feature(
                    MediaPlayerEntityFeature.TURN_ON | MediaPlayerEntityFeature.TURN_OFF
                ),
            ),
            Choice(
                name="source",
                action="select_source",
                options="source_list",
                offered=feature(MediaPlayerEntityFeature.SELECT_SOURCE),
            ),
            Choice(
                name="sound_mode",
                action="select_sound_mode",
                options="sound_mode_list",
                offered=feature(MediaPlayerEntityFeature.SELECT_SOUND_MODE),
            ),
            Range(
                name="volume_level",
                action="volume_set",
                minimum=0,
                maximum=1,
                step=0.01,
                offered=feature(MediaPlayerEntityFeature.VOLUME_SET),
            ),
            Flag(
                name="is_volume_muted",
                action="volume_mute",
                offered=feature(MediaPlayerEntityFeature.VOLUME_MUTE),
            ),
            Flag(
                name="shuffle",
                action="shuffle_set",
                offered=feature(MediaPlayerEntityFeature.SHUFFLE_SET),
            ),
            Choice(
                name="repeat",
                action="repeat_set",
                options=("off", "all", "one"),
                offered=feature(MediaPlayerEntityFeature.REPEAT_SET),
            ),
            Switch(
                name="playing",
                on="media_play",
                off="media_pause",
                on_states=frozenset({"playing", "buffering"}),
                offered=every_feature(
                    MediaPlayerEntityFeature.PLAY | MediaPlayerEntityFeature.PAUSE
                ),
            ),
            Range(
                name="media_position",
                action="media_seek",
                key="seek_position",
                minimum=0,
                maximum="media_duration",
                unit=UnitOfTime.SECONDS,
                offered=feature(MediaPlayerEntityFeature.SEEK),
            ),
        ),
        required=frozenset({"select_sound_mode.sound_mode"}),
        # They reach for media and players that are no part of the node.
        withheld=frozenset(
            {"browse_media", "join", "play_media", "search_media", "unjoin"}
        ),
    ),
    "remote": Domain(
        state=StateKind.ON_OFF,
        parameters=(
            POWER,
            Choice(
                name="current_activity",
                action="turn_on",
                key="activity",
                options="activity_list",
                offered=feature(RemoteEntityFeature.ACTIVITY),
            ),
        ),
        conditions=MappingProxyType(
            {
                "learn_command": feature(RemoteEntityFeature.LEARN_COMMAND),
                "delete_command": feature(RemoteEntityFeature.DELETE_COMMAND),
            }
        ),
        selectors=MappingProxyType(
            {
                f"{action}.command": _TEXTS
                for action in ("send_command", "learn_command", "delete_command")
            }
        ),
    ),
    "vacuum": Domain(
        parameters=(
            Switch(
                name="cleaning",
                on="start",
                off="return_to_base",
                on_states=frozenset({"cleaning"}),
                offered=every_feature(
                    VacuumEntityFeature.START | VacuumEntityFeature.RETURN_HOME
                ),
            ),
            Choice(
                name="fan_speed",
                action="set_fan_speed",
                options="fan_speed_list",
                offered=feature(VacuumEntityFeature.FAN_SPEED),
            ),
        ),
        # Whatever its maker understands by it, with parameters no form could ask for.
        withheld=frozenset({"send_command"}),
        conditions=MappingProxyType(
            {
                "clean_spot": feature(VacuumEntityFeature.CLEAN_SPOT),
                "set_fan_speed": feature(VacuumEntityFeature.FAN_SPEED),
            }
        ),
    ),
}
