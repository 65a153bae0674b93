"""Lights of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.light import XmppIotLight
from custom_components.xmpp_iot.remote.node import RemoteNode
from homeassistant.components.light.const import LightEntityFeature

from .acting import action, assert_commanded, taken
from .conftest import Cabin, differences

COLOR: dict[str, Any] = {
    "supported_color_modes": ["color_temp", "hs", "rgbw"],
    "min_color_temp_kelvin": 2203,
    "max_color_temp_kelvin": 6535,
    "effect_list": ["off", "rainbow"],
    "supported_features": LightEntityFeature.EFFECT
    | LightEntityFeature.FLASH
    | LightEntityFeature.TRANSITION,
}
OFF: dict[str, Any] = {
    **COLOR,
    **dict.fromkeys(("color_mode", "brightness", "color_temp_kelvin", "effect")),
    **dict.fromkeys(("hs_color", "rgb_color", "xy_color", "rgbw_color")),
}


def _light(cabin: Cabin, state: str = "on", **attributes: Any) -> RemoteNode:
    return cabin.node("light.lamp", state, **attributes)


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        (
            "on",
            {
                "supported_color_modes": ["onoff"],
                "color_mode": "onoff",
                "supported_features": 0,
                "luminance": 400,
            },
        ),
        (
            "on",
            {
                "supported_color_modes": ["brightness"],
                "color_mode": "brightness",
                "brightness": 180,
                "supported_features": 0,
                "icon": "mdi:lamp",
            },
        ),
        ("off", OFF),
        ("unknown", OFF),
        (
            "on",
            {
                **OFF,
                "color_mode": "hs",
                "brightness": 180,
                "hs_color": (345.0, 75.0),
                "rgb_color": (255, 64, 112),
                "xy_color": (0.588, 0.274),
            },
        ),
        (
            "on",
            {
                **OFF,
                "color_mode": "color_temp",
                "brightness": 180,
                "color_temp_kelvin": 4166,
                "hs_color": (26.812, 34.87),
                "rgb_color": (255, 206, 166),
                "xy_color": (0.42, 0.365),
            },
        ),
        (
            "on",
            {
                **OFF,
                "color_mode": "rgbw",
                "brightness": 180,
                "rgbw_color": (255, 0, 0, 255),
                "hs_color": (0.0, 50.196),
                "rgb_color": (255, 127, 127),
                "xy_color": (0.522, 0.308),
            },
        ),
        (
            "on",
            {
                **OFF,
                "color_mode": "onoff",
                "effect": "rainbow",
            },
        ),
        (
            "on",
            {
                **OFF,
                "color_mode": "brightness",
                "brightness": 20,
                "effect": "rainbow",
            },
        ),
        ("on", {**OFF, "color_mode": "unknown", "effect": "off"}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A light of any kind, in any mode, shows what the other house says of it."""
    node = _light(cabin, state, **attributes)

    shown = await cabin.show(node, XmppIotLight)

    assert differences(cabin.originals["light.lamp"], shown) == {}


@pytest.mark.parametrize(
    ("mode", "color", "others"),
    [
        ("xy", {"xy_color": (0.42, 0.365)}, {"hs_color", "rgb_color"}),
        ("rgb", {"rgb_color": (255, 136, 0)}, {"hs_color", "xy_color"}),
        (
            "rgbww",
            {"rgbww_color": (255, 136, 0, 12, 200)},
            {"hs_color", "rgb_color", "xy_color"},
        ),
    ],
)
async def test_a_color_is_shown_in_its_mode_and_the_others(
    cabin: Cabin, mode: str, color: dict[str, Any], others: set[str]
) -> None:
    """A colour is as it was said, and Home Assistant makes the others of it."""
    node = _light(
        cabin, supported_color_modes=[mode], color_mode=mode, brightness=1, **color
    )

    shown = await cabin.show(node, XmppIotLight)

    assert {name: shown.attributes[name] for name in color} == color
    assert all(shown.attributes[name] for name in others)


