"""Alarm panels of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.alarm_control_panel import XmppIotAlarmControlPanel
from homeassistant.components.alarm_control_panel.const import AlarmControlPanelState
from homeassistant.exceptions import ServiceValidationError

from .acting import action, assert_commanded
from .conftest import Cabin, differences

FULL: dict[str, Any] = {
    "code_format": "number",
    "changed_by": "123456",
    "code_arm_required": True,
    "supported_features": 63,
}
ARM = [
    f"alarm_arm_{how}" for how in ("home", "away", "night", "vacation", "custom_bypass")
]


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        *((state.value, FULL) for state in AlarmControlPanelState),
        ("unknown", FULL),
        (
            "disarmed",
            {
                "code_format": None,
                "changed_by": None,
                "code_arm_required": False,
                "supported_features": 3,
            },
        ),
        ("armed_away", {**FULL, "code_format": "text", "triggered_by": "door"}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """An alarm panel shows what the other house says of it."""
    node = cabin.node("alarm_control_panel.house", state, **attributes)

    shown = await cabin.show(node, XmppIotAlarmControlPanel)

    assert differences(cabin.originals["alarm_control_panel.house"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """An alarm panel is armed, disarmed and set off, with the code that was given."""
    node = cabin.node("alarm_control_panel.house", "disarmed", **FULL)
    shown = await cabin.show(node, XmppIotAlarmControlPanel)

    await assert_commanded(
        cabin,
        shown,
        [
            *(action(name, code="1234") for name in ARM),
            action("alarm_disarm", code="1234"),
            action("alarm_disarm"),
            action("alarm_trigger", code="1234"),
            action("alarm_trigger"),
        ],
    )


async def test_without_the_code_it_needs_nothing_leaves(cabin: Cabin) -> None:
    """A panel that is armed with a code only is not armed without."""
    node = cabin.node("alarm_control_panel.house", "disarmed", **FULL)
    shown = await cabin.show(node, XmppIotAlarmControlPanel)

    with pytest.raises(ServiceValidationError):
        await cabin.act("alarm_control_panel.alarm_arm_home", shown.entity_id)

    assert cabin.house.commands == []


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """What is no state and no code format is none, and a code is asked for."""
    node = cabin.node(
        "alarm_control_panel.house", "loud", code_format="song", code_arm_required="no"
    )

    shown = await cabin.show(node, XmppIotAlarmControlPanel)

    assert shown.state == "unknown"
    assert shown.attributes["code_format"] is None
    assert shown.attributes["code_arm_required"] is True
