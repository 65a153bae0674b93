"""Invite somebody: a link, and its QR code, that makes whoever opens it first a contact with one grant."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    DurationSelector,
    DurationSelectorConfig,
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    TextSelector,
)
from homeassistant.util import dt as dt_util

from .const import (
    CONF_EXPIRES,
    CONF_GRANTS,
    CONF_JID,
    CONF_NICKNAME,
    CONF_TOKEN,
    SUBENTRY_INVITE,
)
from .contacts.invites import expires, link, new_token
from .contacts.wording import Wording, escaped, moment
from .grant_form import async_fields, async_filled

CONF_CODE: Final = "code"
CONF_VALID_FOR: Final = "valid_for"
LONGEST: Final = timedelta(days=30)

_TWO_DAYS: Final = {"days": 2, "hours": 0, "minutes": 0}
_NAME: Final = {vol.Optional(CONF_NICKNAME): TextSelector()}
_VALID_FOR: Final = {
    vol.Required(CONF_VALID_FOR, default=_TWO_DAYS): DurationSelector(
        DurationSelectorConfig(enable_day=True, enable_second=False)
    )
}


class InviteFlow(ConfigSubentryFlow):
    """Make an invite, and show it, then and later.

    It is valid from the moment it is shown, whether the page is closed properly or not.
    """

    _invite: ConfigSubentry

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._errors: dict[str, str] = {}

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is granted, and for how long the invite stands."""
        shown = user_input or {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            self._errors = dict(filled.errors)
            valid_for = cv.positive_time_period_dict(user_input[CONF_VALID_FOR])
            if not timedelta(0) < valid_for <= LONGEST:
                self._errors[CONF_VALID_FOR] = "invalid_duration"
            if not self._errors:
                nickname = user_input.get(CONF_NICKNAME, "").strip()
                await self._add(nickname, filled.row, valid_for)
                return await self.async_step_code()
        fields = _NAME | async_fields(shown, self._errors) | _VALID_FOR
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(fields), shown),
            errors=self._errors,
            last_step=False,
        )

    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show an invite that was made just now."""
        return self._page("code", self._invite, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show an invite again."""
        return self._page("reconfigure", self._get_reconfigure_subentry(), user_input)

    async def _add(
        self, nickname: str, row: Mapping[str, Any], valid_for: timedelta
    ) -> None:
        """Add the invite to the account."""
        wording = await Wording.of(self.hass)
        until = dt_util.utcnow() + valid_for
        data = {
            CONF_TOKEN: new_token(),
            CONF_EXPIRES: until.isoformat(),
            CONF_NICKNAME: nickname,
            CONF_GRANTS: [row],
        }
        title = wording.say(
            "invite_title" if nickname else "invite_title_anybody",
            name=nickname,
            moment=moment(until),
        )
        self._invite = ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type=SUBENTRY_INVITE,
            title=title,
            unique_id=None,
        )
        self.hass.config_entries.async_add_subentry(self._get_entry(), self._invite)

    @callback
    def _page(
        self,
        step_id: str,
        invite: ConfigSubentry,
        user_input: dict[str, Any] | None,
    ) -> SubentryFlowResult:
        """Show an invite's code and link; when they were seen, end the flow."""
        if dt_util.utcnow() >= expires(
            invite
        ):  # and the account is not at work, or it was gone
            return self.async_abort(reason="invite_expired")
        until = moment(expires(invite))
        if user_input is not None:
            return self.async_abort(
                reason="invite_ready", description_placeholders={"moment": until}
            )
        house = self._get_entry().data[CONF_JID]
        address = link(house, self.hass.config.location_name, invite.data[CONF_TOKEN])
        code = QrCodeSelector(
            QrCodeSelectorConfig(
                data=address,
                scale=5,
                error_correction_level=QrErrorCorrectionLevel.MEDIUM,
            )
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=vol.Schema({vol.Optional(CONF_CODE): code}),
            description_placeholders={
                "title": escaped(invite.title),
                "link": address,
                "moment": until,
            },
        )
