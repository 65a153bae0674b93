"""Humidifiers of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.humidifier import XmppIotHumidifier

from .acting import action, assert_commanded
from .conftest import Cabin, differences

FULL: dict[str, Any] = {
    "device_class": "dehumidifier",
    "min_humidity": 30,
    "max_humidity": 80.5,
    "target_humidity_step": 5,
    "available_modes": ["auto", "sleep"],
    "mode": "auto",
    "action": "drying",
    "humidity": 54,
    "current_humidity": 61.5,
    "supported_features": 1,
}


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("on", FULL),
        ("off", {**FULL, "action": "off", "mode": None}),
        ("on", {"min_humidity": 0, "max_humidity": 100, "supported_features": 0}),
        ("unknown", {"min_humidity": 0, "max_humidity": 100, "supported_features": 0}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A humidifier shows what the other house says of it."""
    node = cabin.node("humidifier.cellar", state, **attributes)

    shown = await cabin.show(node, XmppIotHumidifier)

    assert differences(cabin.originals["humidifier.cellar"], shown) == {}


async def test_nonsense_does_no_harm(cabin: Cabin) -> None:
    """A humidifier that does not say its range right has Home Assistant's."""
    node = cabin.node(
        "humidifier.cellar", "on", min_humidity="dry", max_humidity=[1], action="pause"
    )

    shown = await cabin.show(node, XmppIotHumidifier)

    assert shown.attributes["min_humidity"] == 0
    assert shown.attributes["max_humidity"] == 100
    assert "action" not in shown.attributes


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A humidifier is turned on and off, and set."""
    node = cabin.node("humidifier.cellar", "off", **FULL)
    shown = await cabin.show(node, XmppIotHumidifier)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_off"),
            action("toggle").becoming("turn_on"),
            action("set_humidity", humidity=60),
            action("set_mode", mode="sleep"),
        ],
    )
