"""Fans of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.fan import XmppIotFan
from homeassistant.components.fan.const import FanEntityFeature

from .acting import action, assert_commanded
from .conftest import Cabin, differences

ALL = FanEntityFeature(63)

FULL: dict[str, Any] = {
    "percentage": 33,
    "percentage_step": 100 / 3,
    "preset_mode": None,
    "preset_modes": ["auto", "sleep"],
    "oscillating": True,
    "direction": "forward",
    "supported_features": ALL,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("on", FULL),
        ("on", {**FULL, "percentage": None, "preset_mode": "auto"}),
        ("on", {**FULL, "percentage": 0, "percentage_step": 100 / 7}),
        ("off", {**FULL, "percentage": 0, "oscillating": False}),
        ("unknown", {**FULL, "percentage": None, "oscillating": None}),
        ("unavailable", {"preset_modes": ["auto"], "supported_features": ALL}),
        ("on", {"supported_features": FanEntityFeature.TURN_ON}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A fan shows what the other house says of it: on is on, whatever its speed."""
    shown = await cabin.show(cabin.node("fan.attic", state, **attributes), XmppIotFan)

    assert differences(cabin.originals["fan.attic"], shown) == {}


@pytest.mark.parametrize(
    "attributes",
    [
        {"percentage_step": 0, "percentage": 300, "preset_modes": "auto"},
        {"percentage_step": "much", "percentage": "all", "oscillating": 7},
        {"preset_mode": 3, "preset_modes": [1, "a"], "direction": 5},
    ],
)
async def test_nonsense_does_no_harm(cabin: Cabin, attributes: dict[str, Any]) -> None:
    """A fan that cannot be as its house says is shown without what makes no sense."""
    attributes |= {"supported_features": ALL}

    shown = await cabin.show(cabin.node("fan.attic", "on", **attributes), XmppIotFan)

    assert shown.attributes["percentage"] is None
    assert shown.attributes["percentage_step"] == 1
    assert shown.attributes["preset_mode"] is None
    assert shown.attributes["direction"] is None


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A fan is set in all its ways, and its steps are those of the other house."""
    shown = await cabin.show(cabin.node("fan.attic", "off", **FULL), XmppIotFan)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_on", percentage=50),
            action("turn_on", preset_mode="sleep"),
            action("turn_off"),
            action("toggle").becoming("turn_on"),
            action("set_percentage", percentage=0),
            action("set_percentage", percentage=66),
            action("increase_speed"),
            action("increase_speed", percentage_step=5),
            action("decrease_speed"),
            action("decrease_speed", percentage_step=5),
            action("set_preset_mode", preset_mode="auto"),
            action("oscillate", oscillating=False),
            action("set_direction", direction="reverse"),
        ],
    )
