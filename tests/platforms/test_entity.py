"""What all entities of other houses share."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from custom_components.xmpp_iot.binary_sensor import XmppIotBinarySensor
from custom_components.xmpp_iot.const import DOMAIN
from custom_components.xmpp_iot.remote.house import RemoteHouse
from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.switch import XmppIotSwitch
from custom_components.xmpp_iot.wire.model import Field, Reading, ValueType
from homeassistant.const import EntityCategory
from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .conftest import Cabin, differences


async def test_it_comes_and_goes_with_its_house(cabin: Cabin) -> None:
    """While the house is away nothing is known of its nodes; then they are as they were."""
    node = cabin.node("switch.ac", "on", power=7.5)
    shown = await cabin.show(node, XmppIotSwitch)

    cabin.house.go(online=False)
    away = cabin.state(shown.entity_id)
    assert away.state == "unavailable"
    assert "power" not in away.attributes

    cabin.house.go(online=True)
    assert differences(cabin.originals[node.id], cabin.state(shown.entity_id)) == {}


async def test_it_is_unavailable_where_it_is_over_there(cabin: Cabin) -> None:
    """A node that cannot be read is unavailable, until it can."""
    node = cabin.node("switch.ac", "on")
    shown = await cabin.show(node, XmppIotSwitch)

    cabin.change(node, "unavailable")
    assert cabin.state(shown.entity_id).state == "unavailable"

    cabin.change(node, "off")
    assert cabin.state(shown.entity_id).state == "off"


async def test_it_begins_as_its_node_is_by_then(cabin: Cabin) -> None:
    """What changes after it was made and before Home Assistant has added it is not lost."""
    node = cabin.node("switch.ac", "on")

    def make(house: RemoteHouse, node: RemoteNode) -> XmppIotSwitch:
        made = XmppIotSwitch(house, node)
        cabin.change(node, "off")
        return made

    assert (await cabin.show(node, make)).state == "off"


async def test_it_is_who_it_is_over_there(cabin: Cabin) -> None:
    """Its identity is the node's own, its category that of the original, its device the house's."""
    node = cabin.node_of(State("switch.ac", "on"), uid="abc", entity_category="config")

    shown = await cabin.show(node, XmppIotSwitch)

    entry = er.async_get(cabin.hass).async_get(shown.entity_id)
    assert entry
    assert (entry.unique_id, entry.platform) == ("abc", DOMAIN)
    assert entry.entity_category is EntityCategory.CONFIG
    assert entry.device_id


async def test_it_is_described_anew(cabin: Cabin) -> None:
    """Another name, icon or kind over there is shown without anything being set up again."""
    node = cabin.node("switch.ac", "on", icon="mdi:fan", device_class="switch")
    shown = await cabin.show(node, XmppIotSwitch)

    original = cabin.change(node, "on", icon="mdi:snowflake", device_class="outlet")
    assert differences(original, cabin.state(shown.entity_id)) == {}

    node.describe(replace(node.info, display_name="Air conditioner"))
    name = cabin.state(shown.entity_id).attributes["friendly_name"]
    assert name.endswith("Air conditioner")


async def test_it_is_not_asked_for_an_update(cabin: Cabin) -> None:
    """What the other house says comes by itself: there is nothing to poll."""
    assert await async_setup_component(cabin.hass, "homeassistant", {})
    shown = await cabin.show(cabin.node("switch.ac", "on"), XmppIotSwitch)

    await cabin.act("homeassistant.update_entity", shown.entity_id)

    assert cabin.house.commands == []
    assert cabin.state(shown.entity_id).state == "on"


async def test_nobody_listens_to_what_is_gone(cabin: Cabin) -> None:
    """An entity that is removed follows neither its node nor its house."""
    node = cabin.node("switch.ac", "on")
    shown = await cabin.show(node, XmppIotSwitch)

    er.async_get(cabin.hass).async_remove(shown.entity_id)
    await cabin.hass.async_block_till_done()

    assert not cabin.house.listeners
    cabin.change(node, "off")
    assert cabin.hass.states.get(shown.entity_id) is None


@pytest.mark.parametrize("state", ["open", "1"])
async def test_what_is_neither_on_nor_off_is_unknown(cabin: Cabin, state: str) -> None:
    """A text is no boolean."""
    node = cabin.node("cover.a", state)

    assert (await cabin.show(node, XmppIotBinarySensor)).state == "unknown"


async def test_what_home_assistant_itself_looks_at_is_no_field(cabin: Cabin) -> None:
    """One that is not what it should be would break what has nothing to do with this entity."""
    node = cabin.node("switch.ac", "on")
    said = {
        "entity_picture": "http://192.0.2.1/spy.png",
        "restored": "true",
        "state_class": "measurement",
        "supported_features": "7",
        "unit_of_measurement": '["W"]',
        "power": "7",
    }
    fields = tuple(
        Field(name=name, type=ValueType.STRING, value=value)
        for name, value in said.items()
    )
    state = Field(name="state", type=ValueType.BOOLEAN, value=True)
    node.take(
        Reading(
            node=node.info.ref,
            at=datetime.max.replace(tzinfo=UTC),
            fields=(state, *fields),
        ),
    )

    shown = await cabin.show(node, XmppIotSwitch)

    assert shown.attributes == {"power": "7", "friendly_name": "Home ac"}
