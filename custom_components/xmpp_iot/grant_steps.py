"""The steps in which grants are added, changed and removed, of a contact or of an invite that is being made."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import CONF_ID
from .contacts.grant import MOST_GRANTS, Grant
from .contacts.wording import Wording, escaped
from .grant_form import async_fields, async_filled, async_shown

CONF_GRANT: Final = "grant"


class GrantSteps(ConfigSubentryFlow):
    """A flow with rows of grants; it says which there are, and what is done when they have changed."""

    def __init__(self) -> None:
        """Start with nothing wrong."""
        self._errors: dict[str, str] = {}
        self._row_id = ""  # of the grant that is being changed

    @property
    @abstractmethod
    def _rows(self) -> list[dict[str, Any]]:
        """The grants as they are now, a list of the caller's own."""

    @abstractmethod
    async def _keep_rows(self, rows: list[dict[str, Any]]) -> SubentryFlowResult:
        """Have these grants from now on, and go on."""

    @callback
    def _uses_left(self, grant: Grant) -> int | None:
        """Return how many uses of a grant are left; None where nobody knows."""
        return None

    # The steps

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
        self._errors = {}
        shown = user_input or {}
        if user_input is not None:
            filled = async_filled(self.hass, user_input)
            if not filled.errors:
                return await self._keep_rows([*rows, filled.row])
            self._errors = filled.errors
        return self._show("add_grant", async_fields(shown, self._errors), shown)

    async def async_step_change_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which grant is to be changed, if there are several."""
        rows = self._rows
        self._errors = {}
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
                return await self._keep_rows(
                    [filled.row if one is row else one for one in rows]
                )
            self._errors = filled.errors
        fields = async_fields(shown, self._errors, known=True)
        return self._show("grant", fields, shown)

    async def async_step_remove_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which grants are to be taken away."""
        self._errors = {}
        if user_input is not None:
            if gone := user_input[CONF_GRANT]:
                return await self._keep_rows(
                    [row for row in self._rows if row[CONF_ID] not in gone]
                )
            self._errors = {CONF_GRANT: "nothing_chosen"}
        field = {vol.Required(CONF_GRANT): await self._choice(multiple=True)}
        return self._show("remove_grant", field, {})

    # What they share

    async def _described(self) -> Mapping[str, str]:
        """Return the grants in words, by their ids."""
        wording = await Wording.of(self.hass)
        return {
            grant.id: wording.async_grant(grant, self._uses_left(grant))
            for grant in map(Grant.from_data, self._rows)
        }

    async def _listed(self) -> str:
        """Return the grants in words, as a list in Markdown."""
        described = (await self._described()).values()
        return "\n".join(f"- {escaped(one)}" for one in described) or "–"

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
