"""Lawn mowers of other houses."""

import pytest

from custom_components.xmpp_iot.lawn_mower import XmppIotLawnMower
from homeassistant.components.lawn_mower.const import LawnMowerActivity

from .acting import action, assert_commanded
from .conftest import Cabin, differences


@pytest.mark.parametrize("state", [*LawnMowerActivity, "unknown"])
async def test_it_is_like_the_one_over_there(cabin: Cabin, state: str) -> None:
    """A lawn mower shows what the other house says of it."""
    node = cabin.node("lawn_mower.robot", state, supported_features=15)

    shown = await cabin.show(node, XmppIotLawnMower)

    assert differences(cabin.originals["lawn_mower.robot"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A lawn mower is sent out, stopped and called back."""
    node = cabin.node("lawn_mower.robot", "docked", supported_features=15)
    shown = await cabin.show(node, XmppIotLawnMower)

    await assert_commanded(
        cabin,
        shown,
        [action("start_mowing"), action("dock"), action("pause"), action("stop")],
    )
