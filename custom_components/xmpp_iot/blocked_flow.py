"""Whom the owner has blocked, in the account's options: there they are let in again."""

from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .models import XmppIotConfigEntry, XmppIotData
from .options_flow import XmppIotOptionsFlow
from .wire.errors import NoAnswer, NotConnected, RemoteError

CONF_UNBLOCK: Final = "unblock"


class AccountOptionsFlow(XmppIotOptionsFlow):
    """The options of an account; where somebody is blocked, that too."""

    @override
    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options, or first what is wanted."""
        if user_input is None and self._blocked:
            return await self.async_step_menu()
        return await super().async_step_init(user_input)

    async def async_step_menu(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is wanted."""
        return self.async_show_menu(
            step_id="menu", menu_options=["settings", "blocked"]
        )

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options."""
        return await super().async_step_init()

    async def async_step_blocked(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask who is to be let in again; that they ask again is theirs to do."""
        if (data := self._data) is None:
            return self.async_abort(reason="account_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            for jid in user_input[CONF_UNBLOCK]:
                if not await _unblock(data, jid):
                    errors = {"base": "not_unblocked"}
            if not errors:
                return self.async_create_entry(data=dict(self.config_entry.options))
        listed = SelectSelector(
            SelectSelectorConfig(
                options=sorted(self._blocked),
                multiple=True,
                mode=SelectSelectorMode.LIST,
            )
        )
        return self.async_show_form(
            step_id="blocked",
            data_schema=vol.Schema({vol.Required(CONF_UNBLOCK, default=list): listed}),
            errors=errors,
        )

    @property
    def _data(self) -> XmppIotData | None:
        entry: XmppIotConfigEntry = self.config_entry
        return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None

    @property
    def _blocked(self) -> frozenset[str]:
        """Who is blocked, here and as the server says."""
        if (data := self._data) is None:
            return frozenset()
        return data.blocking.blocked.union(data.records.blocked)


async def _unblock(data: XmppIotData, jid: str) -> bool:
    """Let somebody in again; return whether that is so."""
    if jid in data.blocking.blocked:
        try:
            await data.blocking.unblock(jid)
        except NoAnswer, NotConnected, RemoteError:
            return False
    data.records.set_blocked(jid, False)
    return True
