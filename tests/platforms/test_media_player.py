"""Media players of other houses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.xmpp_iot.media_player import XmppIotMediaPlayer
from homeassistant.components.media_player.const import (
    MediaPlayerEntityFeature as Feature,
)
from homeassistant.exceptions import ServiceNotSupported

from .acting import action, assert_commanded
from .conftest import Cabin, differences

ALL = Feature(8388543)
CUT = (
    Feature.PLAY_MEDIA
    | Feature.BROWSE_MEDIA
    | Feature.SEARCH_MEDIA
    | Feature.GROUPING
    | Feature.MEDIA_ANNOUNCE
    | Feature.MEDIA_ENQUEUE
)
PLAYING: dict[str, Any] = {
    "device_class": "speaker",
    "source_list": ["Radio", "FFCC00"],
    "sound_mode_list": ["Music", "Film"],
    "volume_level": 0.75,
    "is_volume_muted": False,
    "media_content_id": "bounzz-1",
    "media_content_type": "music",
    "media_duration": 213.5,
    "media_position": 30,
    "media_position_updated_at": datetime(2026, 11, 21, 12, 0, 1, 500000, tzinfo=UTC),
    "media_title": "[1]",
    "media_artist": "123456",
    "media_album_name": "{}",
    "media_album_artist": "Dead Beef",
    "media_track": 2,
    "media_series_title": "House",
    "media_season": "1",
    "media_episode": "S01E12",
    "media_channel": "4",
    "media_playlist": "Evening",
    "app_id": "1",
    "app_name": "Player",
    "source": "FFCC00",
    "sound_mode": "Music",
    "shuffle": True,
    "repeat": "one",
    "group_members": ["media_player.kitchen", "media_player.hall"],
    "supported_features": ALL & ~CUT,
}
OFF: dict[str, Any] = {
    "source_list": ["Radio"],
    "supported_features": ALL & ~CUT,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("playing", PLAYING),
        ("paused", PLAYING),
        ("buffering", PLAYING),
        ("idle", OFF),
        ("on", OFF),
        ("off", OFF),
        ("standby", OFF),
        ("unknown", OFF),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A media player shows what the other house says of it, titles that look like something else too."""
    node = cabin.node("media_player.sofa", state, **attributes)

    shown = await cabin.show(node, XmppIotMediaPlayer)

    assert differences(cabin.originals["media_player.sofa"], shown) == {}


async def test_what_reaches_beyond_it_is_not_shown(cabin: Cabin) -> None:
    """A player has no picture, and cannot do what its house takes from nobody."""
    node = cabin.node(
        "media_player.sofa",
        "playing",
        **{
            **PLAYING,
            "entity_picture": "/api/media_player_proxy/media_player.sofa?token=1",
            "supported_features": ALL,
        },
    )

    shown = await cabin.show(node, XmppIotMediaPlayer)

    assert differences(
        cabin.originals["media_player.sofa"], shown, "entity_picture"
    ) == {"supported_features": (ALL.value, (ALL & ~CUT).value)}
    assert "entity_picture" not in shown.attributes


async def test_those_it_plays_with_are_no_group_here(cabin: Cabin) -> None:
    """Players of the other house are not this house's to join."""
    attributes = {**PLAYING, "supported_features": ALL}
    node = cabin.node("media_player.sofa", "playing", **attributes)

    shown = await cabin.show(node, XmppIotMediaPlayer)

    assert "group_members" not in shown.attributes
    with pytest.raises(ServiceNotSupported):
        await cabin.act("media_player.unjoin", shown.entity_id)


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """What is no state, no volume and no list is none."""
    node = cabin.node(
        "media_player.sofa",
        "dancing",
        volume_level=11,
        media_position="soon",
        source_list="Radio",
        device_class="gramophone",
    )

    shown = await cabin.show(node, XmppIotMediaPlayer)

    assert shown.state == "unknown"
    assert shown.attributes.keys() == {"friendly_name", "supported_features"}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A media player is controlled in all ways that do not reach beyond it."""
    node = cabin.node("media_player.sofa", "playing", **PLAYING)
    shown = await cabin.show(node, XmppIotMediaPlayer)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_off"),
            action("toggle").becoming("turn_off"),
            action("volume_up"),
            action("volume_down"),
            action("volume_set", volume_level=0.4),
            action("volume_mute", is_volume_muted=True),
            action("media_play"),
            action("media_pause"),
            action("media_play_pause"),
            action("media_stop"),
            action("media_next_track"),
            action("media_previous_track"),
            action("media_seek", seek_position=61.5),
            action("select_source", source="Radio"),
            action("select_sound_mode", sound_mode="Film"),
            action("clear_playlist"),
            action("shuffle_set", shuffle=False),
            action("repeat_set", repeat="all"),
        ],
        without=["play_media", "browse_media", "search_media", "join", "unjoin"],
    )
