"""Sirens of other houses."""

from typing import Any

import pytest

from custom_components.xmpp_iot.siren import XmppIotSiren

from .acting import action, assert_commanded
from .conftest import Cabin, differences


@pytest.mark.parametrize(
    ("state", "attributes"),
    [
        ("on", {"available_tones": ["fire", "gas"], "supported_features": 31}),
        ("off", {"available_tones": ["fire", 7], "supported_features": 31}),
        ("off", {"available_tones": {1: "fire", 2: "gas"}, "supported_features": 31}),
        ("unknown", {"supported_features": 3}),
    ],
)
async def test_it_is_like_the_one_over_there(
    cabin: Cabin, state: str, attributes: dict[str, Any]
) -> None:
    """A siren shows what the other house says of it, with its tones named in any way."""
    node = cabin.node("siren.roof", state, **attributes)

    shown = await cabin.show(node, XmppIotSiren)

    assert differences(cabin.originals["siren.roof"], shown) == {}


async def test_every_action_becomes_its_command(cabin: Cabin) -> None:
    """A siren sounds as it is told, and is silenced."""
    node = cabin.node(
        "siren.roof", "off", available_tones=["fire", "gas"], supported_features=31
    )
    shown = await cabin.show(node, XmppIotSiren)

    await assert_commanded(
        cabin,
        shown,
        [
            action("turn_on"),
            action("turn_on", tone="fire", duration=20, volume_level=0.25),
            action("turn_off"),
            action("toggle").becoming("turn_on"),
        ],
    )


@pytest.mark.parametrize("tone", [2, "2", "gas"])
async def test_a_tone_is_sent_by_its_key(cabin: Cabin, tone: int | str) -> None:
    """A tone is chosen by its name or its key, and the other house gets the key."""
    node = cabin.node(
        "siren.roof",
        "off",
        available_tones={1: "fire", 2: "gas"},
        supported_features=31,
    )
    shown = await cabin.show(node, XmppIotSiren)

    commands = await cabin.act("siren.turn_on", shown.entity_id, tone=tone)

    assert commands == [("siren.roof", "turn_on", {"tone": 2})]


@pytest.mark.parametrize("tones", ["fire", 4])
async def test_nonsense_does_no_harm(cabin: Cabin, tones: Any) -> None:
    """What is no list of tones is none."""
    node = cabin.node("siren.roof", "on", available_tones=tones, supported_features=31)

    shown = await cabin.show(node, XmppIotSiren)

    assert shown.state == "on"
    assert "available_tones" not in shown.attributes
