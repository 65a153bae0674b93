"""Media players of other houses."""

from functools import partial
from typing import ClassVar, Final, override

from homeassistant.components.media_player import MediaPlayerEntity
from homeassistant.components.media_player.const import (
    ATTR_INPUT_SOURCE,
    ATTR_MEDIA_REPEAT,
    ATTR_MEDIA_SEEK_POSITION,
    ATTR_MEDIA_SHUFFLE,
    ATTR_MEDIA_VOLUME_LEVEL,
    ATTR_MEDIA_VOLUME_MUTED,
    ATTR_SOUND_MODE,
    SERVICE_CLEAR_PLAYLIST,
    SERVICE_SELECT_SOUND_MODE,
    SERVICE_SELECT_SOURCE,
    MediaPlayerDeviceClass,
    MediaPlayerEntityFeature,
    MediaPlayerState,
    RepeatMode,
)
from homeassistant.const import (
    ATTR_STATE,
    SERVICE_MEDIA_NEXT_TRACK,
    SERVICE_MEDIA_PAUSE,
    SERVICE_MEDIA_PLAY,
    SERVICE_MEDIA_PLAY_PAUSE,
    SERVICE_MEDIA_PREVIOUS_TRACK,
    SERVICE_MEDIA_SEEK,
    SERVICE_MEDIA_STOP,
    SERVICE_REPEAT_SET,
    SERVICE_SHUFFLE_SET,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    SERVICE_VOLUME_DOWN,
    SERVICE_VOLUME_MUTE,
    SERVICE_VOLUME_SET,
    SERVICE_VOLUME_UP,
    Platform,
)

from .entity import (
    Mirror,
    XmppIotEntity,
    device_class,
    features,
    platform_async_setup_entry,
)
from .remote.convert import number
from .remote.rows import choice, said

PARALLEL_UPDATES = 0  # nothing is polled, and actions need not wait for each other

# A house has no commands for what reaches beyond the player: for other media, and other players.
_CUT: Final = (
    MediaPlayerEntityFeature.PLAY_MEDIA
    | MediaPlayerEntityFeature.BROWSE_MEDIA
    | MediaPlayerEntityFeature.SEARCH_MEDIA
    | MediaPlayerEntityFeature.MEDIA_ANNOUNCE
    | MediaPlayerEntityFeature.MEDIA_ENQUEUE
    | MediaPlayerEntityFeature.GROUPING
)


class XmppIotMediaPlayer(XmppIotEntity, MediaPlayerEntity):
    """A media player of another house.

    Those it plays together with are entities of that house: an attribute, and no group of this one's.
    """

    mirrors: ClassVar[tuple[Mirror, ...]] = (
        Mirror("state", ATTR_STATE, convert=MediaPlayerState),
        Mirror(ATTR_MEDIA_VOLUME_LEVEL, convert=number(0, 1)),
        Mirror("media_position", convert=number()),
        Mirror("media_duration", convert=number()),
        *said(
            ATTR_MEDIA_VOLUME_MUTED,
            "media_position_updated_at",
            "media_content_id",
            "media_content_type",
            "media_title",
            "media_artist",
            "media_album_name",
            "media_album_artist",
            "media_track",
            "media_series_title",
            "media_season",
            "media_episode",
            "media_channel",
            "media_playlist",
            "app_id",
            "app_name",
            ATTR_MEDIA_SHUFFLE,
            ATTR_MEDIA_REPEAT,
        ),
        *choice(ATTR_INPUT_SOURCE, "source_list"),
        *choice(ATTR_SOUND_MODE, "sound_mode_list"),
        device_class(MediaPlayerDeviceClass),
        features(MediaPlayerEntityFeature, _CUT),
    )

    @override
    async def async_turn_on(self) -> None:
        """Turn it on over there."""
        await self.command(SERVICE_TURN_ON)

    @override
    async def async_turn_off(self) -> None:
        """Turn it off over there."""
        await self.command(SERVICE_TURN_OFF)

    @override
    async def async_volume_up(self) -> None:
        """Make it louder, by a step of its own."""
        await self.command(SERVICE_VOLUME_UP)

    @override
    async def async_volume_down(self) -> None:
        """Make it quieter, by a step of its own."""
        await self.command(SERVICE_VOLUME_DOWN)

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        """Set how loud it is, from 0 to 1."""
        await self.command(SERVICE_VOLUME_SET, {ATTR_MEDIA_VOLUME_LEVEL: volume})

    @override
    async def async_mute_volume(self, mute: bool) -> None:
        """Silence it, or not."""
        await self.command(SERVICE_VOLUME_MUTE, {ATTR_MEDIA_VOLUME_MUTED: mute})

    @override
    async def async_media_play(self) -> None:
        """Have it play."""
        await self.command(SERVICE_MEDIA_PLAY)

    @override
    async def async_media_pause(self) -> None:
        """Have it pause."""
        await self.command(SERVICE_MEDIA_PAUSE)

    @override
    async def async_media_play_pause(self) -> None:
        """Have it play if it does not, else pause."""
        await self.command(SERVICE_MEDIA_PLAY_PAUSE)

    @override
    async def async_media_stop(self) -> None:
        """Have it stop."""
        await self.command(SERVICE_MEDIA_STOP)

    @override
    async def async_media_next_track(self) -> None:
        """Go on to the next piece."""
        await self.command(SERVICE_MEDIA_NEXT_TRACK)

    @override
    async def async_media_previous_track(self) -> None:
        """Go back to the previous piece."""
        await self.command(SERVICE_MEDIA_PREVIOUS_TRACK)

    @override
    async def async_media_seek(self, position: float) -> None:
        """Go to a place in the piece, in seconds from its start."""
        await self.command(SERVICE_MEDIA_SEEK, {ATTR_MEDIA_SEEK_POSITION: position})

    @override
    async def async_select_source(self, source: str) -> None:
        """Choose what it plays from."""
        await self.command(SERVICE_SELECT_SOURCE, {ATTR_INPUT_SOURCE: source})

    @override
    async def async_select_sound_mode(self, sound_mode: str) -> None:
        """Choose how it sounds."""
        await self.command(SERVICE_SELECT_SOUND_MODE, {ATTR_SOUND_MODE: sound_mode})

    @override
    async def async_clear_playlist(self) -> None:
        """Have it forget what it was to play."""
        await self.command(SERVICE_CLEAR_PLAYLIST)

    @override
    async def async_set_shuffle(self, shuffle: bool) -> None:
        """Have it play in any order, or not."""
        await self.command(SERVICE_SHUFFLE_SET, {ATTR_MEDIA_SHUFFLE: shuffle})

    @override
    async def async_set_repeat(self, repeat: RepeatMode) -> None:
        """Set what it plays again."""
        await self.command(SERVICE_REPEAT_SET, {ATTR_MEDIA_REPEAT: repeat})


async_setup_entry = partial(
    platform_async_setup_entry,
    platform=Platform.MEDIA_PLAYER,
    entity=XmppIotMediaPlayer,
)
