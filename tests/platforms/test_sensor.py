"""Sensors of other houses: what Home Assistant makes of what they say."""

from datetime import timedelta
import math
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.sensor import XmppIotSensor
from custom_components.xmpp_iot.wire.model import (
    Field,
    NodeInfo,
    NodeParameter,
    NodeRef,
    Reading,
    Value,
    ValueType,
)
from homeassistant.components.energy import data as energy
from homeassistant.components.energy.validate import async_validate
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .conftest import Cabin

TEMPERATURE = {"device_class": "temperature", "unit_of_measurement": "°C"}


def said(kind: ValueType, value: Value, *parameters: NodeParameter) -> RemoteNode:
    """Return a node of some other concentrator that says this."""
    info = NodeInfo(
        ref=NodeRef("n"), node_type="", display_name="N", parameters=parameters
    )
    node = RemoteNode(info)
    field = Field(name="state", type=kind, value=value)
    node.take(Reading(node=info.ref, at=dt_util.utcnow(), fields=(field,)))
    return node


def parameter(name: str, value: Value) -> NodeParameter:
    """Return a node parameter."""
    kind = ValueType.STRING if isinstance(value, str) else ValueType.INT
    return NodeParameter(name, name, kind, value)


@pytest.mark.parametrize(
    ("state", "attributes", "shown"),
    [
        ("warm", TEMPERATURE, "unknown"),
        ("warm", {"device_class": "timestamp"}, "unknown"),
        (
            "2026-11-21 07:00+01:00",
            {"device_class": "timestamp"},
            "2026-11-21T06:00:00+00:00",
        ),
        ("yesterday", {"device_class": "date"}, "unknown"),
        ("a", {"device_class": "enum", "unit_of_measurement": "W"}, "a"),
        ("a", {"device_class": "nobody knows"}, "a"),
        ("a", {"options": ["b"]}, "a"),
        ("12.5", {"state_class": "measurement_angle"}, "12.5"),
        ("12.5", {"state_class": "some day"}, "12.5"),
        ("12", {**TEMPERATURE, "last_reset": "2026-11-21T06:00:00+00:00"}, "12"),
    ],
)
async def test_what_does_not_go_together_is_left_out(
    cabin: Cabin, state: str, attributes: dict[str, Any], shown: str
) -> None:
    """A sensor that says what Home Assistant refuses is there all the same."""
    mirror = await cabin.show(
        cabin.node("sensor.odd", state, **attributes), XmppIotSensor
    )

    assert mirror.state == shown


async def test_an_option_may_come_before_its_list(cabin: Cabin) -> None:
    """A value is shown that the description does not list yet."""
    node = cabin.node("sensor.mode", "eco", device_class="enum", options=["eco"])
    entity_id = (await cabin.show(node, XmppIotSensor)).entity_id
    original = State("sensor.mode", "away", {"options": ["eco"]})

    node.take_part(cabin.said(original))

    assert cabin.state(entity_id).state == "away"
    assert cabin.state(entity_id).attributes["options"] == ["eco", "away"]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (ValueType.INT, 21, "21"),
        (ValueType.DOUBLE, 21.0, "21.0"),
        (ValueType.DOUBLE, 0.1 + 0.2, "0.3"),
        (ValueType.BOOLEAN, True, "on"),
        (ValueType.BOOLEAN, False, "off"),
        (
            ValueType.DATE_TIME,
            dt_util.utc_from_timestamp(0),
            "1970-01-01T00:00:00+00:00",
        ),
        (ValueType.DATE, dt_util.utc_from_timestamp(0).date(), "1970-01-01"),
        (ValueType.DURATION, timedelta(hours=1), "1:00:00"),
    ],
)
async def test_anything_can_be_read(
    cabin: Cabin, kind: ValueType, value: Value, shown: str
) -> None:
    """A value of any type has a text; a whole number is one where it comes as one."""
    assert (await cabin.show(said(kind, value), XmppIotSensor)).state == shown


@pytest.mark.parametrize("value", [math.inf, math.nan])
async def test_no_number_is_none(cabin: Cabin, value: float) -> None:
    """What is infinite or not a number is unknown."""
    node = said(ValueType.DOUBLE, value, parameter("unit_of_measurement", "W"))

    assert (await cabin.show(node, XmppIotSensor)).state == "unknown"


async def test_a_precision_that_is_told_is_kept(cabin: Cabin) -> None:
    """How many digits to show is in the registry, for the frontend."""
    node = said(
        ValueType.DOUBLE,
        21.456,
        parameter("unit_of_measurement", "W"),
        parameter("suggested_display_precision", 1),
    )

    shown = await cabin.show(node, XmppIotSensor)

    entry = er.async_get(cabin.hass).async_get(shown.entity_id)
    assert shown.state == "21.456"
    assert entry
    assert entry.options["sensor"] == {"suggested_display_precision": 1}


async def test_units_are_those_of_this_house(cabin: Cabin) -> None:
    """Where this house uses other units, Home Assistant converts, as with any sensor."""
    cabin.hass.config.units = US_CUSTOMARY_SYSTEM

    shown = await cabin.show(
        cabin.node("sensor.t", "20.5", **TEMPERATURE), XmppIotSensor
    )

    assert (shown.state, shown.attributes["unit_of_measurement"]) == ("68.9", "°F")


@pytest.mark.parametrize(
    ("told", "category"), [("diagnostic", "diagnostic"), ("config", None), ("x", None)]
)
async def test_what_is_only_read_configures_nothing(
    cabin: Cabin, told: str, category: str | None
) -> None:
    """Home Assistant has no sensors that are there to configure something."""
    node = cabin.node_of(State("camera_settings.a", "x"), entity_category=told)

    shown = await cabin.show(node, XmppIotSensor)

    entry = er.async_get(cabin.hass).async_get(shown.entity_id)
    assert entry
    assert entry.entity_category == category


async def test_energy_is_good_for_the_dashboard(
    recorder_mock: object, cabin: Cabin
) -> None:
    """The other house's meter is one that the energy dashboard of this house takes."""
    hass: HomeAssistant = cabin.hass
    assert await async_setup_component(hass, "energy", {})
    node = cabin.node(
        "sensor.meter",
        "1234.5",
        device_class="energy",
        state_class="total_increasing",
        unit_of_measurement="kWh",
    )
    shown = await cabin.show(node, XmppIotSensor)
    manager = await energy.async_get_manager(hass)
    await manager.async_update(
        {
            "energy_sources": [
                {
                    "type": "solar",
                    "stat_energy_from": shown.entity_id,
                    "config_entry_solar_forecast": None,
                }
            ],
            "device_consumption": [],
        }
    )
    await async_wait_recording_done(hass)
    start = shown.last_changed.replace(second=0, microsecond=0)
    do_adhoc_statistics(hass, start=start.replace(minute=start.minute // 5 * 5))
    await async_wait_recording_done(hass)

    assert (await async_validate(hass)).as_dict()["energy_sources"] == [[]]
