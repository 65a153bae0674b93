"""The forms for a new password, and for another way to log in to the same account."""

from unittest.mock import AsyncMock

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
)

from custom_components.xmpp_iot.const import CONF_JID, CONF_TLS, CONF_USER_ID
from custom_components.xmpp_iot.wire.errors import AuthenticationFailed, Unreachable
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .forms import JID, PASSWORD, PLAIN, is_collapsed, submit, suggested


async def test_reauthentication_takes_a_password_that_works(
    hass: HomeAssistant, log_in: AsyncMock, entry: MockConfigEntry, set_up: AsyncMock
) -> None:
    """A password that is refused again is said; the right one sets the account up again."""
    form = await entry.start_reauth_flow(hass)
    assert form["step_id"] == "reauth_confirm"
    assert form["description_placeholders"] is not None
    assert form["description_placeholders"][CONF_JID] == JID
    log_in.side_effect = AuthenticationFailed("no")

    form = await submit(hass, form, password="wrong")

    assert form["errors"] == {"base": "invalid_auth"}
    assert form["data_schema"] is not None
    assert (
        get_schema_suggested_value(form["data_schema"].schema, CONF_PASSWORD) == "wrong"
    )
    log_in.side_effect = None
    result = await submit(hass, form, password="new")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data[CONF_PASSWORD] == "new"
    assert entry.data[CONF_USER_ID] == "abc"
    account = log_in.call_args.args[0]
    assert (account.jid, account.password, account.host) == (JID, "new", "192.0.2.1")
    # it was not set up, so there was no listener to do it
    assert set_up.call_count == 1
    assert entry.state is ConfigEntryState.LOADED


async def test_an_account_that_listens_to_its_changes_is_not_reloaded_twice(
    hass: HomeAssistant, log_in: AsyncMock, entry: MockConfigEntry, set_up: AsyncMock
) -> None:
    """The entry's own listener reloads it, except when there is no change to hear of."""
    heard = AsyncMock()
    await hass.config_entries.async_setup(entry.entry_id)
    entry.add_update_listener(heard)
    assert set_up.call_count == 1

    await submit(hass, await entry.start_reauth_flow(hass), password="new")
    assert (heard.call_count, set_up.call_count) == (1, 1)

    await submit(hass, await entry.start_reauth_flow(hass), password="new")
    assert (heard.call_count, set_up.call_count) == (1, 2)
    assert log_in.call_count == 2


async def test_the_account_can_be_changed(
    hass: HomeAssistant, log_in: AsyncMock, entry: MockConfigEntry
) -> None:
    """The form shows what there is; fields emptied vanish, the password and our user stay."""
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    assert suggested(form) == {CONF_JID: JID, CONF_HOST: "192.0.2.1", **PLAIN}
    assert not is_collapsed(form)
    server = {CONF_TLS: "direct", CONF_PORT: 5270.0}
    log_in.side_effect = Unreachable("nobody there")

    form = await submit(hass, form, jid=JID, server=server)

    assert form["errors"] == {"base": "cannot_connect"}
    assert suggested(form) == {CONF_JID: JID, **server}
    log_in.side_effect = None
    result = await submit(hass, form, jid=JID, server=server)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {
        CONF_JID: JID,
        CONF_PASSWORD: PASSWORD,
        CONF_USER_ID: "abc",
        CONF_TLS: "direct",
        CONF_PORT: 5270,
    }


async def test_a_changed_password_is_tried_and_kept(
    hass: HomeAssistant, log_in: AsyncMock, entry: MockConfigEntry
) -> None:
    """A password given while changing the account replaces the old one."""
    form = await entry.start_reconfigure_flow(hass)

    await submit(hass, form, jid=JID, password="new", server=PLAIN)

    assert log_in.call_args.args[0].password == "new"
    assert entry.data[CONF_PASSWORD] == "new"
    assert CONF_HOST not in entry.data


async def test_an_account_cannot_become_another(
    hass: HomeAssistant, log_in: AsyncMock, entry: MockConfigEntry
) -> None:
    """Another address is another account; a mistyped one can be mended."""
    form = await entry.start_reconfigure_flow(hass)
    form = await submit(hass, form, jid="home", server=PLAIN)
    assert form["errors"] == {CONF_JID: "invalid_jid"}

    result = await submit(hass, form, jid="cabin@prosody.example", server=PLAIN)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_account"
    assert entry.unique_id == JID
    assert log_in.call_count == 0
