"""Valves of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.valve import XmppIotValve

from .acting import action, assert_commanded
from .conftest import Cabin, differences

SET: dict[str, Any] = {
    "device_class": "water",
    "current_position": 40,
    "is_closed": False,
    "supported_features": 15,
}
PLAIN: dict[str, Any] = {
    "device_class": "gas",
    "is_closed": False,
    "supported_features": 11,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("open", SET),
        ("closing", SET),
        ("closed", {**SET, "current_position": 0, "is_closed": True}),
        ("unknown", {**SET, "current_position": None, "is_closed": None}),
        ("open", {**SET, "supported_features": 3}),
        ("open", PLAIN),
        ("opening", {**PLAIN, "is_closed": True}),
        ("closed", {**PLAIN, "is_closed": True}),
        ("unknown", {**PLAIN, "is_closed": None}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A valve shows what the other house says of it, with a position and without."""
    node = cabin.node("valve.garden", state, **attributes)

    shown = await cabin.show(node, XmppIotValve)

    assert differences(cabin.originals["valve.garden"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A valve is opened, closed and stopped."""
    node = cabin.node("valve.garden", "open", **PLAIN)
    shown = await cabin.show(node, XmppIotValve)

    await assert_commanded(
        cabin,
        shown,
        [
            action("open_valve"),
            action("close_valve"),
            action("stop_valve"),
            action("toggle").becoming("close_valve"),
        ],
        without=["set_valve_position"],
    )


async def test_one_with_a_position_is_set_to_it(cabin: Cabin) -> None:
    """Home Assistant opens and closes a valve that can be set by setting it."""
    shown = await cabin.show(cabin.node("valve.garden", "open", **SET), XmppIotValve)

    await assert_commanded(
        cabin,
        shown,
        [
            action("set_valve_position", position=15),
            action("open_valve").becoming("set_valve_position", position=100),
            action("close_valve").becoming("set_valve_position", position=0),
            action("stop_valve"),
            action("toggle").becoming("set_valve_position", position=0),
        ],
    )
