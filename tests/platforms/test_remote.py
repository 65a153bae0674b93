"""Remote controls of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot import remote
from custom_components.xmpp_iot.remote.remote_control import XmppIotRemote
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .acting import action, assert_commanded
from .conftest import Cabin, differences

FULL: dict[str, Any] = {
    "activity_list": ["Music", "Film"],
    "current_activity": "Music",
    "supported_features": 7,
}


async def test_home_assistant_finds_the_platform(hass: HomeAssistant) -> None:
    """The package beside which no module of the name can stand is the platform."""
    integration = await async_get_integration(hass, "xmpp_iot")

    assert integration.platforms_exists(["remote"]) == ["remote"]
    assert await integration.async_get_platform("remote") is remote
    assert remote.async_setup_entry.keywords["entity"] is XmppIotRemote


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("on", FULL),
        ("off", {**FULL, "current_activity": None}),
        ("unknown", {"supported_features": 0}),
        ("on", {"supported_features": 0, "last_command_sent": "Play"}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A remote control shows what the other house says of it."""
    node = cabin.node("remote.sofa", state, **attributes)

    shown = await cabin.show(node, XmppIotRemote)

    assert differences(cabin.originals["remote.sofa"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A remote control is turned on for an activity, sends, learns and forgets."""
    shown = await cabin.show(cabin.node("remote.sofa", "off", **FULL), XmppIotRemote)

    once = {"num_repeats": 1, "hold_secs": 0}
    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_on", activity="Film"),
            action("turn_off"),
            action("turn_off", activity="Film").becoming("turn_off"),
            action("toggle", activity="Film").becoming("turn_on", activity="Film"),
            action("send_command", command=["Play"]).becoming(
                "send_command", command=["Play"], **once
            ),
            action(
                "send_command",
                command=["Up", "Down"],
                device="tv",
                num_repeats=2,
                delay_secs=0.5,
                hold_secs=1,
            ),
            action("learn_command"),
            action(
                "learn_command",
                command=["Up"],
                device="tv",
                command_type="rf",
                alternative=True,
                timeout=30,
            ),
            action("delete_command", command=["Up", "Down"], device="tv"),
        ],
    )
