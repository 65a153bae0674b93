"""Correcting how something foreign is shown."""

from types import SimpleNamespace
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xmpp_iot.remote.node import RemoteNode
from custom_components.xmpp_iot.wire.model import Command, NodeInfo, NodeRef
from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..remote.foreign_nodes import asked, said, thing
from .linking import BARN, submit, suggested

RESTART = Command(id="restart", name="Restart")


@pytest.fixture
def foreign(cabin: MockConfigEntry) -> MockConfigEntry:
    """Return an account that links a barn with a thermometer and a switch of another make."""
    nodes = [
        thing(said("Temperature", 21.5, "°C"), node_id="thermometer"),
        thing(form=[asked("Pump", "xs:boolean", "true")], node_id="pump"),
        thing(said("Model", "X1"), commands=[RESTART], node_id="controller"),
        RemoteNode(
            NodeInfo(
                ref=NodeRef("light.a"), node_type="homeassistant.light", display_name=""
            )
        ),
    ]
    link = SimpleNamespace(devices=SimpleNamespace(house=BARN), store=nodes)
    cabin.runtime_data.links.links.append(link)
    return cabin


async def correct(
    hass: HomeAssistant, foreign: MockConfigEntry, name: str
) -> SubentryFlowResult:
    """Open the form that corrects the entity of that name."""
    flows = hass.config_entries.subentries
    menu: Any = await foreign.start_subentry_reconfigure_flow(hass, "barn")
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["choose", "correct"]
    form: Any = await flows.async_configure(
        menu["flow_id"], {"next_step_id": "correct"}
    )
    (field,) = form["data_schema"].schema
    selector = form["data_schema"].schema[field]
    (number,) = [
        one["value"] for one in selector.config["options"] if name in one["label"]
    ]
    return await flows.async_configure(form["flow_id"], {"entity": number})


async def test_what_is_guessed_is_filled_in_and_corrected(
    hass: HomeAssistant, foreign: MockConfigEntry
) -> None:
    """The form shows the guess; what is otherwise is kept, and what was chosen before stays."""
    before = dict(foreign.subentries["barn"].data)

    form = await correct(hass, foreign, "Temperature")
    assert form["step_id"] == "correction"
    assert suggested(form) == {
        "hidden": False,
        "device_class": "temperature",
        "unit": "°C",
    }
    done = await submit(
        hass, form, hidden=False, device_class="temperature", unit=" K "
    )

    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "reconfigure_successful"
    data = dict(foreign.subentries["barn"].data)
    (corrections,) = data.pop("mapping").values()
    assert list(corrections.values()) == [{"unit": "K"}]
    assert data == before


async def test_a_correction_is_shown_again_and_taken_back(
    hass: HomeAssistant, foreign: MockConfigEntry
) -> None:
    """A switch becomes a hidden light, and then what was guessed again: nothing is left of it."""
    form = await correct(hass, foreign, "Pump")
    assert suggested(form) == {"hidden": False, "platform": "switch"}
    await submit(hass, form, hidden=True, platform="light")

    form = await correct(hass, foreign, "Pump")
    assert suggested(form) == {"hidden": True, "platform": "light"}
    await submit(hass, form, hidden=False, platform="switch")

    assert foreign.subentries["barn"].data["mapping"] == {}


async def test_what_can_be_nothing_else_can_be_hidden(
    hass: HomeAssistant, foreign: MockConfigEntry
) -> None:
    """A button has no other kind, no class and no unit."""
    form = await correct(hass, foreign, "Restart")
    assert suggested(form) == {"hidden": False}

    await submit(hass, form, hidden=True)

    (corrections,) = foreign.subentries["barn"].data["mapping"].values()
    assert list(corrections.values()) == [{"hidden": True}]


async def test_who_is_not_logged_in_corrects_nothing(
    hass: HomeAssistant, foreign: MockConfigEntry
) -> None:
    """Without the account at work nobody knows what is foreign."""
    foreign.mock_state(hass, ConfigEntryState.SETUP_RETRY)

    form: Any = await foreign.start_subentry_reconfigure_flow(hass, "barn")

    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "offline"
