"""Invites: whoever brings the token of one becomes a contact, once, and with exactly its grants.

The token travels in a link or its QR code (XEP-0379), and comes back in a request to see the house's
presence. An invite is a subentry, so that the owner sees it, and can take it back, until it is used.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
import hmac
import logging
import secrets
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_EXPIRES,
    CONF_GRANTS,
    CONF_ID,
    CONF_JID,
    CONF_NICKNAME,
    CONF_TOKEN,
    CONF_USES,
    SUBENTRY_CONTACT,
    SUBENTRY_INVITE,
)
from ..wire.account import parse_bare_jid
from ..wire.errors import InvalidAddress
from .grant import MOST_GRANTS
from .invite_issue import InviteIssues

_LOGGER = logging.getLogger(__name__)

_TOKEN_BYTES: Final = 24
_MOST_OF_NAME: Final = 60  # characters: a code that is too fine is hard to scan


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def expires(invite: ConfigSubentry) -> datetime:
    """Return until when an invite can be used, in UTC; it cannot be at that moment any more."""
    return datetime.fromisoformat(invite.data[CONF_EXPIRES])


def link(house: str, name: str, token: str) -> str:
    """Return the link that invites to a house, by its bare JID and its name (RFC 5122, XEP-0147, XEP-0379)."""
    local, _, domain = house.rpartition("@")
    address = f"{quote(local, safe='')}@{quote(domain, safe='')}"
    shown = quote(name[:_MOST_OF_NAME], safe="")
    return f"xmpp:{address}?roster;preauth={quote(token, safe='')};name={shown}"


class Invites:
    """The invites of an account: they end when they are used, when they expire, or when the owner says so."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        is_barred: Callable[[str], bool] = lambda _jid: False,
    ) -> None:
        """Watch over nothing yet; who `is_barred` (bare JID) is invited by no token."""
        self._hass = hass
        self._entry = entry
        self._is_barred = is_barred
        self._issues = InviteIssues(hass, entry)
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Remove what has expired, and from now on what does."""
        self._unsubscribe = self._entry.add_update_listener(self._updated)
        self._async_expire()

    @callback
    def async_stop(self) -> None:
        """Watch no more; safe to call again."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._disarm()
        for invite_id, _ in self._issues.raised:
            self._issues.async_take_back(invite_id)

    @callback
    def async_find(self, token: str) -> ConfigSubentry | None:
        """Return the invite with that token; None if there is none, or not any more."""
        told = token.encode(errors="replace")
        now = dt_util.utcnow()
        for invite in self._entry.get_subentries_of_type(SUBENTRY_INVITE):
            # (a comparison that takes its time wherever the difference is)
            if hmac.compare_digest(invite.data[CONF_TOKEN].encode(), told):
                return invite if now < expires(invite) else None
        return None

    @callback
    def async_redeem(self, jid: str, nickname: str, token: str) -> bool:
        """Make whoever brings a token a contact, with the grants of its invite; return whether it was one.

        `jid` is the bare JID of who brings it, `nickname` what they call themselves, which counts only if
        the owner did not say who is invited. Somebody who is a contact has the grants beside their own, but
        for those that they have already; where there is no room for them a repair issue says so.
        Nothing else happens meanwhile: a token is good for one.
        """
        if (invite := self.async_find(token)) is None or not self._is_welcome(jid):
            return False
        contact = self._contact(jid)
        if contact is None:
            self._add(jid, nickname, invite)
        elif not self._extend(contact, invite):
            return False
        self._hass.config_entries.async_remove_subentry(self._entry, invite.subentry_id)
        self._issues.async_take_back(invite.subentry_id)
        _LOGGER.info("%s has used the invite '%s'", jid, invite.title)
        return True

    def _is_welcome(self, jid: str) -> bool:
        """Return whether somebody can be a contact at all."""
        try:
            is_other = parse_bare_jid(jid) != self._entry.unique_id
        except InvalidAddress:
            return False
        return is_other and not self._is_barred(jid)

    def _contact(self, jid: str) -> ConfigSubentry | None:
        contacts = self._entry.get_subentries_of_type(SUBENTRY_CONTACT)
        return next((one for one in contacts if one.data[CONF_JID] == jid), None)

    def _add(self, jid: str, nickname: str, invite: ConfigSubentry) -> None:
        """Make somebody a contact."""
        name = invite.data[CONF_NICKNAME] or nickname.strip()
        self._hass.config_entries.async_add_subentry(
            self._entry,
            ConfigSubentry(
                data=MappingProxyType(
                    {
                        CONF_JID: jid,
                        CONF_NICKNAME: name,
                        CONF_GRANTS: list(invite.data[CONF_GRANTS]),
                    }
                ),
                subentry_type=SUBENTRY_CONTACT,
                title=name or jid,
                unique_id=f"{SUBENTRY_CONTACT}:{jid}",
            ),
        )

    def _extend(self, contact: ConfigSubentry, invite: ConfigSubentry) -> bool:
        """Give a contact the grants of an invite as well; return whether there was room for them."""
        grants = _together(contact, invite)
        if not _fits(contact, invite):
            jid = contact.data[CONF_JID]
            if self._issues.async_raise(invite, jid):
                _LOGGER.warning(
                    "%s has too many grants to use the invite '%s'", jid, invite.title
                )
            return False
        self._hass.config_entries.async_update_subentry(
            self._entry, contact, data={**contact.data, CONF_GRANTS: grants}
        )
        return True

    async def _updated(self, _hass: HomeAssistant, _entry: ConfigEntry[Any]) -> None:
        """Follow a change of the entry: an invite may have come or gone, and room as well."""
        self._async_expire()
        for invite_id, jid in self._issues.raised:
            invite, contact = self._entry.subentries.get(invite_id), self._contact(jid)
            if not invite or not contact or _fits(contact, invite):
                self._issues.async_take_back(invite_id)

    @callback
    def _async_expire(self, _now: datetime | None = None) -> None:
        """Remove the invites that have expired, and wait for the next one that does."""
        self._disarm()
        while (soonest := self._soonest()) is not None:
            if (until := expires(soonest)) > dt_util.utcnow():
                self._arm(until)
                return
            _LOGGER.info("The invite '%s' has expired", soonest.title)
            # This is a change of the entry, after which all is looked at again; or by the next turn.
            self._hass.config_entries.async_remove_subentry(
                self._entry, soonest.subentry_id
            )

    def _soonest(self) -> ConfigSubentry | None:
        invites = self._entry.get_subentries_of_type(SUBENTRY_INVITE)
        return min(invites, key=expires, default=None)

    def _arm(self, until: datetime) -> None:
        self._disarm()
        self._cancel = async_track_point_in_utc_time(
            self._hass,
            HassJob(self._async_expire, "xmpp_iot invites", cancel_on_shutdown=True),
            until,
        )

    def _disarm(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None


def _together(
    contact: ConfigSubentry, invite: ConfigSubentry
) -> list[Mapping[str, Any]]:
    """Return the grants of a contact, and those of an invite that are news to it.

    What can be used some times is always news: it may be used up.
    """
    rows: list[Mapping[str, Any]] = list(contact.data[CONF_GRANTS])
    known = [_granted(row) for row in rows]
    rows += [
        row
        for row in invite.data[CONF_GRANTS]
        if row.get(CONF_USES) is not None or _granted(row) not in known
    ]
    return rows


def _granted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row grants, whatever its id."""
    return {key: value for key, value in row.items() if key != CONF_ID}


def _fits(contact: ConfigSubentry, invite: ConfigSubentry) -> bool:
    return len(_together(contact, invite)) <= MOST_GRANTS
