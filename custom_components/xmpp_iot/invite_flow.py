"""Invite somebody: a link, and its QR code, that makes whoever opens it first a contact with just these grants."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final, override

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentry, SubentryFlowResult
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
from .contacts.grant import MOST_GRANTS
from .contacts.invites import expires, link, new_token
from .contacts.wording import Wording, escaped, moment
from .grant_form import async_fields, async_filled
from .grant_steps import GrantSteps

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


class InviteFlow(GrantSteps):
    """Make an invite, with as many grants as are wanted, and show it, then and later.

    It is valid from the moment it is shown, whether the page is closed properly or not.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self._nickname = ""
        self._granted: list[dict[str, Any]] = []
        self._valid_for = timedelta(0)
        self._invite: ConfigSubentry | None = None  # once it is made

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who is invited, what is granted first, and for how long the invite stands."""
        shown = user_input or {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            self._errors = dict(filled.errors)
            self._valid_for = cv.positive_time_period_dict(user_input[CONF_VALID_FOR])
            if not timedelta(0) < self._valid_for <= LONGEST:
                self._errors[CONF_VALID_FOR] = "invalid_duration"
            if not self._errors:
                self._nickname = user_input.get(CONF_NICKNAME, "").strip()
                return await self._keep_rows([filled.row])
        fields = _NAME | async_fields(shown, self._errors) | _VALID_FOR
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(fields), shown),
            errors=self._errors,
            last_step=False,
        )

    async def async_step_summary(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what the invite is to grant; then it can be made, or changed before."""
        options = ["code", "change_grant", "remove_grant"] if self._granted else []
        if len(self._granted) < MOST_GRANTS:
            options.insert(1, "add_grant")
        return self.async_show_menu(
            step_id="summary",
            menu_options=options,
            description_placeholders={CONF_GRANTS: await self._listed()},
        )

    async def async_step_code(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Make the invite, and show it."""
        if self._invite is None:
            self._invite = await self._made()
            self.hass.config_entries.async_add_subentry(self._get_entry(), self._invite)
        return self._page("code", self._invite, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show an invite again."""
        return self._page("reconfigure", self._get_reconfigure_subentry(), user_input)

    @property
    @override
    def _rows(self) -> list[dict[str, Any]]:
        return list(self._granted)

    @override
    async def _keep_rows(self, rows: list[dict[str, Any]]) -> SubentryFlowResult:
        self._granted = rows
        return await self.async_step_summary()

    async def _made(self) -> ConfigSubentry:
        """Return the invite, which counts from now on."""
        wording = await Wording.of(self.hass)
        until = dt_util.utcnow() + self._valid_for
        title = wording.say(
            "invite_title" if self._nickname else "invite_title_anybody",
            name=self._nickname,
            moment=moment(until),
        )
        return ConfigSubentry(
            data=MappingProxyType(
                {
                    CONF_TOKEN: new_token(),
                    CONF_EXPIRES: until.isoformat(),
                    CONF_NICKNAME: self._nickname,
                    CONF_GRANTS: self._granted,
                }
            ),
            subentry_type=SUBENTRY_INVITE,
            title=title,
            unique_id=None,
        )

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
