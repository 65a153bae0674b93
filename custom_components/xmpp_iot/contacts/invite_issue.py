"""The repair issue of an invite that a contact cannot use: with its grants that contact would have too many."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from .grant import MOST_GRANTS
from .wording import escaped

ISSUE: Final = "invite_full"


class InviteIssues:
    """Says which invites found no room, for whom, as long as that is so."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Say nothing yet about the invites of `entry`."""
        self._hass = hass
        self._entry = entry
        self._raised: dict[str, str] = {}

    @property
    def raised(self) -> tuple[tuple[str, str], ...]:
        """The ids of the invites that found no room, and the bare JIDs for whom."""
        return tuple(self._raised.items())

    @callback
    def async_raise(self, invite: ConfigSubentry, jid: str) -> bool:
        """Say that an invite has no room at a contact; return whether that is news."""
        if self._raised.get(invite.subentry_id) == jid:
            return False
        self._raised[invite.subentry_id] = jid
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(invite.subentry_id),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE,
            translation_placeholders={
                "account": self._entry.title,
                "contact": escaped(jid),  # (the text is Markdown)
                "count": str(MOST_GRANTS),
                "invite": escaped(invite.title),
            },
        )
        return True

    @callback
    def async_take_back(self, invite_id: str) -> None:
        """Say it no more."""
        if self._raised.pop(invite_id, None) is not None:
            ir.async_delete_issue(self._hass, DOMAIN, _issue_id(invite_id))


def _issue_id(invite_id: str) -> str:
    return f"{ISSUE}_{invite_id}"
