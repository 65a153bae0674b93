"""Vacuum cleaners of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.vacuum import XmppIotVacuum
from homeassistant.components.vacuum.const import VacuumActivity
from homeassistant.exceptions import ServiceNotSupported

from .acting import action, assert_commanded
from .conftest import Cabin, differences

CUT = 256 | 16384
FULL: dict[str, Any] = {
    "fan_speed": "high",
    "fan_speed_list": ["low", "high"],
    "supported_features": 32764,
    "cleaned_area": 12.5,
}


@pytest.mark.parametrize("state", [*VacuumActivity, "unknown"])
async def test_it_is_like_the_one_over_there(cabin: Cabin, state: str) -> None:
    """A vacuum cleaner shows what the other house says of it, but for what it cannot be told from here."""
    node = cabin.node("vacuum.robot", state, **FULL)

    shown = await cabin.show(node, XmppIotVacuum)

    assert differences(cabin.originals["vacuum.robot"], shown) == {
        "supported_features": (32764, 32764 & ~CUT)
    }


async def test_one_that_can_little(cabin: Cabin) -> None:
    """A vacuum cleaner without a fan shows none."""
    node = cabin.node("vacuum.robot", "docked", supported_features=12316)

    shown = await cabin.show(node, XmppIotVacuum)

    assert differences(cabin.originals["vacuum.robot"], shown) == {}


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """What is no activity, speed or list of speeds is none."""
    node = cabin.node(
        "vacuum.robot", "busy", fan_speed=3, fan_speed_list=7, supported_features=32
    )

    shown = await cabin.show(node, XmppIotVacuum)

    assert shown.state == "unknown"
    assert shown.attributes["fan_speed"] is None
    assert list(shown.attributes["fan_speed_list"]) == []


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A vacuum cleaner is told all that its house takes from others."""
    node = cabin.node("vacuum.robot", "docked", **FULL)
    shown = await cabin.show(node, XmppIotVacuum)

    await assert_commanded(
        cabin,
        shown,
        [
            action("start"),
            action("pause"),
            action("stop"),
            action("return_to_base"),
            action("clean_spot"),
            action("locate"),
            action("set_fan_speed", fan_speed="low"),
        ],
        without=["send_command", "clean_area"],
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [("send_command", {"command": "dance"}), ("clean_area", {"cleaning_area_id": "a"})],
)
async def test_what_its_house_takes_from_nobody_is_not_offered(
    cabin: Cabin, name: str, data: dict[str, Any]
) -> None:
    """Home Assistant refuses what the other house has no command for."""
    node = cabin.node("vacuum.robot", "docked", **FULL)
    shown = await cabin.show(node, XmppIotVacuum)

    with pytest.raises(ServiceNotSupported):
        await cabin.act(f"vacuum.{name}", shown.entity_id, **data)
