"""The repair issue of a provisioning server that has no opinion: until it has, contacts can do nothing."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .wording import escaped

ISSUE = "provisioning_unreachable"


@callback
def async_report_trouble(
    hass: HomeAssistant, entry: ConfigEntry[Any], server: str, reason: str | None
) -> None:
    """Raise the issue of an account with why its server has no opinion, or (None) take it away."""
    issue = f"{ISSUE}_{entry.entry_id}"
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=ISSUE,
        translation_placeholders={
            "account": entry.title,
            "server": server,
            "reason": escaped(reason),
        },
    )
