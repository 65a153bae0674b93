"""Set up an XMPP account: the log-in is tried before anything is kept."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from .account import InvalidSetting, async_account, login_problem
from .blocked_flow import AccountOptionsFlow
from .const import (
    CONF_CA_CERTIFICATE,
    CONF_FINGERPRINT,
    CONF_JID,
    CONF_TLS,
    DOMAIN,
    SECTION_SERVER,
    SUBENTRY_CONCENTRATOR,
    SUBENTRY_CONTACT,
    SUBENTRY_INVITE,
)
from .contacts.migration import MINOR_VERSION, VERSION
from .first_contact_flow import FirstContactSteps
from .invite_flow import InviteFlow
from .link_flow import ConcentratorFlow
from .subentry_flow import ContactFlow
from .wire.account import TlsMode, parse_bare_jid
from .wire.errors import InvalidAddress, LoginError
from .wire.login import try_login

_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_SERVER = vol.Schema(
    {
        vol.Optional(CONF_HOST): TextSelector(),
        vol.Optional(CONF_PORT): vol.All(
            NumberSelector(
                NumberSelectorConfig(
                    min=1, max=65535, step=1, mode=NumberSelectorMode.BOX
                )
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_TLS, default=TlsMode.STARTTLS.value): SelectSelector(
            SelectSelectorConfig(
                options=[mode.value for mode in TlsMode],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key=CONF_TLS,
            )
        ),
        vol.Optional(CONF_CA_CERTIFICATE): TextSelector(
            TextSelectorConfig(multiline=True)
        ),
        vol.Optional(CONF_FINGERPRINT): TextSelector(),
    }
)
_SERVER_PROBLEMS = frozenset(
    {
        "cannot_connect",
        "certificate_not_trusted",
        "invalid_certificate",
        "invalid_fingerprint",
        "invalid_host",
        "no_encryption",
    }
)
_SERVER_KEYS = frozenset(str(key) for key in _SERVER.schema)
# What the form owns in entry.data; the rest (our user's id) survives a reconfiguration.
_OWNED = _SERVER_KEYS | {CONF_JID, CONF_PASSWORD}
_DEFAULTS = {CONF_TLS: TlsMode.STARTTLS.value}


class XmppIotConfigFlow(FirstContactSteps, domain=DOMAIN):
    """Ask for an account, and change one; show who asks to become its friend."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._errors: dict[str, str] = {}
        self._reason = ""

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the kinds of subentries an account has."""
        return {
            SUBENTRY_CONTACT: ContactFlow,
            SUBENTRY_INVITE: InviteFlow,
            SUBENTRY_CONCENTRATOR: ConcentratorFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> AccountOptionsFlow:
        """Return the form for the options of an account."""
        return AccountOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the account, and keep it once its log-in has worked."""
        if user_input is not None and (data := await self._async_accept(user_input)):
            return self.async_create_entry(title=data[CONF_JID], data=data)
        return self._show_account("user", vol.Required(CONF_PASSWORD), user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how the account logs in; without a password the old one stays."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            shown = _nested(entry.data)
        elif data := await self._async_accept(
            {
                **user_input,
                CONF_PASSWORD: user_input.get(CONF_PASSWORD)
                or entry.data[CONF_PASSWORD],
            }
        ):
            kept = {key: entry.data[key] for key in entry.data.keys() - _OWNED}
            return self._update(entry, kept | data)
        else:
            shown = user_input
        return self._show_account("reconfigure", vol.Optional(CONF_PASSWORD), shown)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask for the password again, because the server has refused it."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the new password once the log-in has worked with it."""
        entry = self._get_reauth_entry()
        if user_input is not None:
            data = {**entry.data, **user_input}
            if await self._async_logs_in(data):
                return self._update(entry, data)
        schema = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=self._errors,
            description_placeholders={
                CONF_JID: entry.data[CONF_JID],
                "reason": self._reason,
            },
        )

    async def _async_accept(self, user_input: dict[str, Any]) -> dict[str, Any] | None:
        """Return what to keep of an account whose log-in works; else None and errors.

        Aborts when the account has an entry, or is another than the one being changed.
        """
        data = _flat(user_input)
        self._errors = {}
        try:
            data[CONF_JID] = parse_bare_jid(data[CONF_JID])
        except InvalidAddress:
            self._errors[CONF_JID] = "invalid_jid"
            return None
        # Another form for the same account may lie forgotten in some browser tab.
        await self.async_set_unique_id(data[CONF_JID], raise_on_progress=False)
        self._abort_if_unique_id_mismatch(reason="wrong_account")
        if self.source == SOURCE_USER:
            self._abort_if_unique_id_configured(reload_on_update=False)
        return data if await self._async_logs_in(data) else None

    async def _async_logs_in(self, data: dict[str, Any]) -> bool:
        """Say whether the log-in works with `data`; if not, errors say why."""
        self._errors = {}
        try:
            await try_login(await async_account(self.hass, data))
        except InvalidSetting as err:
            self._errors["base"] = err.problem
        except LoginError as err:
            self._errors["base"] = login_problem(err)
            self._reason = str(err)
        return not self._errors

    @callback
    def _show_account(
        self, step_id: str, password: vol.Marker, shown: Mapping[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form of an account, filled in with `shown`.

        The section of the server is open when it holds something, or the error is in it.
        """
        filled = {} if shown is None else shown[SECTION_SERVER]
        open_section = (
            any(value != _DEFAULTS.get(key) for key, value in filled.items())
            or self._errors.get("base") in _SERVER_PROBLEMS
        )
        schema = vol.Schema(
            {
                vol.Required(CONF_JID): TextSelector(
                    TextSelectorConfig(autocomplete="username")
                ),
                password: _PASSWORD,
                vol.Required(SECTION_SERVER): section(
                    _SERVER, {"collapsed": not open_section}
                ),
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=self._errors,
            description_placeholders={"reason": self._reason},
        )

    @callback
    def _update(self, entry: ConfigEntry, data: dict[str, Any]) -> ConfigFlowResult:
        """Keep `data`, have the account set up with it, and end the flow."""
        reloads_itself = bool(entry.update_listeners) and dict(entry.data) != data
        result = self.async_update_and_abort(entry, data=data)
        if not reloads_itself:
            # After a set-up that failed there is no listener; and nothing listens to an
            # account that stays as it is, although the server may accept it again.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's values as the entry keeps them: no section, no blanks in it."""
    server = user_input[SECTION_SERVER].items()
    return {
        CONF_JID: user_input[CONF_JID],
        CONF_PASSWORD: user_input[CONF_PASSWORD],
        **{key: value for key, value in server if value != ""},
    }


def _nested(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's data as the form shows it: with section, without the password."""
    server = {key: data[key] for key in _SERVER_KEYS if key in data}
    return {CONF_JID: data[CONF_JID], SECTION_SERVER: server}
