"""The options of an account."""

from typing import Any
from unittest.mock import AsyncMock

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.xmpp_iot.wire.rate import Limits
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from .subentries import HOME, account, suggested

SERVER = "provisioning.example.org"
DEFAULTS = {
    "never_exposed": [],
    "contact_rate": Limits().contact.rate,
    "stranger_rate": Limits().domain.rate,
    "notify": [],
    "owners": [],
}


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Return an account in a house with a lamp and a lock."""
    hass.states.async_set("light.lamp", "on")
    hass.states.async_set("lock.door", "locked")
    return account(hass)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the form."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    return form


async def submit(
    hass: HomeAssistant, form: ConfigFlowResult, **user_input: Any
) -> ConfigFlowResult:
    """Fill in and send the form."""
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], user_input
    )
    await hass.async_block_till_done()
    return result


def choices(form: ConfigFlowResult, field: str) -> dict[str, str]:
    """Return what can be chosen in a field."""
    assert form["data_schema"] is not None
    options = form["data_schema"].schema[field].config["options"]
    return {option["value"]: option["label"] for option in options}


async def test_without_a_choice_the_options_are_the_usual_ones(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Nothing is hidden, nobody is notified, no server is asked."""
    await submit(hass, await start(hass, entry))

    assert entry.options == DEFAULTS


async def test_the_options_are_kept_and_nothing_is_reloaded(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """The update listener hears of them; the form shows them again."""
    async_mock_service(hass, "notify", "mobile_app_phone")
    heard = AsyncMock()
    entry.add_update_listener(heard)
    chosen = {
        "never_exposed": ["lock"],
        "contact_rate": 5,
        "stranger_rate": 0.5,
        "notify": ["notify.mobile_app_phone"],
        "owners": ["mum@example.org"],
    }

    await submit(
        hass, await start(hass, entry), **chosen, provisioning=f" {SERVER.upper()} "
    )

    assert entry.options == {**chosen, "provisioning": SERVER}
    assert heard.call_count == 1
    assert suggested(await start(hass, entry)) == entry.options  # type: ignore[arg-type]


async def test_what_is_held_back_is_kept_and_shown_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """In a section of its own; kinds that the house has no more stay among the choices."""
    traffic = {
        "interval": 30.5,
        "slow_domains": ["light", "siren"],
        "slow_entities": ["lock.door"],
        "significant": ["sensor.rain"],
    }
    hass.config_entries.async_update_entry(
        entry, options={"traffic": {"slow_domains": ["siren"]}}
    )

    await submit(hass, await start(hass, entry), traffic=traffic)

    assert entry.options == {**DEFAULTS, "traffic": traffic}
    form = await start(hass, entry)
    assert form["data_schema"] is not None
    inner = form["data_schema"].schema["traffic"].schema.schema
    shown = {str(key): key.description["suggested_value"] for key in inner}
    assert shown == traffic
    kinds = inner["slow_domains"].config["options"]
    assert {one["value"] for one in kinds} == {"light", "lock", "siren"}


@pytest.mark.parametrize("interval", [-1, 241])
async def test_an_interval_has_limits(
    hass: HomeAssistant, entry: MockConfigEntry, interval: float
) -> None:
    """None is less than nothing, or longer than what a follower reads again."""
    form = await start(hass, entry)
    with pytest.raises(InvalidData):
        await submit(hass, form, traffic={"interval": interval})


async def test_what_another_has_put_into_the_options_stays(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """And a server whose field is empty is asked no more."""
    hass.config_entries.async_update_entry(
        entry, options={"other": 1, "provisioning": SERVER}
    )

    await submit(hass, await start(hass, entry), provisioning="")

    assert entry.options == {**DEFAULTS, "other": 1}


async def test_the_domains_that_the_house_has_can_be_hidden(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """By their names; one that was chosen stays there when the house has it no more."""
    hass.states.async_set("conversation.agent", "on")  # which nobody is shown anyway
    hass.config_entries.async_update_entry(entry, options={"never_exposed": ["siren"]})

    form = await start(hass, entry)

    assert set(choices(form, "never_exposed")) == {"light", "lock", "siren"}


async def test_actions_and_entities_can_notify(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Not the action that tells entities; what was chosen stays, be it there or not."""
    async_mock_service(hass, "notify", "mobile_app_phone")
    async_mock_service(hass, "notify", "send_message")
    hass.states.async_set("notify.wall", "unknown", {"friendly_name": "Wall"})
    hass.config_entries.async_update_entry(entry, options={"notify": ["notify.gone"]})

    form = await start(hass, entry)

    assert choices(form, "notify") == {
        "notify.gone": "notify.gone",
        "notify.mobile_app_phone": "notify.mobile_app_phone",
        "notify.wall": "Wall (notify.wall)",
    }


@pytest.mark.parametrize("typed", ["a b", f"{SERVER}/x", "a@b@c", HOME, "@"])
async def test_what_is_no_server_is_refused_and_can_be_mended(
    hass: HomeAssistant, entry: MockConfigEntry, typed: str
) -> None:
    """Nor can it be the house itself; an account can be one."""
    form = await submit(
        hass, await start(hass, entry), provisioning=typed, contact_rate=7
    )

    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"provisioning": "invalid_server"}
    assert suggested(form)["provisioning"] == typed  # type: ignore[arg-type]
    assert suggested(form)["contact_rate"] == 7  # type: ignore[arg-type]
    assert entry.options == {}
    await submit(hass, form, provisioning="arbiter@example.org")
    assert entry.options["provisioning"] == "arbiter@example.org"


@pytest.mark.parametrize("rate", [0, 1001])
async def test_a_rate_is_neither_nothing_nor_everything(
    hass: HomeAssistant, entry: MockConfigEntry, rate: float
) -> None:
    """Only by API: the form's field has bounds."""
    with pytest.raises(InvalidData):
        await submit(hass, await start(hass, entry), contact_rate=rate)


async def test_owners_are_kept_by_their_bare_addresses(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Each once, however it is written; an empty line is none."""
    typed = [" Mum@Example.ORG", "", "mum@example.org", "dad@example.net"]

    await submit(hass, await start(hass, entry), owners=typed)

    assert entry.options["owners"] == ["mum@example.org", "dad@example.net"]


@pytest.mark.parametrize(
    "typed", ["mum", "mum@example.org/phone", "example.org", "a b@c", HOME]
)
async def test_what_is_no_owner_is_refused_and_can_be_mended(
    hass: HomeAssistant, entry: MockConfigEntry, typed: str
) -> None:
    """A person has an address of their own, with a name in it; the house does not ask itself."""
    form = await submit(
        hass, await start(hass, entry), owners=["dad@example.net", typed]
    )

    assert form["errors"] == {"owners": "invalid_owner"}
    assert suggested(form)["owners"] == ["dad@example.net", typed]  # type: ignore[arg-type]
    assert entry.options == {}
    await submit(hass, form, owners=["dad@example.net"])
    assert entry.options["owners"] == ["dad@example.net"]
