"""Covers of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.cover import XmppIotCover
from homeassistant.components.cover import CoverEntityFeature

from .acting import action, assert_commanded
from .conftest import Cabin, differences

ALL = CoverEntityFeature(511)
FULL: dict[str, Any] = {
    "device_class": "blind",
    "current_position": 30,
    "current_tilt_position": 70,
    "is_closed": False,
    "supported_speeds": ["slow", "fast"],
    "supported_features": ALL,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("open", FULL),
        ("closing", FULL),
        ("opening", {**FULL, "is_closed": True, "current_position": 0}),
        ("closed", {**FULL, "is_closed": True, "current_position": 0}),
        ("unknown", {"is_closed": None, "supported_features": 3}),
        (
            "open",
            {"is_closed": False, "supported_features": 11, "assumed_state": True},
        ),
        ("closed", {"is_closed": True, "supported_features": 0, "rain": "much"}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A cover shows what the other house says of it, on the move and at rest."""
    node = cabin.node("cover.window", state, **attributes)

    shown = await cabin.show(node, XmppIotCover)

    assert differences(cabin.originals["cover.window"], shown) == {}


@pytest.mark.parametrize(("state", "closed"), [("open", False), ("closed", True)])
async def test_a_house_that_does_not_say_whether_it_is_closed(
    cabin: Cabin, state: str, closed: bool
) -> None:
    """The state says it too, in a house that does not say it otherwise."""
    shown = await cabin.show(cabin.node("cover.window", state), XmppIotCover)

    assert shown.state == state
    assert shown.attributes["is_closed"] is closed


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """A cover that cannot be as its house says is shown without what makes no sense."""
    node = cabin.node(
        "cover.window",
        "ajar",
        current_position="half",
        current_tilt_position=-5,
        supported_speeds=7,
        device_class="lid",
    )

    shown = await cabin.show(node, XmppIotCover)

    assert shown.state == "unknown"
    assert {"is_closed", "supported_features", "friendly_name"} == set(shown.attributes)
    assert shown.attributes["supported_features"] == 0


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A cover is moved, stopped and tilted, at a speed if one is named."""
    shown = await cabin.show(cabin.node("cover.window", "open", **FULL), XmppIotCover)

    await assert_commanded(
        cabin,
        shown,
        [
            action("open_cover"),
            action("open_cover", speed="slow"),
            action("close_cover"),
            action("close_cover", speed="fast"),
            action("set_cover_position", position=40),
            action("set_cover_position", position=40, speed="fast"),
            action("stop_cover"),
            action("toggle").becoming("close_cover"),
            action("open_cover_tilt"),
            action("close_cover_tilt"),
            action("set_cover_tilt_position", tilt_position=0),
            action("stop_cover_tilt"),
            action("toggle_cover_tilt").becoming("close_cover_tilt"),
        ],
    )


async def test_one_on_the_move_is_stopped_by_toggling(cabin: Cabin) -> None:
    """Whoever toggles a cover that moves stops it."""
    node = cabin.node("cover.window", "closing", **FULL)
    shown = await cabin.show(node, XmppIotCover)

    commands = await cabin.act("cover.toggle", shown.entity_id)

    assert commands == [("cover.window", "stop_cover", {})]
