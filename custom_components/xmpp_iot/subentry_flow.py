"""Say who the account's contacts are, what they see and what they may do."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from .const import CONF_GRANTS, CONF_ID, CONF_JID, CONF_NICKNAME, SUBENTRY_CONTACT
from .contacts.explain import async_describe_rights
from .contacts.grant import MOST_GRANTS, Contact, Grant
from .contacts.grants import Grants
from .contacts.wording import Wording, escaped
from .grant_form import async_fields, async_filled, async_shown
from .models import XmppIotConfigEntry
from .wire.account import parse_bare_jid
from .wire.errors import InvalidAddress

CONF_GRANT: Final = "grant"

_NAME: Final = {vol.Optional(CONF_NICKNAME): TextSelector()}
_WHO: Final = {vol.Required(CONF_JID): TextSelector(), **_NAME}


class ContactFlow(ConfigSubentryFlow):
    """Add a contact with its first grant; later its name and any grant can be changed.

    Nothing is reloaded: the entry's update listener applies the difference.
    """

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._errors: dict[str, str] = {}
        self._row_id = ""  # of the grant that is being changed

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
        described = (await self._described()).values()
        listed = "\n".join(f"- {escaped(one)}" for one in described)
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[*options, "name"],
            description_placeholders={CONF_JID: self._bare, CONF_GRANTS: listed or "–"},
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

    # Its grants

    async def async_step_add_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what else is granted."""
        rows = self._rows
        if len(rows) >= MOST_GRANTS:
            return self.async_abort(
                reason="too_many_grants",
                description_placeholders={"count": str(MOST_GRANTS)},
            )
        shown = user_input or {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            if not filled.errors:
                return self._keep({CONF_GRANTS: [*rows, filled.row]})
            self._errors = filled.errors
        return self._show("add_grant", async_fields(shown, self._errors), shown)

    async def async_step_change_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which grant is to be changed, if there are several."""
        rows = self._rows
        if user_input is not None:
            self._row_id = user_input[CONF_GRANT]
        elif len(rows) == 1:
            self._row_id = rows[0][CONF_ID]
        else:
            field = {vol.Required(CONF_GRANT): await self._choice(multiple=False)}
            return self._show("change_grant", field, {})
        return await self.async_step_grant()

    async def async_step_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change one grant."""
        rows = self._rows
        row = next((one for one in rows if one[CONF_ID] == self._row_id), None)
        if row is None:  # removed meanwhile, by somebody else
            return self.async_abort(reason="grant_gone")
        shown = user_input or async_shown(self.hass, row)
        if user_input is not None:
            filled = async_filled(self.hass, user_input, self._row_id)
            if not filled.errors:
                changed = [filled.row if one is row else one for one in rows]
                return self._keep({CONF_GRANTS: changed})
            self._errors = filled.errors
        fields = async_fields(shown, self._errors, known=True)
        return self._show("grant", fields, shown)

    async def async_step_remove_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which grants are to be taken away."""
        if user_input is not None:
            if gone := user_input[CONF_GRANT]:
                left = [row for row in self._rows if row[CONF_ID] not in gone]
                return self._keep({CONF_GRANTS: left})
            self._errors = {CONF_GRANT: "nothing_chosen"}
        field = {vol.Required(CONF_GRANT): await self._choice(multiple=True)}
        return self._show("remove_grant", field, {})

    # What the steps share

    @property
    def _bare(self) -> str:
        jid: str = self._get_reconfigure_subentry().data[CONF_JID]
        return jid

    @property
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

    async def _described(self) -> Mapping[str, str]:
        """Return the contact's grants in words, by their ids."""
        wording, gate = await Wording.of(self.hass), self._gate
        return {
            grant.id: wording.async_grant(
                grant, None if gate is None else gate.uses_left(grant)
            )
            for grant in map(Grant.from_data, self._rows)
        }

    async def _choice(self, *, multiple: bool) -> SelectSelector:
        """Return the field in which one of the grants, or several, are chosen."""
        options = [
            SelectOptionDict(value=row_id, label=text)
            for row_id, text in (await self._described()).items()
        ]
        return SelectSelector(
            SelectSelectorConfig(
                options=options, multiple=multiple, mode=SelectSelectorMode.LIST
            )
        )

    @callback
    def _show(
        self, step_id: str, fields: Mapping[vol.Marker, Any], shown: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Show a form, filled in with `shown`."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(vol.Schema(fields), shown),
            errors=self._errors,
        )

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
