"""Concentrators and devices that are no Home Assistant, linked, shown and controlled over a real server."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.const import DOMAIN, SUBENTRY_CONCENTRATOR
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from scripts.support.servers import Prosody, XmppServer

from .conftest import account_data
from .foreign import NOW, Foreign
from .foreign_things import (
    NF_CONTROL,
    NF_DATA,
    NF_EVENTS,
    NF_TREE,
    XSF_CONTROL,
    XSF_DATA,
    XSF_TREE,
    Device,
    NfConcentrator,
    XsfConcentrator,
)


def is_available(state: State) -> bool:
    """Return whether something is shown."""
    return state.state != "unavailable"


class Cabin:
    """A house that links one of them."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Show what it links."""
        self.hass = hass
        self.entry = entry

    async def until(
        self, entity_id: str, ready: Callable[[State], bool] = is_available
    ) -> State:
        """Return the state of an entity as soon as it is as it should be."""
        await self._until(
            lambda: (
                (state := self.hass.states.get(entity_id)) is not None and ready(state)
            )
        )
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state

    async def _until(self, ready: Callable[[], bool]) -> None:
        """Wait until the states are as they should be."""
        changed = asyncio.Event()

        @callback
        def look(_: Event[EventStateChangedData]) -> None:
            changed.set()

        stop = self.hass.bus.async_listen(EVENT_STATE_CHANGED, look)
        try:
            async with asyncio.timeout(10):
                while not ready():
                    changed.clear()
                    await changed.wait()
        finally:
            stop()

    async def gone(self, entity_id: str) -> None:
        """Wait until an entity is not there any more."""
        await self._until(lambda: self.hass.states.get(entity_id) is None)
        assert er.async_get(self.hass).async_get(entity_id) is None

    def correct(self, mapping: dict[str, dict[str, dict[str, Any]]]) -> None:
        """Correct what was guessed, as a flow does it."""
        (subentry,) = self.entry.subentries.values()
        self.hass.config_entries.async_update_subentry(
            self.entry, subentry, data={**subentry.data, "mapping": mapping}
        )

    async def act(self, action: str, entity_id: str, **data: Any) -> None:
        """Perform an action on an entity."""
        domain, name = action.split(".")
        await self.hass.services.async_call(
            domain, name, {"entity_id": entity_id, **data}, blocking=True
        )


@asynccontextmanager
async def linking(
    hass: HomeAssistant, server: XmppServer, bare: str, title: str
) -> AsyncGenerator[Cabin]:
    """Link somebody."""
    assert await async_setup_component(hass, "homeassistant", {})
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        unique_id=server.accounts["cabin"].jid,
        data=account_data(server, "cabin"),
        subentries_data=[
            ConfigSubentryData(
                data={"jid": bare},
                subentry_type=SUBENTRY_CONCENTRATOR,
                title=title,
                unique_id=f"concentrator:{bare}",
            )
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    yield Cabin(hass, entry)
    for subentry_id in tuple(entry.subentries):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)


