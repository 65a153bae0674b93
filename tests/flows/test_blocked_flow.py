"""Who is blocked, in the options: seen, and let in again."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.xmpp_iot.wire.errors import NoAnswer
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from ..contacts.strangers import ROMEO, Street, street

EVIL = "evil.example"


@pytest.fixture
async def here(hass: HomeAssistant) -> AsyncGenerator[Street]:
    """Return an account that blocks Romeo here, and a domain at its server."""
    async with street(hass) as here:
        here.records.set_blocked(ROMEO, True)
        here.blocking.blocked = frozenset({EVIL})
        yield here


async def open_options(here: Street) -> ConfigFlowResult:
    """Open the options."""
    return await here.hass.config_entries.options.async_init(here.entry.entry_id)


async def choose(here: Street, choice: str) -> ConfigFlowResult:
    """Open the options, and choose something of the menu."""
    menu = await open_options(here)
    assert menu["type"] is FlowResultType.MENU
    return await here.hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": choice}
    )


async def unblock(here: Street, form: ConfigFlowResult, *jids: str) -> ConfigFlowResult:
    """Let them in again."""
    return await here.hass.config_entries.options.async_configure(
        form["flow_id"], {"unblock": list(jids)}
    )


async def test_without_anybody_blocked_there_is_no_menu(hass: HomeAssistant) -> None:
    """The options are there at once; as they are where the account is not at work."""
    async with street(hass) as here:
        assert (await open_options(here))["step_id"] == "init"
        here.records.set_blocked(ROMEO, True)
        here.entry.mock_state(hass, ConfigEntryState.SETUP_RETRY)
        assert (await open_options(here))["step_id"] == "init"
        here.entry.mock_state(hass, ConfigEntryState.LOADED)


async def test_the_options_are_in_the_menu(here: Street) -> None:
    """And are kept as ever."""
    form = await choose(here, "settings")
    assert form["step_id"] == "init"
    options = here.hass.config_entries.options
    done = await options.async_configure(form["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_whoever_is_chosen_is_let_in_again(here: Street) -> None:
    """Here and at the server, where that knows of them; the options stay."""
    here.hass.config_entries.async_update_entry(
        here.entry, options={"never_exposed": ["lock"]}
    )
    form = await choose(here, "blocked")
    assert form["data_schema"] is not None
    listed = form["data_schema"].schema["unblock"].config["options"]
    assert listed == [EVIL, ROMEO]
    done = await unblock(here, form, EVIL, ROMEO)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert here.blocking.asked == [f"unblock {EVIL}"]
    assert here.blocking.blocked == frozenset()
    assert here.records.blocked == ()
    assert here.entry.options == {"never_exposed": ["lock"]}


async def test_where_the_server_does_not_answer_nobody_is_let_in(
    here: Street,
) -> None:
    """The form says so."""
    here.blocking.refusal = NoAnswer()
    form = await unblock(here, await choose(here, "blocked"), EVIL)
    assert form["errors"] == {"base": "not_unblocked"}
    assert here.blocking.blocked == {EVIL}


async def test_an_account_that_stops_meanwhile_cannot_do_it(here: Street) -> None:
    """The form ends."""
    form = await choose(here, "blocked")
    here.entry.mock_state(here.hass, ConfigEntryState.SETUP_RETRY)
    done = await unblock(here, form, EVIL)
    assert done["reason"] == "account_not_loaded"
    here.entry.mock_state(here.hass, ConfigEntryState.LOADED)
