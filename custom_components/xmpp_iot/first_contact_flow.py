"""Somebody asks to become a friend: the discovered item in which the owner answers."""

from collections.abc import Mapping
from datetime import datetime
import logging
from types import MappingProxyType
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import TargetSelector, TextSelector
from homeassistant.helpers.typing import DiscoveryInfoType

from .const import (
    ATTR_ACCOUNT,
    ATTR_REQUEST,
    CONF_ALL_ENTITIES,
    CONF_ASK,
    CONF_DANGEROUS,
    CONF_GRANTS,
    CONF_JID,
    CONF_LEVEL,
    CONF_NICKNAME,
    CONF_TARGET,
    DOMAIN,
    SUBENTRY_CONTACT,
)
from .contacts.first_contact import called, unique_id
from .contacts.grant import Level
from .contacts.records import PendingRequest
from .contacts.wording import Wording, escaped, moment
from .grant_form import async_fields, async_filled
from .models import XmppIotConfigEntry
from .wire.errors import NoAnswer, NotConnected, RemoteError

_LOGGER = logging.getLogger(__name__)

_NAME: Final = {vol.Optional(CONF_NICKNAME): TextSelector()}
_WHAT_TO_READ: Final = {vol.Required(CONF_TARGET): TargetSelector()}
_READ: Final = {
    CONF_LEVEL: Level.READ.value,
    CONF_ALL_ENTITIES: False,
    CONF_DANGEROUS: False,
    CONF_ASK: False,
}


class FirstContactSteps(ConfigFlow):
    """Say who asks, and let the owner allow something, ignore or block them."""

    _entry_id: str
    _request: PendingRequest

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Show who asks; whoever is ignored is not shown again."""
        self._entry_id = discovery_info[ATTR_ACCOUNT]
        self._request = discovery_info[ATTR_REQUEST]
        if (entry := self._account) is None:
            return self.async_abort(reason="account_gone")
        await self.async_set_unique_id(unique_id(entry, self._request["jid"]))
        self._abort_if_unique_id_configured()
        if self._is_contact(entry):
            return self.async_abort(reason="already_contact")
        wording = await Wording.of(self.hass)
        # (without what they call themselves: a card has little room, and only the address is certain)
        title = wording.say("friend_request_item", jid=self._request["jid"])
        self.context["title_placeholders"] = {"name": title}
        return await self.async_step_first_contact()

    async def async_step_first_contact(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer the answers."""
        request = self._request
        return self.async_show_menu(
            step_id="first_contact",
            menu_options=["allow", "allow_read", "ignore_request", "block"],
            description_placeholders={
                "name": escaped(called(request)),
                "moment": moment(datetime.fromisoformat(request["at"])),
                "message": escaped(request["message"]) or "–",
            },
        )

    async def async_step_allow(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is granted."""
        shown = user_input or {CONF_NICKNAME: self._request["name"]}
        errors: dict[str, str] = {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            errors = filled.errors
            if not errors:
                return await self._befriend(user_input, filled.row)
        return self._form("allow", _NAME | async_fields(shown, errors), shown, errors)

    async def async_step_allow_read(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask only what may be read."""
        shown = user_input or {CONF_NICKNAME: self._request["name"]}
        errors: dict[str, str] = {}
        if user_input is not None:
            filled = async_filled(self.hass, {**user_input, **_READ})
            errors = filled.errors
            if not errors:
                return await self._befriend(user_input, filled.row)
        return self._form("allow_read", _NAME | _WHAT_TO_READ, shown, errors)

    async def async_step_ignore_request(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ignore them, as anything discovered is ignored: until the owner thinks better of it."""
        if (entry := self._account) is None:
            return self.async_abort(reason="account_gone")
        await self._step_aside()
        await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context=ConfigFlowContext(source=SOURCE_IGNORE),
            data={
                "unique_id": unique_id(entry, self._request["jid"]),
                "title": called(self._request),
            },
        )
        return self._done("request_ignored")

    async def async_step_block(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Have the server keep them away (XEP-0191); where it does not, the house passes them over."""
        if (entry := self._loaded) is None:
            return self.async_abort(reason="account_not_loaded")
        jid = self._request["jid"]
        data = entry.runtime_data
        reason = "blocked"
        try:
            await data.blocking.block(jid)
        except (NoAnswer, NotConnected, RemoteError) as err:
            _LOGGER.warning("The server does not block %s: %s", jid, err)
            reason = "blocked_here"
        data.records.set_blocked(jid, True)
        await self._step_aside()
        data.first_contact.async_settle(jid)
        return self._done(reason)

    async def _befriend(
        self, user_input: Mapping[str, Any], row: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Add the contact: the account's update listener does everything else."""
        if (entry := self._account) is None:
            return self.async_abort(reason="account_gone")
        if self._is_contact(entry):
            return self.async_abort(reason="already_contact")
        jid = self._request["jid"]
        nickname: str = user_input.get(CONF_NICKNAME, "").strip()
        await self._step_aside()
        self.hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(
                    {CONF_JID: jid, CONF_NICKNAME: nickname, CONF_GRANTS: [dict(row)]}
                ),
                subentry_type=SUBENTRY_CONTACT,
                title=nickname or jid,
                unique_id=_contact_id(jid),
            ),
        )
        return self._done("contact_added")

    @property
    def _account(self) -> ConfigEntry[Any] | None:
        """The account that was asked; None if it is not there any more."""
        return self.hass.config_entries.async_get_entry(self._entry_id)

    @property
    def _loaded(self) -> XmppIotConfigEntry | None:
        """The account, if it is at work."""
        entry = self._account
        is_loaded = entry is not None and entry.state is ConfigEntryState.LOADED
        return entry if is_loaded else None

    def _is_contact(self, entry: ConfigEntry[Any]) -> bool:
        wanted = _contact_id(self._request["jid"])
        return any(one.unique_id == wanted for one in entry.subentries.values())

    async def _step_aside(self) -> None:
        """Let the request be settled: with it every other flow about it ends, and not this one before its end."""
        await self.async_set_unique_id(None)

    @callback
    def _done(self, reason: str) -> ConfigFlowResult:
        return self.async_abort(
            reason=reason,
            description_placeholders={"name": escaped(called(self._request))},
        )

    @callback
    def _form(
        self,
        step_id: str,
        fields: Mapping[vol.Marker, Any],
        shown: Mapping[str, Any],
        errors: Mapping[str, str],
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(vol.Schema(fields), shown),
            errors=dict(errors),
            description_placeholders={"name": escaped(called(self._request))},
        )


def _contact_id(jid: str) -> str:
    """Return a contact's unique id within the account."""
    return f"{SUBENTRY_CONTACT}:{jid}"
