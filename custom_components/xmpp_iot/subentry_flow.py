"""Say who the account's contacts are, what they see and what they may do."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TargetSelector,
    TextSelector,
)

from .const import (
    CONF_ALL_ENTITIES,
    CONF_JID,
    CONF_LEVEL,
    CONF_NICKNAME,
    CONF_TARGET,
    SUBENTRY_CONTACT,
)
from .contacts.grants import Level
from .contacts.targets import async_named, async_pinned
from .wire.account import parse_bare_jid
from .wire.errors import InvalidAddress

_GRANT: Final = {
    vol.Optional(CONF_NICKNAME): TextSelector(),
    vol.Required(CONF_LEVEL, default=Level.READ.value): SelectSelector(
        SelectSelectorConfig(
            options=[level.value for level in Level],
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_LEVEL,
        )
    ),
    vol.Required(CONF_ALL_ENTITIES, default=False): BooleanSelector(),
    vol.Optional(CONF_TARGET): TargetSelector(),
}
_NEW_CONTACT: Final = vol.Schema({vol.Required(CONF_JID): TextSelector(), **_GRANT})
_KNOWN_CONTACT: Final = vol.Schema(_GRANT)
_TARGET: Final = vol.Schema(cv.TARGET_FIELDS)


class ContactFlow(ConfigSubentryFlow):
    """Add a contact, and change what one is granted.

    Nothing is reloaded: the entry's update listener applies the difference.
    """

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._errors: dict[str, str] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who the contact is and what is granted."""
        if user_input is not None:
            self._errors = {}
            jid = self._jid(user_input[CONF_JID])
            grant = self._grant(user_input)
            if not self._errors:
                return self.async_create_entry(
                    title=_title(jid, grant),
                    data={CONF_JID: jid, **grant},
                    unique_id=_unique_id(jid),
                )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_NEW_CONTACT, user_input),
            errors=self._errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change what is granted; who the contact is stays."""
        subentry = self._get_reconfigure_subentry()
        jid: str = subentry.data[CONF_JID]
        shown = user_input
        if user_input is None:
            target = async_named(self.hass, subentry.data[CONF_TARGET])
            shown = {**subentry.data, CONF_TARGET: target}
        else:
            self._errors = {}
            grant = self._grant(user_input)
            if not self._errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=_title(jid, grant),
                    data={CONF_JID: jid, **grant},
                )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(_KNOWN_CONTACT, shown),
            errors=self._errors,
            description_placeholders={CONF_JID: jid},
        )

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

    @callback
    def _grant(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is granted, as it is kept; else remember what is wrong."""
        try:
            target = _TARGET(user_input.get(CONF_TARGET, {}))
        except vol.Invalid:
            # Only by API: the form's selector makes neither templates nor 'all'.
            self._errors[CONF_TARGET] = "invalid_target"
            return {}
        target = async_pinned(self.hass, target)
        if not target and not user_input[CONF_ALL_ENTITIES]:
            self._errors[CONF_TARGET] = "no_target"
        return {
            CONF_NICKNAME: user_input.get(CONF_NICKNAME, "").strip(),
            CONF_LEVEL: user_input[CONF_LEVEL],
            CONF_ALL_ENTITIES: user_input[CONF_ALL_ENTITIES],
            CONF_TARGET: target,
        }


def _title(jid: str, grant: Mapping[str, Any]) -> str:
    """Return what Home Assistant's user interface calls the contact."""
    return grant[CONF_NICKNAME] or jid


def _unique_id(jid: str) -> str:
    """Return the contact's unique id within the account."""
    return f"{SUBENTRY_CONTACT}:{jid}"