async def test_a_change_is_followed(cabin: Cabin) -> None:
    """What the other house says next is shown, and what it says no more is not."""
    node = _light(cabin, **{**OFF, "color_mode": "hs", "hs_color": (10.0, 20.0)})
    shown = await cabin.show(node, XmppIotLight)

    original = cabin.change(node, "off", **OFF)

    assert differences(original, cabin.state(shown.entity_id)) == {}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"supported_color_modes": ["brightness", "white"], "color_mode": "brightness"},
        {"supported_color_modes": "hs", "color_mode": 7},
        {"supported_color_modes": ["hs"]},
        {"supported_color_modes": ["hs"], "color_mode": "hs", "hs_color": [1]},
        {"supported_color_modes": ["hs"], "color_mode": "hs", "hs_color": [1e9, "a"]},
        {"supported_color_modes": ["xy"], "color_mode": "xy", "xy_color": [-1, 2]},
        {
            "supported_color_modes": ["rgbww"],
            "color_mode": "rgbww",
            "rgbww_color": (1, 2, 3, 4, 5),
            "min_color_temp_kelvin": 0,
            "max_color_temp_kelvin": "hot",
        },
        {
            "supported_color_modes": ["color_temp"],
            "color_mode": "color_temp",
            "color_temp_kelvin": 1.5,
            "brightness": True,
        },
        {
            "supported_color_modes": ["onoff"],
            "color_mode": "brightness",
            "effect": "rainbow",
            "supported_features": 4,
        },
        {"supported_color_modes": ["hs"], "color_mode": "rgb"},
    ],
)
async def test_nonsense_does_no_harm(cabin: Cabin, attributes: dict[str, Any]) -> None:
    """A light that cannot be as its house says is shown all the same, without what makes no sense."""
    shown = await cabin.show(_light(cabin, **attributes), XmppIotLight)

    assert shown.state == "on"
    assert shown.attributes["supported_color_modes"]


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """What is turned on and off here is so there, with all that goes with it."""
    node = _light(
        cabin,
        "off",
        **{**OFF, "supported_color_modes": ["color_temp", "hs", "rgbw", "white"]},
    )
    shown = await cabin.show(node, XmppIotLight)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_on", brightness=128, transition=2.5),
            action("turn_on", color_temp_kelvin=3000),
            action("turn_on", hs_color=(30.5, 70)),
            action("turn_on", rgbw_color=(255, 136, 0, 1)),
            action("turn_on", effect="rainbow", flash="short"),
            action("turn_on", brightness_pct=50).becoming("turn_on", brightness=128),
            action("turn_on", rgb_color=(255, 0, 0)).becoming(
                "turn_on", rgbw_color=(255, 0, 0, 0)
            ),
            action("turn_on", white=100).becoming(
                "turn_on", white=True, brightness=100
            ),
            action("turn_on", white=True),
            action("toggle", brightness=5).becoming("turn_on", brightness=5),
            action("turn_off"),
            action("turn_off", transition=3, flash="long"),
        ],
    )


async def test_it_toggles_by_what_it_is(cabin: Cabin) -> None:
    """A light that is on is turned off."""
    node = _light(cabin, supported_color_modes=["onoff"], color_mode="onoff")
    shown = await cabin.show(node, XmppIotLight)

    commands = await cabin.act("light.toggle", shown.entity_id)

    assert commands == [("light.lamp", "turn_off", {})]


@pytest.mark.parametrize(
    ("mode", "given", "sent"),
    [
        ("rgb", {"hs_color": (120, 100)}, {"rgb_color": [0, 255, 0]}),
        ("xy", {"rgb_color": (255, 0, 0)}, {"xy_color": [0.701, 0.299]}),
        (
            "rgbww",
            {"color_temp_kelvin": 2700, "brightness": 100},
            {"brightness": 100, "rgbww_color": [0, 0, 0, 37, 63]},
        ),
    ],
)
async def test_a_color_is_sent_in_a_mode_the_light_has(
    cabin: Cabin, mode: str, given: dict[str, Any], sent: dict[str, Any]
) -> None:
    """A light of one mode is given its colours in that mode, and the other house takes them."""
    node = _light(cabin, "off", supported_color_modes=[mode])
    shown = await cabin.show(node, XmppIotLight)

    (command,) = await cabin.act("light.turn_on", shown.entity_id, **given)

    assert await taken(cabin, *command) == sent