def device_of(hass: HomeAssistant, entity_id: str) -> dr.DeviceEntry:
    """Return the device of an entity."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    device = dr.async_get(hass).async_get(entry.device_id or "")
    assert isinstance(device, dr.DeviceEntry)
    return device


async def test_a_foreign_concentrator_is_shown_and_controlled(
    hass: HomeAssistant, prosody: Prosody, socket_enabled: None
) -> None:
    """Things behind a concentrator of XEP-0326 become devices with entities of what they say."""
    house = XsfConcentrator()
    features = (XSF_DATA, XSF_CONTROL, XSF_TREE)
    async with Foreign.logged_in(
        prosody, "stranger", features, house.answers
    ) as foreign:
        house.foreign = foreign
        async with linking(hass, prosody, foreign.bare, "Shed") as cabin:
            energy = await cabin.until("sensor.meter_energy")
            assert energy.state == "1234.5"
            assert energy.attributes["device_class"] == "energy"
            assert energy.attributes["state_class"] == "total_increasing"
            assert hass.states.get("sensor.meter_tariff").state == "Night"  # type: ignore[union-attr]
            tamper = await cabin.until("binary_sensor.meter_tamper")
            assert (tamper.state, tamper.attributes["device_class"]) == (
                "off",
                "tamper",
            )

            light = await cabin.until("light.desk_lamp_lamp")
            assert light.state == "off"
            device = device_of(hass, light.entity_id)
            assert device.name == "Desk lamp"
            assert device.manufacturer == "Acme"

            await cabin.act(
                "light.turn_on", light.entity_id, brightness=128, rgb_color=[0, 0, 255]
            )
            assert house.values == {
                "Lamp": "true",
                "Brightness": "50",
                "Color": "0000FF",
            }
            light = await cabin.until(light.entity_id, lambda one: one.state == "on")
            assert light.attributes["rgb_color"] == (0, 0, 255)

            with pytest.raises(HomeAssistantError, match="Too bright"):
                await cabin.act("light.turn_on", light.entity_id, brightness=255)

            await cabin.act("button.press", "button.desk_lamp_wink")
            assert house.commands == ["wink"]
            assert hass.states.get("button.desk_lamp_burn_in") is None


async def test_a_foreign_concentrator_tells_what_changes(
    hass: HomeAssistant, prosody: Prosody, socket_enabled: None
) -> None:
    """Where a concentrator takes event subscriptions, its changes are shown when they are told."""
    house = NfConcentrator()
    features = (NF_DATA, NF_CONTROL, NF_TREE, NF_EVENTS)
    async with (
        Foreign.logged_in(prosody, "stranger", features, house.answers) as foreign,
        linking(hass, prosody, foreign.bare, "Loft") as cabin,
    ):
        sensor = await cabin.until("sensor.thermostat_temperature")
        assert sensor.state == "20.5"
        assert sensor.attributes["device_class"] == "temperature"
        number = await cabin.until("number.thermostat_setpoint")
        assert (number.attributes["min"], number.attributes["max"]) == (5, 30)
        select = await cabin.until("select.thermostat_mode")
        assert select.state == "eco"
        assert select.attributes["options"] == ["eco", "comfort"]

        await foreign.was_asked("subscribe")
        assert house.followed == {"Temperature", "Setpoint", "Window"}
        foreign.tell(
            house.data(house.subscription, "<b n='Window' m='true' v='true'/>")
        )
        window = await cabin.until(
            "binary_sensor.thermostat_window", lambda one: one.state == "on"
        )
        assert window.attributes["device_class"] == "window"
        assert hass.states.get(sensor.entity_id).state == "20.5"  # type: ignore[union-attr]

        await cabin.act("number.set_value", number.entity_id, value=21.5)
        await cabin.act("select.select_option", select.entity_id, option="comfort")
        assert house.set_to == {"Setpoint": ("db", "21.5"), "Mode": ("s", "comfort")}

        (link,) = cabin.entry.runtime_data.links
        assert link.registered.unknown(link.store) == ()
        device = device_of(hass, number.entity_id)
        foreign.tell(f"<nodeRemoved xmlns='{NF_TREE}' id='t1' src='x' ts='{NOW}'/>")
        await cabin.gone(number.entity_id)
        assert dr.async_get(hass).async_get(device.id) is None


async def test_a_device_by_itself_is_shown_and_controlled(
    hass: HomeAssistant, prosody: Prosody, socket_enabled: None
) -> None:
    """A device without a concentrator is one device with what it says, and can be set."""
    thing = Device()
    async with (
        Foreign.logged_in(
            prosody, "stranger", (XSF_DATA, XSF_CONTROL), thing.answers
        ) as foreign,
        linking(hass, prosody, foreign.bare, "Pump") as cabin,
    ):
        voltage = await cabin.until("sensor.pump_voltage")
        assert voltage.state == "230.1"
        assert voltage.attributes["unit_of_measurement"] == "V"
        relay = await cabin.until("switch.pump_relay")
        assert relay.state == "off"
        note = await cabin.until("text.pump_note")
        assert note.state == "hello"
        device = device_of(hass, relay.entity_id)
        assert (device.name, device.serial_number) == ("Pump", "S-1")

        await cabin.act("switch.turn_on", relay.entity_id)
        assert thing.relay == "true"
        await cabin.until(relay.entity_id, lambda one: one.state == "on")

        thing.broken = True
        with pytest.raises(HomeAssistantError, match="It is stuck"):
            await cabin.act("switch.turn_off", relay.entity_id)
        assert hass.states.get(relay.entity_id).state == "on"  # type: ignore[union-attr]

        cabin.correct(
            {
                "": {
                    "parameter:Relay": {"platform": "light"},
                    "field:Voltage": {"hidden": True},
                    "parameter:Note": {"hidden": False},
                }
            }
        )
        light = await cabin.until("light.pump_relay", lambda one: one.state == "on")
        await cabin.gone(relay.entity_id)
        await cabin.gone(voltage.entity_id)
        thing.broken = False
        await cabin.act("light.turn_off", light.entity_id)
        assert thing.relay == "false"

        foreign.xmpp.send_presence(ptype="unavailable")
        await cabin.until(light.entity_id, lambda one: one.state == "unavailable")
