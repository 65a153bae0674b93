"""Which platform shows which node."""

from importlib import import_module

import pytest

from custom_components.xmpp_iot.concentrator.domains import DOMAINS
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.remote.platforms import OWN, platform_of
from custom_components.xmpp_iot.wire.model import NodeInfo, NodeRef
from homeassistant.const import Platform

from .conftest import Cabin


def node_of_type(node_type: str) -> RemoteNode:
    """Return a node of that type that was never read."""
    return RemoteNode(NodeInfo(ref=NodeRef("n"), node_type=node_type, display_name=""))


@pytest.mark.parametrize(
    ("domain", "platform"),
    [
        ("light", Platform.LIGHT),
        ("sensor", Platform.SENSOR),
        ("automation", Platform.SWITCH),
        ("script", Platform.SWITCH),
        ("input_boolean", Platform.SWITCH),
        ("input_button", Platform.BUTTON),
        ("input_number", Platform.NUMBER),
        ("counter", Platform.NUMBER),
        ("input_select", Platform.SELECT),
        ("input_text", Platform.TEXT),
        ("schedule", Platform.BINARY_SENSOR),
        ("person", Platform.DEVICE_TRACKER),
        ("sun", Platform.SENSOR),
        ("zone", Platform.SENSOR),
        ("air_quality", Platform.SENSOR),
        ("nobody_knows", Platform.SENSOR),
        ("area", None),
        ("device", None),
        ("input_datetime", None),
    ],
)
def test_it_is_shown_by_the_nearest(domain: str, platform: Platform | None) -> None:
    """A node is shown by the platform of its domain, or one that has the same actions, or read."""
    assert platform_of(node_of_type(f"homeassistant.{domain}")) is platform


def test_what_is_no_home_assistant_is_for_others_to_say() -> None:
    """A node of another kind of concentrator has no domain."""
    assert platform_of(node_of_type("meter")) is None


@pytest.mark.parametrize(
    ("has_date", "has_time", "platform"),
    [
        (True, True, Platform.DATETIME),
        (True, False, Platform.DATE),
        (False, True, Platform.TIME),
        (False, False, None),
    ],
)
def test_a_date_a_time_or_both(
    cabin: Cabin, has_date: bool, has_time: bool, platform: Platform | None
) -> None:
    """What an input_datetime has says who shows it."""
    node = cabin.node("input_datetime.a", "x", has_date=has_date, has_time=has_time)

    assert platform_of(node) is platform


def test_every_domain_with_a_row_is_shown() -> None:
    """What our own concentrator has a row for is shown by something."""
    shown = {
        domain: platform_of(node_of_type(f"homeassistant.{domain}"))
        for domain in DOMAINS
    }

    assert {one for one, platform in shown.items() if platform is None} == {
        "input_datetime"  # to be read first
    }


@pytest.mark.parametrize(
    "platform",
    [
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.DATE,
        Platform.DATETIME,
        Platform.DEVICE_TRACKER,
        Platform.EVENT,
        Platform.NUMBER,
        Platform.SCENE,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
        Platform.TEXT,
        Platform.TIME,
        Platform.UPDATE,
    ],
)
def test_it_is_set_up_under_its_own_name(platform: Platform) -> None:
    """A platform's file says which platform it is."""
    module = import_module(f"custom_components.xmpp_iot.{platform}")

    assert platform in OWN
    assert module.async_setup_entry.keywords["platform"] is platform
