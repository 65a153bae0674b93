"""Say who the account's contacts are, what they see and what they may do."""

from collections.abc import Mapping
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector

from .const import CONF_GRANTS, CONF_JID, CONF_NICKNAME, SUBENTRY_CONTACT
from .contacts.explain import async_describe_rights
from .contacts.grant import Contact, Grant
from .contacts.grants import Grants
from .contacts.wording import escaped
from .grant_form import async_fields, async_filled
from .grant_steps import GrantSteps
from .models import XmppIotConfigEntry
from .wire.account import parse_bare_jid
from .wire.errors import InvalidAddress

_NAME: Final = {vol.Optional(CONF_NICKNAME): TextSelector()}
_WHO: Final = {vol.Required(CONF_JID): TextSelector(), **_NAME}


class ContactFlow(GrantSteps):
    """Add a contact with its first grant; later its name and any grant can be changed.

    Nothing is reloaded: the entry's update listener applies the difference.
    """

    # Somebody new

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who the contact is and what is granted first."""
        shown = user_input or {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            self._errors = dict(filled.errors)
            jid = self._jid(user_input[CONF_JID])
            if not self._errors:
                nickname = _nickname(user_input)
                return self.async_create_entry(
                    title=nickname or jid,
                    data={
                        CONF_JID: jid,
                        CONF_NICKNAME: nickname,
                        CONF_GRANTS: [filled.row],
                    },
                    unique_id=_unique_id(jid),
                )
        return self._show("user", _WHO | async_fields(shown, self._errors), shown)

    @callback
    def _jid(self, text: str) -> str:
        """Return the bare JID of somebody new; else remember what is wrong."""
        entry = self._get_entry()
        try:
            jid = parse_bare_jid(text)
        except InvalidAddress:
            self._errors[CONF_JID] = "invalid_jid"
            return text
        if jid == entry.unique_id:
            self._errors[CONF_JID] = "own_account"
        elif any(_unique_id(jid) == it.unique_id for it in entry.subentries.values()):
            self._errors[CONF_JID] = "already_contact"
        return jid

    # Somebody known

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what is granted, and ask what is to be changed of it."""
        options = ["rights", "add_grant"]
        if self._rows:
            options += ["change_grant", "remove_grant"]
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[*options, "name"],
            description_placeholders={
                CONF_JID: self._bare,
                CONF_GRANTS: await self._listed(),
            },
        )

    async def async_step_name(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the contact is to be called."""
        if user_input is not None:
            nickname = _nickname(user_input)
            return self._keep({CONF_NICKNAME: nickname}, title=nickname or self._bare)
        return self._show("name", _NAME, self._get_reconfigure_subentry().data)

    async def async_step_rights(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what the contact can do right now, and go back to the menu."""
        if user_input is not None:
            return await self.async_step_reconfigure()
        if (grants := self._gate) is None:
            return self.async_abort(reason="entry_not_loaded")
        contact = Contact.from_subentry(self._get_reconfigure_subentry())
        rights = await async_describe_rights(self.hass, grants, contact)
        return self.async_show_form(
            step_id="rights",
            data_schema=vol.Schema({}),
            description_placeholders={
                "name": escaped(contact.name),
                "rights": rights,
            },
            last_step=False,
        )

    # What the steps share

    @property
    def _bare(self) -> str:
        jid: str = self._get_reconfigure_subentry().data[CONF_JID]
        return jid

    @property
    @override
    def _rows(self) -> list[dict[str, Any]]:
        """The contact's grants as they are kept now."""
        return list(self._get_reconfigure_subentry().data[CONF_GRANTS])

    @property
    def _gate(self) -> Grants | None:
        """The grants at work; None while the account is not."""
        entry: XmppIotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.grants

    @callback
    @override
    def _uses_left(self, grant: Grant) -> int | None:
        return None if (gate := self._gate) is None else gate.uses_left(grant)

    @override
    async def _keep_rows(self, rows: list[dict[str, Any]]) -> SubentryFlowResult:
        return self._keep({CONF_GRANTS: rows})

    @callback
    def _keep(
        self, changes: Mapping[str, Any], title: str | None = None
    ) -> SubentryFlowResult:
        """Keep what has changed, and end the flow."""
        subentry = self._get_reconfigure_subentry()
        return self.async_update_and_abort(
            self._get_entry(),
            subentry,
            title=subentry.title if title is None else title,
            data_updates=changes,
        )


def _nickname(user_input: Mapping[str, Any]) -> str:
    nickname: str = user_input.get(CONF_NICKNAME, "")
    return nickname.strip()


def _unique_id(jid: str) -> str:
    """Return the contact's unique id within the account."""
    return f"{SUBENTRY_CONTACT}:{jid}"
